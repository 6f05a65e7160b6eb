"""Counts rounded at random, and agreement of groups in bands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import collective_use as cu
from collective_use.disclosure import Disclosure
from collective_use.groups.disclosure.bands import agreement_bands
from collective_use.groups.disclosure.counts import BASE, FEWEST, OPTIONS, rounded_counts
from collective_use.groups.disclosure.shown import for_others


@given(st.lists(st.integers(0, 300), min_size=2, max_size=9))
def test_counts_are_near_multiples(counts: list[int]) -> None:
    exact = np.array(counts)
    shown = rounded_counts(exact, b"one")
    if exact.sum() < FEWEST or len(counts) < OPTIONS:
        assert shown is None
        return
    assert shown is not None
    assert (shown % BASE == 0).all()
    assert (abs(shown - exact) < BASE).all()
    assert abs(shown.sum() - exact.sum()) <= BASE / 2
    assert (rounded_counts(exact, b"one") == shown).all()


def test_counts_are_right_to_a_person_on_average() -> None:
    draws = [rounded_counts(np.array([52, 103, 1000 + k, 7]), b"") for k in range(4000)]
    means = np.mean([draw[:2] for draw in draws if draw is not None], axis=0)
    # what the sum is rounded by is shared out among the counts
    assert means == pytest.approx([52, 103], abs=1)


def test_two_runs_that_differ_by_one_person_do_not_tell_the_answer() -> None:
    """Whoever compares two tables cannot name the option that the one more person chose."""
    rng = np.random.default_rng(5)
    right = 0
    for _ in range(2000):
        counts = rng.multinomial(300, [0.1, 0.2, 0.3, 0.25, 0.15])
        answer = rng.integers(5)
        more = counts.copy()
        more[answer] += 1
        before, after = rounded_counts(counts, b"before"), rounded_counts(more, b"after")
        assert before is not None
        assert after is not None
        right += int(np.argmax(after - before) == answer)
    # guessing blindly is right in 1 of 5; one person moves a chance by a tenth at most
    assert right / 2000 < 0.30


def test_bands_show_no_small_group_and_no_group_alone() -> None:
    sizes = np.repeat([3.0, 5.0, 8.0, 20.0], [4, 6, 7, 2])
    index = np.linspace(0.1, 0.99, len(sizes))
    found = agreement_bands(sizes, index, np.full(len(sizes), 0.5), Disclosure(5))
    assert found.groupby("sizes")["groups"].first().to_dict() == {"5": 6, "8-20": 9}
    # So coarse that a group alone in a band is not seen there.
    assert set(found["share"]) <= {0.0, 0.5, 1.0}


def test_few_groups_show_nothing() -> None:
    found = agreement_bands(np.full(4, 9.0), np.full(4, 0.9), np.full(4, 0.5), Disclosure(5))
    assert found.empty


def test_no_sentence_of_a_shown_measure_names_a_group() -> None:
    sample = cu.sample_path("clean")
    responses = cu.read_responses(
        sample / "export.csv", "collective_data_use", members=sample / "members.csv"
    )
    scores = cu.score(responses)
    groups = cu.aggregate(scores, measures=["cdu", "ssm"], repetitions=0)
    exact = " ".join(groups.measures_frame()["explanation"])
    shown = " ".join(for_others(groups, scores).measures["explanation"])
    names = [str(name) for name in groups.values["group"]]
    assert any(f"group {name} " in exact for name in names)
    assert not any(f"group {name} " in shown for name in names)
    assert "the means of groups would move" in shown
