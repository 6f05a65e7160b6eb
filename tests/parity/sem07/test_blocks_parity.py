"""Exploratory blocks and their rotation beside lavaan 0.7-2, and errors by an identity."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.sem import rotation as turning

FOLDER = Path(__file__).parents[1] / "reference" / "sem07"
FILES = ("efa_block_geomin", "efa_block_oblimin", "esem_geomin", "esem_oblimin")
RAW: dict[str, dict[str, Any]] = json.loads((FOLDER / "blocks_raw.json").read_text())["cases"]


def _data() -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / "blocks.csv")
    return frame.assign(side=np.where(np.arange(1, len(frame) + 1) % 2 == 0, "even", "odd"))


def _row(frame: pd.DataFrame, cell: dict[str, Any]) -> Any:
    rhs = cell["rhs"] or ""
    own = frame[(frame.op == cell["op"]) & (frame.group == (cell.get("group") or 1))]
    pair = own[(own.lhs == cell["lhs"]) & (own.rhs == rhs)]
    if pair.empty and cell["op"] == "~~":
        pair = own[(own.lhs == rhs) & (own.rhs == cell["lhs"])]
    assert len(pair) == 1, cell
    return pair.iloc[0]


@pytest.fixture(scope="module", params=FILES)
def shared(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Any]:
    reference = json.loads((FOLDER / f"{request.param}.json").read_text())
    asked = reference["rotation_args"]
    options = {"epsilon": asked["geomin.epsilon"], "standardize": asked["std.ov"]}
    fit = cu.fit_sem(
        reference["model"], _data(), rotation=reference["rotation"], rotation_options=options
    )
    return reference, fit


def test_every_estimate(shared: tuple[dict[str, Any], Any]) -> None:
    reference, fit = shared
    frame, standard = fit.estimates, fit.standardized("all")
    assert len(reference["pe"]) > 40
    for cell in reference["pe"]:
        row = _row(frame, cell)
        assert row.est == pytest.approx(cell["est"], abs=2e-5 * max(1, abs(cell["est"]))), cell
        # lavaan's border takes rotated loadings for uncorrelated ones: see the identity below.
        assert row.se == pytest.approx(cell["se"], abs=5.5e-3), cell
    for cell in reference["std"]:
        row = _row(standard, cell)
        assert row.est == pytest.approx(cell["est.std"], abs=2e-5), cell


def test_every_fit_measure(shared: tuple[dict[str, Any], Any]) -> None:
    reference, fit = shared
    assert len(reference["fm"]) > 40
    for key, value in reference["fm"].items():
        name = key.replace("gfi", "gfi_rls", 1) if key.startswith("gfi") else key
        name = key if key.endswith("level") or "lisrel" in key else name
        near = 1e-5 if abs(value) < 1e-4 else 1e-4
        assert fit.fit_measures[name] == pytest.approx(value, rel=near, abs=2e-6), key


def test_errors_are_lavaans_where_its_border_is_its_own(
    shared: tuple[dict[str, Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own slip put in (spread of items from rotated loadings alone) its errors follow."""
    reference, _ = shared

    def slip(A: Any, S: Any, at: Any, items: Any, turn: Any, whole: Any) -> Any:
        L = A[np.ix_(items, at)]
        return L / np.sqrt(np.sum(L**2, axis=1) + S[items, items])[:, None]

    true = turning._standard
    border = turning._conditions

    def slipped(table: Any, theta: Any, turn: Any) -> Any:
        monkeypatch.setattr(turning, "_standard", slip)
        out = border(table, theta, turn)
        monkeypatch.setattr(turning, "_standard", true)
        return out

    monkeypatch.setattr(turning, "_conditions", slipped)
    fit = cu.fit_sem(reference["model"], _data(), rotation=reference["rotation"])
    for cell in reference["pe"]:
        assert _row(fit.estimates, cell).se == pytest.approx(cell["se"], abs=8e-4), cell


@pytest.mark.filterwarnings("ignore:.*two-way tables have empty cells")
@pytest.mark.parametrize("name", RAW)
def test_every_cell_without_standardising(name: str) -> None:
    case = RAW[name]
    asked = {k: v for k, v in case["options"].items() if k != "rotation.args"}
    data = pd.read_csv(FOLDER / "likert_missing.csv") if name.startswith("ordered") else _data()
    fit = cu.fit_sem(case["model"], data, rotation_options={"standardize": False}, **asked)
    frame, standard = fit.estimates, fit.standardized("all")
    for cell in case["pe"]:
        row = _row(frame, cell)
        assert row.est == pytest.approx(cell["est"], abs=2e-5 * max(1, abs(cell["est"]))), cell
        assert row.se == pytest.approx(cell["se"], abs=2e-4 * max(0.05, cell["se"])), cell
    for cell in case["std"]:
        row = _row(standard, cell)
        assert row.est == pytest.approx(cell["est.std"], abs=2e-5), cell
        assert row.se == pytest.approx(cell["se"], abs=2e-4 * max(0.05, cell["se"])), cell
    for key, value in case["fm"].items():
        assert fit.fit_measures[key] == pytest.approx(value, rel=1e-5, abs=1e-5), key


@pytest.mark.parametrize("name", ["geomin", "oblimin", "varimax"])
def test_errors_are_those_of_the_whole_way(name: str) -> None:
    """The delta method through extraction and rotation together, by differences."""
    model = json.loads((FOLDER / "efa_block_geomin.json").read_text())["model"]
    fit = cu.fit_sem(model, _data(), rotation=name)
    plain = cu.fit_sem(model, _data(), rotation="none")
    turn = turning.resolve_rotation(name, {"starts": 3})
    assert turn is not None
    start = plain.solution

    def end(theta: Any) -> Any:
        optimum = replace(start.optimum, theta=theta)
        values = turning._turned_values(replace(start, optimum=optimum), turn)
        return np.array([values[row.key] for row in fit.table.rows if row.free])

    theta, h = start.theta, 1e-3
    np.testing.assert_allclose(end(theta), fit.solution.theta, atol=1e-7)
    J = np.array([(end(theta + h * e) - end(theta - h * e)) / (2 * h) for e in np.eye(theta.size)])
    np.testing.assert_allclose(np.sqrt(np.diag(J.T @ plain.vcov @ J)), fit.se, rtol=2e-3)
