"""Group statistics: what they hold, and what makes no difference to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from collective_use.errors import InputError
from collective_use.numerics.groups import agreement
from collective_use.numerics.groups.statistics import group_statistics

SETTINGS = settings(max_examples=60, deadline=None)


@st.composite
def surveys(draw, dtype=np.int8):
    """Draw answers of 1 to 5 on J items and groups of any sizes."""
    persons, items = draw(st.integers(2, 40)), draw(st.integers(1, 4))
    answers = draw(hnp.arrays(dtype, (persons, items), elements=st.integers(1, 5)))
    codes = draw(hnp.arrays(np.int64, persons, elements=st.integers(0, 6)))
    return answers, codes


@SETTINGS
@given(surveys())
def test_counts_and_sums_say_the_same(survey):
    answers, codes = survey
    counted = group_statistics(answers, codes, 7, options=range(1, 6))
    summed = group_statistics(answers.astype(float), codes, 7)
    np.testing.assert_allclose(counted.means, summed.means, rtol=1e-12)
    np.testing.assert_allclose(counted.variances, summed.variances, rtol=1e-9, atol=1e-12)


@SETTINGS
@given(surveys())
def test_as_numpy_has_it_group_by_group(survey):
    answers, codes = survey
    stats = group_statistics(answers, codes, 7, options=range(1, 6))
    spread = agreement.average_deviation(stats)
    around_median = agreement.average_deviation(stats, "median")
    for group in range(7):
        part = answers[codes == group].astype(float)
        if len(part) > 1:
            np.testing.assert_allclose(stats.variances[group], part.var(0, ddof=1), atol=1e-12)
            gaps = np.abs(part - part.mean(0)).mean(0)
            np.testing.assert_allclose(spread[group], gaps, atol=1e-12)
            middle = np.median(part, axis=0)
            np.testing.assert_allclose(
                around_median[group], np.abs(part - middle).mean(0), atol=1e-12
            )
        else:
            assert np.isnan(spread[group]).all()


@SETTINGS
@given(surveys(), st.randoms(use_true_random=False))
def test_row_order_and_labels_make_no_difference(survey, chance):
    answers, codes = survey
    order = list(range(len(codes)))
    chance.shuffle(order)
    relabel = list(range(7))
    chance.shuffle(relabel)
    first = group_statistics(answers, codes, 7, options=range(1, 6))
    other = np.array(relabel)[codes[order]]
    second = group_statistics(answers[order], other, 7, options=range(1, 6))
    np.testing.assert_array_equal(first.counts, second.counts[relabel])
    np.testing.assert_array_equal(first.variances, second.variances[relabel])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int32, np.int64, np.float32])
def test_narrow_numbers_do_not_overflow(dtype):
    codes = np.zeros(100_000, dtype=np.int64)
    values = np.full((100_000, 1), 120, dtype=dtype)
    values[0] = 100
    stats = group_statistics(values, codes)
    wide = group_statistics(values.astype(float), codes)
    np.testing.assert_array_equal(stats.means, wide.means)
    np.testing.assert_allclose(stats.variances, wide.variances, rtol=1e-10)
    counted = group_statistics(values, codes, options=range(100, 121))
    np.testing.assert_allclose(counted.variances, values.astype(float).var(ddof=1), rtol=1e-9)


def test_pairwise_and_listwise():
    values = np.array([[1.0, np.nan], [3.0, 2.0], [5.0, 4.0]])
    pairwise = group_statistics(values, [0, 0, 0])
    listwise = group_statistics(values, [0, 0, 0], missing="listwise")
    assert pairwise.n.tolist() == [[3, 2]]
    assert listwise.n.tolist() == [[2, 2]]
    assert pairwise.size.tolist() == listwise.size.tolist() == [3]
    assert pairwise.variances[0, 0] == 4.0
    assert listwise.variances[0, 0] == 2.0


@pytest.mark.parametrize("values", [[6, 1], [0, 1], [1.5, 1.0]])
def test_an_answer_that_is_no_option_is_an_error(values):
    with pytest.raises(InputError, match="among the options"):
        group_statistics(values, [0, 0], options=range(1, 6))


def test_products_need_complete_rows():
    with pytest.raises(InputError, match="listwise"):
        group_statistics([[1.0, np.nan], [2.0, 1.0]], [0, 0], cross=True)


def test_shapes_are_checked():
    with pytest.raises(InputError, match="one group code each"):
        group_statistics([[1, 2], [3, 4]], [0])


def test_unanimous_answers_have_no_variance_whatever_their_value():
    for value in (3.3333333333, 1e9 + 0.1, 2 / 3):
        values = np.append(np.full(7, value), 1.0)
        stats = group_statistics(values[::-1].copy(), np.append(np.zeros(7, int), 1)[::-1])
        assert stats.variances[0, 0] == 0.0
