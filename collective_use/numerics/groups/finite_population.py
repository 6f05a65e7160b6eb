"""Reliability of group means when groups are finite and most members answered."""

from __future__ import annotations

import numpy as np

from collective_use.numerics.rosters.network import Floats, ratio


def reflective_reliability(between: float, within: float, n: Floats) -> Floats:
    """Return the reliability of group means when members are a sample of endless judges.

    The group's true value is what judges of the group would say on average; an answer of
    every member still is a sample of it: ``t / (t + s / n)``, the ICC(2) of the group.

    Parameters
    ----------
    between, within
        Variance components t of groups and s of members.
    n
        ``(groups,)`` answers.

    References
    ----------
    Lüdtke, O., Marsh, H. W., Robitzsch, A., Trautwein, U., Asparouhov, T., & Muthén, B.
    (2008). The multilevel latent covariate model. Psychological Methods, 13, 203-229.

    Examples
    --------
    >>> reflective_reliability(0.1, 0.9, np.array([9.0]))
    array([0.5])
    """
    count = _answers(n)
    return ratio(np.full(count.shape, between), between + within / count)


def _answers(n: Floats) -> Floats:
    """Return the numbers of answers, NaN for groups without any."""
    count = np.asarray(n, float)
    return np.where(count > 0, count, np.nan)


def formative_reliability(
    between: float, within: float, n: Floats, members: Floats, person_reliability: float = 1.0
) -> Floats:
    """Return the reliability of group means when the members are the group.

    The true value is the mean of all N members, whose variance over groups is
    ``t + r s / N``; the observed mean of n of them has variance ``t + s / n``; their
    covariance is the former. With all members and answers without error the reliability is 1.

    Parameters
    ----------
    between, within
        Variance components t of groups and s of members (errors of answers included).
    n, members
        ``(groups,)`` answers n and members N.
    person_reliability
        The share r of the members' variance that is no error of their answers.

    References
    ----------
    Lüdtke et al. (2008), sampling ratio and formative constructs, pp. 207-211; Cochran, W. G.
    (1977). Sampling techniques (3rd ed.), eq. 2.12, for the finite population correction.

    Examples
    --------
    >>> formative_reliability(0.1, 0.9, np.array([9.0, 9.0]), np.array([9.0, 18.0]))
    array([1.  , 0.75])
    """
    count = _answers(n)
    true = between + person_reliability * within / np.asarray(members, float)
    return ratio(true, between + within / count)


def standard_error(within: Floats, n: Floats, members: Floats) -> Floats:
    """Return the standard error of a group's mean with the finite population correction.

    Parameters
    ----------
    within
        ``(groups,)`` variance of members (denominator n-1), or one pooled value.
    n, members
        ``(groups,)`` answers n and members N.

    References
    ----------
    Cochran (1977), eq. 2.20.

    Examples
    --------
    >>> standard_error(np.array([1.0, 1.0]), np.array([4.0, 4.0]), np.array([8.0, 4.0]))
    array([0.35355339, 0.        ])
    """
    count = _answers(n)
    fraction = count / np.asarray(members, float)
    return np.sqrt(np.asarray(within) / count * np.maximum(1.0 - fraction, 0.0))
