"""What estimation minimises: value, gradient, expected and exact second derivatives.

Every objective is ``fmin`` as lavaan prints it: half the discrepancy, groups weighted n_g / N.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    inverse,
    inverse_and_log_det,
    pseudo_inverse,
    unvech,
    vech,
)
from collective_use.numerics.sem.model import (
    Block,
    Cells,
    Model,
    State,
    cells_of,
    collect_square,
    expected_information,
    gradient,
    jacobian,
    mean_factor,
    moments,
    pair_traces,
    second_derivative,
)


class CachedObjective:
    """Keeps the moments of the last place, shared by value, gradient and information."""

    W: tuple[Floats, ...] = ()

    @property
    def fisher_is_exact(self) -> bool:
        """Whether `fisher` is what is expected of the cases at hand."""
        return True

    def __init__(self, model: Model) -> None:
        self.model = model
        self.cells = tuple(cells_of(block) for block in model.blocks)
        self.q = model.n_free
        self.means = model.meanstructure
        self._at: Floats | None = None
        self._states: tuple[State, ...] = ()

    def states(self, theta: Floats) -> tuple[State, ...]:
        """Return the moments of every block at `theta`."""
        if self._at is None or not np.array_equal(self._at, theta):
            self._states = tuple(moments(block, theta) for block in self.model.blocks)
            self._at = theta.copy()
            self._memory: dict[str, Floats] = {}
            self._inverses: list[tuple[Floats, float] | None] | None = None
        return self._states

    def inverses(self, theta: Floats) -> list[tuple[Floats, float] | None]:
        """Return inverse and log determinant of every Sigma."""
        states = self.states(theta)
        if self._inverses is None:
            self._inverses = [inverse_and_log_det(state.Sigma) for state in states]
        return self._inverses

    def statistic_jacobians(self, theta: Floats) -> list[Floats]:
        """Return by group the derivatives of implied (means and) covariances, (k, q)."""
        return [
            jacobian(cells, state, self.q, means=self.means)
            for cells, state in zip(self.cells, self.states(theta), strict=True)
        ]


class MomentObjective(CachedObjective):
    """An objective of means and covariances.

    Parameters
    ----------
    model
        The compiled model.
    groups
        Sample moments.
    weights
        Weight of each group.
    """

    def __init__(self, model: Model, groups: Sequence[GroupMoments], weights: Floats) -> None:
        super().__init__(model)
        self.groups, self.weights = tuple(groups), weights

    def with_model(self, model: Model) -> Self:
        """Return the same function of another model of the same data."""
        return type(self)(model, self.groups, self.weights)

    def curvature(self, theta: Floats) -> Floats:
        """Return that of the normal likelihood through first derivatives of the moments only."""
        out = np.zeros((self.q, self.q))
        for i, (g, weight) in enumerate(zip(self.groups, self.weights, strict=True)):
            state = self.states(theta)[i]
            P = inverse(state.Sigma)
            d = g.mean - state.mu
            T = g.cov + (np.outer(d, d) if self.means else 0.0)
            by_mean = -(P @ d) if self.means else None
            out += weight * curvature(self.cells[i], state, P, P @ T @ P, by_mean, self.q)
        return out


class NormalObjective(MomentObjective):
    """Normal-theory maximum likelihood for complete data.

    References
    ----------
    Jöreskog (1969), Psychometrika 34:183.
    """

    def value(self, theta: Floats) -> float:
        """Return ``sum_g w_g F_g / 2``."""
        total = 0.0
        inverses = self.inverses(theta)
        for g, w, state, found in zip(
            self.groups, self.weights, self._states, inverses, strict=True
        ):
            if found is None:
                return np.inf
            P, log_det = found
            F = log_det - g.log_det + float(np.sum(g.cov * P)) - g.mean.size
            if self.means:
                d = g.mean - state.mu
                F += float(d @ P @ d)
            total += 0.5 * w * F
        return total

    def _residual(self, g: GroupMoments, state: State) -> tuple[Floats, Floats | None]:
        if not self.means:
            return g.cov, None
        d = g.mean - state.mu
        return g.cov + np.outer(d, d), d

    def _slopes(self, theta: Floats, i: int) -> tuple[Floats, Floats, Floats | None, Floats]:
        state = self.states(theta)[i]
        found = self.inverses(theta)[i]
        P = found[0] if found is not None else pseudo_inverse(state.Sigma)
        T, d = self._residual(self.groups[i], state)
        Q = P @ T @ P
        return P, 0.5 * (P - Q), None if d is None else -(P @ d), Q

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient."""
        out = np.zeros(self.q)
        for i, (cells, w) in enumerate(zip(self.cells, self.weights, strict=True)):
            _, by_sigma, by_mu, _ = self._slopes(theta, i)
            out += w * gradient(cells, self._states[i], by_sigma, by_mu, self.q)
        return out

    def fisher(self, theta: Floats) -> Floats:
        """Return the expected information of one observation."""
        self.states(theta)
        if "fisher" in self._memory:
            return self._memory["fisher"].copy()
        out = np.zeros((self.q, self.q))
        for i, (cells, w) in enumerate(zip(self.cells, self.weights, strict=True)):
            P = self._slopes(theta, i)[0]
            out += w * expected_information(
                cells, self.states(theta)[i], P, self.q, means=self.means
            )
        self._memory["fisher"] = out.copy()
        return out

    def hessian(self, theta: Floats) -> Floats:
        """Return the observed information of one observation."""
        self.states(theta)
        if "hessian" in self._memory:
            return self._memory["hessian"].copy()
        out = np.zeros((self.q, self.q))
        for i, (block, cells, w) in enumerate(
            zip(self.model.blocks, self.cells, self.weights, strict=True)
        ):
            P, by_sigma, by_mu, Q = self._slopes(theta, i)
            state = self._states[i]
            out += w * curvature(cells, state, P, Q, by_mu, self.q)
            out += w * second_derivative(block, cells, state, by_sigma, by_mu, self.q)
        self._memory["hessian"] = out.copy()
        return out


