"""Pairwise maximum likelihood against lavaan 0.7-2, cell by cell (pml07.R).

Estimates, errors and standardised values are polished: 1e-6 and 1e-5. Fit measures are those of
its own search (class "optimiser": 2e-5 relative; what rests on numerical second derivatives there,
2e-4), since a polished fit does not search its saturated model.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import collective_use as cu

pytestmark = pytest.mark.filterwarnings("ignore:.*two-way tables have empty cells")

FOLDER = Path(__file__).parents[1] / "reference" / "sem07"
CASES: dict[str, dict[str, Any]] = json.loads((FOLDER / "pml.json").read_text())
NAMES = {"std.lv": "std_lv"}
NO_VALUE_THERE = {
    "rfi.scaled", "nfi.scaled", "rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled",
    "rmsea.pvalue.scaled", "rmsea.notclose.pvalue.scaled", "srmr_mplus", "srmr_mplus_nomean",
    "pvalue", "baseline.pvalue",
}  # fmt: skip
"""What lavaan leaves empty; where ours have a value, it follows from the expected statistic."""


def _data(name: str) -> pd.DataFrame:
    data = pd.read_csv(FOLDER / "likert_missing.csv")
    if name == "two_cut":
        for item in ("u1", "u3", "u6"):
            data[item] = (data[item] > 2).astype(float).mask(data[item].isna())
    return data


@cache
def _fit(name: str) -> cu.SemResult:
    case = CASES[name]
    options = {NAMES.get(key, key): value for key, value in case["options"].items()}
    gaps = options.pop("missing", "listwise")
    items = [f"u{i}" for i in range(1, 8 if name == "path" else 9)]
    return cu.fit_sem(
        case["model"], _data(name), ordered=items, estimator="PML",
        missing="pairwise" if gaps == "available.cases" else gaps, **options,
    )  # fmt: skip


def _row(frame: pd.DataFrame, cell: dict[str, Any]) -> Any:
    own = frame[(frame.lhs == cell["lhs"]) & (frame.op == cell["op"])]
    own = own[(own.rhs == (cell.get("rhs") or "")) | (own.op == ":=")]
    own = own if cell["op"] == ":=" else own[own.group == cell.get("group", 1)]
    assert len(own) == 1, cell
    return own.iloc[0]


@pytest.mark.parametrize("name", CASES)
def test_estimates_errors_and_standardised_values(name: str) -> None:
    fit, case = _fit(name), CASES[name]
    std = fit.standardized("all")
    assert case["polish"]["gradient_after"] < 1e-8
    compared = 0
    for cells, frame, key in ((case["pe"], fit.estimates, "est"), (case["std"], std, "est.std")):
        for cell in cells:
            row = _row(frame, cell)
            assert row.est == pytest.approx(cell[key], abs=1e-6 * max(1, abs(cell[key]))), cell
            assert row.se == pytest.approx(cell["se"] or 0.0, abs=1e-5), cell
            compared += 2
    assert compared > 100


@pytest.mark.parametrize("name", CASES)
def test_fit_measures(name: str) -> None:
    found, cells = _fit(name).fit_measures, CASES[name]["fm"]
    wrong = []
    for key, value in cells.items():
        if value is None:
            assert key in NO_VALUE_THERE, key
            continue
        ours = found[key.replace("gfi", "gfi_lrt") if key != "gfi.ci.level" else key]
        of_moments = "scaled" in key or "ci." in key
        if not math.isclose(ours, value, rel_tol=2e-4 if of_moments else 2e-5, abs_tol=2e-5):
            wrong.append((key, ours, value))
    assert len(cells) > 50
    assert wrong == []
