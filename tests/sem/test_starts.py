"""Where a search starts decides nothing; what cannot be started is said in the package's words."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import EstimationError, ImproperSolutionWarning


def _composite(seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    r = np.random.default_rng(seed)
    z = r.multivariate_normal([0, 0], [[1, 0.2], [0.2, 1.3]], 400)
    y1 = z @ [0.5, -0.4] + r.normal(size=400)
    y2 = z @ [1.6, 0.9] + 0.3 * y1 + r.normal(size=400)
    d = pd.DataFrame(np.c_[z, y1, y2], columns=["z1", "z2", "y1", "y2"])
    c = d - d.mean()
    return d, np.linalg.lstsq(c[["z1", "z2"]], c[["y1", "y2"]], rcond=None)[0].T


@pytest.mark.parametrize("seed", [0, 3, 7, 11])
@pytest.mark.parametrize("unit", [0.01, 1.0, 100.0])
def test_a_just_identified_composite_has_its_closed_form(seed: int, unit: float) -> None:
    """Weight t12 / t11, effects t11, t22 / weight, t21 - t22 / weight, t the regressions."""
    d, t = _composite(seed)
    fit = cu.fit_sem("c <~ 1*z1 + w*z2\ny1 ~ a*c\ny2 ~ b*c\ny2 ~ d*z1", d * unit)
    w = t[0, 1] / t[0, 0]
    assert fit.converged
    assert fit.test.statistic == pytest.approx(0, abs=1e-7)
    expected = {"w": w, "a": t[0, 0], "b": t[1, 1] / w, "d": t[1, 0] - t[1, 1] / w}
    for name, value in expected.items():
        assert fit.parameters[name] == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    "model",
    ["f =~ x1 + x2 + 1*g\ng =~ x4 + x5 + 1*f", "x1 ~ 1*x2\nx2 ~ 1*x1\nx2 ~ x3"],
)
def test_a_circle_that_never_rests_is_named(model: str, hs: pd.DataFrame) -> None:
    with pytest.raises(EstimationError, match=r"'(f', 'g|x2', 'x1)' act on themselves"):
        cu.fit_sem(model, hs)


def test_factors_that_measure_each_other_are_told_apart_or_named(hs: pd.DataFrame) -> None:
    with pytest.warns(ImproperSolutionWarning, match=r"'f=~g', 'g=~f'.*cannot be told apart"):
        cu.fit_cfa("f =~ x1 + x2 + g\ng =~ x4 + x5 + f", hs)


def test_a_circle_with_instruments_is_fitted() -> None:
    """Equals two-stage least squares in closed form where each equation is just identified."""
    r = np.random.default_rng(2)
    x, e = r.normal(size=(300, 2)), r.normal(size=(300, 2))
    effects = np.array([[1, -0.4], [0.3, 1]])
    y = (x * [0.8, 0.9] + e) @ np.linalg.inv(effects).T
    d = pd.DataFrame(np.c_[y, x], columns=["y1", "y2", "x1", "x2"])
    fit = cu.fit_sem("y1 ~ a*y2 + x1\ny2 ~ b*y1 + x2\ny1 ~~ y2", d)
    c = d - d.mean()
    Z = c[["x1", "x2"]].to_numpy().T
    for outcome, other, own, label in (("y1", "y2", "x1", "a"), ("y2", "y1", "x2", "b")):
        slope = np.linalg.solve(Z @ c[[other, own]].to_numpy(), Z @ c[outcome].to_numpy())[0]
        assert fit.parameters[label] == pytest.approx(slope, rel=1e-6)


def test_identification_is_not_judged_where_nothing_converged() -> None:
    r = np.random.default_rng(4)
    y = r.normal(size=(25, 1)) * 0.2 + r.normal(size=(25, 9))
    d = pd.DataFrame(y, columns=[f"x{i}" for i in range(1, 10)])
    model = "f =~ 1*x1 + x2 + g\ng =~ x4 + x5 + h\nh =~ x7 + x8 + f"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = cu.fit_sem(model, d)
    assert not fit.converged
    assert fit.problems[0].kind == "convergence"
    assert "identification" not in {p.kind for p in fit.problems}


def test_scales_of_ordered_items_keep_their_value_in_std_lv() -> None:
    """lavaan 0.6-14 and 0.7-2: std.lv .573 for u1, .724 for u2; std.all 1."""
    data = pd.read_csv("tests/parity/reference/sem/data/ord.csv")
    fit = cu.fit_cfa("f1 =~ u1+u2+u3+u4\nf2 =~ u5+u6+u7+u8", data,
                     ordered=[f"u{i}" for i in range(1, 9)], parameterization="theta")  # fmt: skip
    rows = fit.estimates.query("op == '~*~'")
    np.testing.assert_array_equal(rows.std_lv, rows.est)
    assert set(rows.std_all) == {1.0}
    assert rows.est.iloc[:2].tolist() == pytest.approx([0.573, 0.724], abs=5e-4)


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    return pd.read_csv("tests/parity/reference/sem/data/hs.csv")


def test_a_search_has_an_end_and_says_what_was_tried() -> None:
    r = np.random.default_rng(4)
    y = r.normal(size=(25, 1)) * 0.2 + r.normal(size=(25, 9))
    d = pd.DataFrame(y, columns=[f"x{i}" for i in range(1, 10)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = cu.fit_sem("f =~ 1*x1 + x2 + g\ng =~ x4 + x5 + h\nh =~ x7 + x8 + f", d, seconds=0)
    assert not fit.converged
    assert "tried: 1 start, 0 s" in fit.problems[0].text
    assert "the time limit of 0 s was reached (seconds=)" in fit.problems[0].text
