"""Errors by replicate weights: every estimate, error and covariance of survey over lavaan.

The reference refits lavaan 0.6-14 with each replicate's weights, polished until its gradient
vanishes, and takes the variances of survey 4.1-1 (`reference/replicates/replicates.R`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE: dict[str, Any] = json.loads((FOLDER / "replicates/replicates.json").read_text())
RSCALES = {"rscales": [0.5] * 16}
GROUPS = {"group": "school", "equal": ("loadings", "intercepts")}
CASES: dict[str, tuple[str, str, dict[str, Any] | None, dict[str, Any]]] = {
    # name: columns, type, options, arguments
    "brr": ("BRR", "BRR", None, {"meanstructure": True}),
    "brr_mse": ("BRR", "BRR", {"mse": True}, {"estimator": "MLR", "meanstructure": True}),
    "fay_groups": ("Fay", "Fay", {"rho": 0.3}, GROUPS),
    "jk1_fiml": ("JK1", "JK1", None, {"missing": "fiml"}),
    "jkn_paths": ("JKn", "JKn", RSCALES, {"meanstructure": True}),
    "jkn_fiml_groups_mse": (
        "JKn", "JKn", {**RSCALES, "mse": True},
        {"missing": "fiml", "group": "school", "equal": "loadings"},
    ),
    "bootstrap_fiml_paths": (
        "bootstrap", "bootstrap", None, {"missing": "fiml", "estimator": "MLR"},
    ),
    "bootstrap_scale": (
        "bootstrap", "bootstrap",
        {"scale": 0.05, "rscales": np.linspace(0.5, 1.6, 12)}, {"meanstructure": True},
    ),
    "jk2": ("JK2", "JK2", None, {"meanstructure": True}),
    "successive": ("BRR", "successive-difference", {"mse": True}, {"meanstructure": True}),
}  # fmt: skip


def sample(*, gaps: bool) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return the data of replicates.R, and the columns of each kind of replicate weights."""
    d = pd.read_csv(FOLDER / "sem/data/hs.csv")
    row = np.arange(1, len(d) + 1)
    unit = (row * 7) % 16
    d["w"] = 1 + (row * 5) % 7 / 3
    if gaps:
        d.loc[((row * 7) % 10 < 3) & (d.x4 > 3), "x1"] = np.nan
        d.loc[(row * 3) % 11 < 3, "x5"] = np.nan
        d.loc[((row * 5) % 13 < 4) & (d.ageyr > 12), "x9"] = np.nan
    made, names = [d], {}
    for kind, rows in REFERENCE["factors"].items():
        whole = np.array(rows)[unit] * d[["w"]].to_numpy()
        names[kind] = [f"{kind}{r}" for r in range(whole.shape[1])]
        made.append(pd.DataFrame(whole, columns=names[kind]))
    return pd.concat(made, axis=1), names


@pytest.mark.parametrize("name", CASES)
def test_estimates_errors_and_covariances(name: str) -> None:
    columns, kind, options, arguments = CASES[name]
    reference = REFERENCE["cases"][name]
    data, names = sample(gaps=arguments.get("missing") == "fiml")
    fit = cu.fit_sem(
        reference["model"], data, weights="w", replicate_weights=names[columns],
        replicate_type=kind, replicate_options=options, **arguments,
    )  # fmt: skip
    frame, found = fit.estimates, fit.replicates
    assert found is not None
    free = {(r.lhs, r.op, r.rhs, r.group): r.free - 1 for r in fit.table.rows if r.free}
    q = fit.solution.theta.size
    for k, row in enumerate(fit.table.definitions):
        free[row.lhs, ":=", row.rhs, row.group] = q + k
    places = []
    for cell, est, se in zip(reference["rows"], reference["est"], reference["se"], strict=True):
        key = (cell["lhs"], cell["op"], cell["rhs"])
        own = frame[(frame.lhs == key[0]) & (frame.op == key[1])]
        if cell["op"] != ":=":
            own = own[(own.rhs == key[2]) & (own.group == cell["group"])]
        assert len(own) == 1, cell
        assert own.est.iloc[0] == pytest.approx(est, abs=1e-6, rel=1e-6), cell
        assert own.se.iloc[0] == pytest.approx(se, abs=1e-7, rel=2e-6), cell
        places.append(
            next(
                place for (lhs, op, rhs, group), place in free.items()
                if (lhs, op) == key[:2] and (op == ":=" or (rhs, group) == (key[2], cell["group"]))
            )
        )  # fmt: skip
    own_cov = found.covariance[np.ix_(places, places)]
    np.testing.assert_allclose(own_cov, np.array(reference["vcov"]), rtol=1e-5, atol=1e-8)
    shown = int((frame.se > 0).sum())
    assert shown == len(reference["rows"])


def test_the_reference_is_exact() -> None:
    assert REFERENCE["gradient"] < 1e-11
    assert set(REFERENCE["cases"]) == set(CASES)
