"""Two engines on one model: parity of both, refusals by name, disagreement said."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_cells import cells_of, load
from sem_models import CASES, HS, PD, REFERENCE, Case, fit_case, read

import collective_use as cu
from collective_use.errors import EngineDisagreementWarning, EstimationError, NotSupported
from collective_use.sem.engines import agreement as engines
from collective_use.sem.engines.semopy import SemopySolution

BOTH = ("hs_ml", "hs_ml_means", "hs_ml_obs", "pd_ml", "pd_obs")
REFUSED = {
    "hs_mlm": "estimator 'MLM'",
    "hs_mlr": "estimator 'MLR'",
    "hs_gls": "estimator 'GLS'",
    "hs_uls": "estimator 'ULS'",
    "hs_stdlv": "factors without a fixed loading",
    "pd_mlr": "estimator 'MLR'",
    "mg_configural": "several groups",
    "mg_metric": "several groups",
    "mg_scalar": "several groups",
    "mg_strict": "several groups",
    "mg_scalar_mlr": "several groups",
    "fiml": "missing values",
    "fiml_mlr": "missing values",
    "cluster_robust": "cluster-robust",
}
EQUAL = ("hs_eq", "pd_eq")
"""Equal labels: semopy fits them."""


def test_every_reference_file_is_fitted_or_refused() -> None:
    assert set(BOTH) | set(REFUSED) | set(EQUAL) == set(CASES)


@pytest.mark.parametrize("engine", ["semopy", "both"])
@pytest.mark.parametrize("name", [*BOTH, *EQUAL])
def test_every_cell_of_the_reference(name: str, engine: str) -> None:
    case = CASES[name]
    fit = fit_case(Case(case.model, case.data, {**case.options, "engine": engine}))
    cells = list(cells_of(load(REFERENCE / f"{name}.json"), fit))
    bad = [cell.name for cell in cells if not cell.gap <= 1]
    assert len(cells) > 100
    assert not bad, bad[:10]
    assert fit.engine == engine
    assert fit.agreement is not None
    assert fit.agreement.largest_difference < 1e-6
    assert not fit.agreement.restarted
    assert "The two engines agree" in str(fit.agreement)


@pytest.mark.parametrize("engine", ["semopy", "both"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_semopy_cannot_fit_is_refused_by_name(name: str, engine: str) -> None:
    case = CASES[name]
    with pytest.raises(NotSupported, match="use engine='core'") as caught:
        fit_case(Case(case.model, case.data, {**case.options, "engine": engine}))
    assert REFUSED[name] in str(caught.value)


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        (HS, {"weights": "w"}, "survey weights"),
        (HS, {"bounds": "pos.var"}, "bounds on parameters"),
        (HS.replace("x2", "a*x2") + "a == 0.5", {}, "constraints written with"),
        (HS + "x1 ~ 0*1", {"meanstructure": True}, "mean structure that is not saturated"),
    ],
)
def test_further_refusals(model: str, options: dict[str, object], says: str) -> None:
    with pytest.raises(NotSupported) as caught:
        cu.fit_sem(model, read("hs_design"), engine="both", **options)
    assert says in str(caught.value)


def _doctored(monkeypatch: pytest.MonkeyPatch, change) -> None:  # type: ignore[no-untyped-def]
    real = engines.fit_semopy

    def doctored(*given: object) -> SemopySolution:
        found = real(*given)
        return replace(found, theta=change(found.theta))

    monkeypatch.setattr(engines, "fit_semopy", doctored)


def test_a_wrong_second_solution_is_said_and_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = cu.fit_sem(PD, read("pd"))
    _doctored(monkeypatch, lambda theta: theta + 1e-3 * (np.arange(theta.size) == 2))
    with pytest.warns(EngineDisagreementWarning, match="do not agree"):
        fit = cu.fit_sem(PD, read("pd"), engine="both")
    np.testing.assert_array_equal(fit.solution.theta, plain.solution.theta)
    assert fit.agreement is not None
    assert fit.agreement.parameter == fit.table.free_names()[2]
    assert not fit.agreement.agree
    assert not fit.agreement.restarted
    assert fit.agreement.semopy_discrepancy > fit.agreement.core_discrepancy


def test_an_impossible_second_solution_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    _doctored(monkeypatch, lambda theta: -theta)
    with pytest.warns(EngineDisagreementWarning, match="inf by semopy"):
        fit = cu.fit_sem(HS, read("hs"), engine="both")
    assert fit.fit_measures["chisq"] == pytest.approx(85.3055217697946, rel=1e-9)
    with pytest.raises(EstimationError, match="impossible covariance matrix"):
        cu.fit_sem(HS, read("hs"), engine="semopy")


def test_the_core_starts_anew_where_semopy_found_less() -> None:
    plain = cu.fit_sem(HS, read("hs"))
    theta = plain.solution.theta * 1.05
    worse = replace(
        plain.solution.optimum, theta=theta, value=plain.solution.objective.value(theta)
    )
    with pytest.warns(EngineDisagreementWarning, match="lower discrepancy than the core"):
        solution, agreement = engines.confirmed_by_semopy(replace(plain.solution, optimum=worse))
    assert agreement.restarted
    assert agreement.agree
    assert "after the core started anew" in str(agreement)
    np.testing.assert_allclose(solution.theta, plain.solution.theta, atol=1e-8)


def _difficult() -> pd.DataFrame:
    r = np.random.default_rng(15)
    y = r.normal(size=(30, 6)) @ r.normal(size=(6, 6)) * 0.5 + r.normal(size=(30, 6))
    return pd.DataFrame(y, columns=list("abcdeh"))


@pytest.mark.filterwarnings("ignore::collective_use.errors.ImproperSolutionWarning")
def test_the_solution_reported_is_never_worse_than_semopys(caplog, capsys) -> None:  # type: ignore[no-untyped-def]
    with (
        caplog.at_level(logging.WARNING),
        pytest.warns(EngineDisagreementWarning, match=r"(do not agree|lower discrepancy)"),
    ):
        fit = cu.fit_sem("f =~ a + b + c\ng =~ d + e + h", _difficult(), engine="both")
    assert fit.agreement is not None
    assert fit.agreement.core_discrepancy <= fit.agreement.semopy_discrepancy
    # semopy's own chatter stays inside
    assert caplog.records == []
    assert capsys.readouterr().out == ""
