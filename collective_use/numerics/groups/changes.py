"""Change of group means from one wave to the next, with members who answered both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Integers


@dataclass(frozen=True, slots=True)
class Wave:
    """Answers of one wave, summed by group.

    Attributes
    ----------
    n, mean
        (G,) answers and their mean; NaN where nobody answered.
    variance
        Pooled variance within groups; NaN where no group has two answers.
    df
        Its degrees of freedom.
    """

    n: Floats
    mean: Floats
    variance: float
    df: int


@dataclass(frozen=True, slots=True)
class Linked:
    """Members who answered both waves.

    Attributes
    ----------
    n
        (G,) how many.
    covariance
        Pooled within groups, of a member's two answers; 0 where no group has two such members.
        Where groups are judged by their own variance, (G,) of each group.
    """

    n: Floats
    covariance: float | Floats


def wave_of(values: Floats, codes: Integers, total: int) -> Wave:
    """Return one wave's answers by group.

    Parameters
    ----------
    values
        (N,) finite answers.
    codes
        (N,) groups, 0 to `total` - 1.
    total
        G.

    Examples
    --------
    >>> found = wave_of(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1]), 2)
    >>> found.mean.tolist(), found.variance
    ([2.0, 5.0], 2.0)
    """
    n = np.bincount(codes, minlength=total).astype(float)
    mean = np.divide(sum_by(codes, values, total), n, out=np.full(total, np.nan), where=n > 0)
    gaps = values - mean[codes]
    # a second pass: of groups that lie far apart a first mean is not exact enough
    rest = sum_by(codes, gaps, total) / np.maximum(n, 1.0)
    df = int((n[n > 0] - 1).sum())
    squares = float(((gaps - rest[codes]) ** 2).sum())
    return Wave(n, mean + np.where(n > 0, rest, 0.0), squares / df if df else float("nan"), df)


def linked_of(first: Floats, second: Floats, codes: Integers, total: int) -> Linked:
    """Return what members who answered both waves have in common.

    Parameters
    ----------
    first, second
        (M,) their answers.
    codes
        (M,) their groups.
    total
        G.

    Examples
    --------
    >>> linked_of(np.array([1.0, 3]), np.array([2.0, 4]), np.array([0, 0]), 1).covariance
    2.0
    """
    n = np.bincount(codes, minlength=total).astype(float)
    at = np.maximum(n, 1.0)
    one = first - (sum_by(codes, first, total) / at)[codes]
    two = second - (sum_by(codes, second, total) / at)[codes]
    df = float((n[n > 0] - 1).sum())
    return Linked(n, float((one * two).sum()) / df if df else 0.0)


def change_variance(
    before: Wave, after: Wave, linked: Linked, members: Floats,
    variances: tuple[Floats, Floats] | None = None,
) -> Floats:  # fmt: skip
    """Return (G,) variances of the differences of two means of a group.

    ``s1² (1/n1 - 1/N) + s2² (1/n2 - 1/N) - 2 s12 (n12/(n1 n2) - 1/N)``: members who answer both
    waves take out what is theirs, and with all N members in both nothing is left to chance.

    Parameters
    ----------
    before, after
        The waves.
    linked
        Members in both.
    members
        (G,) N; infinite where members are a sample of endless possible members.
    variances
        Two times (G,) variances within each group instead of the waves' pooled ones.

    References
    ----------
    Tam, S. M. (1984). On covariances from overlapping samples. The American Statistician, 38,
    288-289. Qualité, L., & Tillé, Y. (2008). Variance estimation of changes in repeated surveys.
    Survey Methodology, 34, 173-181.

    Examples
    --------
    >>> one = wave_of(np.array([1.0, 3.0]), np.zeros(2, int), 1)
    >>> both = linked_of(np.array([1.0, 3.0]), np.array([1.0, 3.0]), np.zeros(2, int), 1)
    >>> change_variance(one, one, both, np.array([np.inf])).tolist()
    [0.0]
    """
    rest = 1.0 / members
    first, second = (before.variance, after.variance) if variances is None else variances
    most = np.sqrt(first * second)
    covariance = np.clip(linked.covariance, -most, most)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = first * (1.0 / before.n - rest) + second * (1.0 / after.n - rest)
        shared = covariance * (linked.n / (before.n * after.n) - rest)
        found = np.where((before.n > 0) & (after.n > 0), own - 2.0 * shared, np.nan)
    # rounding alone brings a census below 0
    return np.asarray(np.maximum(found, 0.0))
