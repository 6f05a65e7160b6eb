"""Sizes, explained variance, contrasts and omitted causes: all from one distribution."""

from __future__ import annotations

import numpy as np
import pytest

import collective_use as cu
from collective_use.errors import InputError
from collective_use.groups.results import Groups
from collective_use.numerics.structure.answers import sized
from collective_use.structure.result import StructureFit

pytestmark = pytest.mark.filterwarnings("ignore::collective_use.errors.SmallGroupsWarning")


@pytest.fixture(scope="module")
def fit(groups: Groups) -> StructureFit:
    return cu.fit_structure(groups, "M1", engine="core")


@pytest.fixture(scope="module")
def means(groups: Groups) -> StructureFit:
    return cu.fit_structure(groups, "M1", way="means", engine="core")


def test_explained_variance_is_that_of_the_fit_inside_its_limits(fit: StructureFit) -> None:
    found = fit.explained().set_index("variable")
    own = fit.fit.r_square().set_index("variable")["r_square"]
    np.testing.assert_allclose(found["r_square"], own[found.index], rtol=1e-10)
    assert (found["lower"] < found["r_square"]).all()
    assert (found["r_square"] < found["upper"]).all()


def test_sizes_are_standardized_between_groups(fit: StructureFit) -> None:
    found = fit.sizes()
    np.testing.assert_allclose(found["std"], fit.effects["std_all"], rtol=1e-10)
    assert ((found["lower"] < found["std"]) & (found["std"] < found["upper"])).all()


def test_verdicts_follow_the_limits_of_the_same_draws(fit: StructureFit) -> None:
    wide, ninety = fit.sizes(bound=0.2), fit.sizes(bound=0.2, confidence=0.9)
    inside = (ninety["lower"] > -0.2) & (ninety["upper"] < 0.2)
    small = wide["p_negligible"] <= 0.05
    assert inside.any()
    assert (small == inside).all()
    assert set(wide.loc[small, "verdict"]) == {"smaller than 0.2"}
    tiny = fit.sizes(bound=1e-6)
    beyond = (tiny["lower"] > 1e-6) | (tiny["upper"] < -1e-6)
    assert beyond.any()
    assert ((tiny["p_minimal"] <= 0.05) == beyond).all()
    assert set(tiny.loc[beyond, "verdict"]) == {"larger than 1e-06"}


def test_no_draw_no_verdict() -> None:
    found = sized(np.full((5, 1), np.nan), 0.1)
    assert np.isnan(found.equivalent).all()
    assert np.isnan(found.minimal).all()


def test_contrasts_compare_mechanisms_of_one_antecedent(fit: StructureFit) -> None:
    found = fit.contrasts()
    est = fit.effects.set_index("effect")["est"]
    assert len(found) == 15
    gap = est[found["first"]].to_numpy() - est[found["second"]].to_numpy()
    np.testing.assert_allclose(found["est"], gap, rtol=1e-10)
    outside = (found["lower"] > 0) | (found["upper"] < 0)
    assert (outside == (found["p"] <= 0.05)).all()


def test_a_cause_as_correlated_as_said_undoes_the_path(groups: Groups, means: StructureFit) -> None:
    """Imai's correlation and Cinelli's share, by putting such a cause into least squares."""
    found = means.omitted().set_index(["outcome", "predictor"])
    x = ["ssm", "dlr", "dcb"]
    Z = groups.values[[*x, "cdu"]].to_numpy(float)
    Z = Z - Z.mean(axis=0)
    rest = Z[:, :2]
    project = rest @ np.linalg.pinv(rest)
    d, y = Z[:, 2] - project @ Z[:, 2], Z[:, 3] - project @ Z[:, 3]
    r = d @ y / np.sqrt((d @ d) * (y @ y))
    row = found.loc[("cdu", "dcb")]
    assert row["correlation"] == pytest.approx(r, rel=1e-6)
    share = row["robustness"]
    # a cause u with this share of d, and of y beyond d, takes the coefficient to zero
    e = y - d * (d @ y) / (d @ d)
    rng = np.random.default_rng(1)
    n = rng.normal(size=len(d))
    basis = np.column_stack([d, e])
    n = n - basis @ np.linalg.lstsq(basis, n, rcond=None)[0]
    d1, e1, n1 = d / np.linalg.norm(d), e / np.linalg.norm(e), n / np.linalg.norm(n)
    # u = sqrt(s) d + k e + rest: its part beyond d correlates sqrt(s) with e
    k = np.sqrt(share) * np.sqrt(1 - share)
    u = np.sqrt(share) * d1 + k * e1 + np.sqrt(1 - share - k**2) * n1
    slope = np.linalg.lstsq(np.column_stack([d, u]), y, rcond=None)[0][0]
    assert slope == pytest.approx(0.0, abs=1e-8)
    assert 0 < row["robustness_limit"] < share
    assert row["like"] in x


def test_a_bound_below_zero_is_named(fit: StructureFit) -> None:
    with pytest.raises(InputError, match="bound"):
        fit.sizes(bound=0)
