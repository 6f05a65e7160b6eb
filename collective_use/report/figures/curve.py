"""The specification curve: one estimate a choice, and below it what was chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.report.figures.svg import Axis, Drawing, shortened, text_width, tick_text

WIDTH = 760.0
_TOP, _FOOT = 22.0, 230.0
_ROW, _HEAD = 19.0, 24.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One specification.

    Attributes
    ----------
    value, low, high
        The estimate and its limits.
    made
        Name of each decision, and what was chosen.
    shown
        Whether the limits leave zero out.
    tip
        What is read on hover.
    """

    value: float
    low: float
    high: float
    made: tuple[tuple[str, str], ...]
    shown: bool
    tip: str = ""


def specification_plot(choices: Sequence[Choice], alt: str, *, label: str) -> str:
    """Draw estimates from the smallest to the largest, and the choices behind each.

    Parameters
    ----------
    choices
        In the order that they are drawn.
    alt
        The picture in words.
    label
        What the upper scale shows.
    """
    decisions = _decisions(choices)
    names = [option for _, options in decisions for option in options]
    left = min(260.0, max([text_width(name) for name in names] + [60.0]) + 30)
    tall = sum(_HEAD + _ROW * len(options) for _, options in decisions)
    drawing = Drawing(WIDTH, _FOOT + tall + 20)
    known = [v for one in choices for v in (one.low, one.high, one.value) if not math.isnan(v)]
    edge = max(abs(v) for v in known) * 1.08 or 1.0
    low, high = min(0.0, *known) * 1.08, max(0.0, *known) * 1.08
    values = Axis(low, high, _FOOT - 8, _TOP) if low < high else Axis(-edge, edge, _FOOT - 8, _TOP)
    step = (WIDTH - left - 20) / len(choices)
    for tick in values.ticks():
        drawing.line(left, values.at(tick), WIDTH - 8, values.at(tick))
        drawing.text(left - 8, values.at(tick) + 4.5, tick_text(tick), colour="quiet",
                     anchor="end")  # fmt: skip
    drawing.line(left, values.at(0), WIDTH - 8, values.at(0), colour="quiet", width=1.4, dash="5 3")
    drawing.text(4, 14, label, colour="quiet")
    for k, one in enumerate(choices):
        x, colour = left + (k + 0.5) * step, "accent" if one.shown else "faint"
        drawing.line(x, values.at(one.low), x, values.at(one.high), colour=colour, width=2.2)
        drawing.dot(x, values.at(one.value), colour=colour, tip=one.tip, hollow=not one.shown)
    _board(drawing, choices, decisions, left, step)
    return drawing.svg(alt)


def _decisions(choices: Sequence[Choice]) -> list[tuple[str, list[str]]]:
    """Return every decision that was made in more than one way, with its options."""
    found: dict[str, dict[str, None]] = {}
    for one in choices:
        for name, option in one.made:
            found.setdefault(name, {})[option] = None
    varied = [(name, list(options)) for name, options in found.items() if len(options) > 1]
    return varied or [(name, list(options)) for name, options in found.items()][:1]


def _board(
    drawing: Drawing, choices: Sequence[Choice], decisions: list[tuple[str, list[str]]],
    left: float, step: float,
) -> None:  # fmt: skip
    y = _FOOT
    for name, options in decisions:
        drawing.text(4, y + 16, name, weight="600")
        y += _HEAD
        for option in options:
            drawing.text(left - 8, y + 13, shortened(option, left - 24), anchor="end", tip=option)
            for k, one in enumerate(choices):
                chosen = (name, option) in one.made
                drawing.dot(left + (k + 0.5) * step, y + 9, r=3.6 if chosen else 1.6,
                            colour="ink" if chosen else "rule")  # fmt: skip
            y += _ROW
