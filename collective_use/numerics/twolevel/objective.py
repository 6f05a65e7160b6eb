"""Two-level maximum likelihood as an objective of the free parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.sem.model import Cells, Model, State, gradient, second_derivative
from collective_use.numerics.sem.model import jacobian as moment_jacobian
from collective_use.numerics.sem.objective import CachedObjective
from collective_use.numerics.twolevel.by_cells import Level, information_by_cells, joined_cells
from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    Layout,
    MomentDerivatives,
    Terms,
    cluster_statistics,
    cluster_terms,
    twolevel_information,
    twolevel_loglik,
)


class Likelihood(Protocol):
    """The two-level likelihood of one group as a function of the moments of both levels.

    Attributes
    ----------
    layout, N, J
        Where variables stand, cases and clusters.
    complete
        Whether nothing is missing.
    z
        Variables of clusters only, (J, size - p).
    """

    layout: Layout
    N: int
    J: int
    complete: bool
    z: Floats

    def like(self, Y: Floats, z: Floats, codes: Ints) -> Likelihood:
        """Return the likelihood of other data in the same layout, complete or with gaps alike."""

    def terms(self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms | None:
        """Return log-likelihood and derivatives; None where it is not defined."""

    def by_cluster(self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms:
        """Return derivatives by cluster."""

    def information(
        self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats, by: MomentDerivatives,
        *, observed: bool,
    ) -> Floats:  # fmt: skip
        """Return the information through first derivatives of the moments, (q, q)."""


class CompleteLikelihood:
    """Complete data, reduced to cluster statistics."""

    complete = True

    def __init__(self, stats: ClusterStatistics) -> None:
        self.stats, self.layout, self.N, self.J = stats, stats.layout, stats.N, stats.J
        self.z = stats.d[:, stats.layout.p :]

    def like(self, Y: Floats, z: Floats, codes: Ints) -> CompleteLikelihood:
        """Return the likelihood of other data in the same layout."""
        return CompleteLikelihood(cluster_statistics(Y, z, codes, self.layout))

    def terms(self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms | None:
        """Return log-likelihood and derivatives."""
        return twolevel_loglik(self.stats, Sw, mu_w, Sb, mu_b)

    def by_cluster(self, Sw: Floats, mu_w: Floats, Sb: Floats, mu_b: Floats) -> Terms:
        """Return derivatives by cluster."""
        return cluster_terms(self.stats, Sw, mu_w, Sb, mu_b)

    def information(
        self,
        Sw: Floats,
        mu_w: Floats,
        Sb: Floats,
        mu_b: Floats,
        by: MomentDerivatives,
        *,
        observed: bool,
    ) -> Floats:
        """Return the information through first derivatives of the moments."""
        return twolevel_information(self.stats, Sw, mu_w, Sb, mu_b, by, observed=observed)


def unstacked(J: Floats, p: int) -> tuple[Floats, Floats]:
    """Turn d(mu, vech Sigma) of shape (p + p(p+1)/2, q) into (q, p) and (q, p, p)."""
    q = J.shape[1]
    columns, rows = np.triu_indices(p)
    sigma = np.zeros((q, p, p))
    sigma[:, rows, columns] = J[p:].T
    sigma[:, columns, rows] = J[p:].T
    return np.ascontiguousarray(J[:p].T), sigma


class TwoLevelObjective(CachedObjective):
    """Minus the log-likelihood per case; blocks ordered by group, then level.

    Parameters
    ----------
    model
        The compiled model with two blocks per group.
    groups
        Likelihood by group.

    References
    ----------
    McDonald & Goldstein (1989), British Journal of Mathematical and Statistical Psychology 42:215.
    """

    def __init__(self, model: Model, groups: Sequence[Likelihood]) -> None:
        super().__init__(model)
        self.groups = tuple(groups)
        self.N = sum(g.N for g in groups)
        self._terms_at: Floats | None = None
        self._terms: list[Terms | None] = []
        self._joined: dict[int, Cells] = {}

    def with_model(self, model: Model) -> TwoLevelObjective:
        """Return the same objective of another model of the same data."""
        return TwoLevelObjective(model, self.groups)

    @property
    def fisher_is_exact(self) -> bool:
        """Whether `fisher` is what is expected; with gaps it depends on who answers what where."""
        return all(g.complete for g in self.groups)

    def curvature(self, theta: Floats) -> Floats:
        """Return the second derivative through first derivatives of the moments only."""
        return self._information(theta, observed=True)

    def moments_of(self, theta: Floats, g: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the moments of both levels of a group."""
        within, between = self.states(theta)[2 * g : 2 * g + 2]
        return within.Sigma, within.mu, between.Sigma, between.mu

    def terms(self, theta: Floats) -> list[Terms | None]:
        """Return log-likelihood and derivatives by group."""
        if self._terms_at is None or not np.array_equal(self._terms_at, theta):
            self._terms = [g.terms(*self.moments_of(theta, i)) for i, g in enumerate(self.groups)]
            self._terms_at = theta.copy()
        return self._terms

    def value(self, theta: Floats) -> float:
        """Return minus the log-likelihood per case; infinite where it is not defined."""
        total = 0.0
        for part in self.terms(theta):
            if part is None or not np.isfinite(part.value):
                return float("inf")
            total -= part.value
        return total / self.N

    def _levels(self, theta: Floats) -> list[tuple[int, Cells, State, Floats, Floats]]:
        out = []
        states = self.states(theta)
        for i, part in enumerate(self.terms(theta)):
            if part is None:
                continue
            for level, (S, m) in enumerate(((part.sigma_w, part.mu_w), (part.sigma_b, part.mu_b))):
                b = 2 * i + level
                out.append((b, self.cells[b], states[b], -S / self.N, -m / self.N))
        return out

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient."""
        out = np.zeros(self.q)
        for _, cells, state, by_sigma, by_mu in self._levels(theta):
            out += gradient(cells, state, by_sigma, by_mu, self.q)
        return out

    def derivatives(self, theta: Floats, g: int) -> MomentDerivatives:
        """Return derivatives of the moments of both levels of a group."""
        parts = []
        for b in (2 * g, 2 * g + 1):
            state = self.states(theta)[b]
            J = moment_jacobian(self.cells[b], state, self.q, means=True)
            parts.append(unstacked(J, state.mu.size))
        (mu_w, sigma_w), (mu_b, sigma_b) = parts
        return MomentDerivatives(sigma_w, mu_w, sigma_b, mu_b)

    def _information(self, theta: Floats, *, observed: bool) -> Floats:
        out = np.zeros((self.q, self.q))
        for i, g in enumerate(self.groups):
            if isinstance(g, CompleteLikelihood):
                within, between = self.states(theta)[2 * i : 2 * i + 2]
                levels = Level(self.cells[2 * i], within), Level(self.cells[2 * i + 1], between)
                both = self._both(i, *levels)
                out += information_by_cells(g.stats, levels, both, self.q, observed=observed)
                continue
            out += g.information(
                *self.moments_of(theta, i), self.derivatives(theta, i), observed=observed
            )
        return out / self.N

    def _both(self, group: int, within: Level, between: Level) -> Cells:
        """Return the cells of both levels of a group, which depend on no parameter."""
        if group not in self._joined:
            self._joined[group] = joined_cells(within, between)
        return self._joined[group]

    def fisher(self, theta: Floats) -> Floats:
        """Return the expected information per case."""
        return self._information(theta, observed=False)

    def hessian(self, theta: Floats) -> Floats:
        """Return the observed information per case."""
        out = self._information(theta, observed=True)
        for b, cells, state, by_sigma, by_mu in self._levels(theta):
            out += second_derivative(self.model.blocks[b], cells, state, by_sigma, by_mu, self.q)
        return out

    def cluster_scores(self, theta: Floats) -> list[Floats]:
        """Return derivatives of the log-likelihood by cluster, (J, q) for every group."""
        out = []
        states = self.states(theta)
        for i, g in enumerate(self.groups):
            t = g.by_cluster(*self.moments_of(theta, i))
            a, b = 2 * i, 2 * i + 1
            scores = gradient(self.cells[a], states[a], t.sigma_w, t.mu_w, self.q)
            scores = scores + gradient(self.cells[b], states[b], t.sigma_b, t.mu_b, self.q)
            out.append(scores)
        return out
