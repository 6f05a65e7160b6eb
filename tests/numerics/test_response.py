"""What if the silent differ: against every sample of small groups, and against whole surveys."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from collective_use.numerics.groups.response import (
    icc_if_silent_differ,
    variance_if_silent_differ,
)


def _variance(law: list[int]) -> Fraction:
    mean = Fraction(sum(law), len(law))
    return sum((x - mean) ** 2 for x in law) / Fraction(len(law))


@pytest.mark.parametrize(("n", "silent"), [(1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (2, 3)])
@pytest.mark.parametrize("others", [[4, 5, 6], [0, 5], [2, 2, 8]])
def test_the_variance_is_the_mean_over_every_sample(n, silent, others):
    here = [1, 2, 3, 5]
    total, samples = Fraction(0), 0
    for one in product(here, repeat=n):
        for two in product(others, repeat=silent):
            whole = [*one, *two]
            mean = Fraction(sum(whole), len(whole))
            total += sum((x - mean) ** 2 for x in whole) / Fraction(len(whole) - 1)
            samples += 1
    gap = Fraction(sum(others), len(others)) - Fraction(sum(here), len(here))
    N = n + silent
    found = variance_if_silent_differ(
        np.array([float(_variance(here))]),
        np.array([n / N]),
        np.array([float(N)]),
        float(gap),
        float(_variance(others) / _variance(here)),
    )
    assert found[0] == pytest.approx(float(total / samples), rel=1e-12)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("gap", [0.0, 1.0])
@pytest.mark.parametrize("mixed", [False, True])
def test_iccs_are_those_of_whole_surveys(gap, ratio, mixed):
    rng = np.random.default_rng(int(10 * ratio + gap + 5 * mixed))
    G, N, tau2, surveys = 60, 6, 0.2, 400
    answered = np.where(np.arange(G) % 2, 4, 2 if mixed else 4)
    silent = np.arange(N) >= answered[:, None]
    level = np.sqrt(tau2) * rng.normal(size=(surveys, G, 1))
    noise = rng.normal(size=(surveys, G, N)) * np.where(silent, np.sqrt(ratio), 1.0)
    whole = level + noise + gap * silent
    within = whole.var(axis=2, ddof=1).mean(axis=1)
    between = N * whole.mean(axis=2).var(axis=1, ddof=1)
    shares = answered / N
    icc1, icc2 = icc_if_silent_differ(tau2, 1.0, shares, np.full(G, float(N)), gap, ratio)
    # the two mean squares give both indices, so two conditions on them are enough
    unit = within - (between - within) * (1 - icc1) / icc1 / N
    assert abs(unit.mean()) < 4 * unit.std() / np.sqrt(surveys)
    excess = (between - within) - icc2 * between
    assert abs(excess.mean()) < 4 * excess.std() / np.sqrt(surveys)
