"""Correlations of pairs given covariates, by the likelihood of every case, with its scores.

Without covariates all cases of one cell are alike and a table tells everything (`tables`); given
covariates every case has limits of its own.

References
----------
Olsson (1979), Psychometrika 44:443; Muthen (1984), Psychometrika 49:115.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from collective_use.numerics.ordinal.normal import bivariate_normal_cdf, bivariate_normal_pdf
from collective_use.numerics.ordinal.polychoric import FAR
from collective_use.numerics.ordinal.polyserial import normal_pdf
from collective_use.numerics.ordinal.search import best_correlation
from collective_use.numerics.types import Floats

_TINY = 1e-100

Edges = tuple[Floats, Floats]
"""Lower and upper edge of every case's category, two arrays (n,)."""


@dataclass(frozen=True, slots=True)
class EdgeScores:
    """Casewise derivatives of one pair's log-likelihood, (n,) each.

    Attributes
    ----------
    by_rho
        By the correlation.
    first, second
        By lower and upper edge of the first and of the second variable.
    """

    by_rho: Floats
    first: Edges
    second: Edges


def rectangle(first: Edges, second: Edges, rho: float) -> Floats:
    """Return the probability of every case's pair of categories, (n,).

    Examples
    --------
    >>> none, half = np.array([-FAR]), np.array([0.0])
    >>> rectangle((none, half), (none, half), 0.5).round(6).tolist()
    [0.333333]
    """
    # In the lower tail of both, where differences keep their digits.
    (a, b), turned = _in_lower_tail(first)
    (c, d), other = _in_lower_tail(second)
    r = np.where(turned == other, rho, -rho)
    out = np.empty(r.size)
    for same in (rho, -rho):
        at = np.flatnonzero(r == same)
        if at.size:
            h, k = np.array([b[at], a[at]])[:, None], np.array([d[at], c[at]])[None]
            corner = bivariate_normal_cdf(h, k, same)
            out[at] = corner[0, 0] - corner[1, 0] - corner[0, 1] + corner[1, 1]
    return out


def _in_lower_tail(edges: Edges) -> tuple[Edges, NDArray[np.bool_]]:
    """Mirror edges above 0 and tell which were."""
    turned: NDArray[np.bool_] = edges[0] > 0
    lower = np.where(turned, -edges[1], edges[0])
    return (lower, np.where(turned, -edges[0], edges[1])), turned


def _density(first: Edges, second: Edges, rho: float) -> tuple[Floats, Floats]:
    """Return first and second derivatives of the probability by the correlation, (n,) each."""
    rest = 1.0 - rho * rho
    slope, bend = np.zeros(first[0].size), np.zeros(first[0].size)
    for i, h in enumerate(first):
        for j, k in enumerate(second):
            sign = 1.0 if i == j else -1.0
            own = bivariate_normal_pdf(h, k, rho)
            q = h * h - 2 * rho * h * k + k * k
            slope += sign * own
            bend += sign * own * (rho / rest + h * k / rest - rho * q / (rest * rest))
    return slope, bend


def correlation_given(first: Edges, second: Edges, w: Floats, start: float) -> tuple[float, bool]:
    """Maximise a pair's likelihood over the correlation, its edges given.

    Parameters
    ----------
    first, second
        Edges of every case, less what covariates explain.
    w
        How often each case counts, (n,).
    start
        Where the search begins.

    Returns
    -------
    rho, at_limit
        The correlation and whether it ran into the bound of .999.

    References
    ----------
    Olsson (1979), Psychometrika 44:443 (two-step estimates).
    """

    def derivatives(rho: float) -> tuple[float, float, float]:
        slope, bend = _density(first, second, rho)
        prob = np.maximum(rectangle(first, second, rho), _TINY)
        score = slope / prob
        square = float(w @ (score * score))
        return float(w @ score), square, square - float(w @ (bend / prob))

    return best_correlation(derivatives, start, float(w.sum()))


def edge_scores(first: Edges, second: Edges, rho: float) -> EdgeScores:
    """Return derivatives of log-probabilities by correlation and edges.

    References
    ----------
    Olsson (1979), Psychometrika 44:443, equations 10 to 13.
    """
    prob = np.maximum(rectangle(first, second, rho), _TINY)
    slope = _density(first, second, rho)[0]
    return EdgeScores(slope / prob, _by_edges(first, second, rho, prob),
                      _by_edges(second, first, rho, prob))  # fmt: skip


def _by_edges(own: Edges, other: Edges, rho: float, prob: Floats) -> Edges:
    root = np.sqrt(1.0 - rho * rho)
    out = []
    for sign, edge in zip((-1.0, 1.0), own, strict=True):
        there: NDArray[np.bool_] = np.abs(edge) < FAR
        share = ndtr((other[1] - rho * edge) / root) - ndtr((other[0] - rho * edge) / root)
        out.append(np.where(there, sign * normal_pdf(edge) * share, 0.0) / prob)
    return out[0], out[1]
