"""What users write: names with blanks, products, functions, triangles, odd columns of groups."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported, SyntaxProblem
from collective_use.syntax.expressions import FUNCTIONS

REFERENCE = Path(__file__).parents[1] / "parity" / "reference"
ODD = {"x1": "visual perception", "x2": "cubes-2", "x3": "3rd (item)"}


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "sem" / "data" / "hs.csv")


@pytest.mark.parametrize("quote", ["`", '"', "'"])
@pytest.mark.parametrize("engine", ["core", "both"])
def test_any_name_can_be_quoted(hs: pd.DataFrame, quote: str, engine: str) -> None:
    odd = [f"{quote}{name}{quote}" for name in ODD.values()]
    plain = cu.fit_cfa("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx1 ~~ x4", hs)
    text = f"f =~ {' + '.join(odd)}\ng =~ x4 + x5 + x6\n{odd[0]} ~~ x4"
    fit = cu.fit_cfa(text, hs.rename(columns=ODD), engine=engine)
    np.testing.assert_allclose(fit.solution.theta, plain.solution.theta, atol=1e-9)
    assert "f=~cubes-2" in fit.parameters
    wald = cu.fit_cfa(f"f =~ x4 + a*{odd[1]} + b*{odd[2]} + {odd[0]}", hs.rename(columns=ODD))
    assert wald.score_test(f"{odd[1]} ~~ {odd[2]}") is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("f =~ 1BACK + x2", "write `1BACK`"),
        ("f =~ x-ray + x2", "write `x-ray`"),
        ("f =~ visual perception + x2", "write `visual perception`"),
        ("y ~ 2nd + x", "write `2nd`"),
        ("d := max(a,)", "a number or a label has to come here"),
        ("d := tanh(a, b)", "takes one value"),
        ("f =~ `` + x2", "no meaning"),
    ],
)
def test_names_that_need_quotes_are_told_how(text: str, says: str) -> None:
    with pytest.raises(SyntaxProblem, match=".*".join(map(str, [says.replace("(", r"\(")]))):
        cu.parse_model(text)


def test_a_bound_and_a_profile_find_an_odd_name(hs: pd.DataFrame) -> None:
    data = hs.rename(columns=ODD)
    model = "f =~ x4 + `visual perception` + x5 + x6"
    fit = cu.fit_cfa(model, data, bounds={"f =~ visual perception": (0, 0.2)})
    assert fit.parameters["f=~visual perception"] == pytest.approx(0.2)
    limits = cu.fit_cfa(model, data).profile("f =~ visual perception")
    assert limits.lower < limits.upper


def test_products_are_columns() -> None:
    data = pd.read_csv(REFERENCE / "sem07" / "product.csv")
    own = data.assign(ab=data.a * data.b)
    fit = cu.fit_sem("y1 ~ a + b + a:b", data)
    X = np.c_[np.ones(len(data)), own.a, own.b, own.ab]
    slopes = np.linalg.lstsq(X, own.y1, rcond=None)[0][1:]
    assert fit.estimates.est[:3].tolist() == pytest.approx(slopes.tolist(), rel=1e-8)
    with pytest.raises(NotSupported, match="product with a latent variable"):
        cu.fit_sem("f =~ y1 + y2 + y3\ny4 ~ f:a", data)
    with pytest.raises(InputError, match="a:zz"):
        cu.fit_sem("y1 ~ a:zz", data)


VALUES = {
    "max(a, 0.2)": lambda a: max(a, 0.2),
    "min(a, 0.2, 2)": lambda a: 0.2,
    "tanh(a)": math.tanh,
    "atanh(a/3)": lambda a: math.atanh(a / 3),
    "log10(exp(a))": lambda a: math.log10(math.exp(a)),
    "plogis(a)": lambda a: 1 / (1 + math.exp(-a)),
    "pnorm(a)": lambda a: 0.5 * math.erfc(-a / 2**0.5),
}


@pytest.mark.parametrize("text", VALUES)
def test_functions_have_value_and_slope(text: str, hs: pd.DataFrame) -> None:
    fit = cu.fit_cfa(f"f =~ x1 + a*x2 + x3 + x4\nd := {text}", hs)
    a, f = fit.parameters["a"], VALUES[text]
    row = fit.estimates.query("lhs == 'd'").iloc[0]
    assert row.est == pytest.approx(f(a), rel=1e-12)
    slope = (f(a + 1e-5) - f(a - 1e-5)) / 2e-5
    error = fit.estimates.query("label == 'a'").se.iloc[0]
    assert row.se == pytest.approx(abs(slope) * error, rel=1e-6)


def test_every_function_of_the_syntax_can_be_computed() -> None:
    from collective_use.sem.table.constraints import evaluate, read_expression

    for name in FUNCTIONS:
        value, slope = evaluate(read_expression(f"{name}(a)"), {"a": (0.5, np.ones(1))}, 1)
        assert math.isfinite(value)
        assert math.isfinite(slope[0])


@pytest.mark.parametrize("blank", [0.0, np.nan])
@pytest.mark.parametrize("order", [["x1", "x2", "x3", "x4"], ["x3", "x1", "x4", "x2"]])
def test_a_triangle_is_enough(hs: pd.DataFrame, blank: float, order: list[str]) -> None:
    c = hs[order].cov(ddof=0)
    full = cu.fit_cfa("f =~ x1 + x2 + x3 + x4", cov=c, n=301)
    for part in (np.tril(np.ones((4, 4))), np.triu(np.ones((4, 4)))):
        half = cu.fit_cfa("f =~ x1 + x2 + x3 + x4", cov=c.where(part == 1, blank), n=301)
        assert half.fit_measures["chisq"] == pytest.approx(full.fit_measures["chisq"], rel=1e-12)


def test_a_printed_matrix_is_read() -> None:
    text = """
    1. Trust in data     —
    2. Data use        .52**    —
    3. Goal clarity    −.10   .31*   —
    """
    found = cu.read_covariance(text, sd=[1, 2, 0.5])
    assert list(found.columns) == ["Trust in data", "Data use", "Goal clarity"]
    assert found.iloc[1, 0] == pytest.approx(1.04)
    assert found.iloc[0, 2] == pytest.approx(-0.05)
    assert np.diag(found).tolist() == [1, 4, 0.25]
    plain = cu.read_covariance("1\n.5 1\n.4 .3 1", names=list("xyz"))
    assert cu.fit_sem("y ~ x; z ~ y", cov=plain, n=200).fit_measures["df"] == 1


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("1\n.5", {"names": ["a", "b"]}, "row 2 must hold 2 numbers"),
        ("1\n.5 1", {}, "row 1 begins with no name"),
        ("a 1\na .5 1", {}, "same name"),
        ("a 1\nb x 1", {}, "row 2 must hold 2 numbers"),
        ("a 1 .4\nb .5 1", {}, "two halves differ"),
        ("a 2\nb .5 1", {"sd": [1, 1]}, "diagonal is not 1"),
        ("a 1\nb .5 1", {"sd": [1]}, "2 standard deviations"),
        ("", {}, "no row"),
    ],
)
def test_a_matrix_that_cannot_be_read_names_the_row(text: str, options: dict, says: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(InputError, match=says):
        cu.read_covariance(text, **options)


def test_a_column_of_cases_is_no_column_of_groups(hs: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'who' has 301 groups of one case: is it the column"):
        cu.fit_cfa("f =~ x1 + x2 + x3", hs.assign(who=range(len(hs))), group="who")


def test_an_item_that_one_group_was_not_asked() -> None:
    """Direct maximum likelihood without any SEM program: reference/sem07/direct_ml.py."""
    reference = json.loads((REFERENCE / "sem07" / "not_asked_fiml.json").read_text())
    data = pd.read_csv(REFERENCE / "sem07" / "not_asked.csv")
    model = "f =~ q1 + q2 + q3 + q4"
    equal = ("loadings", "intercepts", "residuals")
    fit = cu.fit_cfa(model, data, group="agency", missing="fiml", equal=equal)
    e = fit.estimates
    assert fit.fit_measures["logl"] == pytest.approx(reference["logl"], rel=1e-10)
    for name, cell in reference["estimates"].items():
        key = name.split(",")[0]
        own = e[(e.lhs + e.op + e.rhs == key) & (e.group == 1 + name.endswith("two"))]
        if name.startswith("log variance"):
            what = name.removeprefix("log variance ").split(",")[0]
            own = e[(e.op == "~~") & (e.lhs == what) & (e.group == 1 + name.endswith("two"))]
            assert math.log(own.est.iloc[0]) == pytest.approx(cell["est"], abs=1e-6)
            assert own.se.iloc[0] / own.est.iloc[0] == pytest.approx(cell["se"], rel=1e-5)
        else:
            assert own.est.iloc[0] == pytest.approx(cell["est"], abs=1e-6)
            assert own.se.iloc[0] == pytest.approx(cell["se"], rel=1e-5)
    # 14 moments in one group, 9 in the other, 14 parameters
    assert fit.fit_measures["df"] == 9
    assert fit.fit_measures["baseline.df"] == 9
    with pytest.raises(InputError, match=r"q4 has no values in group 'two'.*Hold it equal"):
        cu.fit_cfa(model, data, group="agency", missing="fiml")
    with pytest.raises(NotSupported, match=r"was not asked.*estimator='ML'"):
        cu.fit_cfa(model, data, group="agency", missing="fiml", estimator="MLR", equal=equal)
    with pytest.raises(NotSupported, match="residuals"):
        fit.residuals()
