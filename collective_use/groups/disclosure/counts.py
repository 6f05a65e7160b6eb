"""Counts that others may see: each is rounded up or down at random, their sum to the nearest.

Counts, mean, SD and shape of one question in full or in fine bands are several equations for the
same few counts; two runs that differ by one person then have one solution. So a question has one
source: its rounded counts, or, where these are not shown, the bands of its mean and its SD.

Of two runs that differ by one person every answer of that person stays possible, whatever the
counts. Let r and s be what the runs show, w the counts of the first, n its persons, K the answers.
Each w_k lies from max(0, max(r_k, s_k) - 9) to min(r_k, s_k) + 9, one less at the top for the
answer that is tried, and the w_k add up to n. The tops add up to n + 4K - 5.5 at the least, the
bottoms to n - 2.5 at the most, because the sums of r and s lie within 5 of n and n + 1; so there is
always such a w. That holds as long as nobody can repeat the draw, which therefore hangs on who gave
which answer, not on the counts, of which there are few enough to try all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

BASE = 10
"""Counts are shown as multiples of this (Hundepool et al. 2012, Statistical disclosure control,
section 5.4.3, on random rounding)."""

FEWEST = 10 * BASE
"""Counts over fewer persons are not shown: what all but one answered might be known."""

OPTIONS = 4
"""Counts of questions with fewer answers are not shown: rounding leaves too few of them open."""


def rounded_counts(
    counts: NDArray[np.int64], key: bytes, base: int = BASE
) -> NDArray[np.int64] | None:
    """Return counts rounded at random to multiples of a base, their sum to the nearest.

    A count of 17 becomes 10 with chance 3/10 and 20 with chance 7/10, so that one more or one fewer
    person cannot be read off two tables. Draws are repeated until the sum of all is the multiple
    nearest to the number of persons (controlled rounding: Cox 1987, Journal of the American
    Statistical Association 82:520); otherwise 101 persons shown as 110 and three zeros would all
    have the same answer. On average a count is off by its part of what the sum is off, most often
    by less than one person.

    Parameters
    ----------
    counts
        (K,) persons by answer.
    key
        From `key_of`: the same key and counts give the same table.
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
    >>> shown = rounded_counts(exact, b"who answered what")
    >>> bool((shown % 10 == 0).all()), bool((abs(shown - exact) < 10).all()), int(shown.sum())
    (True, True, 160)
    >>> [rounded_counts(np.array(few), b"") for few in ([3, 4, 2, 1], [99, 88])]
    [None, None]
    """
    if len(counts) < OPTIONS or counts.sum() < FEWEST * base / BASE:
        return None
    seed = hashlib.sha256(key + np.ascontiguousarray(counts, dtype="<i8").tobytes()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "little"))
    left, total = counts % base, int(counts.sum())
    while True:
        shown = counts - left + base * (rng.random(len(counts)) < left / base)
        if 2 * abs(int(shown.sum()) - total) <= base:
            return np.asarray(shown, dtype=np.int64)


def key_of(persons: Iterable[Sequence[object]]) -> bytes:
    """Return what a draw hangs on: who gave which answer, in whatever order they stand.

    Parameters
    ----------
    persons
        Of each person: group, code, answer.

    Examples
    --------
    >>> key_of([("a", "m1", 3), ("a", "m2", 4)]) == key_of([("a", "m2", 4), ("a", "m1", 3)])
    True
    >>> key_of([("a", "m1", 3), ("a", "m2", 4)]) == key_of([("a", "m1", 4), ("a", "m2", 3)])
    False
    """
    lines = sorted("\0".join(map(str, person)) for person in persons)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).digest()


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
