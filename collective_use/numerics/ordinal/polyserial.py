"""Polyserial correlations: one continuous and one ordered variable, two-step likelihood.

References
----------
Olsson, Drasgow & Dorans (1982), Psychometrika 47:337.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from collective_use.numerics.ordinal.polychoric import FAR, LIMIT
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


def case_limits(y: Floats, codes: Ints, cuts: Floats, rho: float) -> tuple[Floats, Floats]:
    """Return the conditional normal limits of every case's category, two arrays (n,)."""
    edges = np.concatenate([[-FAR], cuts, [FAR]])
    root = np.sqrt(1.0 - rho * rho)
    return (edges[codes] - rho * y) / root, (edges[codes + 1] - rho * y) / root


def polyserial_correlations(
    y: Floats, codes: Ints, cuts: Floats, weights: Floats
) -> tuple[float, bool]:
    """Maximise the conditional likelihood over the correlation, thresholds given.

    Parameters
    ----------
    y
        Standardised continuous variable, (n,).
    codes
        Ordered variable, 0, 1, ..., (n,).
    cuts
        Its thresholds.
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
    >>> rho, at_limit = polyserial_correlations(y, codes, np.array([0.0]), np.ones(400))
    >>> 0.5 < rho < 0.9, at_limit
    (True, False)
    """
    edges = np.concatenate([[-FAR], cuts, [FAR]])
    average = np.average(codes, weights=weights)
    spread = np.sqrt(np.average((codes - average) ** 2, weights=weights))
    rho = float(np.clip(np.average(y * (codes - average), weights=weights) / spread, -0.9, 0.9))
    low, high = -LIMIT, LIMIT
    for step in range(100):
        score, slope = _score_and_slope(y, codes, edges, rho)
        g = float(weights @ score)
        curvature = float(weights @ (score * score)) if step < 2 else -float(weights @ slope)
        low, high = (rho, high) if g > 0 else (low, rho)
        moved = rho + g / curvature if curvature > 0 else np.nan
        if not low < moved < high:
            moved = 0.5 * (low + high)
        change, rho = abs(moved - rho), float(moved)
        if change < 1e-13:
            break
    return rho, abs(rho) > LIMIT - 1e-9


def _score_and_slope(y: Floats, codes: Ints, edges: Floats, rho: float) -> tuple[Floats, Floats]:
    """Return first and second derivatives of the log-likelihood by the correlation."""
    rest = 1.0 - rho * rho
    root = np.sqrt(rest)
    lower_edge, upper_edge = edges[codes], edges[codes + 1]
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
