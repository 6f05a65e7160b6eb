"""Units of a former wave brought to those of today."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError

ROWS = pd.DataFrame({"team": list("aabbcdde"), "y": np.arange(8.0)})
TABLE = pd.DataFrame(
    {
        "before": ["a", "b", "c", "d", "d", "e"],
        "after": ["ab", "ab", "c", "d1", "d2", None],
        "share": [np.nan, 1.0, np.nan, 0.25, 0.75, np.nan],
    }
)


def test_renamed_merged_kept_split_and_ended_units() -> None:
    found = cu.apply_crosswalk(ROWS, TABLE, "team")
    assert found.data["team"].tolist() == ["ab"] * 4 + ["c"]
    assert found.data["group_before"].tolist() == list("aabbc")
    assert found.data["y"].tolist() == [0, 1, 2, 3, 4]
    assert found.units["what"].tolist() == ["merged", "merged", "kept", "split", "split", "ended"]
    assert found.units["rows"].tolist() == [2, 2, 1, 2, 2, 1]
    assert found.notes == (
        "2 rows of 1 unit that was split were left out: d.",
        "1 row of 1 unit that ended was left out: e.",
    )
    renamed = pd.DataFrame({"before": ["a"], "after": ["z"]})
    kinds = cu.apply_crosswalk(ROWS[:2], renamed, "team").units["what"]
    assert kinds.tolist() == ["renamed"]


def test_shares_weigh_the_rows_of_a_split_unit() -> None:
    found = cu.apply_crosswalk(ROWS, TABLE, "team", split="share")
    split = found.data[found.data["group_before"] == "d"]
    assert sorted(zip(split["team"], split["y"], split["weight"], strict=True)) == [
        ("d1", 5.0, 0.25), ("d1", 6.0, 0.25), ("d2", 5.0, 0.75), ("d2", 6.0, 0.75),
    ]  # fmt: skip
    assert found.data.loc[found.data["group_before"] != "d", "weight"].tolist() == [1.0] * 5
    assert found.data["weight"].sum() == len(ROWS) - 1
    weighted = cu.apply_crosswalk(ROWS.assign(weight=2.0), TABLE, "team", split="share")
    assert weighted.data["weight"].sum() == 2 * (len(ROWS) - 1)


@pytest.mark.parametrize(
    ("table", "split", "said"),
    [
        ({"before": ["a"], "after": ["x"]}, "leave_out", "got none for"),
        ({"before": ["a"]}, "leave_out", "the columns 'before' and 'after', got 'before'"),
        ({}, "leave_out", "the columns 'before' and 'after', got none"),
        ({"before": list("aa"), "after": list("xx")}, "leave_out", "a pair once, got 'a' to 'x'"),
        ({"before": list("aa"), "after": ["x", None]}, "leave_out", "end and go on"),
        ({"before": list("aa"), "after": list("xy")}, "share", "add up to 1, got nan for 'a'"),
        (
            {"before": list("aa"), "after": list("xy"), "share": [0.5, 0.6]},
            "share",
            "add up to 1, got 1.1 for 'a'",
        ),
        ({"before": ["a"], "after": ["x"]}, "guess", "split must be one of"),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, object], split: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        cu.apply_crosswalk(ROWS, pd.DataFrame(table), "team", split=split)


def test_a_merged_unit_is_compared_with_its_parts() -> None:
    now = pd.DataFrame({"team": ["ab"] * 3 + ["c"] * 3, "y": [4.0, 5, 6, 1, 2, 3], "wave": 2})
    before = pd.DataFrame({"team": list("aabbcc"), "y": [1.0, 3, 5, 7, 1, 3], "wave": 1})
    table = pd.DataFrame({"before": list("abc"), "after": ["ab", "ab", "c"]})
    rows = pd.concat([cu.apply_crosswalk(before, table, "team").data, now])
    found = cu.group_changes(rows, "y", "team", "wave").to_frame()
    assert found["change"].tolist() == [1.0, 0.0]


def test_a_second_crosswalk_does_not_lose_the_first() -> None:
    first = cu.apply_crosswalk(ROWS, TABLE, "team").data
    with pytest.raises(InputError, match="made here, got 'group_before': rename"):
        cu.apply_crosswalk(first, pd.DataFrame({"before": ["ab", "c"], "after": "x"}), "team")


def test_weights_that_are_no_numbers_are_named() -> None:
    with pytest.raises(InputError, match="weight must be numbers"):
        cu.apply_crosswalk(ROWS.assign(weight="w"), TABLE, "team", split="share")
