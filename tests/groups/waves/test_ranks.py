"""Ranks of groups with their uncertainty, against pairs and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import collective_use as cu
from collective_use.errors import InputError
from collective_use.numerics.groups import known_errors


def test_expected_ranks_are_sums_of_chances() -> None:
    value, error = np.array([0.0, 0.3, -1.0, 0.3]), np.array([0.5, 0.2, 1.0, 0.0])
    expected = [
        1
        + sum(
            stats.norm.cdf((value[j] - value[i]) / np.hypot(error[i], error[j]))
            for j in range(4)
            if j != i
        )
        for i in range(4)
    ]
    assert known_errors.expected_ranks(value, error) == pytest.approx(expected, rel=1e-12)


def test_many_groups_take_the_grid_and_give_the_same() -> None:
    rng = np.random.default_rng(2)
    value, error = rng.normal(size=2500), rng.uniform(0.05, 0.6, 2500)
    grid = known_errors.expected_ranks(value, error)
    pairs = [
        0.5 + stats.norm.cdf((value - value[i]) / np.hypot(error, error[i])).sum()
        for i in range(0, 2500, 100)
    ]
    assert grid[::100] == pytest.approx(pairs, abs=0.01)
    assert grid.sum() == pytest.approx(2500 * 2501 / 2, rel=1e-6)


def test_without_errors_ranks_are_ranks() -> None:
    value = np.array([3.0, 1.0, 2.0])
    assert known_errors.expected_ranks(value, np.zeros(3)).tolist() == [1, 3, 2]
    low, high, first = known_errors.drawn_ranks(value, np.zeros(3), (0.025, 0.975), 1, 100, 1)
    assert low.tolist() == high.tolist() == [1, 3, 2]
    assert first.tolist() == [1, 0, 0]


def groups(spread: float, seed: int = 1) -> cu.GroupValues:
    rng = np.random.default_rng(seed)
    level = rng.normal(0, spread, 30)
    return cu.group_values(np.repeat(level, 8) + rng.normal(size=240), np.repeat(np.arange(30), 8))


def test_groups_that_hardly_differ_cannot_be_ranked_and_others_can() -> None:
    close, far = cu.group_ranks(groups(0.2)), cu.group_ranks(groups(5.0))
    assert close.told_apart < 0.05
    assert far.told_apart > 0.85
    wide = close.ranks["rank_high"] - close.ranks["rank_low"]
    assert wide.median() > 15
    assert far.ranks["top_chance"].sum() == pytest.approx(far.top, abs=1e-9)
    assert far.top == 3


def test_limits_hold_the_rank_of_true_values() -> None:
    inside = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        level = rng.normal(0, 0.5, 40)
        y = np.repeat(level, 6) + rng.normal(size=240)
        found = cu.group_ranks(
            cu.group_values(y, np.repeat(np.arange(40), 6)), repetitions=400, seed=seed
        ).to_frame()
        true = stats.rankdata(-level)[found["group"].astype(int)]
        inside.append(((true >= found["rank_low"]) & (true <= found["rank_high"])).mean())
    assert 0.92 < np.mean(inside) <= 0.99


def test_draws_are_those_of_the_seed() -> None:
    values = groups(0.5)
    assert cu.group_ranks(values, seed=3).ranks.equals(cu.group_ranks(values, seed=3).ranks)
    assert not cu.group_ranks(values, seed=3).ranks.equals(cu.group_ranks(values, seed=4).ranks)


def test_what_is_wrong_is_named() -> None:
    two = cu.group_values(np.arange(24.0).reshape(12, 2), np.repeat(["a", "b"], 6))
    with pytest.raises(InputError, match="there are several"):
        cu.group_ranks(two)
    with pytest.raises(InputError, match="measure must be one of"):
        cu.group_ranks(two, "other")
    with pytest.raises(InputError, match=r"what cu\.group_values returns"):
        cu.group_ranks(two.values)
    with pytest.raises(InputError, match="seed"):
        cu.group_ranks(groups(1.0), seed=-1)
    one = cu.group_values([1.0, 2, 3, 4], list("aaab"), group_size=2)
    with pytest.raises(InputError, match="at least two groups"):
        cu.group_ranks(one)


def test_groups_without_a_value_are_counted() -> None:
    values = cu.group_values([1.0, 2, 5, 6, 4], list("aabbc"), group_size=2)
    found = cu.group_ranks(values)
    assert found.notes == ("1 groups without a value have no rank.",)
    assert "share of pairs told apart" in str(found)
    assert len(repr(found)) < 200
