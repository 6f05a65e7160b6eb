"""Each roster, point and checklist measure of the bundled bank gets its own kind of evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.groups.keys import group_keys
from collective_use.groups.rosters.from_responses import Places, places_of
from collective_use.instrument.library import sample_path
from collective_use.responses.table import Responses

MEASURES = (
    "con_ties", "con_quality", "pim_points", "pim_resources", "exp_coverage", "exp_variety",
    "exp_who_knows", "exp_advice", "dl_ties", "dl_roles", "pim", "cdu_meetings", "ssm_spread",
)  # fmt: skip


def _read(name: str) -> Responses:
    folder = sample_path(name)
    return cu.read_responses(
        folder / "export.csv",
        cu.load_instrument("collective_data_use"),
        members=folder / "members.csv",
        informants=folder / "informants.csv",
    )


@pytest.fixture(scope="module")
def messy() -> Responses:
    return _read("messy")


@pytest.fixture(scope="module")
def groups(messy: Responses) -> object:
    return cu.aggregate(cu.score(messy), measures=MEASURES, repetitions=0)


def _matrix(responses: Responses, item: str, group: str) -> pd.DataFrame:
    """One group's answers matched by hand, through names alone."""
    members = responses.members[responses.members["group"].astype(str) == group]
    members = members.sort_values("position")
    names = members["member"].astype(str).tolist()
    table = pd.DataFrame(np.nan, index=names, columns=names)
    persons = responses.persons
    for row in persons.index[persons["group"].astype(str) == group]:
        member = str(persons.loc[row, "member"])
        if member in names and table.loc[member].isna().all():
            values = responses.rosters[item].loc[row].reindex(range(1, len(names) + 1))
            table.loc[member] = values.to_numpy(float)
    return table


def test_density_by_group_equals_matrices_matched_by_hand(messy: Responses, groups: object) -> None:
    frame = groups.evidence["con_ties"].by_group.set_index("group")
    for group in frame.index[:15]:
        table = _matrix(messy, "net1", str(group))
        answered = table.notna().any(axis=1)
        assert frame.loc[group, "n"] == answered.sum()
        assert frame.loc[group, "asked"] == len(table)
        if answered.mean() >= 0.8:
            ties = (table[answered] >= 2).where(table[answered].notna())
            assert frame.loc[group, "density"] == pytest.approx(np.nanmean(ties.to_numpy(float)))
        else:
            assert np.isnan(frame.loc[group, "value"])
            assert "under the gate" in frame.loc[group, "reason"]


def test_no_group_is_dropped_and_every_gap_has_a_reason(messy: Responses, groups: object) -> None:
    everyone = set(messy.members["group"].astype(str))
    for name in MEASURES:
        by_group = groups.evidence[name].by_group
        assert set(by_group["group"]) >= everyone, name
        missing = by_group["value"].isna()
        assert by_group.loc[missing, "reason"].ne("").all(), name


def test_each_composition_has_its_own_evidence(groups: object) -> None:
    evidence = groups.evidence
    assert "rwg_j_median" in evidence["pim"].summary
    assert not evidence["pim"].refused
    for name in ("con_ties", "pim_points", "pim_resources", "exp_who_knows", "dl_roles"):
        assert {"rwg_j", "icc1"} <= set(evidence[name].refused), name
        assert "icc1" not in evidence[name].summary
        assert "response_rate_mean" in evidence[name].summary
    assert "ICC(A,k)" in evidence["pim_points"].refused["rwg_j"]
    assert 0 < evidence["pim_points"].summary["icc_ak"] <= 1
    assert "icc_ak" not in evidence["con_ties"].summary
    assert evidence["exp_variety"].verdict == "no check needed"


def test_the_verdict_cites_the_gate_and_the_study_may_set_it(messy: Responses) -> None:
    scores = cu.score(messy)
    strict = cu.aggregate(scores, measures=["con_ties"], repetitions=0).evidence["con_ties"]
    open_ = cu.aggregate(
        scores, measures=["con_ties"], repetitions=0, cutoffs={"response_rate": 0.5}
    ).evidence["con_ties"]
    assert strict.verdict == "partly supported"
    assert "Costenbader" in strict.explanation
    assert "set by the study" in open_.explanation
    assert open_.summary["groups_over_gate"] > strict.summary["groups_over_gate"]
    assert set(open_.details) >= {"treatments", "reported_by_others", "members", "indices"}


def test_without_a_members_file_the_reason_is_given(messy: Responses) -> None:
    bare = cu.score(replace(messy, members=None))
    result = cu.aggregate(bare, measures=["con_ties"], repetitions=0).evidence["con_ties"]
    assert result.verdict == "not computed"
    assert "no members file" in result.explanation


def test_unmatched_and_double_answers_are_counted(messy: Responses) -> None:
    persons = messy.persons.copy()
    persons["member"] = persons["member"].astype(object)
    persons.loc[0, "member"] = "stranger"
    again = persons.loc[[1]]
    persons = pd.concat([persons, again], ignore_index=True)
    changed = replace(messy, persons=persons)
    before = places_of(messy, group_keys(messy.persons, messy.members))
    places = places_of(changed, group_keys(persons, messy.members))
    assert isinstance(places, Places)
    assert isinstance(before, Places)
    assert "stranger" in " ".join(places.notes)
    assert len(places.rows) == len(before.rows) - 1
    assert "who had answered before" in " ".join(places.notes)
    positions = pd.MultiIndex.from_arrays([places.group, places.position])
    assert positions.is_unique


def test_positions_must_be_whole(messy: Responses) -> None:
    members = messy.members.copy()
    members["position"] = members["position"] + 1
    changed = replace(messy, members=members)
    with pytest.raises(cu.InputError, match="positions in the members file must run from 1"):
        places_of(changed, group_keys(changed.persons, members))


def test_an_index_that_does_not_fit_the_answers_is_named(messy: Responses) -> None:
    bank = messy.instrument
    wrong = [
        measure.model_copy(update={"indices": (measure.indices[0].model_copy(
            update={"name": "coverage"}),)}) if measure.id == "con_ties" else measure
        for measure in bank.measures
    ]  # fmt: skip
    changed = replace(messy, instrument=bank.model_copy(update={"measures": tuple(wrong)}))
    with pytest.raises(cu.InputError, match="indices of con_ties must be one of"):
        cu.aggregate(cu.score(changed), measures=["con_ties"], repetitions=0)
