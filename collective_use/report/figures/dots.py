"""Dots with limits, a row each: ICCs, reliabilities, effects, group means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.report.figures.svg import Axis, Drawing, text_width, tick_text, wrapped

WIDTH = 760.0
_ROW = 24.0
_MANY = 30
"""More rows than this stand closer to each other."""

_CLOSE = 16.0
_LINE = 15.0
_TOP = 14.0
_BOTTOM = 40.0
_MARGIN = 12.0


@dataclass(frozen=True, slots=True)
class Dot:
    """One row: a name, a value and its limits.

    Attributes
    ----------
    name
        What it is.
    value, low, high
        The value and its limits; NaN for limits that are not known.
    strong
        Whether it is drawn strong: limits that leave zero out, a value past the cut-off.
    tip
        What is read on hover.
    """

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    strong: bool = True
    tip: str = ""


def dot_plot(
    dots: Sequence[Dot], alt: str, *, low: float, high: float, line: float = math.nan,
    label: str = "",
) -> str:  # fmt: skip
    """Draw dots with limits, a row each.

    Parameters
    ----------
    dots
        From above to below.
    alt
        The picture in words.
    low, high
        The ends of the scale.
    line
        Where a cut-off or zero stands; NaN for none.
    label
        What the scale shows.
    """
    names = min(320.0, max(text_width(dot.name) for dot in dots) + 8)
    row = _ROW if len(dots) <= _MANY else _CLOSE
    if any(len(wrapped(dot.name, names, most=2)) > 1 for dot in dots):
        row = 2 * _LINE + 6
    drawing = Drawing(WIDTH, _TOP + row * len(dots) + _BOTTOM)
    axis = Axis(low, high, names + 2 * _MARGIN, WIDTH - _MARGIN - 8)
    foot = _TOP + row * len(dots)
    for tick in axis.ticks():
        drawing.line(axis.at(tick), _TOP - 6, axis.at(tick), foot, colour="rule")
        drawing.text(axis.at(tick), foot + 17, tick_text(tick), colour="quiet", anchor="middle")
    if not math.isnan(line):
        place = axis.at(line)
        drawing.line(place, _TOP - 6, place, foot, colour="quiet", width=1.4, dash="5 3")
    if label:
        middle = (axis.start + axis.end) / 2
        drawing.text(middle, foot + 35, label, colour="quiet", anchor="middle")
    for k, dot in enumerate(dots):
        _draw(drawing, axis, dot, _TOP + row * (k + 0.5), names)
    return drawing.svg(alt)


def _draw(drawing: Drawing, axis: Axis, dot: Dot, y: float, names: float) -> None:
    colour = "accent" if dot.strong else "faint"
    lines = wrapped(dot.name, names, most=2)
    for k, line in enumerate(lines):
        up = y + 4.5 + _LINE * (k - (len(lines) - 1) / 2)
        drawing.text(_MARGIN + names, up, line, anchor="end", tip=dot.name)
    if math.isnan(dot.value):
        drawing.text(axis.start + 4, y + 4.5, "–", colour="quiet")
        return
    if not (math.isnan(dot.low) or math.isnan(dot.high)):
        drawing.line(axis.at(dot.low), y, axis.at(dot.high), y, colour=colour, width=2.4)
    drawing.dot(axis.at(dot.value), y, colour=colour, tip=dot.tip, hollow=not dot.strong)
