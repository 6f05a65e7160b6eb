"""cu.allocation: shares received, self-ratings, totals, agreement of raters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu


def consensus(truth: list[float], raters: int) -> pd.DataFrame:
    names = [f"t{i}" for i in range(len(truth))]
    return pd.DataFrame(np.tile(np.array(truth, float), (raters, 1)), columns=names)


def test_raters_in_agreement_give_the_shares_themselves() -> None:
    result = cu.allocation(consensus([50, 30, 20], 4))
    targets = result.details["targets"]
    np.testing.assert_allclose(targets["share"], [0.5, 0.3, 0.2])
    assert result.values["herfindahl"].iloc[0] == pytest.approx(0.38)
    assert result.values["effective_number"].iloc[0] == pytest.approx(1 / 0.38)
    assert result.values["gini"].iloc[0] == pytest.approx(0.2 * 3 / 2)
    agreement = result.details["agreement"]
    assert agreement["icc_ak"].iloc[0] == pytest.approx(1)


def test_self_ratings_in_or_out() -> None:
    names = list("abc")
    inflated = pd.DataFrame(
        [[80, 10, 10], [10, 80, 10], [10, 10, 80]], index=names, columns=names, dtype=float
    )
    out = cu.allocation(inflated)
    within = cu.allocation(inflated, include_self=True)
    assert out.values["gini"].iloc[0] == pytest.approx(0)
    assert out.values["self_bias"].iloc[0] == pytest.approx(0.7)
    assert within.details["targets"]["raters"].tolist() == [3, 3, 3]
    assert out.details["targets"]["raters"].tolist() == [2, 2, 2]


def test_own_partner_is_known_from_the_members_frame() -> None:
    points = pd.DataFrame(
        [[90, 10], [20, 80], [50, 50]], index=["p1", "p2", "p3"], columns=["x", "y"], dtype=float
    )
    members = pd.DataFrame({"group": "1", "member": ["p1", "p2", "p3"], "partner": ["x", "y", ""]})
    targets = cu.allocation(points, members=members).details["targets"]
    assert targets["raters"].tolist() == [2, 2]
    np.testing.assert_allclose(targets["received"], [(0.2 + 0.5) / 2, (0.1 + 0.5) / 2])
    np.testing.assert_allclose(targets["own_view"], [0.9, 0.8])


def test_points_that_do_not_add_up_are_counted() -> None:
    points = consensus([50, 30, 20], 5)
    points.iloc[0] = [90, 90, 90]
    points.iloc[1] = [49.5, 30, 20]
    left_out = cu.allocation(points)
    assert "The points of 1 rater do not add up" in " ".join(left_out.notes)
    assert left_out.values["respondents"].iloc[0] == 4
    rescaled = cu.allocation(points, off_total="rescale")
    assert rescaled.values["respondents"].iloc[0] == 5


def test_blank_means_nothing_where_the_rest_adds_up() -> None:
    points = consensus([100, 0, 0], 3)
    points.iloc[:, 1:] = np.nan
    assert cu.allocation(points).values["gini"].iloc[0] == pytest.approx(1)


def test_ratings_need_no_total_and_count_from_the_lowest_answer() -> None:
    ratings = consensus([1, 3, 5], 3)
    got = cu.allocation(ratings, total=None, low=1, indices=["gini", "valued_mean", "cv"])
    amounts = np.array([0.0, 2, 4])
    assert got.values["valued_mean"].iloc[0] == pytest.approx(3)
    assert got.values["cv"].iloc[0] == pytest.approx(amounts.std(ddof=1) / amounts.mean())


def test_random_points_have_no_agreement_and_true_ones_have() -> None:
    rng = np.random.default_rng(3)
    random = rng.dirichlet(np.ones(5), size=(300, 6)) * 100
    agreement = cu.allocation(random).details["agreement"].iloc[-1]
    assert agreement["group"] == "all groups"
    assert agreement["icc_a1"] == pytest.approx(0, abs=0.03)
    truth = rng.dirichlet(np.ones(5), size=(300, 1))
    points = truth + 0.02 * rng.random((300, 6, 5))
    points = points / points.sum(-1, keepdims=True) * 100
    agreement = cu.allocation(points).details["agreement"].iloc[-1]
    assert agreement["icc_ak"] > 0.95
    assert agreement["icc_ak_low"] < agreement["icc_ak"] < agreement["icc_ak_high"] <= 1


def test_the_jackknife_limits_cover() -> None:
    rng = np.random.default_rng(8)
    covered, truth = 0, 1.0 / (1.0 + (0.25 + 1.0) / 4)
    for _ in range(100):
        target = rng.normal(size=(40, 1, 5))
        ratings = target + 0.5 * rng.normal(size=(40, 4, 1)) + rng.normal(size=(40, 4, 5))
        row = cu.allocation(ratings + 20, total=None, indices=["sd"]).details["agreement"].iloc[-1]
        covered += row["icc_ak_low"] <= truth <= row["icc_ak_high"]
    assert 0.90 <= covered / 100 <= 1


def test_too_few_for_agreement_says_why() -> None:
    agreement = cu.allocation(consensus([60, 40], 1)).details["agreement"]
    assert "too few raters" in agreement["reason"].iloc[0]
    flat = cu.allocation(consensus([50, 50], 4)).details["agreement"]
    assert "all ratings are the same" in flat["reason"].iloc[0]


def test_numbers_for_names_are_matched_by_number_and_said_so() -> None:
    square = cu.allocation(np.array([[60, 20, 20], [60, 30, 10], [50, 25, 25]]))
    assert "row i was taken to be target i" in " ".join(square.notes)
    assert square.details["targets"]["raters"].tolist() == [2, 2, 2]
    oblong = cu.allocation(np.array([[60, 40], [50, 50], [55, 45]]))
    assert "row i" not in " ".join(oblong.notes)
    assert oblong.details["targets"]["raters"].tolist() == [3, 3]


def test_limits_of_rater_agreement_say_how_many_groups_they_need():
    points = {g: np.array([[40, 30, 30], [30, 40, 30], [50, 20, 30.0]]) for g in "ab"}
    pooled = cu.allocation(points, include_self=True).details["agreement"].iloc[-1]
    assert np.isnan(pooled["icc_ak_low"])
    assert "five groups" in pooled["reason"]
