"""Counts that others may see: each is rounded up or down at random.

Counts, mean, SD and shape of one question in full or in fine bands are several equations for the
same few counts; two runs that differ by one person then have one solution. So a question has one
source: its rounded counts, or, where these are not shown, the bands of its mean and its SD.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

BASE = 10
"""Counts are shown as multiples of this (Hundepool et al. 2012, Statistical disclosure control,
section 5.4.3, on random rounding)."""

FEWEST = 10 * BASE
"""Counts over fewer persons are not shown: what all but one answered might be known."""

OPTIONS = 4
"""Counts of questions with fewer answers are not shown: rounding leaves too few of them open."""


def rounded_counts(counts: NDArray[np.int64], base: int = BASE) -> NDArray[np.int64] | None:
    """Return counts rounded at random to multiples of a base, each right on average.

    A count of 17 becomes 10 with chance 3/10 and 20 with chance 7/10, so that one more or one fewer
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
        None when fewer than ten times the base answered, or there are fewer than four answers to
        choose from.

    Examples
    --------
    >>> exact = np.array([12, 40, 103, 8])
    >>> shown = rounded_counts(exact)
    >>> bool((shown % 10 == 0).all()), bool((abs(shown - exact) < 10).all())
    (True, True)
    >>> rounded_counts(np.array([3, 4, 2, 1])) is None, rounded_counts(np.array([99, 88])) is None
    (True, True)
    """
    if len(counts) < OPTIONS or counts.sum() < FEWEST * base / BASE:
        return None
    key = hashlib.sha256(np.ascontiguousarray(counts, dtype="<i8").tobytes()).digest()
    draws = np.random.default_rng(int.from_bytes(key[:8], "little")).random(len(counts))
    left = counts % base
    return np.asarray(counts - left + base * (draws < left / base), dtype=np.int64)


def described(counts: NDArray[np.int64], codes: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return mean and SD of rounded counts, and the step that they are worth.

    Parameters
    ----------
    counts
        (K,) from `rounded_counts`.
    codes
        (K,) the answers.

    Returns
    -------
    tuple of float
        Mean, standard deviation (divisor n - 1), and about the error that rounding makes.

    Examples
    --------
    >>> mean, sd, error = described(np.array([10, 40, 40, 10]), np.arange(1.0, 5.0))
    >>> mean, round(sd, 2), error
    (2.5, 0.81, 0.1)
    """
    n = float(counts.sum())
    mean = float(counts @ codes) / n
    return mean, float(counts @ (codes - mean) ** 2 / (n - 1)) ** 0.5, BASE / n
