"""Columns over a scale, and shares of groups by size."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.report.figures.svg import Axis, Drawing, tick_text

WIDTH = 760.0


def columns(
    values: Sequence[float], counts: Sequence[float], alt: str, *, label: str, up: str
) -> str:
    """Draw how often each value occurs.

    Parameters
    ----------
    values
        Whole numbers, in order.
    counts
        How often each occurs.
    alt
        The picture in words.
    label, up
        What the two scales show.
    """
    drawing = Drawing(WIDTH, 210)
    left, foot, top = 50.0, 165.0, 24.0
    across = Axis(min(values) - 0.5, max(values) + 0.5, left, WIDTH - 12)
    high = Axis(0, max(counts), foot, top)
    for tick in high.ticks(5):
        drawing.line(left, high.at(tick), WIDTH - 12, high.at(tick))
        drawing.text(left - 8, high.at(tick) + 4.5, tick_text(tick), colour="quiet", anchor="end")
    width = min(48.0, 0.8 * (across.at(1 + across.low) - across.at(across.low)))
    for value, count in zip(values, counts, strict=True):
        drawing.rect(across.at(value) - width / 2, high.at(count), width, foot - high.at(count),
                     tip=f"{value:g}: {count:g}", radius=2)  # fmt: skip
    for tick in across.ticks(14):
        if float(tick).is_integer():
            drawing.text(across.at(tick), foot + 18, tick_text(tick), colour="quiet",
                         anchor="middle")  # fmt: skip
    drawing.text((left + WIDTH) / 2, foot + 38, label, colour="quiet", anchor="middle")
    drawing.text(left - 40, 14, up, colour="quiet")
    return drawing.svg(alt)


def size_strip(
    classes: Sequence[str],
    shares: Sequence[Sequence[float]],
    bands: Sequence[str],
    chance: Sequence[float],
    alt: str,
    *,
    cut: float,
    up: str,
) -> str:
    """Draw which share of the groups lies in each band of agreement, by class of size.

    Parameters
    ----------
    classes
        Classes of size.
    shares
        A row a class: the share of its groups in each band, lowest first.
    bands
        What the bands are called.
    chance
        For each class, the value that chance exceeds in 5%, from 0 to 1.
    alt
        The picture in words.
    cut
        The cut-off, from 0 to 1.
    up
        What the classes are of.
    """
    drawing = Drawing(WIDTH, 46.0 + 40.0 * len(classes) + 30)
    seen = [k for row in shares for k, share in enumerate(row) if share > 0]
    least = min([*seen, int(cut * len(bands) + 1e-9) - 1]) if cut == cut else min(seen, default=0)
    least = max(least, 0)
    axis = Axis(least / len(bands), 1, 150, WIDTH - 20)
    width = (axis.end - axis.start) / (len(bands) - least)
    foot = 26 + 40.0 * len(classes)
    for tick in axis.ticks():
        drawing.line(axis.at(tick), 18, axis.at(tick), foot)
        drawing.text(axis.at(tick), foot + 18, tick_text(tick), colour="quiet", anchor="middle")
    for k, name in enumerate(classes):
        y = 26 + 40.0 * k
        drawing.text(140, y + 19, name, anchor="end")
        for b, share in enumerate(shares[k][least:]):
            tall = 32 * share
            drawing.rect(axis.start + b * width + 1, y + 32 - tall, width - 2, tall,
                         tip=f"{name}, rwg(j) {bands[least + b]}: {share:.0%}")  # fmt: skip
        place = max(axis.at(chance[k]), axis.start)
        drawing.line(place, y - 2, place, y + 34, colour="warm", width=2, dash="4 3")
    drawing.line(axis.at(cut), 14, axis.at(cut), foot, colour="quiet", width=1.4)
    drawing.text(140, 14, up, colour="quiet", anchor="end")
    middle = (axis.start + axis.end) / 2
    drawing.text(middle, foot + 38, "rwg(j)", colour="quiet", anchor="middle")
    return drawing.svg(alt)
