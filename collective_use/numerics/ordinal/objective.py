"""Weighted least squares on thresholds, means, variances and correlations of mixed data.

References
----------
Muthen (1984), Psychometrika 49:115; Muthen & Asparouhov (2002), Mplus web note 4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.moments import Floats
from collective_use.numerics.ordinal.given import variances
from collective_use.numerics.ordinal.moments import OrdinalMoments
from collective_use.numerics.ordinal.response import Response, response, response_curvature
from collective_use.numerics.sem.model import Model
from collective_use.numerics.sem.objective import CachedObjective


class OrdinalObjective(CachedObjective):
    """Weighted least squares of ordinal moments.

    Parameters
    ----------
    model
        The compiled model, with mean structure.
    groups
        First- and second-step estimates by group.
    weights
        Weight of each group.
    W
        By group: diagonal (k,) or full (k, k) weight.
    theta_parameters
        Theta instead of delta parameterisation.
    """

    def __init__(
        self,
        model: Model,
        groups: Sequence[OrdinalMoments],
        weights: Floats,
        W: Sequence[Floats],
        *,
        theta_parameters: bool,
    ) -> None:
        super().__init__(model)
        self.groups, self.weights, self.W = tuple(groups), weights, tuple(W)
        self.theta_parameters = theta_parameters
        self._response_at: Floats | None = None
        self._responses: tuple[Response, ...] = ()

    def with_model(self, model: Model) -> OrdinalObjective:
        """Return the same objective of another model of the same data."""
        return OrdinalObjective(
            model, self.groups, self.weights, self.W, theta_parameters=self.theta_parameters
        )

    def responses(self, theta: Floats) -> tuple[Response, ...]:
        """Return the implied statistics of every group."""
        if self._response_at is None or not np.array_equal(self._response_at, theta):
            parts = zip(self.model.blocks, self.cells, self.states(theta), self.groups, strict=True)
            self._responses = tuple(
                response(*part, theta, theta_parameters=self.theta_parameters) for part in parts
            )
            self._response_at = theta.copy()
        return self._responses

    def statistic_jacobians(self, theta: Floats) -> list[Floats]:
        """Return by group the derivatives of the implied statistics, (k, q)."""
        return [r.jacobian for r in self.responses(theta)]

    def curvature(self, theta: Floats) -> Floats:
        """Return the second derivative through first derivatives of the statistics only."""
        return self.fisher(theta)

    def differences(self, theta: Floats) -> list[Floats]:
        """Return sample minus implied statistics by group."""
        return [
            g.statistics - r.values for g, r in zip(self.groups, self.responses(theta), strict=True)
        ]

    def value(self, theta: Floats) -> float:
        """Return ``sum_g w_g e'We / 2``; infinite where a variance is not positive."""
        if self.theta_parameters and any(
            (variances(state, g.given) <= 0).any()
            for state, g in zip(self.states(theta), self.groups, strict=True)
        ):
            return float("inf")
        total = 0.0
        for w, W, e in zip(self.weights, self.W, self.differences(theta), strict=True):
            total += 0.5 * w * float(e @ (W * e if W.ndim == 1 else W @ e))
        return total

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient."""
        out = np.zeros(self.q)
        for w, W, e, r in zip(
            self.weights, self.W, self.differences(theta), self.responses(theta), strict=True
        ):
            out -= w * (r.jacobian.T @ (W * e if W.ndim == 1 else W @ e))
        return out

    def fisher(self, theta: Floats) -> Floats:
        """Return ``Delta' W Delta``."""
        out = np.zeros((self.q, self.q))
        for w, W, r in zip(self.weights, self.W, self.responses(theta), strict=True):
            D = r.jacobian
            out += w * (D.T @ (W[:, None] * D if W.ndim == 1 else W @ D))
        return out

    def hessian(self, theta: Floats) -> Floats:
        """Return the exact second derivative."""
        out = self.fisher(theta)
        for i, (w, W, e, r) in enumerate(
            zip(self.weights, self.W, self.differences(theta), self.responses(theta), strict=True)
        ):
            out += w * response_curvature(
                self.model.blocks[i],
                self.cells[i],
                self.states(theta)[i],
                self.groups[i],
                r,
                -(W * e if W.ndim == 1 else W @ e),
                theta_parameters=self.theta_parameters,
            )
        return out