def curvature(
    cells: Cells, state: State, P: Floats, Q: Floats, by_mu: Floats | None, q: int
) -> Floats:
    """Return the second derivative of the normal discrepancy through first derivatives only.

    ``-tr(P dS_a P dS_b)/2 + tr(P dS_a Q dS_b) + dmu_a' P dmu_b`` and the mixed terms, with
    ``Q = P T P``, ``T`` the sample moments about the implied means; this is also the observed
    information of the saturated model.
    """
    return collect_square(cells, curvature_cells(cells, state, P, Q, by_mu), q)


def curvature_cells(
    cells: Cells, state: State, P: Floats, Q: Floats, by_mu: Floats | None
) -> Floats:
    """Return `curvature` by pairs of cells; P, Q, by_mu may carry leading dimensions."""
    H = state.H
    KP = H.T @ (P @ H)
    # tr(P dS_a Q dS_b) made symmetric, less half of tr(P dS_a P dS_b), in one pass.
    both = pair_traces(cells, KP, H.T @ (Q @ H) - 0.5 * KP)
    values = 0.5 * (both + both.swapaxes(-1, -2))
    if by_mu is not None:
        f = mean_factor(cells, state)
        u, v = cells.u, cells.v
        Ku = KP[..., u]
        inner = Ku[..., u, :]
        values += f[:, None] * f * inner
        z = -(by_mu[..., None, :] @ H)[..., 0, :]
        mixed = z[..., u][..., :, None] * Ku[..., v, :] + z[..., v][..., :, None] * inner
        mixed *= cells.s[:, None] * f
        values += mixed + mixed.swapaxes(-1, -2)
    return values


class GlsObjective(MomentObjective):
    """Generalised least squares with the sample's normal-theory weight.

    References
    ----------
    Browne (1974), South African Statistical Journal 8:1.
    """

    def __init__(self, model: Model, groups: Sequence[GroupMoments], weights: Floats) -> None:
        super().__init__(model, groups, weights)
        parts = [inverse_and_log_det(g.cov) for g in groups]
        self.inverse = [part[0] if part else pseudo_inverse(g.cov)
                        for part, g in zip(parts, groups, strict=True)]  # fmt: skip

    def _differences(self, theta: Floats) -> list[tuple[Floats, Floats | None]]:
        states = self.states(theta)
        return [
            (g.cov - state.Sigma, g.mean - state.mu if self.means else None)
            for g, state in zip(self.groups, states, strict=True)
        ]

    def value(self, theta: Floats) -> float:
        """Return ``sum_g w_g [tr((R P)^2)/2 + d'Pd] / 2``."""
        total = 0.0
        for w, P, (R, d) in zip(self.weights, self.inverse, self._differences(theta), strict=True):
            RP = R @ P
            total += 0.25 * w * float(np.sum(RP * RP.T))
            if d is not None:
                total += 0.5 * w * float(d @ P @ d)
        return total

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient."""
        out = np.zeros(self.q)
        for i, (R, d) in enumerate(self._differences(theta)):
            P = self.inverse[i]
            by_mu = None if d is None else -(P @ d)
            by_sigma = -0.5 * P @ R @ P
            out += self.weights[i] * gradient(
                self.cells[i], self._states[i], by_sigma, by_mu, self.q
            )
        return out

    def fisher(self, theta: Floats) -> Floats:
        """Return ``Delta' W Delta``."""
        out = np.zeros((self.q, self.q))
        for cells, state, P, w in zip(
            self.cells, self.states(theta), self.inverse, self.weights, strict=True
        ):
            out += w * expected_information(cells, state, P, self.q, means=self.means)
        return out

    def hessian(self, theta: Floats) -> Floats:
        """Return the exact second derivative."""
        out = self.fisher(theta)
        for i, (R, d) in enumerate(self._differences(theta)):
            P = self.inverse[i]
            by_mu = None if d is None else -(P @ d)
            out += self.weights[i] * second_derivative(
                self.model.blocks[i],
                self.cells[i],
                self._states[i],
                -0.5 * P @ R @ P,
                by_mu,
                self.q,
            )
        return out


