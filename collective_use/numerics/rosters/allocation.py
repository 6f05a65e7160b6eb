"""Shares of points or ratings that targets receive, for many groups of one size at once.

Stacks ``(groups, raters, targets)``: what each rater gave to each target, ``nan`` where nothing
was given. A rater may be one of the targets or belong to one; ``own`` holds that target's
column, ``(groups, raters)``, negative where there is none.
"""

from __future__ import annotations

import numpy as np

from collective_use.numerics.rosters.network import Bools, Floats, mean_where, ratio
from collective_use.numerics.types import Integers


def own_cells(own: Integers, targets: int) -> Bools:
    """Tell which cells are ratings of one's own target, ``(groups, raters, targets)``.

    Examples
    --------
    >>> own_cells(np.array([[1, -1]]), 2)[0].tolist()
    [[False, True], [False, False]]
    """
    return own[..., None] == np.arange(targets)


def without_own(ratings: Floats, own: Integers) -> Floats:
    """Blank the ratings that raters gave to their own target.

    Examples
    --------
    >>> without_own(np.array([[[40.0, 60.0]]]), np.array([[1]]))
    array([[[40., nan]]])
    """
    return np.where(own_cells(own, ratings.shape[-1]), np.nan, ratings)


def complete_blanks(points: Floats, total: float, tolerance: float) -> Floats:
    """Read blanks as 0 for raters whose points already add up to the total.

    Survey tools leave a field empty that the respondent gave nothing to.

    Examples
    --------
    >>> complete_blanks(np.array([[[100.0, np.nan], [20.0, np.nan]]]), 100, 0.02)[0].tolist()
    [[100.0, 0.0], [20.0, nan]]
    """
    sums = np.where(np.isnan(points), 0.0, points).sum(-1, keepdims=True)
    done = np.abs(sums - total) <= tolerance * total
    return np.where(np.isnan(points) & done, 0.0, points)


def off_total(points: Floats, total: float, tolerance: float) -> Bools:
    """Tell which raters gave points that do not add up, ``(groups, raters)``.

    Raters who gave nothing at all are non-respondents, not wrong.

    Examples
    --------
    >>> off_total(np.array([[[60.0, 41.0], [60.0, 70.0]]]), 100, 0.02)
    array([[False,  True]])
    """
    there = ~np.isnan(points)
    sums = np.where(there, points, 0.0).sum(-1)
    negative = (np.where(there, points, 0.0) < 0).any(-1)
    wrong = (np.abs(sums - total) > tolerance * total) | negative
    return (wrong | ~there.all(-1)) & there.any(-1)


def received_shares(shares: Floats) -> Floats:
    """Return the share each target receives, ``(groups, targets)``, summing to 1.

    The mean over the raters who rated the target, then divided by the sum. With own targets
    blanked, raters who agree are still reproduced exactly: a share keeps its base, the whole
    total, whoever gave it.

    Parameters
    ----------
    shares
        ``(groups, raters, targets)``, points over the total or ratings.

    Examples
    --------
    >>> received_shares(np.array([[[np.nan, 0.3, 0.2], [0.5, np.nan, 0.2], [0.5, 0.3, np.nan]]]))
    array([[0.5, 0.3, 0.2]])
    """
    means = mean_where(shares, -2)
    return ratio(means, np.broadcast_to(means.sum(-1, keepdims=True), means.shape))


def gini(shares: Floats, *, corrected: bool = True) -> Floats:
    """Return the Gini coefficient of non-negative amounts, ``(groups,)``.

    The mean absolute difference over twice the mean; its maximum in a group of k is (k-1)/k,
    so the corrected value is multiplied by k/(k-1) and runs from 0 to 1 in groups of any size.

    References
    ----------
    Harrison, D. A., & Klein, K. J. (2007). Academy of Management Review, 32, 1199-1228.
    Biemann, T., & Kearney, E. (2010). Size does matter. Organizational Research Methods, 13,
    582-599, eq. 6.

    Examples
    --------
    >>> gini(np.array([[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]))
    array([1., 0.])
    """
    k = shares.shape[-1]
    ordered = np.sort(shares, -1)
    weights = 2.0 * np.arange(1, k + 1) - k - 1.0
    spread = (weights * ordered).sum(-1)
    base = float(k - 1 if corrected else k)
    return ratio(spread, base * shares.sum(-1))


def variation(shares: Floats, *, corrected: bool = True) -> Floats:
    """Return the coefficient of variation of amounts, ``(groups,)``.

    The standard deviation over the mean, from the sum of squares over k-1 when corrected, over
    k otherwise. Its maximum is sqrt(k) when corrected and sqrt(k-1) otherwise.

    References
    ----------
    Biemann & Kearney (2010), eq. 5.

    Examples
    --------
    >>> variation(np.array([[0.5, 0.5], [1.0, 0.0]]), corrected=False)
    array([0., 1.])
    """
    mean = shares.mean(-1)
    squares = ((shares - mean[..., None]) ** 2).sum(-1)
    base = np.full(mean.shape, float(shares.shape[-1] - (1 if corrected else 0)))
    return ratio(np.sqrt(ratio(squares, base)), mean)


def herfindahl(shares: Floats) -> Floats:
    """Return the sum of squared shares, from 1/k to 1.

    References
    ----------
    Hirschman, A. O. (1964). The paternity of an index. American Economic Review, 54, 761-762.

    Examples
    --------
    >>> herfindahl(np.array([[0.5, 0.5, 0.0]]))
    array([0.5])
    """
    total = shares.sum(-1, keepdims=True)
    return (ratio(shares, np.broadcast_to(total, shares.shape)) ** 2).sum(-1)


def effective_number(shares: Floats) -> Floats:
    """Return 1 over the Herfindahl index: how many equal targets would be as concentrated.

    References
    ----------
    Laakso, M., & Taagepera, R. (1979). "Effective" number of parties. Comparative Political
    Studies, 12, 3-27.

    Examples
    --------
    >>> effective_number(np.array([[0.5, 0.5, 0.0]]))
    array([2.])
    """
    return 1.0 / herfindahl(shares)


def largest_share(shares: Floats) -> Floats:
    """Return the largest share of the sum.

    Examples
    --------
    >>> largest_share(np.array([[2.0, 1.0, 1.0]]))
    array([0.5])
    """
    return ratio(shares.max(-1), shares.sum(-1))


def self_bias(shares: Floats, own: Integers) -> Floats:
    """Return how much more raters give their own target than the others give it, ``(groups,)``.

    The mean over raters of the share given to the own target less the mean share that raters
    of other targets give it.

    Examples
    --------
    >>> self_bias(np.array([[[0.6, 0.4], [0.5, 0.5]]]), np.array([[0, 1]])).round(3)
    array([0.1])
    """
    mine = own_cells(own, shares.shape[-1])
    by_others = mean_where(np.where(mine, np.nan, shares), -2)[..., None, :]
    return mean_where(np.where(mine, shares - by_others, np.nan), (-2, -1))
