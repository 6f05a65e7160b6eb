"""Coverage, overlap, consensus and accuracy from their definitions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collective_use.numerics.rosters import checklist as chk


def random_levels(seed: int, members: int, areas: int, share_missing: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 4, (1, members, areas)).astype(float)
    levels[rng.random(levels.shape) < share_missing] = np.nan
    return levels


stacks = st.builds(
    random_levels,
    st.integers(0, 2**32 - 1),
    st.integers(2, 8),
    st.integers(1, 9),
    st.sampled_from([0.0, 0.2]),
)


@settings(max_examples=60, deadline=None)
@given(stacks)
def test_overlap_pair_by_pair(levels: np.ndarray) -> None:
    held = chk.holds(levels, 2)
    jaccards, cosines = [], []
    for one, two in itertools.combinations(range(levels.shape[1]), 2):
        both = ~np.isnan(levels[0, one]) & ~np.isnan(levels[0, two])
        a, b = levels[0, one, both], levels[0, two, both]
        either = ((a >= 2) | (b >= 2)).sum()
        if either:
            jaccards.append(((a >= 2) & (b >= 2)).sum() / either)
        if (a**2).sum() * (b**2).sum() > 0:
            cosines.append(a @ b / np.sqrt((a**2).sum() * (b**2).sum()))
    for ours, theirs in ((chk.jaccard(held), jaccards), (chk.cosine(levels), cosines)):
        if theirs:
            assert ours[0] == pytest.approx(np.mean(theirs), rel=1e-12)
        else:
            assert np.isnan(ours[0])


@settings(max_examples=60, deadline=None)
@given(stacks)
def test_bounds_and_order(levels: np.ndarray) -> None:
    held = chk.holds(levels, 2)
    for index in (chk.coverage, chk.redundancy, chk.jaccard, chk.breadth):
        value = index(held)[0]
        top = levels.shape[-1] if index is chk.breadth else 1
        assert np.isnan(value) or -1e-12 <= value <= top + 1e-12
        np.testing.assert_allclose(index(held[:, ::-1]), index(held), rtol=1e-12)
        np.testing.assert_allclose(index(held[..., ::-1]), index(held), rtol=1e-12)
    low, high = chk.coverage(held)[0], chk.coverage_ceiling(held)[0]
    assert np.isnan(low) or low <= high


def test_coverage_redundancy_breadth() -> None:
    levels = np.array([[[3, 2, 0, 0], [0, 2, 1, 0]]], float)
    held = chk.holds(levels, 2)
    assert chk.coverage(held)[0] == 0.5
    assert chk.redundancy(held)[0] == pytest.approx((0.5 + 1 + 0 + 0) / 4)
    assert chk.breadth(held)[0] == 1.5
    assert chk.holders(held)[0].tolist() == [1, 2, 0, 0]


def test_consensus() -> None:
    nominations = np.array([[[1, 0], [1, 0], [2, 0], [np.nan, 0]]])
    counts = chk.tally(nominations, 4)
    assert counts[0, 0].tolist() == [0, 2, 1, 0, 0]
    assert chk.modal_share(counts)[0] == pytest.approx((2 / 3 + 1) / 2)
    assert chk.pair_agreement(counts)[0] == pytest.approx((1 / 3 + 1) / 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 8), st.integers(0, 1000))
def test_entropy_is_1_when_spread_evenly_and_0_when_all_agree(k: int, seed: int) -> None:
    assert chk.entropy(np.full(k, 3.0), k) == pytest.approx(1)
    one = np.zeros(k)
    one[seed % k] = 5
    assert chk.entropy(one, k) == 0


def test_pair_agreement_is_not_biased_by_the_number_of_raters() -> None:
    rng = np.random.default_rng(3)
    expected = 1 / 5
    for raters in (2, 5, 20):
        counts = rng.multinomial(raters, np.full(5, 0.2), size=(20000, 1)).astype(float)
        assert chk.pair_agreement(counts).mean() == pytest.approx(expected, abs=0.01)
        assert chk.modal_share(counts).mean() > expected + 0.08


def test_accuracy_with_nobody_and_missing() -> None:
    n = np.nan
    knowledge = np.array([[[3, 0, 1], [1, 0, n], [n, 1, 3]]])
    nominations = np.array([[[1, 0, 2], [3, 0, 3], [2, 1, n]]])
    accuracy, judged = chk.nomination_accuracy(nominations, knowledge, 3)
    # area 1: right, unknown, wrong; area 2: nobody right twice, wrong; area 3: unknown, right
    assert accuracy[0] == pytest.approx((1 + 0 + 1 + 1 + 0 + 1) / 6)
    assert judged[0] == pytest.approx(6 / 8)
