"""Unrestricted moments of both levels: Newton, or quasi-Newton on whitened Cholesky factors.

The between covariance is kept positive semi-definite: with few clusters or small intraclass
correlations its unrestricted optimum lies on that border, where Newton steps on the moments give
way to the factors.

References
----------
Liu & Nocedal (1989), Mathematical Programming 45:503 (limited-memory quasi-Newton).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from collective_use.numerics.twolevel.border import border_newton
from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    Layout,
    Terms,
    twolevel_loglik,
)
from collective_use.numerics.twolevel.objective import CompleteLikelihood
from collective_use.numerics.twolevel.objective import Likelihood as AnyLikelihood
from collective_use.numerics.twolevel.pairs import can_be_paired, kept_moments, scored_moments
from collective_use.numerics.twolevel.unrestricted import (
    DENSE_WITH_GAPS,
    Moments,
    Saturated,
    newton_moments,
    quasi_newton_moments,
    unrestricted_derivatives,
)
from collective_use.numerics.types import Floats, Ints

_NEWTON_SIZE = 24
"""Up to so many variables the dense information of all moments is cheap."""

DENSE = 60
"""Up to so many variables of both levels Newton steps on all moments are taken."""

Likelihood = Callable[[Floats, Floats, Floats, Floats], Terms | None]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Coordinates in which the moments are near identity."""

    layout: Layout
    Cw: Floats
    Cb: Floats
    mean: Floats
    step: Floats
    low_w: tuple[Ints, ...]
    low_b: tuple[Ints, ...]
    only: Ints

    def split(self, x: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        p, pb = self.layout.p, self.layout.pb
        a, b = p * (p + 1) // 2, pb * (pb + 1) // 2
        M, L = np.zeros((p, p)), np.zeros((pb, pb))
        M[self.low_w] = x[:a]
        L[self.low_b] = x[a : a + b]
        both = self.mean + self.step * x[a + b :]
        mu_w, mu_b = np.zeros(p), both[self.layout.place]
        mu_w[self.only] = both[self.only]
        FM, FL = self.Cw @ M, self.Cb @ L
        return FM @ FM.T, mu_w, FL @ FL.T, mu_b, FM, FL

    def back(self, terms: Terms, FM: Floats, FL: Floats) -> Floats:
        p = self.layout.p
        by_M = 2 * self.Cw.T @ terms.sigma_w @ FM
        by_L = 2 * self.Cb.T @ terms.sigma_b @ FL
        by_mean = np.zeros(self.layout.size)
        by_mean[:p] = terms.mu_w
        by_mean[self.layout.place] = terms.mu_b
        return np.concatenate([by_M[self.low_w], by_L[self.low_b], self.step * by_mean])


def saturated_moments(
    likelihood: Likelihood,
    layout: Layout,
    start: tuple[Floats, Floats, Floats],
    N: int,
    J: int,
    max_iter: int = 2000,
    rounds: int = 3,
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
    rounds
        How often the search begins anew, its memory forgotten, while the gradient is not zero.

    Returns
    -------
    Saturated
    """
    Sw, Sb, mean = start
    spread = np.zeros(layout.size)
    spread[: layout.p] = np.diag(Sw) * J / N
    spread[layout.place] += np.diag(Sb)
    only = np.setdiff1d(np.arange(layout.p), layout.place)
    frame = _Frame(
        layout, _root(Sw), _root(Sb), mean, np.sqrt(np.maximum(spread, 1e-12) / J),
        np.tril_indices(layout.p), np.tril_indices(layout.pb), only,
    )  # fmt: skip

    def objective(x: Floats) -> tuple[float, Floats]:
        *moments, FM, FL = frame.split(x)
        terms = likelihood(*moments)
        if terms is None:
            return 1e300, np.zeros_like(x)
        return -terms.value / N, -frame.back(terms, FM, FL) / N

    eye = [np.eye(size)[np.tril_indices(size)] for size in (layout.p, layout.pb)]
    x = np.concatenate([*eye, np.zeros(layout.size)])
    evaluations = 0
    for _ in range(rounds):
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
    found = _free(CompleteLikelihood(stats), moments_at(stats.layout, start), _NEWTON_SIZE)
    if found is not None and found.rank == len(found.Sb):
        return found
    if can_be_paired(stats.layout) and (kept := kept_moments(stats)) is not None:
        return _finished(stats, kept) or kept

    def likelihood(Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms | None:
        return twolevel_loglik(stats, Sw, mu_w, Sb, mu_b)

    found = saturated_moments(likelihood, stats.layout, start, stats.N, stats.J, rounds=1)
    if (end := _finished(stats, found)) is not None:
        return end
    found = saturated_moments(likelihood, stats.layout, start, stats.N, stats.J)
    return _finished(stats, found) or found


def unrestricted_moments(likelihood: AnyLikelihood, starts: Sequence[Moments]) -> Saturated | None:
    """Return the highest maximum of a likelihood over all moments; None where none was reached.

    Parameters
    ----------
    likelihood
        Of one group.
    starts
        Moments to begin from; the fitted model's should be among them, so that the maximum is
        never below the model.
    """
    found = []
    for start in starts:
        if isinstance(likelihood, CompleteLikelihood):
            end = _free(likelihood, start, DENSE)
        else:
            dear = len(start[0]) + len(start[2]) > DENSE_WITH_GAPS
            end = None if dear else newton_moments(likelihood, start)
        found.append(end or quasi_newton_moments(likelihood, start))
    reached = [end for end in found if end is not None]
    return max(reached, key=lambda end: end.loglik) if reached else None


def _free(likelihood: CompleteLikelihood, start: Moments, most: int) -> Saturated | None:
    """Return the maximum over any between covariance; None where there is none, or not cheaply."""
    dear = len(start[0]) + len(start[2]) > most
    if not can_be_paired(likelihood.layout):
        return None if dear else newton_moments(likelihood, start)
    found = scored_moments(likelihood.stats, start)
    if found is None or dear or found.gradient * likelihood.N < 1e-6:
        return found
    return newton_moments(likelihood, (found.Sw, found.mu_w, found.Sb, found.mu_b)) or found


def _finished(stats: ClusterStatistics, found: Saturated) -> Saturated | None:
    """Go on to the maximum on the border where the dense information is cheap; None if in vain."""
    if len(found.Sw) + len(found.Sb) > _NEWTON_SIZE or found.rank == 0:
        return None
    moments = found.Sw, found.mu_w, found.Sb, found.mu_b
    try:
        end = border_newton(stats, moments, found.rank, unrestricted_derivatives(stats.layout))
    except np.linalg.LinAlgError:
        return None
    if end is None or end.loglik < found.loglik - 1e-8:
        return None
    count = found.iterations + end.steps
    return Saturated(
        end.Sw, end.mu_w, end.Sb, end.mu_b, end.loglik, found.rank, count, end.gradient
    )


def moments_at(layout: Layout, start: tuple[Floats, Floats, Floats]) -> Moments:
    """Return a start as moments of both levels; the mean of a variable at both is between."""
    Sw, Sb, mean = start
    mu_w = mean[: layout.p].copy()
    mu_w[layout.place[layout.place < layout.p]] = 0.0
    return Sw, mu_w, Sb, mean[layout.place]


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
