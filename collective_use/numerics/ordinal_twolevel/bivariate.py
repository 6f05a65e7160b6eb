"""Correlation within and covariance between clusters of two ordered items.

The pair's thresholds and between variances are those of the items; their effects of clusters are
``b1 = s1 u1`` and ``b2 = (c / s1) u1 + w u2`` with standard normal u and ``w^2 = v2 - c^2 / v1``.

References
----------
Asparouhov & Muthen (2007), Proceedings of the Joint Statistical Meeting, Section on Statistics in
Epidemiology: 2531 (second stage).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.ordinal_twolevel.ascent import ascend
from collective_use.numerics.ordinal_twolevel.cells import Cells, cells_at
from collective_use.numerics.ordinal_twolevel.grid import Grid, grid_of, posterior
from collective_use.numerics.ordinal_twolevel.univariate import ItemFit
from collective_use.numerics.types import Floats

LIMIT = 0.999
"""Correlations within and between are sought within this bound."""


@dataclass(frozen=True, slots=True)
class PairFit:
    """Second-stage estimates of one pair.

    Attributes
    ----------
    correlation
        Within clusters.
    covariance
        Between clusters.
    scores
        Derivatives by correlation and covariance, by cluster, (J, 2).
    by_first, by_second
        By thresholds and between variance of the first and the second item, (J, K).
    within_limit, between_limit
        Whether a correlation ran into its bound.
    converged
        Whether the maximum was found.
    """

    correlation: float
    covariance: float
    scores: Floats
    by_first: Floats
    by_second: Floats
    within_limit: bool
    between_limit: bool
    converged: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Answers to two items and what is known of each.

    Attributes
    ----------
    counts
        Cases by cluster, category of the first and of the second item, (J, K1, K2).
    first, second
        Thresholds.
    v1, v2
        Variances between clusters.
    """

    counts: Floats
    first: Floats
    second: Floats
    v1: float
    v2: float

    def value(self, rho: float, covariance: float, grid: Grid) -> tuple[float, Floats]:
        """Return the log-likelihood and its derivatives by rho and covariance, (J, 2)."""
        where = self._at(rho, covariance, grid)
        by_rho = _summed(where.weights, self._flat, where.cells.by_rho)
        by_effect = where.cells.of_column_effect()
        by_cov = _summed(where.weights * where.turn, self._flat, by_effect)
        return where.value, np.column_stack([by_rho, by_cov])

    def scores(self, rho: float, covariance: float, grid: Grid) -> tuple[Floats, Floats]:
        """Return derivatives by thresholds and variance of the first and the second item."""
        where, counts = self._at(rho, covariance, grid), self._flat
        u1, u2 = grid.points.T
        s1, rest, ratio = np.sqrt(self.v1), where.rest, covariance / self.v1
        by_b2 = where.cells.of_column_effect()
        through = -0.5 * ratio / s1 * u1 + 0.5 * ratio**2 / rest * u2
        by_v1 = _summed(where.weights * (u1 / (2 * s1)), counts, where.cells.of_row_effect())
        by_v1 += _summed(where.weights * through, counts, by_b2)
        by_v2 = _summed(where.weights * (u2 / (2 * rest)), counts, by_b2)
        rows = [_summed(where.weights, counts, where.cells.of_row(t))
                for t in range(self.first.size)]  # fmt: skip
        columns = [_summed(where.weights, counts, where.cells.of_column(t))
                   for t in range(self.second.size)]  # fmt: skip
        return np.column_stack([*rows, by_v1]), np.column_stack([*columns, by_v2])

    @property
    def _flat(self) -> Floats:
        return self.counts.reshape(self.counts.shape[0], -1)

    def _at(self, rho: float, covariance: float, grid: Grid) -> _Place:
        u1, u2 = grid.points.T
        s1 = np.sqrt(self.v1)
        rest = float(np.sqrt(max(self.v2 - covariance**2 / self.v1, 1e-12)))
        rows = self.first[None, :] - (s1 * u1)[:, None]
        columns = self.second[None, :] - (covariance / s1 * u1 + rest * u2)[:, None]
        cells = cells_at(rows, columns, rho)
        value, weights = posterior(self._flat @ np.log(cells.prob).reshape(u1.size, -1).T, grid)
        turn = u1 / s1 - covariance / (self.v1 * rest) * u2
        return _Place(float(value.sum()), weights, cells, rest, turn)


