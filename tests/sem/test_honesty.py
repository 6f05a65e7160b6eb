"""A solution that is not one never looks like one."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_models import HS, read

from collective_use.errors import (
    ConvergenceWarning,
    DataWarning,
    EstimationError,
    ImproperSolutionWarning,
    InputError,
)
from collective_use.sem.fit import fit_sem


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return read("hs")


def _heywood() -> pd.DataFrame:
    r = np.random.default_rng(5)
    f = r.normal(size=60)
    y = np.column_stack([f * 0.9 + r.normal(size=60) * 0.3 for _ in range(3)])
    y[:, 0] = y[:, 1] * 0.5 + y[:, 2] * 0.5 + r.normal(size=60) * 0.05
    return pd.DataFrame(y, columns=["a", "b", "c"]).assign(d=0.2 * f + r.normal(size=60))


@pytest.mark.parametrize(
    ("change", "model", "error", "says"),
    [
        (lambda d: d.assign(x10=d.x3), HS + "visual =~ x10", EstimationError, "'x3', 'x10' determ"),
        (lambda d: d.assign(x10=1 - 2 * d.x3), HS + "visual =~ x10", EstimationError, "x10"),
        (lambda d: d.assign(x1=3.0), HS, EstimationError, "'x1' has no variance"),
        (lambda d: d.assign(x1=d.x1.where(d.index != 4, np.inf)), HS, InputError, "row 5"),
        (lambda d: d.assign(x1=np.nan), HS, InputError, "x1 has no values"),
        (lambda d: d.assign(x1="a"), HS, InputError, "text such as 'a'"),
        (lambda d: d.assign(x1=d.x1.astype(str)), HS, InputError, "must be a column of numbers"),
        (lambda d: d, HS.replace("x1", "x11"), InputError, "did you mean 'x1'"),
        (lambda d: d.head(8), HS, EstimationError, "too few cases"),
        (lambda d: d.head(0), HS, InputError, "no complete case"),
        (lambda d: d, "f =~ x1 + x2", EstimationError, "df = -1"),
        (lambda d: d, HS + "d := a*b", InputError, "'a' in 'd := a*b' is no label"),
        (lambda d: d, "f =~ f2 + x1", InputError, "f2"),
    ],
)
def test_impossible_requests_name_variable_and_cause(data, change, model, error, says) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error) as caught:
        fit_sem(model, change(data))
    assert says in str(caught.value)


def test_a_heywood_case_is_named() -> None:
    with pytest.warns(ImproperSolutionWarning, match=r"Heywood case\): a \(-"):
        fit = fit_sem("f =~ a + b + c + d", _heywood())
    assert not fit.admissible
    assert "not admissible" in fit.summary()
    bounded = fit_sem("f =~ a + b + c + d", _heywood(), bounds="pos.var")
    assert bounded.admissible
    assert bounded.parameters["a~~a"] == 0
    assert bounded.fit_measures["chisq"] > fit.fit_measures["chisq"]


@pytest.mark.parametrize(
    "model", ["f =~ NA*x1 + x2 + x3 + x4", "f =~ x1 + x2\ng =~ x4 + x5\nf ~~ 0*g"]
)
def test_an_unidentified_model_has_no_errors(data, model) -> None:  # type: ignore[no-untyped-def]
    with pytest.warns(ImproperSolutionWarning, match="not identified"):
        fit = fit_sem(model, data)
    assert fit.vcov is None
    assert np.isnan(fit.se).all()
    assert not fit.admissible


def test_without_convergence_there_is_no_fit(data) -> None:  # type: ignore[no-untyped-def]
    near = data.assign(x10=data.x3 + np.random.default_rng(3).normal(size=len(data)) * 1e-5)
    with (
        pytest.warns(ConvergenceWarning, match="not a solution"),
        pytest.warns(DataWarning, match="all but determine"),
        pytest.warns(ImproperSolutionWarning),
    ):
        fit = fit_sem(HS + "visual =~ x10", near)
    assert not fit.converged
    assert "did NOT end normally" in fit.summary()
    with pytest.raises(EstimationError, match="did not converge"):
        _ = fit.fit_measures


def test_scales_far_apart_are_said_and_do_no_harm(data) -> None:  # type: ignore[no-untyped-def]
    far = data.assign(x1=data.x1 * 1e6, x9=data.x9 * 1e-4)
    with pytest.warns(DataWarning, match="variances differ"):
        fit = fit_sem(HS, far)
    assert fit.fit_measures["chisq"] == pytest.approx(85.3055217697946, rel=1e-9)


def test_fewer_cases_than_parameters_is_said() -> None:
    few = read("pd").head(20)
    with pytest.warns(DataWarning, match="parameters are estimated from 20 cases"):
        fit_sem("a =~ y1 + y2 + y3 + y4\nb =~ y5 + y6 + y7 + y8\nb ~ a", few, meanstructure=True)


def test_a_correlation_beyond_one_is_named() -> None:
    r = np.random.default_rng(2)
    f = r.normal(size=150)
    d = pd.DataFrame({f"y{i}": f + r.normal(size=150) * 1.5 for i in range(6)})
    with pytest.warns(ImproperSolutionWarning, match="beyond 1"):
        fit_sem("a =~ y0 + y1 + y2\nb =~ y3 + y4 + y5", d)


def test_rows_left_out_are_recorded(data) -> None:  # type: ignore[no-untyped-def]
    gaps = data.assign(x1=data.x1.where(data.index > 2))
    fit = fit_sem(HS, gaps)
    entry = fit.record.of_kind("left out")[0]
    assert (entry.count, entry.what) == (3, ("1", "2", "3"))
    assert fit.n == 298
    assert "Rows in the data" in fit.summary()


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e5, 1e8])
@pytest.mark.parametrize("estimator", ["ML", "GLS", "ULS", "WLS", "DWLS"])
def test_the_unit_of_the_data_does_not_matter(data, scale, estimator) -> None:  # type: ignore[no-untyped-def]
    names = [f"x{i}" for i in range(1, 10)]
    own = fit_sem(HS, data, estimator=estimator)
    other = fit_sem(HS, data.assign(**(data[names] * scale)), estimator=estimator)
    assert other.converged
    unit = scale**4 if estimator == "ULS" else 1.0
    assert other.test.statistic / unit == pytest.approx(own.test.statistic, rel=1e-7)
    assert np.allclose(other.estimates["std_all"], own.estimates["std_all"], atol=1e-8)


def test_equal_without_groups_is_said():
    cov = pd.DataFrame(np.eye(3) * 0.5 + 0.5, index=list("xyz"), columns=list("xyz"))
    with pytest.raises(InputError, match="there is one group"):
        fit_sem("f =~ x + y + z", cov=cov, n=100, equal=("loadings",))
