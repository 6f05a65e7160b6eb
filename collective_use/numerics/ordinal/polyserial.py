"""Polyserial correlations: one continuous and one ordered variable, two-step likelihood.

References
----------
Olsson, Drasgow & Dorans (1982), Psychometrika 47:337.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from collective_use.numerics.ordinal.polychoric import FAR
from collective_use.numerics.ordinal.search import best_correlation
from collective_use.numerics.types import Floats, Ints

_ROOT = 1.0 / np.sqrt(2 * np.pi)


def normal_pdf(x: Floats) -> Floats:
    """Return the standard normal density."""
    return np.asarray(_ROOT * np.exp(-0.5 * x * x))


def interval(lower: Floats, upper: Floats) -> Floats:
    """Return P(lower < X < upper), at least 1e-300, computed in the tail that keeps digits."""
    flip = lower > 0
    low, high = np.where(flip, -upper, lower), np.where(flip, -lower, upper)
    return np.maximum(ndtr(high) - ndtr(low), 1e-300)


def edges_of(codes: Ints, cuts: Floats) -> tuple[Floats, Floats]:
    """Return lower and upper edge of every case's category, two arrays (n,).

    Examples
    --------
    >>> [edge.tolist() for edge in edges_of(np.array([0, 1]), np.array([0.5]))]
    [[-40.0, 0.5], [0.5, 40.0]]
    """
    edges = np.concatenate([[-FAR], cuts, [FAR]])
    return edges[codes], edges[codes + 1]


def case_limits(y: Floats, lower: Floats, upper: Floats, rho: float) -> tuple[Floats, Floats]:
    """Return the conditional normal limits of every case's category, two arrays (n,)."""
    root = np.sqrt(1.0 - rho * rho)
    return (lower - rho * y) / root, (upper - rho * y) / root


def polyserial_correlations(
    y: Floats, lower: Floats, upper: Floats, start: float, weights: Floats
) -> tuple[float, bool]:
    """Maximise the conditional likelihood over the correlation, thresholds given.

    Parameters
    ----------
    y
        Standardised continuous variable, (n,); with covariates, its standardised residual.
    lower, upper
        Edges of every case's category, two arrays (n,); with covariates, less what they explain.
    start
        Where the search begins.
    weights
        How often each case occurs, (n,).

    Returns
    -------
    rho, at_limit
        The correlation and whether it ran into the bound of .999.

    References
    ----------
    Olsson, Drasgow & Dorans (1982), Psychometrika 47:337, section 3 (two-step estimates).

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> y = rng.normal(size=400)
    >>> codes = (y + rng.normal(size=400) > 0).astype(int)
    >>> edges = edges_of(codes, np.array([0.0]))
    >>> rho, at_limit = polyserial_correlations(y, *edges, 0.0, np.ones(400))
    >>> 0.5 < rho < 0.9, at_limit
    (True, False)
    """

    def derivatives(rho: float) -> tuple[float, float, float]:
        score, slope = _score_and_slope(y, lower, upper, rho)
        return float(weights @ score), float(weights @ (score * score)), -float(weights @ slope)

    return best_correlation(derivatives, start, float(weights.sum()))


def code_correlation(y: Floats, codes: Ints, weights: Floats) -> float:
    """Correlate a standardised variable with category numbers: where a search may begin."""
    average = np.average(codes, weights=weights)
    spread = np.sqrt(np.average((codes - average) ** 2, weights=weights))
    return float(np.average(y * (codes - average), weights=weights) / spread)


def _score_and_slope(
    y: Floats, lower_edge: Floats, upper_edge: Floats, rho: float
) -> tuple[Floats, Floats]:
    """Return first and second derivatives of the log-likelihood by the correlation."""
    rest = 1.0 - rho * rho
    root = np.sqrt(rest)
    lower, upper = (lower_edge - rho * y) / root, (upper_edge - rho * y) / root
    prob = interval(lower, upper)
    pieces = []
    for u, edge in ((lower, lower_edge), (upper, upper_edge)):
        slope = (edge * rho - y) / (rest * root)
        bend = edge / (rest * root) + 3 * rho * (edge * rho - y) / (rest * rest * root)
        density = np.where(np.abs(edge) < FAR, normal_pdf(u), 0.0)
        pieces.append((density * slope, density * (bend - u * slope * slope)))
    (first_low, second_low), (first_up, second_up) = pieces
    score = (first_up - first_low) / prob
    return score, (second_up - second_low) / prob - score * score
