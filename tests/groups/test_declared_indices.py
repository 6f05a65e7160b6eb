"""The first index that a measure declares is its group value, or the file is refused."""

from __future__ import annotations

import statistics as st
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.compositions import COMPOSITIONS

HEAD = """
schema: 1
id: tiny
version: "1"
title: {en: Tiny}
languages: [en]
columns: {group: team, member: who}
scales:
  - id: s5
    options: [{code: 1, label: {en: a}}, {code: 2, label: {en: b}}, {code: 3, label: {en: c}},
      {code: 4, label: {en: d}}, {code: 5, label: {en: e}}]
constructs: [{id: c1, name: {en: C}, definition: {en: D}}]
items:
  - {id: q1, construct: c1, text: {en: Q}, scale: s5}
  - {id: job, construct: c1, kind: choice, text: {en: J}, options: [{code: 1, label: {en: x}},
      {code: 2, label: {en: y}}, {code: 3, label: {en: z}}]}
  - {id: has, construct: c1, kind: checklist, text: {en: H}, options: [{code: 1, label: {en: x}},
      {code: 2, label: {en: y}}, {code: 3, label: {en: z}}]}
  - {id: top, construct: c1, kind: number, role: group, text: {en: T}}
  - {id: low, construct: c1, kind: number, role: group, text: {en: L}}
measures:
"""
ANSWERS = {"a": [1, 2, 5], "b": [3, 3, 4]}
EXACT = {
    "mean": st.mean,
    "sum": sum,
    "herfindahl": lambda x: sum((v / sum(x)) ** 2 for v in x),
    "effective_number": lambda x: 1 / sum((v / sum(x)) ** 2 for v in x),
    "largest_share": lambda x: max(x) / sum(x),
    "valued_mean": st.mean,
    "sd": st.stdev,
    "cv": lambda x: st.stdev(x) / st.mean(x),
    "cv_observed": lambda x: st.pstdev(x) / st.mean(x),
    "sd_observed": st.pstdev,
    "distinct": lambda x: len(set(x)),
    "blau_observed": lambda x: 1 - sum((x.count(v) / len(x)) ** 2 for v in set(x)),
}


def load(folder: Path, line: str) -> object:
    path = folder / "tiny.yaml"
    path.write_text(f"{HEAD}  - {line}\n", encoding="utf-8")
    return cu.load_instrument(path)


def value(folder: Path, line: str, informants: pd.DataFrame | None = None) -> dict[str, float]:
    bank = load(folder, line)
    rows = [
        {"team": team, "who": f"{team}{k}", "q1": v, "job": min(v, 3),
         "has_1": int(v > 1), "has_2": int(v > 2), "has_3": int(v > 3)}
        for team, values in ANSWERS.items()
        for k, v in enumerate(values)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    members = frame[["team", "who"]].set_axis(["group", "member"], axis=1)
    responses = cu.read_responses(frame, bank, members=members, informants=informants)
    groups = cu.aggregate(cu.score(responses), cutoffs={"group_size": 2}, repetitions=0)
    return groups.to_frame().set_index("group")["m1"].to_dict()


def measure(composition: str, index: str, items: str = "q1", source: str = "perception") -> str:
    score = ", score: none" if composition == "variety" else ""
    return (
        f"{{id: m1, construct: c1, composition: {composition}, source: {source}, "
        f"items: [{items}], indices: [{{name: {index}}}]{score}}}"
    )


CASES = [
    (row.name, answers, index)
    for row in COMPOSITIONS.values()
    for answers in ("statements", "kinds", "ticks")
    if answers in row.offers
    for index in row.offers[answers].values
]


@pytest.mark.parametrize(("composition", "answers", "index"), CASES)
def test_what_is_offered_is_computed(tmp_path, composition, answers, index):
    item = {"statements": "q1", "kinds": "job", "ticks": "has"}[answers]
    source = "perception" if answers == "statements" else "checklist"
    got = value(tmp_path, measure(composition, index, item, source))
    assert all(np.isfinite(v) for v in got.values())
    exact = EXACT.get(index)
    if exact is not None and answers != "ticks" and (composition, index) != ("separation", "sd"):
        for team, values in ANSWERS.items():
            shown = [min(v, 3) for v in values] if answers == "kinds" else values
            assert got[team] == pytest.approx(exact(shown))


@pytest.mark.parametrize("composition", ["referent_shift", "direct_consensus", "additive"])
def test_what_cannot_be_the_value_is_refused_when_the_file_is_loaded(tmp_path, composition):
    with pytest.raises(cu.InstrumentError, match="composition 'separation'"):
        load(tmp_path, measure(composition, "sd"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (measure("disparity", "coverage"), "not known for the composition 'disparity'"),
        (measure("variety", "consensus", "has", "checklist"), "not known for"),
        (measure("referent_shift", "mean", "has", "checklist"), "computed from"),
        (measure("additive", "mean", "job, has", "checklist"), "make each a measure"),
        (measure("separation", "sd").replace("name: sd", "name: sd, threshold: 2"), "threshold"),
        (measure("additive", "sum").replace("sum}", "sum, one_minus: true}"), "one_minus"),
        (measure("global", "ratio", "top", "informant"), "name two"),
    ],
)
def test_what_would_do_nothing_is_refused_too(tmp_path, line, message):
    with pytest.raises(cu.InstrumentError, match=message):
        load(tmp_path, line)


@pytest.mark.parametrize(("index", "right"), [("mean", 7.0), ("sum", 14.0), ("ratio", 2.5)])
def test_informants_give_the_index_that_is_named(tmp_path, index, right):
    told = pd.DataFrame({"team": ["a", "b"], "top": [10, 3], "low": [4, 0]})
    got = value(tmp_path, measure("global", index, "top, low", "informant"), told)
    assert got["a"] == right
    assert np.isnan(got["b"]) if index == "ratio" else np.isfinite(got["b"])


def test_a_response_gate_of_members_answers_is_kept(tmp_path):
    line = measure("separation", "sd")[:-1] + ", response_gate: 0.8}"
    bank = load(tmp_path, line)
    frame = pd.DataFrame({"team": list("aaab"), "who": list("wxyz"), "q1": [1, 2, 5, 3]})
    members = pd.DataFrame({"group": list("aaaaabb"), "member": list("wxyuvzt")})
    responses = cu.read_responses(frame, bank, members=members)
    part = cu.aggregate(cu.score(responses), repetitions=0).evidence["m1"]
    assert part.by_group["value"].isna().all()
    assert "under the gate of 80%" in part.by_group["reason"].iloc[0]
