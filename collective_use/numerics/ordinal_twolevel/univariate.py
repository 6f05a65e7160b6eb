"""Thresholds and between variance of one ordered item: a probit model with an effect of clusters.

``y* = b + w`` with ``b ~ N(0, variance)`` by cluster and ``w ~ N(0, 1)`` by case; the answer is k
where ``y*`` lies between the k-th and the next threshold.

References
----------
Asparouhov & Muthen (2007), Proceedings of the Joint Statistical Meeting, Section on Statistics in
Epidemiology: 2531 (first stage); Hedeker & Gibbons (1994), Biometrics 50:933.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.ordinal.polychoric import padded, thresholds_of
from collective_use.numerics.ordinal.polyserial import interval, normal_pdf
from collective_use.numerics.ordinal_twolevel.ascent import ascend
from collective_use.numerics.ordinal_twolevel.grid import Grid, grid_of, posterior
from collective_use.numerics.types import Floats

SMALLEST = 1e-6
"""The border of a between variance: 0, but for the derivatives there."""

_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class ItemFit:
    """First-stage estimates of one item.

    Attributes
    ----------
    thresholds
        (K - 1,), in units of the standard deviation within clusters.
    variance
        Between clusters, within clusters it is 1.
    log_likelihood
        At the estimates.
    scores
        Derivatives by thresholds, then variance, by cluster, (J, K).
    converged
        Whether the maximum was found.
    """

    thresholds: Floats
    variance: float
    log_likelihood: float
    scores: Floats
    converged: bool

    @property
    def at_border(self) -> bool:
        """Whether the variance between clusters is estimated at 0."""
        return self.variance <= 1.001 * SMALLEST


def item_likelihood(
    counts: Floats, thresholds: Floats, variance: float, grid: Grid
) -> tuple[float, Floats]:
    """Return the log-likelihood of an item and its derivatives by cluster.

    Parameters
    ----------
    counts
        Answers by cluster and category, (J, K).
    thresholds, variance
        Where to evaluate.
    grid
        Points in one dimension.

    Returns
    -------
    value, scores
        The latter by thresholds, then variance, (J, K).

    Examples
    --------
    >>> counts = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> value, scores = item_likelihood(counts, np.zeros(1), 0.5, grid_of(1.0, 1))
    >>> round(value, 6), scores.sum(axis=0).round(6).tolist()
    (-1.386294, [0.0, 0.0])
    """
    K = thresholds.size + 1
    if (np.diff(thresholds) <= 0).any():
        return -np.inf, np.zeros((counts.shape[0], K))
    u, sd = grid.points[:, 0], np.sqrt(variance)
    edges = padded(thresholds, K)[None, :] - sd * u[:, None]
    prob = np.maximum(interval(edges[:, :-1], edges[:, 1:]), _TINY)
    value, weights = posterior(counts @ np.log(prob).T, grid)
    density = normal_pdf(edges[:, 1:-1])
    out = np.zeros((counts.shape[0], K))
    by_effect = np.zeros((counts.shape[0], u.size))
    for t in range(K - 1):
        flow = counts[:, [t]] * (density[:, t] / prob[:, t])
        flow -= counts[:, [t + 1]] * (density[:, t] / prob[:, t + 1])
        out[:, t] = (weights * flow).sum(axis=1)
        by_effect -= flow
    out[:, -1] = (weights * by_effect) @ u / (2 * sd)
    return float(value.sum()), out


def fit_item(counts: Floats) -> ItemFit:
    """Estimate thresholds and between variance of one item by maximum likelihood.

    Parameters
    ----------
    counts
        Answers by cluster and category, (J, K), every category used.

    References
    ----------
    Asparouhov & Muthen (2007), section 3, first stage.

    Examples
    --------
    >>> counts = np.tile([[5.0, 0.0], [0.0, 5.0], [3.0, 2.0], [2.0, 3.0]], (10, 1))
    >>> fit = fit_item(counts)
    >>> fit.converged, float(abs(fit.thresholds[0]).round(6)), fit.at_border
    (True, 0.0, False)
    """
    begun = 0.2
    cuts = thresholds_of(counts.sum(axis=0)) * np.sqrt(1.0 + begun)
    theta = np.append(cuts, begun)
    low, high = np.full(theta.size, -np.inf), np.full(theta.size, np.inf)
    low[-1] = SMALLEST
    largest = float(counts.sum(axis=1).max(initial=0.0))
    for _ in range(6):
        room = 1.3 * theta[-1]
        grid = grid_of(largest * room, 1)

        def contributions(t: Floats, grid: Grid = grid) -> tuple[float, Floats]:
            return item_likelihood(counts, t[:-1], float(t[-1]), grid)

        found = ascend(contributions, theta, low, high)
        theta = found.theta
        if theta[-1] <= room:
            break
    return ItemFit(theta[:-1], float(theta[-1]), found.value, found.scores, found.converged)
