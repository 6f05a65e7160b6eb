"""Kernels against differences, explicit matrices and each other, on random models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collective_use.numerics.moments import (
    adf_gamma,
    group_moments,
    inverse_and_log_det,
    normal_weight,
    pairwise_moments,
    patterns_of,
    predictions_from,
    unvech,
    vech,
)
from collective_use.numerics.search.optimise import minimise, null_space
from collective_use.numerics.sem import fiml as sem_fiml
from collective_use.numerics.sem.fiml import FimlObjective, saturated_scores
from collective_use.numerics.sem.fit_indices import (
    Versus,
    cfi,
    noncentral_cdf,
    rmsea,
    rmsea_limits,
    tli,
)
from collective_use.numerics.sem.model import (
    cells_of,
    expected_information,
    gradient,
    jacobian,
    moments,
    second_derivative,
)
from collective_use.numerics.sem.objective import (
    GlsObjective,
    LeastSquaresObjective,
    NormalObjective,
)
from collective_use.numerics.sem.saturated import saturated_moments
from collective_use.numerics.sem.scores import case_scores
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.compiled import compile_model

MODELS = (
    "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f",
    "f =~ x1 + a*x2 + a*x3\nx4 ~ b*f + x5\nx6 ~ b*x4",
    "x1 ~ x2 + x3\nx2 ~ x1 + x4\nx3 ~~ x4",
    "h =~ f + g + k\nf =~ x1 + x2\ng =~ x3 + x4\nk =~ x5 + x6\nx1 ~~ x3",
)
OPTIONS = TableOptions(meanstructure=True, fixed_x=False)


def _compiled(text: str):  # type: ignore[no-untyped-def]
    return compile_model(parameter_table(text, OPTIONS))


def _theta(model, seed: int):  # type: ignore[no-untyped-def]
    block = model.blocks[0]
    theta = np.random.default_rng(seed).uniform(0.1, 0.5, model.n_free)
    own = block.s_row == block.s_col
    theta[block.s_free[own]] += 1.0
    theta[block.s_free[~own]] *= 0.3
    return theta


def _differences(function, theta, h: float = 1e-6):  # type: ignore[no-untyped-def]
    steps = h * np.eye(theta.size)
    return np.array([(function(theta + e) - function(theta - e)) / (2 * h) for e in steps])


@pytest.mark.parametrize("text", MODELS)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_derivatives_of_the_moments(text: str, seed: int) -> None:
    model = _compiled(text)
    block, q = model.blocks[0], model.n_free
    cells = cells_of(block)
    theta = _theta(model, seed)
    state = moments(block, theta)
    J = jacobian(cells, state, q, means=True)

    def stacked(at):  # type: ignore[no-untyped-def]
        s = moments(block, at)
        return np.concatenate([s.mu, vech(s.Sigma)])

    assert np.allclose(J, _differences(stacked, theta).T, atol=1e-7)
    r = np.random.default_rng(seed)
    W = r.normal(size=(block.p, block.p))
    W, w = W + W.T, r.normal(size=block.p)

    def slope(at):  # type: ignore[no-untyped-def]
        return gradient(cells, moments(block, at), W, w, q)

    second = second_derivative(block, cells, state, W, w, q)
    assert np.allclose(second, _differences(slope, theta), atol=1e-6 * max(1, np.abs(second).max()))
    P = np.linalg.inv(state.Sigma)
    info = expected_information(cells, state, P, q, means=True)
    assert np.allclose(info, J.T @ normal_weight(P, means=True) @ J, rtol=1e-9, atol=1e-10)
    batch = moments(block, np.stack([theta, theta + 0.01]))
    assert np.allclose(batch.Sigma[0], state.Sigma)
    assert np.allclose(gradient(cells, batch, W, w, q)[0], slope(theta))


@pytest.mark.parametrize("text", MODELS)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_objectives_have_exact_derivatives(text: str, seed: int) -> None:
    model = _compiled(text)
    p = model.blocks[0].p
    theta = _theta(model, seed)
    Y = np.random.default_rng(seed).normal(size=(80, p)) @ (np.eye(p) + 0.3) + 1
    g = group_moments(Y)
    one = np.ones(1)
    gaps = Y.copy()
    gaps[np.random.default_rng(seed).random(Y.shape) < 0.1] = np.nan
    k = p * (p + 3) // 2
    W = np.linalg.inv(adf_gamma(Y, g.mean, np.zeros(0, dtype=int), means=True) + 0.1 * np.eye(k))
    objectives = (
        NormalObjective(model, [g], one),
        GlsObjective(model, [g], one),
        LeastSquaresObjective(model, [g], one, [np.ones(k)]),
        LeastSquaresObjective(model, [g], one, [W]),
        FimlObjective(model, [patterns_of(gaps)], one),
    )
    for f in objectives:
        slope = f.gradient(theta)
        scale = max(1.0, float(np.abs(slope).max()))
        assert np.allclose(slope, _differences(f.value, theta), atol=1e-6 * scale)
        H = f.hessian(theta)
        size = max(1.0, float(np.abs(H).max()))
        assert np.allclose(H, _differences(f.gradient, theta), atol=1e-6 * size)
        assert np.linalg.eigvalsh(f.fisher(theta))[0] > -1e-9 * size


def test_complete_data_are_a_special_case_of_missing_patterns() -> None:
    model = _compiled(MODELS[0])
    theta = _theta(model, 1)
    Y = np.random.default_rng(1).normal(size=(60, 6))
    complete = NormalObjective(model, [group_moments(Y)], np.ones(1))
    patterns = FimlObjective(model, [patterns_of(Y)], np.ones(1))
    assert np.allclose(complete.gradient(theta), patterns.gradient(theta))
    assert np.allclose(complete.fisher(theta), patterns.fisher(theta))
    assert np.allclose(complete.hessian(theta), patterns.hessian(theta))


def test_many_variables_take_the_other_way(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    model = _compiled(MODELS[1])
    theta = _theta(model, 3)
    Y = np.random.default_rng(3).normal(size=(60, 6))
    Y[np.random.default_rng(4).random(Y.shape) < 0.2] = np.nan
    patterns = [patterns_of(Y)]
    first = FimlObjective(model, patterns, np.ones(1))
    fisher, hessian = first.fisher(theta), first.hessian(theta)
    monkeypatch.setattr(sem_fiml, "LARGEST_TENSOR", 0)
    second = FimlObjective(model, patterns, np.ones(1))
    assert np.allclose(second.fisher(theta), fisher)
    assert np.allclose(second.hessian(theta), hessian)


def test_casewise_scores_add_up_to_the_gradient() -> None:
    model = _compiled(MODELS[1])
    theta = _theta(model, 2)
    Y = np.random.default_rng(2).normal(size=(50, 6))
    f = NormalObjective(model, [group_moments(Y)], np.ones(1))
    state = f.states(theta)[0]
    P = np.linalg.inv(state.Sigma)
    S = case_scores(f.cells[0], state, (Y - state.mu) @ P, P, model.n_free, means=True)
    assert np.allclose(-S.mean(axis=0), f.gradient(theta))


def test_saturated_moments_are_the_maximum() -> None:
    r = np.random.default_rng(5)
    Y = r.normal(size=(120, 4)) @ np.linalg.cholesky(np.eye(4) + 0.5).T
    Y[r.random(Y.shape) < 0.15] = np.nan
    patterns = patterns_of(Y)
    mean = np.nanmean(Y, axis=0)
    start = group_moments(np.where(np.isnan(Y), mean, Y))
    found = saturated_moments(patterns, start)
    scores = saturated_scores(Y, patterns, found.mean, found.cov)
    assert np.abs(scores.sum(axis=0)).max() < 1e-7
    assert sum(pattern.n for pattern in patterns) == 120


def test_pairwise_moments_are_those_of_pandas() -> None:
    import pandas as pd

    r = np.random.default_rng(6)
    Y = r.normal(size=(40, 3)) + 100
    Y[r.random(Y.shape) < 0.2] = np.nan
    mean, cov = pairwise_moments(Y)
    assert np.allclose(mean, np.nanmean(Y, axis=0))
    assert np.allclose(cov, pd.DataFrame(Y).cov().to_numpy())


def test_fixed_covariates_leave_no_variation_of_their_own() -> None:
    r = np.random.default_rng(7)
    Y = r.normal(size=(50, 3))
    G = adf_gamma(Y, Y.mean(axis=0), np.array([1, 2]), means=True)
    fixed = [1, 2, 3 + 3, 3 + 4, 3 + 5]
    assert np.abs(G[fixed]).max() < 1e-20
    fitted = predictions_from(Y, np.array([1, 2]))
    assert fitted is not None
    assert np.allclose((Y - fitted).T @ Y[:, [1, 2]], 0)


@given(st.integers(1, 6), st.integers(0, 1000))
def test_small_matrix_helpers(p: int, seed: int) -> None:
    r = np.random.default_rng(seed)
    A = r.normal(size=(p, p))
    S = A @ A.T + np.eye(p)
    assert np.allclose(unvech(vech(S), p), S)
    found = inverse_and_log_det(S)
    assert found is not None
    assert np.allclose(found[0] @ S, np.eye(p), atol=1e-9)
    assert np.isclose(found[1], np.linalg.slogdet(S)[1])
    assert inverse_and_log_det(-S) is None
    K = null_space(r.normal(size=(1, p)))
    assert K.shape == (p, p - 1)


class _Bowl:
    """A quadratic with its lowest point at 1, 2, 3."""

    centre = np.array([1.0, 2.0, 3.0])

    def value(self, t):  # type: ignore[no-untyped-def]
        return float(0.5 * (t - self.centre) @ (t - self.centre))

    def gradient(self, t):  # type: ignore[no-untyped-def]
        return t - self.centre

    def fisher(self, t):  # type: ignore[no-untyped-def]
        return np.eye(3)

    hessian = fisher


def test_minimise_with_basis_and_bounds() -> None:
    free = minimise(_Bowl(), np.zeros(3))
    assert np.allclose(free.theta, [1, 2, 3])
    basis = null_space(np.array([[1.0, 1.0, 1.0]]))
    held = minimise(_Bowl(), np.zeros(3), basis=basis)
    assert np.allclose(held.theta, [-1, 0, 1])
    low, high = np.array([-9.0, -9, -9]), np.array([9.0, 1.5, 2])
    boxed = minimise(_Bowl(), np.zeros(3), lower=low, upper=high)
    assert np.allclose(boxed.theta, [1, 1.5, 2])
    assert boxed.converged


@given(st.floats(5, 500), st.integers(1, 80), st.integers(50, 5000))
def test_limits_of_rmsea_hold_their_probability(chisq: float, df: int, n: int) -> None:
    lower, upper = rmsea_limits(chisq, df, n)
    point = rmsea(chisq, df, n)
    assert 0 <= lower <= upper + 1e-12
    for limit, tail in ((lower, 0.95), (upper, 0.05)):
        if limit > 0:
            assert noncentral_cdf(chisq, df, limit**2 * n * df) == pytest.approx(tail, abs=1e-7)
    if lower > 0:
        assert lower <= point <= upper


@given(st.floats(0, 500), st.integers(1, 50), st.floats(1, 5000), st.integers(1, 50))
def test_incremental_indices(chisq: float, df: int, more: float, extra: int) -> None:
    v = Versus(chisq, df, chisq + more, df + extra)
    assert 0 <= cfi(v) <= 1
    assert tli(Versus(df, df, chisq + more, df + extra)) == pytest.approx(1)
