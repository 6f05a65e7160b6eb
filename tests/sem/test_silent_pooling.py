"""What must not be mixed in silence: groups by place, categories, clusters, infinite answers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import DataWarning, EstimationError, InputError, NotSupported

ITEMS = ["a", "b", "c", "d"]
MODEL = "f =~ a + b + c + d"


def answers(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    f, g = rng.normal(size=400), np.where(np.arange(400) % 3 > 0, "one", "two")
    latent = 0.8 * f[:, None] + 0.7 * rng.normal(size=(400, 4)) + 0.5 * (g == "two")[:, None]
    data = pd.DataFrame(np.digitize(latent, [-0.7, 0.6]), columns=ITEMS)
    y = f + rng.normal(size=400)
    return data.assign(g=g, team=rng.integers(0, 25, 400), w=rng.uniform(0.5, 2, 400), y=y)


def fit(data: pd.DataFrame, model: str = MODEL, **options: Any) -> cu.OrdinalResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        found: cu.OrdinalResult = cu.fit_sem(model, data, ordered=ITEMS, **options)
    return found


@pytest.mark.parametrize("ordered", [ITEMS, ()])
def test_the_order_of_rows_does_not_move_groups_of_imputations(ordered: list[str]) -> None:
    one, two = answers(), answers()
    two.loc[:40, "a"] = one.a[40::-1].to_numpy()
    moved = pd.concat([two[two.g == "one"], two[two.g == "two"]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        straight, turned = (
            cu.fit_sem_mi(MODEL, [one, other], ordered=ordered, group="g").estimates.est
            for other in (two, moved)
        )
    assert one.g[0] != moved.g.iloc[0]
    assert turned.tolist() == pytest.approx(straight.tolist(), abs=1e-7)


def test_imputations_of_other_groups_or_categories_are_refused() -> None:
    data = answers()
    for other, what in (
        (data.assign(a=data.a + 1), r"a has the categories \[1.0, 2.0, 3.0\] in imputation 2"),
        (data.assign(a=data.a.clip(upper=1)), r"a has the categories \[0.0, 1.0\] in imputation 2"),
    ):
        with pytest.raises(InputError, match=what):
            cu.fit_sem_mi(MODEL, [data, other], ordered=ITEMS)
    said = [
        data.assign(a=pd.Categorical.from_codes(data.a, list(names), ordered=True))
        for names in ("lmh", "hml")
    ]
    with pytest.raises(InputError, match=r"a has the categories \['h', 'm', 'l'\]"):
        cu.fit_sem_mi(MODEL, said, ordered=ITEMS)
    with pytest.raises(InputError, match="other groups in 'g': 'three'"):
        cu.fit_sem_mi(MODEL, [data, data.assign(g=data.g.replace("two", "three"))], group="g")


@pytest.mark.parametrize(("option", "column"), [("cluster", "team"), ("weights", "w")])
@pytest.mark.parametrize("ordered", [True, False])
def test_a_difference_of_one_design_and_none_is_refused(
    option: str, column: str, ordered: bool
) -> None:
    data, small = answers(), "f =~ a + 1*b + c + d"
    kind: dict[str, Any] = {"ordered": ITEMS} if ordered else {"estimator": "MLR"}
    with_design = cu.fit_sem(MODEL, data, **{option: column}, **kind)
    without = cu.fit_sem(small, data, **kind)
    with pytest.raises(InputError, match=f"same ({option}=|cases)"):
        with_design.compare(without)
    assert with_design.compare(cu.fit_sem(small, data, **{option: column}, **kind)).df == 1


def test_groups_in_another_order_are_said_to_be() -> None:
    data = answers()
    turned = data.sort_values("g", ascending=False)
    with pytest.raises(InputError, match=r"groups in another order \('.*sort the rows alike"):
        fit(data.iloc[1:], group="g").compare(
            fit(turned.drop(index=0), "f =~ a + 1*b + c + d", group="g")
        )


def test_an_infinite_answer_is_no_category() -> None:
    data = answers().astype({"a": float})
    data.loc[[4, 9], "a"] = np.inf
    with pytest.raises(InputError, match="a holds an infinite value in row 5"):
        fit(data)


def test_tables_where_none_belong_are_refused_by_name() -> None:
    for name, value in (("cov", np.eye(4)), ("means", np.zeros(4)), ("cov", pd.DataFrame())):
        with pytest.raises(NotSupported, match=rf"{name}=<\w+> with ordered"):
            fit(answers(), **{name: value})


def test_an_absent_relation_is_tested_and_an_unknown_one_named() -> None:
    data = answers()
    found = fit(data, MODEL + "\ny ~ f")
    test = found.score_test("d ~~ y")
    freed = fit(data, MODEL + "\ny ~ f\nd ~~ y")
    drop = found.fit_measures["chisq"] - freed.fit_measures["chisq"]
    assert test.df == 1
    assert test.statistic == pytest.approx(drop, rel=0.1, abs=0.05)
    with pytest.raises(InputError, match=r"got 'd ~~ z'"):
        found.score_test("d ~~ z")
    with pytest.raises(InputError, match=r"got 'f =~ b'"):
        found.score_test("f =~ b")


def test_answers_in_words_need_an_order_for_item_differences() -> None:
    data = answers()
    words = data.assign(a=data.a.map({0: "low", 1: "mid", 2: "high"}))
    with pytest.raises(InputError, match="a must be a column of numbers or an ordered category"):
        cu.dif(MODEL, words, group="g", ordered=ITEMS)
    named = words.assign(a=pd.Categorical(words.a, ["low", "mid", "high"], ordered=True))
    by_words, by_numbers = (
        cu.dif(MODEL, d, group="g", ordered=ITEMS).table.drop(columns="verdict")
        for d in (named, data)
    )
    pd.testing.assert_frame_equal(by_words, by_numbers)


def test_covariates_without_digits_are_to_be_centered() -> None:
    data = answers()
    with pytest.raises(EstimationError, match=r"y lies .* from 0: .* center it"):
        fit(data.assign(y=data.y + 1e9), MODEL + "\nf ~ y")
