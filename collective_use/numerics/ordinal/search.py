"""The search for one correlation whose likelihood needs every case."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from collective_use.numerics.ordinal.polychoric import LIMIT

SMALL = 1e-13
"""Score per case, and step, at which the search ends."""


def best_correlation(
    derivatives: Callable[[float], tuple[float, float, float]], start: float, total: float
) -> tuple[float, bool]:
    """Maximise a likelihood over a correlation by Newton steps kept between bounds.

    Parameters
    ----------
    derivatives
        From a correlation to the score, its summed square over cases, and the observed
        information, of all cases together. The square leads the first two steps, where the
        information need not be positive.
    start
        Where the search begins.
    total
        Number of cases.

    Returns
    -------
    rho, at_limit
        The correlation and whether it ran into the bound of .999.

    Examples
    --------
    >>> best_correlation(lambda rho: (0.5 - rho, 1.0, 1.0), 0.0, 1.0)
    (0.5, False)
    """
    rho, low, high = float(np.clip(start, -0.9, 0.9)), -LIMIT, LIMIT
    for step in range(100):
        score, square, observed = derivatives(rho)
        low, high = (rho, high) if score > 0 else (low, rho)
        if abs(score) <= SMALL * total:
            break
        curvature = square if step < 2 else observed
        moved = rho + score / curvature if curvature > 0 else np.nan
        if not low < moved < high:
            moved = 0.5 * (low + high)
        change, rho = abs(moved - rho), float(moved)
        if change < SMALL:
            break
    return rho, abs(rho) > LIMIT - 1e-9
