"""Laws of the variance in one pass, on a grid, as bounds; chances with gaps in the answers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from collective_use.numerics.groups import chance_laws as laws
from collective_use.numerics.groups.chance_large import NullModel
from collective_use.numerics.groups.chance_patterns import (
    agreement_chances,
    patterns_of,
)
from collective_use.numerics.groups.latent import latent_correlation

EVEN = np.full(5, 0.2)
SKEWED = np.array([0.05, 0.15, 0.2, 0.35, 0.25])


@pytest.mark.parametrize("proportions", [EVEN, SKEWED, np.full(4, 0.25)])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_law_is_that_of_all_ways_counted_with_fractions(n, proportions):
    law = laws.variance_laws([n], proportions)[n]
    exact = [Fraction(round(20 * p), 20) for p in proportions]
    chances: dict[Fraction, Fraction] = {}
    for way in product(range(len(proportions)), repeat=n):
        mean = Fraction(sum(way), n)
        variance = sum((Fraction(a) - mean) ** 2 for a in way) / (n - 1)
        weight = Fraction(1)
        for a in way:
            weight *= exact[a]
        chances[variance] = chances.get(variance, Fraction(0)) + weight
    for value in chances:
        right = float(sum(c for v, c in chances.items() if v <= value))
        assert law.at_most(float(value)) == pytest.approx(right, rel=1e-12)


@pytest.mark.parametrize("n", [40, 150])
def test_the_grid_gives_the_law_of_one_pass(n):
    first = laws.variance_laws([n], SKEWED)[n]
    second = laws._by_fft(n, SKEWED, laws._grid(n, 5))
    for value in (0.6, 0.9, 1.2, 1.34, 1.6):
        assert second.at_most(value) == pytest.approx(first.at_most(value), abs=1e-12)


@pytest.mark.parametrize("n", [30, 200])
def test_bounds_are_above_the_exact_chance(n):
    law = laws.variance_laws([n], EVEN)[n]
    for value in np.linspace(0.2, 2.4, 23):
        assert laws.chernoff(n, EVEN, value) >= law.at_most(value) * (1 - 1e-9)
        assert laws.normal_bound(n, EVEN, value) >= law.at_most(value) * (1 - 1e-9)


def test_no_group_is_too_large_and_no_chance_is_nothing():
    law = laws.variance_laws([100_000], EVEN)[100_000]
    assert law.how == "bound"
    assert 0 < law.at_most(0.67) < 1e-200
    assert law.at_most(2.0) > 0.5
    assert law.at_most(law.critical_low(0.05)) <= 0.05


def test_patterns_are_shared_by_groups_with_the_same_gaps():
    cells = np.array([[1, 0], [1, 1], [1, 1], [1, 0], [1, 1], [1, 1], [0, 0], [1, 1]], dtype=bool)
    found = patterns_of(cells, np.array([0, 0, 1, 1, 2, 2, 2, 3]), 4)
    assert found.of_group[0] == found.of_group[1] != found.of_group[2]
    assert found.of_group[3] == -1
    assert sorted(len(mask) for mask in found.masks) == [2, 2]


@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
def test_type_one_error_with_missing_answers(missing):
    rng = np.random.default_rng(2)
    groups, n, items = 1500, 6, 4
    root = np.linalg.cholesky(0.5 * np.eye(items) + 0.5)
    normal = rng.normal(size=(groups * n, items)) @ root.T
    x = np.searchsorted([-0.8416, -0.2533, 0.2533, 0.8416], normal.ravel()).reshape(normal.shape)
    x = np.where(rng.random(x.shape) < missing, np.nan, x + 1.0)
    codes = np.repeat(np.arange(groups), n)
    cube = x.reshape(groups, n, items)
    with np.errstate(invalid="ignore", divide="ignore"):
        k = (~np.isnan(cube)).sum(axis=1)
        mean = np.nansum(cube, axis=1) / np.maximum(k, 1)
        spread = np.nansum((cube - mean[:, None]) ** 2, axis=1) / np.where(k > 1, k - 1, np.nan)
        observed = np.array([np.nan if np.isnan(r).all() else np.nanmean(r) for r in spread]) / 2
    null = NullModel(EVEN, 2.0, latent_correlation(x))
    found = agreement_chances(
        patterns_of(~np.isnan(x), codes, groups), observed, null, repetitions=1000, seed=1
    )
    known = found.p[~np.isnan(found.p)]
    assert (known > 0).all()
    assert np.mean(known <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(known))
    assert np.mean(known <= 0.05) >= 0.02


def test_latent_correlation_is_that_of_what_was_cut():
    rng = np.random.default_rng(0)
    normal = rng.normal(size=(20_000, 2)) @ np.linalg.cholesky([[1, 0.6], [0.6, 1]]).T
    cut = np.searchsorted([-0.5, 0.2, 1.0], normal.ravel()).reshape(normal.shape).astype(float)
    assert latent_correlation(cut)[0, 1] == pytest.approx(0.6, abs=0.02)
    assert np.corrcoef(cut.T)[0, 1] < 0.57
