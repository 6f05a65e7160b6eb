"""Heat maps: groups by constructs, and pairs of constructs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from collective_use.report.figures.svg import (
    COLOURS,
    LEAST,
    SIZE,
    Drawing,
    shade,
    shortened,
    text_width,
    wrapped,
)
from collective_use.report.sentences import written

WIDTH = 760.0
_HEAD = 112.0
_LEVEL = 48.0
"""Height of the head where names fit above their columns without a slant."""


def group_map(
    groups: Sequence[str], names: Sequence[str], values: Sequence[Sequence[float]], alt: str,
    tips: Sequence[Sequence[str]],
) -> str:  # fmt: skip
    """Draw groups by constructs.

    Parameters
    ----------
    groups
        Their names, from above to below.
    names
        Constructs, from left to right.
    values
        A row a group: distance from the average group in SD; NaN is left blank.
    alt
        The picture in words.
    tips
        What each cell says on hover.
    """
    row = 16.0 if len(groups) <= 80 else max(2.0, 1120.0 / len(groups))
    left = min(120.0, max(text_width(name) for name in groups) + 14) if row >= 11 else 10.0
    cell = _cell(len(names), left)
    level = all(len(wrapped(name, cell - 12, SIZE, 9)) <= 2 for name in names)
    head = _LEVEL if level else _HEAD
    drawing = Drawing(max(LEAST, left + cell * len(names) + 8), head + row * len(groups) + 8)
    for k, name in enumerate(names):
        x = left + (k + 0.5) * cell
        if level:
            _above(drawing, x, head - 8, wrapped(name, cell - 12, SIZE, 2))
        else:
            _slanted(drawing, x, head - 8, name)
    for i, group in enumerate(groups):
        y = head + i * row
        if row >= 11:
            drawing.text(left - 6, y + row - 3.6, shortened(group, left - 8),
                         anchor="end", colour="quiet", tip=group)  # fmt: skip
        for k, value in enumerate(values[i]):
            if not math.isnan(value):
                drawing.rect(left + k * cell, y, cell - 1, row - (1 if row > 4 else 0),
                             fill=shade(value), tip=tips[i][k],
                             extra=f' data-g="{i}"')  # fmt: skip
    return drawing.svg(alt)


def _cell(count: int, left: float) -> float:
    """Return how wide a column is: few of them share the least width of a picture."""
    room = WIDTH - left - 8
    usual = min(90.0, room / max(count, 1))
    return max(usual, min(180.0, (LEAST - left - 8) / max(count, 1)))


def pair_map(names: Sequence[str], values: Sequence[Sequence[float]], alt: str, cut: float) -> str:
    """Draw a value of each pair of constructs, in the lower triangle.

    Parameters
    ----------
    names
        Constructs.
    values
        A square; only what lies below the diagonal is drawn.
    alt
        The picture in words.
    cut
        From which value on a cell is framed.
    """
    count = len(names)
    left = min(250.0, max(text_width(name) for name in names) + 14)
    cell = min(46.0, (WIDTH - left - 8) / max(count - 1, 1))
    height = cell if cell < 30 else 30.0
    drawing = Drawing(max(LEAST, left + cell * (count - 1) + 16), height * (count - 1) + 74)
    for i in range(1, count):
        y = (i - 1) * height + 8
        drawing.text(left - 8, y + height / 2 + 4, shortened(names[i], left - 10),
                     anchor="end", tip=names[i])  # fmt: skip
        for k in range(i):
            value = values[i][k]
            if not math.isnan(value):
                _pair(drawing, left + k * cell, y, cell, height, value, cut,
                      f"{names[i]} – {names[k]}: {written(value, bare=True)}")  # fmt: skip
    foot = (count - 1) * height + 20
    for k in range(count - 1):
        x = left + (k + 0.5) * cell
        name = shortened(names[k], 150)
        drawing.raw(
            f'<text x="{x:.1f}" y="{foot:.1f}" font-size="{SIZE:g}" class="f-quiet" '
            f'fill="{COLOURS["quiet"]}" text-anchor="end" '
            f'transform="rotate(-38 {x:.1f} {foot:.1f})">{_escaped(name)}</text>'
        )
    drawing.height = foot + 96
    return drawing.svg(alt)


def _pair(
    drawing: Drawing, x: float, y: float, width: float, height: float, value: float, cut: float,
    tip: str,
) -> None:  # fmt: skip
    strong = value >= cut
    drawing.rect(x, y, width - 2, height - 2, fill=shade(2 * abs(value) ** 1.5, 2.0), tip=tip,
                 stroke="warm" if strong else "",
                 extra=' stroke-width="2.5"' if strong else "")  # fmt: skip
    if width >= 25:
        light = abs(value) > 0.75
        drawing.raw(
            f'<text x="{x + width / 2 - 1:.1f}" y="{y + height / 2 + 3:.1f}" font-size="{SIZE:g}" '
            f'text-anchor="middle" fill="{"#ffffff" if light else "#1c2b33"}">'
            f"{written(value, bare=True)}</text>"
        )


def _above(drawing: Drawing, x: float, y: float, lines: Sequence[str]) -> None:
    for k, line in enumerate(reversed(lines)):
        drawing.text(x, y - 15 * k, line, anchor="middle")


def _slanted(drawing: Drawing, x: float, y: float, name: str) -> None:
    for k, line in enumerate(reversed(wrapped(name, 112, SIZE, 2))):
        place = x - 4 + 15 * (0.5 - k)
        drawing.raw(
            f'<text x="{place:.1f}" y="{y:.1f}" font-size="{SIZE:g}" class="f-ink" '
            f'fill="{COLOURS["ink"]}" transform="rotate(-52 {place:.1f} {y:.1f})">'
            f"{_escaped(line)}</text>"
        )


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
