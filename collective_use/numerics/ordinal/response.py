"""Implied thresholds, means, variances and correlations of mixed data, with two derivatives.

The model's latent responses have moments ``mu`` and ``Sigma``; a scale ``d`` per variable turns
them into what the data show: thresholds ``d (tau - mu)``, correlations ``d_i d_j Sigma_ij``.
In delta parameterisation the scales are parameters, in theta parameterisation
``d = Sigma_ii^(-1/2)``; continuous variables have scale 1. Given covariates all moments are those
of `given`, slopes are ``d_i Pi_ij``.

References
----------
Muthen (1984), Psychometrika 49:115; Muthen & Asparouhov (2002), Mplus web note 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.ordinal.given import Implied, Pull, implied, joint_pull
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
    moments
        The moments before scaling, given covariates where there are some.
    """

    values: Floats
    jacobian: Floats
    scale: Floats
    by_scale: Floats
    gap: Floats
    by_gap: Floats
    by_vech: Floats
    moments: Implied | None = field(default=None, kw_only=True)


def scales(
    block: Block, own: Ints, variance: Floats, theta: Floats, D: Floats, ordered: Ints,
    *, theta_parameters: bool,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return the scales of m outcomes and their derivatives.

    Parameters
    ----------
    block, own
        The block, and which of its observed variables are outcomes, (m,).
    variance, D
        Their variances (m,) and the derivatives of these, (m, q).
    theta
        Free parameters.
    ordered
        Places of ordered variables among the outcomes.
    theta_parameters
        Theta instead of delta parameterisation.
    """
    q = D.shape[1]
    if theta_parameters:
        scale, by = np.ones(own.size), np.zeros((own.size, q))
        scale[ordered] = variance[ordered] ** -0.5
        by[ordered] = -0.5 * variance[ordered, None] ** -1.5 * D[ordered]
        return scale, by
    every, by = block.delta.copy(), np.zeros((block.p, q))
    every[block.delta_row] = theta[block.delta_free]
    by[block.delta_row, block.delta_free] = 1.0
    return every[own], by[own]


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
    own = outcomes(block.p, g)
    found = implied(state, jacobian(cells, state, theta.size, means=True), g.given)
    p, item, numeric = own.size, g.item, g.item[g.is_mean]
    at, a, b = _places(p)
    Sigma, by_vech = found.Sigma, found.by_vech
    variance, diagonal = np.diag(Sigma), by_vech[at[np.arange(p), np.arange(p)]]
    ordered = np.setdiff1d(np.arange(p), numeric)
    d, by_d = scales(
        block, own, variance, theta, diagonal, ordered, theta_parameters=theta_parameters
    )
    tau, by_tau = _thresholds(block, g, theta)
    gap, by_gap = tau - found.mu[item], by_tau - found.by_mu[item]
    by_thresholds = d[item, None] * by_gap + by_d[item] * gap[:, None]
    sigma = Sigma[a, b]
    by_pairs = (d[a] * d[b])[:, None] * by_vech[at[a, b]]
    by_pairs += (d[b] * sigma)[:, None] * by_d[a] + (d[a] * sigma)[:, None] * by_d[b]
    slopes = d[:, None] * found.slopes
    by_slopes = d[:, None, None] * found.by_slopes + found.slopes[:, :, None] * by_d[:, None]
    values = np.concatenate(
        [d[item] * gap, slopes.T.ravel(), variance[numeric], d[a] * d[b] * sigma]
    )
    by_values = np.concatenate(
        [by_thresholds, by_slopes.swapaxes(0, 1).reshape(-1, theta.size), diagonal[numeric],
         by_pairs]
    )  # fmt: skip
    return Response(values, by_values, d, by_d, gap, by_gap, by_vech, moments=found)


def outcomes(p: int, g: OrdinalMoments) -> Ints:
    """Return which of p observed variables are no covariates that statistics are given."""
    return np.arange(p) if g.given is None else g.given.others(p)


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
    found = moments_of(r)
    d, p, q = r.scale, r.scale.size, r.jacobian.shape[1]
    numeric = g.item[g.is_mean]
    by_cuts, on_slopes = by_values[: g.item.size], by_values[g.slopes_at].reshape(-1, p).T
    by_mu = np.zeros(p)
    np.add.at(by_mu, g.item, -d[g.item] * by_cuts)
    _, a, b = _places(p)
    pairs = np.zeros((p, p))
    pairs[a, b] = pairs[b, a] = by_values[g.pairs_at]
    by_sigma = 0.5 * d[:, None] * d * pairs
    by_sigma[numeric, numeric] = by_values[g.variances_at]
    products = None
    if r.by_scale.any():
        products = _products_of_scales(g, r, found, by_cuts, on_slopes, pairs)
    if theta_parameters:
        by_d = (pairs * found.Sigma) @ d + (on_slopes * found.slopes).sum(axis=1)
        np.add.at(by_d, g.item, by_cuts * r.gap)
        by_d[numeric] = 0.0
        by_sigma[np.diag_indices(p)] -= 0.5 * d**3 * by_d
        bend = r.by_scale.T @ ((3 * by_d / d)[:, None] * r.by_scale)
        products = bend if products is None else products + bend
    pull = Pull(by_mu, by_sigma, d[:, None] * on_slopes)
    joint_sigma, joint_mu, crossed = joint_pull(pull, found, g.given, block.p)
    out = second_derivative(block, cells, state, joint_sigma, joint_mu, q)
    for part in (products, crossed):
        out = out if part is None else out + part
    return out


def moments_of(r: Response) -> Implied:
    """Return the moments of a response of one level.

    Raises
    ------
    TypeError
        For a response of two levels, whose moments stand elsewhere.
    """
    if r.moments is None:
        raise TypeError("a response of two levels has no moments of its own")
    return r.moments


def _products_of_scales(
    g: OrdinalMoments, r: Response, found: Implied, by_thresholds: Floats, on_slopes: Floats,
    pairs: Floats,
) -> Floats:  # fmt: skip
    """Return products of first derivatives in which a scale has part, (q, q).

    ``sum w (dd_i dgap + dgap dd_i)`` over thresholds, the same with slopes and, over pairs,
    ``sum w (dd_i d_j dSigma_ij + ... + Sigma_ij (dd_i dd_j + dd_j dd_i))``.
    """
    at, _, _ = _places(r.scale.size)
    moved = np.zeros_like(r.by_scale)
    np.add.at(moved, g.item, by_thresholds[:, None] * r.by_gap)
    moved += np.einsum("ic,icq->iq", on_slopes, found.by_slopes)
    moved += ((pairs * r.scale)[:, None, :] @ r.by_vech[at])[:, 0, :]
    crossed = r.by_scale.T @ moved
    both = r.by_scale.T @ ((pairs * found.Sigma) @ r.by_scale)
    return np.asarray(crossed + crossed.T + both)
