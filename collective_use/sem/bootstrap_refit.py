"""Estimate a fitted model again on resampled data, from the sample's solution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    Ints,
    inverse_and_log_det,
    patterns_of,
)
from collective_use.numerics.optimise import minimise
from collective_use.numerics.ordinal_objective import OrdinalObjective
from collective_use.numerics.polychoric_moments import ordinal_moments
from collective_use.numerics.resampling_normal import batch_fits, weighted_moments
from collective_use.numerics.sem_fiml import FimlObjective
from collective_use.numerics.sem_objective import NormalObjective
from collective_use.numerics.twolevel import ClusterStatistics
from collective_use.numerics.twolevel_objective import CompleteLikelihood, TwoLevelObjective
from collective_use.sem.compiled import compile_model
from collective_use.sem.estimate import Solution, bounds_of
from collective_use.sem.ordinal import weights_of
from collective_use.sem.ordinal_result import OrdinalResult
from collective_use.sem.partable import ParameterTable
from collective_use.sem.result import SemResult
from collective_use.sem.twolevel_result import TwoLevelResult

KINDS = ("cases", "clusters", "parametric")
_BATCH = 500


def with_free_covariates(table: ParameterTable) -> ParameterTable:
    """Estimate the moments of fixed covariates too: the other estimates stay the same."""
    number = table.n_free
    rows = []
    for row in table.rows:
        if row.exogenous and not row.free:
            number += 1
            row = row._replace(free=number)
        rows.append(row)
    return replace(table, rows=tuple(rows))


class Refit:
    """Resamples and refits one solution.

    Parameters
    ----------
    fit
        The fit.
    kind
        ``"cases"``, ``"clusters"`` or ``"parametric"``.
    """

    def __init__(self, fit: SemResult, kind: str) -> None:
        solution = fit.solution
        self.kind, self.solution, self.fit = kind, solution, fit
        self.q = solution.model.n_free
        self.table = with_free_covariates(solution.table)
        self.model = compile_model(self.table)
        start = np.zeros(self.model.n_free)
        for row in self.table.rows:
            if row.free > self.q:
                start[row.free - 1] = row.start
        start[: self.q] = solution.theta
        self.start = start
        self.basis = self._basis(solution)
        lower, upper = bounds_of(self.table)
        self.bounded = bool(np.isfinite(lower).any() or np.isfinite(upper).any())
        self.lower, self.upper = lower, upper

    def _basis(self, solution: Solution) -> Floats | None:
        if solution.constraints.above:
            raise NotSupported("resampling with inequality constraints is not supported")
        if solution.basis is None:
            return None
        shifted = solution.theta + np.linspace(0.3, 1.1, self.q)
        here = solution.constraints.equalities(solution.theta)[1]
        if not np.allclose(here, solution.constraints.equalities(shifted)[1], atol=1e-12):
            raise NotSupported("resampling with nonlinear constraints is not supported")
        extra = self.model.n_free - self.q
        K = np.zeros((self.model.n_free, solution.basis.shape[1] + extra))
        K[: self.q, : solution.basis.shape[1]] = solution.basis
        K[self.q :, solution.basis.shape[1] :] = np.eye(extra)
        return K

    def with_definitions(self, theta: Floats) -> Floats:
        """Append defined parameters to free ones, (R, q) to (R, k)."""
        theta = theta[:, : self.q]
        names = [row.lhs for row in self.solution.table.definitions]
        if not names:
            return theta
        values = [
            [found[name][0] for name in names]
            for found in (self.solution.constraints.values(t) for t in theta)
        ]
        return np.concatenate([theta, np.array(values)], axis=1)

    def draw(self, replications: int, seed: int | None, jobs: int, progress: bool) -> Floats:
        """Return estimates of all replications, (R, q), NaN where there is no solution."""
        streams = np.random.SeedSequence(seed).spawn(replications)
        return self._all([self._sample(np.random.default_rng(s)) for s in streams], jobs, progress)

    def left_out(self, *, with_definitions: bool = True) -> Floats:
        """Return estimates without one case or cluster each."""
        samples = []
        sizes = self.units()
        for g, n in enumerate(sizes):
            for i in range(n):
                counts = [np.ones(size) for size in sizes]
                counts[g][i] = 0.0
                samples.append(counts)
        theta = self._all(samples, 1, False)
        return self.with_definitions(theta) if with_definitions else theta

    def units(self) -> list[int]:
        """Return the number of resampled units by group."""
        raise NotImplementedError

    def one(self, sample: Any) -> Floats:
        """Return the estimates of one sample."""
        raise NotImplementedError

    def _sample(self, rng: np.random.Generator) -> Any:
        return [rng.multinomial(n, np.full(n, 1.0 / n)).astype(float) for n in self.units()]

    def _all(self, samples: Sequence[Any], jobs: int, progress: bool) -> Floats:
        shown = _with_progress(samples, progress)
        if jobs == 1:
            return np.array([self._tried(sample) for sample in shown])
        from joblib import Parallel, delayed

        return np.array(Parallel(n_jobs=jobs)(delayed(self._tried)(s) for s in shown))

    def _tried(self, sample: Any) -> Floats:
        try:
            return self.one(sample)
        except (ArithmeticError, ValueError):
            return np.full(self.q, np.nan)

    def _solved(self, objective: Any) -> Floats:
        found = minimise(
            objective,
            self.start,
            basis=self.basis,
            lower=self.lower if self.bounded else None,
            upper=self.upper if self.bounded else None,
        )
        return found.theta[: self.q] if found.converged else np.full(self.q, np.nan)


def _with_progress(samples: Sequence[Any], progress: bool) -> Any:
    if not progress:
        return samples
    from rich.progress import track

    return track(samples, description="Resampling")


class NormalRefit(Refit):
    """Complete continuous data, maximum likelihood: batches of fits."""

    def units(self) -> list[int]:
        """Return cases by group."""
        return [int(g.rows.size) for g in self.solution.data.groups]

    def _sample(self, rng: np.random.Generator) -> Any:
        if self.kind != "parametric":
            return super()._sample(rng)
        states = self.solution.objective.states(self.solution.theta)
        out = []
        for state, n, g in zip(states, self.units(), self.solution.data.groups, strict=True):
            mu = state.mu if self.model.meanstructure else g.moments.mean
            out.append(rng.multivariate_normal(mu, state.Sigma, size=n, method="cholesky"))
        return out

    def _moments(self, samples: Sequence[Any]) -> tuple[list[Floats], list[Floats]]:
        means, covs = [], []
        for i, g in enumerate(self.solution.data.groups):
            if samples[0][i].ndim == 1:
                mean, cov = weighted_moments(
                    np.asarray(g.Y), np.array([sample[i] for sample in samples])
                )
            else:
                pieces = [sample[i] for sample in samples]
                mean = np.array([piece.mean(axis=0) for piece in pieces])
                cov = np.array([np.cov(piece.T, bias=True) for piece in pieces])
            means.append(mean)
            covs.append(cov)
        return means, covs

    def _all(self, samples: Sequence[Any], jobs: int, progress: bool) -> Floats:
        parts = [samples[i : i + _BATCH] for i in range(0, len(samples), _BATCH)]
        shares = self.solution.data.shares
        out = []
        for part in _with_progress(parts, progress):
            means, covs = self._moments(part)
            fits = batch_fits(self.model, means, covs, shares, self.start, self.basis)
            theta = fits.theta[:, : self.q]
            for r in np.flatnonzero(~fits.converged):
                theta[r] = self._alone([m[r] for m in means], [c[r] for c in covs])
            out.append(theta)
        return np.concatenate(out)

    def _alone(self, means: Sequence[Floats], covs: Sequence[Floats]) -> Floats:
        """Fit what did not converge in the batch by Newton steps with damping."""
        sizes = self.units()
        groups = []
        for mean, cov, n in zip(means, covs, sizes, strict=True):
            parts = inverse_and_log_det(cov)
            if parts is None:
                return np.full(self.q, np.nan)
            groups.append(GroupMoments(float(n), mean, cov, parts[1]))
        return self._solved(NormalObjective(self.model, groups, self.solution.data.shares))


class FimlRefit(Refit):
    """Missing values, maximum likelihood by pattern."""

    def units(self) -> list[int]:
        """Return cases by group."""
        return [int(g.rows.size) for g in self.solution.data.groups]

    def one(self, sample: Any) -> Floats:
        """Return the estimates of one sample."""
        patterns = [
            patterns_of(np.repeat(np.asarray(g.Y), counts.astype(np.intp), axis=0))
            for g, counts in zip(self.solution.data.groups, sample, strict=True)
        ]
        return self._solved(FimlObjective(self.model, patterns, self.solution.data.shares))


class OrdinalRefit(Refit):
    """Ordered variables: moments estimated again, then the model."""

    def units(self) -> list[int]:
        """Return cases by group."""
        return [int(g.rows.size) for g in self.solution.data.groups]

    def one(self, sample: Any) -> Floats:
        """Return the estimates of one sample."""
        fit: Any = self.fit
        counts = [len(fit.categories.get(n, ())) for n in self.solution.data.variables]
        moments = []
        for g, weights in zip(self.solution.data.groups, sample, strict=True):
            drawn = weights > 0
            moments.append(ordinal_moments(np.asarray(g.Y)[drawn], counts, weights[drawn]))
        n = np.array([m.n for m in moments])
        return self._solved(
            OrdinalObjective(
                self.model,
                moments,
                (n - 1) / n.sum(),
                weights_of(moments, self.solution.options.function),
                theta_parameters=self.table.parameterization == "theta",
            )
        )


class TwoLevelRefit(Refit):
    """Two levels: clusters are drawn, their statistics put together again."""

    def units(self) -> list[int]:
        """Return clusters by group."""
        fit: Any = self.fit
        return [int(s.J) for s in fit.clustered.statistics]

    def one(self, sample: Any) -> Floats:
        """Return the estimates of one sample."""
        fit: Any = self.fit
        groups = [
            CompleteLikelihood(resampled_clusters(stats, counts))
            for stats, counts in zip(fit.clustered.statistics, sample, strict=True)
        ]
        return self._solved(TwoLevelObjective(self.model, groups))


def resampled_clusters(stats: ClusterStatistics, counts: Floats) -> ClusterStatistics:
    """Return the statistics when every cluster occurs `counts` times."""
    index: Ints = np.repeat(np.arange(stats.J), counts.astype(np.intp))
    d, n, products = stats.d[index], stats.n[index], stats.products[index]
    N, J = int(n.sum()), index.size
    sizes, which = np.unique(n, return_inverse=True)
    number = np.bincount(which).astype(float)
    mean = np.zeros((sizes.size, d.shape[1]))
    cov = np.zeros((sizes.size, d.shape[1], d.shape[1]))
    for s in range(sizes.size):
        part = d[which == s]
        mean[s] = part.mean(axis=0)
        cov[s] = (part - mean[s]).T @ (part - mean[s]) / number[s]
    within = products.sum(axis=0) / max(N - J, 1)
    return ClusterStatistics(
        stats.layout, N, J, within, sizes, number, mean, cov, d, n, products
    )  # fmt: skip


def refitter(fit: SemResult, kind: str) -> Refit:
    """Return what refits a model, or refuse.

    Raises
    ------
    NotSupported
        For a combination that is not offered.
    """
    options, data = fit.solution.options, fit.solution.data
    chosen: Callable[[SemResult, str], Refit]
    if isinstance(fit, TwoLevelResult):
        if kind != "clusters" or options.missing == "fiml":
            raise NotSupported(
                f"resampling {kind} at two levels with missing={options.missing!r} is not "
                "supported: use kind='clusters' and complete data"
            )
        return TwoLevelRefit(fit, kind)
    if kind == "clusters":
        raise NotSupported("kind='clusters' at one level is not supported: use level: blocks")
    if any(g.Y is None for g in data.groups):
        raise NotSupported("resampling from moments is not supported: give data")
    if any(g.weights is not None or g.clusters for g in data.groups):
        raise NotSupported("resampling with weights or cluster-robust errors is not supported")
    if isinstance(fit, OrdinalResult):
        chosen = OrdinalRefit
    elif options.missing == "fiml":
        chosen = FimlRefit
    elif options.function == "ML" and options.likelihood == "normal":
        bounded = np.isfinite(np.concatenate(bounds_of(fit.table))).any()
        if bounded:
            raise NotSupported("resampling with bounds is not supported")
        return NormalRefit(fit, kind)
    else:
        raise NotSupported(f"resampling with estimator={options.estimator!r} is not supported")
    if kind == "parametric":
        raise NotSupported("kind='parametric' is not supported for missing or ordered values")
    return chosen(fit, kind)
