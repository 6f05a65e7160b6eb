"""Cut-offs for every kind of confirmatory model: right models pass, wrong ones are caught."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.measurement.cutoffs.wrong import implied, standardised

TEXT = "p =~ a + b + c + d\nq =~ e + f + g + h"


def grouped(groups: int = 60, size: int = 8, seed: int = 1, cross: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(groups), size)
    between = rng.normal(size=(groups, 2)) @ np.array([[1, 0.4], [0, 0.9]])
    within = rng.normal(size=(groups * size, 2)) @ np.array([[1, 0.4], [0, 0.9]])
    f = np.repeat(0.6 * between[team] + within, 4, axis=1)
    x = f + 0.8 * rng.normal(size=f.shape) + 0.4 * rng.normal(size=(groups, 8))[team]
    x[:, 0] += cross * within[:, 1]
    return pd.DataFrame(x, columns=list("abcdefgh")).assign(team=team)


def test_each_level_of_a_two_level_model_has_its_own() -> None:
    fit = cu.fit_sem(f"level: 1\n{TEXT}\nlevel: 2\n{TEXT}", grouped(), cluster="team")
    found = cu.dynamic_cutoffs(fit, repetitions=200)
    rows = found.table.set_index(["part", "level"])
    assert list(rows.index) == [("within", 0), ("within", 1), ("between", 0), ("between", 1)]
    assert rows.loc[("between", 0), "srmr"] > 2 * rows.loc[("within", 0), "srmr"]
    measures = fit.fit_measures
    assert found.observed["within_srmr"] == pytest.approx(measures["srmr_within"], abs=0.002)
    assert found.observed["between_srmr"] == pytest.approx(measures["srmr_between"], abs=0.01)
    assert rows.loc[("within", 1), "power"] > 0.9
    assert any("would turn away" in note for note in found.notes)


def test_a_level_that_is_wrong_is_named_and_the_other_is_not() -> None:
    data = grouped(cross=0.6)
    fit = cu.fit_sem(f"level: 1\n{TEXT}\nlevel: 2\n{TEXT}", data, cluster="team")
    found = cu.dynamic_cutoffs(fit, repetitions=200)
    assert "fit within is worse than" in found.verdict
    assert "fit between is what the right model would show" in found.verdict


@pytest.mark.parametrize("drawn", ["normal", "as observed"])
def test_right_models_pass_about_as_often_as_said(drawn: str) -> None:
    """Level 0's three limits each turn away 5%; together somewhat more, and no more than 15%."""
    refused = 0
    for seed in range(20):
        fit = cu.fit_cfa(TEXT, grouped(40, 5, seed).drop(columns="team"))
        found = cu.dynamic_cutoffs(fit, repetitions=100, drawn=drawn)
        refused += "what the right model would show" not in found.verdict
    assert refused <= 7  # binomial: eight or more of 20 at .15 has p = .006


def test_likert_items_are_drawn_as_they_were_observed() -> None:
    data = grouped().drop(columns="team")
    steps = data.apply(lambda x: pd.cut(x, [-99, -1, 0, 1, 2, 99], labels=False))
    found = cu.dynamic_cutoffs(cu.fit_cfa(TEXT, steps), repetitions=200)
    assert found.drawn == "as observed"
    assert cu.dynamic_cutoffs(cu.fit_cfa(TEXT, data), repetitions=50).drawn == "normal"


def test_turned_answers_have_the_covariance_they_are_turned_to() -> None:
    from collective_use.measurement.cutoffs.dynamic import _as_observed

    rng = np.random.default_rng(1)
    values = rng.exponential(size=(500, 3))
    sigma = np.array([[2.0, 0.5, 0.3], [0.5, 1.0, 0.2], [0.3, 0.2, 1.5]])
    drawn = _as_observed(values, sigma, None, 4000, rng)
    np.testing.assert_allclose(drawn.mean(axis=0), sigma, atol=0.03)


@pytest.mark.filterwarnings("ignore:.*two-way tables have empty cells")
def test_ordered_items_are_fitted_as_ordered() -> None:
    data = grouped(50, 8).drop(columns=["team", "d", "h"])
    steps = data.apply(lambda x: pd.cut(x, [-99, -1, 0.5, 99], labels=False))
    fit = cu.fit_cfa("p =~ a + b + c\nq =~ e + f + g", steps, ordered=list("abcefg"))
    found = cu.dynamic_cutoffs(fit, repetitions=50)
    assert found.drawn == "ordered"
    assert found.observed["rmsea"] == fit.fit_measures["rmsea.scaled"]
    rows = found.table.set_index("level")
    assert rows.loc[1, "srmr"] > rows.loc[0, "srmr"]
    assert found.failed <= 5


def test_a_second_order_factor_implies_the_correlations_of_the_first() -> None:
    rng = np.random.default_rng(1)
    y = 0.8 * rng.normal(size=(400, 1)) + 0.6 * rng.normal(size=(400, 4))
    y = np.repeat(y, 3, axis=1) + 0.7 * rng.normal(size=(400, 12))
    data = pd.DataFrame(y, columns=[f"x{i}" for i in range(12)])
    text = "a =~ x0+x1+x2\nb =~ x3+x4+x5\nc =~ x6+x7+x8\nd =~ x9+x10+x11\ng =~ a+b+c+d"
    fit = cu.fit_cfa(text, data)
    pattern, phi, items = standardised(fit)
    sigma = fit.implied().covariance.to_numpy()
    spread = np.sqrt(np.diag(sigma))
    np.testing.assert_allclose(implied(pattern, phi), sigma / np.outer(spread, spread), atol=1e-8)
    assert items == list(data.columns)
    assert len(cu.dynamic_cutoffs(fit, repetitions=50).table) == 4


def test_a_bifactor_model_and_missing_answers_are_refused_by_name() -> None:
    rng = np.random.default_rng(1)
    own = np.repeat(rng.normal(size=(600, 2)), 4, axis=1)
    x = rng.normal(size=(600, 1)) + 0.8 * own + 0.6 * rng.normal(size=(600, 8))
    data = pd.DataFrame(x * rng.uniform(0.7, 1.3, 8), columns=list("abcdefgh"))
    text = f"z =~ {' + '.join(data.columns)}\n{TEXT}\nz ~~ 0*p\nz ~~ 0*q\np ~~ 0*q"
    with pytest.raises(cu.NotSupported, match="bifactor"):
        cu.dynamic_cutoffs(cu.fit_cfa(text, data), repetitions=50)
    data.iloc[0, 0] = np.nan
    with pytest.raises(cu.NotSupported, match="complete data"):
        cu.dynamic_cutoffs(cu.fit_cfa(TEXT, data, missing="fiml"), repetitions=50)
