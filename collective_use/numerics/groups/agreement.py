"""Agreement within groups, from group statistics alone.

Every function returns one value a group (or group and item) and NaN exactly where fewer than
two answers leave nothing to compare, or where the index is undefined as its docstring says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from collective_use.errors import InputError
from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.types import Floats, Integers


def rwg(variances: ArrayLike, null_variance: ArrayLike, *, truncate: bool = True) -> Floats:
    """Return rwg = 1 - s²/σ² (James, Demaree & Wolf 1984, eq. 1).

    Parameters
    ----------
    variances
        Variances within groups, any shape, divisor n - 1.
    null_variance
        Variance of the null distribution, broadcast against `variances`.
    truncate
        Whether more disagreement than chance counts as none (0), as the authors advise.

    Examples
    --------
    >>> rwg([0.0, 1.0, 3.0], 2.0).tolist()
    [1.0, 0.5, 0.0]
    """
    ratio = np.asarray(variances, float) / np.asarray(null_variance, float)
    return 1.0 - np.minimum(ratio, 1.0) if truncate else 1.0 - ratio


def mean_ratio(stats: GroupStatistics, null_variances: ArrayLike) -> Floats:
    """Return (G,) the mean over items of variance / null variance.

    With one null variance for all items this is the mean item variance over the null variance
    of the literature; items with different numbers of options each get their own.
    """
    ratios = stats.variances / np.broadcast_to(np.asarray(null_variances, float), stats.n.shape[1:])
    known = ~np.isnan(ratios)
    number = known.sum(axis=1)
    total = np.where(known, ratios, 0.0).sum(axis=1)
    return np.divide(total, number, out=np.full(len(number), np.nan), where=number > 0)


def rwg_j(ratio: ArrayLike, n_items: int, *, truncate: bool = True) -> Floats:
    """Return rwg(j) from the mean ratio of variances (James et al. 1984, eq. 2).

    ``J (1 - r) / (J (1 - r) + r)`` with r the mean item variance over the null variance. With
    `truncate`, r above 1 counts as 1; without, a group whose denominator is not positive has
    no rwg(j) (NaN).

    Examples
    --------
    >>> round(float(rwg_j([0.5], 5)[0]), 4)
    0.8333
    """
    r = np.asarray(ratio, float)
    r = np.minimum(r, 1.0) if truncate else r
    agree = n_items * (1.0 - r)
    bottom = agree + r
    return np.divide(agree, bottom, out=np.full(r.shape, np.nan), where=bottom > 0)


def rwg_j_lindell(ratio: ArrayLike) -> Floats:
    """Return r*wg(j) = 1 - mean item variance / σ² (Lindell, Brandt & Whitney 1999).

    No Spearman-Brown step and no truncation: it does not rise with the number of items, and
    below zero it says by how much answers disagree beyond chance.

    Examples
    --------
    >>> rwg_j_lindell([0.25, 1.5]).tolist()
    [0.75, -0.5]
    """
    return np.asarray(1.0 - np.asarray(ratio, float))


def rwg_pooled(
    deviations: Floats, n: Floats | Integers, null_variance: float, *, truncate: bool = True
) -> float:
    """Return rwg(p) = 1 - pooled within-group variance / σ² (LeBreton, James & Lindell 2005).

    Parameters
    ----------
    deviations, n
        (G,) sums of squared deviations and numbers of answers of each group.
    """
    valid = n > 0
    df = float((n[valid] - 1).sum())
    if df <= 0:
        return float("nan")
    return float(rwg(deviations[valid].sum() / df, null_variance, truncate=truncate))


def awg(stats: GroupStatistics, low: float, high: float) -> Floats:
    """Return (G, J) awg (Brown & Hauenstein 2005, eq. 3).

    ``1 - 2 s² / (((H + L) M - M² - H L) n / (n - 1))``: agreement in proportion to the largest
    variance that the group's own mean allows. NaN where the mean is so extreme that this
    largest variance cannot be reached by n people (the authors' interpretable range); 1 where
    all chose the same end of the scale.

    Parameters
    ----------
    stats
        Statistics of the items.
    low, high
        Ends of the response scale.
    """
    return awg_of(stats.n, stats.means, stats.variances, low, high)


def awg_of(
    n: ArrayLike, means: Floats, variances: Floats, low: ArrayLike, high: ArrayLike
) -> Floats:
    """Return awg from answers, means and variances of any shape; see `awg`.

    Examples
    --------
    >>> awg_of([3.0], np.array([3.0]), np.array([1.0]), 1.0, 5.0).round(3).tolist()
    [0.667]
    """
    m, k = means, np.where(np.asarray(n) > 1, np.asarray(n, float), np.nan)
    low, high = np.asarray(low, float), np.asarray(high, float)
    largest = ((high + low) * m - m * m - high * low) * (k / (k - 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = 1.0 - 2.0 * variances / largest
        # A mean right on the border counts as inside, whatever its last digit.
        slack = 1e-12 * (high - low)
        outside = m < (low * (k - 1) + high) / k - slack
        outside |= m > (high * (k - 1) + low) / k + slack
    value = np.where(outside, np.nan, value)
    return np.where((k > 1) & ((m == high) | (m == low)), 1.0, value)


def average_deviation(stats: GroupStatistics, around: str = "mean") -> Floats:
    """Return (G, J) average deviations around the mean or the median (Burke et al. 1999).

    Computed from the counts of options, so one pass over the rows serves every index. The
    divisor is n.

    Parameters
    ----------
    stats
        Statistics with counts.
    around
        ``"mean"`` or ``"median"``.

    Raises
    ------
    InputError
        When the statistics hold no counts.
    """
    if stats.counts is None or stats.options is None:
        raise InputError("average deviations need counts of options; give `options`")
    centre = stats.means if around == "mean" else medians(stats)
    total = np.zeros(stats.n.shape)
    centre = np.where(stats.n > 0, centre, 0.0)
    for a, option in enumerate(stats.options):
        gap = option - centre
        np.abs(gap, out=gap)
        gap *= stats.counts[:, :, a]
        total += gap
    return np.divide(total, stats.n, out=np.full(total.shape, np.nan), where=stats.n > 1)


def medians(stats: GroupStatistics) -> Floats:
    """Return (G, J) medians from the counts of options; NaN where nobody answered."""
    if stats.counts is None or stats.options is None:
        raise InputError("medians need counts of options; give `options`")
    lower, upper = (stats.n + 1) // 2, stats.n // 2 + 1
    below = np.zeros(stats.n.shape, dtype=np.int64)
    at_lower = np.zeros(stats.n.shape, dtype=np.uint16)
    at_upper = np.zeros(stats.n.shape, dtype=np.uint16)
    for a in range(len(stats.options) - 1):
        below += stats.counts[:, :, a]
        at_lower += below < lower
        at_upper += below < upper
    middle = (stats.options[at_lower] + stats.options[at_upper]) / 2.0
    return np.where(stats.n > 0, middle, np.nan)
