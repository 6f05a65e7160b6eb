"""Formulas that no reference file holds, against another way to the same number."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, t, ttest_ind

from collective_use.numerics.groups.agreement import medians
from collective_use.numerics.groups.anova import one_way_of, stepped_up
from collective_use.numerics.groups.icc_limits import f_limits, wald_limits
from collective_use.numerics.groups.known_errors import drawn_ranks
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.groups.weighted import weighted_icc
from collective_use.numerics.items.content import relevance
from collective_use.numerics.items.dependence import local_dependence
from collective_use.numerics.items.external import retest
from collective_use.numerics.moments import pairwise_moments
from collective_use.numerics.ordinal.derivatives import residual_pair
from collective_use.numerics.planning.closed import f_asked, normal_power
from collective_use.numerics.structure.omitted import at_limit


def test_moments_of_pairs_are_those_of_the_cases_that_have_both():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(40, 4)) + rng.normal(size=(40, 1))
    values[rng.random(values.shape) < 0.3] = np.nan
    mean, covariance = pairwise_moments(values)
    frame = pd.DataFrame(values)
    assert mean == pytest.approx(frame.mean().to_numpy())
    assert covariance == pytest.approx(frame.cov().to_numpy())


def test_the_error_of_a_retest_is_what_occasions_and_residuals_add():
    rng = np.random.default_rng(4)
    persons, occasions = rng.normal(size=(30, 1)), np.array([[0.0, 0.7]])
    values = persons + occasions + rng.normal(size=(30, 2)) / 2
    found = retest(values)
    difference = values[:, 1] - values[:, 0]
    # two occasions: residual variance is half that of the difference, and the occasions' own
    # variance half the square of its mean less what the residuals put into it
    residual = difference.var(ddof=1) / 2
    between = difference.mean() ** 2 / 2 - residual / 30
    error = np.sqrt(residual + between)
    assert (found.error, found.detectable) == pytest.approx((error, 1.96 * 2**0.5 * error))


def test_persons_who_keep_their_distances_are_wholly_consistent():
    first = np.array([1.0, 2.0, 4.0, 9.0])  # means without a rest: no residual at all
    found = retest(np.column_stack([first, first + 1]))
    assert (found.consistency_lower, found.icc_consistency, found.consistency_upper) == (1, 1, 1)
    assert found.icc_agreement < 0.99


def test_spearman_and_brown_of_a_fifth_and_five_members():
    assert stepped_up(0.2, 5) == pytest.approx(5 / 9)
    assert stepped_up(0.5, 1) == 0.5


def test_scores_of_a_continuous_pair_are_slopes_of_the_normal_density():
    rng = np.random.default_rng(5)
    y1 = rng.normal(2.0, 3.0, size=9)
    y2 = 0.5 * y1 + rng.normal(size=9)
    z = [(y - y.mean()) / y.std() for y in (y1, y2)]
    found = residual_pair(*z, (y1.std(), y2.std()), np.ones(9))
    at = np.array([y1.mean(), y1.var(), y2.mean(), y2.var(), np.corrcoef(y1, y2)[0, 1]])

    def density(theta):
        m1, v1, m2, v2, rho = theta
        covariance = rho * np.sqrt(v1 * v2)
        return multivariate_normal([m1, m2], [[v1, covariance], [covariance, v2]]).logpdf(
            np.column_stack([y1, y2])
        )

    step = 1e-5
    slopes = [
        (density(at + step * one) - density(at - step * one)) / (2 * step) for one in np.eye(5)
    ]
    exact = np.column_stack([found.first, found.second, found.by_rho])
    assert found.rho == pytest.approx(at[4])
    assert exact == pytest.approx(np.column_stack(slopes), rel=1e-6, abs=1e-7)


def test_limits_of_a_weighted_correlation_leave_one_group_out_at_a_time():
    rng = np.random.default_rng(6)
    codes = np.repeat(np.arange(7), rng.integers(2, 6, 7))
    values = rng.normal(size=7)[codes] + rng.normal(size=len(codes))
    weights = rng.uniform(0.5, 2.0, len(codes))

    def correlation(kept):
        y, w, g = values[kept], weights[kept], codes[kept]
        away = y - (w * y).sum() / w.sum()
        pairs = (g[:, None] == g) & ~np.eye(len(g), dtype=bool)
        both = np.where(pairs, np.outer(w, w), 0.0)
        return away @ both @ away / both.sum() / ((w * away**2).sum() / w.sum())

    found = weighted_icc(values, weights, codes, 7, 0.9)
    left = np.array([correlation(codes != g) for g in range(7)])
    error = np.sqrt(6 / 7 * ((left - left.mean()) ** 2).sum())
    reach = t.ppf(0.95, 6) * error
    estimate = correlation(np.ones(len(codes), dtype=bool))
    assert (found.icc1, found.low, found.high) == pytest.approx(
        (estimate, estimate - reach, estimate + reach)
    )


def test_local_dependence_is_what_the_score_of_the_other_items_does_not_explain():
    rng = np.random.default_rng(7)
    values = rng.normal(size=(60, 5)) + rng.normal(size=(60, 1)) * rng.uniform(0.3, 1.5, 5)
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    gaps = np.zeros((5, 5))
    for i, j in combinations(range(5), 2):
        rest = z[:, [k for k in range(5) if k not in (i, j)]]
        total = rest.sum(axis=1)
        alpha = 3 / 2 * (1 - rest.var(axis=0).sum() / total.var())
        with_i, with_j = (np.corrcoef(total, z[:, k])[0, 1] / np.sqrt(alpha) for k in (i, j))
        gaps[i, j] = gaps[j, i] = np.corrcoef(z[:, i], z[:, j])[0, 1] - with_i * with_j
    right = gaps - gaps[np.tril_indices(5, -1)].mean()
    np.fill_diagonal(right, 0.0)
    assert local_dependence(np.corrcoef(values.T)) == pytest.approx(right)


def test_two_groups_have_limits_and_those_of_equal_groups_are_of_f():
    values = [4.0, 5.0, 3.0, 1.0, 2.0, 2.0]
    table = one_way_of(group_statistics(values, [0, 0, 0, 1, 1, 1]))
    assert wald_limits(table) == pytest.approx(f_limits(table, 3.0))


def test_medians_of_counts_are_those_of_rows():
    values = np.array([1, 2, 3, 5, 1, 4, 4, 2, 5, 5])
    codes = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 3])
    found = medians(group_statistics(values, codes, options=[1, 2, 3, 4, 5]))
    right = [np.median(values[codes == g]) for g in range(4)]
    assert found[:, 0].tolist() == right == [2.5, 4.0, 3.5, 5.0]


def test_without_an_effect_power_is_the_level_of_both_tails():
    assert normal_power(0.0, 0.1, 12, level=0.07) == pytest.approx(0.07)


def test_what_a_limit_leaves_is_the_excess_over_the_critical_value():
    # of least squares f = t / sqrt(df): what t exceeds critical * sqrt(df / (df - 1)) by is left
    left = at_limit(np.array([3.0 / 2.0]), np.array([3.0]), 2.5, 4.0)
    assert left == pytest.approx([1.5 - 2.5 / 3**0.5])


def test_two_groups_are_compared_as_by_a_t_test():
    first, second = [4.0, 5.0, 3.0, 4.0], [1.0, 2.0, 2.0, 4.0]
    table = one_way_of(group_statistics(first + second, [0] * 4 + [1] * 4))
    assert table.p == pytest.approx(ttest_ind(first, second).pvalue)


def test_the_f_that_an_icc_asks_for_gives_that_icc():
    f = f_asked(0.3, 0.1, 0.05, 8, 40)
    assert (f - 1) / (f + 8 - 1) == pytest.approx(0.3)


def test_an_answer_in_the_middle_does_not_call_an_item_relevant():
    assert relevance(np.array([3.0, 4.0, 5.0, 1.0]), 1, 5).i_cvi == 0.5


def test_ranks_drawn_without_errors_are_ranks_to_the_last_draw():
    low, high, first = drawn_ranks(np.array([1.0, 3.0, 2.0]), np.zeros(3), (0.0, 1.0), 1, 20, 1)
    assert low.tolist() == high.tolist() == [3.0, 1.0, 2.0]
    assert first.tolist() == [0.0, 1.0, 0.0]
