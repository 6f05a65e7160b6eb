"""Errors of least squares with clusters beside clubSandwich, sandwich and lm() (errors.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from collective_use.numerics.structure.sandwich import bias_reduced, one_way, two_way, wild

PLACE = Path(__file__).parents[1] / "reference" / "structure" / "errors.json"
REFERENCE: dict[str, Any] = json.loads(PLACE.read_text())
DATA = {k: np.array([row[k] for row in REFERENCE["data"]]) for k in REFERENCE["data"][0]}
X = np.column_stack([np.ones(len(DATA["y"])), DATA["x"], DATA["w"]])
EXACT = 1e-10


@pytest.mark.parametrize("name", ["own", "region"])
def test_bias_reduced_errors_and_degrees_of_freedom(name: str) -> None:
    clusters = np.arange(len(X)) if name == "own" else DATA["region"]
    found = bias_reduced(X, DATA["y"], clusters)
    cells = REFERENCE[name]
    se = np.sqrt(np.diag(found.cov))
    np.testing.assert_allclose(found.coef, REFERENCE["coef"], rtol=EXACT)
    np.testing.assert_allclose(se, cells["se"], rtol=EXACT)
    np.testing.assert_allclose(found.df, cells["df"], rtol=1e-8)
    p = 2 * student.sf(np.abs(found.coef / se), found.df)
    np.testing.assert_allclose(p, cells["p"], rtol=1e-7)


def test_one_and_two_kinds_of_clusters() -> None:
    one = one_way(X, DATA["y"], DATA["region"])
    np.testing.assert_allclose(np.diag(one), REFERENCE["one_way"], rtol=EXACT)
    two = two_way(X, DATA["y"], DATA["region"], DATA["sponsor"])
    np.testing.assert_allclose(np.diag(two), REFERENCE["two_way"], rtol=EXACT)


def test_every_pattern_of_signs_gives_the_wild_p() -> None:
    rng = np.random.default_rng(1)
    for place, name in ((1, "x"), (2, "w")):
        assert wild(X, DATA["y"], DATA["region"], place, 0, rng) == REFERENCE["wild"][name]


def test_a_changed_number_is_found() -> None:
    found = bias_reduced(X, DATA["y"], DATA["region"])
    wrong = np.array(REFERENCE["region"]["df"]) * (1 + 1e-6)
    assert not np.allclose(found.df, wrong, rtol=1e-8, atol=0)
