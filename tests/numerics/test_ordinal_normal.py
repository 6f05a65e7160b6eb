"""The bivariate normal distribution against integration and identities."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from collective_use.numerics.ordinal.normal import bivariate_normal_cdf, bivariate_normal_pdf

LIMITS = st.floats(-6, 6)
RHO = st.floats(-1, 1)


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
@pytest.mark.parametrize("rho", [-0.999, -0.95, -0.9, -0.3, 0.0, 0.2, 0.92, 0.93, 0.99, 0.9999])
@pytest.mark.parametrize(("h", "k"), [(0.3, -0.7), (-1.2, -1.3), (2.0, 1.0), (0.5, 0.5)])
def test_against_one_dimensional_integration(h, k, rho):
    root = np.sqrt(1 - rho * rho)

    def integrand(x):
        return np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * ndtr((k - rho * x) / root)

    turn = k / rho if rho else 0.0
    steps = [turn + step * root for step in np.linspace(-12, 12, 25)]
    edges = sorted({-10.0, h, *(float(np.clip(step, -10, h)) for step in steps)})
    value = sum(
        quad(integrand, low, high, epsabs=1e-16, epsrel=1e-14, limit=200)[0]
        for low, high in pairwise(edges)
    )
    assert bivariate_normal_cdf(h, k, rho) == pytest.approx(value, abs=5e-14)


@given(RHO)
def test_quadrant_probability_has_a_closed_form(rho):
    expected = 0.25 + np.arcsin(rho) / (2 * np.pi)
    assert bivariate_normal_cdf(0.0, 0.0, rho) == pytest.approx(expected, abs=1e-14)


@given(LIMITS, LIMITS, RHO)
def test_halves_add_up(h, k, rho):
    total = bivariate_normal_cdf(h, k, rho) + bivariate_normal_cdf(h, -k, -rho)
    assert total == pytest.approx(ndtr(h), abs=2e-14)


@given(LIMITS, LIMITS, RHO)
def test_symmetry_and_bounds(h, k, rho):
    value = bivariate_normal_cdf(h, k, rho)
    assert value == pytest.approx(bivariate_normal_cdf(k, h, rho), abs=2e-14)
    assert max(0.0, ndtr(h) + ndtr(k) - 1) - 1e-14 <= value <= min(ndtr(h), ndtr(k)) + 1e-14


def test_infinite_limits_give_margins():
    assert bivariate_normal_cdf(np.inf, 0.3, 0.6) == pytest.approx(ndtr(0.3), abs=1e-15)
    assert bivariate_normal_cdf(-np.inf, 0.3, 0.6) == 0
    assert bivariate_normal_pdf(np.inf, 0.3, 0.6) == 0


def test_density_is_the_derivative_by_the_correlation():
    step = 1e-6
    rise = bivariate_normal_cdf(0.4, -0.2, 0.5 + step) - bivariate_normal_cdf(0.4, -0.2, 0.5 - step)
    assert bivariate_normal_pdf(0.4, -0.2, 0.5) == pytest.approx(rise / (2 * step), rel=1e-8)
