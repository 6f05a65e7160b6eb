"""Tests between models against R: scaled differences, score tests, Wald; FIML by group."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sem_models import HS, LIVE, PD_EQ, REFERENCE, read

from collective_use.sem.fit import fit_sem


def _live(name: str) -> dict:  # type: ignore[type-arg]
    return json.loads((REFERENCE / "live" / f"{name}.json").read_text())["extra"]


@pytest.fixture(scope="module")
def mlr_fits():  # type: ignore[no-untyped-def]
    data = read("hs_design")
    steps = ((), ("loadings",), ("loadings", "intercepts"))
    return [fit_sem(HS, data, estimator="MLR", group="school", equal=step) for step in steps]


@pytest.mark.parametrize(
    ("name", "pair", "method"),
    [
        ("sb2001", (0, 1), "satorra.bentler.2001"),
        ("sb2010", (0, 1), "satorra.bentler.2010"),
        ("scalar2001", (1, 2), "satorra.bentler.2001"),
        ("scalar2010", (1, 2), "satorra.bentler.2010"),
    ],
)
def test_scaled_difference(mlr_fits, name, pair, method) -> None:  # type: ignore[no-untyped-def]
    expected = _live("mg_metric_mlr")["diff"][name]
    found = mlr_fits[pair[0]].compare(mlr_fits[pair[1]], method)
    assert found.df == expected["df"]
    assert found.statistic == pytest.approx(expected["chisq"], rel=1e-6)
    assert found.p == pytest.approx(expected["p"], rel=1e-5)


def test_score_tests_of_equalities() -> None:
    extra = _live("mg_partial")
    fit = fit_sem(
        HS,
        read("hs_design"),
        group="school",
        equal=("loadings", "intercepts"),
        partial=("visual=~x2", "x3~1"),
    )
    found = fit.score_test().to_frame()
    single = sorted(found["statistic"].iloc[:-1])
    assert np.allclose(single, sorted(row["X2"] for row in extra["score"]), rtol=1e-5)
    joint = found.iloc[-1]
    # lavaan counts 13 constraints; freeing all leaves three latent means without identification.
    assert extra["score_total"][0]["df"] == 13
    assert joint["df"] == 10
    assert joint["statistic"] == pytest.approx(extra["score_total"][0]["X2"], rel=1e-6)


def test_score_tests_of_constraints() -> None:
    extra = _live("con_score")
    found = fit_sem(LIVE["con_score"].model, read("hs_design")).score_test().to_frame()
    known = {row["lhs"] + row["op"] + row["rhs"]: row for row in extra["score"]}
    # The equality of two labels is one number in the table: c == d comes first.
    for place, key in enumerate(("c==d", "a+b==1.2")):
        assert found["statistic"][place] == pytest.approx(known[key]["X2"], rel=1e-5)
        assert found["p"][place] == pytest.approx(known[key]["p.value"], rel=1e-5)
    joint = found.iloc[-1]
    assert joint["df"] == extra["score_total"][0]["df"] == 2
    assert joint["statistic"] == pytest.approx(extra["score_total"][0]["X2"], rel=1e-5)


@pytest.mark.parametrize("name", ["order", "product", "mixed", "defined", "bound"])
def test_active_inequalities_and_bounds(name: str) -> None:
    """lavaan's own optimiser ends within 1e-5, and misses the constraints by up to 1e-6."""
    known = json.loads((REFERENCE / "unpolished" / "inequalities.json").read_text())[name]
    model = "f =~ x1 + a*x2 + b*x3 + c*x4\n" + known["constraints"]
    fit = fit_sem("f =~ x1 + lower(0.9)*x2 + x3 + x4" if name == "bound" else model, read("hs"))
    rows = {(r.lhs, r.op, r.rhs): r for r in fit.estimates.itertuples()}
    for entry in known["pe"]:
        row = rows[entry["lhs"], entry["op"], entry["rhs"]]
        assert row.est == pytest.approx(entry["est"], rel=3e-5, abs=3e-5)
        # What a constraint pins has no error: lavaan prints 0, or NA from a rounded -1e-18.
        se = 0.0 if entry["se"] in (None, "NA") else entry["se"]
        assert row.se == pytest.approx(se, rel=1e-4, abs=1e-6)
        p = entry["pvalue"]
        assert np.isnan(row.p) if p in (None, "NA") else row.p == pytest.approx(p, rel=2e-4)
    assert fit.fit_measures["fmin"] <= known["fm"]["fmin"] + 1e-8
    for measure in ("npar", "df", "chisq", "aic", "bic", "cfi", "rmsea", "ecvi"):
        assert fit.fit_measures[measure] == pytest.approx(known["fm"][measure], rel=1e-5)


def test_maximum_likelihood_by_group_with_missing_values_is_never_worse() -> None:
    """lavaan 0.6-14 stops where its own gradient vanishes, which is not the objective's."""
    reference = json.loads((REFERENCE / "unpolished" / "fiml_groups.json").read_text())
    fit = fit_sem(
        HS, read("hs_miss"), missing="fiml", group="school", equal=("loadings", "intercepts")
    )
    assert fit.solution.optimum.gradient < 1e-9
    gap = fit.fit_measures["logl"] - reference["fm"]["logl"]
    assert 0 <= gap + 1e-9 < 1e-4, gap
    unrestricted = reference["fm"]["unrestricted.logl"]
    assert fit.fit_measures["unrestricted.logl"] == pytest.approx(unrestricted, rel=1e-9)
    assert fit.fit_measures["df"] == reference["fm"]["df"]


def test_wald_of_a_defined_parameter_is_its_squared_z() -> None:
    fit = fit_sem(PD_EQ, read("pd"))
    row = fit.estimates.set_index("lhs").loc["ind"]
    found = fit.wald("p*q == 0")
    assert found.statistic == pytest.approx(row["z"] ** 2, rel=1e-9)
