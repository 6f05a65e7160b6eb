"""Values of parent units: the estimand decides, and the error is that of all samples."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError

ROWS = pd.DataFrame(
    {
        "team": list("aaabbccc"),
        "unit": list("xxxxxyyy"),
        "y": [1.0, 2, 3, 6, 8, 4, 5, 9],
    }
)
MEMBERS = {"a": 3, "b": 12, "c": 3}


@pytest.mark.parametrize(
    ("estimand", "x", "y"),
    [
        ("groups", (2 + 7) / 2, 6.0),
        ("respondents", (1 + 2 + 3 + 6 + 8) / 5, 6.0),
        ("members", (3 * 2 + 12 * 7) / 15, 6.0),
    ],
)
def test_the_estimand_decides(estimand: str, x: float, y: float) -> None:
    found = cu.roll_up(ROWS, "y", "team", "unit", members=MEMBERS, estimand=estimand)
    assert found.units["value"].tolist() == pytest.approx([x, y])
    assert found.units["members"].tolist() == [15, 3]
    assert found.units["covered"].tolist() == [1, 1]


def test_errors_are_those_of_all_samples_and_none_at_a_census() -> None:
    """Two groups of four members with one variance, of which two and three answer."""
    a, b = np.array([1.0, 2, 3, 6]), np.array([11.0, 12, 13, 16])
    means = [
        (np.mean(one) + np.mean(two)) / 2
        for one in itertools.combinations(a, 2)
        for two in itertools.combinations(b, 3)
    ]
    errors = []
    for one in itertools.combinations(a, 2):
        for two in itertools.combinations(b, 3):
            rows = pd.DataFrame({"t": list("aabbb"), "u": "x", "y": [*one, *two]})
            found = cu.roll_up(rows, "y", "t", "u", members={"a": 4, "b": 4})
            errors.append(found.units["standard_error"].iloc[0] ** 2)
    assert np.mean(errors) == pytest.approx(np.var(means), rel=1e-12)
    whole = pd.DataFrame({"t": ["a"] * 4 + ["b"] * 4, "u": "x", "y": [*a, *b]})
    census = cu.roll_up(whole, "y", "t", "u", members={"a": 4, "b": 4})
    assert census.units["standard_error"].tolist() == [0.0]


def test_a_silent_group_is_not_covered() -> None:
    found = cu.roll_up(ROWS, "y", "team", "unit", members=MEMBERS, group_size=3)
    assert found.units["groups_silent"].tolist() == [1, 0]
    assert found.units["covered"].tolist() == pytest.approx([3 / 15, 1.0])
    assert found.units["value"].tolist() == pytest.approx([2.0, 6.0])
    assert found.notes == ("1 groups had fewer than 3 answers and count as silent.",)
    none = cu.roll_up(ROWS, "y", "team", "unit", group_size=4)
    assert none.units["value"].isna().all()
    assert none.units["reason"].tolist() == ["no group has enough answers"] * 2


def test_weights_cost_answers() -> None:
    found = cu.roll_up(ROWS, "y", "team", "unit", members=MEMBERS).units
    # Kish: (sum of weights)² over the sum of their squares, a weight being N/n of each answer
    weights = np.array([1, 1, 1, 6, 6])
    assert found["effective_n"].iloc[0] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert found["effective_n"].iloc[1] == pytest.approx(3)


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(InputError, match="one parent unit, got 'a' in 'x'"):
        cu.roll_up(ROWS.assign(unit=list("xyxxxyyy")), "y", "team", "unit")
    with pytest.raises(InputError, match="members must be given"):
        cu.roll_up(ROWS, "y", "team", "unit", estimand="members")
    with pytest.raises(InputError, match="got none for"):
        cu.roll_up(ROWS, "y", "team", "unit", members={"a": 3})
    with pytest.raises(InputError, match="more answers than members"):
        cu.roll_up(ROWS, "y", "team", "unit", members={"a": 3, "b": 1, "c": 3})
    with pytest.raises(InputError, match="estimand must be one of"):
        cu.roll_up(ROWS, "y", "team", "unit", estimand="all")


def test_the_estimand_is_said() -> None:
    found = cu.roll_up(ROWS, "y", "team", "unit")
    assert "each group counting alike" in str(found)
    assert len(repr(found)) < 200
