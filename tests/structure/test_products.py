"""Products and squares: least squares of values, cleared of error, effects where a moderator is."""

from __future__ import annotations

import numpy as np
import pytest

import collective_use as cu
from collective_use.errors import InputError
from collective_use.groups.results import Groups
from collective_use.numerics.structure.between import GroupParts
from collective_use.numerics.structure.products import Equation, cleared, coefficients

CURVED = "dcb ~ pim + dl + pim:dl\ncdu ~ dcb + pim + dcb:dcb + dcb:pim + pim:pim"


@pytest.fixture(scope="module")
def plain(groups: Groups) -> cu.ProductsFit:
    return cu.fit_products(groups, CURVED, way="means")


def test_values_as_they_are_give_least_squares(groups: Groups, plain: cu.ProductsFit) -> None:
    Z = groups.values[["pim", "dl", "dcb"]].to_numpy(float)
    Z = Z - Z.mean(axis=0)
    X = np.column_stack([np.ones(len(Z)), Z[:, 0], Z[:, 1], Z[:, 0] * Z[:, 1]])
    beta, *_ = np.linalg.lstsq(X, Z[:, 2], rcond=None)
    own = plain.estimates[plain.estimates["outcome"] == "dcb"]
    np.testing.assert_allclose(own["est"], beta[1:], rtol=1e-8)
    # errors: the sandwich of least squares, times G / (G - k) of the larger equation
    rest = Z[:, 2] - X @ beta
    bread = np.linalg.inv(X.T @ X)
    V = bread @ (X * rest[:, None] ** 2).T @ X @ bread * 60 / 54
    np.testing.assert_allclose(own["se"], np.sqrt(np.diag(V))[1:], rtol=5e-3)


def test_a_term_cleared_of_error_is_right_on_average() -> None:
    rng = np.random.default_rng(1)
    S = np.array([[0.5, 0.3], [0.3, 0.8]])
    x = np.array([1.0, -0.5]) + rng.multivariate_normal(np.zeros(2), S, 100_000)
    errors = np.broadcast_to(S, (len(x), 2, 2))
    for term, true in (((0, 0), 1.0), ((0, 1), -0.5), ((0, 0, 1), -0.5), ((0, 0, 1, 1), 0.25)):
        found = cleared(x, errors, term)
        assert abs(found.mean() - true) < 4 * found.std() / np.sqrt(len(x))


def test_curves_come_back_where_means_lose_them() -> None:
    rng = np.random.default_rng(2)
    G, n = 4000, 6
    x, w = rng.multivariate_normal(np.zeros(2), [[1, 0.3], [0.3, 1]], G).T
    y = 0.4 * x + 0.3 * w + 0.25 * x * w - 0.2 * x * x + rng.normal(size=G) * 0.6
    true = np.column_stack([x, w, y])
    E = 2.0 * (0.4 * np.ones((3, 3)) + 0.6 * np.eye(3))
    seen = true[:, None, :] + rng.multivariate_normal(np.zeros(3), E, (G, n))
    means = seen.mean(axis=1)
    rest = seen - means[:, None, :]
    full = np.ones((G, 3, 3))
    parts = GroupParts(means, np.swapaxes(rest, 1, 2) @ rest, (n - 1) * full, full / n)
    equation = Equation(2, ((), (0,), (1,), (0, 1), (0, 0)))
    (found,) = coefficients(parts, np.ones(G), [equation], np.zeros(3))
    np.testing.assert_allclose(found[1:], [0.4, 0.3, 0.25, -0.2], atol=0.07)
    bare = GroupParts(means, parts.cross, parts.df, 0 * full)
    (lost,) = coefficients(bare, np.ones(G), [equation], np.zeros(3))
    assert abs(lost[3]) < 0.19
    assert abs(lost[4]) < 0.16


def test_conditional_effects_are_products_of_slopes(plain: cu.ProductsFit) -> None:
    b = plain.estimates.set_index(["outcome", "term"])["est"]
    found = plain.conditional(["pim", "dcb", "cdu"], "dl")
    sd = plain.spread["dl"]
    by_hand = [
        (b["dcb", "pim"] + k * sd * b["dcb", "pim:dl"]) * b["cdu", "dcb"] for k in (-1, 0, 1)
    ]
    np.testing.assert_allclose(found["est"][:3], by_hand, rtol=1e-10)
    assert found["est"][3] == pytest.approx(by_hand[2] - by_hand[0])
    curve = plain.conditional(["dcb", "cdu"], "dcb", at=[1.0])
    slope = b["cdu", "dcb"] + 2 * plain.spread["dcb"] * b["cdu", "dcb:dcb"]
    assert curve["est"][0] == pytest.approx(slope)
    outside = (found["lower"] > 0) | (found["upper"] < 0)
    assert (outside == (found["p"] <= 0.05)).all()


def test_the_surface_is_edwards_and_parrys(plain: cu.ProductsFit) -> None:
    b = plain.estimates.set_index(["outcome", "term"])["est"]["cdu"]
    found = plain.surface("cdu", "pim", "dcb")["est"]
    first, second = b["pim"], b["dcb"]
    xx, xy, yy = b["pim:pim"], b["dcb:pim"], b["dcb:dcb"]
    by_hand = [first + second, xx + xy + yy, first - second, xx - xy + yy, xx - yy]
    np.testing.assert_allclose(found, by_hand, rtol=1e-10)


@pytest.mark.parametrize(
    ("equations", "says"),
    [
        ("dcb ~ pim + pim:dl", "must hold dl too"),
        ("dcb ~ pim + dl + con + pim:dl:con", "more than 2 factors"),
        ("dcb ~~ pim", r"paths \(~\) alone"),
        ("dcb ~ 0*pim", "no values or labels"),
        ("dcb ~ pim + pmi + pim:pmi", "pmi"),
        ("dcb ~ dcb", "itself"),
    ],
)
def test_wrong_equations_are_named(groups: Groups, equations: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        cu.fit_products(groups, equations)


def test_wrong_questions_are_named(plain: cu.ProductsFit) -> None:
    with pytest.raises(InputError, match="no equation explains cdu by dl"):
        plain.conditional(["dl", "cdu"], "pim")
    with pytest.raises(InputError, match="moderator must be one of"):
        plain.conditional(["pim", "dcb"], "age")
    with pytest.raises(InputError, match="for a surface"):
        plain.surface("dcb", "pim", "dl")
