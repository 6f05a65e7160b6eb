"""Estimates with known errors: their spread beyond the errors, shrunken values, and ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from collective_use.numerics.crossing import crossing
from collective_use.numerics.types import Floats

_POINTS = 2001
_BLOCK = 1 << 21


@dataclass(frozen=True, slots=True)
class Spread:
    """What estimates with known errors have in common.

    Attributes
    ----------
    mean, mean_se
        Of the true values.
    variance
        Of the true values, by restricted maximum likelihood; never below 0.
    """

    mean: float
    mean_se: float
    variance: float


def spread_beyond_errors(estimates: Floats, variances: Floats) -> Spread:
    """Return mean and variance of true values from estimates with known error variances.

    Parameters
    ----------
    estimates
        (G,) estimates, at least two.
    variances
        (G,) variances of their errors; one of 0 (a census) counts as next to 0.

    References
    ----------
    Raudenbush, S. W. (2009). Analyzing effect sizes: Random-effects models. In H. Cooper et al.
    (Eds.), The handbook of research synthesis, eq. 16.17.

    Examples
    --------
    >>> found = spread_beyond_errors(np.array([0.0, 1.0, 2.0]), np.full(3, 0.25))
    >>> round(found.mean, 4), round(found.variance, 4)
    (1.0, 0.75)
    """
    y, v = np.asarray(estimates, float), np.asarray(variances, float)
    most = max(float(v.max()), float(np.var(y)))
    if most == 0:
        return Spread(float(y[0]), 0.0, 0.0)
    v = np.maximum(v, 1e-12 * most)

    def score(tau2: Floats) -> Floats:
        w = 1.0 / (v + tau2[:, None])
        total = w.sum(axis=1)
        mean = (w @ y) / total
        squares = (w * w * (y - mean[:, None]) ** 2).sum(axis=1)
        return np.asarray(squares - total + (w * w).sum(axis=1) / total)

    variance = 0.0
    if score(np.zeros(1))[0] > 0:
        high = float(np.var(y, ddof=1)) or 1.0
        while score(np.array([high]))[0] > 0:
            high *= 2.0
        variance = crossing(score, 0.0, high)
    w = 1.0 / (v + variance)
    return Spread(float(w @ y / w.sum()), float(1.0 / np.sqrt(w.sum())), variance)


def shrunken(estimates: Floats, variances: Floats, spread: Spread) -> tuple[Floats, Floats]:
    """Return empirical-Bayes values and their errors, that of the mean included.

    Parameters
    ----------
    estimates, variances
        As `spread_beyond_errors` takes them.
    spread
        What it found.

    References
    ----------
    Raudenbush, S. W., & Bryk, A. S. (2002). Hierarchical linear models, ch. 7.

    Examples
    --------
    >>> values, errors = shrunken(np.array([2.0]), np.array([1.0]), Spread(0.0, 0.0, 1.0))
    >>> float(values[0]), round(float(errors[0]), 4)
    (1.0, 0.7071)
    """
    total = spread.variance + variances
    kept = np.divide(spread.variance, total, out=np.ones(len(total)), where=total > 0)
    value = spread.mean + kept * (estimates - spread.mean)
    error = np.sqrt(kept * variances + (1.0 - kept) ** 2 * spread.mean_se**2)
    return np.asarray(value), np.asarray(error)


def expected_ranks(values: Floats, errors: Floats) -> Floats:
    """Return the expected rank of each of G normal values, 1 for the highest.

    ``1 + sum over the others of P(theirs is higher)``, from the mean distribution function of
    all at the points of a grid, so that it takes G times the grid, not the pairs.

    Parameters
    ----------
    values, errors
        (G,) means and standard deviations; an error of 0 is a value that is known.

    References
    ----------
    Laird, N. M., & Louis, T. A. (1989). Empirical Bayes ranking methods. Journal of Educational
    Statistics, 14, 29-46.

    Examples
    --------
    >>> expected_ranks(np.array([1.0, 0.0]), np.array([0.5, 0.5])).round(4).tolist()
    [1.0786, 1.9214]
    """
    y, s = np.asarray(values, float), np.asarray(errors, float)
    G = len(y)
    if G <= 2000:
        spread = np.sqrt(s[:, None] ** 2 + s[None, :] ** 2)
        gap = y[None, :] - y[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            above = special.ndtr(np.where(spread > 0, gap / spread, np.sign(gap) * np.inf))
        above = np.where((spread == 0) & (gap == 0), 0.5, above)
        return np.asarray(0.5 + above.sum(axis=1))
    points = np.linspace(-6.0, 6.0, 241)
    weights = np.exp(-(points**2) / 2.0)
    weights /= weights.sum()
    reach = float((np.abs(y - y.mean()) + 9.0 * s).max())
    grid = y.mean() + np.linspace(-reach, reach, 8 * _POINTS)
    higher = np.zeros(len(grid))
    for part in np.array_split(np.arange(G), max(1, G * len(grid) // _BLOCK)):
        higher += _survival(grid, y[part], s[part])
    at = y[:, None] + s[:, None] * points
    return np.asarray(0.5 + np.interp(at, grid, higher) @ weights)


def _survival(grid: Floats, values: Floats, errors: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (values[:, None] - grid) / errors[:, None]
    known = errors == 0
    z[known] = np.where(values[known, None] > grid, np.inf, -np.inf)
    return np.asarray(special.ndtr(z).sum(axis=0))


def drawn_ranks(
    values: Floats,
    errors: Floats,
    shares: tuple[float, float],
    top: int,
    draws: int,
    seed: int | None,
) -> tuple[Floats, Floats, Floats]:
    """Return limits of each group's rank, and its chance to be among the first.

    Parameters
    ----------
    values, errors
        As `expected_ranks` takes them; values of different groups are independent.
    shares
        The shares of the draws below each limit.
    top
        How many groups the first are.
    draws
        Of all values at once.
    seed
        Of the draws.

    Returns
    -------
    tuple
        (G,) lower and upper limits of ranks (1 for the highest), and chances.

    References
    ----------
    Goldstein, H., & Spiegelhalter, D. J. (1996). League tables and their limitations. Journal of
    the Royal Statistical Society A, 159, 385-443.

    Examples
    --------
    >>> low, high, first = drawn_ranks(
    ...     np.array([9.0, 0.0, 0.1]), np.full(3, 0.5), (0.025, 0.975), 1, 500, 1)
    >>> low.tolist(), high.tolist(), first.round(1).tolist()
    ([1.0, 2.0, 2.0], [1.0, 3.0, 3.0], [1.0, 0.0, 0.0])
    """
    rng = np.random.default_rng(seed)
    G = len(values)
    ranks = np.empty((draws, G), dtype=np.int32)
    places = np.arange(1, G + 1, dtype=np.int32)
    for row in ranks:
        row[np.argsort(-(values + errors * rng.standard_normal(G)), kind="stable")] = places
    first = (ranks <= top).mean(axis=0)
    ranks.sort(axis=0)
    low, high = (ranks[min(int(share * draws), draws - 1)].astype(float) for share in shares)
    return low, high, first
