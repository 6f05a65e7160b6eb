"""Groups that lie far apart: every spread inside them against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

NEAR = [(1, 2, 3, 4), (2, 3, 4, 5), (9, 8, 7, 6)]
CASES = {
    "large": [1e9 + v for part in NEAR for v in part],
    "one value at 0": [0.0, *[1e9 + v for part in NEAR for v in part][1:]],
    "1e8 apart": [1e8 * k + v for k, part in enumerate(NEAR) for v in part],
    "1e9 apart": [1e9 * k + v for k, part in enumerate(NEAR) for v in part],
    "time stamps": [1.7e9 + 86400 * 40 * k + v / 10 for k, part in enumerate(NEAR) for v in part],
    "cents": [100, 200, 300, 400, 1e8 + 100, 1e8 + 300, 1e8 + 200, 1e8 + 500,
              5e8, 5e8 + 100, 5e8 + 300, 5e8 + 200],
}  # fmt: skip
GROUPS = list("aaaabbbbcccc")


def exact(values):
    parts: dict[str, list[Fraction]] = {}
    for value, group in zip(values, GROUPS, strict=True):
        parts.setdefault(group, []).append(Fraction(value))
    grand = sum(map(Fraction, values)) / len(values)
    mean = {k: sum(x) / len(x) for k, x in parts.items()}
    between = sum(len(x) * (mean[k] - grand) ** 2 for k, x in parts.items()) / 2
    squares = {k: sum((y - mean[k]) ** 2 for y in x) for k, x in parts.items()}
    f = between / (sum(squares.values()) / 9)
    return float(f), [float(squares[k] / 4) ** 0.5 for k in "abc"], squares


@pytest.mark.parametrize("values", CASES.values(), ids=list(CASES))
def test_f_sd_and_variances_are_exact(values):
    f, sd, squares = exact(values)
    assert cu.icc(values, GROUPS).f == pytest.approx(f, rel=1e-9)
    table = cu.dispersion(values, GROUPS, kind="separation").to_frame()
    np.testing.assert_allclose(table["sd_observed"], sd, rtol=1e-9)
    found = cu.random_groups(values, GROUPS, repetitions=20)
    within = sum(float(squares[k] / 3) for k in "abc") / 3
    assert found.observed == pytest.approx(within, rel=1e-9)


def test_the_correlation_within_does_not_move_with_the_levels():
    rng = np.random.default_rng(7)
    x = rng.normal(size=60)
    y, groups = 0.5 * x + rng.normal(size=60), np.repeat(np.arange(12), 5)
    right = cu.waba(x, y, groups).within
    level = 1e8 * groups
    assert cu.waba(x + level, y + level, groups).within == pytest.approx(right, rel=1e-6)


def test_equal_answers_have_no_spread_wherever_they_lie():
    values = np.repeat([0.1, 1e9 + 0.3, -7e12 + 0.7], 7)
    table = cu.dispersion(values, np.repeat(list("abc"), 7)).to_frame()
    assert table["sd_observed"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("step", [1e5, 1e8])
def test_values_of_groups_that_lie_far_apart_are_their_means(step):
    y, groups = np.random.default_rng(5).normal(size=60), np.repeat(np.arange(12), 5)
    squares = sum(float(((y[groups == k] - y[groups == k].mean()) ** 2).sum()) for k in range(12))
    found = cu.group_values(pd.DataFrame({"a": y + step * groups}), groups).values
    np.testing.assert_allclose(found["value"], found["mean"], rtol=0, atol=1e-3)
    # members of 12 groups of 5: the error is that of a mean of five
    np.testing.assert_allclose(found["value_se"], (squares / 48 / 5) ** 0.5, rtol=1e-5)
    assert cu.icc(y + step * groups, groups, method="reml").icc1 > 1 - 1e-9


def test_likelihoods_that_cannot_see_inside_groups_refuse_by_name():
    y, groups = np.random.default_rng(5).normal(size=60), np.repeat(np.arange(12), 5)
    d = pd.DataFrame({"v": y + 1e8 * groups, "g": groups, "p": groups // 3, "m": groups})
    d["w"] = np.tile(np.arange(5), 12)
    for work in (
        lambda: cu.location_scale(d, "v", "g"),
        lambda: cu.variance_shares(d, "v", "g", "p"),
        lambda: cu.consensus_emergence(d, "v", "g", "m", "w"),
    ):
        with pytest.raises(cu.InputError, match="vary within groups by more than 1e-08"):
            work()
