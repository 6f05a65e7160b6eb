"""Null distributions: what answers would look like if members answered without agreeing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from collective_use.numerics.group_statistics import FloatArray


def uniform_variance(options: ArrayLike) -> float:
    """Return the variance of answers spread evenly over the options.

    ``(A² - 1) / 12`` for A options one apart (James, Demaree & Wolf 1984).

    Examples
    --------
    >>> uniform_variance([1, 2, 3, 4, 5])
    2.0
    """
    values = np.asarray(options, float)
    return float(np.mean((values - values.mean()) ** 2))


def variance_of(options: ArrayLike, proportions: ArrayLike) -> float:
    """Return the variance of one answer under given proportions of the options."""
    values, p = np.asarray(options, float), np.asarray(proportions, float)
    p = p / p.sum()
    return float(p @ (values - p @ values) ** 2)


def maximum_dissensus(n_options: int) -> FloatArray:
    """Return half the answers at each end (Lindell & Brandt 1997)."""
    p = np.zeros(n_options)
    p[0] = p[-1] = 0.5
    return p
