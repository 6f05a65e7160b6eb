"""What other programs offer and this one does not: refused by name, with what to do instead.

Two reference files of lavaan 0.7-2 hold such fits (reference/sem07): loadings that move with a
covariate, and pairwise maximum likelihood with gaps.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported, SyntaxProblem

FOLDER = Path(__file__).parents[1] / "parity" / "reference" / "sem07"
LEVELS = "level: 1\ninner =~ u1 + u2 + u3\nlevel: 2\nouter =~ u1 + u2 + u3"
LIKERT = pd.read_csv(FOLDER / "likert_groups.csv")


def test_moderated_loadings() -> None:
    model = json.loads((FOLDER / "moderated_loadings.json").read_text())["model"]
    with pytest.raises(SyntaxProblem, match=r"moderated parameters.*fit_moderated"):
        cu.fit_sem(model, pd.read_csv(FOLDER / "moderated.csv"))


@pytest.mark.filterwarnings("ignore:.*two-way tables have empty cells")
def test_pairwise_maximum_likelihood() -> None:
    reference = json.loads((FOLDER / "ordinal_pml_missing.json").read_text())
    data = pd.read_csv(FOLDER / reference["data"])
    items = [f"u{i}" for i in range(1, 9)]
    with pytest.raises(NotSupported, match=r"'PML'.*WLSMV.*missing='pairwise'"):
        cu.fit_cfa(reference["model"], data, ordered=items, estimator="PML")
    # What is named instead comes near it: the same model, the same thresholds within .05.
    instead = cu.fit_cfa(reference["model"], data, ordered=items, missing="pairwise").estimates
    cuts = {(c["lhs"], c["rhs"]): c["est"] for c in reference["pe"] if c["op"] == "|"}
    own = instead[instead.op == "|"].set_index(["lhs", "rhs"]).est
    assert len(cuts) == len(own) > 8
    assert np.abs([own[key] - cut for key, cut in cuts.items()]).max() < 0.05


def test_random_slopes() -> None:
    model = "level: 1\nu1 ~ rv('s')*u2\nlevel: 2\nu1 ~ w\ns ~ w"
    with pytest.raises(SyntaxProblem, match=r"random slopes.*x:w.*group="):
        cu.fit_sem(model, LIKERT, cluster="group")


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        (LEVELS, {"ordered": ["u1", "u2", "u3"]}, "take the answers as numbers"),
        (LEVELS, {"missing": "two.stage"}, "use 'fiml'"),
        (LEVELS, {"auxiliary": "w"}, "fit_sem_mi"),
        (LEVELS, {"estimator": "MML"}, "WLSMV"),
        (LEVELS, {"estimator": "RBM", "test": "yuan.bentler.mplus"}, "MLR"),
    ],
)
def test_two_levels(model: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(NotSupported, match=words):
        cu.fit_sem(model, LIKERT, cluster="group", **options)


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("a == 0", {}, "relates no variables"),
        ("level: 1\na > 1", {}, "relates no variables"),
        ("f =~ u1 + 1e999*u2", {}, "too large a number"),
        ("f =~ u1 + ()*u2", {}, "nothing stands in the parentheses"),
    ],
)
def test_texts_that_fuzzing_found(model: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises((InputError, SyntaxProblem), match=words):
        cu.fit_sem(model, LIKERT, **options)


def test_a_model_without_free_parameters_is_fitted() -> None:
    fit = cu.fit_sem("inner =~ -1*u2\nu2 ~~ 0.5*u2", LIKERT, std_lv=True)
    assert fit.fit_measures["npar"] == 0
    assert fit.fit_measures["df"] == 1
