"""cu.checklist, cu.who_knows_what and cu.roles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu


def test_groups_may_be_a_column_and_the_silent_count() -> None:
    frame = pd.DataFrame({"team": ["a", "a", "b"], "law": [3, 0, 1], "data": [0, 0, 2]})
    got = cu.checklist(frame, "team", threshold=2, members={"a": 2, "b": 3}, gate=0.3)
    assert got.values["coverage"].tolist() == [0.5, 0.5]
    assert got.values["response_rate"].tolist() == pytest.approx([1, 1 / 3])
    bounds = got.details["bounds"]
    assert bounds[["group", "lower", "upper"]].values.tolist() == [["b", 0.5, 1.0]]
    areas = got.details["areas"]
    assert areas["area"].tolist() == ["law", "data"] * 2
    assert areas["holders"].tolist() == [1, 0, 0, 1]
    strict = cu.checklist(frame, "team", threshold=2, members={"a": 2, "b": 3})
    assert "under the gate" in strict.reasons["coverage"].iloc[1]


def test_no_overlap_without_holders_says_why() -> None:
    got = cu.checklist(np.zeros((2, 3)), ["a", "a"])
    assert "no two members hold anything" in got.reasons["overlap"].iloc[0]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_and_labels_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 4, (20, 5))
    groups = rng.integers(0, 4, 20)
    order = rng.permutation(20)
    one = cu.checklist(levels, groups, threshold=2).values
    two = cu.checklist(levels[order], groups[order], threshold=2).values
    pd.testing.assert_frame_equal(one, two)
    other = cu.checklist(levels, [f"x{g}" for g in groups], threshold=2).values
    pd.testing.assert_frame_equal(one.drop(columns="group"), other.drop(columns="group"))


def test_consensus_and_accuracy() -> None:
    nominations = np.array([[2, 0], [2, 0], [2, 3]])
    knowledge = np.array([[0, 1], [3, 0], [1, 2]])
    got = cu.who_knows_what(nominations, knowledge=knowledge).values.iloc[0]
    assert got["consensus"] == pytest.approx((1 + 2 / 3) / 2)
    assert got["dissensus"] == pytest.approx(1 - got["consensus"])
    assert got["accuracy"] == pytest.approx((3 + 2 + 0) / 6)
    assert got["accuracy_judged"] == 1
    with pytest.raises(cu.InputError, match="knowledge must be given"):
        cu.who_knows_what(nominations, indices=["accuracy"])
    with pytest.raises(cu.InputError, match="places from 1 to the 3 members"):
        cu.who_knows_what(np.array([[4], [1], [1]]))


def test_roles() -> None:
    everyone = np.ones((4, 4, 3))
    got = cu.role_indices(everyone).values.iloc[0]
    assert got["effective_number"] == pytest.approx(4)
    assert got["role_entropy"] == pytest.approx(1)
    assert got["role_holders"] == 4
    assert got["multiplexity"] == pytest.approx(1)
    nobody = cu.role_indices(np.zeros((4, 4, 3)))
    assert nobody.values["role_holders"].iloc[0] == 0
    assert "no two roles" in nobody.reasons["overlap"].iloc[0]
    with pytest.raises(cu.InputError, match="members x members x roles"):
        cu.role_indices(np.ones((3, 4, 2)))


@pytest.mark.parametrize(
    ("members", "words"),
    [({"x": 1, "y": 5}, "fewer members than rows"), ({"x": 3}, "none for group 'y'")],
)
def test_members_that_do_not_fit_are_refused(members, words):
    with pytest.raises(cu.InputError, match=words):
        cu.checklist([[1, 0], [0, 1], [1, 1]], list("xxy"), members=members)
