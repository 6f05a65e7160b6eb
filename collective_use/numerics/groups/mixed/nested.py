"""Likelihood of rows within members within groups, with residual variances that may differ.

``y = X b + Z u_g + v_m + e_i``, Var(u) = T, Var(v) = v, Var(e_i) = d_i. Everything has a closed
form by two steps of the Woodbury identity, first the member, then the group; so no matrix is
larger than the number of columns, and the slopes cost no more than the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class NestedRows:
    """The rows of a nested model.

    Attributes
    ----------
    y
        (N,) outcome.
    X
        (N, p) fixed part.
    Z
        (N, q) random part of the groups.
    group
        (N,) codes 0 to G - 1.
    member
        (N,) codes 0 to M - 1 of members (or teams), each within one group; None leaves the
        level out.
    """

    y: Floats
    X: Floats
    Z: Floats
    group: Ints
    member: Ints | None = None

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.group.max(initial=-1)) + 1

    def group_of_member(self) -> Ints:
        """Return (M,) the group of each member."""
        if self.member is None:
            return np.empty(0, dtype=np.intp)
        out = np.zeros(int(self.member.max(initial=-1)) + 1, dtype=np.intp)
        out[self.member] = self.group
        return out


@dataclass(frozen=True, slots=True)
class NestedFit:
    """The likelihood at given variances, and its slopes.

    Attributes
    ----------
    value
        Log-likelihood with all constants, restricted or full.
    beta, covariance
        (p,) generalised least squares and (p, p) its covariance.
    slope_level, slope_member, slope_rows
        Derivatives in the (q, q) elements of T, in v and in (N,) d.
    """

    value: float
    beta: Floats
    covariance: Floats
    slope_level: Floats
    slope_member: float
    slope_rows: Floats


def nested_likelihood(
    rows: NestedRows, L: Floats, member_variance: float, d: Floats, *, reml: bool = True
) -> NestedFit:
    """Return the log-likelihood of a nested model and its slopes.

    Parameters
    ----------
    rows
        The data.
    L
        (q, q) any root of T, ``T = L L'``; T may be singular.
    member_variance
        v, 0 or more.
    d
        (N,) residual variances above 0.
    reml
        Whether to restrict the likelihood (Patterson & Thompson 1971); constants as nlme has
        them.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones((4, 1))
    >>> rows = NestedRows(np.array([1.0, 3.0, 2.0, 6.0]), one, one, np.array([0, 0, 1, 1]))
    >>> fit = nested_likelihood(rows, np.array([[1.0]]), 0.0, np.ones(4))
    >>> round(float(fit.value), 6), round(float(fit.beta[0]), 6)
    (-9.665936, 3.0)
    """
    step = _Step(rows, L, member_variance, d)
    p, n = rows.X.shape[1], len(rows.y)
    total = step.R_A_R.sum(axis=0)
    XX, Xy, yy = total[:p, :p], total[:p, p], total[p, p]
    covariance = np.linalg.inv(XX)
    beta = covariance @ Xy
    quad = float(yy - beta @ Xy)
    value = -0.5 * (n * np.log(2 * np.pi) + step.logdet + quad)
    if reml:
        value -= 0.5 * (np.linalg.slogdet(XX)[1] - p * np.log(2 * np.pi))
    C = covariance if reml else np.zeros_like(covariance)
    return NestedFit(
        value, beta, covariance, step.slope_level(beta, C), step.slope_member(beta, C),
        step.slope_rows(beta, C),
    )  # fmt: skip


class _Step:
    """The pieces of V⁻¹ = A that value and slopes share; R holds [X, y, Z]."""

    def __init__(self, rows: NestedRows, L: Floats, v: float, d: Floats) -> None:
        self.rows, self.L = rows, L
        self.w = 1.0 / d
        self.p, self.q = rows.X.shape[1], rows.Z.shape[1]
        self.R = np.column_stack([rows.X, rows.y, rows.Z])
        self.logdet = float(np.log(d).sum())
        self._members(v)
        self._groups()

    def _members(self, v: float) -> None:
        rows, w = self.rows, self.w
        wR = w[:, None] * self.R
        if rows.member is None:
            self.B_R, self.own = wR, w
        else:
            of = rows.group_of_member()
            self.weight = sum_by(rows.member, w, len(of))
            self.member_sums = _column_sums(wR, rows.member, len(of))
            self.k = v / (1.0 + v * self.weight)
            self.logdet += float(np.log1p(v * self.weight).sum())
            k = self.k[rows.member]
            self.B_R = wR - (w * k)[:, None] * self.member_sums[rows.member]
            self.own = w - w * w * k
        self.R_B_R = _products(self.R, self.B_R, rows.group, rows.groups)

    def _groups(self) -> None:
        z = slice(self.p + 1, None)
        L, S = self.L, self.R_B_R
        core = np.eye(self.q) + L.T @ S[:, z, z] @ L
        self.logdet += float(np.linalg.slogdet(core)[1].sum())
        self.inner = L @ np.linalg.solve(core, np.broadcast_to(L.T, core.shape))
        self.carried = self.inner @ S[:, z, :]
        self.R_A_R = S - S[:, :, z] @ self.carried

    def _residual(self, of: Floats, beta: Floats) -> Floats:
        return np.asarray(of[..., self.p] - of[..., : self.p] @ beta)

    def slope_level(self, beta: Floats, C: Floats) -> Floats:
        z = slice(self.p + 1, None)
        zr = self.R_A_R[:, z, :]
        zx = zr[:, :, : self.p]
        residual = self._residual(zr, beta)
        Z_P_Z = zr[:, :, z] - zx @ C @ zx.transpose(0, 2, 1)
        out = Z_P_Z.sum(axis=0) - residual.T @ residual
        return np.asarray(-0.5 * out)

    def slope_member(self, beta: Floats, C: Floats) -> float:
        if self.rows.member is None:
            return 0.0
        of = self.rows.group_of_member()
        shrink = 1.0 - self.k * self.weight
        ones = shrink[:, None] * self.member_sums
        bz = ones[:, self.p + 1 :]
        A_R = ones - np.einsum("mq,mqc->mc", bz, self.carried[of])
        own = self.weight * shrink - np.einsum("mq,mqr,mr->m", bz, self.inner[of], bz)
        own -= np.einsum("mp,pr,mr->m", A_R[:, : self.p], C, A_R[:, : self.p])
        return float(-0.5 * (own - self._residual(A_R, beta) ** 2).sum())

    def slope_rows(self, beta: Floats, C: Floats) -> Floats:
        at = self.rows.group
        bz = self.B_R[:, self.p + 1 :]
        A_R = self.B_R - np.einsum("nq,nqc->nc", bz, self.carried[at])
        own = self.own - np.einsum("nq,nqr,nr->n", bz, self.inner[at], bz)
        own = own - np.einsum("np,pr,nr->n", A_R[:, : self.p], C, A_R[:, : self.p])
        return np.asarray(-0.5 * (own - self._residual(A_R, beta) ** 2))


def _column_sums(values: Floats, codes: Ints, total: int) -> Floats:
    return np.column_stack([sum_by(codes, column, total) for column in values.T])


def _products(left: Floats, right: Floats, codes: Ints, total: int) -> Floats:
    width = left.shape[1]
    out = np.empty((total, width, width))
    for i in range(width):
        for j in range(i + 1):
            out[:, i, j] = out[:, j, i] = sum_by(codes, left[:, i] * right[:, j], total)
    return out
