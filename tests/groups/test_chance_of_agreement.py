"""Chance of agreement through the public functions: what is refused, exact, simulated, bounded."""

from __future__ import annotations

import numpy as np
import pytest

import collective_use as cu


def test_a_scale_score_has_no_test_against_one_item():
    scores, groups = [3.5, 3.0, 4.0, 2.5], list("aabb")
    for call in (cu.rwg, cu.rwg_j):
        with pytest.raises(cu.InputError, match=r"got 3\.5, which is no option"):
            call(scores, groups, test=True)
    assert cu.rwg(scores, groups).to_frame()["rwg"].notna().all()


def test_a_group_rarer_than_the_draws_stays_significant_among_many():
    rng = np.random.default_rng(0)
    x = rng.integers(1, 6, (2400, 5)).astype(float)
    x[:8] = 4
    table = cu.rwg_j(x, np.repeat(np.arange(300), 8), test=True).to_frame()
    assert 0 < table["p"].iloc[0] < 1e-5
    assert table["p_adjusted"].iloc[0] < 0.001
    assert table["p_by"].iloc[0].startswith("simulated, 3")
    assert (table["p"] > 0).all()


def test_exact_and_simulated_are_told_apart():
    x = np.array([[1, 2], [2, 2], [5, 1], [3, 3]], dtype=float)
    groups = list("aabb")
    assert set(cu.rwg(x[:, 0], groups, test=True).to_frame()["p_by"]) == {"exact"}
    several = cu.rwg_j(x, groups, test=True, repetitions=500).to_frame()
    assert set(several["p_by"]) == {"simulated, 500 draws"}
    big = cu.average_deviation(np.tile([1, 2, 3], 4000), np.zeros(12000), test=True).to_frame()
    assert big["p_by"].tolist() == ["simulated, 20,000 draws"]
    assert big["p"].iloc[0] > 0


def test_a_group_of_many_costs_little():
    answers = np.random.default_rng(1).choice([3, 4, 5], size=20_000)
    table = cu.rwg(answers, np.zeros(len(answers)), test=True).to_frame()
    assert 0 < table["p"].iloc[0] < 1e-100
    assert table["p_by"].tolist() == ["bound"]


def test_a_slider_has_the_continuous_null():
    values, groups = [50.5, 60, 55.5, 40, 70.2, 65], list("aaabbb")
    table = cu.rwg(values, groups, null="continuous", options=(0, 100), test=True).to_frame()
    expected = [1 - np.var(part, ddof=1) * 12 / 100**2 for part in (values[:3], values[3:])]
    np.testing.assert_allclose(table["rwg"], expected)
    assert table["rwg"].round(4).tolist() == [0.9729, 0.6872]
    assert ((table["p"] > 0) & (table["p"] < 1)).all()
    spread = cu.average_deviation(values, groups, null="continuous", options=(0, 100), test=True)
    gaps = [np.abs(np.array(part) - np.mean(part)).mean() for part in (values[:3], values[3:])]
    np.testing.assert_allclose(spread.to_frame()["ad"], gaps)
    assert spread.cutoff.value == pytest.approx(100 / 6)
    with pytest.raises(cu.InputError, match="two ends of the scale"):
        cu.rwg(values, groups, null="continuous", options=5)


def test_the_empirical_null_is_the_answers_of_all_groups():
    answers = np.array([4, 4, 5, 4, 5, 5, 4, 4, 5, 2, 4, 5])
    groups = np.repeat(list("abcd"), 3)
    found = cu.rwg(answers, groups, null="empirical")
    assert found.null.variance == pytest.approx(answers.var())
    assert found.summary["mean"] < cu.rwg(answers, groups).summary["mean"]
