"""Derivatives and sums of the two-level probit likelihoods, against differences and finer sums."""

from __future__ import annotations

import numpy as np
import pytest

from collective_use.numerics.ordinal_twolevel.ascent import ascend
from collective_use.numerics.ordinal_twolevel.bivariate import Pair, fit_pair
from collective_use.numerics.ordinal_twolevel.cells import cells_at
from collective_use.numerics.ordinal_twolevel.grid import grid_of
from collective_use.numerics.ordinal_twolevel.univariate import fit_item, item_likelihood
from collective_use.numerics.types import Floats

STEP = 1e-5


def _answers(J: int, n: int, seed: int, between: float = 0.5) -> Floats:
    """Draw three and four categories for two items, (J, n, 2)."""
    rng = np.random.default_rng(seed)
    b = rng.multivariate_normal([0, 0], [[between, 0.6 * between], [0.6 * between, between]], J)
    w = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], (J, n))
    y = b[:, None] + w
    return np.stack(
        [np.digitize(y[..., 0], [-0.6, 0.5]), np.digitize(y[..., 1], [-1, 0, 0.8])], axis=-1
    )


def _counts(y: Floats) -> Floats:
    first, second = np.eye(3)[y[..., 0]], np.eye(4)[y[..., 1]]
    return np.einsum("jna,jnb->jab", first, second)


@pytest.mark.parametrize("variance", [0.4, 1e-6])
def test_scores_of_an_item_are_differences_of_its_likelihood(variance: float) -> None:
    counts = _counts(_answers(6, 5, 1)).sum(axis=1)
    cuts, grid = np.array([-1.0, 0.1, 0.9]), grid_of(5.0, 1)
    theta = np.append(cuts, variance)
    _, scores = item_likelihood(counts, cuts, variance, grid)
    for j in range(4):
        move = np.zeros(4)
        move[j] = min(STEP, 0.1 * theta[j] if j == 3 else STEP)
        up, down = (
            item_likelihood(counts, (theta + side * move)[:3], (theta + side * move)[3], grid)[0]
            for side in (1, -1)
        )
        assert scores[:, j].sum() == pytest.approx((up - down) / (2 * move[j]), rel=2e-3, abs=1e-6)


def test_scores_of_a_pair_are_differences_of_its_likelihood() -> None:
    counts, grid = _counts(_answers(6, 5, 2)), grid_of(4.0, 2)
    start = np.array([-0.6, 0.5, 0.5, -1.0, 0.0, 0.8, 0.4, 0.35, 0.2])

    def pair(t: Floats) -> Pair:
        return Pair(counts, t[:2], t[3:6], t[2], t[6])

    here = pair(start)
    _, own = here.value(start[7], start[8], grid)
    first, second = here.scores(start[7], start[8], grid)
    found = np.concatenate([first.sum(axis=0), second.sum(axis=0), own.sum(axis=0)])
    for j in range(9):
        move = np.zeros(9)
        move[j] = STEP
        values = [
            pair(start + side * move).value(*(start + side * move)[7:], grid)[0] for side in (1, -1)
        ]
        assert found[j] == pytest.approx((values[0] - values[1]) / (2 * STEP), abs=2e-6), j


@pytest.mark.parametrize("rho", [0.1, -0.6, 0.85, 0.96])
def test_cells_are_those_of_a_fine_sum(rho: float) -> None:
    """A cell is the integral over x of its column's share given x: 20,001 midpoints."""
    rows, columns = np.array([[-0.4, 0.7]]), np.array([[-1.1, 0.2]])
    x = (np.arange(-10000, 10001)) * 9e-4
    density = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi) * 9e-4
    edges = np.array([-np.inf, -1.1, 0.2, np.inf])
    from scipy.special import ndtr

    share = np.diff(ndtr((edges[:, None] - rho * x) / np.sqrt(1 - rho**2)), axis=0)
    fine = np.array([[-9.0, -0.4], [-0.4, 0.7], [0.7, 9.0]])
    for k, (low, high) in enumerate(fine):
        inside = density * np.clip((np.minimum(high, x + 4.5e-4) - np.maximum(low, x - 4.5e-4))
                                   / 9e-4, 0, 1)  # fmt: skip
        assert cells_at(rows, columns, rho).prob[0, k] == pytest.approx(share @ inside, abs=2e-7)


@pytest.mark.parametrize(("n", "between"), [(5, 0.5), (60, 0.8)])
def test_a_finer_grid_changes_nothing(n: int, between: float) -> None:
    counts = _counts(_answers(15, n, 3, between))
    first, second = fit_item(counts.sum(axis=2)), fit_item(counts.sum(axis=1))
    found = fit_pair(counts, first, second)
    told = n * max(first.variance, second.variance) * 2.5
    pair = Pair(counts, first.thresholds, second.thresholds, first.variance, second.variance)
    values = [
        pair.value(found.correlation, found.covariance, grid_of(finer * told, 2))[0]
        for finer in (1.0, 3.0)
    ]
    assert values[0] == pytest.approx(values[1], abs=1e-6)
    _, slope = pair.value(found.correlation, found.covariance, grid_of(3.0 * told, 2))
    assert np.abs(slope.sum(axis=0)).max() < 1e-3


def test_no_variance_between_is_a_border() -> None:
    rng = np.random.default_rng(8)
    shares = rng.permuted(np.tile(np.repeat([0, 1], 5), (40, 1)), axis=1)
    counts = np.stack([(shares == k).sum(axis=1) for k in (0, 1)], axis=1).astype(float)
    fit = fit_item(counts)
    assert fit.at_border
    assert fit.scores[:, -1].sum() < 0


def test_an_ascent_ends_on_its_bounds() -> None:
    """A concave quadratic with strong dependence: the optimum over a box by trying every face."""
    H, centre = np.array([[2.0, 1.9], [1.9, 2.0]]), np.array([0.4, 3.0])
    low, high = np.array([-1.0, -1e-6]), np.array([1.0, 1e-6])

    def near(t: Floats) -> tuple[float, Floats]:
        slope = H @ (centre - t)
        return float(-0.5 * (centre - t) @ H @ (centre - t)), np.array([slope])

    found = ascend(near, np.array([0.9, 0.0]), low, high)
    free = centre[0] + 1.9 / 2.0 * (centre[1] - 1e-6)
    assert found.converged
    assert found.theta == pytest.approx([min(free, 1.0), 1e-6], abs=1e-12)
    other = ascend(near, np.zeros(2), -high, np.array([9.0, 1e-6]))
    assert other.theta == pytest.approx([free, 1e-6], abs=1e-9)
