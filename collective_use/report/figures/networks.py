"""Networks of groups beside each other, nobody named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.report.figures.svg import COLOURS, Drawing, shortened

WIDTH = 760.0
_CELL, _DRAWN, _HEAD = 126.0, 96.0, 24.0
MOST = 60
"""More groups than this are not drawn."""


@dataclass(frozen=True, slots=True)
class Net:
    """One group.

    Attributes
    ----------
    name
        Of the group.
    places
        (x, y) of each member, from 0 to 1.
    ties
        Pairs of members, and whether both named each other.
    silent
        Members who did not answer.
    tip
        What is read on hover.
    """

    name: str
    places: tuple[tuple[float, float], ...]
    ties: tuple[tuple[int, int, bool], ...]
    silent: frozenset[int]
    tip: str = ""


def network_grid(nets: Sequence[Net], alt: str) -> str:
    """Draw networks in rows.

    Parameters
    ----------
    nets
        From left to right, from above to below; at most `MOST` are drawn.
    alt
        The picture in words.
    """
    drawn = nets[:MOST]
    columns = int(WIDTH // _CELL)
    rows = math.ceil(len(drawn) / columns)
    drawing = Drawing(WIDTH, rows * (_DRAWN + _HEAD + 14) + 6)
    for k, net in enumerate(drawn):
        _draw(drawing, net, (k % columns) * _CELL + 8, (k // columns) * (_DRAWN + _HEAD + 14) + 4)
    return drawing.svg(alt)


def _draw(drawing: Drawing, net: Net, left: float, top: float) -> None:
    drawing.text(left, top + 14, shortened(net.name, _CELL - 14), tip=net.tip)
    at = [(left + 6 + x * (_DRAWN - 12), top + _HEAD + 6 + y * (_DRAWN - 12))
          for x, y in net.places]  # fmt: skip
    for first, second, both in net.ties:
        (x1, y1), (x2, y2) = at[first], at[second]
        if both:
            drawing.line(x1, y1, x2, y2, colour="accent", width=1.8)
        else:
            drawing.raw(_arrow(x1, y1, x2, y2))
    for k, (x, y) in enumerate(at):
        drawing.dot(x, y, r=4.2, colour="quiet" if k in net.silent else "accent",
                    hollow=k in net.silent)  # fmt: skip


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """Draw a tie that only one of two named, with a head that ends at the other's dot."""
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    tip_x, tip_y = x2 - 5 * ux, y2 - 5 * uy
    left = (tip_x - 6 * ux - 3 * uy, tip_y - 6 * uy + 3 * ux)
    right = (tip_x - 6 * ux + 3 * uy, tip_y - 6 * uy - 3 * ux)
    return (
        f'<path d="M{x1:.1f} {y1:.1f}L{tip_x:.1f} {tip_y:.1f}M{left[0]:.1f} {left[1]:.1f}'
        f'L{tip_x:.1f} {tip_y:.1f}L{right[0]:.1f} {right[1]:.1f}" class="s-faint" fill="none" '
        f'stroke="{COLOURS["faint"]}" stroke-width="1.2"/>'
    )
