"""A discrete distribution, as chances of agreement have it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats


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

    values: Floats
    probabilities: Floats

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


def collected(values: Floats, probabilities: Floats) -> Exact:
    """Return the distribution of values that may repeat, each with its chance."""
    keys = np.round(values, 12)
    unique, place = np.unique(keys, return_inverse=True)
    return Exact(unique, sum_by(place.ravel(), probabilities, len(unique)))
