"""Members nested in partner organisations: each partner one voice, agreement in and between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.rosters.network import Floats, ratio
from collective_use.numerics.types import Integers


@dataclass(frozen=True, slots=True)
class PartnerStatistics:
    """What partner-balanced means and agreement are computed from.

    Attributes
    ----------
    group
        ``(cells,)`` group of each partner in a group.
    n, mean, squares
        ``(cells,)`` members, their mean, their sum of squares around it.
    groups
        How many groups there are.
    """

    group: Integers
    n: Floats
    mean: Floats
    squares: Floats
    groups: int


def partner_statistics(
    values: Floats, groups: Integers, partners: Integers, total: int
) -> PartnerStatistics:
    """Sum finite values by group and partner.

    Parameters
    ----------
    values
        ``(persons,)`` finite.
    groups, partners
        ``(persons,)`` codes from 0.
    total
        Number of groups.

    Examples
    --------
    >>> stats = partner_statistics(
    ...     np.array([1.0, 3, 5]), np.array([0, 0, 0]), np.array([0, 0, 1]), 1
    ... )
    >>> stats.mean.tolist(), stats.squares.tolist()
    ([2.0, 5.0], [2.0, 0.0])
    """
    width = int(partners.max(initial=0)) + 1
    cells, code = np.unique(groups * width + partners, return_inverse=True)
    n = np.bincount(code, minlength=len(cells)).astype(float)
    mean = np.bincount(code, weights=values, minlength=len(cells)) / n
    gaps = (values - mean[code]) ** 2
    squares = np.asarray(np.bincount(code, weights=gaps, minlength=len(cells)), float)
    return PartnerStatistics(cells // width, n, mean, squares, total)


def _by_group(stats: PartnerStatistics, values: Floats) -> Floats:
    return np.asarray(np.bincount(stats.group, weights=values, minlength=stats.groups), float)


def balanced_mean(stats: PartnerStatistics) -> Floats:
    """Return the mean of partner means, ``(groups,)``: every partner has one vote.

    Examples
    --------
    >>> stats = partner_statistics(
    ...     np.array([1.0, 1, 1, 5]), np.zeros(4, int), np.array([0, 0, 0, 1]), 1
    ... )
    >>> balanced_mean(stats)
    array([3.])
    """
    return ratio(_by_group(stats, stats.mean), _by_group(stats, np.ones(len(stats.n))))


def member_mean(stats: PartnerStatistics) -> Floats:
    """Return the plain mean of members, ``(groups,)``: every member has one vote.

    Examples
    --------
    >>> stats = partner_statistics(
    ...     np.array([1.0, 1, 1, 5]), np.zeros(4, int), np.array([0, 0, 0, 1]), 1
    ... )
    >>> member_mean(stats)
    array([2.])
    """
    return ratio(_by_group(stats, stats.n * stats.mean), _by_group(stats, stats.n))


def effective_partners(stats: PartnerStatistics) -> Floats:
    """Return how many equal partners would weigh as unevenly in the plain mean, ``(groups,)``.

    One over the sum of squared shares of members; the number of partners when all sent
    equally many.

    Examples
    --------
    >>> stats = partner_statistics(np.zeros(4), np.zeros(4, int), np.array([0, 0, 0, 1]), 1)
    >>> effective_partners(stats)
    array([1.6])
    """
    return ratio(_by_group(stats, stats.n) ** 2, _by_group(stats, stats.n**2))


def largest_share(stats: PartnerStatistics) -> Floats:
    """Return the largest partner's share of the members who answered, ``(groups,)``.

    Examples
    --------
    >>> stats = partner_statistics(np.zeros(4), np.zeros(4, int), np.array([0, 0, 0, 1]), 1)
    >>> largest_share(stats)
    array([0.75])
    """
    top = np.zeros(stats.groups)
    np.maximum.at(top, stats.group, stats.n)
    return ratio(top, _by_group(stats, stats.n))


def within_between(stats: PartnerStatistics) -> tuple[Floats, Floats]:
    """Return the variance within partners and the variance between partner means, ``(groups,)``.

    The former pools the partners of a group with n_p - 1 degrees of freedom each; the latter
    is the variance (p - 1) of the means of its partners, each counted once.

    Examples
    --------
    >>> stats = partner_statistics(
    ...     np.array([1.0, 3, 5, 7]), np.zeros(4, int), np.array([0, 0, 1, 1]), 1
    ... )
    >>> within_between(stats)
    (array([2.]), array([8.]))
    """
    number = _by_group(stats, np.ones(len(stats.n)))
    within = ratio(_by_group(stats, stats.squares), _by_group(stats, stats.n) - number)
    gaps = (stats.mean - balanced_mean(stats)[stats.group]) ** 2
    return within, ratio(_by_group(stats, gaps), np.maximum(number - 1, 0))


def nested_components(stats: PartnerStatistics) -> tuple[float, float]:
    """Return the variance components of partners within groups and of members within partners.

    Analysis of variance with partners nested in groups, unequal numbers allowed; the component
    of partners is not cut at 0.

    References
    ----------
    Searle, S. R., Casella, G., & McCulloch, C. E. (1992). Variance components, section 3.6.

    Examples
    --------
    >>> stats = partner_statistics(
    ...     np.array([1.0, 3, 5, 7]), np.zeros(4, int), np.array([0, 0, 1, 1]), 1
    ... )
    >>> nested_components(stats)
    (7.0, 2.0)
    """
    size, number = _by_group(stats, stats.n), _by_group(stats, np.ones(len(stats.n)))
    df_within = float((stats.n - 1).sum())
    used = number > 0
    df_between = float((number[used] - 1).sum())
    within = float(stats.squares.sum()) / df_within if df_within else np.nan
    gaps = stats.n * (stats.mean - member_mean(stats)[stats.group]) ** 2
    lost = ratio(_by_group(stats, stats.n**2), size)
    weight = float(size[used].sum() - lost[used].sum())
    if not df_between or weight <= 0 or np.isnan(within):
        return np.nan, within
    return (float(gaps.sum()) - df_between * within) / weight, within
