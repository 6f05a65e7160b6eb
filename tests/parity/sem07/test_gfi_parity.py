"""GFI as a share of variance accounted for, in all versions, beside lavaan 0.7-2's (gfi.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

FOLDER = Path(__file__).parents[1] / "reference"
CASES: dict[str, dict[str, Any]] = json.loads((FOLDER / "sem07" / "gfi.json").read_text())["cases"]

LIMITS = 3e-6
"""lavaan's root search for limits ends at 1.2e-4 in the non-centrality."""


def _data(name: str) -> pd.DataFrame:
    if name.startswith("two"):
        return pd.read_csv(FOLDER / "sem" / "data" / "twolevel.csv")
    if name in ("wlsmv", "wlsm", "dwls"):
        return pd.read_csv(FOLDER / "sem07" / "likert_missing.csv")
    frame = pd.read_csv(FOLDER / "sem" / "data" / "hs.csv")
    if name.startswith("fiml"):
        frame.loc[2::7, "x5"] = np.nan
        frame.loc[1::9, "x9"] = np.nan
    return frame


def _options(given: dict[str, Any] | list[Any]) -> dict[str, Any]:
    asked = dict(given or {})
    names = {"group.equal": "equal", "fixed.x": "fixed_x"}
    out = {names.get(key, key): value for key, value in asked.items()}
    if out.get("missing") == "ml":
        out["missing"] = "fiml"
    if out.pop("ordered", False):
        out["ordered"] = [f"u{i}" for i in range(1, 9)]
    return out


@pytest.mark.filterwarnings("ignore:.*two-way tables have empty cells")
@pytest.mark.parametrize("name", CASES)
def test_every_cell(name: str) -> None:
    case = CASES[name]
    fit = cu.fit_sem(case["model"], _data(name), **_options(case["options"]))
    found = fit.fit_measures
    residual_based = not np.isnan(found["gfi_rls"])
    assert residual_based == (not name.startswith(("fiml", "two", "wls", "dwls")))
    assert len(case["gfi"]) >= 6
    for key, value in case["gfi"].items():
        if key.startswith("gfi_rls") and not residual_based:
            # lavaan puts the likelihood ratio's value there; here it is missing.
            assert np.isnan(found[key])
            key = key.replace("rls", "lrt")
        if name == "uls" and key.startswith("gfi_lrt"):
            # lavaan takes Browne's residual test of the sample there; the statistic of ULS itself
            # has no known distribution, and no index is made from it here.
            assert np.isnan(found[key])
            continue
        if key.endswith("lisrel") or key == "pgfi" or ".ci" not in key:
            assert found[key] == pytest.approx(value, rel=1e-6), key
        else:
            assert found[key] == pytest.approx(value, rel=LIMITS), key
