"""Closed forms of random groups against shuffles and against all ways to shuffle."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from collective_use.numerics.groups.permutation import disagreement, random_group_moments
from collective_use.numerics.groups.statistics import group_statistics


@pytest.mark.parametrize("sizes", [(2, 3), (2, 2, 3), (3, 4)])
def test_moments_are_those_of_all_permutations(sizes):
    rng = np.random.default_rng(len(sizes))
    n = np.array(sizes)
    codes = np.repeat(np.arange(len(n)), n)
    y = rng.integers(1, 6, (len(codes), 2)).astype(float)
    y[:, 0] += 0.1 * np.arange(len(codes))
    found = disagreement(y, codes, len(n))
    moments = random_group_moments(y[:, 0], n)
    within, means, first = [], [], []
    total = ((y - y.mean(0)) ** 2).sum()
    for order in permutations(range(len(codes))):
        stats = group_statistics(y[list(order)], codes, len(n))
        within.append(stats.deviations.sum() / total)
        means.append(stats.variances[:, 0].mean())
        first.append(stats.variances[0, 0])
    assert found.expected == pytest.approx(np.mean(within), rel=1e-10)
    assert found.sd == pytest.approx(np.std(within), rel=1e-9)
    assert moments.expected == pytest.approx(np.mean(means), rel=1e-10)
    assert moments.of_mean == pytest.approx(np.var(means), rel=1e-9)
    assert moments.variances[0] == pytest.approx(np.var(first), rel=1e-9)


def test_p_is_that_of_shuffles():
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(12), rng.integers(3, 9, 12))
    y = rng.integers(1, 6, (len(codes), 3)) + 0.9 * rng.normal(size=12)[codes][:, None]
    found = disagreement(y, codes, 12)
    size = np.bincount(codes)
    centred = y - y.mean(0)
    shuffled = []
    for _ in range(4000):
        z = centred[rng.permutation(len(codes))]
        sums = np.column_stack([np.bincount(codes, column, 12) for column in z.T])
        shuffled.append(1 - (sums**2 / size[:, None]).sum() / (centred**2).sum())
    exact = np.mean(np.array(shuffled) <= found.within)
    assert found.p == pytest.approx(exact, abs=3 * np.sqrt(max(exact, 0.01) / 4000) + 0.005)


def test_nothing_to_compare_is_not_a_number():
    assert np.isnan(disagreement(np.ones((6, 1)), np.repeat([0, 1], 3), 2).p)
    assert np.isnan(disagreement(np.arange(6.0)[:, None], np.zeros(6, int), 1).p)
    apart = disagreement(np.repeat([0.0, 1e9], 4)[:, None], np.repeat([0, 1], 4), 2)
    assert apart.within == pytest.approx(0.0, abs=1e-15)
