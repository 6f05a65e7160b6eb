"""Prediction for new cases: regression's textbook interval, factor scores, coverage by identity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]

import collective_use as cu
from collective_use.errors import InputError, NotSupported


def _paths(n: int = 300, seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(2, n)) + 1
    m = 0.5 * x + 0.3 * w + rng.normal(size=n)
    y = 2 + 0.4 * m + 0.2 * x + rng.normal(size=n)
    return pd.DataFrame({"x": x, "w": w, "m": m, "y": y, "g": np.where(np.arange(n) % 3, "a", "b")})


NEW = pd.DataFrame({"x": [0.0, 2.0, -1.0], "w": [1.0, 0.5, 3.0]}, index=[7, 3, 5])
FACTOR = "f =~ y1 + y2 + y3 + y4"


def _items(n: int = 250) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    f = rng.normal(size=n)
    Y = 3 + f[:, None] * [1, 0.8, 0.9, 0.7] + rng.normal(size=(n, 4)) * 0.7
    return pd.DataFrame(Y, columns=["y1", "y2", "y3", "y4"])


@pytest.mark.parametrize("meanstructure", [True, False])
def test_a_regression_gives_its_textbook_interval(meanstructure: bool) -> None:
    data = _paths()
    fit = cu.fit_sem("y ~ x + w", data, meanstructure=meanstructure)
    found = cu.predict(fit, NEW).to_frame()
    ols = sm.OLS(data.y, sm.add_constant(data[["x", "w"]])).fit()
    reference = ols.get_prediction(sm.add_constant(NEW, has_constant="add"))
    ml = np.sqrt((len(data) - 3) / len(data))  # maximum likelihood divides by n
    np.testing.assert_allclose(found.predicted, reference.predicted_mean, rtol=1e-7)
    np.testing.assert_allclose(found.se, reference.se_mean * ml, rtol=1e-5)
    np.testing.assert_allclose(found.sd, np.sqrt(ols.mse_resid) * ml, rtol=1e-7)
    total = np.sqrt(found.sd**2 + found.se**2)
    np.testing.assert_allclose(found.upper - found.predicted, 1.959963985 * total)
    assert found.row.tolist() == [7, 3, 5]


def test_outcomes_of_a_path_model_follow_its_chain() -> None:
    """y given x and w goes through m: ``b (a x + c w) + d x``."""
    fit = cu.fit_sem("m ~ a*x + c*w\ny ~ b*m + d*x", _paths(), meanstructure=True)
    found = cu.predict(fit, NEW).to_frame().pivot(index="row", columns="variable")["predicted"]
    p = fit.parameters
    m = p["m~1"] + p["a"] * NEW.x + p["c"] * NEW.w
    y = p["y~1"] + p["b"] * m + p["d"] * NEW.x
    np.testing.assert_allclose(found.loc[NEW.index, "m"], m, rtol=1e-9)
    np.testing.assert_allclose(found.loc[NEW.index, "y"], y, rtol=1e-9)


@pytest.mark.parametrize("meanstructure", [True, False])
def test_factors_are_the_regression_scores(meanstructure: bool) -> None:
    data = _items()
    fit = cu.fit_cfa(FACTOR, data, meanstructure=meanstructure)
    found = cu.predict(fit, data).to_frame()
    np.testing.assert_allclose(found.predicted, fit.factor_scores().scores["f"], atol=1e-10)
    reliability = float(fit.factor_scores().reliability["reliability"].iloc[0])
    variance = float(fit.estimates.query("op == '~~' and lhs == 'f'").est.iloc[0])
    assert found.sd.iloc[0] ** 2 == pytest.approx(variance * (1 - reliability))


def test_what_a_case_lacks_is_left_out_of_its_prediction() -> None:
    data = _paths()
    fit = cu.fit_sem("y ~ x + w\nx ~~ w", data, meanstructure=True)
    gap = NEW.assign(w=[np.nan, 0.5, np.nan])
    found = cu.predict(fit, gap).to_frame()
    only = cu.fit_sem("y ~ x", data, meanstructure=True)
    alone = cu.predict(only, NEW).to_frame()
    np.testing.assert_allclose(found.predicted.iloc[[0, 2]], alone.predicted.iloc[[0, 2]])
    assert found.known.tolist() == [1, 2, 1]
    assert found.sd.iloc[0] > found.sd.iloc[1]


def test_groups_have_predictions_of_their_own() -> None:
    data = _paths()
    fit = cu.fit_sem("y ~ x", data, group="g")
    new = pd.DataFrame({"x": [1.0, 1.0, 2.0], "g": ["a", "b", "a"]})
    found = cu.predict(fit, new, group="g").to_frame()
    for i, name in enumerate(new.g):
        own = cu.fit_sem("y ~ x", data[data.g == name], meanstructure=True)
        one = cu.predict(own, new.iloc[[i]]).to_frame()
        assert found.predicted[i] == pytest.approx(one.predicted[0])
        assert found.upper[i] == pytest.approx(one.upper[0])
    with pytest.raises(InputError, match="column of groups"):
        cu.predict(fit, new)
    with pytest.raises(InputError, match="no group of the fit"):
        cu.predict(fit, new.assign(g="z"), group="g")


def test_products_are_made_from_new_data() -> None:
    data = _paths()
    fit = cu.fit_sem("y ~ x + w + x:w", data, meanstructure=True)
    made = cu.predict(fit, NEW).to_frame()
    given = cu.predict(fit, NEW.assign(**{"x:w": NEW.x * NEW.w})).to_frame()
    np.testing.assert_array_equal(made.predicted, given.predicted)


def test_words_of_wrong_inputs() -> None:
    data = _paths()
    fit = cu.fit_sem("y ~ x + w", data)
    with pytest.raises(InputError, match="'w'"):
        cu.predict(fit, NEW[["x"]])
    with pytest.raises(InputError, match="numbers"):
        cu.predict(fit, NEW.assign(w=["a", "b", "c"]))
    with pytest.raises(InputError, match="outcomes"):
        cu.predict(fit, NEW, outcomes="yy")
    with pytest.raises(InputError, match="both"):
        cu.predict(fit, NEW, outcomes="y", given=["y", "x"])
    S = data[["x", "w", "y"]].cov()
    with pytest.raises(InputError, match="no means"):
        cu.predict(cu.fit_sem("y ~ x + w", cov=S, n=300), NEW)
    ordinal = cu.fit_cfa(FACTOR, _items().round().clip(2, 4), ordered=["y1", "y2", "y3", "y4"])
    with pytest.raises(NotSupported, match="ordered"):
        cu.predict(ordinal, _items())
