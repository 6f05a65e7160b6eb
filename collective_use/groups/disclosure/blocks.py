"""Blocks of persons: the least that is summed up, so that all tables of a survey tell the same.

Several tables of the same answers (groups, the units above them, groups as they were before a
reform) tell by difference what each of them withholds, and a person who joins moves a figure in
each of them: what one leaves open the other may close. So persons are put into blocks once. Each
block has the size that may be shown, its sum is told in one band, and whatever is shown is made of
these bands and of nothing else. A person is in one block only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from collective_use.disclosure import Disclosure, Unit

ALL = "all"
"""The unit above all levels."""

NEIGHBOUR = "withheld so that smaller units cannot be worked out from other tables"


class Figure(NamedTuple):
    """What is shown of one unit in one wave.

    Attributes
    ----------
    level, unit
        Place of the level, the finest first and all units last; and the unit's name.
    n, mean, rounded_to
        Respondents, their mean as shown, and how far apart true means may lie that look so.
    reason
        Why nothing is shown, or "".
    """

    level: int
    unit: str
    n: int
    mean: float
    rounded_to: float
    reason: str


def blocks_of(
    keys: Sequence[Sequence[str]], sizes: Sequence[int], size: int
) -> tuple[tuple[int, ...], ...]:
    """Return the blocks that cells of persons make, each of them large enough wherever one can be.

    Small cells of a unit are put together, and with the first other block of the unit while
    they are too few; what is left is put together in the units of the next level, and at last in
    all.

    Parameters
    ----------
    keys
        For each cell the units it belongs to, the finest level first.
    sizes
        Respondents of each cell, at least one.
    size
        Of the smallest block that may be shown.

    Returns
    -------
    tuple
        Places of the cells of each block, in order.

    Examples
    --------
    >>> keys = [("a", "x"), ("b", "x"), ("c", "x"), ("d", "y")]
    >>> blocks_of(keys, [3, 6, 9, 5], 5)
    ((0, 1), (2,), (3,))
    """
    held = [frozenset([cell]) for cell in range(len(keys))]
    levels = len(keys[0]) if keys else 0

    def count(block: frozenset[int]) -> int:
        return sum(sizes[cell] for cell in block)

    def order(block: frozenset[int]) -> tuple[bool, bool, int]:
        # by name, not by size: who goes with whom must not change when one more answers; but
        # first a block that would be too small without one of its persons
        return count(block) >= size, count(block) > size, min(block)

    for level in range(levels + 1):
        units: dict[str, set[int]] = {}
        for cell, key in enumerate(keys):
            units.setdefault(key[level] if level < levels else "", set()).add(cell)
        for cells in units.values():
            inside = sorted((block for block in held if block <= cells), key=order)
            made: frozenset[int] = frozenset()
            for block in inside:
                if count(block) >= size and (not made or count(made) >= size):
                    break
                made |= block
            if made:
                held = [block for block in held if not block <= made] + [made]
    return tuple(sorted(tuple(sorted(block)) for block in held))


def shown_of(
    cells: frozenset[int], blocks: Sequence[tuple[int, ...]], sizes: Sequence[int], size: int
) -> tuple[int, ...] | None:
    """Return the places of the blocks that a unit is made of; None where it must not be shown.

    Parameters
    ----------
    cells
        Of the unit.
    blocks, sizes, size
        As `blocks_of` has them.

    Examples
    --------
    >>> shown_of(frozenset([1]), ((0, 1), (2,)), [3, 6, 9], 5) is None
    True
    >>> shown_of(frozenset([0, 1, 2]), ((0, 1), (2,)), [3, 6, 9], 5)
    (0, 1)
    """
    found = [place for place, block in enumerate(blocks) if not cells.isdisjoint(block)]
    for place in found:
        block = blocks[place]
        if not cells.issuperset(block) or sum(sizes[cell] for cell in block) < size:
            return None
    return tuple(found)


def block_band(unit: Unit, rule: Disclosure) -> int:
    """Return how many sums of scores share one band of a block, in grains; 0 where none will do.

    Where one more respondent makes a unit large enough, one run shows it with its neighbours and
    the next one alone: three bands bear on that person's answer, or four where the neighbour
    changes, not two. With bands of b grains and scales of s + 1 scores three answers are left when
    b >= 4 and (s - 1) modulo b >= 3: bands of one more possibility than the rule asks for. Scales
    of fewer than five answers have none.

    Examples
    --------
    >>> [block_band(Unit(1, 1, top), Disclosure(5)) for top in (4, 5, 7)]
    [0, 4, 6]
    >>> block_band(Unit(0.25, 1, 5), Disclosure(5))
    4
    """
    band = replace(rule, possibilities=rule.possibilities + 1).band(unit)
    return band if (unit.span - 1) % band >= rule.possibilities else 0


def joined_mean(
    sums: Sequence[float], counts: Sequence[int], unit: Unit, rule: Disclosure
) -> tuple[float, float]:
    """Return the mean of several blocks as it is shown, and how far true means lie apart.

    Parameters
    ----------
    sums, counts
        Of scores of each block.
    unit
        The scores that a person can have.
    rule
        How finely.

    Examples
    --------
    >>> joined_mean([24.0], [8], Unit(0.25, 1, 5), Disclosure(5))
    (3.05, 0.12)
    """
    told = wide = 0.0
    band = block_band(unit, rule)
    for value, n in zip(sums, counts, strict=True):
        grains = math.floor((value - n * unit.low) / unit.grain + 0.5 + 1e-9)
        told += n * unit.low + _middle(grains, n * unit.span, band) * unit.grain
        wide += band * unit.grain
    total = sum(counts)
    return round(told / total, 2), float(f"{max(0.01, wide / total):.2g}")


def _middle(grains: int, top: int, band: int) -> float:
    """Return the middle of the band that holds a sum; what is left over belongs to the last."""
    last = max(0, (top + 1) // band - 1)
    cell = min(grains // band, last)
    return (cell * band + (top if cell == last else (cell + 1) * band - 1)) / 2


def figures_of(
    keys: Sequence[Sequence[str]], sizes: Sequence[int], sums: Sequence[float], unit: Unit,
    rule: Disclosure,
) -> list[Figure]:  # fmt: skip
    """Return what is shown of the units of all levels in one wave.

    Parameters
    ----------
    keys, sizes
        As `blocks_of` takes them.
    sums
        Of the scores of each cell.
    unit, rule
        The scores that a person can have; from which size on, and how finely.

    Examples
    --------
    >>> found = figures_of([("a",), ("b",)], [5, 6], [15.0, 20.0], Unit(1, 1, 5), Disclosure(5))
    >>> [(figure.unit, figure.mean) for figure in found]
    [('a', 2.9), ('b', 3.25), ('all', 3.09)]
    """
    blocks = blocks_of(keys, sizes, rule.size)
    counts = [sum(sizes[cell] for cell in block) for block in blocks]
    totals = [sum(sums[cell] for cell in block) for block in blocks]
    units: dict[tuple[int, str], set[int]] = {}
    for cell, key in enumerate(keys):
        for place in (*enumerate(key), (len(key), ALL)):
            units.setdefault(place, set()).add(cell)
    made = []
    for (level, name), cells in sorted(units.items()):
        n = sum(sizes[cell] for cell in cells)
        parts = shown_of(frozenset(cells), blocks, sizes, rule.size)
        if parts is None:
            why = NEIGHBOUR if rule.shows(n) else rule.withheld(n)
            made.append(Figure(level, name, n, math.nan, math.nan, why))
        else:
            told = joined_mean([totals[p] for p in parts], [counts[p] for p in parts], unit, rule)
            made.append(Figure(level, name, n, *told, ""))
    return made
