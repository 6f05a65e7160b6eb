"""Groups as dots: an index of agreement against the size of the group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from collective_use.report.figures.svg import Axis, Drawing, tick_text

WIDTH, _TALL = 760.0, 360.0
_LEFT, _TOP, _FOOT = 56.0, 36.0, 308.0


def strip_plot(
    points: Sequence[tuple[float, float, str]], chance: Mapping[float, float], alt: str, *,
    cut: float, across: str, up: str, lowest_is_best: bool = False,
) -> str:  # fmt: skip
    """Draw groups by size and agreement, with what chance alone reaches.

    Parameters
    ----------
    points
        Size, index, and what is read on hover.
    chance
        For each size, the value that chance passes in 5%; NaN where it is not known.
    alt
        The picture in words.
    cut
        The cut-off; NaN for none.
    across, up
        What the two scales show.
    lowest_is_best
        Whether agreement is a low value, as of deviations: chance then lies above its value.
    """
    sizes = [size for size, _, _ in points]
    values = [value for _, value, _ in points]
    known = [v for v in (*values, *chance.values(), cut) if not math.isnan(v)]
    low, high = min(0.0, *known), max(1.0, *known) if not lowest_is_best else max(known) * 1.05
    drawing = Drawing(WIDTH, _TALL)
    places = Axis(min(sizes) - 0.6, max(sizes) + 0.6, _LEFT + 6, WIDTH - 12)
    heights = Axis(math.floor(low * 5) / 5, high, _FOOT, _TOP)
    _band(drawing, chance, places, heights, lowest_is_best=lowest_is_best)
    for tick in heights.ticks():
        drawing.line(_LEFT, heights.at(tick), WIDTH - 10, heights.at(tick))
        drawing.text(_LEFT - 8, heights.at(tick) + 4.8, tick_text(tick), colour="quiet",
                     anchor="end")  # fmt: skip
    if not math.isnan(cut):
        drawing.line(_LEFT, heights.at(cut), WIDTH - 10, heights.at(cut), colour="quiet",
                     width=1.4, dash="5 3")  # fmt: skip
    for tick in places.ticks(14):
        if float(tick).is_integer():
            drawing.text(places.at(tick), _FOOT + 18, tick_text(tick), colour="quiet",
                         anchor="middle")  # fmt: skip
    drawing.text((_LEFT + WIDTH) / 2, _FOOT + 42, across, colour="quiet", anchor="middle")
    drawing.text(6, 15, up, colour="quiet")
    _dots(drawing, points, places, heights, cut, lowest_is_best=lowest_is_best)
    return drawing.svg(alt)


def _band(
    drawing: Drawing, chance: Mapping[float, float], places: Axis, heights: Axis, *,
    lowest_is_best: bool,
) -> None:  # fmt: skip
    for size, value in chance.items():
        if math.isnan(value):
            continue
        left, right = places.at(size - 0.5), places.at(size + 0.5)
        edge = heights.high if lowest_is_best else heights.low
        top, foot = sorted((heights.at(value), heights.at(edge)))
        drawing.rect(left, top, right - left, foot - top, colour="soft")
        drawing.line(left, heights.at(value), right, heights.at(value), colour="warm", width=2)


def _dots(
    drawing: Drawing, points: Sequence[tuple[float, float, str]], places: Axis, heights: Axis,
    cut: float, *, lowest_is_best: bool,
) -> None:  # fmt: skip
    """Draw the groups; those of one size stand beside each other."""
    seen: dict[float, int] = {}
    room = places.at(places.low + 0.8) - places.at(places.low)
    most = max([sum(size == other for other, _, _ in points) for size, _, _ in points] + [1])
    step = min(9.0, room / most)
    for size, value, tip in sorted(points):
        if math.isnan(value):
            continue
        k = seen[size] = seen.get(size, -1) + 1
        beside = step * ((k + 1) // 2) * (1 if k % 2 else -1)
        good = math.isnan(cut) or (value <= cut if lowest_is_best else value >= cut)
        drawing.dot(places.at(size) + beside, heights.at(value), r=3.8, tip=tip,
                    colour="accent" if good else "faint", hollow=not good)  # fmt: skip
