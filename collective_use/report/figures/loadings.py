"""Loadings as dots, an item a row: its own factor filled, others hollow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.report.figures.svg import Axis, Drawing, tick_text, wrapped

WIDTH = 760.0
_NAMES = 330.0
_ROW, _LINE, _HEAD = 22.0, 15.0, 30.0
_TOP, _BOTTOM = 12.0, 42.0


@dataclass(frozen=True, slots=True)
class Loading:
    """One item.

    Attributes
    ----------
    text
        The item.
    value, low, high
        Its loading on its own factor, with limits; NaN where there are none.
    others
        Its loadings on the other factors.
    strong
        Whether the loading reaches the cut-off.
    tip
        What is read on hover.
    """

    text: str
    value: float
    low: float = math.nan
    high: float = math.nan
    others: tuple[float, ...] = ()
    strong: bool = True
    tip: str = ""


def loadings_plot(
    factors: Sequence[tuple[str, Sequence[Loading]]], alt: str, *, cut: float, label: str
) -> str:
    """Draw the loadings of items, factor by factor.

    Parameters
    ----------
    factors
        What each factor is called, and its items; an empty name has no heading.
    alt
        The picture in words.
    cut
        The cut-off, drawn as a line; NaN for none.
    label
        What the scale shows.
    """
    wraps = [[wrapped(item.text, _NAMES - 16, most=3) for item in items] for _, items in factors]
    heights = [[max(_ROW, _LINE * len(text) + 6) for text in part] for part in wraps]
    tall = sum(sum(part) for part in heights) + _HEAD * sum(bool(name) for name, _ in factors)
    drawing = Drawing(WIDTH, _TOP + tall + _BOTTOM)
    known = [v for _, items in factors for i in items for v in (i.value, i.low, *i.others)]
    lowest = min([v for v in known if not math.isnan(v)] + [0.0])
    axis = Axis(math.floor(lowest * 5 - 1e-9) / 5, 1.0, _NAMES + 14, WIDTH - 18)
    foot = _TOP + tall
    _scale(drawing, axis, foot, cut, label)
    y = _TOP
    for (name, items), texts, sizes in zip(factors, wraps, heights, strict=True):
        if name:
            drawing.text(4, y + 19, name, weight="600", size=13)
            y += _HEAD
        for item, text, height in zip(items, texts, sizes, strict=True):
            _draw(drawing, axis, item, text, y + height / 2)
            y += height
    return drawing.svg(alt)


def _scale(drawing: Drawing, axis: Axis, foot: float, cut: float, label: str) -> None:
    for tick in axis.ticks():
        drawing.line(axis.at(tick), _TOP, axis.at(tick), foot)
        drawing.text(axis.at(tick), foot + 17, tick_text(tick), colour="quiet", anchor="middle")
    if not math.isnan(cut):
        drawing.line(axis.at(cut), _TOP, axis.at(cut), foot, colour="quiet", width=1.4, dash="5 3")
    middle = (axis.start + axis.end) / 2
    drawing.text(middle, foot + 36, label, colour="quiet", anchor="middle")


def _draw(drawing: Drawing, axis: Axis, item: Loading, text: tuple[str, ...], y: float) -> None:
    first = y - _LINE * (len(text) - 1) / 2 + 4.5
    for k, line in enumerate(text):
        drawing.text(_NAMES, first + k * _LINE, line, anchor="end", tip=item.text)
    for other in item.others:
        if not math.isnan(other):
            drawing.dot(axis.at(other), y, colour="faint", r=3.4, hollow=True, tip=item.tip)
    if math.isnan(item.value):
        drawing.text(axis.at(0.0), y + 4.5, "–", colour="quiet")
        return
    colour = "accent" if item.strong else "warm"
    if not (math.isnan(item.low) or math.isnan(item.high)):
        drawing.line(axis.at(item.low), y, axis.at(item.high), y, colour=colour, width=2.4)
    drawing.dot(axis.at(item.value), y, colour=colour, tip=item.tip)
