"""Who speaks for the group: partners, exposure, census, strata."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.results import NotComputed


def test_six_people_of_one_agency_do_not_outvote_four_partners() -> None:
    values = [6] * 6 + [2, 2, 2, 2]
    partners = ["agency"] * 6 + list("abcd")
    row = cu.balanced_means(values, ["g"] * 10, partners, options=7).values.iloc[0]
    assert row["mean"] == pytest.approx(4.4)
    assert row["balanced_mean"] == pytest.approx((6 + 2 * 4) / 5)
    assert row["largest_partner"] == pytest.approx(0.6)
    assert row["sd_within"] == 0
    assert row["rwg_within"] == 1
    assert row["rwg_between"] == pytest.approx(1 - np.var([6, 2, 2, 2, 2], ddof=1) / 4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_against_a_plain_groupby(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"g": rng.integers(0, 4, 40), "p": rng.integers(0, 3, 40), "y": rng.normal(size=40)}
    )
    partners = frame["g"].astype(str) + "_" + frame["p"].astype(str)
    got = cu.balanced_means(frame["y"], frame["g"], partners).values.set_index("group")
    means = frame.groupby(["g", "p"])["y"].mean().groupby("g")
    np.testing.assert_allclose(got["balanced_mean"], means.mean(), rtol=1e-12)
    np.testing.assert_allclose(got["sd_between"], means.std(), rtol=1e-10)
    np.testing.assert_allclose(got["mean"], frame.groupby("g")["y"].mean(), rtol=1e-12)
    order = rng.permutation(40)
    moved = cu.balanced_means(frame["y"][order], frame["g"][order], partners[order]).values
    np.testing.assert_allclose(moved["balanced_mean"], got["balanced_mean"], rtol=1e-12)


def test_components_are_recovered_nested_and_crossed() -> None:
    rng = np.random.default_rng(2)
    groups, partners, people = 800, 3, 3
    g = np.repeat(np.arange(groups), partners * people)
    p = np.repeat(np.arange(groups * partners), people)
    y = rng.normal(scale=0.8, size=groups * partners)[p] + rng.normal(size=len(p))
    y += rng.normal(size=groups)[g]
    nested = cu.balanced_means(y, g, p)
    assert nested.variance_partner == pytest.approx(0.64, abs=0.08)
    assert nested.variance_member == pytest.approx(1.0, abs=0.05)
    assert nested.between_share == pytest.approx(0.39, abs=0.03)
    assert isinstance(nested.icc_organization, NotComputed)
    organisation = rng.integers(0, 60, len(p))
    y = rng.normal(scale=0.7, size=60)[organisation] + rng.normal(scale=0.6, size=groups)[g]
    crossed = cu.balanced_means(y + rng.normal(size=len(p)), g, organisation)
    assert crossed.variance_group == pytest.approx(0.36, abs=0.07)
    assert crossed.variance_organization == pytest.approx(0.49, abs=0.2)
    assert crossed.variance_rest == pytest.approx(1.0, abs=0.05)
    assert isinstance(crossed.icc_organization, float)


def test_groups_without_partners_keep_their_row() -> None:
    got = cu.balanced_means([1, 2, 3], ["a", "a", "b"], ["x", "y", None])
    assert got.values["group"].tolist() == ["a", "b"]
    assert got.values["reason"].iloc[1] == "nobody with a known partner answered"
    assert got.left_out == 1
    assert "without a value or a partner: 1." in str(got)


def test_reflective_and_formative_part_at_a_census() -> None:
    rng = np.random.default_rng(1)
    g = np.repeat(np.arange(50), 6)
    y = rng.normal(size=50)[g] * 0.4 + rng.normal(size=300)
    size = {str(i): 6 if i < 25 else 12 for i in range(50)}
    formative = cu.group_mean_reliability(y, g, size, aggregation="formative")
    reflective = cu.group_mean_reliability(y, g, size)
    census = formative.values.set_index("group").loc["3"]
    assert census["reliability"] == 1
    assert census["standard_error"] == 0
    assert (formative.values["reliability"] >= reflective.values["reliability"]).all()
    one = cu.icc(y, g, group_size="k0")
    expected = one.icc2
    assert reflective.reliability == pytest.approx(expected, rel=1e-9)
    assert formative.values["sampling_fraction"].iloc[-1] == 0.5


def test_more_respondents_than_members_is_an_error() -> None:
    with pytest.raises(cu.InputError, match="more respondents than members, got 2 of 1"):
        cu.sampling_fraction(["a", "a"], {"a": 1})
    silent = cu.sampling_fraction(["a"], {"a": 2, "b": 3})
    assert silent["sampling_fraction"].tolist() == [0.5, 0.0]


def test_words_are_refused_and_parts_below_zero_are_explained():
    with pytest.raises(cu.InputError, match="values must be numbers"):
        cu.balanced_means(list("abc"), list("aab"), list("xyz"))
    values, groups = [3, 4, 4, 2, 5, 4, 3, 3, 1, 2], list("aaaaabbbbb")
    found = cu.balanced_means(values, groups, list("xxxyzxxyyy"))
    assert found.variance_group < 0
    assert found.icc_group == 0
    assert "counts as 0 in the shares" in str(found)
