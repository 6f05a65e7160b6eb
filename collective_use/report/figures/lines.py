"""Lines over a scale, their names at their ends: eigenvalues, power."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.report.figures.svg import COLOURS, Axis, Drawing, text_width, tick_text, wrapped

WIDTH = 760.0
_TALL = 340.0
_TOP, _FOOT, _LEFT = 30.0, 290.0, 54.0
_LINE = 17.0


@dataclass(frozen=True, slots=True)
class Series:
    """One line.

    Attributes
    ----------
    name
        What stands at its end.
    points
        (x, y) from left to right; a y of NaN is left out.
    colour
        One of `COLOURS`.
    dash
        Of the line; empty for a whole one.
    tips
        What each point says on hover; empty for none.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    colour: str = "accent"
    dash: str = ""
    tips: tuple[str, ...] = ()


def line_chart(
    series: Sequence[Series], alt: str, *, across: str, up: str, high: float = math.nan,
    line: float = math.nan, mark: float = math.nan, mark_name: str = "",
) -> str:  # fmt: skip
    """Draw lines, a name at the end of each.

    Parameters
    ----------
    series
        The lines.
    alt
        The picture in words.
    across, up
        What the two scales show.
    high
        The upper end of the scale; from the lines where NaN.
    line
        A value to compare with, drawn across; NaN for none.
    mark, mark_name
        A place on the scale across, and what stands there.
    """
    xs = [x for one in series for x, _ in one.points]
    ys = [y for one in series for _, y in one.points if not math.isnan(y)]
    names = min(250.0, max(text_width(one.name) for one in series)) + 34
    drawing = Drawing(WIDTH, _TALL)
    places = Axis(min(xs), max(xs), _LEFT + 14, WIDTH - names)
    values = Axis(0.0, max(ys) * 1.05 if math.isnan(high) else high, _FOOT, _TOP)
    _frame(drawing, places, values, sorted(set(xs)), across, up)
    if not math.isnan(line):
        drawing.line(_LEFT, values.at(line), places.end + 8, values.at(line), colour="quiet",
                     width=1.4, dash="5 3")  # fmt: skip
    if not math.isnan(mark):
        drawing.line(places.at(mark), _TOP, places.at(mark), _FOOT, colour="warm", width=1.6)
        drawing.text(places.at(mark) + 8, _TOP + 14, mark_name, colour="warm")
    taken: list[float] = []
    for one in series:
        _draw(drawing, one, places, values, taken, names)
    return drawing.svg(alt)


def _frame(
    drawing: Drawing, places: Axis, values: Axis, xs: Sequence[float], across: str, up: str
) -> None:
    for tick in values.ticks():
        drawing.line(_LEFT, values.at(tick), places.end + 8, values.at(tick))
        drawing.text(_LEFT - 8, values.at(tick) + 4.5, tick_text(tick), colour="quiet",
                     anchor="end")  # fmt: skip
    last = -math.inf
    for x in xs if len(xs) <= 20 else places.ticks(12):
        if places.at(x) - last > 26:
            last = places.at(x)
            drawing.text(last, _FOOT + 18, tick_text(x), colour="quiet", anchor="middle")
    middle = (places.start + places.end) / 2
    drawing.text(middle, _FOOT + 40, across, colour="quiet", anchor="middle")
    drawing.text(6, 15, up, colour="quiet")


def _draw(
    drawing: Drawing, one: Series, places: Axis, values: Axis, taken: list[float], names: float
) -> None:
    known = [(places.at(x), values.at(y)) for x, y in one.points if not math.isnan(y)]
    if not known:
        return
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in known)
    dash = f' stroke-dasharray="{one.dash}"' if one.dash else ""
    drawing.raw(
        f'<path d="M{way}" class="s-{one.colour}" fill="none" stroke="{COLOURS[one.colour]}" '
        f'stroke-width="2.2"{dash}/>'
    )
    if not one.dash:
        tips = one.tips or ("",) * len(known)
        for (x, y), tip in zip(known, tips, strict=True):
            drawing.dot(x, y, colour=one.colour, r=3.6, tip=tip)
    lines = wrapped(one.name, names - 22, most=2)
    y = _beside(known[-1][1] + 4.5, len(lines), taken)
    for k, text in enumerate(lines):
        drawing.text(places.end + 14, y + k * _LINE, text, colour=one.colour)
        taken.append(y + k * _LINE)


def _beside(wanted: float, lines: int, taken: Sequence[float]) -> float:
    """Return the height nearest to the end of a line at which its name covers no other."""
    for far in range(400):
        for y in (wanted + far, wanted - far):
            own = [y + k * _LINE for k in range(lines)]
            if all(abs(one - other) >= _LINE for one in own for other in taken):
                return y
    return wanted
