"""How much members of each group vary where a change of the group is judged: own or shrunken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from collective_use.numerics.groups.changes import Linked, Wave, change_variance
from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Integers


@dataclass(frozen=True, slots=True)
class Own:
    """What each group's own answers say of the error of its change.

    Attributes
    ----------
    variance
        (G,) of the difference of the two means; NaN where a wave has fewer than two answers.
    df
        (G,) degrees of freedom; 0 where the variance is not known.
    """

    variance: Floats
    df: Floats


def products_of(first: Floats, second: Floats, codes: Integers, total: int) -> Floats:
    """Return (G,) covariances within each group; NaN where it has fewer than two pairs.

    Parameters
    ----------
    first, second
        (N,) finite values; twice the same for variances.
    codes
        (N,) groups, 0 to `total` - 1.
    total
        G.

    Examples
    --------
    >>> values, groups = np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1])
    >>> products_of(values, values, groups, 2).tolist()
    [2.0, nan]
    """
    n = np.bincount(codes, minlength=total).astype(float)
    at = np.maximum(n, 1.0)
    gaps = [part - (sum_by(codes, part, total) / at)[codes] for part in (first, second)]
    # a second pass: of groups that lie far apart a first mean is not exact enough
    one, two = (part - (sum_by(codes, part, total) / at)[codes] for part in gaps)
    summed = sum_by(codes, one * two, total)
    return np.divide(summed, n - 1.0, out=np.full(total, np.nan), where=n > 1)


def own_of(
    before: Wave, after: Wave, variances: tuple[Floats, Floats], linked: Floats,
    covariance: Floats, members: Floats,
) -> Own:  # fmt: skip
    """Return each group's own variance of its change, and the degrees of freedom of that.

    Without members in both waves it is Welch's; with all in both, that of paired differences;
    between the two the degrees of freedom are interpolated.

    Parameters
    ----------
    before, after
        The waves.
    variances
        Two times (G,) variances of a group's answers in the waves, from `products_of`.
    linked
        (G,) members in both waves.
    covariance
        (G,) of their two answers.
    members
        (G,) N; infinite where members are a sample of endless possible members.

    References
    ----------
    Welch, B. L. (1947). Biometrika, 34, 28-35. Derrick, B., Russ, B., Toher, D., & White, P.
    (2017). Test statistics for the comparison of means for two samples that include both paired
    and independent observations. Journal of Modern Applied Statistical Methods, 16, 137-157,
    eq. 13 and 14.

    Examples
    --------
    >>> two = np.array([2.0])
    >>> wave = Wave(two, np.zeros(1), 0.0, 1)
    >>> none = np.zeros(1)
    >>> found = own_of(wave, wave, (two, 6.0 * two), none, none, np.array([np.inf]))
    >>> found.variance.tolist(), found.df.round(4).tolist()
    ([7.0], [1.3243])
    """
    first, second = variances
    n1, n2, shared = before.n, after.n, np.asarray(linked, float)
    variance = change_variance(before, after, Linked(shared, covariance), members, variances)
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = first * (1.0 / n1 - 1.0 / members), second * (1.0 / n2 - 1.0 / members)
        squares = one**2 / (n1 - 1.0) + two**2 / (n2 - 1.0)
        # where all answers are alike, as many as where both waves vary alike
        welch = np.where(squares > 0, (one + two) ** 2 / squares, n1 + n2 - 2.0)
        alone = n1 + n2 - 2.0 * shared
        df = shared - 1.0 + (welch - shared + 1.0) * alone / (n1 + n2)
    df = np.where(shared > 0, df, welch)
    known = (n1 > 1) & (n2 > 1)
    return Own(np.where(known, variance, np.nan), np.where(known, np.maximum(df, 1.0), 0.0))


def shrunken_of(pooled: Floats, pooled_df: float, own: Own) -> Own:
    """Return variances between each group's own and the pooled one, as much as groups vary alike.

    True variances, in units of the pooled one, are taken for draws from a scaled inverse
    chi-square distribution, fitted by mean and variance of the logarithms of the groups' own.
    Groups whose members all answer alike count as varying 1e-5 of the median.

    Parameters
    ----------
    pooled
        (G,) variances of the changes from the pooled variance within groups.
    pooled_df
        Its degrees of freedom.
    own
        From `own_of`.

    Returns
    -------
    Own
        (G,) posterior variances, and the degrees of freedom of group and prior together.

    References
    ----------
    Smyth, G. K. (2004). Linear models and empirical Bayes methods for assessing differential
    expression in microarray experiments. Statistical Applications in Genetics and Molecular
    Biology, 3, 3, sections 4 and 6.2.

    Examples
    --------
    >>> own = Own(np.array([1.0, 1.0, 1.0, 25.0]), np.full(4, 10.0))
    >>> found = shrunken_of(np.full(4, 7.0), 40.0, own)
    >>> found.variance.round(2).tolist(), found.df.round(1).tolist()
    ([1.02, 1.02, 1.02, 21.77], [11.6, 11.6, 11.6, 11.6])
    """
    df = own.df
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((df > 0) & (pooled > 0), own.variance / pooled, np.nan)
    told = np.isfinite(ratio)
    prior, scale = prior_of(ratio[told], df[told])
    if not np.isfinite(prior):
        return Own(pooled, np.full(len(pooled), pooled_df))
    weight = np.where(told, df, 0.0)
    kept = (prior * scale + weight * np.where(told, ratio, 0.0)) / (prior + weight)
    return Own(np.asarray(pooled * kept), np.minimum(prior + weight, max(pooled_df, 1.0)))


def prior_of(ratio: Floats, df: Floats) -> tuple[float, float]:
    """Return degrees of freedom and scale of the distribution that true variances come from.

    Endless ones, and the scale 1, where the variances differ by no more than chance.

    Parameters
    ----------
    ratio
        (G,) variances, each an estimate in one unit.
    df
        (G,) their degrees of freedom, above 0.

    Examples
    --------
    >>> [round(x, 4) for x in prior_of(np.array([0.5, 1.0, 2.0, 8.0]), np.full(4, 5.0))]
    [3.059, 1.4503]
    """
    if len(ratio) < 3:
        return np.inf, 1.0
    least = 1e-5 * (float(np.median(ratio)) or 1.0)
    half = df / 2.0
    e = np.log(np.maximum(ratio, least)) - special.digamma(half) + np.log(half)
    rest = float(e.var(ddof=1) - special.polygamma(1, half).mean())
    if rest <= 0:
        return np.inf, 1.0
    prior = 2.0 * inverse_trigamma(rest)
    return prior, float(np.exp(e.mean() + special.digamma(prior / 2.0) - np.log(prior / 2.0)))


def inverse_trigamma(value: float) -> float:
    """Return where the trigamma function has a positive value, by Newton's steps.

    References
    ----------
    Smyth, G. K. (2004). Appendix.

    Examples
    --------
    >>> round(inverse_trigamma(np.pi**2 / 6), 12)
    1.0
    """
    if value > 1e7:
        return float(1.0 / np.sqrt(value))
    if value < 1e-6:
        return 1.0 / value
    at = 0.5 + 1.0 / value
    for _ in range(50):
        there = float(special.polygamma(1, at))
        step = there * (1.0 - there / value) / float(special.polygamma(2, at))
        at += step
        if -step / at < 1e-10:
            break
    return at
