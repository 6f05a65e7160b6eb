"""Ordered answers at two levels against lavaan 0.7-2 (lavaan.R): three stages, whole fits.

lavaan sums a pair's likelihood over 31 by 31 Gauss-Hermite nodes, this package over a grid whose
error is below 1e-6: the class "integration", statistics 2e-6, their covariances 1e-5, estimates and
errors 2e-5, tests and fit 1e-5 of themselves.
"""

from __future__ import annotations

import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import ImproperSolutionWarning

FOLDER = Path(__file__).parents[1] / "reference" / "ordinal_clusters"
OPTIONS: dict[str, dict[str, Any]] = {
    "wlsmv": {},
    "equal": {},
    "misfit": {"std_lv": True},
    "ulsmv": {"estimator": "ULSMV"},
    "wlsm": {"estimator": "WLSM", "std_lv": True},
}
FOUR = "level: 1\nfw =~ y1 + y2 + y3 + y4\nlevel: 2\nfb =~ y1 + y2 + y3 + y4"
"""What lavaan is told once for each group."""

STATISTIC, VALUE, CHISQ = 2e-6, 2e-5, 1e-5


@cache
def _case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


@cache
def _fit(name: str) -> cu.TwoLevelOrdinalResult:
    data = pd.read_csv(FOLDER / ("groups.csv" if "groups" in name else "five.csv"))
    ordered = [column for column in data if column.startswith("y")]
    with warnings.catch_warnings():
        # Two of the samples have a residual variance below 0 between clusters, in lavaan too.
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        model = FOUR if "groups" in name else _case(name)["model"]
        return cu.fit_sem(model, data, cluster="team", ordered=ordered, **OPTIONS[name])


def _numeric(found: list[float], p: int, cuts: int) -> list[int]:
    """Return the places of lavaan's statistics that vary: not the means between, which are 0."""
    pairs = p * (p - 1) // 2
    assert found[cuts + pairs : cuts + pairs + p] == [0.0] * p
    return [i for i in range(len(found)) if not cuts + pairs <= i < cuts + pairs + p]


@pytest.mark.parametrize("name", ["wlsmv"])
def test_statistics_and_their_covariance(name: str) -> None:
    fit, case = _fit(name), _case(name)
    assert len(fit.moments) == len(case["statistics"])
    for own, values, gamma in zip(fit.moments, case["statistics"], case["gamma"], strict=True):
        keep = _numeric(values, len(own.covariance), own.thresholds.size)
        assert own.statistics == pytest.approx(np.array(values)[keep], abs=STATISTIC)
        G = np.array(gamma)[np.ix_(keep, keep)]
        size = np.sqrt(np.outer(np.diag(G), np.diag(G)))
        assert np.abs((own.gamma - G) / size).max() < 1e-5


@pytest.mark.parametrize("name", OPTIONS)
def test_estimates_and_errors(name: str) -> None:
    fit, case = _fit(name), _case(name)
    own = fit.estimates.set_index(["lhs", "op", "rhs", "level", "group"]).sort_index()
    compared = 0
    for cell in case["estimates"]:
        # lavaan lists thresholds at both levels (0 within) and scales, which are no parameters.
        if cell["op"] in ("~*~", "==") or (cell["op"] == "|" and cell["level"] == 1):
            continue
        row = own.loc[cell["lhs"], cell["op"], cell["rhs"], cell["level"], cell.get("group", 1)]
        assert row.est == pytest.approx(cell["est"], rel=VALUE, abs=VALUE), cell
        assert row.se == pytest.approx(cell["se"], rel=VALUE, abs=VALUE), cell
        compared += cell["se"] > 0
    assert compared == (own.se > 0).sum()


@pytest.mark.parametrize("name", OPTIONS)
def test_tests_and_fit(name: str) -> None:
    own, case = _fit(name).fit_measures, _case(name)["fit"]
    for measure in ("npar", "df", "baseline.df"):
        assert own[measure] == case[measure]
    for measure in ("chisq", "chisq.scaled", "baseline.chisq", "baseline.chisq.scaled"):
        assert own[measure] == pytest.approx(case[measure], rel=CHISQ, abs=CHISQ), measure
    for measure in (
        "pvalue.scaled", "chisq.scaling.factor", "cfi", "tli", "cfi.scaled", "tli.scaled", "rmsea",
        "rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "srmr",
    ):  # fmt: skip
        assert own[measure] == pytest.approx(case[measure], rel=CHISQ, abs=CHISQ), measure
    assert case["pvalue"] is None
    assert np.isnan(own["pvalue"])


@pytest.mark.parametrize("name", ["wlsmv", "misfit"])
def test_standardised(name: str) -> None:
    fit, case = _fit(name), _case(name)
    kept = fit.standardized("all").set_index(["lhs", "op", "rhs", "level"])
    compared = 0
    for cell in case["standardized"]:
        if cell["op"] not in ("=~", "~~"):
            continue
        found = [row for level in (1, 2) if (key := (cell["lhs"], cell["op"], cell["rhs"], level))
                 in kept.index for row in [kept.loc[key]]]  # fmt: skip
        assert any(abs(row.est - cell["est.std"]) < 1e-4 for row in found), cell
        compared += 1
    assert compared > 10
