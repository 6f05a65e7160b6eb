"""Points at which effects of clusters are summed instead of integrated.

A sum over equal steps (the trapezoidal rule) of a function as smooth as a posterior density is
exact up to ``2 exp(-2 (pi s / h)^2)``, s its standard deviation and h the step: below 1e-6 where
the step is at most the smallest standard deviation that a cluster's posterior can have.

References
----------
Trefethen & Weideman (2014), SIAM Review 56:385 (the error of the trapezoidal rule).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats

FARTHEST = 7.5
"""Standard deviations of a cluster's effect from 0 up to which is summed."""

WIDEST = 0.6
"""The largest step, also where clusters tell little."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Points and weights for standard normal effects.

    Attributes
    ----------
    points
        (Q, d).
    log_weights
        Logarithms of density times step, (Q,).
    """

    points: Floats
    log_weights: Floats


def grid_of(information: float, dimensions: int) -> Grid:
    """Return a grid that is fine enough for posteriors of standard normal effects.

    Parameters
    ----------
    information
        The most that a cluster can tell of a standardised effect: its posterior precision is at
        most 1 more.
    dimensions
        1 or 2.

    Examples
    --------
    >>> grid = grid_of(3.0, 1)
    >>> round(float(np.exp(grid.log_weights).sum()), 12)
    1.0
    >>> round(float(np.exp(grid.log_weights) @ grid.points[:, 0] ** 2), 12)
    1.0
    """
    step = min(WIDEST, (1.0 + information) ** -0.5)
    half = int(np.ceil(FARTHEST / step))
    line = np.arange(-half, half + 1) * step
    log_line = -0.5 * line**2 - 0.5 * np.log(2 * np.pi) + np.log(step)
    if dimensions == 1:
        return Grid(line[:, None], log_line)
    first, second = (side.ravel() for side in np.meshgrid(line, line, indexing="ij"))
    keep = first**2 + second**2 <= FARTHEST**2
    log_weights = (log_line[:, None] + log_line[None, :]).ravel()
    return Grid(np.column_stack([first, second])[keep], log_weights[keep])


def posterior(log_likelihoods: Floats, grid: Grid) -> tuple[Floats, Floats]:
    """Return the log-likelihood of every cluster and the weights of the points given its answers.

    Parameters
    ----------
    log_likelihoods
        Of the answers of each cluster given each point, (J, Q).
    grid
        The Q points.

    Returns
    -------
    log_likelihood, weights
        (J,) and (J, Q), rows of the latter summing to 1.

    Examples
    --------
    >>> grid = grid_of(0.0, 1)
    >>> value, weights = posterior(np.zeros((2, len(grid.points))), grid)
    >>> bool(abs(value).max() < 1e-12), weights.sum(axis=1).round(12).tolist()
    (True, [1.0, 1.0])
    """
    joint = log_likelihoods + grid.log_weights
    top = joint.max(axis=1, keepdims=True)
    weights = np.exp(joint - top)
    total = weights.sum(axis=1, keepdims=True)
    return (np.log(total) + top)[:, 0], weights / total
