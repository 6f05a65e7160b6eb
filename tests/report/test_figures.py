"""Pictures: no line through a node, no text over text, no text too small."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.figures.heat import pair_map
from collective_use.report.figures.likert import Answers, stacked_bars
from collective_use.report.figures.paths import Path, _layout, path_diagram
from collective_use.report.figures.svg import Axis, shortened, text_width, wrapped

NAMES = {name: f"A construct with a long name {name}" for name in "abcdefghi"}


def path(cause: str, effect: str, value: float = 0.4) -> Path:
    return Path(cause, effect, value, True, f"{value:.2f}", f"{cause} to {effect}")


FULL = [path(a, m) for a in "abcde" for m in "fg"] + [path(m, "h") for m in "fg"]
DIRECT = [*FULL, path("a", "h", -0.3), path("c", "h", 0.2), path("e", "h", 0.1)]


SERIAL = [
    *(path(a, "f") for a in "abcde"), *(path(a, m) for a in "abcde" for m in "gh"),
    path("f", "g"), path("f", "h"), path("f", "i"), path("g", "i"), path("h", "i"),
    path("a", "i"),
]  # fmt: skip
"""Four columns, and paths that pass one or two of them."""


@pytest.mark.parametrize(
    "paths", [FULL, DIRECT, SERIAL], ids=["full", "with direct paths", "serial"]
)
def test_no_path_runs_through_a_node(paths: list[Path]) -> None:
    boxes, curves, height = _layout(paths)
    for (cause, effect), curve in curves.items():
        for name, box in boxes.items():
            if name in (cause, effect):
                continue
            for step in range(1, 120):
                x, y = curve.at(step / 120)
                assert 0 < y < height
                inside = box.x < x < box.x + box.width and box.y < y < box.y + box.height
                assert not inside, (cause, effect, name)


@pytest.mark.parametrize("paths", [FULL, DIRECT, SERIAL])
def test_labels_stand_apart(paths: list[Path]) -> None:
    svg = path_diagram(paths, NAMES, "A model")
    root = ET.fromstring(svg)
    texts = [e for e in root.iter("{http://www.w3.org/2000/svg}text") if e.get("font-weight")]
    boxes = [
        (float(e.get("x", 0)), float(e.get("y", 0)), text_width("".join(e.itertext()).split()[0]))
        for e in texts
    ]
    for i, (x, y, width) in enumerate(boxes):
        for u, v, other in boxes[i + 1 :]:
            assert abs(x - u) >= (width + other) / 2 - 6 or abs(y - v) >= 12


def test_texts_are_at_least_eight_points_at_print_width() -> None:
    svg = path_diagram(DIRECT, NAMES, "A model")
    width = float(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    points = 16 / 2.54 * 72 / width  # the width of a picture in Word
    sizes = {float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)}
    assert min(sizes) * points >= 8


def test_a_name_with_signs_of_the_format_stays_text() -> None:
    svg = dot_plot([Dot("<b>&", 0.5, 0.4, 0.6)], 'an "alt" <x>', low=0, high=1)
    ET.fromstring(svg)
    assert "&lt;b&gt;&amp;" in svg


def test_limits_that_are_not_known_draw_no_line() -> None:
    svg = dot_plot([Dot("a", 0.5)], "alt", low=0, high=1)
    assert svg.count('stroke-width="2.4"') == 0
    assert "–" in dot_plot([Dot("a", float("nan"))], "alt", low=0, high=1)


def test_bars_fill_their_width() -> None:
    svg = stacked_bars([Answers("An item", (0.2, 0.3, 0.5), 100)], ["no", "so", "yes"], "alt")
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="22.0"', svg)]
    assert sum(widths) == pytest.approx(760 - 330 - 4, abs=0.2)


def test_a_pair_beyond_the_cut_is_framed() -> None:
    values = [[float("nan")] * 2, [0.91, float("nan")]]
    assert 'stroke-width="2.5"' in pair_map(["a", "b"], values, "alt", 0.85)
    assert 'stroke-width="2.5"' not in pair_map(["a", "b"], values, "alt", 0.95)


@given(st.text(max_size=60), st.floats(20, 300))
def test_a_shortened_text_fits(text: str, width: float) -> None:
    assert text_width(shortened(text, width)) <= width + 2 * 13


@given(st.text(alphabet="ab 小组", max_size=60), st.floats(40, 300))
def test_wrapped_lines_hold_every_sign_or_end_in_an_ellipsis(text: str, width: float) -> None:
    lines = wrapped(text, width, most=20)
    if not any(line.endswith("…") for line in lines):
        assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.floats(-100, 100), st.floats(0.01, 100))
def test_ticks_lie_inside(low: float, span: float) -> None:
    axis = Axis(low, low + span, 0, 100)
    ticks = axis.ticks()
    assert len(ticks) <= 7
    assert all(low - 1e-6 <= tick <= low + span + 1e-6 for tick in ticks)
