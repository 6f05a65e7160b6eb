"""Where all groups lie, in classes of five groups or more, and where one group is shown.

The classes are the same on every page and hold the own group, so that no two pages can be taken
from each other. The outermost classes have no outer end: an end would be one group's value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from collective_use.groups.disclosure.bands import FEWEST

MOST = 5
"""Classes, at most: fifths of the groups."""

END = 1 / 12
"""Share of the scale at either end that is shown as one: half a point from 1 to 7.

A mean at the very end would say that everybody chose the last answer.
"""


@dataclass(frozen=True, slots=True)
class Bands:
    """Classes of groups on one measure.

    Attributes
    ----------
    low, high
        Ends of the scale.
    edges
        Inner edges, from low to high; none where there are too few groups.
    groups
        How many groups the classes hold.
    """

    low: float
    high: float
    edges: tuple[float, ...]
    groups: int

    @property
    def lowest(self) -> float:
        """Return the value under which no finer one is shown."""
        return round(self.low + END * (self.high - self.low), 1)

    @property
    def highest(self) -> float:
        """Return the value over which no finer one is shown."""
        return round(self.high - END * (self.high - self.low), 1)

    def within(self, value: float) -> float:
        """Return a value as it is shown: to a tenth, the ends of the scale cut off.

        Examples
        --------
        >>> bands = Bands(1.0, 7.0, (), 3)
        >>> bands.within(3.5625), bands.within(7.0), bands.within(1.2)
        (3.6, 6.5, 1.5)
        """
        return min(max(round(value, 1), self.lowest), self.highest)

    def place(self, value: float) -> int:
        """Return the class of a value, 0 the lowest.

        Examples
        --------
        >>> Bands(1.0, 7.0, (3.0, 4.0), 15).place(3.5)
        1
        """
        return sum(value > edge for edge in self.edges)


def bands_of(values: Sequence[float], low: float, high: float) -> Bands:
    """Return classes of at least five groups each.

    Parameters
    ----------
    values
        Of all groups that are shown, as others may see them; NaN where there is none.
    low, high
        Ends of the scale.

    Examples
    --------
    >>> bands_of([2.0 + k / 10 for k in range(15)], 1.0, 7.0).edges
    (2.5,)
    >>> bands_of([2.0, 3.0, 4.0], 1.0, 7.0).edges
    ()
    """
    known = sorted(value for value in values if not math.isnan(value))
    classes = min(MOST, len(known) // FEWEST)
    edges: list[float] = []
    for k in range(1, classes):
        cut = round(k * len(known) / classes)
        edges.append(round((known[cut - 1] + known[cut]) / 2, 1))
    whole = [-math.inf, *edges, math.inf]
    held = [sum(a < round(v, 1) <= b for v in known) for a, b in pairwise(whole)]
    if any(count < FEWEST for count in held):
        edges = _merged(edges, known)
    return Bands(low, high, tuple(edges), len(known))


def _merged(edges: list[float], known: Sequence[float]) -> list[float]:
    """Drop edges, lowest first, until each class holds enough groups."""
    kept: list[float] = []
    rounded = [round(value, 1) for value in known]
    for edge in dict.fromkeys(edges):
        before = kept[-1] if kept else -math.inf
        inside = sum(before < value <= edge for value in rounded)
        above = sum(value > edge for value in rounded)
        if inside >= FEWEST and above >= FEWEST:
            kept.append(edge)
    return kept
