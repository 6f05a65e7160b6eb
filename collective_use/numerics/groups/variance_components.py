"""REML and ML estimates of the one-way random-effects model, at the exact optimum.

The likelihood depends on the data only through group sizes, means and the sum of squares
within, and for one value of λ = τ²/σ² all else has a closed form; so the optimum is a root of
one function of λ, found to the precision of doubles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.crossing import crossing
from collective_use.numerics.groups.anova import OneWay
from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Estimates of ``y = μ + u_g + e``.

    Attributes
    ----------
    method
        ``"reml"`` or ``"ml"``.
    mu
        The grand mean.
    tau2, sigma2
        Variance between groups (never below zero) and within.
    icc
        ``tau2 / (tau2 + sigma2)``.
    log_likelihood
        Restricted or full log-likelihood, with all constants, as lme4 reports it.
    mu_se
        Standard error of the grand mean.
    at_boundary
        Whether the optimum is a variance of zero between groups.
    """

    method: str
    mu: float
    tau2: float
    sigma2: float
    icc: float
    log_likelihood: float
    mu_se: float
    at_boundary: bool


@dataclass(frozen=True, slots=True)
class BySize:
    """Groups of one size taken together: their number, mean of means, squares about it."""

    size: Floats
    number: Floats
    centre: Floats
    squares: Floats
    within: float
    persons: float


def by_size(table: OneWay) -> BySize:
    """Return the groups of a one-way table taken together by their size.

    Examples
    --------
    >>> from collective_use.numerics.groups.anova import one_way
    >>> by_size(one_way([2, 2, 3], [1.0, 5.0, 2.0], [2.0, 2.0, 1.0])).squares.tolist()
    [8.0, 0.0]
    """
    size, place = np.unique(table.sizes, return_inverse=True)
    number = np.bincount(place).astype(float)
    centre = sum_by(place, table.means, len(size)) / number
    squares = sum_by(place, (table.means - centre[place]) ** 2, len(size))
    return BySize(size, number, centre, squares, table.ss_within, float(table.sizes.sum()))


def variance_components(table: OneWay, method: str = "reml") -> VarianceComponents:
    """Return the REML or ML estimates for a one-way table.

    Parameters
    ----------
    table
        The analysis of variance; its sizes, means and sum of squares within are used.
    method
        ``"reml"`` (Patterson & Thompson 1971) or ``"ml"``.

    Returns
    -------
    VarianceComponents
        NaN throughout when there is one group or no variance within groups.

    Examples
    --------
    >>> from collective_use.numerics.groups.anova import one_way
    >>> v = variance_components(one_way([2, 2], [1.0, 5.0], [2.0, 2.0]))
    >>> round(v.tau2, 10), round(v.sigma2, 10)
    (7.0, 2.0)
    """
    if table.df_between < 1 or table.df_within < 1 or not table.ms_within > 0:
        nan = float("nan")
        return VarianceComponents(method, nan, nan, nan, nan, nan, nan, False)
    groups = by_size(table)
    reml = method == "reml"
    candidates = [0.0, *_roots(groups, reml, table.ms_between / table.ms_within)]
    ratio = max(candidates, key=lambda x: -_deviance(groups, x, reml)[0])
    deviance, mu, sigma2, weight = _deviance(groups, ratio, reml)
    return VarianceComponents(
        method=method,
        mu=table.origin + mu,
        tau2=ratio * sigma2,
        sigma2=sigma2,
        icc=ratio / (1.0 + ratio),
        log_likelihood=-0.5 * deviance,
        mu_se=float(np.sqrt(sigma2 / weight)),
        at_boundary=ratio == 0.0,
    )


def _mean_and_q(g: BySize, ratio: float) -> tuple[float, float, float, Floats]:
    w = g.size / (1.0 + g.size * ratio)
    weight = float(w @ g.number)
    mu = float((w * g.number) @ g.centre) / weight
    squares = g.squares + g.number * (g.centre - mu) ** 2
    return mu, weight, g.within + float(w @ squares), squares


def _deviance(g: BySize, ratio: float, reml: bool) -> tuple[float, float, float, float]:
    """Return -2 log-likelihood, μ, σ² and the weight of the mean at a given λ."""
    mu, weight, q, _ = _mean_and_q(g, ratio)
    df = g.persons - 1.0 if reml else g.persons
    sigma2 = q / df
    value = df * (np.log(2.0 * np.pi * sigma2) + 1.0)
    value += float(g.number @ np.log1p(g.size * ratio))
    value += np.log(weight) if reml else 0.0
    return float(value), mu, sigma2, weight


def _slopes(g: BySize, ratios: Floats, reml: bool) -> Floats:
    """Return the derivative of the deviance at many λ."""
    w = g.size / (1.0 + g.size * ratios[:, None])
    number = w * g.number
    weight = number.sum(axis=1)
    mu = (number @ g.centre) / weight
    squares = g.squares + g.number * (g.centre - mu[:, None]) ** 2
    q = g.within + (w * squares).sum(axis=1)
    df = g.persons - 1.0 if reml else g.persons
    value = weight - df * (w * w * squares).sum(axis=1) / q
    return value - ((w * w * g.number).sum(axis=1) / weight if reml else 0.0)


def _roots(g: BySize, reml: bool, f: float) -> list[float]:
    """Return the minima of the deviance inside λ > 0: sign changes of its slope, refined."""
    # groups of one size have their minimum at (F - 1) / n; where F is huge, so is λ
    top = max(8, int(np.log10(max(f, 1.0))) + 2)
    grid = np.concatenate([[0.0], np.logspace(-8, top, 10 * (top + 8) + 1)])
    slopes = _slopes(g, grid, reml)
    changes = np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0))
    return [crossing(lambda x: _slopes(g, x, reml), grid[i], grid[i + 1]) for i in changes]


def mean_reliability(tau2: float, sigma2: float, n: Floats) -> Floats:
    """Return (G,) the reliability of each group's mean, ``τ² / (τ² + σ²/n)``.

    NaN for groups without an answer, and where nothing varies.

    Examples
    --------
    >>> import numpy as np
    >>> mean_reliability(1.0, 4.0, np.array([4.0, 12.0])).tolist()
    [0.5, 0.75]
    """
    size = np.asarray(n, float)
    error = np.divide(sigma2, size, out=np.full(size.shape, np.nan), where=size > 0)
    total = tau2 + error
    return np.divide(tau2, total, out=np.full(size.shape, np.nan), where=total > 0)
