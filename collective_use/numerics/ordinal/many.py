"""One model of ordered answers fitted to many samples at once: value and gradient side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.ordinal.moments import OrdinalMoments, pair_index
from collective_use.numerics.resampling.batches import Function
from collective_use.numerics.sem.model import Block, Model, State, cells_of, gradient, moments
from collective_use.numerics.types import Floats, Ints


class ManyOrdinal:
    """Weighted least squares of R samples of one group.

    Parameters
    ----------
    block
        The group's block of the model.
    samples
        First- and second-step estimates, whose statistics all have the same order.
    W
        By sample: diagonal (k,) or full (k, k) weight.
    theta_parameters
        Theta instead of delta parameterisation.
    """

    def __init__(
        self, block: Block, samples: Sequence[OrdinalMoments], W: Sequence[Floats],
        *, theta_parameters: bool,
    ) -> None:  # fmt: skip
        g = samples[0]
        self.block, self.cells, self.theta_parameters = block, cells_of(block), theta_parameters
        self.aims, self.W = np.array([m.statistics for m in samples]), np.array(W)
        self.item, self.cuts = g.item, np.flatnonzero(~g.is_mean)
        self.numeric = g.item[g.is_mean]
        self.ordered = np.setdiff1d(np.arange(block.p), self.numeric)
        self.a, self.b = pair_index(block.p)

    def __call__(self, theta: Floats, rows: Ints) -> tuple[Floats, Floats]:
        """Return ``e'We / 2`` (r,) and its derivatives (r, q); infinite where not defined."""
        block, q = self.block, theta.shape[1]
        state = moments(block, theta)
        variance = np.diagonal(state.Sigma, axis1=1, axis2=2)
        possible = np.full(len(theta), True)
        if self.theta_parameters:
            possible = np.asarray((variance > 0).all(axis=1))
            variance = np.where(possible[:, None], variance, 1.0)
        d = self._scales(theta, variance)
        tau = np.zeros((len(theta), self.item.size))
        tau[:, self.cuts] = block.tau
        tau[:, self.cuts[block.tau_row]] = theta[:, block.tau_free]
        gap = tau - state.mu[:, self.item]
        pairs = state.Sigma[:, self.a, self.b]
        both = d[:, self.a] * d[:, self.b]
        implied = np.concatenate(
            [d[:, self.item] * gap, variance[:, self.numeric], both * pairs], axis=1
        )
        e, W = self.aims[rows] - implied, self.W[rows]
        pull = W * e if W.ndim == 2 else (W @ e[..., None])[..., 0]
        value = np.where(possible, 0.5 * (e * pull).sum(axis=1), np.inf)
        return value, self._back(-pull, theta, state, d, gap, both, variance, q)

    def _scales(self, theta: Floats, variance: Floats) -> Floats:
        d = np.ones((len(theta), self.block.p))
        if self.theta_parameters:
            d[:, self.ordered] = variance[:, self.ordered] ** -0.5
        else:
            d[:] = self.block.delta
            d[:, self.block.delta_row] = theta[:, self.block.delta_free]
        return d

    def _back(
        self, pull: Floats, theta: Floats, state: State, d: Floats, gap: Floats, both: Floats,
        variance: Floats, q: int,
    ) -> Floats:  # fmt: skip
        """Return derivatives by the free parameters from those by the implied statistics."""
        # numpy's stubs do not know a slice among the indices of `at`.
        block, h, p = self.block, self.item.size, self.block.p
        first, last = pull[:, :h], pull[:, h + self.numeric.size :]
        by_gap = first * d[:, self.item]
        by_mu, by_d = np.zeros((len(pull), p)), np.zeros((len(pull), p))
        np.add.at(by_mu, (slice(None), self.item), -by_gap)  # type: ignore[arg-type]
        np.add.at(by_d, (slice(None), self.item), first * gap)  # type: ignore[arg-type]
        pairs = np.zeros((len(pull), p, p))
        pairs[:, self.a, self.b] = pairs[:, self.b, self.a] = last
        by_d += ((pairs * state.Sigma) @ d[..., None])[..., 0]
        by_sigma = 0.5 * d[:, :, None] * d[:, None, :] * pairs
        by_sigma[:, self.numeric, self.numeric] = pull[:, h : h + self.numeric.size]
        if self.theta_parameters:
            own = -0.5 * variance[:, self.ordered] ** -1.5 * by_d[:, self.ordered]
            by_sigma[:, self.ordered, self.ordered] += own
        out = gradient(self.cells, state, by_sigma, by_mu, q)
        if not self.theta_parameters:
            np.add.at(out, (slice(None), block.delta_free), by_d[:, block.delta_row])  # type: ignore[arg-type]
        by_tau = by_gap[:, self.cuts[block.tau_row]]
        np.add.at(out, (slice(None), block.tau_free), by_tau)  # type: ignore[arg-type]
        return out


def many_ordinal(
    model: Model,
    samples: Sequence[Sequence[OrdinalMoments]],
    weights: Floats,
    W: Sequence[Sequence[Floats]],
    *,
    theta_parameters: bool,
) -> Function:
    """Return values and gradients of R samples as a function of their parameters.

    Parameters
    ----------
    model
        The compiled model.
    samples
        By sample, then by group.
    weights
        Weight of each group, (R, groups).
    W
        By sample, then by group.
    theta_parameters
        Theta instead of delta parameterisation.
    """
    parts = [
        ManyOrdinal(
            block, [s[i] for s in samples], [w[i] for w in W], theta_parameters=theta_parameters
        )
        for i, block in enumerate(model.blocks)
    ]

    def function(theta: Floats, rows: Ints) -> tuple[Floats, Floats]:
        value, g = np.zeros(len(theta)), np.zeros(theta.shape)
        for i, part in enumerate(parts):
            own, slope = part(theta, rows)
            value += weights[rows, i] * own
            g += weights[rows, i, None] * slope
        return value, g

    return function
