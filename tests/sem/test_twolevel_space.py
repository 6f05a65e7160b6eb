"""The two-level chi-square compares two models in one space of moments.

At small intraclass correlations most right models have negative residual variances between groups.
Tested against an unrestricted model that may not have them, chi-square came out far too small, down
to 0 with p = 1. For balanced groups both unrestricted maxima have closed forms.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from exact_moments import blocks, unrestricted

from collective_use.errors import DataWarning, ImproperSolutionWarning
from collective_use.sem.fit import fit_sem
from collective_use.sem.twolevel.result import TwoLevelResult

MODEL = "level: 1\nfa =~ y1+y2+y3\nfb =~ y4+y5+y6\nlevel: 2\nb =~ y1+y2+y3+y4+y5+y6"
ITEMS = [f"y{i}" for i in range(1, 7)]


def _samples(count: int, groups: int = 60, size: int = 8) -> list[pd.DataFrame]:
    load = blocks(2, 3, 0.7)
    within = load @ np.array([[1, 0.6], [0.6, 1]]) @ load.T + 0.51 * np.eye(6)
    between = 1.25**2 * load @ np.ones((2, 2)) @ load.T + 0.1 * np.eye(6)
    between *= 0.10 / 0.90 * np.diag(within).mean() / np.diag(between).mean()
    r = np.random.default_rng(21)
    out = []
    for _ in range(count):
        effects = r.multivariate_normal(np.zeros(6), between, groups, method="cholesky")
        y = np.repeat(effects, size, 0) + r.multivariate_normal(
            np.zeros(6), within, groups * size, method="cholesky"
        )
        out.append(pd.DataFrame(y, columns=ITEMS).assign(g=np.repeat(np.arange(groups), size)))
    return out


def _fit(data: pd.DataFrame, **options: object) -> TwoLevelResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        fit = fit_sem(MODEL, data, cluster="g", **options)  # type: ignore[arg-type]
    assert isinstance(fit, TwoLevelResult)
    return fit


@pytest.mark.parametrize("k", range(4))
def test_balanced_groups_have_the_closed_form(k: int) -> None:
    """A bounded unrestricted model gave smaller chi-squares, down to 0.

    Samples are drawn by Cholesky factors: eigenvectors of equal eigenvalues differ between
    versions of the linear algebra, and with them the draws.
    """
    data = _samples(4)[k]
    fit = _fit(data)
    with pytest.warns(DataWarning, match="negative eigenvalue.*bounds='pos.var'"):
        chisq = fit.fit_measures["chisq"]
    free, _ = unrestricted(data, ITEMS)
    assert chisq == pytest.approx(2 * (free - fit.fit_measures["logl"]), abs=1e-6)
    assert fit.fit_measures["unrestricted.logl"] == pytest.approx(free, abs=1e-6)
    levels = fit.fit_by_level()
    assert (levels.chisq > 1).all()
    assert (levels.pvalue < 0.995).all()


def test_bounds_keep_both_models_possible() -> None:
    data = _samples(2)[1]
    fit = _fit(data, bounds="pos.var")
    _, kept = unrestricted(data, ITEMS)
    expected = 2 * (kept - fit.fit_measures["logl"])
    assert fit.fit_measures["chisq"] == pytest.approx(expected, abs=1e-4)
    assert fit.fit_measures["chisq"] > 0
    assert "kept at 0 or above" in fit.test_note


@pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning")
@pytest.mark.parametrize("options", [{}, {"missing": "fiml"}, {"estimator": "MLR"}])
def test_unequal_groups_and_gaps_have_a_maximum_above_the_model(options: dict[str, str]) -> None:
    r = np.random.default_rng(5)
    for data in _samples(1 if options.get("missing") else 3):
        data = data[r.random(len(data)) < 0.8].copy()
        if options.get("missing"):
            data.loc[data.index[::9], "y2"] = np.nan
        fit = _fit(data, **options)
        measures = fit.fit_measures
        assert 0 < measures["chisq"] < 60
        for s in fit.unrestricted:
            assert s.gradient < 1e-5
        assert measures["unrestricted.logl"] >= sum(s.loglik for s in fit.saturated) - 1e-8


def test_where_groups_differ_enough_nothing_changes() -> None:
    """The unrestricted matrix is a possible one: bounded and free maxima are the same."""
    data = _samples(1)[0]
    shift = np.random.default_rng(3).normal(size=(60, 6))
    data[ITEMS] += np.repeat(shift, 8, 0)
    fit = _fit(data)
    (free,), (kept,) = fit.unrestricted, fit.saturated
    assert free.rank == kept.rank == 6
    assert free.loglik == pytest.approx(kept.loglik, abs=1e-8)
    np.testing.assert_allclose(free.Sb, kept.Sb, atol=1e-7)
    assert "possible covariance matrix" in fit.test_note
