"""Ordered answers with gaps and in clusters: what is computed, what is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.ordinal.moments import ordinal_moments

DATA = Path(__file__).parents[1] / "parity" / "reference" / "sem07"
ITEMS = [f"u{i}" for i in range(1, 7)]
MODEL = "f1 =~ u1 + u2 + u3\nf2 =~ u4 + u5 + u6"
pytestmark = pytest.mark.filterwarnings("ignore:.*two-way tables have empty cells")


@pytest.fixture(scope="module")
def likert() -> pd.DataFrame:
    return pd.read_csv(DATA / "likert_groups.csv")


def test_without_gaps_pairwise_is_listwise(likert: pd.DataFrame) -> None:
    fits = [cu.fit_cfa(MODEL, likert, ordered=ITEMS, missing=m) for m in ("listwise", "pairwise")]
    np.testing.assert_allclose(fits[0].solution.theta, fits[1].solution.theta, atol=1e-12)
    np.testing.assert_allclose(fits[0].se, fits[1].se, atol=1e-12)


def test_a_cluster_of_one_case_each_only_scales(likert: pd.DataFrame) -> None:
    """The sandwich of independent cases, times C / (C - 1)."""
    alone = cu.fit_cfa(MODEL, likert.assign(own=range(len(likert))), ordered=ITEMS, cluster="own")
    plain = cu.fit_cfa(MODEL, likert, ordered=ITEMS)
    n = len(likert)
    np.testing.assert_allclose(alone.se, plain.se * np.sqrt(n / (n - 1)), rtol=1e-9)
    np.testing.assert_allclose(alone.solution.theta, plain.solution.theta, atol=1e-10)


def test_moments_rest_on_the_cases_that_have_them() -> None:
    r = np.random.default_rng(2)
    z = r.normal(size=(400, 3)) + r.normal(size=(400, 1))
    codes = np.digitize(z, [-0.5, 0.6]).astype(float)
    codes[r.random(codes.shape) < 0.2] = np.nan
    found = ordinal_moments(codes, [3, 3, 3])
    for i in range(3):
        own = codes[~np.isnan(codes[:, i]), i]
        alone = ordinal_moments(np.c_[own, np.roll(own, 1)], [3, 3]).thresholds[:2]
        np.testing.assert_allclose(found.thresholds[2 * i : 2 * i + 2], alone, atol=1e-12)
    assert found.n == 400


def test_groups_with_clusters_and_gaps_together(likert: pd.DataFrame) -> None:
    data = likert.copy()
    data.loc[data.index[::7], "u2"] = np.nan
    data["half"] = data["group"].astype("category").cat.codes % 2
    fit = cu.fit_cfa(
        MODEL, data, ordered=ITEMS, missing="pairwise", cluster="group", group="half",
        equal=("loadings",),
    )  # fmt: skip
    assert fit.n == len(data)
    assert np.isfinite(fit.se).all()
    assert 0 < fit.fit_measures["pvalue.scaled"] < 1


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"missing": "fiml"}, NotSupported, "use missing='pairwise'"),
        ({"cluster": ["group", "w"]}, NotSupported, "give one column"),
        ({"cluster": "group", "estimator": "DWLS"}, NotSupported, "use 'WLSMV'"),
        ({"cluster": "grp"}, InputError, "did you mean 'group'"),
    ],
)
def test_what_is_not_offered_is_named(
    likert: pd.DataFrame, options: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        cu.fit_cfa(MODEL, likert, ordered=ITEMS, **options)  # type: ignore[arg-type]


def test_pairs_never_asked_are_named(likert: pd.DataFrame) -> None:
    apart = likert.astype(float)[ITEMS]
    apart.loc[apart.index < 200, "u1"] = np.nan
    apart.loc[apart.index >= 200, "u2"] = np.nan
    with pytest.raises(InputError, match="no case answered both u1 and u2"):
        cu.fit_cfa(MODEL, apart, ordered=ITEMS, missing="pairwise")


def test_scores_and_replications_with_gaps_are_refused_by_name() -> None:
    data = pd.read_csv(DATA / "likert_missing.csv")
    items = [f"u{i}" for i in range(1, 9)]
    model = "f1 =~ u1+u2+u3+u4\nf2 =~ u5+u6+u7+u8"
    fit = cu.fit_cfa(model, data, ordered=items, missing="pairwise")
    with pytest.raises(NotSupported, match="pairwise"):
        fit.factor_scores()
    with pytest.raises(NotSupported, match="pairwise"):
        cu.bootstrap_fit(fit, 5)
