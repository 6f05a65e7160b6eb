"""Stacked bars of answers, an item a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.report.figures.svg import SIZE, Drawing, steps, text_width, wrapped

WIDTH = 760.0
_NAMES = 330.0
_BAR = 22.0
_LINE = 16.0
_GAP = 10.0
_LEGEND = 30.0


@dataclass(frozen=True, slots=True)
class Answers:
    """How often each option of an item was chosen.

    Attributes
    ----------
    text
        The item.
    shares
        Of each option, in the order of the scale; they add up to 1.
    count
        How many answers they are shares of.
    """

    text: str
    shares: tuple[float, ...]
    count: float


def stacked_bars(items: Sequence[Answers], labels: Sequence[str], alt: str) -> str:
    """Draw the answers to the items of one scale.

    Parameters
    ----------
    items
        From above to below; all on the same options.
    labels
        Of the options.
    alt
        The picture in words.
    """
    colours = steps(len(labels))
    lines = [wrapped(item.text, _NAMES - 16) for item in items]
    heights = [max(_BAR, _LINE * len(text)) + _GAP for text in lines]
    drawing = Drawing(WIDTH, _LEGEND + sum(heights) + 6)
    _legend(drawing, labels, colours)
    y = _LEGEND
    for item, text, height in zip(items, lines, heights, strict=True):
        first = y + height / 2 - _LINE * (len(text) - 1) / 2 + 4.5
        for k, part in enumerate(text):
            drawing.text(_NAMES - 10, first + k * _LINE, part, anchor="end", tip=item.text)
        _bar(drawing, item, labels, colours, y + (height - _BAR) / 2)
        y += height
    return drawing.svg(alt)


def _legend(drawing: Drawing, labels: Sequence[str], colours: Sequence[str]) -> None:
    x = _NAMES
    width = (WIDTH - _NAMES - 4) / len(labels)
    ends = (0, len(labels) - 1)
    for k, colour in enumerate(colours):
        drawing.rect(x + k * width, 18, width, 7, fill=colour, tip=labels[k])
    drawing.text(x, 12, labels[ends[0]], colour="quiet")
    last = labels[ends[1]]
    if text_width(last) + text_width(labels[0]) < WIDTH - _NAMES - 20:
        drawing.text(WIDTH - 4, 12, last, colour="quiet", anchor="end")


def _bar(
    drawing: Drawing, item: Answers, labels: Sequence[str], colours: Sequence[str], y: float
) -> None:
    x, whole = _NAMES, WIDTH - _NAMES - 4
    for share, label, colour in zip(item.shares, labels, colours, strict=True):
        width = share * whole
        drawing.rect(x, y, width, _BAR, fill=colour, tip=f"{label}: {share:.0%}")
        if width > 36:
            dark = colours.index(colour) in (0, len(colours) - 1)
            place = x + width / 2
            drawing.raw(
                f'<text x="{place:.1f}" y="{y + 15.5:.1f}" font-size="{SIZE:g}" '
                f'text-anchor="middle" '
                f'fill="{"#ffffff" if dark else "#1c2b33"}">{share:.0%}</text>'
            )
        x += width
