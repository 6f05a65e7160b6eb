"""Random group resampling (Bliese 2000): real groups against groups made by shuffling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_use.numerics.group_statistics import FloatArray, IntArray


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

    variances: FloatArray
    observed: FloatArray


def random_groups(
    values: ArrayLike,
    codes: ArrayLike,
    n_groups: int,
    *,
    repetitions: int = 1000,
    seed: int | np.random.SeedSequence = 0,
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
    observed = _variances(x[None, :], start, real)[0, enough]
    rng = np.random.default_rng(seed)
    result = np.empty((repetitions, int(enough.sum())))
    # Few rows at a time stay in the processor's cache, and one row is shuffled fastest.
    rows = np.empty((max(1, 65_536 // max(1, len(x))), len(x)))
    for begin in range(0, repetitions, len(rows)):
        stop = min(repetitions, begin + len(rows))
        for row in range(stop - begin):
            rows[row] = rng.permutation(x)
        result[begin:stop] = _variances(rows[: stop - begin], start, real)[:, enough]
    return RandomGroups(result, observed)


def _variances(rows: FloatArray, start: IntArray, n: IntArray) -> FloatArray:
    total = np.add.reduceat(rows, start, axis=1)
    squares = np.add.reduceat(rows * rows, start, axis=1)
    below = np.where(n > 1, n - 1, 1)
    return np.asarray(np.maximum(squares - total * total / n, 0.0) / below)
