"""Random slopes against lavaan 0.7-2 and lme4 (slopes.R): the same likelihood, three programs.

Neither is polished: the class "optimiser", estimates 2e-5 and errors 2e-4 (lavaan); effects and
variances 2e-5 of lme4. Our log-likelihood is never the smaller one.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import collective_use as cu

FOLDER = Path(__file__).parents[1] / "reference" / "sem07"
CASES: dict[str, dict[str, Any]] = json.loads((FOLDER / "slopes.json").read_text())


@cache
def _fit(name: str, more: str = "") -> cu.SlopesFit:
    data = pd.read_csv(FOLDER / "slopes.csv")
    return cu.fit_slopes(CASES[name]["model"] + more, data, cluster="team")


@pytest.mark.parametrize("name", CASES)
def test_lavaan(name: str) -> None:
    fit, case = _fit(name), CASES[name]
    keys = ["lhs", "op", "rhs", "level"]
    own = fit.estimates.set_index(keys)
    slopes = {r.lhs for r in fit.estimates.itertuples() if r.lhs != "y"}
    compared = 0
    for cell in case["pe"]:
        key = (cell["lhs"], cell["op"], cell["rhs"] or "", cell["level"])
        key = key if key in own.index else (key[2], key[1], key[0], key[3])
        if key not in own.index:
            # Moments of covariates, means that lavaan fixes at 0, and the slopes' own place.
            assert cell["se"] == 0 or (cell["op"] == "~" and cell["lhs"] == "y"), cell
            continue
        row = own.loc[key]
        assert row.est == pytest.approx(cell["est"], abs=2e-5), cell
        assert row.se == pytest.approx(cell["se"], abs=2e-4), cell
        compared += 1
    assert compared == len(own)
    assert slopes
    assert fit.log_likelihood == pytest.approx(case["logl"], abs=1e-6)
    assert fit.log_likelihood > case["logl"] - 1e-8


@pytest.mark.parametrize("name", CASES)
def test_lme4(name: str) -> None:
    # lavaan leaves covariances out that are not written, lme4's (1 + x | team) has them.
    fit, case = _fit(name, "\ny ~~ s" if name == "plain" else ""), CASES[name]["lme4"]
    own = fit.estimates.set_index(["lhs", "op", "rhs"]).est
    members = {"x": "s", "z": "t"} if name == "two_slopes" else {"x": "s"}
    place = {
        "(Intercept)": ("y", "~1", ""), "w": ("y", "~", "w"), "x:w": ("s", "~", "w"),
        "x": ("s", "~1", ""), "z": ("t", "~1", "") if "z" in members else ("y", "~", "z"),
    }  # fmt: skip
    for effect, value in case["fixed"].items():
        assert own[place[effect]] == pytest.approx(value, abs=2e-5), effect
    named = {"(Intercept)": "y", **members, "": ""}
    levels = fit.estimates.set_index(["lhs", "op", "rhs", "level"]).est
    for what, value in case["variances"].items():
        group, first, second = [*what.split(" "), ""][:3]
        if group == "Residual":
            assert levels["y", "~~", "y", 1] == pytest.approx(value, abs=2e-5)
            continue
        pair = named[first], "~~", named[second] or named[first], 2
        assert levels[pair] == pytest.approx(value, abs=2e-5), what
    assert fit.log_likelihood == pytest.approx(case["logl"], abs=1e-6)
    assert fit.log_likelihood > case["logl"] - 1e-8
