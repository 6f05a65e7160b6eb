"""First and second stage, and scores, by other means (stages.R).

First stage: `MASS::polr`, `ordinal::clm`, `glm` and `lm`; second: a pair's likelihood written out
over `pbivnorm`, maximised by R; scores: the posterior written out. Exact: 1e-9.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.numerics.ordinal.moments import OrdinalMoments, ordinal_moments, pair_index

FOLDER = Path(__file__).parents[1] / "reference" / "ordinal_covariates"
REFERENCE: dict[str, dict[str, Any]] = json.loads((FOLDER / "stages.json").read_text())
ITEMS = [f"u{i}" for i in range(1, 7)]
NAMES = [*ITEMS, "y1", "y2"]
KINDS = ("covariates", "covariates_weights", "weights")
EXACT = 1e-9


@cache
def _moments(kind: str) -> OrdinalMoments:
    data = pd.read_csv(FOLDER / "survey.csv")
    answers = data[ITEMS].apply(lambda column: column.rank(method="dense") - 1)
    Y = np.column_stack([answers, data[["y1", "y2"]]]).astype(float)
    counts = [int(answers[item].max()) + 1 for item in ITEMS] + [0, 0]
    w = data["w"].to_numpy() * len(data) / data["w"].sum() if "weights" in kind else None
    X = data[["x1", "x2", "x3"]].to_numpy(float) if "covariates" in kind else None
    return ordinal_moments(Y, counts, w, covariates=X, sampling=w is not None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_first_stage(kind: str, name: str) -> None:
    own, case = _moments(kind), REFERENCE["first"][kind][name]
    v = NAMES.index(name)
    mine = own.thresholds[own.item == v]
    if own.slopes is not None:
        mine = np.concatenate([mine, own.slopes[v]])
    if name.startswith("y"):
        mine = np.append(mine, own.covariance[v, v])
    assert mine == pytest.approx(np.array(case["estimates"], dtype=float), abs=EXACT)


@pytest.mark.parametrize("kind", KINDS)
def test_second_stage(kind: str) -> None:
    own, rows = _moments(kind), pair_index(len(NAMES))
    assert len(REFERENCE["second"][kind]) == 5
    for pair, case in REFERENCE["second"][kind].items():
        i, j = (NAMES.index(name) for name in pair.split("_"))
        rho = own.covariance[i, j] / np.sqrt(own.covariance[i, i] * own.covariance[j, j])
        assert rho == pytest.approx(case["rho"], abs=EXACT), pair
    assert rows[0].size == 28


def test_scores() -> None:
    data = pd.read_csv(FOLDER / "survey.csv")
    mimic = json.loads((FOLDER / "mimic.json").read_text())["model"]
    fit = cu.fit_sem(mimic, data, ordered=ITEMS)
    mine = fit.factor_scores().scores.to_numpy()[:12]
    assert mine == pytest.approx(np.array(REFERENCE["scores"]["mimic"]), abs=1e-7)
    one = json.loads((FOLDER / "weights.json").read_text())["model"]
    weighted = cu.fit_sem(one, data, ordered=ITEMS, weights="w")
    mine = weighted.factor_scores().scores["f"].to_numpy()[:12]
    assert mine == pytest.approx(np.array(REFERENCE["scores"]["weights"]), abs=1e-7)
