"""Unrestricted moments of both levels: Newton, or quasi-Newton on whitened Cholesky factors.

The between covariance is kept positive semi-definite: with few clusters or small intraclass
correlations its unrestricted optimum lies on that border, where Newton steps on the moments give
way to the factors.

References
----------
Liu & Nocedal (1989), Mathematical Programming 45:503 (limited-memory quasi-Newton).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from collective_use.numerics.twolevel.border import border_newton
from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    Layout,
    MomentDerivatives,
    Terms,
    twolevel_information,
    twolevel_loglik,
)

Floats = NDArray[np.float64]
_NEWTON_SIZE = 24
"""Up to so many variables the dense information of all moments is cheap."""
Likelihood = Callable[[Floats, Floats, Floats, Floats], Terms | None]


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


@dataclass(frozen=True, slots=True)
class _Frame:
    """Coordinates in which the moments are near identity."""

    layout: Layout
    Cw: Floats
    Cb: Floats
    mean: Floats
    step: Floats

    def split(self, x: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        p, pb = self.layout.p, self.layout.pb
        a, b = p * (p + 1) // 2, pb * (pb + 1) // 2
        M, L = np.zeros((p, p)), np.zeros((pb, pb))
        M[np.tril_indices(p)] = x[:a]
        L[np.tril_indices(pb)] = x[a : a + b]
        both = self.mean + self.step * x[a + b :]
        mu_w, mu_b = np.zeros(p), both[self.layout.place]
        only = np.setdiff1d(np.arange(p), self.layout.place)
        mu_w[only] = both[only]
        FM, FL = self.Cw @ M, self.Cb @ L
        return FM @ FM.T, mu_w, FL @ FL.T, mu_b, FM, FL

    def back(self, terms: Terms, FM: Floats, FL: Floats) -> Floats:
        p, pb = self.layout.p, self.layout.pb
        by_M = 2 * self.Cw.T @ terms.sigma_w @ FM
        by_L = 2 * self.Cb.T @ terms.sigma_b @ FL
        by_mean = np.zeros(self.layout.size)
        by_mean[:p] = terms.mu_w
        by_mean[self.layout.place] = terms.mu_b
        return np.concatenate(
            [by_M[np.tril_indices(p)], by_L[np.tril_indices(pb)], self.step * by_mean]
        )


def saturated_moments(
    likelihood: Likelihood,
    layout: Layout,
    start: tuple[Floats, Floats, Floats],
    N: int,
    J: int,
    max_iter: int = 2000,
) -> Saturated:
    """Maximise a two-level likelihood over unrestricted moments.

    Parameters
    ----------
    likelihood
        Log-likelihood with derivatives at (Sw, mu_w, Sb, mu_b).
    layout
        Where the variables stand.
    start
        Within covariance (p, p), between covariance (pb, pb), means of d (size,).
    N, J
        Cases and clusters.
    max_iter
        Most iterations.

    Returns
    -------
    Saturated
    """
    Sw, Sb, mean = start
    spread = np.zeros(layout.size)
    spread[: layout.p] = np.diag(Sw) * J / N
    spread[layout.place] += np.diag(Sb)
    frame = _Frame(layout, _root(Sw), _root(Sb), mean, np.sqrt(np.maximum(spread, 1e-12) / J))

    def objective(x: Floats) -> tuple[float, Floats]:
        *moments, FM, FL = frame.split(x)
        terms = likelihood(*moments)
        if terms is None:
            return 1e300, np.zeros_like(x)
        return -terms.value / N, -frame.back(terms, FM, FL) / N

    eye = [np.eye(size)[np.tril_indices(size)] for size in (layout.p, layout.pb)]
    x = np.concatenate([*eye, np.zeros(layout.size)])
    evaluations = 0
    for _ in range(3):
        found = minimize(
            objective, x, jac=True, method="L-BFGS-B",
            options={"maxiter": max_iter, "maxcor": 50, "ftol": 1e-15, "gtol": 1e-10,
                     "maxls": 40, "maxfun": 4 * max_iter},
        )  # fmt: skip
        evaluations += int(found.nfev)
        x = found.x
        if float(np.abs(found.jac).max()) < 1e-8:
            break
    Sw, mu_w, Sb, mu_b, _, _ = frame.split(x)
    eigen = np.linalg.eigvalsh(np.linalg.solve(frame.Cb, np.linalg.solve(frame.Cb, Sb).T))
    rank = int((eigen > 1e-6 * max(float(eigen.max()), 1e-300)).sum())
    size = float(np.abs(found.jac).max())
    return Saturated(Sw, mu_w, Sb, mu_b, -float(found.fun) * N, rank, evaluations, size)


def saturated_complete(stats: ClusterStatistics) -> Saturated:
    """Return the unrestricted moments of one group with complete data.

    Examples
    --------
    >>> from collective_use.numerics.twolevel.likelihood import cluster_statistics
    >>> rng = np.random.default_rng(1)
    >>> cluster = np.repeat(np.arange(50), 6)
    >>> y = rng.normal(size=(300, 1)) + rng.normal(size=(50, 1))[cluster]
    >>> stats = cluster_statistics(y, np.zeros((50, 0)), cluster, Layout(1, 1, np.array([0])))
    >>> bool(abs(saturated_complete(stats).Sw[0, 0] - stats.within[0, 0]) < 1e-4)
    True
    """

    start = start_moments(stats)
    if start[0].shape[0] + start[1].shape[0] <= _NEWTON_SIZE:
        found = _newton(stats, start)
        if found is not None:
            return found

    def likelihood(Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms | None:
        return twolevel_loglik(stats, Sw, mu_w, Sb, mu_b)

    found = saturated_moments(likelihood, stats.layout, start, stats.N, stats.J)
    return _finished(stats, found)


def _finished(stats: ClusterStatistics, found: Saturated) -> Saturated:
    """Go on to the maximum on the border where the dense information is cheap."""
    if len(found.Sw) + len(found.Sb) > _NEWTON_SIZE or found.rank == 0:
        return found
    moments = found.Sw, found.mu_w, found.Sb, found.mu_b
    try:
        end = border_newton(stats, moments, found.rank, unrestricted_derivatives(stats.layout))
    except np.linalg.LinAlgError:
        return found
    if end is None or end.loglik < found.loglik - 1e-8:
        return found
    count = found.iterations + end.steps
    return Saturated(
        end.Sw, end.mu_w, end.Sb, end.mu_b, end.loglik, found.rank, count, end.gradient
    )


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
    return np.asarray(
        np.einsum("...ab,qab->...q", terms.sigma_w, by.sigma_w)
        + np.einsum("...a,qa->...q", terms.mu_w, by.mu_w)
        + np.einsum("...ab,qab->...q", terms.sigma_b, by.sigma_b)
        + np.einsum("...a,qa->...q", terms.mu_b, by.mu_b)
    )


def _newton(stats: ClusterStatistics, start: tuple[Floats, Floats, Floats]) -> Saturated | None:
    """Newton steps on the moments themselves; None when they leave the positive cone."""
    layout = stats.layout
    by = unrestricted_derivatives(layout)
    Sw, Sb, mean = start
    mu_w, mu_b = mean[: layout.p].copy(), mean[layout.place]
    mu_w[layout.place[layout.place < layout.p]] = 0.0
    at = Sw, mu_w, Sb, mu_b
    terms = twolevel_loglik(stats, *at)
    steps = 0
    while steps < 30:
        steps += 1
        if terms is None:
            return None
        score = score_of(terms, by)
        information = _positive_information(stats, at, by)
        if information is None:
            return None
        step = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        found = _uphill(stats, at, by, step, terms.value)
        if found is None:
            return None
        at, terms = found
        if float(score @ step) < 1e-13:
            break
    else:
        return None
    spectrum = np.linalg.eigvalsh(at[2])
    if float(spectrum.min()) < 0:
        return None
    gradient = float(np.abs(score / np.sqrt(np.diag(information))).max()) / stats.N
    return Saturated(*at, terms.value, spectrum.size, steps, gradient)


_Moments = tuple[Floats, Floats, Floats, Floats]


def _positive_information(
    stats: ClusterStatistics, at: _Moments, by: MomentDerivatives
) -> Floats | None:
    """Return the observed information, or the expected one; None when neither can be inverted."""
    for observed in (True, False):
        found = twolevel_information(stats, *at, by, observed=observed)
        if np.isfinite(found).all() and float(np.linalg.eigvalsh(found).min()) > 0:
            return found
    return None


def _uphill(
    stats: ClusterStatistics, at: _Moments, by: MomentDerivatives, step: Floats, value: float
) -> tuple[_Moments, Terms] | None:
    """Move along a step, halved while the likelihood falls beyond rounding; None if it always does.

    The derivatives are symmetric, so the moments stay symmetric whatever their means.
    """
    for _ in range(12):
        moved = (
            at[0] + np.tensordot(step, by.sigma_w, 1),
            at[1] + step @ by.mu_w,
            at[2] + np.tensordot(step, by.sigma_b, 1),
            at[3] + step @ by.mu_b,
        )
        terms = twolevel_loglik(stats, *moved)
        if terms is not None and terms.value > value - 1e-11 * abs(value):
            return moved, terms
        step = step / 2
    return None


def start_moments(stats: ClusterStatistics) -> tuple[Floats, Floats, Floats]:
    """Return moment estimates: pooled within covariance, between covariance, means of d."""
    layout, p = stats.layout, stats.layout.p
    mean = stats.d.mean(axis=0)
    deviation = stats.d - mean
    total = deviation.T @ deviation / stats.J
    harmonic = float(np.mean(1.0 / stats.n))
    total[:p, :p] -= stats.within * harmonic
    Sb = total[layout.place[:, None], layout.place[None, :]]
    scale = np.diag(deviation.T @ deviation / stats.J)[layout.place]
    return stats.within, _lifted(Sb, scale), mean


def _lifted(S: Floats, scale: Floats) -> Floats:
    """Raise eigenvalues, in units of `scale`, to at least .05."""
    sd = np.sqrt(np.maximum(scale, 1e-12))
    values, vectors = np.linalg.eigh(S / np.outer(sd, sd))
    R = (vectors * np.maximum(values, 0.05)) @ vectors.T
    return R * np.outer(sd, sd)


def _root(S: Floats) -> Floats:
    return np.asarray(np.linalg.cholesky(S))
