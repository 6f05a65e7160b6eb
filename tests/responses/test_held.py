"""Answers are held as codes; whoever asks for a frame gets what reading made at once before."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.compositions import SHARED
from collective_use.later import Later, held_in
from collective_use.responses.coded import Coded, CodedReasons, Levels
from collective_use.responses.held import (
    answer_frame,
    answer_names,
    coded_answers,
    reason_frame,
    with_rows,
)
from collective_use.responses.keyed import keyed_items
from collective_use.scores.table import item_frame, item_names

BANK = cu.load_instrument("collective_data_use")


def asked(rows: int, seed: int = 1) -> pd.DataFrame:
    """Answers to some items, missing and don't know among them, in groups of four."""
    rng = np.random.default_rng(seed)
    items = [item for item in BANK.items if item.kind == "likert" and item.role == "measure"][:14]
    frame = pd.DataFrame({"team": [f"t{n // 4}" for n in range(rows)]})
    for item in items:
        codes = BANK.get_scale(item.scale).codes
        frame[item.id] = rng.choice([*map(str, codes), "", "88"], size=rows)
    return frame


@pytest.fixture
def responses() -> cu.Responses:
    return cu.read_responses(asked(40), BANK, group="team")


def of_frames(responses: cu.Responses) -> cu.Responses:
    """The same responses, given as frames."""
    return replace(responses)


def test_nothing_is_made_that_nobody_reads(responses: cu.Responses) -> None:
    scores = cu.score(responses)
    groups = cu.aggregate(scores, repetitions=0)
    str(responses), responses.to_frame(), groups.measures_frame(), groups.agreement_frame()
    assert isinstance(held_in(responses, "answers"), Coded)
    assert isinstance(held_in(responses, "reasons"), CodedReasons)
    assert isinstance(held_in(scores, "items"), Coded)
    shared = [m.id for m in BANK.measures if m.composition in SHARED and m.items[0] in asked(1)]
    for name in shared:
        part = groups.evidence[name]
        assert isinstance(held_in(part, "by_item"), Later)
        assert part.by_item is part.by_item
    assert shared


def test_a_frame_is_made_once_and_stays_as_it_is_changed(responses: cu.Responses) -> None:
    answers = responses.answers
    assert answers is responses.answers
    assert set(answers.dtypes) == {np.dtype("float64")}
    first = answers.columns[0]
    responses.answers.loc[0, first] = 99.0
    assert responses.answers.loc[0, first] == 99.0
    assert answer_frame(responses, [first]).loc[0, first] == 99.0


def test_codes_and_frames_give_the_same(responses: cu.Responses) -> None:
    frames = of_frames(responses)
    assert isinstance(held_in(frames, "answers"), pd.DataFrame)
    coded = cu.read_responses(asked(40), BANK, group="team")
    names = answer_names(coded)
    assert names == answer_names(frames) == list(frames.answers.columns)
    pd.testing.assert_frame_equal(answer_frame(coded, names[3:1:-1]), frames.answers[names[3:1:-1]])
    pd.testing.assert_frame_equal(reason_frame(coded, names[:2]), frames.reasons[names[:2]])
    pd.testing.assert_frame_equal(coded.to_frame(), frames.to_frame())
    assert str(coded) == str(frames)
    one, other = cu.score(coded), cu.score(frames)
    assert item_names(one) == item_names(other)
    pd.testing.assert_frame_equal(item_frame(one, names[:2]), item_frame(other, names[:2]))
    assert isinstance(held_in(one, "items"), Coded)
    pd.testing.assert_frame_equal(one.items, keyed_items(BANK, frames.answers))
    pd.testing.assert_frame_equal(one.values, other.values)
    pd.testing.assert_frame_equal(
        cu.aggregate(one, repetitions=0).item_agreement_frame(),
        cu.aggregate(other, repetitions=0).item_agreement_frame(),
    )


@pytest.mark.parametrize("read_before", [False, True])
def test_items_are_those_that_were_scored(responses: cu.Responses, read_before: bool) -> None:
    """Who changes answers afterwards does not change what was scored, nor its evidence."""
    untouched = cu.aggregate(cu.score(of_frames(responses)), repetitions=0).item_agreement_frame()
    coded = cu.read_responses(asked(40), BANK, group="team")
    scores = cu.score(coded)
    assert scores.items is not None if read_before else True
    groups = cu.aggregate(scores, repetitions=0)
    coded.answers.iloc[:, :] = 1.0
    scores.items.iloc[:, :] = 2.0
    pd.testing.assert_frame_equal(groups.item_agreement_frame(), untouched)


def test_some_persons_are_the_rows_of_the_frames(responses: cu.Responses) -> None:
    keep = np.arange(40) % 3 > 0
    some = with_rows(responses, keep, form="x")
    assert isinstance(held_in(some, "answers"), Coded)
    assert some.form == "x"
    for name in ("persons", "answers", "reasons"):
        whole = getattr(responses, name)[keep].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(some, name), whole)
    again = with_rows(of_frames(responses), keep)
    pd.testing.assert_frame_equal(again.answers, some.answers)


def test_exports_behind_each_other_keep_their_levels() -> None:
    """Each export has texts of its own, and one lacks an item: the codes are those of both."""
    one, two = asked(12), asked(8, seed=2).replace({"1": "-99"})
    two = two.drop(columns=two.columns[3])
    both = cu.read_responses([one, two], BANK, group="team")
    parts = [cu.read_responses(frame, BANK, group="team") for frame in (one, two)]
    lacking = one.columns[3]
    for name in answer_names(both):
        second = parts[1].answers.get(name, pd.Series(np.full(8, np.nan)))
        found = both.answers[name].tolist()
        np.testing.assert_array_equal(found, [*parts[0].answers[name], *second])
    assert both.reasons[lacking].tolist()[12:] == ["not_shown"] * 8


def test_responses_can_be_kept_in_a_file(responses: cu.Responses) -> None:
    again = pickle.loads(pickle.dumps(responses))
    assert isinstance(held_in(again, "answers"), Coded)
    pd.testing.assert_frame_equal(again.answers, responses.answers)


def test_missing_answers_are_counted_without_a_frame(responses: cu.Responses) -> None:
    names = answer_names(responses)
    coded = coded_answers(responses, names)
    assert isinstance(held_in(responses, "answers"), Coded)
    for name in names:
        assert coded.columns[name].missing() == responses.answers[name].isna().sum()
    dense = Levels(np.array([np.nan, 1.0, np.nan]))
    assert dense.missing() == 2
    assert dense.rows(np.array([True, True, False])).values.tolist()[1] == 1.0
