"""Groups within countries: what looks like groups may be countries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu


def test_half_a_standard_deviation_between_countries_makes_an_icc_of_06_of_nothing() -> None:
    rng = np.random.default_rng(1)
    groups, size = 4000, 8
    country = np.arange(groups) % 2
    y = rng.normal(size=(groups, size)) + 0.5 * country[:, None]
    g = np.repeat(np.arange(groups), size)
    got = cu.by_stratum(y.ravel(), g, country[g])
    # two countries half an SD apart vary by 1/16 around their mean: .0625 / 1.0625
    assert got.icc1_all == pytest.approx(0.0625 / 1.0625, abs=0.006)
    assert got.icc1_within == pytest.approx(0.0, abs=0.005)
    assert got.share_of_strata > 0.9
    assert got.nested
    assert got.p > 0.01
    assert abs(got.values["icc1"]).max() < 0.01


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_all_equals_icc_and_within_equals_nested_analysis_of_variance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = rng.integers(0, 8, 60)
    y = rng.normal(size=60) + 0.5 * g
    s = (g % 3).astype(str)
    got = cu.by_stratum(y, g, s)
    one = cu.icc(y, g, group_size="k0")
    assert got.icc1_all == pytest.approx(one.icc1, rel=1e-9)
    frame = pd.DataFrame({"y": y, "g": g, "s": s})
    means, stratum = frame.groupby("g")["y"].transform("mean"), frame.groupby("s")["y"]
    between = ((means - stratum.transform("mean")) ** 2).sum()
    within = ((y - means) ** 2).sum()
    n_g, n_s = frame.groupby("g").size(), frame.groupby("s").size()
    df1, df2 = len(n_g) - len(n_s), 60 - len(n_g)
    lost = sum((n_g[k] ** 2) / n_s[str(k % 3)] for k in n_g.index)
    k0 = (60 - lost) / df1
    msb, msw = between / df1, within / df2
    assert got.icc1_within == pytest.approx((msb - msw) / (msb + (k0 - 1) * msw), rel=1e-8)
    assert got.f == pytest.approx(msb / msw, rel=1e-8)
    assert (got.df1, got.df2) == (df1, df2)
    shifted = cu.by_stratum(y + 10.0 * (g % 3), g, s)
    assert shifted.icc1_within == pytest.approx(got.icc1_within, rel=1e-7)


def test_members_of_one_group_in_several_strata() -> None:
    rng = np.random.default_rng(4)
    g, s = np.repeat(np.arange(300), 10), rng.integers(0, 3, 3000)
    y = rng.normal(scale=0.5, size=300)[g] + s + rng.normal(size=3000)
    got = cu.by_stratum(y, g, s)
    assert not got.nested
    assert got.icc1_within == pytest.approx(0.2, abs=0.04)


def test_messages() -> None:
    with pytest.raises(cu.InputError, match="same length"):
        cu.by_stratum([1, 2], ["a"], ["x"])
    got = cu.by_stratum([1, 2, 3], ["a", "a", "b"], ["x", "x", "y"])
    assert "no two groups" in str(got.icc1_within)


def test_persons_left_out_are_counted():
    values, groups = [1, 2, 4, 5, np.nan, 3, 3], ["a", "a", "b", "b", "b", None, "b"]
    found = cu.by_stratum(values, groups, ["x"] * 6 + [None])
    assert found.left_out == 3
    assert "a group or a stratum: 3." in str(found)
    with pytest.raises(cu.InputError, match="values must be numbers"):
        cu.by_stratum(list("abc"), list("aab"), list("xyz"))
    both = cu.by_stratum([1, 2, 4, 5, 2, 3], list("aabbab"), list("xxxxyy"))
    assert "several strata" in str(both)
