"""Unrestricted moments of both levels: quasi-Newton on whitened Cholesky factors, and EM.

The between covariance is kept positive semi-definite, as EM does: with few clusters or small
intraclass correlations its unrestricted optimum lies on that border.

References
----------
Dempster, Laird & Rubin (1977), Journal of the Royal Statistical Society B 39:1 (EM);
Liu & Nocedal (1989), Mathematical Programming 45:503 (limited-memory quasi-Newton).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from collective_use.numerics.twolevel import (
    ClusterStatistics,
    Layout,
    MomentDerivatives,
    Terms,
    cluster_covariances,
    cluster_mean,
    twolevel_information,
    twolevel_loglik,
)
from collective_use.numerics.twolevel_border import border_newton

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
        Evaluations (quasi-Newton) or steps (EM).
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
    >>> from collective_use.numerics.twolevel import cluster_statistics
    >>> rng = np.random.default_rng(1)
    >>> cluster = np.repeat(np.arange(50), 6)
    >>> y = rng.normal(size=(300, 1)) + rng.normal(size=(50, 1))[cluster]
    >>> stats = cluster_statistics(y, np.zeros((50, 0)), cluster, Layout(1, 1, np.array([0])))
    >>> bool(abs(saturated_complete(stats).Sw[0, 0] - stats.within[0, 0]) < 1e-4)
    True
    """

    near = em_saturated(stats, tol=1e-2, max_iter=50)
    if near.Sw.shape[0] + near.Sb.shape[0] <= _NEWTON_SIZE:
        inside = _newton(stats, near)
        if inside is not None:
            return inside

    def likelihood(Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms | None:
        return twolevel_loglik(stats, Sw, mu_w, Sb, mu_b)

    lifted = _lifted(near.Sb, np.diag(near.Sb))
    mean = cluster_mean(stats.layout, near.mu_w, near.mu_b)
    found = saturated_moments(likelihood, stats.layout, (near.Sw, lifted, mean), stats.N, stats.J)
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


def _newton(stats: ClusterStatistics, near: Saturated) -> Saturated | None:
    """Newton steps on the moments themselves; None when they leave the positive cone."""
    by = unrestricted_derivatives(stats.layout)
    Sw, mu_w, Sb, mu_b = near.Sw, near.mu_w, near.Sb, near.mu_b
    value, steps = near.loglik, 0
    for steps in range(1, 31):  # noqa: B007
        terms = twolevel_loglik(stats, Sw, mu_w, Sb, mu_b)
        if terms is None:
            return None
        value, score = terms.value, score_of(terms, by)
        for observed in (True, False):
            information = twolevel_information(stats, Sw, mu_w, Sb, mu_b, by, observed=observed)
            try:
                np.linalg.cholesky(information)
                break
            except np.linalg.LinAlgError:
                continue
        step = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        if float(score @ step) < 1e-13:
            break
        Sw = Sw + np.tensordot(step, by.sigma_w, 1)
        Sb = Sb + np.tensordot(step, by.sigma_b, 1)
        mu_w, mu_b = mu_w + step @ by.mu_w, mu_b + step @ by.mu_b
    spectrum = np.linalg.eigvalsh(Sb)
    if float(spectrum.min()) < 0 or value < near.loglik - 1e-8 or steps == 30:
        return None
    gradient = float(np.abs(score / np.sqrt(np.diag(information))).max()) / stats.N
    return Saturated(Sw, mu_w, Sb, mu_b, value, spectrum.size, steps, gradient)


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


def em_saturated(stats: ClusterStatistics, tol: float = 1e-4, max_iter: int = 5000) -> Saturated:
    """Run EM for the unrestricted moments from identity, until a step gains less than `tol`.

    This is lavaan's way to its unrestricted model, with lavaan's start and its rule to stop: it
    tells how far a published fit index stands from the optimum.

    Parameters
    ----------
    stats
        Cluster statistics of one group.
    tol
        Smallest gain in log-likelihood worth another step.
    max_iter
        Most steps.
    """
    layout, p = stats.layout, stats.layout.p
    place = layout.place
    Sw, mu_w = np.eye(p), np.zeros(p)
    Sb, mu_b = np.eye(layout.pb), np.zeros(layout.pb)
    outer = np.flatnonzero(place >= p)
    old = _value(stats, Sw, mu_w, Sb, mu_b)
    if outer.size:
        z = stats.d[:, p:]
        mu_b[outer] = z.mean(axis=0)[place[outer] - p]
        centred = z[:, place[outer] - p] - mu_b[outer]
        Sb[np.ix_(outer, outer)] = centred.T @ centred / stats.J
    steps = 0
    for steps in range(1, max_iter + 1):  # noqa: B007
        Sw, mu_w, Sb, mu_b = _em_step(stats, Sw, mu_w, Sb, mu_b, outer)
        new = _value(stats, Sw, mu_w, Sb, mu_b)
        gain, old = new - old, new
        if gain < tol:
            break
    rank = int((np.linalg.eigvalsh(Sb) > 1e-8).sum())
    return Saturated(Sw, mu_w, Sb, mu_b, old, rank, steps, float("nan"))


def _value(stats: ClusterStatistics, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> float:
    terms = twolevel_loglik(stats, Sw, mu_w, Sb, mu_b)
    return float("-inf") if terms is None else terms.value


def _em_step(
    stats: ClusterStatistics,
    Sw: Floats,
    mu_w: Floats,
    Sb: Floats,
    mu_b: Floats,
    outer: NDArray[np.intp],
) -> tuple[Floats, Floats, Floats, Floats]:
    layout, p = stats.layout, stats.layout.p
    place = layout.place
    both = np.flatnonzero(place < p)
    inner = place[both]
    V = cluster_covariances(layout, Sw, Sb, stats.sizes)
    gap = stats.d - cluster_mean(layout, mu_w, mu_b)
    which = np.searchsorted(stats.sizes, stats.n)
    load = np.zeros((both.size, layout.size))
    load[:, place] = Sb[both]
    weights = load @ np.linalg.inv(V)
    posterior = Sb[np.ix_(both, both)] - weights @ load.T
    centre = mu_b[both] + np.einsum("jbk,jk->jb", weights[which], gap)
    effect = np.zeros((stats.J, p))
    effect[:, inner] = centre
    spread = np.zeros((p, p))
    spread[np.ix_(inner, inner)] = np.einsum("s,sab->ab", stats.counts * stats.sizes, posterior)
    rest = stats.d[:, :p] - effect
    new_mu_w = (stats.n @ rest) / stats.N
    gone = rest - new_mu_w
    new_Sw = (stats.N - stats.J) * stats.within + (gone * stats.n[:, None]).T @ gone + spread
    new_mu_b, new_Sb = mu_b.copy(), Sb.copy()
    new_mu_b[both] = centre.mean(axis=0)
    away = centre - new_mu_b[both]
    inside = away.T @ away / stats.J + np.einsum("s,sab->ab", stats.counts, posterior) / stats.J
    new_Sb[np.ix_(both, both)] = inside
    if outer.size:
        z = stats.d[:, place[outer]] - mu_b[outer]
        cross = away.T @ z / stats.J
        new_Sb[np.ix_(both, outer)] = cross
        new_Sb[np.ix_(outer, both)] = cross.T
    free = np.setdiff1d(np.arange(p), inner)
    shift = np.zeros(p)
    shift[inner] = new_mu_w[inner]
    new_mu_b[both] += shift[inner]
    moved = np.zeros(p)
    moved[free] = new_mu_w[free]
    return new_Sw / stats.N, moved, new_Sb, new_mu_b
