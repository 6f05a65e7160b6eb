"""What cannot be answered is named: no number that looks right, no warning of a library."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

MODEL = "one =~ a + b + c + d\ntwo =~ e + f + g + h"
ITEMS = list("abcdefgh")
SETS = {"one": list("abcd"), "two": list("efgh")}


def people(n: int = 200, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    f = np.repeat(rng.normal(size=(n, 2)), 4, axis=1)
    x = np.clip(np.rint(3 + f + 0.7 * rng.normal(size=f.shape)), 1, 5)
    return pd.DataFrame(x, columns=ITEMS).assign(lang=np.resize(["en", "zh"], n))


def constant_in_one_language() -> pd.DataFrame:
    data = people()
    data.loc[data["lang"] == "zh", "a"] = 3
    return data


def a_category_empty_in_one_language() -> pd.DataFrame:
    data = people()
    data.loc[(data["lang"] == "zh") & (data["a"] == 5), "a"] = 4
    return data


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cu.efa(people()[ITEMS], 5), "at most 4 for 8 items"),
        (lambda: cu.efa(people(7)[ITEMS], 1), "cases must be more than items"),
        (lambda: cu.htmt(people(7)[ITEMS], SETS), "persons must be more than items"),
        (lambda: cu.fit_measurement(people()[ITEMS], {"x": ["a", "b"]}), "not identified"),
        (
            lambda: cu.dif(MODEL, constant_in_one_language(), group="lang"),
            "'a' must vary in every group, got one answer from everybody in 'zh'",
        ),
        (
            lambda: cu.dif(MODEL, people().assign(a=np.nan), group="lang", ordered=ITEMS),
            "got no answer from everybody in 'en'",
        ),
        (
            lambda: cu.invariance(
                MODEL, a_category_empty_in_one_language(), group="lang", ordered=ITEMS
            ),
            "a has a category without cases in group 'zh'",
        ),
        (
            lambda: cu.invariance(MODEL, constant_in_one_language(), group="lang"),
            "constant in group 'zh': 'a'",
        ),
    ],
)
def test_it_is_refused_and_says_why(call: Callable[[], object], said: str) -> None:
    with pytest.raises(cu.CollectiveUseError, match=said):
        call()


def test_ordered_items_are_compared_where_a_language_never_took_a_category() -> None:
    found = cu.dif(MODEL, a_category_empty_in_one_language(), group="lang", ordered=ITEMS)
    assert np.isfinite(found.table[["effect", "se", "p"]].to_numpy()).all()


def test_polychoric_correlations_that_no_sample_has_are_named() -> None:
    rng = np.random.default_rng(2)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        z = (rng.normal(size=(30, 1)) + 0.6 * rng.normal(size=(30, 9))) > 0.6
        data = pd.DataFrame(z.astype(int) + 1, columns=[f"x{j}" for j in range(9)])
        try:
            found = cu.efa(data, 2, correlation="polychoric")
        except (cu.InputError, cu.ImproperSolutionWarning):
            continue
        if found.notes and "not positive definite" in found.notes[-1]:
            break
    else:
        pytest.fail("no sample with such a matrix")
    assert not isinstance(found.fit, pd.DataFrame)
    assert "likelihood" in str(found.fit)
    with pytest.raises(cu.InputError, match="positive definite"):
        cu.efa(data, 2, correlation="polychoric", extraction="ml")
    with pytest.raises(cu.InputError, match="positive definite"):
        cu.factor_count(data, correlation="polychoric", repetitions=20)


def test_a_construct_of_one_or_two_items_is_kept_out_by_name() -> None:
    data = people().assign(team=np.repeat(np.arange(40), 5)).drop(columns="lang")
    sets = {"x": ["a"], "y": list("bc"), "z": list("efgh")}
    found = cu.validate(data, sets, groups="team", repetitions=50)
    assert any("Omega of y" in text for text in found.left_out)
    assert any("x" in text for text in found.left_out)
