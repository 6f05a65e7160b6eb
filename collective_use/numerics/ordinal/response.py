"""Implied thresholds, means, variances and correlations of mixed data, with two derivatives.

The model's latent responses have moments ``mu`` and ``Sigma``; a scale ``d`` per variable turns
them into what the data show: thresholds ``d (tau - mu)``, correlations ``d_i d_j Sigma_ij``.
In delta parameterisation the scales are parameters, in theta parameterisation
``d = Sigma_ii^(-1/2)``; continuous variables have scale 1.

References
----------
Muthen (1984), Psychometrika 49:115; Muthen & Asparouhov (2002), Mplus web note 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.ordinal.moments import OrdinalMoments, pair_index
from collective_use.numerics.sem.model import Block, Cells, State, jacobian, second_derivative


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
    gap, by_gap
        ``tau - mu`` of the h thresholds and (negative) means before scaling (h,) and its
        derivatives (h, q).
    by_vech
        Derivatives of the lower triangle of Sigma, column by column, (p(p+1)/2, q).
    """

    values: Floats
    jacobian: Floats
    scale: Floats
    by_scale: Floats
    gap: Floats
    by_gap: Floats
    by_vech: Floats


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


def response(
    block: Block,
    cells: Cells,
    state: State,
    g: OrdinalMoments,
    theta: Floats,
    *,
    theta_parameters: bool,
) -> Response:
    """Return the implied statistics of one group with their first derivatives.

    Parameters
    ----------
    block, cells, state
        The block, its free cells, its moments at `theta`.
    g
        The group's sample statistics, whose order the implied ones follow.
    theta
        Free parameters (q,).
    theta_parameters
        Theta instead of delta parameterisation.
    """
    p, q = block.p, theta.size
    J = jacobian(cells, state, q, means=True)
    by_mu, by_vech = J[:p], J[p:]
    at, a, b = _places(p)
    diagonal = by_vech[at[np.arange(p), np.arange(p)]]
    item, numeric = g.item, g.item[g.is_mean]
    ordered = np.setdiff1d(np.arange(p), numeric)
    d, by_d = scales(block, state, theta, diagonal, ordered, theta_parameters=theta_parameters)
    tau, by_tau = _thresholds(block, g, theta)
    gap, by_gap = tau - state.mu[item], by_tau - by_mu[item]
    by_thresholds = d[item, None] * by_gap + by_d[item] * gap[:, None]
    sigma = state.Sigma[a, b]
    by_pairs = (d[a] * d[b])[:, None] * by_vech[at[a, b]]
    by_pairs += (d[b] * sigma)[:, None] * by_d[a] + (d[a] * sigma)[:, None] * by_d[b]
    values = np.concatenate([d[item] * gap, np.diag(state.Sigma)[numeric], d[a] * d[b] * sigma])
    by_values = np.concatenate([by_thresholds, diagonal[numeric], by_pairs])
    return Response(values, by_values, d, by_d, gap, by_gap, by_vech)


def _thresholds(block: Block, g: OrdinalMoments, theta: Floats) -> tuple[Floats, Floats]:
    """Return thresholds before scaling, 0 for means, and their derivatives."""
    tau, by_tau = np.zeros(g.item.size), np.zeros((g.item.size, theta.size))
    cuts = np.flatnonzero(~g.is_mean)
    tau[cuts] = block.tau
    tau[cuts[block.tau_row]] = theta[block.tau_free]
    by_tau[cuts[block.tau_row], block.tau_free] = 1.0
    return tau, by_tau


def response_curvature(
    block: Block,
    cells: Cells,
    state: State,
    g: OrdinalMoments,
    r: Response,
    by_values: Floats,
    *,
    theta_parameters: bool,
) -> Floats:
    """Return ``sum_k by_values_k d2 values_k`` for all pairs of free parameters, (q, q).

    The part through Sigma and mu is `second_derivative`; the scales add their products with
    everything they multiply and, in theta parameterisation, their own curvature
    ``d2d = -d^3 d2v / 2 + 3 (dd)(dd)' / d`` with ``v = Sigma_ii``.

    Parameters
    ----------
    block, cells, state, g
        As in `response`.
    r
        What `response` returned.
    by_values
        Weight of every statistic (k,).
    theta_parameters
        Theta instead of delta parameterisation.
    """
    p, h, d = block.p, g.item.size, r.scale
    numeric = g.item[g.is_mean]
    by_mu = np.zeros(p)
    np.add.at(by_mu, g.item, -d[g.item] * by_values[:h])
    _, a, b = _places(p)
    pairs = np.zeros((p, p))
    pairs[a, b] = pairs[b, a] = by_values[h + numeric.size :]
    by_sigma = 0.5 * d[:, None] * d * pairs
    by_sigma[numeric, numeric] = by_values[h : h + numeric.size]
    products = None
    if r.by_scale.any():
        products = _products_of_scales(g, r, by_values[:h], pairs, state.Sigma)
    if theta_parameters:
        by_d = (pairs * state.Sigma) @ d
        np.add.at(by_d, g.item, by_values[:h] * r.gap)
        by_d[numeric] = 0.0
        by_sigma[np.diag_indices(p)] -= 0.5 * d**3 * by_d
        bend = r.by_scale.T @ ((3 * by_d / d)[:, None] * r.by_scale)
        products = bend if products is None else products + bend
    q = r.jacobian.shape[1]
    out = second_derivative(block, cells, state, by_sigma, by_mu, q)
    return out if products is None else out + products


def _products_of_scales(
    g: OrdinalMoments, r: Response, by_thresholds: Floats, pairs: Floats, Sigma: Floats
) -> Floats:
    """Return products of first derivatives in which a scale has part, (q, q).

    ``sum w (dd_i dgap + dgap dd_i)`` over thresholds and, over pairs,
    ``sum w (dd_i d_j dSigma_ij + ... + Sigma_ij (dd_i dd_j + dd_j dd_i))``.
    """
    at, _, _ = _places(r.scale.size)
    moved = np.zeros_like(r.by_scale)
    np.add.at(moved, g.item, by_thresholds[:, None] * r.by_gap)
    moved += ((pairs * r.scale)[:, None, :] @ r.by_vech[at])[:, 0, :]
    crossed = r.by_scale.T @ moved
    both = r.by_scale.T @ ((pairs * Sigma) @ r.by_scale)
    return np.asarray(crossed + crossed.T + both)
