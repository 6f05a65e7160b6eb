"""Aggregation on the real survey and on groups made to fail."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.results import NotComputed

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "parity/reference/agreement/lq2002.json").read_text()
)
NAMES = {"lead": "LEAD", "tsig": "TSIG", "hostil": "HOSTIL"}


@pytest.fixture(scope="module")
def lq_groups(lq_scores):
    return cu.aggregate(lq_scores)


@pytest.mark.parametrize("measure", NAMES)
def test_by_group_as_r_has_it(lq_groups, measure):
    block = REFERENCE[NAMES[measure]]
    frame = lq_groups.evidence[measure].by_group
    assert frame["group"].tolist() == block["grpid"]
    assert frame["n"].tolist() == block["gsize"]
    for column, cell in [
        ("rwg_j", "rwg_j"),
        ("rwg_j_lindell", "rwg_j_lindell"),
        ("ad_mean", "ad_m_mean"),
        ("ad_median", "ad_m_median"),
    ]:
        np.testing.assert_allclose(frame[column], block[cell], rtol=1e-10, err_msg=column)


@pytest.mark.parametrize("measure", NAMES)
def test_by_item_as_r_has_it(lq_groups, measure):
    block = REFERENCE[NAMES[measure]]["item"]
    frame = lq_groups.item_agreement_frame()
    for item, cells in block.items():
        rows = frame[(frame["measure"] == measure) & (frame["item"] == item.lower())]
        np.testing.assert_allclose(rows["rwg"], cells["rwg"], rtol=1e-10)
        np.testing.assert_allclose(rows["variance"], cells["var"], rtol=1e-10)
        np.testing.assert_allclose(rows["ad_mean"], cells["ad_mean"], rtol=1e-10)


@pytest.mark.parametrize("measure", NAMES)
def test_by_measure_as_r_has_it(lq_groups, measure):
    block = REFERENCE[NAMES[measure]]
    row = lq_groups.measures_frame().set_index("measure").loc[measure]
    icc = block["scale_icc"]
    wanted = {
        "alpha": block["alpha"]["psych_raw"],
        "icc1": icc["ICC1_multilevel"],
        "icc1_k0": icc["ICC1_k0"],
        "icc2": icc["ICC2_multilevel"],
        "f": icc["F"],
        "p": icc["p"],
        "df1": icc["df1"],
        "df2": icc["df2"],
        "rwg_j_mean": np.mean(block["rwg_j"]),
        "rwg_j_median": np.median(block["rwg_j"]),
        "rwg_j_share": np.mean(np.array(block["rwg_j"]) >= 0.7),
    }
    for name, value in wanted.items():
        assert row[name] == pytest.approx(value, rel=1e-10), name


def test_shuffled_rows_give_the_same(lq_scores, fake):
    order = np.random.default_rng(3).permutation(len(lq_scores.items))
    shuffled = fake.scores(
        lq_scores.responses.instrument,
        lq_scores.responses.persons["group"].iloc[order],
        lq_scores.items.iloc[order],
    )
    first, second = cu.aggregate(lq_scores), cu.aggregate(shuffled)
    pd.testing.assert_frame_equal(first.values, second.values, rtol=1e-12)
    pd.testing.assert_frame_equal(first.agreement_frame(), second.agreement_frame(), rtol=1e-12)


def test_verdict_names_numbers_and_rules(lq_groups):
    part = lq_groups.evidence["lead"]
    assert part.verdict == "supported under the uniform null only"
    assert "median rwg(j) .87" in part.explanation
    assert "F(48, 1993) = 5.02, p < .001" in part.explanation
    assert "LeBreton & Senter 2008" in part.explanation
    assert {rule.name for rule in part.rules} >= {"rwg_j", "icc1", "icc2"}


def test_small_groups_stay_with_their_reason(fake):
    bank = fake.instrument(
        [{"id": "m", "items": ["a", "b"], "composition": "referent_shift"}],
        {"a": range(1, 6), "b": range(1, 6)},
    )
    items = pd.DataFrame({"a": [1, 2, 2, 5, 4, 4, 3.0], "b": [1, 2, 3, 4, 4, 5, 3.0]})
    members = pd.DataFrame({"group": ["x"] * 4 + ["y"] * 3 + ["z"] * 2 + ["silent"] * 3})
    groups = cu.aggregate(fake.scores(bank, list("xxxyyyz"), items, members=members))
    frame = groups.values.set_index("group")
    assert list(frame.index) == ["silent", "x", "y", "z"]
    assert frame.loc["x", "response_rate"] == 0.75
    assert frame.loc["z", "reason"] == "1 answered; at least 3 are asked for"
    assert np.isnan(frame.loc["z", "m"])
    assert frame.loc["silent", "n"] == 0
    by_group = groups.evidence["m"].by_group.set_index("group")
    assert by_group.loc["silent", "reason"] == "nobody answered"
    left_out = groups.record.of_kind("left out")
    assert left_out[0].what == ("silent", "z")


def test_wrong_checks_are_refused_with_a_sentence(fake):
    bank = fake.instrument(
        [
            {"id": "sep", "items": ["a", "b"], "composition": "separation"},
            {"id": "dis", "items": ["a", "b"], "composition": "disparity"},
            {"id": "add", "items": ["a", "b"], "composition": "additive"},
        ],
        {"a": range(1, 6), "b": range(1, 6)},
    )
    items = pd.DataFrame({"a": [1, 2, 2, 5, 4, 4.0], "b": [1, 2, 3, 4, 4, 5.0]})
    groups = cu.aggregate(fake.scores(bank, list("xxxyyy"), items))
    for name in ("sep", "dis"):
        part = groups.evidence[name]
        assert {"rwg_j", "icc1"} <= set(part.refused)
        assert "rwg_j" not in part.by_group.columns
        assert part.verdict == "no check needed"
    assert "icc2" not in groups.evidence["add"].refused
    assert "Chan 1998" in groups.evidence["add"].refused["rwg_j"]


def test_one_group_says_why(fake):
    bank = fake.instrument(
        [{"id": "m", "items": ["a"], "composition": "referent_shift"}], {"a": range(1, 6)}
    )
    groups = cu.aggregate(fake.scores(bank, list("xxx"), pd.DataFrame({"a": [1.0, 2, 3]})))
    part = groups.evidence["m"]
    assert isinstance(part.summary["icc1"], NotComputed)
    assert part.verdict == "cannot be judged"
    assert "one group" in part.explanation
    assert "rwg" in part.by_group.columns
    assert "rwg_j" not in part.by_group.columns


def test_constant_answers_say_why(fake):
    bank = fake.instrument(
        [{"id": "m", "items": ["a", "b"], "composition": "referent_shift"}],
        {"a": range(1, 6), "b": range(1, 6)},
    )
    items = pd.DataFrame({"a": [3.0] * 6, "b": [3.0] * 6})
    part = cu.aggregate(fake.scores(bank, list("xxxyyy"), items)).evidence["m"]
    assert part.by_group["rwg_j"].tolist() == [1.0, 1.0]
    assert "All answers are the same" in part.explanation
    assert str(part.summary["alpha"]) == "not computed: the sum of the items does not vary"


def test_unknown_measure_is_one_clear_error(lq_scores):
    with pytest.raises(cu.InputError, match="did you mean 'lead'"):
        cu.aggregate(lq_scores, measures=["laed"])


def test_a_measure_named_often_is_computed_once(lq_scores):
    """A study that named one a hundred thousand times did not come back."""
    named = cu.aggregate(lq_scores, measures=["lead"] * 100_000, repetitions=0)
    assert list(named.evidence) == ["lead"]


def test_results_print_and_become_json(lq_groups):
    assert "lead" in str(lq_groups)
    json.dumps(lq_groups.to_dict(), allow_nan=False)
    assert "<table" in lq_groups._repr_html_()
    assert "Verdict" in str(lq_groups.evidence["lead"])
