"""Two-way cell probabilities at many effects of clusters, all with one correlation.

References
----------
Olsson (1979), Psychometrika 44:443, equations 4 and 9 to 13.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from collective_use.numerics.ordinal.normal import bivariate_normal_cdf
from collective_use.numerics.ordinal.polyserial import normal_pdf
from collective_use.numerics.types import Floats

_TINY = 1e-300
_NEAR_ONE = 0.925


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of Q two-way tables, their thresholds moved by Q effects.

    Attributes
    ----------
    prob
        (Q, R, C).
    by_rho
        Derivatives of log probabilities by the correlation, (Q, R, C).
    by_row, by_column
        By the R - 1 thresholds of the rows and the C - 1 of the columns, as flows between
        neighbouring cells (not yet divided by probabilities): (Q, R - 1, C) and (Q, R, C - 1).
    """

    prob: Floats
    by_rho: Floats
    by_row: Floats
    by_column: Floats

    def of_row(self, t: int) -> Floats:
        """Return the derivatives of log probabilities by the t-th threshold of the rows."""
        out = np.zeros(self.prob.shape)
        out[:, t], out[:, t + 1] = self.by_row[:, t], -self.by_row[:, t]
        return out / self.prob

    def of_column(self, t: int) -> Floats:
        """Return the derivatives of log probabilities by the t-th threshold of the columns."""
        out = np.zeros(self.prob.shape)
        out[:, :, t], out[:, :, t + 1] = self.by_column[:, :, t], -self.by_column[:, :, t]
        return out / self.prob

    def of_row_effect(self) -> Floats:
        """Return the derivatives of log probabilities by the effect on the rows."""
        edge = np.zeros((len(self.prob), 1, self.prob.shape[2]))
        return -np.diff(np.concatenate([edge, self.by_row, edge], axis=1), axis=1) / self.prob

    def of_column_effect(self) -> Floats:
        """Return the derivatives of log probabilities by the effect on the columns."""
        edge = np.zeros((*self.prob.shape[:2], 1))
        return -np.diff(np.concatenate([edge, self.by_column, edge], axis=2), axis=2) / self.prob


def cells_at(rows: Floats, columns: Floats, rho: float) -> Cells:
    """Return the cells at moved thresholds.

    Parameters
    ----------
    rows, columns
        Thresholds less effects, (Q, R - 1) and (Q, C - 1).
    rho
        The correlation.

    Examples
    --------
    >>> cells = cells_at(np.zeros((1, 1)), np.zeros((1, 1)), 0.5)
    >>> cells.prob.round(6).tolist()
    [[[0.333333, 0.166667], [0.166667, 0.333333]]]
    >>> cells.of_row_effect().round(4).tolist()
    [[[-0.5984, -1.1968], [1.1968, 0.5984]]]
    """
    h, k = rows[:, :, None], columns[:, None, :]
    Q, R, C = len(rows), rows.shape[1] + 1, columns.shape[1] + 1
    below, left = ndtr(rows), ndtr(columns)
    cdf = np.zeros((Q, R + 1, C + 1))
    cdf[:, 1:-1, 1:-1] = _cdf(h, k, rho, below[:, :, None] * left[:, None, :])
    cdf[:, 1:-1, -1], cdf[:, -1, 1:-1], cdf[:, -1, -1] = below, left, 1.0
    root = np.sqrt(1.0 - rho * rho)
    density = np.zeros((Q, R + 1, C + 1))
    exponent = -0.5 * (h * h - 2 * rho * h * k + k * k) / root**2
    density[:, 1:-1, 1:-1] = np.exp(exponent) / (2 * np.pi * root)
    prob = np.maximum(_differences(cdf), _TINY)
    share_rows = _shares((k - rho * h) / root, axis=2)
    share_columns = _shares((h - rho * k) / root, axis=1)
    return Cells(
        prob, _differences(density) / prob,
        normal_pdf(rows)[:, :, None] * share_rows, normal_pdf(columns)[:, None, :] * share_columns,
    )  # fmt: skip


def _differences(corner: Floats) -> Floats:
    return np.diff(np.diff(corner, axis=1), axis=2)


def _shares(limits: Floats, axis: int) -> Floats:
    """Return normal probabilities between limits, and before the first and after the last."""
    inner = ndtr(limits)
    edge = np.zeros_like(inner.take([0], axis=axis))
    return np.diff(np.concatenate([edge, inner, edge + 1.0], axis=axis), axis=axis)


def _cdf(h: Floats, k: Floats, rho: float, independent: Floats) -> Floats:
    """Return the bivariate normal distribution at one correlation for all limits.

    References
    ----------
    Drezner & Wesolowsky (1990), Journal of Statistical Computation and Simulation 35:101.
    """
    if abs(rho) >= _NEAR_ONE:
        return bivariate_normal_cdf(h, k, rho)
    count = 6 if abs(rho) < 0.3 else 12 if abs(rho) < 0.75 else 20
    nodes, weights = np.polynomial.legendre.leggauss(count)
    half_angle = 0.5 * np.arcsin(rho)
    squares, product = 0.5 * (h * h + k * k), h * k
    total = np.zeros(independent.shape)
    for sine, weight in zip(np.sin(half_angle * (nodes + 1.0)), weights, strict=True):
        total += weight * np.exp((sine * product - squares) / (1.0 - sine * sine))
    return np.asarray(independent + total * (half_angle / (2 * np.pi)))
