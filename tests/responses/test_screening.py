"""Screening: flags are columns, exclusion is a step of its own, the loss is shown by group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.responses.screening.rules import chosen_rules


@pytest.fixture(scope="module")
def responses():
    """Forty careful persons in five groups, one straight-liner, one who fails the check."""
    bank = cu.load_instrument("collective_data_use")
    form = bank.get_form("short")
    likert = {i.id for i in bank.items if i.kind == "likert" and i.role in ("measure", "attention")}
    names = [n for block in form.blocks for n in block.items if n in likert]
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.integers(1, 8, (42, len(names))).astype(str), columns=names)
    frame["ac1"] = "2"
    frame.loc[40] = "4"
    frame.loc[40, "ac1"] = "2"
    frame.loc[41, "ac1"] = "6"
    frame.loc[3, names[: len(names) * 2 // 3]] = "88"
    frame["group_code"] = [f"g{place % 5}" for place in range(42)]
    frame["Duration (in seconds)"] = "600"
    frame.loc[7, "Duration (in seconds)"] = "30"
    columns = {"duration": "Duration (in seconds)"}
    return cu.read_responses(frame, bank, columns=columns)


def test_flags_are_columns_and_nobody_is_left_out(responses):
    seen = cu.screen(responses)
    assert seen.flags["longstring"].to_numpy().nonzero()[0].tolist() == [40]
    assert seen.indices["longstring"][40] == 13.0  # the longest page, not the whole form
    assert seen.flags["instructed"].to_numpy().nonzero()[0].tolist() == [41]
    assert seen.flags["seconds_per_item"].to_numpy().nonzero()[0].tolist() == [7]
    assert seen.flags["dont_know"].to_numpy().nonzero()[0].tolist() == [3]
    assert seen.indices["irv"][40] == 0
    assert "infrequency" in seen.reasons
    assert len(seen.responses.persons) == 42
    assert {"flag_irv", "irv", "flagged"} <= set(seen.to_frame().columns)
    assert "not computed" in str(seen)


def test_exclusion_is_recorded_by_rule_and_group(responses):
    seen = cu.screen(responses, counting=["longstring", "instructed"])
    kept = cu.drop_flagged(seen)
    assert len(kept.persons) == len(kept.answers) == len(kept.reasons) == 40
    loss = seen.loss_frame().set_index("group")
    assert loss.loc["g0", "left_out"] == 1
    assert loss.loc["g1", "left_out"] == 1
    assert loss["left_out"].sum() == 2
    texts = [entry.text for entry in kept.record.of_kind("left out")]
    assert any("rule longstring ≥ 8" in text for text in texts)
    assert "Group g0: 1 of 9 left out by screening." in texts


def test_other_values_and_unknown_rules(responses):
    assert cu.screen(responses, rules={"longstring": 14}).flags["longstring"].sum() == 0
    with pytest.raises(cu.InputError, match="did you mean 'longstring'"):
        cu.screen(responses, rules={"long_string": 4})
    with pytest.raises(cu.InputError, match="counting must name rules"):
        cu.screen(responses, counting=["speed"])


def test_an_index_that_cannot_be_had_says_why():
    bank = cu.load_instrument("lq2002")
    frame = pd.DataFrame({"COMPID": ["a", "b"], "LEAD01": [1, 2], "LEAD02": [3, 2]})
    seen = cu.screen(cu.read_responses(frame, bank))
    assert seen.reasons["seconds_per_item"] == "the export holds no duration"
    assert seen.reasons["even_odd"].startswith("1 scales")
    assert seen.reasons["mahalanobis_p"] == "the covariances of the items cannot be inverted"
    assert seen.reasons["synonyms"].startswith("0 item pairs")


def test_page_times_go_before_the_whole_duration():
    bank = cu.load_instrument("lq2002")
    frame = pd.DataFrame(
        {
            **{name: ["a", "a"] for name in ("COMPID",)},
            **{f"LEAD{number:02d}": ["3", "2"] for number in range(1, 12)},
            "ResponseId": ["R1", "R2"],
            "Progress": ["100", "100"],
            "RecordedDate": ["x", "y"],
            "Duration (in seconds)": ["900", "900"],
            "leadership_First Click": ["1", "1"],
            "leadership_Page Submit": ["11", "110"],
        }
    )
    responses = cu.read_responses(frame, bank, form="survey")
    seen = cu.screen(responses)
    assert seen.indices["seconds_per_item"].tolist() == [1.0, 10.0]
    assert not any("First Click" in entry.text for entry in responses.record.entries)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_rule_without_a_number_is_refused(value):
    with pytest.raises(cu.InputError, match="screening rule longstring must have a finite number"):
        chosen_rules({"longstring": value})
