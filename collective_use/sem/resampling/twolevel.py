"""Two-level models on resampled clusters or on samples from the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.resampling.batches import Function, fit_side_by_side
from collective_use.numerics.resampling.draws import (
    cluster_draws,
    is_covariance,
    normal_draws,
    twolevel_draws,
)
from collective_use.numerics.twolevel.likelihood import ClusterStatistics, cluster_statistics
from collective_use.numerics.twolevel.many import Point, information, point, slope
from collective_use.numerics.twolevel.many_samples import ManySamples, alike, resampled, some
from collective_use.numerics.twolevel.objective import (
    CompleteLikelihood,
    Likelihood,
    TwoLevelObjective,
)
from collective_use.sem.fitted import TwoLevelFitted
from collective_use.sem.reduced_bias import refuse_reduced
from collective_use.sem.resampling.base import (
    Part,
    Refit,
    Resampled,
    Sample,
    given_places,
)

_BATCH = 200
"""Samples that are fitted side by side."""


class TwoLevelRefit(Refit):
    """Two levels: clusters are drawn whole, or both levels are drawn from the model."""

    def __init__(self, fit: TwoLevelFitted, kind: str) -> None:
        super().__init__(fit, kind)
        if fit.clustered is None:
            raise NotSupported("this result has lost its data")
        self.clustered = fit.clustered

    def units(self) -> list[int]:
        """Return clusters by group."""
        return [int(s.J) for s in self.clustered.statistics]

    def parametric(self, rng: np.random.Generator) -> Resampled:
        """Draw between and within parts for clusters of the observed sizes.

        Covariates with fixed moments and missing answers stay as they were observed.
        """
        table = self.solution.table
        states = self.solution.objective.states(self.solution.theta)
        out: list[Part] = []
        for i, (g, old) in enumerate(
            zip(self.solution.data.groups, self.clustered.likelihoods, strict=True)
        ):
            within, between = states[2 * i], states[2 * i + 1]
            Y, codes, z = np.asarray(g.Y), g.clusters[0], old.z
            layout = old.layout
            at = given_places(table, i + 1, 2)
            above = at, z[:, layout.place[at] - layout.p]
            at = given_places(table, i + 1, 1)
            inside = at, Y[:, at]
            if not is_covariance(between.Sigma):
                drawn, new = twolevel_draws(
                    (within.mu, within.Sigma), (between.mu, between.Sigma), codes, layout.place,
                    rng, (inside, above),
                )  # fmt: skip
                out.append((np.where(np.isnan(Y), np.nan, drawn), new, codes))
                continue
            b = normal_draws(between.mu, between.Sigma, z.shape[0], rng, *above)
            w = normal_draws(within.mu, within.Sigma, Y.shape[0], rng, *inside)
            drawn = cluster_draws(w, b, codes, layout.place)
            only = np.flatnonzero(layout.place >= layout.p)
            new = np.empty_like(z)
            new[:, layout.place[only] - layout.p] = b[:, only]
            out.append((np.where(np.isnan(Y), np.nan, drawn), new, codes))
        return out

    def _all(self, samples: Sequence[Sample], jobs: int, progress: bool) -> Floats:
        if jobs != 1 or self.bounded:
            return super()._all(samples, jobs, progress)
        return self._in_parts(samples, _BATCH, progress)

    def _batch(self, samples: Sequence[Resampled]) -> Floats:
        function, fresh = side_by_side(self, samples)
        begun = TwoLevelObjective(self.model, self.clustered.likelihoods)
        common = begun.hessian(self.start)
        if float(np.linalg.eigvalsh(common)[0]) <= 0:
            common = begun.fisher(self.start)
        found = fit_side_by_side(function, fresh, common, len(samples), self.start, self.basis)
        theta = found.theta[:, : self.q]
        for r in np.flatnonzero(np.isnan(theta).any(axis=1)).tolist():
            # What did not converge beside the others: Newton steps with damping.
            theta[r], reason = self._tried(samples[r])
            self.failures.update([reason] if reason else [])
        return theta

    def likelihoods(self, sample: Resampled) -> list[Likelihood]:
        """Return the likelihoods of one sample by group."""
        groups: list[Likelihood] = []
        for g, old, stats, part in zip(
            self.solution.data.groups, self.clustered.likelihoods, self.clustered.statistics,
            sample, strict=True,
        ):  # fmt: skip
            if isinstance(part, tuple):
                Y, z, codes = part
            elif old.complete:
                groups.append(CompleteLikelihood(resampled_clusters(stats, part)))
                continue
            else:
                Y, z, codes = drawn_clusters(np.asarray(g.Y), old.z, g.clusters[0], part)
            groups.append(old.like(Y, z, codes))
        return groups

    def one(self, sample: Resampled) -> Floats:
        """Return the estimates of one sample."""
        return self._solved(TwoLevelObjective(self.model, self.likelihoods(sample)))


def side_by_side(
    refit: TwoLevelRefit, samples: Sequence[Resampled]
) -> tuple[Function, Callable[[Floats, Ints], Floats] | None]:
    """Return values and gradients of samples at their parameters, and their information.

    Parameters
    ----------
    refit
        What the samples are drawn from.
    samples
        With as many clusters each where clusters are drawn.
    """
    groups = _many(refit, samples)
    if groups is None:
        return _one_by_one(refit, samples), None
    total: Floats = np.sum([group.cases for group in groups], axis=0)
    blocks = refit.model.blocks
    models = [replace(refit.model, blocks=blocks[2 * i : 2 * i + 2]) for i in range(len(groups))]

    def points(theta: Floats, rows: Ints) -> list[tuple[Floats, Point]]:
        return [
            (group.cases[rows] / total[rows], point(model, some(group, rows), theta))
            for group, model in zip(groups, models, strict=True)
        ]

    def function(theta: Floats, rows: Ints) -> tuple[Floats, Floats]:
        value, g = np.zeros(len(theta)), np.zeros(theta.shape)
        for share, at in points(theta, rows):
            value += share * at.value
            g += share[:, None] * slope(at)
        return value, g

    def fresh(theta: Floats, rows: Ints) -> Floats:
        H = np.zeros((*theta.shape, theta.shape[1]))
        for share, at in points(theta, rows):
            H += share[:, None, None] * information(at, observed=False)
        return H

    return function, fresh


def _many(refit: TwoLevelRefit, samples: Sequence[Resampled]) -> list[ManySamples] | None:
    """Return the samples by group, alike in number of clusters; None where that cannot be."""
    out = []
    for i, (old, stats) in enumerate(
        zip(refit.clustered.likelihoods, refit.clustered.statistics, strict=True)
    ):
        parts = [sample[i] for sample in samples]
        if not old.complete:
            return None
        counts = [part for part in parts if not isinstance(part, tuple)]
        if not counts:
            drawn = [part for part in parts if isinstance(part, tuple)]
            out.append(alike([cluster_statistics(*part, old.layout) for part in drawn]))
            continue
        if len({float(part.sum()) for part in counts}) > 1:
            return None
        out.append(resampled(stats, np.array(counts)))
    return out


def _one_by_one(refit: TwoLevelRefit, samples: Sequence[Resampled]) -> Function:
    objectives = [TwoLevelObjective(refit.model, refit.likelihoods(s)) for s in samples]

    def function(theta: Floats, rows: Ints) -> tuple[Floats, Floats]:
        value, g = np.empty(len(theta)), np.zeros(theta.shape)
        for i, r in enumerate(rows):
            value[i] = objectives[r].value(theta[i])
            if np.isfinite(value[i]):
                g[i] = objectives[r].gradient(theta[i])
        return value, g

    return function


def twolevel_refit(fit: TwoLevelFitted, kind: str) -> TwoLevelRefit:
    """Return what refits a two-level model, or refuse.

    Raises
    ------
    NotSupported
        When cases are to be drawn.
    """
    refuse_reduced(fit.solution, "resampling")
    if kind == "cases":
        raise NotSupported(
            "resampling cases at two levels is not supported: cases of a cluster belong "
            "together; use kind='clusters' or kind='parametric'"
        )
    return TwoLevelRefit(fit, kind)


def drawn_clusters(
    Y: Floats, z: Floats, cluster: Ints, counts: Floats
) -> tuple[Floats, Floats, Ints]:
    """Return cases, cluster values and new cluster numbers when clusters occur `counts` times."""
    order = np.argsort(cluster, kind="stable")
    ends = np.cumsum(np.bincount(cluster, minlength=z.shape[0]))
    rows = np.split(order, ends[:-1])
    index = np.repeat(np.arange(z.shape[0]), counts.astype(np.intp))
    picked = [rows[j] for j in index]
    codes = np.repeat(np.arange(index.size), [r.size for r in picked])
    return Y[np.concatenate(picked)], z[index], codes


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
