"""Within and between covariances of many variables by moments, pair by pair where answers miss.

The analysis-of-variance estimator (Henderson 1953, method 1; Searle, Casella & McCulloch 1992):
``between = (MSB - MSW) / n0``. It needs no search, holds for any number of variables, and works
from sums by group alone, so that groups can be drawn again at little cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums by group of every pair of variables, over persons who answered both.

    Attributes
    ----------
    n, sums, products
        (G, J, J): persons with both; sum of the first among them; sum of products.
    """

    n: Floats
    sums: Floats
    products: Floats


def pair_sums(values: Floats, codes: Ints, groups: int) -> PairSums:
    """Return sums by group.

    Parameters
    ----------
    values
        (N, J), NaN for missing.
    codes
        (N,) group of each person, 0 to `groups` - 1.
    groups
        G.

    Examples
    --------
    >>> import numpy as np
    >>> pair_sums(np.array([[1.0, 2.0], [3.0, np.nan]]), np.array([0, 0]), 1).n[0].tolist()
    [[2.0, 1.0], [1.0, 1.0]]
    """
    known = ~np.isnan(values)
    centre = np.nanmean(values, axis=0)
    filled = np.where(known, values - centre, 0.0)
    mask = known.astype(float)
    j = values.shape[1]
    n, sums, products = (np.zeros((groups, j, j)) for _ in range(3))
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=groups))
    for g, rows in enumerate(np.split(order, ends[:-1])):
        m, x = mask[rows], filled[rows]
        n[g], sums[g], products[g] = m.T @ m, x.T @ m, x.T @ x
    return PairSums(n, sums, products)


def components(found: PairSums, times: Floats | None = None) -> tuple[Floats, Floats]:
    """Return the within and the between covariance, (..., J, J) each.

    Parameters
    ----------
    found
        Sums by group.
    times
        (..., G) how often each group counts, for a bootstrap of groups, many at once where there
        are more dimensions; once each when None.

    Examples
    --------
    >>> import numpy as np
    >>> sums = pair_sums(np.array([[1.0], [3.0], [7.0], [9.0]]), np.array([0, 0, 1, 1]), 2)
    >>> [m.tolist() for m in components(sums)]
    [[[2.0]], [[17.0]]]
    >>> components(sums, np.array([[1.0, 1.0], [2.0, 0.0]]))[1].shape
    (2, 1, 1)
    """
    w = np.ones(len(found.n)) if times is None else times
    there = found.n > 0
    size = np.where(there, found.n, 1.0)
    inside = found.sums * np.swapaxes(found.sums, 1, 2) / size

    def added(x: Floats) -> Floats:
        return np.asarray(np.tensordot(w, x, axes=([-1], [0])))

    total, groups, first = added(found.n), added(there.astype(float)), added(found.sums)
    whole = added(inside)
    between = whole - first * np.swapaxes(first, -1, -2) / np.maximum(total, 1.0)
    msw = (added(found.products) - whole) / np.maximum(total - groups, 1.0)
    msb = between / np.maximum(groups - 1, 1.0)
    squares = added(found.n**2) / np.maximum(total, 1.0)
    n0 = (total - squares) / np.maximum(groups - 1, 1.0)
    return msw, (msb - msw) / np.maximum(n0, 1e-12)
