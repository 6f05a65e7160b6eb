"""Fixed covariates keep their sample's moments: fixing them changes no test.

The joint likelihood is that of the outcomes given the covariates times that of the covariates. The
second factor is at its maximum in both modes, so both give one chi-square and one log-likelihood.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from collective_use.errors import DataWarning
from collective_use.sem.fit import fit_sem

MODEL = "f =~ y1 + y2 + y3 + y4 + y5 + y6\nf ~ x1 + x2"


def planned(seed: int, n: int = 240, r: float = 0.7) -> pd.DataFrame:
    """Three forms of planned missingness; the pairwise matrix is often not positive definite."""
    rng = np.random.default_rng(seed)
    x1 = rng.normal(size=n)
    x2 = r * x1 + np.round(np.sqrt(1 - r**2), 3) * rng.normal(size=n)
    f = 0.6 * x1 + 0.4 * x2 + 0.5 * rng.normal(size=n)
    loadings = np.array([1, 0.9, 0.8, 0.9, 1, 0.8])
    Y = f[:, None] * loadings + 0.35 * rng.normal(size=(n, 6))
    form = np.arange(n) % 3
    for k, pair in enumerate([(0, 1), (2, 3), (4, 5)]):
        Y[np.ix_(form == k, pair)] = np.nan
    Y[(form == 1) & (np.arange(n) % 2 == 0), 0] = np.nan
    Y[(form == 2) & (np.arange(n) % 4 < 3), 3] = np.nan
    frame = pd.DataFrame(Y.round(4), columns=[f"y{i}" for i in range(1, 7)])
    return frame.assign(x1=x1.round(4), x2=x2.round(4))


def test_the_known_case() -> None:
    """lavaan 0.6-14: chi-square 23.880, log-likelihood -528.576, both modes."""
    data = planned(3)
    sample = data[["x1", "x2"]].cov(ddof=0)
    fixed, free = (fit_sem(MODEL, data, missing="fiml", fixed_x=x) for x in (True, False))
    e = fixed.estimates
    found = e.loc[(e.op == "~~") & (e.lhs == "x1") & (e.rhs == "x2"), "est"].iloc[0]
    assert found == pytest.approx(sample.iloc[0, 1], rel=1e-12)
    for fit in (fixed, free):
        assert fit.fit_measures["chisq"] == pytest.approx(23.880, abs=5e-4)
    assert fixed.fit_measures["logl"] == pytest.approx(-528.576, abs=5e-4)


@settings(max_examples=12, deadline=None)
@example(seed=1696, r=-0.8, n=90, unit=0.01)  # its robust test has a negative scaling factor
@given(seed=st.integers(0, 10_000), r=st.sampled_from([-0.8, 0.3, 0.9]), n=st.integers(90, 200),
       unit=st.sampled_from([0.01, 1.0, 50.0]))  # fmt: skip
def test_both_modes_give_one_test(seed: int, r: float, n: int, unit: float) -> None:
    data = planned(seed, n, r) * unit
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        fixed, free = (fit_sem(MODEL, data, missing="fiml", fixed_x=x) for x in (True, False))
        assume(math.isfinite(fixed.fit_measures["chisq"]))  # see the last test
        assert math.isfinite(free.fit_measures["chisq"])
    assert fixed.converged
    assert free.converged
    for name in ("chisq", "df", "pvalue", "baseline.chisq", "cfi", "rmsea"):
        assert fixed.fit_measures[name] == pytest.approx(free.fit_measures[name], abs=1e-5)
    for name, value in fixed.parameters.items():
        assert free.parameters[name] == pytest.approx(value, rel=1e-5, abs=1e-7)


def test_groups_and_weights_keep_them_too() -> None:
    data = planned(3, 480).assign(k=lambda d: d.index // 12 % 2, w=lambda d: 1 + d.index % 3)
    rows = data.loc[data.index.repeat(data.w)]
    weighted = fit_sem(MODEL, data, missing="fiml", weights="w", estimator="MLR", group="k")
    for place, name in enumerate(weighted.group_names, start=1):
        e = weighted.estimates
        at = (e.op == "~~") & (e.lhs == "x1") & (e.rhs == "x2") & (e.group == place)
        expected = rows.loc[rows.k.astype(str) == name, ["x1", "x2"]].cov(ddof=0).iloc[0, 1]
        assert e.loc[at, "est"].iloc[0] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLF"])
def test_no_maximum_of_the_unrestricted_model_is_said(estimator: str) -> None:
    """The likelihood rises while the covariances become singular: there is no chi-square."""
    fit = fit_sem(MODEL, planned(3, 60, 0.3), missing="fiml", estimator=estimator)
    with pytest.warns(DataWarning, match="no maximum") as caught:
        measures = fit.fit_measures
    assert caught[0].filename == __file__
    for name in ("chisq", "pvalue", "cfi", "rmsea", "srmr", "baseline.chisq", "rmsea.robust"):
        assert math.isnan(measures[name])
    assert math.isfinite(measures["logl"])
    assert "nan" not in str(fit.parameters)
