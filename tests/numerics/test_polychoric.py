"""Polychoric and polyserial moments against published tables, optimisers and theory."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from collective_use.numerics.ordinal.moments import ordinal_moments
from collective_use.numerics.ordinal.polychoric import (
    padded,
    polychoric_correlations,
    table_cells,
    thresholds_of,
)
from collective_use.numerics.ordinal.polyserial import (
    case_limits,
    edges_of,
    interval,
    polyserial_correlations,
)


def one_pair(table):
    table = np.asarray(table, dtype=float)
    K = max(table.shape)
    full = np.zeros((1, K, K))
    full[0, : table.shape[0], : table.shape[1]] = table
    rows = padded(thresholds_of(table.sum(axis=1)), K)[None]
    columns = padded(thresholds_of(table.sum(axis=0)), K)[None]
    return polychoric_correlations(full, rows, columns), full, rows, columns


@pytest.mark.parametrize(
    "table",
    [
        [[13, 6, 9], [8, 20, 12], [2, 7, 30]],
        [[50, 3], [10, 40]],
        [[1, 0, 0, 5], [3, 9, 0, 1], [0, 4, 30, 2]],
        [[30, 1, 0], [2, 40, 3], [0, 1, 60]],
    ],
)
def test_solution_is_the_maximum_of_the_likelihood(table):
    found, full, rows, columns = one_pair(table)

    def loss(rho):
        cells = table_cells(rows, columns, np.array([rho]))
        return -float((full * np.log(np.maximum(cells.prob, 1e-300))).sum())

    best = minimize_scalar(loss, bounds=(-0.999, 0.999), method="bounded", options={"xatol": 1e-9})
    assert found.rho[0] == pytest.approx(best.x, abs=1e-6)
    assert abs(found.gradient[0]) < 1e-9


def test_no_pair_of_many_is_left_beside_its_maximum():
    rng = np.random.default_rng(8)
    x = np.clip(np.rint(3 + rng.normal(size=(300, 40)) + rng.normal(size=(300, 1))), 1, 5)
    pairs = [(i, j) for i in range(40) for j in range(i)]
    tables = np.array([np.histogram2d(x[:, i], x[:, j], bins=[np.arange(0.5, 6)] * 2)[0]
                       for i, j in pairs])  # fmt: skip
    kept = (tables.sum(axis=1).min(axis=1) > 0) & (tables.sum(axis=2).min(axis=1) > 0)
    tables = tables[kept]
    rows = np.array([padded(thresholds_of(table.sum(axis=1)), 5) for table in tables])
    columns = np.array([padded(thresholds_of(table.sum(axis=0)), 5) for table in tables])
    rho = polychoric_correlations(tables, rows, columns).rho
    cells = table_cells(rows, columns, rho)
    slope = (tables * cells.by_rho / np.maximum(cells.prob, 1e-300)).sum(axis=(1, 2))
    assert len(tables) > 700
    np.testing.assert_allclose(slope / tables.sum(axis=(1, 2)), 0.0, atol=1e-10)


def test_fourfold_table_with_an_empty_cell_receives_half_a_case():
    found, _, _, _ = one_pair([[40, 0], [10, 50]])
    same, _, _, _ = one_pair([[39.5, 0.5], [10.5, 49.5]])
    assert found.adjusted[0]
    assert found.rho[0] == pytest.approx(same.rho[0], abs=1e-12)


def test_perfect_agreement_runs_into_the_bound_and_says_so():
    found, _, _, _ = one_pair([[20, 0, 0], [0, 30, 0], [0, 0, 25]])
    assert found.at_limit[0]


def test_cell_derivatives_are_differences():
    cuts = np.array([padded(np.array([-0.5, 0.7]), 3)])
    step = 1e-6
    at = [table_cells(cuts, cuts, np.array([0.4 + d])) for d in (-step, 0.0, step)]
    slope = (at[2].prob - at[0].prob) / (2 * step)
    bend = (at[2].by_rho - at[0].by_rho) / (2 * step)
    np.testing.assert_allclose(at[1].by_rho, slope, atol=1e-9)
    np.testing.assert_allclose(at[1].by_rho2, bend, atol=1e-8)
    assert at[1].prob.sum() == pytest.approx(1.0, abs=1e-14)


def test_polyserial_is_the_maximum_of_its_likelihood():
    rng = np.random.default_rng(5)
    y = rng.normal(size=300)
    codes = np.digitize(0.6 * y + 0.8 * rng.normal(size=300), [-0.7, 0.1, 1.0])
    cuts = thresholds_of(np.bincount(codes).astype(float))
    edges = edges_of(codes, cuts)
    rho, at_limit = polyserial_correlations(y, *edges, 0.1, np.ones(300))

    def loss(value):
        return -float(np.log(interval(*case_limits(y, *edges, value))).sum())

    best = minimize_scalar(loss, bounds=(-0.99, 0.99), method="bounded", options={"xatol": 1e-9})
    assert rho == pytest.approx(best.x, abs=1e-6)
    assert not at_limit


@pytest.mark.parametrize("categories", [(4, 3, 2, 4), (0, 3, 2, 0)])
def test_covariance_matches_the_spread_over_samples(categories):
    """Two hundred samples: the estimated errors agree with the observed spread."""
    R = np.array([[1, 0.5, 0.3, 0.2], [0.5, 1, 0.4, 0.1], [0.3, 0.4, 1, 0.3], [0.2, 0.1, 0.3, 1]])
    root = np.linalg.cholesky(R)
    rng = np.random.default_rng(8)
    cuts = {2: [0.2], 3: [-0.6, 0.6], 4: [-0.8, 0.0, 0.9]}
    statistics, errors = [], []
    for _ in range(200):
        z = rng.normal(size=(400, 4)) @ root.T
        data = np.column_stack(
            [
                np.digitize(z[:, i], cuts[k]) if k else 2 + 3 * z[:, i]
                for i, k in enumerate(categories)
            ]
        ).astype(float)
        moments = ordinal_moments(data, categories)
        statistics.append(moments.statistics)
        errors.append(np.sqrt(np.diag(moments.gamma) / 400))
    ratio = np.std(statistics, axis=0, ddof=1) / np.mean(errors, axis=0)
    assert np.all(np.abs(ratio - 1) < 0.2)


def test_weights_count_rows():
    rng = np.random.default_rng(2)
    data = rng.integers(0, 3, size=(60, 3)).astype(float)
    weights = rng.integers(1, 4, size=60)
    once = ordinal_moments(data, (3, 3, 3), weights.astype(float))
    spelled = ordinal_moments(np.repeat(data, weights, axis=0), (3, 3, 3))
    np.testing.assert_allclose(once.statistics, spelled.statistics, atol=1e-12)
    np.testing.assert_allclose(once.gamma, spelled.gamma, atol=1e-10)


def test_a_category_without_cases_is_an_error():
    with pytest.raises(ValueError, match="a category has no cases"):
        ordinal_moments(np.array([[0.0, 0.0], [2.0, 1.0]]), (3, 2))
