"""Maximum likelihood by missing pattern, all patterns side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import Floats, Pattern
from collective_use.numerics.sem.model import (
    Model,
    State,
    collect_square,
    expected_cells,
    gradient,
    jacobian,
    second_derivative,
    vech_index,
)
from collective_use.numerics.sem.objective import CachedObjective, curvature_cells


@dataclass(frozen=True, slots=True)
class PatternStack:
    """Missing patterns of one group side by side; entries of missing variables are 0.

    Attributes
    ----------
    share
        n_pattern / n_group, (k,).
    mask
        1 where a variable is seen, (k, p).
    mean, cov
        Moments of the seen variables, (k, p) and (k, p, p).
    """

    share: Floats
    mask: Floats
    mean: Floats
    cov: Floats


def stack_patterns(patterns: Sequence[Pattern], p: int) -> PatternStack:
    """Put missing patterns side by side."""
    k = len(patterns)
    share = np.array([pattern.n for pattern in patterns], dtype=float)
    mask, mean, cov = np.zeros((k, p)), np.zeros((k, p)), np.zeros((k, p, p))
    for i, pattern in enumerate(patterns):
        mask[i, pattern.seen] = 1.0
        mean[i, pattern.seen] = pattern.mean
        cov[i][np.ix_(pattern.seen, pattern.seen)] = pattern.cov
    return PatternStack(share / share.sum(), mask, mean, cov)


def inverses_by_pattern(stack: PatternStack, Sigma: Floats) -> tuple[Floats, Floats] | None:
    """Return the inverse of the seen part of Sigma by pattern (k, p, p) and its log determinant.

    Rows and columns of missing variables are 0; None when Sigma is not positive definite.
    """
    both = stack.mask[:, :, None] * stack.mask[:, None, :]
    gaps = 1.0 - stack.mask
    p = Sigma.shape[0]
    full = Sigma * both
    full[:, np.arange(p), np.arange(p)] += gaps
    try:
        factor = np.linalg.cholesky(full)
        P = np.linalg.inv(full)
    except np.linalg.LinAlgError:
        return None
    log_det = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return P * both, log_det


LARGEST_TENSOR = 60
"""Number of variables up to which p^4 numbers are held at once."""


def saturated_information(share: Floats, P: Floats, Q: Floats, z: Floats | None = None) -> Floats:
    """Return the information of (mu, vech Sigma) summed over patterns, (p + p*, p + p*).

    Parameters
    ----------
    share
        Weight of each pattern, (k,).
    P
        Inverse of the seen part of Sigma by pattern, (k, p, p).
    Q
        ``P T P`` by pattern for the observed information; `P` itself for the expected.
    z
        ``-P d`` by pattern (k, p) for the observed information, None for the expected.
    """
    k, p, _ = P.shape
    rows, cols = vech_index(p)
    s = np.where(rows == cols, 0.5, 1.0)
    inner = Q - 0.5 * P if z is not None else 0.5 * P
    left = (share[:, None, None] * P).reshape(k, p * p)
    M = (left.T @ inner.reshape(k, p * p)).reshape(p, p, p, p)
    i, j, m, n = rows[:, None], cols[:, None], rows[None, :], cols[None, :]
    T = M[i, n, j, m] + M[i, m, j, n] + M[j, n, i, m] + M[j, m, i, n]
    T *= s[:, None] * s
    out = np.zeros((p + rows.size, p + rows.size))
    out[:p, :p] = left.sum(axis=0).reshape(p, p)
    out[p:, p:] = 0.5 * (T + T.T)
    if z is not None:
        N = (z.T @ left).reshape(p, p, p)
        mixed = -s[:, None] * (N[rows, cols] + N[cols, rows])
        out[p:, :p] = mixed
        out[:p, p:] = mixed.T
    return out


def saturated_scores(Y: Floats, patterns: Sequence[Pattern], mu: Floats, Sigma: Floats) -> Floats:
    """Return casewise derivatives of the log-likelihood by (mu, vech Sigma), (n, p + p*).

    Parameters
    ----------
    Y
        Cases by variables, NaN where missing.
    patterns
        Missing patterns of the cases.
    mu, Sigma
        Where to evaluate.
    """
    n, p = Y.shape
    rows, cols = vech_index(p)
    s = np.where(rows == cols, 0.5, 1.0)
    parts = inverses_by_pattern(stack_patterns(patterns, p), Sigma)
    if parts is None:
        raise ValueError("Sigma is not positive definite")
    Z, own = np.zeros((n, p)), np.zeros(n, dtype=np.intp)
    for k, pattern in enumerate(patterns):
        place = np.ix_(pattern.cases, pattern.seen)
        inner = parts[0][k][np.ix_(pattern.seen, pattern.seen)]
        Z[place] = (Y[place] - mu[pattern.seen]) @ inner
        own[pattern.cases] = k
    products = Z[:, rows] * Z[:, cols] - parts[0][:, rows, cols][own]
    return np.concatenate([Z, s * products], axis=1)


class FimlObjective(CachedObjective):
    """Normal-theory maximum likelihood by missing pattern.

    `value` is ``-2 logL / N / 2`` without its constant.

    References
    ----------
    Arbuckle (1996), in Marcoulides & Schumacker, Advanced structural equation modeling.
    """

    def __init__(
        self, model: Model, patterns: Sequence[Sequence[Pattern]], weights: Floats
    ) -> None:
        super().__init__(model)
        self.patterns, self.weights = patterns, weights
        self.stacks = tuple(
            stack_patterns(group, block.p)
            for group, block in zip(patterns, model.blocks, strict=True)
        )
        self._parts: list[tuple[Floats, Floats] | None] | None = None

    def with_model(self, model: Model) -> FimlObjective:
        """Return the same likelihood of another model of the same data."""
        return FimlObjective(model, self.patterns, self.weights)

    def _by_pattern(self, theta: Floats) -> list[tuple[Floats, Floats] | None]:
        states = self.states(theta)
        if self._inverses is None or self._parts is None:
            self._parts = [
                inverses_by_pattern(stack, state.Sigma)
                for stack, state in zip(self.stacks, states, strict=True)
            ]
            self._inverses = []
        return self._parts

    def value(self, theta: Floats) -> float:
        """Return the mean of ``(log|Sigma_o| + d'P d) / 2`` over cases."""
        total = 0.0
        parts = self._by_pattern(theta)
        for stack, state, part, w in zip(
            self.stacks, self._states, parts, self.weights, strict=True
        ):
            if part is None:
                return np.inf
            P, log_det = part
            d = (stack.mean - state.mu) * stack.mask
            F = log_det + np.einsum("kij,kij->k", P, stack.cov)
            F += np.einsum("ki,kij,kj->k", d, P, d)
            total += 0.5 * w * float(stack.share @ F)
        return total

    def _pieces(self, theta: Floats, i: int) -> tuple[Floats, Floats, Floats]:
        """Return by pattern P, Q = P T P and z = -P d."""
        part = self._by_pattern(theta)[i]
        stack, state = self.stacks[i], self._states[i]
        if part is None:
            zero = np.zeros_like(stack.cov)
            return zero, zero, np.zeros_like(stack.mean)
        P = part[0]
        d = (stack.mean - state.mu) * stack.mask
        T = stack.cov + d[:, :, None] * d[:, None, :]
        return P, P @ T @ P, -(P @ d[:, :, None])[:, :, 0]

    def group_slopes(self, theta: Floats, i: int) -> tuple[Floats, Floats]:
        """Return df/dSigma and df/dmu of one group, not yet weighted."""
        P, Q, z = self._pieces(theta, i)
        share = self.stacks[i].share
        return 0.5 * np.tensordot(share, P - Q, axes=1), share @ z

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient."""
        out = np.zeros(self.q)
        for i, cells in enumerate(self.cells):
            by_sigma, by_mu = self.group_slopes(theta, i)
            out += self.weights[i] * gradient(cells, self._states[i], by_sigma, by_mu, self.q)
        return out

    def _chunks(self, i: int) -> list[slice]:
        k = max(self.cells[i].u.size, 1)
        size = max(1, 2_000_000 // k**2)
        count = self.stacks[i].share.size
        return [slice(at, at + size) for at in range(0, count, size)]

    def fisher(self, theta: Floats) -> Floats:
        """Return the expected information given the patterns (missing completely at random)."""
        out = np.zeros((self.q, self.q))
        for i, state in enumerate(self.states(theta)):
            P = self._pieces(theta, i)[0]
            if state.mu.size <= LARGEST_TENSOR:
                out += self._through_moments(i, state, P, P, None)
                continue
            for part in self._chunks(i):
                share = self.weights[i] * self.stacks[i].share[part]
                info = expected_cells(self.cells[i], state, P[part], means=True)
                out += collect_square(self.cells[i], np.tensordot(share, info, axes=1), self.q)
        return out

    def _through_moments(
        self, i: int, state: State, P: Floats, Q: Floats, z: Floats | None
    ) -> Floats:
        """Return ``J' A J`` with A the saturated information, J the derivatives of the moments."""
        A = saturated_information(self.stacks[i].share, P, Q, z)
        J = jacobian(self.cells[i], state, self.q, means=True)
        return np.asarray(self.weights[i] * (J.T @ A @ J))

    def curvature(self, theta: Floats) -> Floats:
        """Return the second derivative through first derivatives only."""
        out = np.zeros((self.q, self.q))
        for i, state in enumerate(self.states(theta)):
            P, Q, z = self._pieces(theta, i)
            if state.mu.size <= LARGEST_TENSOR:
                out += self._through_moments(i, state, P, Q, z)
                continue
            for part in self._chunks(i):
                share = self.weights[i] * self.stacks[i].share[part]
                inner = curvature_cells(self.cells[i], state, P[part], Q[part], z[part])
                out += collect_square(self.cells[i], np.tensordot(share, inner, axes=1), self.q)
        return out

    def hessian(self, theta: Floats) -> Floats:
        """Return the observed information of one observation."""
        out = self.curvature(theta)
        for i, state in enumerate(self.states(theta)):
            by_sigma, by_mu = self.group_slopes(theta, i)
            out += self.weights[i] * second_derivative(
                self.model.blocks[i], self.cells[i], state, by_sigma, by_mu, self.q
            )
        return out
