"""REML and ML estimates of the social relations model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.groups.mixed.optimum import minimum
from collective_use.numerics.groups.mixed.relations_likelihood import (
    GroupRatings,
    Likelihood,
    relations_likelihood,
)
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class RelationsModel:
    """Estimates of the social relations model.

    Attributes
    ----------
    log_likelihood
        With all constants.
    components, errors
        (6,) the five of `round_robin.COMPONENTS` and the variance between groups (0 and NaN
        where each group has its own mean); standard errors from the curvature, NaN on a border.
    mu, mu_variance
        Mean and its variance.
    likelihood
        All at the optimum, for effects and group values.
    reciprocal
        Whether any dyad has both ratings; without one the relationship covariance is 0.
    converged
        Whether the slope vanished.
    scale
        What ratings were divided by in the search; `likelihood` is in these units.
    """

    log_likelihood: float
    components: Floats
    errors: Floats
    mu: float
    mu_variance: float
    likelihood: Likelihood
    reciprocal: bool
    converged: bool
    scale: float


def fit_relations(
    groups: list[GroupRatings], *, fixed_means: bool = False, reml: bool = True
) -> RelationsModel:
    """Return the estimates at the optimum of the likelihood.

    Parameters
    ----------
    groups
        Ratings by group.
    fixed_means
        Each group its own mean in place of a variance between groups.
    reml
        Restricted or full likelihood.
    """
    reciprocal = any((g.back >= 0).any() for g in groups)
    y = np.concatenate([g.y for g in groups])
    inside = np.concatenate([g.y - g.y.mean() for g in groups])
    scale = max(float(inside.std()), 1e-8)
    centre = float(y.mean())
    scaled = [
        GroupRatings((g.y - centre) / scale, g.actor, g.partner, g.back, g.persons) for g in groups
    ]

    def at(theta: Floats) -> Likelihood:
        L = np.array([[theta[0], 0.0], [theta[1], theta[2]]])
        sums = float(np.exp(theta[3]))
        gaps = float(np.exp(theta[4])) if reciprocal else sums
        between = None if fixed_means else float(theta[-1] ** 2)
        return relations_likelihood(scaled, L, sums, gaps, between, reml=reml)

    def deviance(theta: Floats) -> tuple[float, Floats]:
        if not np.isfinite(theta).all() or np.abs(theta).max() > 200:
            return np.inf, np.zeros_like(theta)
        fit = at(theta)
        return -fit.value, -_jacobian(theta, reciprocal, fixed_means).T @ fit.slopes

    spread = max(float(np.var([g.y.mean() for g in scaled])), 0.05)
    relation = [np.log(0.5)] * (2 if reciprocal else 1)
    group = [] if fixed_means else [np.sqrt(spread)]
    starts = [np.array([s, c * s, s, *relation, *group]) for s, c in ((0.5, 0.2), (0.2, -0.3))]
    found = minimum(deviance, starts)
    fit = at(found.theta)
    J = _jacobian(found.theta, reciprocal, fixed_means)
    errors = _errors(found.hessian, J)
    fixed = len(groups) if fixed_means else 1
    freed = len(y) - (fixed if reml else 0)
    natural = _natural(found.theta, reciprocal, fixed_means) * scale**2
    return RelationsModel(
        fit.value - freed * np.log(scale), natural, errors * scale**2,
        centre + scale * fit.mu, fit.mu_variance * scale**2, fit, reciprocal,
        found.converged, scale,
    )  # fmt: skip


def _natural(theta: Floats, reciprocal: bool, fixed_means: bool) -> Floats:
    a, b, c = theta[:3]
    sums = np.exp(theta[3])
    gaps = np.exp(theta[4]) if reciprocal else sums
    group = 0.0 if fixed_means else theta[-1] ** 2
    return np.array([a * a, b * b + c * c, (sums + gaps) / 2, a * b, (sums - gaps) / 2, group])


def _jacobian(theta: Floats, reciprocal: bool, fixed_means: bool) -> Floats:
    """Return (6, q) derivatives of the components in the parameters of the search."""
    a, b, c = theta[:3]
    J = np.zeros((6, len(theta)))
    J[0, 0] = 2.0 * a
    J[1, 1], J[1, 2] = 2.0 * b, 2.0 * c
    J[3, 0], J[3, 1] = b, a
    sums = np.exp(theta[3])
    if reciprocal:
        gaps = np.exp(theta[4])
        J[2, 3], J[2, 4], J[4, 3], J[4, 4] = sums / 2, gaps / 2, sums / 2, -gaps / 2
    else:
        J[2, 3] = sums
    if not fixed_means:
        J[5, -1] = 2.0 * theta[-1]
    return J


def _errors(hessian: Floats, J: Floats) -> Floats:
    roots, axes = np.linalg.eigh(hessian)
    if roots[0] <= 1e-9 * roots[-1]:
        return np.full(6, np.nan)
    variance = np.einsum("ij,jk,ik->i", J, (axes / roots) @ axes.T, J)
    # A variance of zero is on the border: curvature in its root says nothing of its error.
    return np.where(variance > 1e-10, np.sqrt(np.maximum(variance, 0.0)), np.nan)
