"""Implied statistics of ordered answers at two levels, with two derivatives.

The latent responses have moments ``Sw`` within and ``mu``, ``Sb`` between clusters. Their unit is
the standard deviation within, so that ``d = diag(Sw)^(-1/2)`` scales both levels: thresholds
``d (tau - mu)``, correlations ``d_i d_j Sw_ij``, between covariances ``d_i d_j Sb_ij``. Residual
variances within are 1 (theta parameterisation).

References
----------
Asparouhov & Muthen (2007), Proceedings of the Joint Statistical Meeting, Section on Statistics in
Epidemiology: 2531; Muthen & Asparouhov (2002), Mplus web note 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.ordinal.moments import pair_index
from collective_use.numerics.ordinal.response import Response
from collective_use.numerics.ordinal_twolevel.moments import TwoLevelOrdinalMoments
from collective_use.numerics.sem.model import (
    Block,
    Cells,
    State,
    jacobian,
    second_derivative,
    vech_index,
)
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a group: its block of the model, free cells and moments."""

    block: Block
    cells: Cells
    state: State


@dataclass(frozen=True, slots=True)
class TwoLevelResponse(Response):
    """Implied statistics of one group; `by_vech` is of the within covariances.

    Attributes
    ----------
    by_between
        Derivatives of the lower triangle of the between covariances, (p(p+1)/2, q).
    """

    by_between: Floats


def _places(p: int) -> Ints:
    at = np.zeros((p, p), dtype=np.intp)
    rows, columns = vech_index(p)
    at[rows, columns] = at[columns, rows] = np.arange(rows.size)
    return at


def two_level_response(
    within: Level, between: Level, g: TwoLevelOrdinalMoments, theta: Floats
) -> TwoLevelResponse:
    """Return the implied statistics of one group with their first derivatives.

    Parameters
    ----------
    within, between
        Both levels, variables in the same order.
    g
        The group's sample statistics, whose order the implied ones follow.
    theta
        Free parameters, (q,).
    """
    p, q = within.block.p, theta.size
    Jw = jacobian(within.cells, within.state, q, means=True)
    Jb = jacobian(between.cells, between.state, q, means=True)
    by_mu, by_w, by_b = Jw[:p] + Jb[:p], Jw[p:], Jb[p:]
    at = _places(p)
    variance = np.diag(within.state.Sigma)
    d = variance**-0.5
    by_d = -0.5 * variance[:, None] ** -1.5 * by_w[np.diag(at)]
    tau, by_tau = _thresholds(between.block, theta)
    gap = tau - (within.state.mu + between.state.mu)[g.item]
    by_gap = by_tau - by_mu[g.item]
    by_cuts = d[g.item, None] * by_gap + by_d[g.item] * gap[:, None]
    values, slopes = [d[g.item] * gap], [by_cuts]
    for S, by_S, (i, j) in (
        (within.state.Sigma, by_w, pair_index(p)),
        (between.state.Sigma, by_b, vech_index(p)),
    ):
        values.append(d[i] * d[j] * S[i, j])
        slope = (d[i] * d[j])[:, None] * by_S[at[i, j]]
        slope += (d[j] * S[i, j])[:, None] * by_d[i] + (d[i] * S[i, j])[:, None] * by_d[j]
        slopes.append(slope)
    return TwoLevelResponse(
        np.concatenate(values), np.concatenate(slopes), d, by_d, gap, by_gap, by_w, by_b
    )


def _thresholds(block: Block, theta: Floats) -> tuple[Floats, Floats]:
    tau, by_tau = block.tau.copy(), np.zeros((block.tau.size, theta.size))
    tau[block.tau_row] = theta[block.tau_free]
    by_tau[block.tau_row, block.tau_free] = 1.0
    return tau, by_tau


def two_level_curvature(
    within: Level, between: Level, g: TwoLevelOrdinalMoments, r: TwoLevelResponse,
    by_values: Floats,
) -> Floats:  # fmt: skip
    """Return ``sum_k by_values_k d2 values_k`` for all pairs of free parameters, (q, q).

    Parameters
    ----------
    within, between, g
        As in `two_level_response`.
    r
        What that returned.
    by_values
        Weight of every statistic, (k,).
    """
    p, h, d = within.block.p, g.item.size, r.scale
    q = r.jacobian.shape[1]
    i, j = pair_index(p)
    Pw, Pb = np.zeros((p, p)), np.zeros((p, p))
    Pw[i, j] = Pw[j, i] = by_values[h : h + i.size]
    rows, columns = vech_index(p)
    np.add.at(Pb, (rows, columns), by_values[h + i.size :])
    Pb = Pb + Pb.T
    by_mu = np.zeros(p)
    np.add.at(by_mu, g.item, -d[g.item] * by_values[:h])
    shared = Pw * within.state.Sigma + Pb * between.state.Sigma
    by_d = shared @ d
    np.add.at(by_d, g.item, by_values[:h] * r.gap)
    by_within = 0.5 * d[:, None] * d * Pw
    by_within[np.diag_indices(p)] -= 0.5 * d**3 * by_d
    by_between = 0.5 * d[:, None] * d * Pb
    at = _places(p)
    moved = np.zeros((p, q))
    np.add.at(moved, g.item, by_values[:h, None] * r.by_gap)
    for P, by_S in ((Pw, r.by_vech), (Pb, r.by_between)):
        moved += ((P * d)[:, None, :] @ by_S[at])[:, 0, :]
    crossed = r.by_scale.T @ moved
    out = crossed + crossed.T + r.by_scale.T @ (shared @ r.by_scale)
    out += r.by_scale.T @ ((3 * by_d / d)[:, None] * r.by_scale)
    for level, by_sigma in ((within, by_within), (between, by_between)):
        out += second_derivative(level.block, level.cells, level.state, by_sigma, by_mu, q)
    return np.asarray(out)
