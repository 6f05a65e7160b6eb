"""Standardized residuals of groups with equal parameters against lavaan 0.7-2 (residuals07.R).

The two files of `sem` and the two of `sem_ordinal_twolevel` that hold such residuals take them from
here (`sem_cells.load`, `postfit_cells._with_newer`); robust errors have their own case.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

FOLDER = Path(__file__).parents[1] / "reference"
CASE = json.loads((FOLDER / "sem07" / "residuals07.json").read_text())["mlr_groups"]
MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def test_robust_errors_of_residuals_know_what_groups_share() -> None:
    data = pd.read_csv(FOLDER / "sem" / "data" / "hs.csv")
    fit = cu.fit_cfa(MODEL, data, group="school", equal="loadings", estimator="MLR")
    assert fit.fit_measures["chisq"] == pytest.approx(CASE["chisq"], rel=1e-9)
    found = fit.residuals()
    for number, group in enumerate(CASE["standardized"], 1):
        mine = found.matrix("standardized", number).loc[group["names"], group["names"]]
        assert mine.to_numpy() == pytest.approx(np.array(group["cov"], dtype=float), abs=1e-6)


def test_without_equalities_groups_are_alone() -> None:
    data = pd.read_csv(FOLDER / "sem" / "data" / "hs.csv")
    both = cu.fit_cfa(MODEL, data, group="school").residuals()
    for number, name in enumerate(data["school"].unique(), 1):
        alone = cu.fit_cfa(MODEL, data[data["school"] == name], meanstructure=True).residuals()
        mine = both.matrix("standardized", number).to_numpy()
        assert mine == pytest.approx(alone.matrix("standardized").to_numpy(), abs=1e-6)
