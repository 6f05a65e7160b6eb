"""The specification curve and its permutations; residuals of items between groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

import collective_use as cu
from collective_use.errors import InputError
from collective_use.groups.results import Groups
from collective_use.numerics.structure.between import between_covariances, group_parts
from collective_use.structure.rivals.residuals import mixture_bounds
from collective_use.structure.rivals.specifications import _moved

pytestmark = pytest.mark.filterwarnings("ignore::collective_use.errors.SmallGroupsWarning")


def test_the_curve_holds_what_each_choice_gives(groups: Groups) -> None:
    curve = cu.specification_curve(groups, "ind_pim_dcb", least=(0, 6), permutations=12)
    frame = curve.to_frame()
    assert len(frame) == 8
    assert frame["est"].is_monotonic_increasing
    for way in ("means", "corrected"):
        own = cu.fit_structure(groups, "M1", way=way, engine="core").effects.set_index("effect")
        row = frame[(frame["way"] == way) & (frame["model"] == "M1") & (frame["least"] == 0)]
        assert row["est"].item() == pytest.approx(own.loc["ind_pim_dcb", "est"], rel=1e-5)
    assert curve.median == pytest.approx(frame["est"].median())
    assert curve.share == 1.0
    assert curve.p_median < 0.2
    assert 1 / 13 <= curve.p_share <= 1


def test_a_shuffled_measure_keeps_its_variance_and_loses_the_rest() -> None:
    rng = np.random.default_rng(1)
    G, n = 3000, 4
    x = rng.multivariate_normal(np.zeros(2), [[1, 0.5], [0.5, 1]], G)
    own = rng.multivariate_normal(np.zeros(2), [[1, 0.7], [0.7, 1]], (G, n))
    persons = (x[:, None, :] + own).reshape(-1, 2)
    parts = group_parts(persons, np.repeat(np.arange(G), n), G, np.full((G, 2), np.inf))
    ones = np.ones((1, G))
    before = between_covariances(parts, ones)
    after = between_covariances(_moved(parts, 0, rng.permutation(G)), ones)
    for found in ("observed", "error", "corrected"):
        was, now = getattr(before, found)[0], getattr(after, found)[0]
        np.testing.assert_allclose(np.diag(now), np.diag(was), rtol=1e-6)
        assert was[0, 1] > 0.1
        assert abs(now[0, 1]) < 0.08


def test_choices_that_cannot_be_fitted_say_why(groups: Groups) -> None:
    curve = cu.specification_curve(
        groups, "ind_pim_dcb", models=["M1"], least=(0, 12), permutations=0
    )
    reasons = curve.to_frame().set_index(["way", "least"])["reason"]
    assert reasons["means", 0] == ""
    assert reasons["corrected", 12]
    assert np.isnan(curve.p_median)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"effect": "ind_pim"}, "does not define 'ind_pim'"),
        ({"effect": "ind_pim_dcb", "models": "M1"}, "models must be a list"),
        ({"effect": "ind_pim_dcb", "ways": ["sam"]}, "ways"),
        ({"effect": "ind_pim_dcb", "least": (10**6,)}, "no choice could be fitted"),
    ],
)
def test_wrong_choices_are_named(groups: Groups, asked, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=says):
        cu.specification_curve(groups, permutations=0, **asked)


def test_bounds_of_the_mixture_hold_any_weights() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        k = int(rng.integers(1, 9))
        weights = rng.dirichlet(np.ones(k))  # of 1 to k degrees of freedom
        x = float(rng.uniform(0.5, 20))
        low, high = mixture_bounds(x, k)
        even = sum(w * (chi2.sf(x, j) + (chi2.sf(x, j + 1) if j < k else chi2.sf(x, k))) / 2
                   for j, w in enumerate(weights, start=1))  # fmt: skip
        assert low <= even
        assert 0.5 * chi2.sf(x, k) <= high <= chi2.sf(x, k)


def test_residuals_of_a_strongly_invariant_scale_are_zero() -> None:
    made = cu.ResidualTest(1.0, 5, 5, *mixture_bounds(1.0, 5), verdict="")
    assert made.p_least > 0.05
    assert list(made.to_dict()) == ["chisq", "items", "at_zero", "p_least", "p_most", "verdict"]
