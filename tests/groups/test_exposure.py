"""The minimum-exposure rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.groups.voices.exposure import without_short_exposure


def test_the_rule_by_group_with_unknown_exposure() -> None:
    frame = pd.DataFrame(
        {
            "group": ["a", "a", "a", "b"],
            "months": [1, 12, np.nan, 2],
            "meetings": [5, 3, 5, 1],
        }
    )
    rule = {"months": 3, "meetings": 2}
    got = cu.minimum_exposure(frame, rule)
    assert got.keep.tolist() == [False, True, True, False]
    assert got.values["unknown"].tolist() == [1, 0]
    assert got.values["reason"].tolist() == ["", "nobody meets the rule"]
    strict = cu.minimum_exposure(frame, rule, unknown="leave_out")
    assert strict.keep.tolist() == [False, True, False, False]
    with pytest.raises(cu.InputError, match="must be a column"):
        cu.minimum_exposure(frame, {"month": 3})
    with pytest.raises(cu.InputError, match="at least one item"):
        cu.minimum_exposure(frame, {})


def test_responses_are_reduced_and_the_record_says_so() -> None:
    from collective_use.instrument.library import sample_path

    folder = sample_path("clean")
    bank = cu.load_instrument("collective_data_use")
    responses = cu.read_responses(
        folder / "export.csv", bank, members=folder / "members.csv",
        informants=folder / "informants.csv",
    )  # fmt: skip
    got = cu.minimum_exposure(responses, {"d4": 4})
    left = got.responses
    assert left is not None
    assert 0 < len(left.persons) == int(got.keep.sum()) < len(responses.persons)
    assert (left.to_frame()["d4"].astype(float) >= 4).all()
    assert all(len(frame) == len(left.persons) for frame in left.rosters.values())
    entry = left.record.entries[-1]
    assert entry.count == int((~got.keep).sum()) == len(entry.what)
    with pytest.raises(cu.InputError, match="items of exposure must be one of 'd4', 'd5'"):
        cu.minimum_exposure(responses, {"d1": 1})


def test_means_with_and_without_newcomers() -> None:
    got = without_short_exposure([1, 3, 5, 2], list("aaab"), [1, 6, 9, 1], 3)
    assert got["mean"].tolist() == [3, 2]
    assert got["mean_kept"].iloc[0] == 4
    assert np.isnan(got["mean_kept"].iloc[1])
    assert got["reason"].iloc[1] == "nobody meets the rule"
