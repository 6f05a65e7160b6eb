"""All models of the instrument beside lavaan, on simulated values of 150 groups (rivals.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.instrument.library import load_instrument
from collective_use.structure.syntax import written

FOLDER = Path(__file__).parents[1] / "reference" / "structure"
REFERENCE: dict[str, Any] = json.loads((FOLDER / "rivals.json").read_text())["models"]
TEXTS: dict[str, str] = json.loads((FOLDER / "rivals_models.json").read_text())
DATA = pd.read_csv(FOLDER / "rivals.csv")


def _fit(name: str) -> Any:
    return cu.fit_sem(TEXTS[name], DATA, fixed_x=False)


def _row(frame: pd.DataFrame, cell: dict[str, Any]) -> Any:
    own = frame[frame["op"] == cell["op"]]
    for lhs, rhs in ((cell["lhs"], cell["rhs"]), (cell["rhs"], cell["lhs"])):
        found = own[(own["lhs"] == lhs) & (own["rhs"] == rhs)]
        if len(found) or cell["op"] != "~~":
            break
    if cell["op"] == ":=":
        found = own[own["lhs"] == cell["lhs"]]
    assert len(found) == 1, cell
    return found.iloc[0]


def test_the_models_are_those_of_the_instrument() -> None:
    models = load_instrument("collective_data_use").models
    assert set(TEXTS) == {model.id for model in models} | {"M6 free"}
    for model in models:
        assert TEXTS[model.id] == written(model)


@pytest.mark.parametrize("name", REFERENCE)
def test_every_cell(name: str) -> None:
    """lavaan's gradient is up to 3e-5: its estimates are an optimiser's, but see the next test."""
    fit, given = _fit(name), REFERENCE[name]
    assert given["gradient"] < 5e-5
    frame = fit.estimates
    for cell in given["pe"]:
        row = _row(frame, cell)
        assert row.est == pytest.approx(cell["est"], abs=2e-5 * max(1, abs(cell["est"]))), cell
        assert row.se == pytest.approx(cell["se"], abs=2e-5 * max(1, cell["se"])), cell
        if cell.get("std.all") is not None:
            assert row.std_all == pytest.approx(cell["std.all"], abs=2e-5), cell
    for key, value in given["fm"].items():
        assert fit.fit_measures[key] == pytest.approx(value, rel=1e-6, abs=1e-6), key


@pytest.mark.parametrize("name", REFERENCE)
def test_one_newton_step_from_lavaans_estimates_is_ours(name: str) -> None:
    fit = _fit(name)
    own, theirs = fit.solution, fit.solution.theta.copy()
    cells = [cell for cell in REFERENCE[name]["pe"] if cell["op"] != ":="]
    rows = {(r.lhs, r.op, r.rhs): r.free for r in fit.table.rows if r.free}
    seen = 0
    for cell in cells:
        place = rows.get((cell["lhs"], cell["op"], cell["rhs"]))
        if place is None and cell["op"] == "~~":
            place = rows.get((cell["rhs"], "~~", cell["lhs"]))
        if place:
            theirs[place - 1], seen = cell["est"], seen + 1
    assert seen == len(own.theta)
    step = np.linalg.solve(own.objective.hessian(theirs), own.objective.gradient(theirs))
    np.testing.assert_allclose(theirs - step, own.theta, atol=1e-7, rtol=1e-7)


def test_what_the_theory_page_says_of_equivalence() -> None:
    chisq = {name: (m["fm"]["chisq"], m["fm"]["df"]) for name, m in REFERENCE.items()}
    assert chisq["M5"] == pytest.approx(chisq["M1"], abs=1e-6)
    assert chisq["M6 free"] == pytest.approx(chisq["M2"], abs=1e-6)
    assert chisq["M6"][1] == chisq["M6 free"][1] + 3


def test_a_changed_number_is_found() -> None:
    cell = dict(REFERENCE["M1"]["pe"][0])
    row = _row(_fit("M1").estimates, cell)
    assert row.est != pytest.approx(cell["est"] + 1e-4, abs=2e-6)
