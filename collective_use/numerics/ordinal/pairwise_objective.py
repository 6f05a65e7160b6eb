"""The pairwise likelihood of a model, as an objective to minimise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.moments import Floats
from collective_use.numerics.ordinal.moments import OrdinalMoments
from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.numerics.ordinal.pairwise import Pairwise
from collective_use.numerics.ordinal.response import response_curvature
from collective_use.numerics.sem.model import Model


class PairwiseObjective(OrdinalObjective):
    """Minus the pairwise log-likelihood of one case, less that of the tables themselves.

    Parameters
    ----------
    model
        The compiled model.
    groups
        Thresholds and correlations by group, where searches begin.
    pairs
        Two-way tables by group.
    theta_parameters
        Theta instead of delta parameterisation.
    """

    def __init__(
        self,
        model: Model,
        groups: Sequence[OrdinalMoments],
        pairs: Sequence[Pairwise],
        *,
        theta_parameters: bool,
    ) -> None:
        n = np.array([g.n for g in pairs], dtype=np.float64)
        super().__init__(
            model, groups, n / n.sum(), [np.ones(g.statistics.size) for g in groups],
            theta_parameters=theta_parameters,
        )  # fmt: skip
        self.pairs, self.n = tuple(pairs), float(n.sum())
        self.most = sum(_most(g) for g in pairs)

    def with_model(self, model: Model) -> PairwiseObjective:
        """Return the same objective of another model of the same data."""
        return PairwiseObjective(
            model, self.groups, self.pairs, theta_parameters=self.theta_parameters
        )

    def value(self, theta: Floats) -> float:
        """Return the objective; infinite where a correlation is none."""
        if self.theta_parameters and any(
            (np.diag(state.Sigma) <= 0).any() for state in self.states(theta)
        ):
            return float("inf")
        total = self.most
        for g, r in zip(self.pairs, self.responses(theta), strict=True):
            if not np.isfinite(r.values).all():
                return float("inf")
            total -= g.value(r.values)
        return total / self.n

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient."""
        out = np.zeros(self.q)
        for g, r in zip(self.pairs, self.responses(theta), strict=True):
            out -= r.jacobian.T @ g.gradient(r.values)
        return out / self.n

    def fisher(self, theta: Floats) -> Floats:
        """Return the expected second derivative."""
        out = np.zeros((self.q, self.q))
        for g, r in zip(self.pairs, self.responses(theta), strict=True):
            out += r.jacobian.T @ g.expected(r.values) @ r.jacobian
        return out / self.n

    def hessian(self, theta: Floats) -> Floats:
        """Return the second derivative."""
        out = np.zeros((self.q, self.q))
        parts = zip(self.pairs, self.responses(theta), self.states(theta), strict=True)
        for i, (g, r, state) in enumerate(parts):
            out -= r.jacobian.T @ g.hessian(r.values) @ r.jacobian
            out += response_curvature(
                self.model.blocks[i], self.cells[i], state, self.groups[i], r,
                -g.gradient(r.values), theta_parameters=self.theta_parameters,
            )  # fmt: skip
        return out / self.n

    def first_order(self, theta: Floats) -> Floats:
        """Return the mean product of casewise gradients."""
        out = np.zeros((self.q, self.q))
        for g, r in zip(self.pairs, self.responses(theta), strict=True):
            own = g.scores(r.values) @ r.jacobian
            out += own.T @ own
        return out / self.n


def _most(g: Pairwise) -> float:
    """Return the log-likelihood of the observed proportions themselves."""
    total = 0.0
    for table in g.tables:
        seen = table[table > 0]
        total += float((seen * np.log(seen / seen.sum())).sum())
    for j, alone in enumerate(g.alone):
        share = np.bincount(g.codes[g.codes[:, j] >= 0, j], minlength=alone.size)
        there = (alone > 0) & (share > 0)
        total += float((alone[there] * np.log(share[there] / share.sum())).sum())
    return total
