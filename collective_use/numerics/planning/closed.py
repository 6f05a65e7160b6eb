"""Closed forms: precision of ICC(1) and alpha, the F test of groups, power by RMSEA."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammainc
from scipy.stats import binom as binom_law
from scipy.stats import chi2 as chi2_law
from scipy.stats import f as f_law
from scipy.stats import ncx2, norm

_MOST = 10_000_000


def icc_half_width(icc1: float, members: float, groups: float, confidence: float = 0.95) -> float:
    """Return half the width of the interval around an ICC(1), to first order.

    ``z sqrt(2 (1 - p)^2 (1 + (n - 1) p)^2 / (n (n - 1) (G - 1)))``.

    Parameters
    ----------
    icc1
        ICC(1) in the population.
    members, groups
        Answers of each group, and groups.
    confidence
        Of the interval.

    References
    ----------
    Bonett, D. G. (2002). Sample size requirements for estimating intraclass correlations with
    desired precision. Statistics in Medicine, 21, 1331-1335.

    Examples
    --------
    >>> round(icc_half_width(0.2, 8, 60), 3)
    0.093
    """
    n, p = members, icc1
    spread = 2 * (1 - p) ** 2 * (1 + (n - 1) * p) ** 2 / (n * (n - 1) * (groups - 1))
    return float(norm.ppf(0.5 + confidence / 2)) * math.sqrt(spread)


def groups_for_icc(icc1: float, members: float, half_width: float, confidence: float = 0.95) -> int:
    """Return the fewest groups whose ICC(1) has an interval of at most this half width.

    Bonett (2002), equation 3 without its rounding.

    Examples
    --------
    >>> groups_for_icc(0.2, 8, 0.10)
    52
    """
    one = icc_half_width(icc1, members, 2, confidence)
    return max(2, math.ceil(1 + (one / half_width) ** 2 - 1e-9))


def f_at_least(f: float, icc1: float, members: float, groups: float) -> float:
    """Return the chance that the F of a one-way analysis of variance reaches a value.

    With random groups, F over ``1 + n p / (1 - p)`` follows the central law (Searle, Casella &
    McCulloch 1992, Variance components, section 3.5).

    Examples
    --------
    >>> round(f_at_least(1.5, 0.1, 8, 40), 3)
    0.806
    """
    ratio = 1 + members * icc1 / (1 - icc1)
    return float(f_law.sf(f / ratio, groups - 1, groups * (members - 1)))


def f_asked(icc1: float, icc2: float, p: float, members: float, groups: float) -> float:
    """Return the F at which ICC(1), ICC(2) and the p value all reach their cut-offs.

    ``ICC(1) = (F - 1) / (F + n - 1)``, ``ICC(2) = 1 - 1 / F``: all three rise with F.

    Examples
    --------
    >>> round(f_asked(0.05, 0.70, 0.05, 8, 40), 3)
    3.333
    """
    by_test = float(f_law.isf(p, groups - 1, groups * (members - 1)))
    by_first = (1 + (members - 1) * icc1) / (1 - icc1)
    return max(by_test, by_first, 1 / (1 - icc2))


def alpha_half_width(alpha: float, items: int, n: float, confidence: float = 0.95) -> float:
    """Return half the width of the interval around coefficient alpha.

    ``ln(1 - alpha)`` is about normal with variance ``2 k / ((k - 1) (n - 2))``.

    References
    ----------
    Bonett, D. G. (2002). Sample size requirements for testing and estimating coefficient alpha.
    Journal of Educational and Behavioral Statistics, 27, 335-340.

    Examples
    --------
    >>> round(alpha_half_width(0.8, 4, 100), 3)
    0.066
    """
    away = float(norm.ppf(0.5 + confidence / 2)) * math.sqrt(2 * items / ((items - 1) * (n - 2)))
    return (1 - alpha) * (math.exp(away) - math.exp(-away)) / 2


def median_agreement(
    icc1: float, alpha: float, items: int, ratio: float, cut: float, members: float, groups: int
) -> float:
    """Return the chance that the median rwg(j) of groups reaches a cut-off.

    Members' answers are taken as normal within groups, items as alike, and what groups differ in
    as shared by the items. A group's mean item variance is then about gamma with the mean and the
    variance of a mean of correlated chi-squares, and the median reaches the cut-off where half of
    the groups do.

    Parameters
    ----------
    icc1, alpha
        Of the scale score.
    items
        How many.
    ratio
        Variance of an item's answers over all persons, as a multiple of the null variance.
    cut
        Of rwg(j); James, Demaree & Wolf (1984), Journal of Applied Psychology 69:85, equation 2.
    members, groups
        Answers of a group, and groups.

    Examples
    --------
    >>> [round(median_agreement(0.2, 0.8, 5, r, 0.7, 8, 40), 2) for r in (0.5, 0.8, 1.0)]
    [1.0, 0.48, 0.0]
    """
    together = alpha / (items - (items - 1) * alpha)
    between = icc1 * (1 + (items - 1) * together) / items
    within = 1 - between
    alike = min(max((together - between) / within, 0.0), 1.0)
    most = (1 - cut) * items / ((1 - cut) * items + cut)
    shape = (members - 1) * items / (2 * (1 + (items - 1) * alike**2))
    one = float(gammainc(shape, shape * most / (ratio * within)))
    return float(binom_law.sf(math.ceil(groups / 2) - 1, groups, one))


def rmsea_power(
    n: float, df: int, rmsea: float, *, null: float = 0.0, level: float = 0.05, groups: int = 1
) -> float:
    """Return the power of the chi-square test against a misfit of this RMSEA.

    Parameters
    ----------
    n
        Cases in all.
    df
        Degrees of freedom of the model, or of the difference of two models.
    rmsea
        Misfit in the population; of a difference: per degree of freedom of the difference.
    null
        RMSEA of the hypothesis: 0 exact fit, .05 close fit.
    level
        Of the test.
    groups
        Groups of a multi-group model (Steiger 1998).

    References
    ----------
    MacCallum, R. C., Browne, M. W., & Sugawara, H. M. (1996). Psychological Methods, 1, 130-149.
    MacCallum, R. C., Browne, M. W., & Cai, L. (2006). Psychological Methods, 11, 19-35.

    Examples
    --------
    >>> round(rmsea_power(200, 100, 0.08, null=0.05), 3)
    0.955
    """
    at_null = (n - groups) * df * null**2 / groups
    at_truth = (n - groups) * df * rmsea**2 / groups
    critical = _quantile(1 - level, df, at_null)
    return _upper(critical, df, at_truth) if rmsea >= null else 1 - _upper(
        _quantile(level, df, at_null), df, at_truth
    )  # fmt: skip


def cases_for_rmsea(
    power: float, df: int, rmsea: float, *, null: float = 0.0, level: float = 0.05, groups: int = 1
) -> int:
    """Return the fewest cases with this power, see `rmsea_power`; -1 where none attain it.

    Examples
    --------
    >>> cases_for_rmsea(0.80, 100, 0.08, null=0.05)
    132
    """
    if rmsea == null:
        return -1

    def short(n: float) -> float:
        return rmsea_power(n, df, rmsea, null=null, level=level, groups=groups) - power

    high = 2.0 * groups + 10
    while short(high) < 0:
        high *= 2
        if high > _MOST:
            return -1
    low = float(groups + 1)
    found = low if short(low) >= 0 else brentq(short, low, high, xtol=1e-6)
    return math.ceil(found - 1e-4)


def _quantile(q: float, df: int, noncentrality: float) -> float:
    if noncentrality == 0:
        return float(chi2_law.ppf(q, df))
    return float(ncx2.ppf(q, df, noncentrality))


def _upper(x: float, df: int, noncentrality: float) -> float:
    if noncentrality == 0:
        return float(chi2_law.sf(x, df))
    return float(ncx2.sf(x, df, noncentrality))


def normal_power(estimate: float, se: float, df: float, level: float = 0.05) -> float:
    """Return the power of a two-sided t test by the noncentral t law.

    Examples
    --------
    >>> round(normal_power(0.3, 0.1, 60), 3)
    0.839
    """
    from scipy.stats import nct
    from scipy.stats import t as t_law

    critical = float(t_law.isf(level / 2, df))
    away = abs(estimate) / se
    if away > 30:
        return 1.0
    return float(nct.sf(critical, df, away) + np.nan_to_num(nct.cdf(-critical, df, away)))
