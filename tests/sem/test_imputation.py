"""Pooling over imputations: semTools' numbers (0.5-6, scale.W = FALSE), and identities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.sem.pooling import pool_d2, pool_d4, pool_estimates

HS = pd.read_csv(Path(__file__).parents[1] / "parity/reference/sem/data/hs.csv")
MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"


def _imputed() -> list[pd.DataFrame]:
    frames = []
    for k in range(5):
        frame = HS.copy()
        rows = np.arange(1 + k % 3, 302, 4)
        frame.loc[rows - 1, "x1"] = (frame.x1[rows - 1] + 0.3 * np.sin(rows * (k + 1))).round(4)
        frame.loc[rows - 1, "x5"] = (frame.x5[rows - 1] + 0.4 * np.cos(rows * (k + 2))).round(4)
        frames.append(frame)
    return frames


def test_estimates_are_semtools() -> None:
    frame = cu.fit_sem_mi(MODEL, _imputed()).estimates.set_index(["lhs", "op", "rhs"])
    reference = {
        ("visual", "=~", "x2"): (0.563032703, 0.1066810194, 0.01289219853, 0.01272810527),
        ("textual", "=~", "x5"): (1.110130755, 0.0667932381, 0.01677901415, 0.01650212477),
        ("x5", "~~", "x5"): (0.468033465, 0.0615695683, 0.05409840470, 0.05132196810),
        ("visual", "~~", "textual"): (0.412597435, 0.0749302950, 0.01203772514, 0.01189454191),
    }
    for key, (est, se, riv, fmi) in reference.items():
        row = frame.loc[key]
        assert [row.est, row.se] == pytest.approx([est, se], rel=3e-6)
        assert [row.riv, row.fmi] == pytest.approx([riv, fmi], rel=1e-4)
    row = frame.loc["x5", "~~", "x5"]
    assert row.df == pytest.approx(1518.63494, rel=1e-4)
    assert row.p == pytest.approx(5.08938983e-14, rel=1e-3)


def test_d2_is_semtools() -> None:
    test = pool_d2(np.array([12.3, 15.1, 9.8, 20.4, 14.2]), 8)
    assert [test.f, test.df2, test.p, test.riv] == pytest.approx(
        [1.006, 20.059, 0.462, 0.315], abs=5e-4
    )
    pooled = cu.fit_sem_mi(MODEL, _imputed()).tests.set_index("test").loc["D2"]
    assert [pooled.F, pooled.df2, pooled.p, pooled.riv] == pytest.approx(
        [2.860, 1318.684, 0.004, 0.030], abs=1e-3
    )


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_imputations_that_agree_are_one_data_set(estimator: str) -> None:
    fit = cu.fit_sem(MODEL, HS, estimator=estimator)
    pooled = cu.fit_sem_mi(MODEL, [HS] * 3, estimator=estimator)
    for name in ("est", "se", "p", "ci_lower"):
        np.testing.assert_allclose(pooled.estimates[name], fit.estimates[name], atol=1e-9)
    measures = fit.fit_measures
    rows = pooled.tests.set_index("test")
    robust = ["D2", "D2 scaled", "D3", "D3 scaled", "D4", "D4 scaled"]
    assert list(rows.index) == (["D2", "D3", "D4"] if estimator == "ML" else robust)
    for name in ("D2", "D3", "D4"):
        for column in ("chisq", "cfi", "tli", "rmsea"):
            assert rows.loc[name, column] == pytest.approx(measures[column], abs=1e-7), column
        assert rows.loc[name, "p"] == pytest.approx(measures["pvalue"], abs=1e-6)
    if estimator == "MLR":
        for name in robust[1::2]:
            assert rows.loc[name, "chisq"] == pytest.approx(measures["chisq.scaled"])
    for method in ("D2", "D3", "D4"):
        found = pooled.measures(method)
        for name, value in found.items():
            if not name.startswith("rmsea.ci"):
                assert value == pytest.approx(measures[name], abs=1e-6, nan_ok=True), name


def test_d4_holds_its_level_where_a_normal_mean_is_missing() -> None:
    """Half of the values of a normal variable are imputed properly: p is uniform under H0.

    The ratio for "the mean is 0" (variance known) is ``n mean^2``, of the stack too.
    """
    rng = np.random.default_rng(8)
    m, n, seen, p4, p2 = 20, 100, 50, [], []
    for _ in range(2000):
        average = rng.normal() / np.sqrt(seen)
        draw = average + rng.normal(size=m) / np.sqrt(seen)
        means = (seen * average + (n - seen) * draw
                 + np.sqrt(n - seen) * rng.normal(size=m)) / n  # fmt: skip
        ratios = n * means**2
        p4.append(pool_d4(ratios, n * means.mean() ** 2, 1).p)
        p2.append(pool_d2(ratios, 1).p)
    assert np.mean(np.array(p4) < 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(np.array(p2) < 0.05) < 0.08


def test_rubins_rules_by_hand() -> None:
    out = pool_estimates(np.array([[1.0], [2.0], [6.0]]), np.array([[[1.0]], [[2.0]], [[3.0]]]))
    assert out.total[0, 0] == pytest.approx(2 + 4 / 3 * 7)
    assert out.df[0] == pytest.approx(2 * (1 + 2 / (4 / 3 * 7)) ** 2)


def test_definitions_groups_and_saturated_models() -> None:
    model = "x2 ~ a*x1\nx3 ~ b*x2 + x1\nab := a*b"
    assert cu.fit_sem_mi(model, _imputed()).tests.empty
    pooled = cu.fit_sem_mi(model, _imputed(), group="school")
    assert pooled.tests.df1.tolist() == [2, 2, 2]  # a and b are equal in both groups
    row = pooled.estimates.query("op == ':='").iloc[0]
    assert row.se > 0
    assert set(pooled.estimates.group) >= {1, 2}
    assert "Rubin" in str(pooled)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (HS, "list of data frames"),
        ([HS], "at least two"),
        ([HS, HS.iloc[:10]], "imputation 2"),
        ([HS, HS.drop(columns="x1")], "imputation 2"),
        ([HS, "x"], "imputation 2 is no data frame"),
    ],
)
def test_wrong_inputs_are_named(data: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        cu.fit_sem_mi(MODEL, data)


def test_what_is_not_offered() -> None:
    with pytest.raises(NotSupported, match="repetitions="):
        cu.fit_sem_mi(MODEL, [HS, HS], repetitions=10)
    with pytest.raises(NotSupported, match="bootstrap"):
        cu.fit_sem_mi(MODEL, [HS, HS], se="bootstrap")
    pooled = cu.fit_sem_mi(MODEL, [HS, HS], estimator="ULS")
    assert pooled.tests.test.tolist() == ["D2"]
    with pytest.raises(NotSupported, match="there is D2"):
        pooled.measures("D3")
    with pytest.raises(InputError, match="not of the same"):
        pooled.compare(cu.fit_sem_mi(MODEL, [HS] * 3))
    with pytest.raises(InputError, match="nothing to compare"):
        pooled.compare(pooled)


def test_two_levels_are_pooled() -> None:
    """Imputations that agree are one data set; the stack keeps their clusters apart."""
    rng = np.random.default_rng(3)
    team = np.repeat(np.arange(40), 6)
    y = rng.normal(size=(40, 1))[team] + rng.normal(size=(240, 1)) + rng.normal(size=(240, 4))
    y += 0.5 * rng.normal(size=(40, 4))[team]
    data = pd.DataFrame(y, columns=list("abcd")).assign(team=team)
    model = "level: 1\nw =~ a + b + c + d\nlevel: 2\nv =~ a + b + c + d"
    fit = cu.fit_sem(model, data, cluster="team")
    pooled = cu.fit_sem_mi(model, [data, data], cluster="team")
    assert pooled.tests.test.tolist() == ["D2", "D4"]
    for name in ("chisq", "cfi", "rmsea"):
        assert pooled.tests[name].tolist() == pytest.approx([fit.fit_measures[name]] * 2, abs=1e-6)
        assert pooled.fit_measures[name] == pytest.approx(fit.fit_measures[name], abs=1e-6)
    assert set(pooled.estimates.level) == {1, 2}
    np.testing.assert_allclose(pooled.estimates.se, fit.estimates.se, atol=1e-8)
