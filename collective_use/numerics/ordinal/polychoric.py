"""Thresholds and polychoric correlations by two-step maximum likelihood, all pairs at once.

Step one takes the thresholds from the margins, step two maximises every bivariate likelihood
over its correlation. Only contingency tables are touched, never the rows; all tables of a call
run through one batched Newton iteration.

References
----------
Olsson (1979), Psychometrika 44:443.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from collective_use.numerics.ordinal.normal import bivariate_normal_cdf, bivariate_normal_pdf
from collective_use.numerics.types import Floats, Ints

FAR = 40.0
LIMIT = 0.999
"""Correlations are sought within this bound, as lavaan does."""
_TINY = 1e-100


@dataclass(frozen=True, slots=True)
class Cells:
    """Probabilities of two-way tables and their derivatives at given correlations.

    Attributes
    ----------
    prob
        (m, K, K), tables padded to K categories.
    by_rho, by_rho2
        First and second derivatives by the correlation, (m, K, K).
    """

    prob: Floats
    by_rho: Floats
    by_rho2: Floats


@dataclass(frozen=True, slots=True)
class Polychorics:
    """Correlations of m pairs.

    Attributes
    ----------
    rho
        (m,).
    gradient
        Derivative of the log-likelihood at the solution, per case, (m,).
    at_limit
        Whether the correlation ran into the bound of .999, (m,).
    adjusted
        Whether an empty cell of a 2 x 2 table received half a case, (m,).
    """

    rho: Floats
    gradient: Floats
    at_limit: NDArray[np.bool_]
    adjusted: NDArray[np.bool_]


def thresholds_of(counts: Floats) -> Floats:
    """Return normal quantiles of the cumulated proportions.

    Parameters
    ----------
    counts
        Cases by category, (K,), all above 0.

    Returns
    -------
    ndarray
        K - 1 thresholds.

    Examples
    --------
    >>> thresholds_of(np.array([25.0, 50.0, 25.0])).round(4)
    array([-0.6745,  0.6745])
    """
    share = np.cumsum(counts, dtype=float)
    return np.asarray(ndtri(share[:-1] / share[-1]))


def padded(thresholds: Floats, K: int) -> Floats:
    """Return K + 1 cut points: minus infinity, the thresholds, infinity repeated.

    Examples
    --------
    >>> padded(np.array([0.5]), 3)
    array([-40. ,   0.5,  40. ,  40. ])
    """
    cuts = np.full(K + 1, FAR)
    cuts[0] = -FAR
    cuts[1 : thresholds.size + 1] = thresholds
    return cuts


def table_cells(row_cuts: Floats, column_cuts: Floats, rho: Floats) -> Cells:
    """Return cell probabilities of two-way tables and their derivatives by the correlation.

    Parameters
    ----------
    row_cuts, column_cuts
        Padded cut points, (m, K + 1).
    rho
        Correlations, (m,).

    References
    ----------
    Olsson (1979), equations 4 and 9.
    """
    h, k = row_cuts[:, 1:-1, None], column_cuts[:, None, 1:-1]
    r = rho[:, None, None]
    m, K = row_cuts.shape[0], row_cuts.shape[1] - 1
    cdf = np.zeros((m, K + 1, K + 1))
    cdf[:, 1:-1, 1:-1] = bivariate_normal_cdf(h, k, r)
    cdf[:, 1:, -1] = ndtr(row_cuts[:, 1:])
    cdf[:, -1, 1:] = ndtr(column_cuts[:, 1:])
    first, second = np.zeros((m, K + 1, K + 1)), np.zeros((m, K + 1, K + 1))
    density = bivariate_normal_pdf(h, k, r)
    rest = 1.0 - r * r
    first[:, 1:-1, 1:-1] = density
    growth = r / rest + h * k / rest - r * (h * h - 2 * r * h * k + k * k) / (rest * rest)
    second[:, 1:-1, 1:-1] = density * growth
    return Cells(_cells(cdf), _cells(first), _cells(second))


def _cells(corner: Floats) -> Floats:
    return corner[:, 1:, 1:] - corner[:, :-1, 1:] - corner[:, 1:, :-1] + corner[:, :-1, :-1]


def polychoric_correlations(tables: Floats, row_cuts: Floats, column_cuts: Floats) -> Polychorics:
    """Maximise bivariate likelihoods over the correlation, thresholds given.

    Parameters
    ----------
    tables
        Cases by cell, (m, K, K), padded with zeros to K categories.
    row_cuts, column_cuts
        Padded cut points, (m, K + 1), see `padded`.

    Returns
    -------
    Polychorics
        The m correlations; a 2 x 2 table with one empty cell gets half a case there (margins
        kept), larger tables are taken as they are.

    References
    ----------
    Olsson (1979), Psychometrika 44:443 (two-step estimates); Muthen (1984), Psychometrika 49:115.

    Examples
    --------
    >>> table = np.array([[[40.0, 10.0], [10.0, 40.0]]])
    >>> cuts = padded(thresholds_of(np.array([50.0, 50.0])), 2)[None]
    >>> polychoric_correlations(table, cuts, cuts).rho.round(6)
    array([0.809017])
    """
    counts, adjusted = _fill_fourfold(tables)
    rho = _start(counts, row_cuts, column_cuts)
    low, high = np.full(rho.size, -LIMIT), np.full(rho.size, LIMIT)
    total = counts.sum(axis=(1, 2))
    gradient = np.zeros(rho.size)
    open_pairs = np.arange(rho.size)
    for step in range(100):
        g, curvature = _derivatives(counts, row_cuts, column_cuts, rho, open_pairs, step < 2)
        gradient[open_pairs] = g / total[open_pairs]
        current = rho[open_pairs]
        low[open_pairs] = np.where(g > 0, current, low[open_pairs])
        high[open_pairs] = np.where(g < 0, current, high[open_pairs])
        moved = current + g / curvature
        outside = (moved <= low[open_pairs]) | (moved >= high[open_pairs])
        middle = 0.5 * (low[open_pairs] + high[open_pairs])
        moved = np.where(np.isfinite(moved) & ~outside, moved, middle)
        # where the gradient is rounding, a step that rounds to none would be taken for one outside
        moved = np.where(np.abs(gradient[open_pairs]) <= 1e-12, current, moved)
        rho[open_pairs] = moved
        open_pairs = open_pairs[np.abs(moved - current) > 1e-13]
        if open_pairs.size == 0:
            break
    at_limit = np.abs(rho) > LIMIT - 1e-9
    return Polychorics(rho, gradient, at_limit, adjusted)


def _derivatives(
    counts: Floats, rows: Floats, columns: Floats, rho: Floats, which: Ints, expected: bool
) -> tuple[Floats, Floats]:
    cells = table_cells(rows[which], columns[which], rho[which])
    prob = np.maximum(cells.prob, _TINY)
    n = counts[which]
    score = cells.by_rho / prob
    gradient = (n * score).sum(axis=(1, 2))
    if expected:
        seen = np.where(cells.prob > 1e-12, cells.by_rho * score, 0.0)
        return gradient, np.maximum(n.sum(axis=(1, 2)) * seen.sum(axis=(1, 2)), 1e-12)
    observed = (n * (score * score - cells.by_rho2 / prob)).sum(axis=(1, 2))
    return gradient, np.where(observed > 0, observed, np.nan)


def _start(counts: Floats, row_cuts: Floats, column_cuts: Floats) -> Floats:
    """Correlate the category numbers."""
    K = counts.shape[1]
    share = counts / counts.sum(axis=(1, 2), keepdims=True)
    code = np.arange(K, dtype=float)
    rows, columns = share.sum(axis=2), share.sum(axis=1)
    row_mean, column_mean = rows @ code, columns @ code
    cross = np.einsum("mij,i,j->m", share, code, code) - row_mean * column_mean
    row_var = rows @ code**2 - row_mean**2
    column_var = columns @ code**2 - column_mean**2
    return np.clip(cross / np.sqrt(row_var * column_var), -0.9, 0.9)


def _fill_fourfold(tables: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    counts = np.array(tables, dtype=float)
    small = (counts[:, 2:, :].sum(axis=(1, 2)) == 0) & (counts[:, :, 2:].sum(axis=(1, 2)) == 0)
    four = counts[:, :2, :2]
    empty = four == 0
    adjust = small & (empty.sum(axis=(1, 2)) == 1)
    on_diagonal = empty[:, 0, 0] | empty[:, 1, 1]
    shift = np.where(on_diagonal, 0.5, -0.5) * adjust
    sign = np.array([[1.0, -1.0], [-1.0, 1.0]])
    counts[:, :2, :2] = four + shift[:, None, None] * sign
    return counts, adjust