class LeastSquaresObjective(MomentObjective):
    """Weighted least squares on (means and) covariances: ULS, DWLS, WLS.

    Parameters
    ----------
    model
        The compiled model.
    groups
        Sample moments.
    weights
        n_g / N.
    W
        By group: diagonal (k,) or full (k, k) weight of (mean, vech S).

    References
    ----------
    Browne (1984), British Journal of Mathematical and Statistical Psychology 37:62.
    """

    def __init__(
        self, model: Model, groups: Sequence[GroupMoments], weights: Floats, W: Sequence[Floats]
    ) -> None:
        super().__init__(model, groups, weights)
        self.W = tuple(W)
        unweighted = all(part.ndim == 1 and (part == 1).all() for part in W)
        sizes = [float(np.sum(vech(g.cov) ** 2)) for g in groups]
        # Only unweighted least squares has the unit of the data: zero has to mean something.
        self.scale = 0.5 * float(weights @ np.array(sizes)) if unweighted else 1.0

    def with_model(self, model: Model) -> Self:
        """Return the same function of another model of the same data."""
        return type(self)(model, self.groups, self.weights, self.W)

    def _weighted(self, theta: Floats) -> list[tuple[Floats, Floats]]:
        out = []
        for g, state, W in zip(self.groups, self.states(theta), self.W, strict=True):
            r = vech(g.cov - state.Sigma)
            if self.means:
                r = np.concatenate([g.mean - state.mu, r])
            out.append((r, W * r if W.ndim == 1 else W @ r))
        return out

    def value(self, theta: Floats) -> float:
        """Return ``sum_g w_g r'Wr / 2``."""
        return sum(
            0.5 * w * float(r @ wr)
            for w, (r, wr) in zip(self.weights, self._weighted(theta), strict=True)
        )

    def _slopes(self, wr: Floats, p: int) -> tuple[Floats, Floats | None]:
        by_mu = -wr[:p] if self.means else None
        M = unvech(wr[p:] if self.means else wr, p)
        M = -0.5 * (M + np.diag(np.diag(M)))
        return M, by_mu

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient."""
        out = np.zeros(self.q)
        for i, (_, wr) in enumerate(self._weighted(theta)):
            by_sigma, by_mu = self._slopes(wr, self.groups[i].mean.size)
            out += self.weights[i] * gradient(
                self.cells[i], self._states[i], by_sigma, by_mu, self.q
            )
        return out

    def fisher(self, theta: Floats) -> Floats:
        """Return ``Delta' W Delta``."""
        out = np.zeros((self.q, self.q))
        for cells, state, W, w in zip(
            self.cells, self.states(theta), self.W, self.weights, strict=True
        ):
            D = jacobian(cells, state, self.q, means=self.means)
            out += w * (D.T @ (W[:, None] * D if W.ndim == 1 else W @ D))
        return out

    def hessian(self, theta: Floats) -> Floats:
        """Return the exact second derivative."""
        out = self.fisher(theta)
        for i, (_, wr) in enumerate(self._weighted(theta)):
            by_sigma, by_mu = self._slopes(wr, self.groups[i].mean.size)
            out += self.weights[i] * second_derivative(
                self.model.blocks[i], self.cells[i], self._states[i], by_sigma, by_mu, self.q
            )
        return out


def saturated_block(p: int) -> tuple[Model, Block]:
    """Return the model in which every mean and covariance is free, parameters (mu, vech Sigma)."""
    cols, rows = np.triu_indices(p)
    none = np.zeros(0, dtype=np.intp)
    k = rows.size
    block = Block(
        p, p, np.zeros((p, p)), np.zeros((p, p)), np.zeros(p), none, none, none,
        rows, cols, np.arange(p, p + k), np.arange(p), np.arange(p), 1,
        np.zeros(0), none, none, none, np.ones(p), none, none,
    )  # fmt: skip
    return Model((block,), p + k, True), block
