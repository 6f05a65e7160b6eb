"""Correlations between and within groups, and the within-and-between analysis (WABA)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class BetweenWithin:
    """Decomposition of the correlation of two variables (Robinson 1950; Dansereau et al. 1984).

    ``r = eta_between_x eta_between_y r_between + eta_within_x eta_within_y r_within``.

    Attributes
    ----------
    raw, between, within
        Correlation over persons; of group means, each person counting once; and of deviations
        from group means.
    eta_between_x, eta_between_y, eta_within_x, eta_within_y
        Correlations of each variable with its group means and with the deviations from them.
    persons, groups
        N and G.
    """

    raw: float
    between: float
    within: float
    eta_between_x: float
    eta_between_y: float
    eta_within_x: float
    eta_within_y: float
    persons: int
    groups: int


def between_within(stats: GroupStatistics) -> BetweenWithin:
    """Return the decomposition for the two items of some group statistics with products.

    Parameters
    ----------
    stats
        Statistics of two variables, listwise, with `cross`.

    Examples
    --------
    >>> from collective_use.numerics.groups.statistics import group_statistics
    >>> s = group_statistics([[1, 1], [2, 2], [3, 3], [4, 4]], [0, 0, 1, 1], cross=True)
    >>> round(between_within(s).raw, 12)
    1.0
    """
    inside, across = sums_of_products(stats)
    total = inside + across
    bx, by = np.sqrt(np.diag(across) / np.diag(total))
    wx, wy = np.sqrt(np.diag(inside) / np.diag(total))
    return BetweenWithin(
        _correlation(total),
        _correlation(across),
        _correlation(inside),
        float(bx),
        float(by),
        float(wx),
        float(wy),
        int(stats.n[:, 0].sum()),
        int((stats.n[:, 0] > 0).sum()),
    )


def sums_of_products(stats: GroupStatistics) -> tuple[Floats, Floats]:
    """Return (J, J) sums of products within groups, and between them weighted by size."""
    if stats.cross is None:
        raise ValueError("sums of products need statistics with `cross`")
    n = stats.n[:, :1].astype(float)
    known = n[:, 0] > 0
    sums, n = stats.sums[known], n[known]
    inside = stats.cross[known].sum(axis=0)
    means = sums / n
    grand = sums.sum(axis=0) / n.sum()
    gaps = means - grand
    return inside, (gaps * n).T @ gaps


def _correlation(products: Floats) -> float:
    bottom = float(np.sqrt(products[0, 0] * products[1, 1]))
    return float(products[0, 1] / bottom) if bottom > 0 else float("nan")
