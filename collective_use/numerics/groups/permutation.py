"""Real groups against random groups of the same sizes, in closed form.

Random group resampling (Bliese & Halverson 1996; Bliese 2000) shuffles persons over groups. What
shuffling converges to is known: mean and variance of the variances within random groups follow
from the first four moments of the answers (draws without replacement; polykays, Tukey 1950), and
those of the disagreement over several items from the moments of two matrices under permutation
(Kazi-Aoual, Hitier, Sabatier & Lebreton 1995).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Integers


@dataclass(frozen=True, slots=True)
class RandomGroupMoments:
    """Moments of variances within random groups of given sizes.

    Attributes
    ----------
    expected
        Expected variance within a random group, the variance of all persons.
    variances
        (G,) variance of the variance within a random group of each size.
    of_mean
        Variance of the mean over groups of the variances within them.
    """

    expected: float
    variances: Floats
    of_mean: float


def random_group_moments(values: Floats, sizes: Integers) -> RandomGroupMoments:
    """Return the moments of variances within random groups.

    Parameters
    ----------
    values
        (N,) values of all persons, at least four, no missing.
    sizes
        (G,) sizes of the groups of two and more.

    Examples
    --------
    >>> found = random_group_moments(np.array([1.0, 1, 5, 5]), np.array([2, 2]))
    >>> round(found.expected, 6), round(found.of_mean, 6)
    (5.333333, 14.222222)
    """
    x = np.asarray(values, float)
    y = x - x.mean()
    return moments_of_sums(len(x), float(np.sum(y**2)), float(np.sum(y**4)), sizes)


def moments_of_sums(N: int, s2: float, s4: float, sizes: Integers) -> RandomGroupMoments:
    """Return the moments from sums over all persons of deviations from the mean.

    Parameters
    ----------
    N
        Persons, at least four.
    s2, s4
        Sums of squared deviations and of their squares.
    sizes
        (G,) sizes of the groups of two and more.

    Examples
    --------
    >>> round(moments_of_sums(4, 16.0, 64.0, np.array([2, 2])).of_mean, 6)
    14.222222
    """
    n = np.asarray(sizes, float)
    k2 = s2 / (N - 1)
    k4 = ((N**3 + N**2) * s4 - 3 * (N**2 - N) * s2**2) / (N * (N - 1.0) * (N - 2) * (N - 3))
    k22 = (k2**2 - k4 / N) * (N - 1) / (N + 1)
    variances = (1 / n - 1 / N) * k4 + 2 * (1 / (n - 1) - 1 / (N - 1)) * k22
    shared = -k4 / N - 2 * k22 / (N - 1)
    G = len(n)
    of_mean = (float(variances.sum()) + G * (G - 1) * shared) / G**2
    return RandomGroupMoments(k2, np.maximum(variances, 0.0), max(of_mean, 0.0))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Disagreement within groups against that of random groups.

    Attributes
    ----------
    within, expected
        Sum of squares within groups as a share of the whole, observed and under permutation.
    sd
        Its standard deviation under permutation.
    z
        Their difference in standard deviations, negative where members agree more.
    p
        Chance of as little disagreement, from the beta distribution with the permutation's
        mean and variance (Pitman 1937).
    """

    within: float
    expected: float
    sd: float
    z: float
    p: float


def disagreement(values: Floats, codes: Integers, n_groups: int) -> Disagreement:
    """Compare the disagreement of members with that of members of different groups.

    Parameters
    ----------
    values
        (N, J) answers without missing ones. Persons are exchanged whole, so that items may
        belong together in any way.
    codes
        (N,) groups.
    n_groups
        G; groups without persons do not count.

    Returns
    -------
    Disagreement
        NaN throughout where there are fewer than two groups or four persons, or no variation.

    Examples
    --------
    >>> x = np.array([1.0, 1, 2, 5, 5, 4, 3, 3, 3])[:, None]
    >>> found = disagreement(x, np.repeat([0, 1, 2], 3), 3)
    >>> round(found.within, 3), round(found.expected, 3), found.p < 0.01
    (0.074, 0.75, True)
    """
    y = np.asarray(values, float)
    y = y - y.mean(axis=0)
    n = np.bincount(codes, minlength=n_groups)
    total = y.T @ y
    sums = np.column_stack([sum_by(codes, column, n_groups) for column in y.T])
    s2 = float(np.sum(np.einsum("ij,ij->i", y, y) ** 2))
    return disagreement_of_sums(n, sums, total, s2)


def disagreement_of_sums(sizes: Integers, sums: Floats, total: Floats, s2: float) -> Disagreement:
    """Compare the disagreement from sums of answers about their means.

    Parameters
    ----------
    sizes
        (G,) persons; groups without persons do not count.
    sums
        (G, J) sums of the answers of each group.
    total
        (J, J) sums of products over all persons.
    s2
        Sum over persons of the square of their squared distance from the mean.

    Examples
    --------
    >>> found = disagreement_of_sums(np.array([2, 2]), np.array([[-2.0], [2.0]]),
    ...     np.array([[8.0]]), 32.0)
    >>> found.within, round(found.expected, 3)
    (0.5, 0.667)
    """
    n = np.asarray(sizes, float)
    n = n[n > 0]
    N, G = int(n.sum()), len(n)
    t, t2 = float(np.trace(total)), float(np.sum(total * total))
    nan = float("nan")
    if G < 2 or N < 4 or N <= G or not t > 0:
        return Disagreement(nan, nan, nan, nan, nan)
    between = float(np.sum(sums * sums / np.maximum(sizes, 1)[:, None])) / t
    # the other matrix projects on the groups, without the mean: its diagonal is 1/n_g - 1/N
    h2 = float(np.sum(1.0 / n)) - 2.0 * G / N + 1.0 / N
    variance = permutation_variance(N, (t, t2, s2), (G - 1.0, G - 1.0, h2)) / t**2
    mean = (G - 1.0) / (N - 1.0)
    sd = float(np.sqrt(variance))
    if not sd > 0:
        return Disagreement(1.0 - between, 1.0 - mean, sd, nan, nan)
    shape = mean * (1.0 - mean) / variance - 1.0
    a, b = mean * shape, (1.0 - mean) * shape
    p = float(special.betainc(b, a, min(max(1.0 - between, 0.0), 1.0))) if shape > 0 else nan
    return Disagreement(1.0 - between, 1.0 - mean, sd, (mean - between) / sd, p)


def permutation_variance(
    N: int, first: tuple[float, float, float], second: tuple[float, float, float]
) -> float:
    """Return the variance of tr(A P'BP) over permutations P, for centred matrices.

    Each matrix enters by its trace, the trace of its square and the sum of its squared diagonal
    (Kazi-Aoual et al. 1995).
    """
    (t, t2, s2), (u, u2, r2) = first, second
    part = 2.0 * ((N - 1) * t2 - t * t) * ((N - 1) * u2 - u * u)
    part /= (N - 1.0) ** 2 * (N + 1) * (N - 2)
    left = N * (N + 1.0) * s2 - (N - 1) * (t * t + 2 * t2)
    right = N * (N + 1.0) * r2 - (N - 1) * (u * u + 2 * u2)
    return part + left * right / ((N + 1.0) * N * (N - 1) * (N - 2) * (N - 3))
