"""The critical ratio against the t test of scipy, and what it refuses."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from collective_use.numerics.items.critical_ratio import critical_ratio


def test_it_is_the_t_test_of_the_two_groups():
    rng = np.random.default_rng(1)
    item, rest = rng.normal(size=100), rng.normal(size=100)
    total = item + rest
    order = np.argsort(total)
    reference = ttest_ind(item[order[-27:]], item[order[:27]])
    found = critical_ratio(item, total)
    assert found.t == pytest.approx(reference.statistic, rel=1e-10)
    assert found.p == pytest.approx(reference.pvalue, rel=1e-8)
    assert found.df == 52


def test_ties_at_the_border_enter_the_group():
    total = np.array([1.0, 1, 1, 1, 2, 3, 4, 5, 6, 6])
    item = np.array([1.0, 2, 1, 2, 3, 3, 4, 4, 5, 4])
    reference = ttest_ind(item[total >= 5], item[total <= 1])
    assert critical_ratio(item, total).t == pytest.approx(reference.statistic, rel=1e-10)


@pytest.mark.parametrize(
    ("item", "total"),
    [([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), ([1.0] * 10, [3.0] * 10), ([2.0] * 10, list(range(10)))],
)
def test_nothing_is_made_of_too_little(item, total):
    assert np.isnan(critical_ratio(np.array(item), np.array(total, dtype=float)).t)
