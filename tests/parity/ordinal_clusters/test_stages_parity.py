"""First and second stage by other means (stages.R): lme4, ordinal, a likelihood written out.

Thresholds and between variances: 1e-6 of lme4::glmer (binary, 25 adaptive nodes), 2e-5 of
ordinal::clmm, whose search ends earlier (our log-likelihood is never the smaller one). Pairs: 2e-5,
since the items they rest on are those programs'.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from collective_use.numerics.ordinal_twolevel.moments import (
    TwoLevelOrdinalMoments,
    two_level_ordinal_moments,
)
from collective_use.numerics.ordinal_twolevel.univariate import fit_item

FOLDER = Path(__file__).parents[1] / "reference" / "ordinal_clusters"
REFERENCE: dict[str, dict[str, Any]] = json.loads((FOLDER / "stages.json").read_text())
NAMES = [f"y{i}" for i in range(1, 6)]
WITHIN = {"glmer": 1e-6, "clmm": 2e-5}


@cache
def _moments(name: str) -> TwoLevelOrdinalMoments:
    data = pd.read_csv(FOLDER / f"{name}.csv")
    answers = data[NAMES].to_numpy(float) - 1
    categories = [int(data[item].max()) for item in NAMES]
    return two_level_ordinal_moments(answers, categories, pd.factorize(data["team"])[0])


@pytest.mark.parametrize("name", ["five", "gaps"])
@pytest.mark.parametrize("item", range(5))
def test_items(name: str, item: int) -> None:
    own, case = _moments(name), REFERENCE[name]["items"][item]
    thresholds = np.atleast_1d(case["thresholds"])
    tolerance = WITHIN[case["by"]]
    assert own.thresholds[own.item == item] == pytest.approx(thresholds, abs=tolerance)
    assert own.between[item, item] == pytest.approx(case["variance"], abs=tolerance)


@pytest.mark.parametrize("item", [0, 1, 3, 4])
def test_our_maximum_is_no_lower(item: int) -> None:
    data = pd.read_csv(FOLDER / "five.csv")
    counts = pd.crosstab(data["team"], data[NAMES[item]]).to_numpy(float)
    other = REFERENCE["five"]["items"][item]["loglik"]
    assert fit_item(counts).log_likelihood == pytest.approx(other, abs=1e-5)
    assert fit_item(counts).log_likelihood > other - 1e-9


@pytest.mark.parametrize(("name", "number"), [("five", 0), ("five", 1), ("five", 2),
                                              ("gaps", 0), ("gaps", 1)])  # fmt: skip
def test_pairs(name: str, number: int) -> None:
    own, case = _moments(name), REFERENCE[name]["pairs"][number]
    place = tuple(i - 1 for i in case["pair"])
    assert own.covariance[place] == pytest.approx(case["correlation"], abs=2e-5)
    assert own.between[place] == pytest.approx(case["covariance"], abs=2e-5)
