"""Scores: reverse keys by the declared range, the rule for missing answers, facets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.instrument.library import sample_path
from collective_use.scores.score import enough


@pytest.fixture(scope="module")
def bank():
    return cu.load_instrument("collective_data_use")


def read(bank, frame):
    return cu.read_responses(frame.assign(group_code="a"), bank)


def test_the_scores_of_lq2002_are_those_in_its_data():
    path = sample_path("lq2002.csv")
    data = pd.read_csv(path)
    scores = cu.score(cu.read_responses(path, cu.load_instrument("lq2002")))
    for measure, column in (("lead", "LEAD"), ("tsig", "TSIG"), ("hostil", "HOSTILE")):
        np.testing.assert_allclose(scores.values[measure], data[column], rtol=0, atol=5e-9)


def test_reverse_items_use_the_declared_range(bank):
    frame = pd.DataFrame({"dlr1": [5, 6], "dlr2": [3, 4]})
    scores = cu.score(read(bank, frame))
    assert scores.items["dlr2"].tolist() == [5.0, 4.0]
    assert scores.responses.answers["dlr2"].tolist() == [3.0, 4.0]


def test_minimum_answered_counts_the_items_of_the_form(bank):
    form = bank.get_form("short")
    asked = [n for block in form.blocks for n in block.items if n.startswith("cdu")]
    likert = [i.id for i in bank.items if i.kind == "likert" and i.role == "measure"]
    everything = [n for block in form.blocks for n in block.items if n in likert]
    frame = pd.DataFrame({name: ["4", "4"] for name in everything}, dtype=object)
    frame.loc[1, asked[:3]] = ["88", "", "-99"]
    scores = cu.score(read(bank, frame))
    assert scores.responses.form == "short"
    assert len(asked) == 5
    assert scores.answered["cdu"].tolist() == [5, 2]
    assert scores.values["cdu"].isna().tolist() == [False, True]
    entry = next(e for e in scores.record.entries if "score on cdu:" in e.text)
    assert (entry.count, entry.what) == (1, ("1",))
    easy = cu.score(scores.responses, minimum_answered=2)
    assert easy.values["cdu"].notna().all()
    with pytest.raises(cu.InputError, match="minimum_answered must be a number"):
        cu.score(scores.responses, minimum_answered=0)


def test_facet_scores(bank):
    frame = pd.DataFrame({"dlr1": [7, 1], "dlr2": [1, 7], "dlr3": [2, 77], "dlr4": [6, 77]})
    scores = cu.score(read(bank, frame))
    assert scores.values["dlr.regularity"].tolist() == [7.0, 1.0]
    assert scores.values["dlr.equal_voice"].isna().tolist() == [False, True]
    assert "dlr.equal_voice" in [row[0] for row in scores.tables()[0].rows]
    assert scores.to_frame()["dlr_answered"].tolist() == [4, 2]


def test_enough():
    assert [enough(k, 0.5) for k in (1, 2, 3, 4)] == [1, 1, 2, 2]
    assert enough(3, 1) == 3
    assert enough(10, 2 / 3) == 7
