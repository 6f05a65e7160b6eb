"""Dispersion: definitions by pairs, corrections without bias, bounds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from collective_use.numerics.groups import dispersion
from collective_use.numerics.groups.statistics import group_statistics

VALUES = np.array([1.0, 4.0, 4.0, 7.0, 2.0])
CODES = np.zeros(5, int)


def test_gini_and_distance_by_pairs():
    pairs = [abs(a - b) for a in VALUES for b in VALUES]
    by_pairs = np.mean(pairs) / (2 * VALUES.mean())
    assert dispersion.gini(VALUES, CODES, 1, correct=False)[0] == pytest.approx(by_pairs)
    assert dispersion.gini(VALUES, CODES, 1)[0] == pytest.approx(by_pairs * 5 / 4)
    distance = np.mean([np.sqrt(np.sum((VALUES - v) ** 2) / 5) for v in VALUES])
    found = dispersion.mean_euclidean_distance(VALUES, CODES, 1, correct=False)
    assert found[0] == pytest.approx(distance)


def test_corrected_sd_and_blau_are_unbiased_over_every_sample():
    population = np.array([0, 0, 1, 2])
    counts = [
        [sample.count(k) for k in range(3)] for sample in itertools.product(population, repeat=3)
    ]
    right = dispersion.blau([np.bincount(population)], correct=False)[0]
    assert dispersion.blau(counts).mean() == pytest.approx(right)
    assert dispersion.blau(counts, correct=False).mean() < right
    draws = np.random.default_rng(1).normal(size=(40_000, 4))
    codes = np.repeat(np.arange(40_000), 4)
    stats = group_statistics(draws.ravel(), codes)
    sd = dispersion.standard_deviation(stats.deviations[:, 0], stats.n[:, 0])
    assert sd.mean() == pytest.approx(1.0, abs=0.01)


def test_bounds_and_special_cases():
    assert dispersion.gini([0, 0, 0, 9], np.zeros(4, int), 1)[0] == pytest.approx(1.0)
    assert dispersion.gini([3, 3], [0, 0], 1)[0] == 0.0
    assert dispersion.blau([[1, 1, 1]])[0] == pytest.approx(1.0)
    assert dispersion.teachman([[4, 0]], correct=False)[0] == 0.0
    assert dispersion.teachman([[1, 1, 1]], correct=False)[0] == pytest.approx(np.log(3))
    for index in (dispersion.blau, dispersion.teachman):
        assert np.isnan(index([[1, 0]])[0])
    assert np.isnan(dispersion.gini([5.0], [0], 1)[0])
    assert np.isnan(dispersion.gini([0.0, 0.0], [0, 0], 1)[0])
    assert np.isnan(dispersion.gini([-1.0, 4.0], [0, 0], 1)[0])


def test_scaling_leaves_ratios_alone_and_stretches_distances():
    codes = np.array([0, 0, 0, 1, 1])
    first = dispersion.gini(VALUES, codes, 2)
    np.testing.assert_allclose(dispersion.gini(VALUES * 100, codes, 2), first)
    near = dispersion.mean_euclidean_distance(VALUES, codes, 2)
    far = dispersion.mean_euclidean_distance(VALUES * 100 + 7, codes, 2)
    np.testing.assert_allclose(far, near * 100)
