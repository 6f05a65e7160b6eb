"""Random group resampling (Bliese 2000): real groups against groups made by shuffling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.types import Floats, Integers


@dataclass(frozen=True, slots=True)
class RandomGroups:
    """Variances within groups made by chance.

    Attributes
    ----------
    variances
        (R, G) variances within pseudo-groups of the real sizes; groups of one are left out.
    observed
        (G,) variances within the real groups.
    """

    variances: Floats
    observed: Floats


def random_groups(
    values: ArrayLike,
    codes: ArrayLike,
    n_groups: int,
    *,
    repetitions: int = 1000,
    seed: int | np.random.SeedSequence | None = 0,
) -> RandomGroups:
    """Shuffle members over groups of the same sizes and take the variance within each.

    Parameters
    ----------
    values
        (N,) values without missing ones; the order of rows makes no difference.
    codes
        (N,) groups, 0 to G - 1.
    n_groups
        G.
    repetitions
        R shuffles.
    seed
        Seed of the generator.

    Examples
    --------
    >>> r = random_groups([1, 1, 5, 5], [0, 0, 1, 1], 2, repetitions=3)
    >>> r.variances.shape, r.observed.tolist()
    ((3, 2), [0.0, 0.0])
    """
    x = np.asarray(values, float)
    groups = np.asarray(codes, np.intp)
    order = np.lexsort((x, groups))
    x = x[order] - (float(np.mean(x)) if len(x) else 0.0)
    n = np.bincount(groups, minlength=n_groups)
    real = n[n > 0]
    start = np.concatenate([[0], np.cumsum(real)[:-1]]).astype(np.intp)
    enough = real > 1
    if not len(x):
        return RandomGroups(np.empty((repetitions, 0)), np.empty(0))
    # about each group's own mean: groups may lie far apart
    stats = group_statistics(np.asarray(values, float), groups, n_groups)
    observed = stats.variances[n > 0, 0][enough]
    result = np.empty((repetitions, int(enough.sum())))
    # Some 2 MB of rows at a time: few calls, little memory.
    height = max(1, 262_144 // max(1, len(x)))
    rng = np.random.Generator(np.random.SFC64(seed))
    for begin in range(0, repetitions, height):
        part = result[begin : begin + height]
        part[:] = _variances(x[_orders(rng, len(part), len(x), start[1:])], start, real)[:, enough]
    return RandomGroups(result, observed)


def _orders(rng: np.random.Generator, number: int, size: int, cuts: Integers) -> Integers:
    """Return (number, size) random orders in which every division at the cuts is alike likely.

    Sorting by random keys of 16 bits, which numpy does by radix, is twice as fast as Fisher and
    Yates. Members with the same key keep their old order; that shows only where a cut parts
    them, and there they are shuffled.
    """
    words = rng.bit_generator.random_raw(-(-number * size // 4))
    keys = words.view(np.uint16)[: number * size].reshape(number, size)
    order = keys.argsort(axis=1, kind="stable")
    row = np.arange(number)[:, None]
    tied = np.flatnonzero(keys[row, order[:, cuts - 1]] == keys[row, order[:, cuts]])
    if len(tied):
        _shuffle_ties(rng, keys, order, tied // len(cuts), cuts[tied % len(cuts)])
    return order


def _shuffle_ties(
    rng: np.random.Generator,
    keys: NDArray[np.uint16],
    order: NDArray[np.intp],
    row: Integers,
    cut: Integers,
) -> None:
    """Shuffle, in place, every run of equal keys that a cut parts (Fisher & Yates)."""
    key = keys[row, order[row, cut]]
    first, last = cut - 1, cut.copy()
    for end, step, border in ((first, -1, 0), (last, 1, keys.shape[1] - 1)):
        going = np.flatnonzero(end != border)
        while len(going):
            r, beyond = row[going], end[going] + step
            same = keys[r, order[r, beyond]] == key[going]
            going, beyond = going[same], beyond[same]
            end[going] = beyond
            going = going[beyond != border]
    once = np.append(True, (np.diff(first) != 0) | (np.diff(row) != 0))
    row, first, more = row[once], first[once], (last - first)[once]
    for top in range(int(more.max()), 0, -1):
        longer = more >= top
        r, begin = row[longer], first[longer]
        other = begin + rng.integers(0, top + 1, size=len(r))
        order[r, begin + top], order[r, other] = order[r, other], order[r, begin + top]


def _variances(rows: Floats, start: Integers, n: Integers) -> Floats:
    """Return (R, G) variances within blocks of columns; `rows` is used up."""
    total = np.add.reduceat(rows, start, axis=1)
    np.multiply(rows, rows, out=rows)
    squares = np.add.reduceat(rows, start, axis=1)
    below = np.where(n > 1, n - 1, 1)
    return np.asarray(np.maximum(squares - total * total / n, 0.0) / below)
