"""Unrestricted moments of both levels whose between covariance need not be a possible one.

A fitted model may have negative residual variances between groups. The model it is tested against
then has to be as free: a between covariance that only has to leave every cluster's covariance
``Sigma_b + Sigma_w / n`` positive definite. For balanced clusters the maximum has a closed form,
``Sigma_w`` pooled within clusters and ``Sigma_b`` the difference of mean squares by the size.

References
----------
Searle, Casella & McCulloch (1992), Variance components, section 4.3; Liu & Nocedal (1989),
Mathematical Programming 45:503.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from collective_use.numerics.twolevel.likelihood import Layout, MomentDerivatives, Terms
from collective_use.numerics.twolevel.objective import Likelihood
from collective_use.numerics.types import Floats

Moments = tuple[Floats, Floats, Floats, Floats]
"""Sigma_w, mu_w, Sigma_b, mu_b."""

DENSE_WITH_GAPS = 20
"""Up to so many variables of both levels Newton steps on all moments are taken with gaps."""


@dataclass(frozen=True, slots=True)
class Saturated:
    """Unrestricted moments of one group.

    Attributes
    ----------
    Sw, mu_w, Sb, mu_b
        Within and between moments; the mean of a variable at both levels is in `mu_b`.
    loglik
        Log-likelihood there.
    rank
        Rank of the between covariance; below its size when the optimum lies on the border.
    iterations
        Evaluations (quasi-Newton) or steps (Newton).
    gradient
        Largest derivative by the whitened parameters, per case.
    """

    Sw: Floats
    mu_w: Floats
    Sb: Floats
    mu_b: Floats
    loglik: float
    rank: int
    iterations: int
    gradient: float


def unrestricted_derivatives(layout: Layout) -> MomentDerivatives:
    """Return derivatives of the moments by their distinct elements: Sw, Sb, means of d."""
    p, pb, k = layout.p, layout.pb, layout.size
    a, b = p * (p + 1) // 2, pb * (pb + 1) // 2
    q = a + b + k
    by = MomentDerivatives(
        np.zeros((q, p, p)), np.zeros((q, p)), np.zeros((q, pb, pb)), np.zeros((q, pb))
    )
    for target, size, first in ((by.sigma_w, p, 0), (by.sigma_b, pb, a)):
        columns, rows = np.triu_indices(size)
        at = first + np.arange(rows.size)
        target[at, rows, columns] = target[at, columns, rows] = 1.0
    by.mu_b[a + b + layout.place, np.arange(pb)] = 1.0
    only = np.setdiff1d(np.arange(p), layout.place)
    by.mu_w[a + b + only, only] = 1.0
    return by


def score_of(terms: Terms, by: MomentDerivatives) -> Floats:
    """Return derivatives by q free parameters; by cluster when the terms are."""
    q = by.mu_w.shape[0]

    def product(of: Floats, derivative: Floats) -> Floats:
        lead = terms.mu_w.shape[:-1]
        return np.asarray(of.reshape(*lead, -1) @ derivative.reshape(q, -1).T)

    return (
        product(terms.sigma_w, by.sigma_w)
        + product(terms.mu_w, by.mu_w)
        + product(terms.sigma_b, by.sigma_b)
        + product(terms.mu_b, by.mu_b)
    )


def newton_moments(likelihood: Likelihood, start: Moments) -> Saturated | None:
    """Take Newton steps on the moments themselves; None when they reach no maximum.

    Parameters
    ----------
    likelihood, start
        Of one group, and the moments to begin from.

    Returns
    -------
    Saturated or None
        `rank` counts the positive eigenvalues of Sigma_b.
    """
    by = unrestricted_derivatives(likelihood.layout)
    at = start
    terms = likelihood.terms(*at)
    for steps in range(1, 31):
        if terms is None:
            return None
        score = score_of(terms, by)
        information = _positive_information(likelihood, at, by)
        if information is None:
            return None
        step = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        moved = _uphill(likelihood, at, by, step, terms.value)
        if moved is None:
            return None
        at, terms = moved
        if float(score @ step) < 1e-13:
            gradient = float(np.abs(score / np.sqrt(np.diag(information))).max()) / likelihood.N
            return Saturated(*at, terms.value, _positive(at[2]), steps, gradient)
    return None


def _positive(Sb: Floats) -> int:
    return int((np.linalg.eigvalsh(Sb) >= 0).sum())


def quasi_newton_moments(likelihood: Likelihood, start: Moments) -> Saturated | None:
    """Climb in whitened moments without their information; None when that reaches no maximum."""
    Sw, _, Sb, _ = start
    layout, by = likelihood.layout, unrestricted_derivatives(likelihood.layout)
    spread = np.diag(Sw) / likelihood.J
    own = np.sqrt(np.diag(Sw) / likelihood.N)
    across = np.full(layout.pb, 0.0)
    inner = layout.place < layout.p
    across[inner] = np.sqrt(spread[layout.place[inner]])
    across[~inner] = np.sqrt(np.maximum(np.diag(Sb), 1e-12)[~inner] / likelihood.J)
    columns, rows = np.triu_indices(layout.p)
    up, down = np.triu_indices(layout.pb)
    means = np.zeros(layout.size)
    means[: layout.p] = own
    means[layout.place] = across
    units = np.concatenate(
        [own[rows] * np.sqrt(np.diag(Sw))[columns], across[down] * _size(Sb, Sw, layout)[up], means]
    )

    def moments(x: Floats) -> Moments:
        return _moved(start, by, units * x)

    def objective(x: Floats) -> tuple[float, Floats]:
        terms = likelihood.terms(*moments(x))
        if terms is None:
            return 1e300, np.zeros_like(x)
        return -terms.value, -units * score_of(terms, by)

    found = minimize(
        objective, np.zeros(units.size), jac=True, method="L-BFGS-B",
        options={"maxiter": 3000, "maxcor": 60, "ftol": 1e-15, "gtol": 1e-7, "maxfun": 9000},
    )  # fmt: skip
    largest = float(np.abs(found.jac).max())
    if not np.isfinite(found.fun) or largest > 1e-3:
        return None
    at = moments(found.x)
    return Saturated(
        *at, -float(found.fun), _positive(at[2]), int(found.nfev), largest / likelihood.N
    )


def _size(Sb: Floats, Sw: Floats, layout: Layout) -> Floats:
    """Return standard deviations of cluster effects, of a fair size where they may be zero."""
    variance = np.diag(Sb).copy()
    inner = layout.place < layout.p
    variance[inner] = np.maximum(variance[inner], 0.05 * np.diag(Sw)[layout.place[inner]])
    return np.sqrt(np.maximum(variance, 1e-12))


def _moved(at: Moments, by: MomentDerivatives, step: Floats) -> Moments:
    return (
        at[0] + np.tensordot(step, by.sigma_w, 1),
        at[1] + step @ by.mu_w,
        at[2] + np.tensordot(step, by.sigma_b, 1),
        at[3] + step @ by.mu_b,
    )


def _positive_information(
    likelihood: Likelihood, at: Moments, by: MomentDerivatives
) -> Floats | None:
    """Return the observed information, or the expected one; None when neither can be inverted."""
    for observed in (True, False):
        found = likelihood.information(*at, by, observed=observed)
        if not np.isfinite(found).all() or np.diag(found).min() <= 0:
            continue
        units = np.sqrt(np.diag(found))
        # rounding can make a matrix without an inverse look positive
        if float(np.linalg.eigvalsh(found / np.outer(units, units)).min()) > 1e-13:
            return found
    return None


def _uphill(
    likelihood: Likelihood, at: Moments, by: MomentDerivatives, step: Floats, value: float
) -> tuple[Moments, Terms] | None:
    """Move along a step, halved while the likelihood falls beyond rounding; None if it always does.

    The derivatives are symmetric, so the moments stay symmetric whatever their means.
    """
    for _ in range(12):
        moved = _moved(at, by, step)
        terms = likelihood.terms(*moved)
        if terms is not None and terms.value > value - 1e-11 * abs(value):
            return moved, terms
        step = step / 2
    return None
