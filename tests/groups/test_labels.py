"""One label, one group: in whatever type, index or number of columns it comes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.groups.labels import aligned, factorized, natural_order

INT = pd.Series([1, 1, 1, 2, 2, 2])
KINDS = {"int": INT, "float": INT.astype(float), "text": INT.astype(str), "list": list(INT)}
VALUES = [1, 2, 3, 5, 6, 7.0]


@pytest.mark.parametrize("groups", KINDS.values(), ids=list(KINDS))
def test_1_and_1_0_and_text_are_one_group_everywhere(groups):
    assert cu.icc(VALUES, groups).reliability["group"].tolist() == ["1", "2"]
    found = cu.group_mean_reliability(VALUES, groups, {1: 3, 2: 4}, aggregation="formative")
    assert found.values[["group", "n"]].to_numpy().tolist() == [["1", 3], ["2", 3]]
    strata = cu.by_stratum(VALUES, groups, groups)
    assert strata.values["stratum"].tolist() == ["1", "2"]
    exposure = cu.minimum_exposure(pd.DataFrame({"group": groups, "m": 5}), {"m": 3})
    assert exposure.values["group"].tolist() == ["1", "2"]


def test_mixed_types_in_one_column_are_one_group():
    assert cu.icc(VALUES, [1, 1.0, "1", 2, "2", 2.0]).reliability["n"].tolist() == [3, 3]


def test_series_are_matched_by_their_index():
    answers = pd.Series([5, 1, 5, 1, 5, 1], index=[0, 3, 1, 4, 2, 5])
    groups = pd.Series(list("xxxyyy"), index=range(6))
    assert cu.rwg(answers, groups).to_frame()["rwg"].tolist() == [1.0, 1.0]
    assert cu.rwg(answers, groups.to_numpy()).to_frame()["rwg"].tolist() != [1.0, 1.0]


def test_series_with_other_rows_are_refused_by_name():
    answers = pd.Series([5, 1, 5], index=[0, 1, 2])
    with pytest.raises(cu.InputError, match="groups must have the index of the values"):
        cu.rwg(answers, pd.Series(list("xxy"), index=[5, 6, 7]))
    double = pd.Series(list("xxy"), index=[0, 0, 1])
    with pytest.raises(cu.InputError, match="match them by position"):
        aligned(answers, double)


def test_two_columns_make_one_label():
    frame = pd.DataFrame({"site": list("aaaabbbb"), "team": [1, 1, 2, 2, 1, 1, 2, 2]})
    answers = [5, 5, 1, 1, 4, 4, 2, 2]
    names = ["a / 1", "a / 2", "b / 1", "b / 2"]
    for groups in (
        frame,
        pd.MultiIndex.from_frame(frame),
        frame.to_numpy(dtype=object),
        list(frame.itertuples(index=False, name=None)),
    ):
        table = cu.rwg(answers, groups).to_frame()
        assert table["group"].tolist() == names
        assert table["n"].tolist() == [2] * 4


def test_blanks_are_no_kind_and_no_group():
    kinds = np.array(["a", "", np.nan, "b"])
    table = cu.dispersion(kinds, ["g"] * 4, kind="variety").to_frame()
    assert table["n"].tolist() == [2]
    assert table["blau_observed"].tolist() == [0.5]
    same = cu.dispersion([1, 1.0, "1", 2], list("aaaa"), kind="variety").to_frame()
    assert same["blau_observed"].tolist() == [pytest.approx(1 - (9 + 1) / 16)]
    with pytest.raises(cu.InputError, match="rows \\[2\\]"):
        cu.rwg([1, 2], ["a", " "])


def test_ragged_rows_are_named():
    with pytest.raises(cu.InputError, match="same number of columns in every row"):
        cu.rwg([[1, 2], [3]], ["a", "b"])
    with pytest.raises(cu.InputError, match="same number of parts"):
        cu.rwg([1, 2], [("a", 1), ("b",)])


def test_groups_with_one_prefix_are_in_the_order_of_any_others():
    texts = [f"T{k}" for k in (10, 9, 100, 1)]
    mixed = pd.Series([*texts, "a1b2"])
    fast = natural_order(pd.Series(texts)).to_numpy().argsort().tolist()
    slow = [k for k in natural_order(mixed).to_numpy().argsort().tolist() if k < 4]
    assert fast == slow == [3, 1, 0, 2]
    codes, names = factorized(["b", None, "a", "b"])
    assert codes.tolist() == [0, -1, 1, 0]
    assert names.tolist() == ["b", "a"]


def test_dates_and_complex_numbers_are_no_answers():
    with pytest.raises(cu.InputError, match=r"must be numbers, got datetime64"):
        cu.icc(pd.date_range("2020-01-01", periods=4), list("aabb"))
    with pytest.raises(cu.InputError, match=r"must be numbers, got complex128"):
        cu.icc(np.array([1 + 1j, 2, 3, 4]), list("aabb"))


def test_no_answer_at_all_is_said_alike_everywhere():
    for call in (cu.icc, cu.rwg, cu.rwg_j, cu.awg, cu.average_deviation):
        more = {} if call is cu.icc else {"options": 5}
        with pytest.raises(cu.InputError, match="must hold at least one answer"):
            call([np.nan] * 4, list("aabb"), **more)


def test_ends_of_a_slider_are_in_order():
    with pytest.raises(cu.InputError, match="the lower end and then the upper"):
        cu.rwg([1, 2, 3], list("aaa"), null="continuous", options=(100, 0))
