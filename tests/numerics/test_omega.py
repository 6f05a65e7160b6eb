"""Factors of a scale and omega on correlations whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from collective_use.numerics.factors.extract import extract
from collective_use.numerics.factors.rotate import oblimin, rotate
from collective_use.numerics.items import omega

GENERAL = np.array([0.8, 0.7, 0.6, 0.7, 0.6, 0.5, 0.6, 0.5, 0.4])
GROUP = np.kron(np.eye(3), [[0.4], [0.35], [0.3]])


def with_unit_diagonal(common):
    r = common.copy()
    np.fill_diagonal(r, 1.0)
    return r


@pytest.mark.parametrize("method", ["ml", "minres"])
def test_one_factor_is_found_again(method):
    r = with_unit_diagonal(np.outer(GENERAL, GENERAL))
    loadings, unique = omega.one_factor(r, method)
    np.testing.assert_allclose(loadings, GENERAL, atol=1e-6)
    np.testing.assert_allclose(unique, 1 - GENERAL**2, atol=1e-6)
    total = omega.omega(r, 1).total
    assert total == pytest.approx(GENERAL.sum() ** 2 / r.sum(), abs=1e-6)


def test_a_hierarchy_is_found_again():
    second = np.array([0.8, 0.7, 0.6])
    first = np.kron(np.eye(3), [[0.8], [0.7], [0.6]])
    phi = with_unit_diagonal(np.outer(second, second))
    r = with_unit_diagonal(first @ phi @ first.T)
    found = omega.omega(r, 3)
    general = first @ second
    np.testing.assert_allclose(found.general, general, atol=1e-4)
    assert found.hierarchical == pytest.approx(general.sum() ** 2 / r.sum(), abs=1e-4)
    assert found.total == pytest.approx((first @ phi @ first.T).sum() / r.sum(), abs=1e-4)
    assert found.limit == pytest.approx(found.hierarchical / found.total)


def test_rotation_keeps_what_the_factors_explain():
    r = with_unit_diagonal(np.outer(GENERAL, GENERAL) * 0.7 + GROUP @ GROUP.T)
    unrotated = extract(r, 3).loadings
    found = rotate(unrotated, oblimin())
    pattern, between = found.pattern, found.phi
    np.testing.assert_allclose(pattern @ between @ pattern.T, unrotated @ unrotated.T, atol=1e-10)
    np.testing.assert_allclose(np.diag(between), 1.0, atol=1e-12)
