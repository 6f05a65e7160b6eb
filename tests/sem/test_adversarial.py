"""Combinations that lie off the beaten track; numbers by lavaan 0.6-14, calls beside them.

Every R fit is polished: Newton steps on lavaan's own gradient (`polish` in sem.R).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import DataWarning, EstimationError, InputError
from collective_use.sem.result import SemResult

DATA = Path(__file__).parents[1] / "parity" / "reference" / "sem" / "data"
CAUSES = """
visual =~ x1 + x2 + x3
x2 ~ sex
visual ~ ageyr + sex
x9 ~ visual + ageyr
"""
PAIRS = (("ageyr", "x1"), ("sex", "x3"), ("x9", "x2"), ("x3", "x2"))


@pytest.fixture(scope="module")
def design() -> pd.DataFrame:
    return pd.read_csv(DATA / "hs_design.csv")


def standardized(fit: SemResult) -> list[float]:
    matrix = fit.residuals().matrix("standardized")
    return [float(matrix.loc[pair]) for pair in PAIRS]


def test_residuals_given_covariates(design):
    # residuals(sem(CAUSES, d), type = "standardized")$cov
    expected = [-1.357548950241, -2.729660109797, -0.872528492431, 1.552986019747]
    assert standardized(cu.fit_sem(CAUSES, design)) == pytest.approx(expected, rel=1e-5)


def test_residuals_given_covariates_with_missing_values(design):
    # residuals(sem(CAUSES, d, missing = "fiml", em.h1.tol = 1e-13), type = "standardized")$cov
    i = np.arange(1, len(design) + 1)
    data = design.assign(
        x3=design["x3"].where(i % 7 != 0), x9=design["x9"].where(i % 5 != 0)
    )  # fmt: skip
    expected = [-1.142520180518, -2.186934120809, -0.372649231254, 1.140680999201]
    fit = cu.fit_sem(CAUSES, data, missing="fiml")
    assert standardized(fit) == pytest.approx(expected, rel=1e-5)


def test_absolute_value_in_a_defined_parameter_has_a_slope(design):
    # lavaan takes the derivative of abs() as 0; the error must be that of the same difference.
    fit = cu.fit_sem("x2 ~ a*x1\nx3 ~ b*x2\nd := abs(a) - sqrt(b^2)\ne := a - b", design)
    rows = fit.estimates.set_index("lhs")
    assert rows.loc["d", "se"] == pytest.approx(rows.loc["e", "se"], rel=1e-9)


def test_weights_and_clusters_of_several_groups(design):
    # cfa(three factors, d, cluster = "cl", sampling.weights = "w", group = "school",
    #     group.equal = "loadings")
    model = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
    with pytest.warns(DataWarning, match="46 clusters"):
        fit = cu.fit_cfa(
            model, design, cluster="cl", weights="w", group="school", equal=("loadings",)
        )  # fmt: skip
    names = ("chisq.scaled", "chisq.scaling.factor", "cfi.robust", "rmsea.robust")
    expected = [127.181954303, 1.04953388581, 0.916858648219, 0.0972154082116]
    assert [fit.fit_measures[name] for name in names] == pytest.approx(expected, rel=1e-6)


def test_a_composite_weight_is_not_a_second_regression(design):
    # Freeing either regression on ageyr gives one model: both indices are its score test.
    model = "c <~ 1*sex + ageyr + agemo\nv =~ x1+x2+x3\nt =~ x4+x5+x6\nv ~ c\nt ~ c"
    fit = cu.fit_sem(model, design)
    indices = fit.modification_indices().set_index(["lhs", "op", "rhs"])["mi"]
    assert ("c", "~", "ageyr") not in indices
    for name in ("v", "t"):
        alone = fit.score_test(f"{name} ~ ageyr").statistic
        assert indices[name, "~", "ageyr"] == pytest.approx(alone, rel=1e-6)


def test_constraints_that_contradict_each_other(design):
    with pytest.raises(EstimationError, match="contradict each other: a == 1; a == 2"):
        cu.fit_cfa("f =~ x1 + a*x2 + x3 + x4\na == 1\na == 2", design)


@pytest.mark.parametrize("n", [0, -5, 1, float("nan")])
def test_moments_of_no_cases(design, n):
    with pytest.raises(InputError, match="more than 1 case"):
        cu.fit_cfa("f =~ x1 + x2 + x3", cov=design[["x1", "x2", "x3"]].cov(), n=n)
