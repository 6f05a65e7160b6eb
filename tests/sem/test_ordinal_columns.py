"""Columns, thresholds and equal residuals that `fit_sem` has to refuse or to read rightly."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from collective_use.errors import DataWarning, InputError, NotSupported
from collective_use.sem.fit import fit_sem

ITEMS = tuple("abcd")
MODEL = "f =~ a + b + c + d"
WORDS = {1: "low", 2: "middle", 3: "high"}


def answers(n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    f = rng.normal(size=n)
    latent = {k: 0.8 * f + 0.6 * rng.normal(size=n) for k in ITEMS}
    frame = pd.DataFrame({k: np.digitize(v, (-0.6, 0.5)) + 1 for k, v in latent.items()})
    return frame.assign(team=np.where(np.arange(n) % 2, "u", "v"))


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return answers()


def fit(data, model=MODEL, **options):  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return fit_sem(model, data, ordered=options.pop("ordered", ITEMS), **options)


def test_words_count_in_their_order_and_not_by_the_alphabet(data):
    base = fit(data).estimates.est
    words = data.a.map(WORDS)
    given = pd.Categorical(words, list(WORDS.values()), ordered=True)
    np.testing.assert_allclose(fit(data.assign(a=given)).estimates.est, base, atol=1e-12)
    with pytest.raises(InputError, match=r"a must be .* got a category without order"):
        fit(data.assign(a=pd.Categorical(words)))


def test_numbers_in_a_category_without_order_count_as_numbers(data):
    base = fit(data).estimates.est
    backwards = data.assign(a=pd.Categorical(data.a, [3, 2, 1]))
    np.testing.assert_allclose(fit(backwards).estimates.est, base, atol=1e-12)


def test_an_ordered_category_is_not_taken_as_continuous(data):
    with pytest.raises(InputError, match="d is an ordered category: name it in ordered="):
        fit(data.assign(d=pd.Categorical(data.d, ordered=True)), ordered=ITEMS[:3])


def test_a_continuous_variable_has_more_than_two_values(data):
    # lavaan 0.6-14 divides by 0 here: "NaNs produced", chi-square without meaning
    with pytest.raises(InputError, match="d has two values only: name it in ordered="):
        fit(data.assign(d=data.d.clip(upper=2)), ordered=ITEMS[:3])


def test_a_column_that_is_there_twice_is_refused(data):
    with pytest.raises(InputError, match="a names 2 columns"):
        fit(pd.concat([data, data[["a"]]], axis=1))


@pytest.mark.parametrize(
    ("line", "ordered", "text"),
    [
        ("a | t3", ITEMS, "a | t3: the thresholds of a are 't1', 't2' .3 categories"),
        ("a | t0", ITEMS, "a | t0: the thresholds of a are"),
        ("a | x1", ITEMS, "a | x1: the thresholds of a are"),
        ("a | t1", ITEMS[1:], "a | t1 is a threshold, but a is not ordered"),
    ],
)
def test_thresholds_are_those_of_the_data(data, line, ordered, text):
    with pytest.raises(InputError, match=text.replace("|", r"\|")):
        fit(data, f"{MODEL}\n{line}", ordered=ordered)


def test_equal_residuals_stay_at_one(data):
    options = {"group": "team", "parameterization": "theta"}
    equal = ("loadings", "thresholds", "residuals")
    scalar, strict = fit(data, **options, equal=equal[:2]), fit(data, **options, equal=equal)
    assert strict.fit_measures["df"] == scalar.fit_measures["df"] + 4
    partly = fit(data, **options, equal=equal, partial="b ~~ b").estimates
    own = partly.query("group == 2 and op == '~~' and lhs == rhs").set_index("lhs")
    assert own.se["b"] > 0
    assert (own.est[["a", "c", "d"]] == 1).all()
    with pytest.raises(NotSupported, match="theta"):
        fit(data, group="team", equal=equal)
