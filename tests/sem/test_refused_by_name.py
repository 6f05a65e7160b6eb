"""What other programs offer and this one does not: refused by name, with what to do instead.

Loadings that move with a covariate have their own function, random slopes none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import EstimationError, InputError, NotSupported, SyntaxProblem

FOLDER = Path(__file__).parents[1] / "parity" / "reference" / "sem07"
LEVELS = "level: 1\ninner =~ u1 + u2 + u3\nlevel: 2\nouter =~ u1 + u2 + u3"
LIKERT = pd.read_csv(FOLDER / "likert_groups.csv")


def test_moderated_loadings() -> None:
    model = json.loads((FOLDER / "moderated_loadings.json").read_text())["model"]
    with pytest.raises(SyntaxProblem, match=r"moderated parameters.*fit_moderated"):
        cu.fit_sem(model, pd.read_csv(FOLDER / "moderated.csv"))


ANSWERS = [f"u{i}" for i in range(1, 7)]
ONE_FACTOR = "f =~ u1 + u2 + u3 + u4"


@pytest.mark.filterwarnings("ignore:.*two-way tables have empty cells")
@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        (ONE_FACTOR, {"cluster": "group"}, r"cluster.*'PML'.*WLSMV"),
        (ONE_FACTOR, {"information": "expected"}, r"information.*'PML'"),
        (ONE_FACTOR, {"se": "robust.sem"}, r"se='robust.sem'.*'PML'"),
        (ONE_FACTOR, {"test": "scaled.shifted"}, r"test='scaled.shifted'.*'PML'"),
        (ONE_FACTOR + "; u1 | 0*t1", {}, "thresholds that are fixed or equal"),
        (ONE_FACTOR + "; u1 | a*t1; u2 | b*t1; a == b", {}, "thresholds that are fixed or equal"),
        (ONE_FACTOR + "; u1 | a*t1; u2 | b*t1; a > 2*b", {}, "thresholds that are fixed or equal"),
        (ONE_FACTOR + " + w", {}, r"not ordered \('w'\)"),
        ('efa("b")*f =~ u1 + u2 + u3 + u4', {}, "exploratory blocks"),
        (ONE_FACTOR, {"missing": "fiml"}, "missing='pairwise'"),
    ],
)
def test_pairwise_maximum_likelihood(model: str, options: dict[str, Any], words: str) -> None:
    items = [name for name in ANSWERS[:4] if name in model]
    with pytest.raises(NotSupported, match=words):
        cu.fit_sem(model, LIKERT, ordered=items, estimator="PML", **options)


def test_pairwise_maximum_likelihood_of_imputed_data() -> None:
    with pytest.raises(NotSupported, match="'PML' with imputed data"):
        cu.fit_sem_mi(ONE_FACTOR, [LIKERT, LIKERT], ordered=ANSWERS[:4], estimator="PML")


def test_random_slopes() -> None:
    model = "level: 1\nu1 ~ rv('s')*u2\nlevel: 2\nu1 ~ w\ns ~ w"
    with pytest.raises(SyntaxProblem, match=r"random slopes.*fit_slopes.*x:w.*group="):
        cu.fit_sem(model, LIKERT, cluster="group")


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
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


@pytest.mark.parametrize("power", ["a ^ log(a / 0)", "exp(1e3 * a) ^ a", "sin(exp(1e3)) + a"])
def test_bounds_that_are_no_numbers_end_in_words(power: str) -> None:
    """A constraint whose value does not exist, or is larger than any number."""
    with pytest.raises(EstimationError, match=r"constraints have no value.*: a > .*; a logarithm"):
        cu.fit_sem(f"f =~ u1 + a*u2 + u3\na > {power}", LIKERT)


def test_constraints_that_have_a_value_are_met() -> None:
    fit = cu.fit_sem("f =~ u1 + a*u2 + u3\na > 1 + sqrt(a - 0.5)", LIKERT)
    assert fit.parameters["a"] == pytest.approx((3 + 3**0.5) / 2)