@dataclass(frozen=True, slots=True)
class _Place:
    """Everything at one correlation and covariance: ``turn`` is ``d b2 / d covariance``, (Q,)."""

    value: float
    weights: Floats
    cells: Cells
    rest: float
    turn: Floats


def _summed(weights: Floats, counts: Floats, by_cell: Floats) -> Floats:
    """Return by cluster the posterior mean of what its cells add up to, (J,)."""
    return np.asarray((counts * (weights @ by_cell.reshape(weights.shape[1], -1))).sum(axis=1))


def fit_pair(counts: Floats, first: ItemFit, second: ItemFit) -> PairFit:
    """Estimate correlation within and covariance between clusters, items given.

    Parameters
    ----------
    counts
        Cases by cluster and answers, (J, K1, K2); those that answered both items.
    first, second
        The items' own estimates.

    References
    ----------
    Asparouhov & Muthen (2007), section 3, second stage.

    Examples
    --------
    >>> from collective_use.numerics.ordinal_twolevel.univariate import fit_item
    >>> rng = np.random.default_rng(3)
    >>> b = rng.normal(size=(300, 1, 1)) * 0.7
    >>> y = (b + rng.normal(size=(300, 8, 1)) + rng.normal(size=(300, 8, 2)) * 0.5 > 0) * 1
    >>> a, b = (y[..., [i]] == [0, 1] for i in (0, 1))
    >>> counts = np.einsum("jnr,jnc->jrc", a.astype(float), b.astype(float))
    >>> fit = fit_pair(counts, fit_item(counts.sum(axis=2)), fit_item(counts.sum(axis=1)))
    >>> bool(abs(fit.correlation - 0.8) < 0.06), fit.converged
    (True, True)
    """
    pair = Pair(counts, first.thresholds, second.thresholds, first.variance, second.variance)
    edge = LIMIT * np.sqrt(pair.v1 * pair.v2)
    low, high = np.array([-LIMIT, -edge]), np.array([LIMIT, edge])
    theta = np.array([0.3, 0.5 * edge])
    largest = float(counts.sum(axis=(1, 2)).max(initial=0.0))
    told = 1.1 * _told(pair, float(theta[0]), float(theta[1]))
    for _ in range(6):
        grid = grid_of(largest * told, 2)

        def contributions(t: Floats, grid: Grid = grid) -> tuple[float, Floats]:
            return pair.value(float(t[0]), float(t[1]), grid)

        found = ascend(contributions, theta, low, high)
        theta = found.theta
        needed = _told(pair, float(theta[0]), float(theta[1]))
        if needed <= told:
            break
        told = 1.1 * needed
    rho, covariance = float(theta[0]), float(theta[1])
    by_first, by_second = pair.scores(rho, covariance, grid)
    real = min(pair.v1, pair.v2) > 1e-5
    return PairFit(
        rho, covariance, found.scores, by_first, by_second, abs(rho) >= LIMIT - 1e-9,
        real and abs(covariance) >= edge * (1 - 1e-9), found.converged,
    )  # fmt: skip


def _told(pair: Pair, rho: float, covariance: float) -> float:
    """Return the most that one case can tell of a standardised effect."""
    s1 = np.sqrt(pair.v1)
    rest = np.sqrt(max(pair.v2 - covariance**2 / pair.v1, 0.0))
    L = np.array([[s1, 0.0], [covariance / s1, rest]])
    R = np.array([[1.0, rho], [rho, 1.0]])
    return float(np.linalg.eigvalsh(L.T @ np.linalg.solve(R, L))[-1])
