"""Goodness of fit index: the weighted share of the moments that the model reproduces."""

from __future__ import annotations

import numpy as np

from collective_use.numerics.moments import Floats, GroupMoments, inverse, pairwise_moments, vech
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.tests_of_fit import incomplete_weight, kept_moments, weight_matrix
from collective_use.sem.inference import covariate_places, states_of


def goodness_of_fit(solution: Solution, saturated: list[GroupMoments]) -> float:
    """Goodness of fit index, groups weighted n_g / N (Jöreskog & Sörbom 1981)."""
    total = 0.0
    for i, (s, share) in enumerate(zip(saturated, solution.data.shares, strict=True)):
        normal = solution.options.function in ("ML", "GLS")
        complete = normal and not solution.data.groups[i].patterns
        top, bottom = (_by_normal_theory if complete else _by_weight)(solution, i, s)
        total += share * (1 - top / bottom)
    return float(total)


def _by_normal_theory(solution: Solution, group: int, s: GroupMoments) -> tuple[float, float]:
    """Return the weighted sum of squares of residuals and that of the moments."""
    state = states_of(solution)[group]
    of_sample = solution.options.function == "GLS" or solution.options.two_stage
    P = inverse(s.cov if of_sample else state.Sigma)
    mean, cov = _without_covariates(solution, group, s)
    R, T = (s.cov - state.Sigma) @ P, cov @ P
    top, bottom = 0.5 * float(np.sum(R * R.T)), 0.5 * float(np.sum(T * T.T))
    if not solution.model.meanstructure:
        return top, bottom
    d = s.mean - state.mu
    return top + float(d @ P @ d), bottom + float(mean @ P @ mean)


def _by_weight(solution: Solution, group: int, s: GroupMoments) -> tuple[float, float]:
    """Return the same by the estimator's own weight, or with missing values."""
    state = states_of(solution)[group]
    incomplete = solution.data.groups[group].patterns
    W: Floats = incomplete_weight(solution, group) if incomplete else weight_matrix(solution, group)
    mean, cov = _observed_moments(solution, group, s)
    observed, implied = vech(cov), vech(state.Sigma)
    means = solution.model.meanstructure
    if means:
        observed = np.concatenate([mean, observed])
        implied = np.concatenate([state.mu, implied])
    keep = kept_moments(mean.size, covariate_places(solution, group), means=means)
    keep = keep[np.isfinite(observed[keep])]  # not those that a group was not asked
    observed, implied, W = observed[keep], implied[keep], W[np.ix_(keep, keep)]
    r = observed - implied
    return float(r @ W @ r), float(observed @ W @ observed)


def _without_covariates(solution: Solution, group: int, s: GroupMoments) -> tuple[Floats, Floats]:
    """Return the sample moments with those of fixed covariates set to zero."""
    x = covariate_places(solution, group)
    mean, cov = s.mean.copy(), s.cov.copy()
    mean[x] = 0.0
    cov[np.ix_(x, x)] = 0.0
    return mean, cov


def _observed_moments(solution: Solution, group: int, s: GroupMoments) -> tuple[Floats, Floats]:
    """Return what GFI compares with: pairwise moments when values are missing, as in lavaan."""
    g = solution.data.groups[group]
    if not g.patterns or g.Y is None or g.weights is not None:
        return s.mean, s.cov
    mean, cov = pairwise_moments(g.Y)
    return mean, cov * ((s.n - 1) / s.n)
