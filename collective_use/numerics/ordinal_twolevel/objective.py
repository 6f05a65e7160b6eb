"""Least squares on thresholds, within correlations and between covariances of ordered answers.

References
----------
Asparouhov & Muthen (2007), Proceedings of the Joint Statistical Meeting, Section on Statistics in
Epidemiology: 2531 (third stage).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.numerics.ordinal_twolevel.moments import TwoLevelOrdinalMoments
from collective_use.numerics.ordinal_twolevel.response import (
    Level,
    TwoLevelResponse,
    two_level_curvature,
    two_level_response,
)
from collective_use.numerics.sem.model import Model
from collective_use.numerics.types import Floats


class TwoLevelOrdinalObjective(OrdinalObjective):
    """Weighted least squares of ordinal moments of two levels.

    Parameters
    ----------
    model
        The compiled model, two blocks a group: within, then between.
    two_levels
        First- and second-stage estimates by group.
    weights
        Weight of each group.
    W
        By group: diagonal (k,) or full (k, k) weight.
    """

    def __init__(
        self,
        model: Model,
        two_levels: Sequence[TwoLevelOrdinalMoments],
        weights: Floats,
        W: Sequence[Floats],
    ) -> None:
        super().__init__(model, two_levels, weights, W, theta_parameters=True)
        self.two_levels = tuple(two_levels)
        self._answers_at: Floats | None = None
        self._answers: tuple[TwoLevelResponse, ...] = ()

    def with_model(self, model: Model) -> TwoLevelOrdinalObjective:
        """Return the same objective of another model of the same data."""
        return TwoLevelOrdinalObjective(model, self.two_levels, self.weights, self.W)

    def levels(self, theta: Floats, group: int) -> tuple[Level, Level]:
        """Return both levels of a group, by its number from 0."""
        states = self.states(theta)
        first, second = (
            Level(self.model.blocks[k], self.cells[k], states[k])
            for k in (2 * group, 2 * group + 1)
        )
        return first, second

    def responses(self, theta: Floats) -> tuple[TwoLevelResponse, ...]:
        """Return the implied statistics of every group."""
        if self._answers_at is None or not np.array_equal(self._answers_at, theta):
            self._answers = tuple(
                two_level_response(*self.levels(theta, i), g, theta)
                for i, g in enumerate(self.two_levels)
            )
            self._answers_at = theta.copy()
        return self._answers

    def value(self, theta: Floats) -> float:
        """Return ``sum_g w_g e'We / 2``; infinite where a variance within is not positive."""
        if any((np.diag(state.Sigma) <= 0).any() for state in self.states(theta)[::2]):
            return float("inf")
        total = 0.0
        for w, W, e in zip(self.weights, self.W, self.differences(theta), strict=True):
            total += 0.5 * w * float(e @ (W * e if W.ndim == 1 else W @ e))
        return total

    def hessian(self, theta: Floats) -> Floats:
        """Return the exact second derivative."""
        out = self.fisher(theta)
        for i, (w, W, e, r) in enumerate(
            zip(self.weights, self.W, self.differences(theta), self.responses(theta), strict=True)
        ):
            out += w * two_level_curvature(
                *self.levels(theta, i), self.two_levels[i], r, -(W * e if W.ndim == 1 else W @ e)
            )
        return out
