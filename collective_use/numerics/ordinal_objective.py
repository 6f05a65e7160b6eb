"""Weighted least squares on thresholds, means, variances and correlations of mixed data.

The model's latent responses have moments ``mu`` and ``Sigma``; a scale ``d`` per variable turns
them into what the data show: thresholds ``d (tau - mu)``, correlations ``d_i d_j Sigma_ij``.
In delta parameterisation the scales are parameters, in theta parameterisation
``d = Sigma_ii^(-1/2)``; continuous variables have scale 1.

References
----------
Muthen (1984), Psychometrika 49:115; Muthen & Asparouhov (2002), Mplus web note 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.polychoric_moments import OrdinalMoments, pair_index
from collective_use.numerics.sem_model import Block, Model, State, jacobian, second_derivative
from collective_use.numerics.sem_objective import CachedObjective


@dataclass(frozen=True, slots=True)
class Response:
    """Implied statistics of one group and their derivatives.

    Attributes
    ----------
    values
        The k statistics in the order of `OrdinalMoments.statistics`.
    jacobian
        (k, q).
    scale, by_scale
        d by variable (p,) and its derivatives (p, q).
    """

    values: Floats
    jacobian: Floats
    scale: Floats
    by_scale: Floats


def scales(
    block: Block, state: State, theta: Floats, D: Floats, ordered: Ints, *, theta_parameters: bool
) -> tuple[Floats, Floats]:
    """Return the scales of the observed variables and their derivatives.

    Parameters
    ----------
    block, state, theta
        The block, its moments, the free parameters.
    D
        Derivatives of the diagonal of Sigma, (p, q).
    ordered
        Places of ordered variables.
    theta_parameters
        Theta instead of delta parameterisation.
    """
    q = D.shape[1]
    scale, by = np.ones(block.p), np.zeros((block.p, q))
    if theta_parameters:
        variance = np.diag(state.Sigma)[ordered]
        scale[ordered] = variance**-0.5
        by[ordered] = -0.5 * variance[:, None] ** -1.5 * D[ordered]
    else:
        scale[:] = block.delta
        scale[block.delta_row] = theta[block.delta_free]
        by[block.delta_row, block.delta_free] = 1.0
    return scale, by


@lru_cache(maxsize=32)
def _places(p: int) -> tuple[Ints, Ints, Ints]:
    """Return the place of every covariance among the lower triangle, and the pairs."""
    at = np.zeros((p, p), dtype=np.intp)
    columns, rows = np.triu_indices(p)
    at[rows, columns] = at[columns, rows] = np.arange(rows.size)
    a, b = pair_index(p)
    return at, a, b


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
            states = self.states(theta)
            self._responses = tuple(
                self._response(i, state, theta) for i, state in enumerate(states)
            )
            self._response_at = theta.copy()
        return self._responses

    def _response(self, i: int, state: State, theta: Floats) -> Response:
        block, g = self.model.blocks[i], self.groups[i]
        p, q = block.p, self.q
        J = jacobian(self.cells[i], state, q, means=True)
        by_mu, by_vech = J[:p], J[p:]
        at, a, b = _places(p)
        diagonal = by_vech[at[np.arange(p), np.arange(p)]]
        numeric = g.item[g.is_mean]
        ordered = np.setdiff1d(np.arange(p), numeric)
        d, by_d = scales(
            block, state, theta, diagonal, ordered, theta_parameters=self.theta_parameters
        )
        tau, by_tau = np.zeros(g.item.size), np.zeros((g.item.size, q))
        cuts = np.flatnonzero(~g.is_mean)
        fixed = block.tau.copy()
        fixed[block.tau_row] = theta[block.tau_free]
        tau[cuts] = fixed
        by_tau[cuts[block.tau_row], block.tau_free] = 1.0
        item = g.item
        gap = tau - state.mu[item]
        thresholds = d[item] * gap
        by_thresholds = d[item, None] * (by_tau - by_mu[item]) + by_d[item] * gap[:, None]
        sigma = state.Sigma[a, b]
        pairs = d[a] * d[b] * sigma
        by_pairs = (d[a] * d[b])[:, None] * by_vech[at[a, b]]
        by_pairs += (d[b] * sigma)[:, None] * by_d[a] + (d[a] * sigma)[:, None] * by_d[b]
        variances = np.diag(state.Sigma)[numeric]
        values = np.concatenate([thresholds, variances, pairs])
        return Response(
            values, np.concatenate([by_thresholds, diagonal[numeric], by_pairs]), d, by_d
        )

    def differences(self, theta: Floats) -> list[Floats]:
        """Return sample minus implied statistics by group."""
        return [
            g.statistics - r.values for g, r in zip(self.groups, self.responses(theta), strict=True)
        ]

    def value(self, theta: Floats) -> float:
        """Return ``sum_g w_g e'We / 2``; infinite where a variance is not positive."""
        if self.theta_parameters and any(
            (np.diag(state.Sigma) <= 0).any() for state in self.states(theta)
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
        """Return the second derivative.

        Exact when no scale depends on parameters; else central differences of the exact gradient.
        """
        if self.theta_parameters or any(block.delta_free.size for block in self.model.blocks):
            return self._differenced(theta)
        out = self.fisher(theta)
        for i, (w, W, e) in enumerate(
            zip(self.weights, self.W, self.differences(theta), strict=True)
        ):
            block, g = self.model.blocks[i], self.groups[i]
            we = W * e if W.ndim == 1 else W @ e
            h, numeric = g.item.size, g.item[g.is_mean]
            d = block.delta
            by_mu = np.zeros(block.p)
            np.add.at(by_mu, g.item, d[g.item] * we[:h])
            by_sigma = np.zeros((block.p, block.p))
            by_sigma[numeric, numeric] = -we[h : h + numeric.size]
            a, b = pair_index(block.p)
            by_sigma[a, b] = by_sigma[b, a] = -0.5 * d[a] * d[b] * we[h + numeric.size :]
            out += w * second_derivative(
                block, self.cells[i], self.states(theta)[i], by_sigma, by_mu, self.q
            )
        return out

    def _differenced(self, theta: Floats) -> Floats:
        out = np.zeros((self.q, self.q))
        for j in range(self.q):
            h = 1e-5 * max(1.0, abs(theta[j]))
            step = np.zeros(self.q)
            step[j] = h
            out[:, j] = (self.gradient(theta + step) - self.gradient(theta - step)) / (2 * h)
        return 0.5 * (out + out.T)
