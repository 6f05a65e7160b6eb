"""Is it more than chance? Exact null distributions of agreement for one item.

Under a null distribution n members pick options independently. The variance of their answers
depends on the sum and the sum of squares only, so its distribution follows from adding one
member at a time; the average deviation needs every way to spread n members over A options.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from collective_use.errors import NotSupported
from collective_use.numerics.groups.statistics import FloatArray, sum_by

MOST_WAYS = 2_000_000
"""Largest number of ways or cells for which enumeration is offered."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A discrete distribution.

    Attributes
    ----------
    values
        (V,) ascending values.
    probabilities
        (V,) their chances; they add up to 1.
    """

    values: FloatArray
    probabilities: FloatArray

    def at_least(self, value: float) -> float:
        """Return the chance of `value` or more."""
        slack = 1e-9 * max(1.0, abs(value))
        return float(min(1.0, self.probabilities[self.values >= value - slack].sum()))

    def at_most(self, value: float) -> float:
        """Return the chance of `value` or less."""
        slack = 1e-9 * max(1.0, abs(value))
        return float(min(1.0, self.probabilities[self.values <= value + slack].sum()))

    def quantile(self, p: float) -> float:
        """Return the smallest value whose cumulative chance reaches `p`."""
        reached = np.cumsum(self.probabilities) >= p - 1e-12
        return float(self.values[int(np.argmax(reached))])

    def critical_high(self, level: float) -> float:
        """Return the least value that comes up, or is exceeded, with chance at most `level`.

        NaN when even the highest value is more likely than that.
        """
        beyond = np.cumsum(self.probabilities[::-1])[::-1] <= level + 1e-12
        return float(self.values[int(np.argmax(beyond))]) if beyond.any() else float("nan")

    def critical_low(self, level: float) -> float:
        """Return the greatest value that is reached from below with chance at most `level`.

        NaN when even the lowest value is more likely than that.
        """
        below = np.cumsum(self.probabilities) <= level + 1e-12
        return float(self.values[below][-1]) if below.any() else float("nan")

    def mean(self) -> float:
        """Return the expectation."""
        return float(self.values @ self.probabilities)


def collected(values: FloatArray, probabilities: FloatArray) -> Exact:
    """Return the distribution of values that may repeat, each with its chance."""
    keys = np.round(values, 12)
    unique, place = np.unique(keys, return_inverse=True)
    return Exact(unique, sum_by(place.ravel(), probabilities, len(unique)))


def exact_variance(n: int, proportions: FloatArray) -> Exact:
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
    top = len(proportions) - 1
    shape = (n * top + 1, n * top * top + 1)
    if shape[0] * shape[1] > MOST_WAYS:
        raise NotSupported(
            f"the exact distribution for {n} members and {top + 1} options has too many cells; "
            "use simulation"
        )
    chance = np.zeros(shape)
    chance[0, 0] = 1.0
    for member in range(n):
        rows, columns = member * top + 1, member * top * top + 1
        after = np.zeros(shape)
        for a, p in enumerate(proportions):
            if p > 0:
                after[a : a + rows, a * a : a * a + columns] += p * chance[:rows, :columns]
        chance = after
    total, square = np.nonzero(chance)
    variance = (square - total * total / n) / (n - 1)
    return collected(variance, chance[total, square])


def exact_rwg(n: int, proportions: FloatArray, null_variance: float) -> Exact:
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


def exact_average_deviation(n: int, proportions: FloatArray, around: str = "mean") -> Exact:
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


def benjamini_hochberg(p: FloatArray) -> FloatArray:
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
