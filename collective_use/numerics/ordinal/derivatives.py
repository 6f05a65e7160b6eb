"""Derivatives of the uni- and bivariate log-likelihoods behind ordinal moments.

References
----------
Olsson (1979), Psychometrika 44:443; Olsson, Drasgow & Dorans (1982), Psychometrika 47:337.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from collective_use.numerics.ordinal.polychoric import FAR, table_cells
from collective_use.numerics.ordinal.polyserial import (
    case_limits,
    interval,
    normal_pdf,
)
from collective_use.numerics.types import Floats, Ints

_TINY = 1e-100


@dataclass(frozen=True, slots=True)
class PairScores:
    """Casewise derivatives of one bivariate log-likelihood.

    Attributes
    ----------
    rho
        The correlation.
    by_rho
        (n,).
    first, second
        By the first-step statistics of the first and second variable, (n, k).
    """

    rho: float
    by_rho: Floats
    first: Floats
    second: Floats


@dataclass(frozen=True, slots=True)
class TableScores:
    """Derivatives of log cell probabilities of m tables.

    Attributes
    ----------
    by_rho
        (m, K, K).
    by_row, by_column
        By threshold t of the row and column variable, (m, K - 1, K, K).
    """

    by_rho: Floats
    by_row: Floats
    by_column: Floats


def threshold_scores(cuts: Floats) -> Floats:
    """Return derivatives of the log category probabilities by the thresholds, (K, K - 1).

    Examples
    --------
    >>> threshold_scores(np.array([0.0])).round(4)
    array([[ 0.7979],
           [-0.7979]])
    """
    edges = np.concatenate([[-FAR], cuts, [FAR]])
    prob = interval(edges[:-1], edges[1:])
    density = normal_pdf(cuts)
    k = cuts.size
    out = np.zeros((k + 1, k))
    t = np.arange(k)
    out[t, t] = density / prob[:-1]
    out[t + 1, t] = -density / prob[1:]
    return out


def continuous_scores(y: Floats, mean: float | Floats, variance: float) -> tuple[Floats, Floats]:
    """Return casewise derivatives of the normal log-density by mean and variance."""
    z2 = (y - mean) ** 2 / variance
    return (y - mean) / variance, (z2 - 1.0) / (2 * variance)


def ordinal_pairs(row_cuts: Floats, column_cuts: Floats, rho: Floats) -> TableScores:
    """Return derivatives of log cell probabilities by correlation and thresholds.

    Parameters
    ----------
    row_cuts, column_cuts
        Padded cut points, (m, K + 1).
    rho
        Correlations, (m,).

    References
    ----------
    Olsson (1979), Psychometrika 44:443, equations 10 to 13.
    """
    cells = table_cells(row_cuts, column_cuts, rho)
    prob = np.maximum(cells.prob, _TINY)
    rows = _by_threshold(row_cuts, column_cuts, rho)
    columns = _by_threshold(column_cuts, row_cuts, rho).transpose(0, 1, 3, 2)
    return TableScores(cells.by_rho / prob, rows / prob[:, None], columns / prob[:, None])


def _by_threshold(own: Floats, other: Floats, rho: Floats) -> Floats:
    """Derivatives of cell probabilities by the own thresholds, (m, K - 1, K own, K other)."""
    m, K = own.shape[0], own.shape[1] - 1
    root = np.sqrt(1.0 - rho * rho)[:, None, None]
    cut = own[:, 1:-1]
    u = (other[:, None, :] - rho[:, None, None] * cut[:, :, None]) / root
    share = ndtr(u[..., 1:]) - ndtr(u[..., :-1])
    flow = np.where(cut < FAR, normal_pdf(cut), 0.0)[:, :, None] * share
    out = np.zeros((m, K - 1, K, K))
    t = np.arange(K - 1)
    out[:, t, t, :] = flow
    out[:, t, t + 1, :] = -flow
    return out


def normal_correlation(z1: Floats, z2: Floats, weights: Floats) -> float:
    """Return the correlation of highest likelihood, means and variances given.

    Where both variables' variances are those of the same cases it is the mean product.

    Parameters
    ----------
    z1, z2
        Standardised variables or residuals, (n,).
    weights
        How often each case occurs, (n,).

    Examples
    --------
    >>> z = np.array([-1.0, 1.0, -1.0, 1.0])
    >>> normal_correlation(z, np.array([-1.0, 1.0, 1.0, -1.0]), np.ones(4))
    0.0
    """
    product = float(np.average(z1 * z2, weights=weights))
    squares = float(np.average(z1 * z1 + z2 * z2, weights=weights))
    roots = np.roots([1.0, -product, squares - 1.0, -product])
    real = roots[np.abs(roots.imag) < 1e-9].real
    inside = real[np.abs(real) < 1]
    rest = 1.0 - inside**2
    value = -0.5 * np.log(rest) - (squares - 2 * inside * product) / (2 * rest)
    return float(inside[int(np.argmax(value))]) if inside.size else float("nan")


def residual_pair(z1: Floats, z2: Floats, sd: tuple[float, float], weights: Floats) -> PairScores:
    """Return scores of two standardised residuals by correlation, means and variances.

    Parameters
    ----------
    z1, z2
        Standardised residuals, (n,).
    sd
        What they were divided by.
    weights
        How often each case occurs, (n,).
    """
    r = normal_correlation(z1, z2, weights)
    rest = 1.0 - r * r
    product = z1 * z2
    by_rho = r / rest + product / rest - r * (z1**2 - 2 * r * product + z2**2) / rest**2
    parts = []
    for own, other, s in ((z1, z2, sd[0]), (z2, z1, sd[1])):
        by_mean = (own - r * other) / (rest * s)
        by_variance = ((own * own - r * own * other) / rest - 1.0) / (2 * s * s)
        parts.append(np.column_stack([by_mean, by_variance]))
    return PairScores(r, by_rho, parts[0], parts[1])


@dataclass(frozen=True, slots=True)
class MixedScores:
    """Casewise derivatives of one continuous and one ordered variable's log-likelihood, (n,) each.

    Attributes
    ----------
    by_rho
        By the correlation.
    by_y
        By the standardised continuous variable.
    by_lower, by_upper
        By the edges of the category; 0 where there is no edge.
    """

    by_rho: Floats
    by_y: Floats
    by_lower: Floats
    by_upper: Floats


def mixed_scores(y: Floats, lower_edge: Floats, upper_edge: Floats, rho: float) -> MixedScores:
    """Return scores of a standardised continuous variable and an ordered one, by their edges.

    Parameters
    ----------
    y
        Standardised continuous variable, (n,).
    lower_edge, upper_edge
        Edges of every case's category, two arrays (n,).
    rho
        Polyserial correlation.

    References
    ----------
    Olsson, Drasgow & Dorans (1982), Psychometrika 47:337, equations 18 to 22.
    """
    rest = 1.0 - rho * rho
    root = np.sqrt(rest)
    lower, upper = case_limits(y, lower_edge, upper_edge, rho)
    prob = interval(lower, upper)
    low = np.where(lower_edge > -FAR, normal_pdf(lower), 0.0) / prob
    up = np.where(upper_edge < FAR, normal_pdf(upper), 0.0) / prob
    low_slope = (lower_edge * rho - y) / (rest * root)
    up_slope = (upper_edge * rho - y) / (rest * root)
    by_rho = up * up_slope - low * low_slope
    return MixedScores(by_rho, -y - (up - low) * rho / root, -low / root, up / root)


def by_cuts(codes: Ints, k: int, by_lower: Floats, by_upper: Floats) -> Floats:
    """Return derivatives by k thresholds from those by the edges of the cases, (n, k).

    Examples
    --------
    >>> by_cuts(np.array([0, 1]), 1, np.array([0.0, -2.0]), np.array([3.0, 0.0])).tolist()
    [[3.0], [-2.0]]
    """
    out = np.zeros((codes.size, k))
    case = np.arange(codes.size)
    inner, outer = (codes >= 0) & (codes < k), codes > 0
    out[case[inner], codes[inner]] += by_upper[inner]
    out[case[outer], codes[outer] - 1] += by_lower[outer]
    return out


def by_location_and_variance(by_y: Floats, y: Floats, variance: float) -> tuple[Floats, Floats]:
    """Return derivatives by mean and variance from those by the standardised variable, (n,)."""
    return -by_y / np.sqrt(variance), -by_y * y / (2 * variance) - 1.0 / (2 * variance)
