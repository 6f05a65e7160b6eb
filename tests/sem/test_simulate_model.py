"""Simulation from a model text: its moments are the text's, its words are clear."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported

PATHS = "m ~ 0.5*x\ny ~ 0.4*m + 0.2*x\nx ~~ 2*x\nm ~~ 0.6*m\ny ~~ 0.7*y\ny ~ 3*1\nx ~ 1*1"


def test_moments_are_those_of_the_path_rules() -> None:
    data = cu.simulate_model(PATHS, 200_000, seed=3)
    x, m = 2.0, 0.25 * 2 + 0.6
    y = 0.16 * m + 0.04 * x + 2 * 0.4 * 0.2 * 0.5 * x + 0.7
    cov = {"xx": x, "mm": m, "yy": y, "xm": 0.5 * x, "xy": 0.4 * 0.5 * x + 0.2 * x}
    for pair, value in cov.items():
        assert data[pair[0]].cov(data[pair[1]]) == pytest.approx(value, abs=0.03), pair
    assert data.mean().to_dict() == pytest.approx(
        {"m": 0.5, "y": 3 + 0.4 * 0.5 + 0.2, "x": 1.0}, abs=0.02
    )


def test_what_is_not_written_is_1_and_0() -> None:
    data = cu.simulate_model("f =~ x1 + 0.5*x2\ng =~ z1 + 2*z2", 100_000, factors=True)
    expected = np.array([[2, 0.5], [0.5, 1.25]])
    np.testing.assert_allclose(data[["x1", "x2"]].cov(), expected, atol=0.04)
    assert abs(data[["f", "g"]].corr().iloc[0, 1]) < 0.02
    assert data["f"].var() == pytest.approx(1.0, abs=0.03)


def test_the_fit_finds_the_numbers_again() -> None:
    text = "f =~ 1*x1 + 0.8*x2 + 0.6*x3 + 0.9*x4\nf ~ 0.7*w\nx1 ~~ 0.3*x2"
    fit = cu.fit_sem("f =~ x1 + x2 + x3 + x4\nf ~ w\nx1 ~~ x2", cu.simulate_model(text, 20_000))
    frame = fit.estimates.set_index(["lhs", "op", "rhs"])
    for key, value in {
        ("f", "=~", "x3"): 0.6,
        ("f", "~", "w"): 0.7,
        ("x1", "~~", "x2"): 0.3,
    }.items():
        row = frame.loc[key]
        assert abs(row.est - value) < 4 * row.se, key


def test_groups_by_block_and_by_value() -> None:
    blocks = "group: a\ny ~ 0.2*x\ngroup: b\ny ~ 0.9*x"
    one = cu.simulate_model(blocks, [3000, 2000], seed=5)
    two = cu.simulate_model("y ~ c(0.2, 0.9)*x", [3000, 2000], seed=5)
    assert one.group.value_counts().to_dict() == {"a": 3000, "b": 2000}
    np.testing.assert_array_equal(one[["y", "x"]], two[["y", "x"]])
    slopes = [np.polyfit(part.x, part.y, 1)[0] for _, part in one.groupby("group")]
    assert slopes == pytest.approx([0.2, 0.9], abs=0.08)


def test_a_seed_repeats_and_none_does_not() -> None:
    text = "y ~ 0.5*x"
    pd.testing.assert_frame_equal(cu.simulate_model(text, 5), cu.simulate_model(text, 5, seed=1))
    assert not cu.simulate_model(text, 5, seed=None).equals(cu.simulate_model(text, 5, seed=None))


def test_residuals_of_zero_are_drawn() -> None:
    data = cu.simulate_model("y ~ 2*x\ny ~~ 0*y", 50)
    np.testing.assert_allclose(data.y, 2 * data.x, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "n", "words"),
    [
        ("f =~ x1 + x2 + 0.4*x3", 10, r"f =~ x2.*0.5\*x2"),
        ("y ~ b*x", 10, "y ~ x"),
        ("y ~ 0.5*x\nx ~~ 3*y", 10, "impossible"),
        ("y ~ 0.5*x\ny ~~ -1*y", 10, "impossible"),
        ("y ~ 0.5*x", 0, "at least 1"),
        ("y ~ 0.5*x", 2.5, "n must"),
        ("y ~ 0.5*x", [], "none"),
        ("group: a\ny ~ 0.5*x\ngroup: b\ny ~ 0.5*x", [10], "2 groups"),
    ],
)
def test_wrong_inputs_are_named(text: str, n: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        cu.simulate_model(text, n)


def test_what_is_not_offered() -> None:
    with pytest.raises(NotSupported, match="thresholds"):
        cu.simulate_model("f =~ 0.5*x1\nx1 | 0*t1", 10)
    with pytest.raises(NotSupported, match="two levels"):
        cu.simulate_model("level: 1\ny ~ 0.5*x\nlevel: 2\ny ~~ 1*y", 10)
