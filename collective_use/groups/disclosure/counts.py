"""Counts that others may see: each is rounded up or down at random."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

BASE = 5
"""Counts are shown as multiples of this (Hundepool et al. 2012, Statistical disclosure control,
section 5.4.3, on random rounding)."""

FEWEST = 10 * BASE
"""Counts over fewer persons are not shown: what all but one answered might be known."""


def rounded_counts(counts: NDArray[np.int64], base: int = BASE) -> NDArray[np.int64] | None:
    """Return counts rounded at random to multiples of a base, each right on average.

    A count of 7 becomes 5 with chance 3/5 and 10 with chance 2/5, so that one more or one fewer
    person cannot be read off two tables. The draw belongs to the counts themselves: the same
    counts give the same table, other counts are drawn afresh.

    Parameters
    ----------
    counts
        (K,) persons by answer.
    base
        The step.

    Returns
    -------
    ndarray of shape (K,), or None
        None when fewer than ten times the base answered.

    Examples
    --------
    >>> shown = rounded_counts(np.array([12, 40, 103]))
    >>> bool((shown % 5 == 0).all()), bool((abs(shown - [12, 40, 103]) < 5).all())
    (True, True)
    >>> rounded_counts(np.array([3, 4])) is None
    True
    """
    if counts.sum() < FEWEST * base / BASE:
        return None
    key = hashlib.sha256(np.ascontiguousarray(counts, dtype="<i8").tobytes()).digest()
    draws = np.random.default_rng(int.from_bytes(key[:8], "little")).random(len(counts))
    left = counts % base
    return np.asarray(counts - left + base * (draws < left / base), dtype=np.int64)
