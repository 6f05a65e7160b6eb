"""The normal likelihood of cases whose parameters are their own, and its casewise gradient."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.sem.model import Block
from collective_use.sem.moderated.rows import Rows, evaluate_rows
from collective_use.syntax.expressions import Expression

AT_ONCE = 512
"""Cases whose matrices are held in memory together."""

Scored = tuple[float, Floats]
"""A log-likelihood and the gradient of every case's, (n, q)."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of one group.

    Attributes
    ----------
    block
        Matrices of the model.
    Y
        Values (n, p), NaN where missing.
    columns
        Values of the moderating columns (n,) by ``"data(name)"``.
    patterns
        Rows and observed variables of every pattern of missing values.
    """

    block: Block
    Y: Floats
    columns: Mapping[str, Floats]
    patterns: tuple[tuple[Ints, Ints], ...]


@dataclass(frozen=True, slots=True)
class Casewise:
    """A model whose parameters differ from case to case.

    Attributes
    ----------
    names
        Names of the free parameters.
    labels
        Place among them by label.
    plain
        Place by number of the parameter table (from 0); -1 for a moderated one.
    moderated
        Number in the table (from 0), label and expression of every moderated parameter.
    groups
        The cases.
    constant
        Log-likelihood of the covariates with fixed moments, which is no part of the model's.
    """

    names: tuple[str, ...]
    labels: Mapping[str, int]
    plain: Ints
    moderated: tuple[tuple[int, str, Expression], ...]
    groups: tuple[Cases, ...]
    constant: float

    @property
    def n(self) -> int:
        """Number of cases."""
        return sum(len(g.Y) for g in self.groups)

    def own_values(self, theta: Floats, columns: Mapping[str, Floats]) -> dict[str, Rows]:
        """Return values and gradients of every moderated label at values of the columns."""
        n = next(len(v) for v in columns.values())
        q = theta.size
        known: dict[str, Rows] = {name: (v, np.zeros((n, q))) for name, v in columns.items()}
        for label, place in self.labels.items():
            slope = np.zeros((n, q))
            slope[:, place] = 1.0
            known[label] = np.full(n, theta[place]), slope
        for _, label, expression in self.moderated:
            known[label] = evaluate_rows(expression, known, n, q)
        return {label: known[label] for _, label, _ in self.moderated}

    def scored(self, theta: Floats) -> Scored | None:
        """Return the log-likelihood and casewise gradients; None where there is none."""
        total, scores = -self.constant, []
        for g in self.groups:
            own = self.own_values(theta, g.columns)
            values = np.empty((len(g.Y), self.plain.size))
            values[:, self.plain >= 0] = theta[self.plain[self.plain >= 0]]
            for k, label, _ in self.moderated:
                values[:, k] = own[label][0]
            if not np.isfinite(values).all():
                return None
            found = _of_group(g, values)
            if found is None:
                return None
            value, cells = found
            total += value
            score = np.zeros((len(g.Y), theta.size))
            kept = self.plain >= 0
            np.add.at(score.T, self.plain[kept], cells.T[kept])
            for k, label, _ in self.moderated:
                score += cells[:, k, None] * own[label][1]
            scores.append(score)
        gathered = np.vstack(scores)
        return (total, gathered) if np.isfinite(gathered).all() else None


def _of_group(g: Cases, values: Floats) -> Scored | None:
    total, cells = 0.0, np.zeros(values.shape)
    for rows, seen in g.patterns:
        for first in range(0, rows.size, AT_ONCE):
            part = rows[first : first + AT_ONCE]
            found = _of_pattern(g.block, values[part], g.Y[np.ix_(part, seen)], seen)
            if found is None:
                return None
            total += found[0]
            cells[part] = found[1]
    return total, cells


def _filled(fixed: Floats, cells: Sequence[Ints], values: Floats) -> Floats:
    row, col, free = cells
    out = np.broadcast_to(fixed, (len(values), *fixed.shape)).copy()
    out[:, row, col] = values[:, free]
    return out


def _of_pattern(b: Block, values: Floats, Y: Floats, seen: Ints) -> Scored | None:
    """Return the log-likelihood and its gradient by every free cell of the table, (n, k).

    With ``V = (I - A)^-1`` and ``G``, ``g`` the derivatives by covariances and means, those by S
    are ``K = V'GV``, by A ``2 K S V' + V'g (V m)'`` and by m ``V'g``.
    """
    n = len(values)
    A = _filled(b.A, (b.a_row, b.a_col, b.a_free), values)
    S = _filled(b.S, (b.s_row, b.s_col, b.s_free), values)
    S[:, b.s_col, b.s_row] = values[:, b.s_free]
    m = np.broadcast_to(b.m, (n, b.t)).copy()
    m[:, b.m_row] = values[:, b.m_free]
    try:
        V = np.linalg.inv(np.eye(b.t) - A)
        F = V[:, seen]
        C = S @ V.transpose(0, 2, 1)
        Sigma = F @ C[:, :, seen]
        root = np.linalg.cholesky(Sigma)
    except np.linalg.LinAlgError:
        return None
    half = np.linalg.solve(root, np.broadcast_to(np.eye(seen.size), Sigma.shape))
    P = half.transpose(0, 2, 1) @ half
    eta = np.einsum("nij,nj->ni", V, m)
    r = Y - eta[:, seen]
    g = np.einsum("nij,nj->ni", P, r)
    log_det = 2 * np.log(np.einsum("nii->ni", root)).sum()
    value = -0.5 * (Y.size * math.log(2 * math.pi) + log_det + float((r * g).sum()))
    G = 0.5 * (g[:, :, None] * g[:, None, :] - P)
    K = F.transpose(0, 2, 1) @ G @ F
    h = np.einsum("nij,ni->nj", F, g)
    by_A = 2 * K @ C + h[:, :, None] * eta[:, None, :]
    out = np.zeros(values.shape)
    twice = np.where(b.s_row == b.s_col, 1.0, 2.0)
    np.add.at(out.T, b.a_free, by_A[:, b.a_row, b.a_col].T)
    np.add.at(out.T, b.s_free, (twice * K[:, b.s_row, b.s_col]).T)
    np.add.at(out.T, b.m_free, h[:, b.m_row].T)
    return value, out
