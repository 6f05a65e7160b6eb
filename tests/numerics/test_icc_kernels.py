"""Analysis of variance, limits and variance components: exactness and odd cases."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from collective_use.numerics.groups import anova, icc_limits
from collective_use.numerics.groups.between_within import between_within
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.groups.variance_components import variance_components
from collective_use.numerics.groups.weighted import weighted_icc

NIST = Path(scipy.stats.__file__).parent / "tests" / "data" / "nist_anova"
NAMES = [f"SmLs0{i}" for i in range(1, 10)] + ["AtmWtAg", "SiRstv"]
SETTINGS = settings(max_examples=40, deadline=None)


def table_of(values, codes):
    return anova.one_way_of(group_statistics(np.asarray(values, float), codes))


def digits(found, right):
    return 15.9 if found == right else min(15.9, -np.log10(abs(found / right - 1)))


@pytest.mark.parametrize("name", NAMES)
def test_nist_has_as_many_digits_as_scipy(name):
    rows = [line.split() for line in (NIST / f"{name}.dat").read_text().splitlines()[60:]]
    groups = np.array([int(row[0]) for row in rows if len(row) == 2])
    values = np.array([float(row[1]) for row in rows if len(row) == 2])
    lines = (NIST / f"{name}.dat").read_text().splitlines()
    certified = float(next(line for line in lines if line.startswith("Between")).split()[-1])
    ours = table_of(values, groups).f
    theirs = scipy.stats.f_oneway(*[values[groups == g] for g in np.unique(groups)]).statistic
    # The last place of a double is no digit that either could promise.
    assert digits(ours, certified) >= min(digits(theirs, certified), 13.0) - 0.05


def test_exact_arithmetic_on_a_small_table():
    values, codes = [1, 4, 2, 2, 5, 9, 9], [0, 0, 0, 1, 1, 2, 2]
    exact = [Fraction(v) for v in values]
    by = {g: [v for v, c in zip(exact, codes, strict=True) if c == g] for g in range(3)}
    means = {g: sum(v) / len(v) for g, v in by.items()}
    grand = sum(exact) / 7
    msb = sum(len(v) * (means[g] - grand) ** 2 for g, v in by.items()) / 2
    msw = sum(sum((x - means[g]) ** 2 for x in v) for g, v in by.items()) / 4
    table = table_of(values, codes)
    assert table.f == pytest.approx(float(msb / msw), rel=1e-14)
    assert table.size_k0 == pytest.approx((7 - 17 / 7) / 2, rel=1e-14)
    assert table.size_harmonic == pytest.approx(3 / (1 / 3 + 1 / 2 + 1 / 2), rel=1e-14)


@st.composite
def nested(draw):
    sizes = draw(st.lists(st.integers(1, 9), min_size=3, max_size=12).filter(lambda s: max(s) > 1))
    codes = np.repeat(np.arange(len(sizes)), sizes)
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    spread = draw(st.sampled_from([0.0, 0.5, 2.0]))
    values = rng.normal(size=len(codes)) + spread * rng.normal(size=len(sizes))[codes]
    return values, codes


@SETTINGS
@given(nested(), st.sampled_from([-100.0, 0.0, 1e6]), st.sampled_from([0.01, 1.0, 50.0]))
def test_shifting_and_scaling_change_nothing(data, shift, scale):
    values, codes = data
    first, second = table_of(values, codes), table_of(values * scale + shift, codes)
    assert second.f == pytest.approx(first.f, rel=1e-5)
    one, two = icc_limits.wald_limits(first), icc_limits.wald_limits(second)
    np.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-5)
    a, b = variance_components(first), variance_components(second)
    assert b.icc == pytest.approx(a.icc, rel=1e-4, abs=1e-6)


@SETTINGS
@given(nested())
def test_limits_are_in_order_and_hold_what_they_should(data):
    table = table_of(*data)
    low, high = icc_limits.wald_limits(table)
    floor = -1 / (table.sizes.max() - 1)
    assert floor - 1e-9 <= low <= high <= 1
    narrow = icc_limits.wald_limits(table, 0.5)
    assert low <= narrow[0] + 1e-9
    assert narrow[1] <= high + 1e-9


@pytest.mark.parametrize("n", [2, 5, 30])
def test_equal_groups_have_the_f_limits(n):
    rng = np.random.default_rng(n)
    codes = np.repeat(np.arange(12), n)
    values = rng.normal(size=12 * n) + rng.normal(size=12)[codes]
    table = table_of(values, codes)
    np.testing.assert_allclose(
        icc_limits.wald_limits(table), icc_limits.f_limits(table, n), rtol=1e-9
    )


def test_equal_groups_have_one_icc_and_reml_is_anova():
    rng = np.random.default_rng(4)
    codes = np.repeat(np.arange(20), 6)
    values = rng.normal(size=120) + rng.normal(size=20)[codes]
    table = table_of(values, codes)
    sizes = (table.size_mean, table.size_harmonic, table.size_k0)
    assert sizes == pytest.approx((6, 6, 6), rel=1e-12)
    assert variance_components(table).icc == pytest.approx(anova.icc1(table, 6.0), rel=1e-10)


@SETTINGS
@given(nested())
def test_the_optimum_is_an_optimum(data):
    table = table_of(*data)
    for method in ("reml", "ml"):
        best = variance_components(table, method)
        for tau2 in (0.0, best.tau2 * 0.9, best.tau2 * 1.1 + 1e-4, 1.0, 10.0):
            assert _loglik(table, tau2, best.sigma2, method) <= best.log_likelihood + 1e-8


def _loglik(table, tau2, sigma2, method):
    """Return the log-likelihood from its definition, group by group."""
    n, means = table.sizes, table.means
    v = tau2 + sigma2 / n
    mu = np.sum(means / v) / np.sum(1 / v)
    value = (n.sum() - len(n)) * np.log(sigma2) + table.ss_within / sigma2
    value += np.sum(np.log(n * v) + (means - mu) ** 2 / v)
    value += n.sum() * np.log(2 * np.pi)
    if method == "reml":
        value += np.log(np.sum(1 / v)) - np.log(2 * np.pi)
    return -0.5 * value


def test_groups_that_differ_less_than_chance():
    table = table_of([1, 5, 1, 5, 1, 5, 2, 4], [0, 0, 1, 1, 2, 2, 3, 3])
    assert anova.icc1(table, 2.0) == -1.0
    assert variance_components(table).at_boundary
    assert icc_limits.wald_limits(table) == (-1.0, -1.0)


def test_no_variance_within_gives_no_limits():
    table = table_of([1, 1, 2, 2], [0, 0, 1, 1])
    assert np.isnan(icc_limits.wald_limits(table)).all()
    assert np.isnan(variance_components(table).icc)


def test_the_raw_correlation_is_the_sum_of_its_parts():
    rng = np.random.default_rng(8)
    codes = rng.integers(0, 15, 200)
    x = rng.normal(size=200) + rng.normal(size=15)[codes]
    y = 0.3 * x + rng.normal(size=200)
    found = between_within(group_statistics(np.column_stack([x, y]), codes, cross=True))
    assert found.raw == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-12)
    parts = found.eta_between_x * found.eta_between_y * found.between
    parts += found.eta_within_x * found.eta_within_y * found.within
    assert parts == pytest.approx(found.raw, rel=1e-12)


def test_weights_of_one_and_doubled_weights_give_the_same():
    rng = np.random.default_rng(2)
    codes = np.repeat(np.arange(40), 5)
    values = rng.normal(size=200) + rng.normal(size=40)[codes]
    one = weighted_icc(values, np.ones(200), codes, 40, 0.95)
    two = weighted_icc(values, np.full(200, 2.0), codes, 40, 0.95)
    assert one.icc1 == pytest.approx(two.icc1, rel=1e-12)
    assert one.low < one.icc1 < one.high
    z = values - values.mean()
    products = [z[5 * g + i] * z[5 * g + j] for g in range(40) for i in range(5) for j in range(i)]
    assert one.icc1 == pytest.approx(np.mean(products) / np.mean(z * z), rel=1e-10)
