"""Is it more than chance? Exact null distributions of agreement for one item.

Under a null distribution n members pick options independently. The variance of their answers
depends on the sum and the sum of squares only (see `chance_laws` for every size in one pass);
the average deviation needs every way to spread n members over A options.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from collective_use.errors import NotSupported
from collective_use.numerics.groups.chance_laws import variance_laws
from collective_use.numerics.groups.discrete import Exact, collected
from collective_use.numerics.types import Floats

__all__ = [
    "MOST_WAYS",
    "Exact",
    "benjamini_hochberg",
    "collected",
    "compositions",
    "exact_average_deviation",
    "exact_rwg",
    "exact_variance",
]

MOST_WAYS = 2_000_000
"""Largest number of ways or cells for which enumeration is offered."""


def exact_variance(n: int, proportions: Floats) -> Exact:
    """Return the exact null distribution of the variance (divisor n - 1), in squared steps.

    Parameters
    ----------
    n
        Members, at least 2.
    proportions
        (A,) chance of each option.

    Raises
    ------
    NotSupported
        When the group is so large that simulation is the better way.

    Examples
    --------
    >>> d = exact_variance(2, np.array([0.5, 0.5]))
    >>> d.values.tolist(), d.probabilities.tolist()
    ([0.0, 0.5], [0.5, 0.5])
    """
    found = variance_laws([n], np.asarray(proportions, float))[n]
    if found.law is None or found.error > 0:
        raise NotSupported(
            f"the exact distribution for {n} members and {len(proportions)} options has too many "
            "cells; use simulation, or `chance_laws.variance_laws`"
        )
    return found.law


def exact_rwg(n: int, proportions: Floats, null_variance: float) -> Exact:
    """Return the exact null distribution of rwg, truncated at zero.

    Examples
    --------
    >>> d = exact_rwg(10, np.full(5, 0.2), 2.0)
    >>> round(d.critical_high(0.05), 3)
    0.528
    """
    spread = exact_variance(n, proportions)
    values = 1.0 - np.minimum(spread.values / null_variance, 1.0)
    return collected(values, spread.probabilities)


def compositions(n: int, parts: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return every way to spread n members over `parts` options, one a row.

    Examples
    --------
    >>> compositions(2, 2).tolist()
    [[0, 2], [1, 1], [2, 0]]
    """
    if special.comb(n + parts - 1, parts - 1) * parts > 4 * MOST_WAYS:
        raise NotSupported(
            f"{n} members can spread over {parts} options in too many ways; use simulation"
        )
    rows = np.zeros((1, 0), dtype=np.int64)
    left = np.array([n], dtype=np.int64)
    for _ in range(parts - 1):
        repeat = left + 1
        start = np.repeat(np.cumsum(repeat) - repeat, repeat)
        chosen = np.arange(int(repeat.sum())) - start
        rows = np.column_stack([np.repeat(rows, repeat, axis=0), chosen])
        left = np.repeat(left, repeat) - chosen
    return np.column_stack([rows, left])


def exact_average_deviation(n: int, proportions: Floats, around: str = "mean") -> Exact:
    """Return the exact null distribution of the average deviation, in steps.

    Parameters
    ----------
    n
        Members.
    proportions
        (A,) chance of each option.
    around
        ``"mean"`` or ``"median"``.

    Raises
    ------
    NotSupported
        When there are too many ways; use simulation.

    Examples
    --------
    >>> d = exact_average_deviation(2, np.array([0.5, 0.5]))
    >>> d.values.tolist(), d.probabilities.tolist()
    ([0.0, 0.5], [0.5, 0.5])
    """
    ways = compositions(n, len(proportions))
    with np.errstate(divide="ignore"):
        log_p = np.log(proportions)
    terms = np.where(ways > 0, ways * np.where(ways > 0, log_p, 0.0), 0.0)
    log_chance = special.gammaln(n + 1) - special.gammaln(ways + 1).sum(axis=1) + terms.sum(axis=1)
    place = np.arange(len(proportions))
    if around == "mean":
        centre = ways @ place / n
    else:
        below = np.cumsum(ways, axis=1)
        lower = (below < (n + 1) // 2).sum(axis=1)
        upper = (below < n // 2 + 1).sum(axis=1)
        centre = (lower + upper) / 2.0
    spread = np.zeros(len(ways))
    for a in place:
        spread += ways[:, a] * np.abs(a - centre)
    return collected(spread / n, np.exp(log_chance))


def benjamini_hochberg(p: Floats) -> Floats:
    """Return p-values adjusted for the false discovery rate (Benjamini & Hochberg 1995).

    NaN stays NaN and does not count as a test.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    values = np.asarray(p, float)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known])]
    m = len(order)
    scaled = values[order] * m / np.arange(1, m + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
