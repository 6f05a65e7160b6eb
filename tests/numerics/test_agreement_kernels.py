"""Indices of agreement: bounds, invariance and the special cases of the literature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collective_use.errors import InputError
from collective_use.numerics.groups import agreement, nulls
from collective_use.numerics.groups.statistics import group_statistics

SETTINGS = settings(max_examples=60, deadline=None)
ANSWERS = st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=15)


def one_group(answers, options=range(1, 6)):
    return group_statistics(np.array(answers), np.zeros(len(answers), int), options=options)


@SETTINGS
@given(ANSWERS)
def test_bounds(answers):
    stats = one_group(answers)
    ratio = agreement.mean_ratio(stats, 2.0)
    assert 0 <= agreement.rwg_j(ratio, 3)[0] <= 1
    assert agreement.rwg_j_lindell(ratio)[0] <= 1
    assert np.all(agreement.rwg(stats.variances, 2.0) >= 0)
    shares = agreement.awg(stats, 1, 5)
    assert np.all((shares[~np.isnan(shares)] >= -1 - 1e-9) & (shares[~np.isnan(shares)] <= 1))
    spread = agreement.average_deviation(stats)
    assert np.all((spread >= 0) & (spread <= 2))
    assert np.all(agreement.average_deviation(stats, "median") <= spread + 1e-12)


@SETTINGS
@given(ANSWERS, st.integers(-3, 7), st.sampled_from([1, 2, 25]))
def test_shifted_and_stretched_scales_agree_as_much(answers, shift, step):
    moved = np.array(answers) * step + shift
    options = np.arange(1, 6) * step + shift
    first, second = one_group(answers), one_group(moved, options)
    null = nulls.uniform_variance(options)
    np.testing.assert_allclose(
        agreement.mean_ratio(first, 2.0), agreement.mean_ratio(second, null), atol=1e-10
    )
    np.testing.assert_allclose(
        agreement.awg(first, 1, 5), agreement.awg(second, options[0], options[-1]), atol=1e-8
    )
    np.testing.assert_allclose(
        agreement.average_deviation(first) * step, agreement.average_deviation(second), atol=1e-10
    )


@SETTINGS
@given(ANSWERS)
def test_reversed_items_agree_as_much(answers):
    first, second = one_group(answers), one_group(6 - np.array(answers))
    for index in (
        lambda s: agreement.mean_ratio(s, 2.0),
        lambda s: agreement.awg(s, 1, 5),
        agreement.average_deviation,
    ):
        np.testing.assert_allclose(index(first), index(second), atol=1e-10)


@pytest.mark.parametrize("value", [1, 3, 5])
@pytest.mark.parametrize("n", [2, 3, 40])
def test_unanimous_groups_agree_fully(value, n):
    stats = one_group(np.full((n, 4), value))
    ratio = agreement.mean_ratio(stats, 2.0)
    assert agreement.rwg_j(ratio, 4)[0] == 1.0
    assert agreement.rwg_j_lindell(ratio)[0] == 1.0
    assert agreement.average_deviation(stats).max() == 0.0
    if value != 3:
        assert np.all(agreement.awg(stats, 1, 5) == 1.0)


def test_two_at_the_ends_disagree_fully():
    stats = one_group([[1], [5]])
    assert stats.variances[0, 0] == 8.0
    assert agreement.rwg(stats.variances, 2.0)[0, 0] == 0.0
    assert agreement.rwg(stats.variances, 2.0, truncate=False)[0, 0] == -3.0
    assert agreement.awg(stats, 1, 5)[0, 0] == -1.0
    assert agreement.average_deviation(stats)[0, 0] == 2.0


def test_one_item_rwg_j_is_rwg():
    ratio = np.array([0.0, 0.3, 1.0, 2.0])
    np.testing.assert_allclose(agreement.rwg_j(ratio, 1), agreement.rwg(ratio * 2.0, 2.0))


def test_untruncated_rwg_j_has_no_value_where_its_denominator_is_gone():
    values = agreement.rwg_j([1.2, 1.25, 1.3], 5, truncate=False)
    np.testing.assert_allclose(values[0], 5 * -0.2 / (5 * -0.2 + 1.2))
    assert np.isnan(values[1])


def test_awg_is_undefined_at_extreme_means():
    stats = one_group([[4], [4], [5], [5], [5]])
    assert np.isnan(agreement.awg(stats, 1, 5)[0, 0])


def test_pooled_is_weighted_by_degrees_of_freedom():
    value = agreement.rwg_pooled(np.array([2.0, 6.0, 0.0]), np.array([3, 5, 1]), 2.0)
    assert value == pytest.approx(1 - (8 / 6) / 2)
    assert np.isnan(agreement.rwg_pooled(np.array([0.0, 0.0]), np.array([1, 1]), 2.0))


def test_items_with_other_numbers_of_options_get_their_own_null():
    stats = group_statistics(np.array([[1, 1], [3, 7]]), [0, 0])
    ratio = agreement.mean_ratio(stats, [2.0, 4.0])
    assert ratio[0] == pytest.approx((2.0 / 2.0 + 18.0 / 4.0) / 2)


def test_average_deviation_needs_counts():
    stats = group_statistics([1.0, 2.0], [0, 0])
    with pytest.raises(InputError, match="options"):
        agreement.average_deviation(stats)


class TestNulls:
    @pytest.mark.parametrize("options", range(2, 12))
    @pytest.mark.parametrize("name", nulls.NAMES)
    def test_every_null_for_every_number_of_options(self, name, options):
        law = nulls.null_distribution(name, options)
        assert law.variance > 0
        assert law.proportions.shape == (options,)
        assert law.proportions.sum() == pytest.approx(1)
        assert law.source
        if name not in nulls.PRINTED:
            own = nulls.variance_of(np.arange(options), law.proportions)
            assert law.variance == pytest.approx(own)

    @pytest.mark.parametrize("options", range(2, 12))
    def test_closed_forms(self, options):
        uniform = nulls.null_distribution("uniform", options).variance
        assert uniform == pytest.approx((options**2 - 1) / 12)
        ends = nulls.null_distribution("maximum_dissensus", options).variance
        assert ends == pytest.approx(((options - 1) / 2) ** 2)
        triangle = nulls.null_distribution("triangular", options).variance
        odd = (options - 1) * (options + 3) / 24
        even = (options**2 + 2 * options - 2) / 24
        assert triangle == pytest.approx(odd if options % 2 else even)

    def test_what_the_literature_does_not_have_says_so(self):
        law = nulls.null_distribution("moderate_skew", 4)
        assert not law.printed
        assert "not in the literature for 4 options" in law.source
        assert "no proportions for 7" in nulls.null_distribution("moderate_skew", 7).source

    @pytest.mark.parametrize(
        ("null", "words"),
        [
            ("unifrom", "did you mean 'uniform'"),
            ([0.5, 0.5], "5 proportions that add up to 1"),
            ([0.5, 0.5, 0.5, 0.5, 0.5], "add up to 1"),
            ([0.5, 0.25, 0.25, 0.006, 0.0], "add up to 1"),
            ([0, 0, 1, 0, 0], "room for disagreement"),
        ],
    )
    def test_bad_nulls(self, null, words):
        with pytest.raises(InputError, match=words):
            nulls.null_distribution(null, 5)
