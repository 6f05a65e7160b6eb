"""Exact and simulated null distributions against brute force and against each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from collective_use.errors import NotSupported
from collective_use.numerics.groups import chance, chance_simulation
from collective_use.numerics.groups import random_groups as resampling
from collective_use.numerics.groups.random_groups import random_groups

SKEWED = np.array([0.05, 0.15, 0.2, 0.35, 0.25])


def brute(n, proportions, index):
    """Return the distribution of an index over every sequence of n answers."""
    values, weights = [], []
    for answers in itertools.product(range(len(proportions)), repeat=n):
        values.append(index(np.array(answers, float)))
        weights.append(np.prod(proportions[list(answers)]))
    return chance.collected(np.array(values), np.array(weights))


@pytest.mark.parametrize("proportions", [np.full(5, 0.2), SKEWED, np.array([0.5, 0, 0.5])])
@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_exact_is_brute_force(n, proportions):
    cases = [
        (chance.exact_variance(n, proportions), lambda x: x.var(ddof=1)),
        (
            chance.exact_average_deviation(n, proportions),
            lambda x: np.abs(x - x.mean()).mean(),
        ),
        (
            chance.exact_average_deviation(n, proportions, "median"),
            lambda x: np.abs(x - np.median(x)).mean(),
        ),
    ]
    for exact, index in cases:
        right = brute(n, proportions, index)
        keep, wanted = exact.probabilities > 0, right.probabilities > 0
        np.testing.assert_allclose(exact.values[keep], right.values[wanted], atol=1e-9)
        np.testing.assert_allclose(
            exact.probabilities[keep], right.probabilities[wanted], rtol=1e-9
        )


@pytest.mark.parametrize("n", [2, 8, 30])
def test_chances_add_up_and_the_variance_is_unbiased(n):
    spread = chance.exact_variance(n, SKEWED)
    place = np.arange(5)
    own = SKEWED @ (place - SKEWED @ place) ** 2
    assert spread.probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert spread.mean() == pytest.approx(own, rel=1e-10)
    assert spread.at_most(1e9) == pytest.approx(1)
    assert spread.at_least(0) == pytest.approx(1)


def test_critical_values_printed_by_dunlap_et_al():
    assert round(chance.exact_rwg(10, np.full(5, 0.2), 2.0).critical_high(0.05), 2) == 0.53
    law = chance.exact_average_deviation(5, np.full(7, 1 / 7))
    assert round(law.critical_low(0.05), 2) == 0.64


def test_no_value_is_rare_enough_in_a_pair():
    law = chance.exact_rwg(2, np.full(5, 0.2), 2.0)
    assert np.isnan(law.critical_high(0.05))
    assert law.at_least(1.0) == pytest.approx(0.2)


def test_too_many_ways_are_refused():
    with pytest.raises(NotSupported, match="simulation"):
        chance.exact_variance(400, np.full(11, 1 / 11))
    with pytest.raises(NotSupported, match="simulation"):
        chance.exact_average_deviation(100, np.full(7, 1 / 7))


def test_simulation_of_unrelated_items_is_near_the_exact_law():
    law = chance.exact_variance(8, np.full(5, 0.2))
    sim = chance_simulation.simulate_agreement(
        np.array([4, 8]), np.full(5, 0.2), 2.0, np.eye(1), repetitions=20_000, seed=3
    )
    for level in (0.5, 1.0, 2.0):
        p = law.at_most(level)
        found = np.mean(sim.ratio[1] * 2.0 <= level + 1e-9)
        assert abs(found - p) < 4 * np.sqrt(p * (1 - p) / 20_000)
    ad = chance.exact_average_deviation(8, np.full(5, 0.2))
    assert abs(sim.deviation[1].mean() - ad.mean()) < 0.01


def test_simulation_repeats_and_items_correlate():
    r = np.array([[1.0, 0.6], [0.6, 1.0]])
    first = chance_simulation.simulate_agreement(
        np.array([5]), np.full(5, 0.2), 2.0, r, repetitions=500, seed=9
    )
    second = chance_simulation.simulate_agreement(
        np.array([5]), np.full(5, 0.2), 2.0, r, repetitions=500, seed=9
    )
    np.testing.assert_array_equal(first.ratio, second.ratio)
    free = chance_simulation.simulate_agreement(
        np.array([5]), np.full(5, 0.2), 2.0, np.eye(2), repetitions=5000, seed=9
    )
    tied = chance_simulation.simulate_agreement(
        np.array([5]), np.full(5, 0.2), 2.0, r, repetitions=5000, seed=9
    )
    assert tied.ratio.std() > free.ratio.std()


def test_an_impossible_correlation_is_brought_to_the_nearest():
    r = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    root = chance_simulation.correlation_root(r)
    np.testing.assert_allclose(np.diag(root @ root.T), 1.0)


def test_benjamini_hochberg_leaves_missing_ones_out():
    p = chance.benjamini_hochberg(np.array([0.02, np.nan, 0.01, 0.5]))
    np.testing.assert_allclose(p, [0.03, np.nan, 0.03, 0.5])


def test_random_groups_keep_persons_and_ignore_row_order():
    rng = np.random.default_rng(5)
    values, codes = rng.normal(size=60), rng.integers(0, 12, 60)
    first = random_groups(values, codes, 12, repetitions=400, seed=2)
    order = rng.permutation(60)
    second = random_groups(values[order], codes[order], 12, repetitions=400, seed=2)
    np.testing.assert_allclose(first.variances, second.variances, atol=1e-12)
    np.testing.assert_allclose(first.observed, second.observed, rtol=1e-12)
    assert abs(first.variances.mean() - values.var(ddof=1)) < 0.05


class FewKeys:
    """A generator whose random words have two bits in each key, so that most keys are tied."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.bit_generator = self
        self.integers = self.rng.integers

    def random_raw(self, size):
        return self.rng.integers(0, 4, size=4 * size, dtype=np.uint16).view(np.uint64)


@pytest.mark.parametrize("rng", [np.random.default_rng(3), FewKeys(3)], ids=["bits", "ties"])
def test_every_division_into_groups_is_alike_likely(rng):
    repetitions, cuts = 18_000, np.array([1, 3])
    orders = resampling._orders(rng, repetitions, 6, cuts)
    np.testing.assert_array_equal(np.sort(orders, axis=1)[::1000], np.tile(np.arange(6), (18, 1)))
    single, pair = 2 ** orders[:, 0], (2 ** orders[:, 1:3]).sum(axis=1)
    counts = np.unique(64 * single + pair, return_counts=True)[1]
    assert len(counts) == 60
    assert stats.chisquare(counts).pvalue > 0.001
    # Consecutive shuffles know nothing of each other.
    table = np.histogram2d(orders[::2, 0], orders[1::2, 0], bins=6)[0]
    assert stats.chi2_contingency(table).pvalue > 0.001
