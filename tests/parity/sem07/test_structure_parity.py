"""Structure after measurement and instruments against lavaan 0.7-2, cell by cell.

No file is polished: lavaan stops by its own rule. Where `sam07_tight.R` ran it further, estimates
are held to 1e-6; else to the class of the optimiser (2e-5, errors 2e-4 relative), which is far
above what is found (see the table in each test). Ours stop at vanishing gradients, shown too.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import collective_use as cu

HERE = Path(__file__).parents[1] / "reference"
FOLDER = HERE / "sem07"

pytestmark = [
    pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning"),
    pytest.mark.filterwarnings("ignore::collective_use.errors.SmallGroupsWarning"),
]

EXACT, OPTIMISER, EARLY = 1e-6, 2e-5, 4e-5
"""Estimates. Early: at two levels lavaan's measurement block stops 3.2e-5 before its optimum."""

SAM: dict[str, tuple[dict[str, Any], float]] = {
    "sam_pd_local": ({}, EXACT),
    "sam_pd_over_local": ({}, EXACT),
    "sam_m1_local": ({}, EXACT),
    "sam_m1_local_gls": ({"mapping": "GLS"}, EXACT),
    "sam_m1_local_uls": ({"mapping": "ULS"}, EXACT),
    "sam_m1_local_tight": ({}, EXACT),
    "sam_m1_local_casewise": ({"se": "robust"}, EXACT),
    "sam_second_order": ({}, EXACT),
    "sam_covariates": ({}, EXACT),
    "sam_pd_global": ({"method": "global"}, OPTIMISER),
    "sam_pd_over_global": ({"method": "global"}, EXACT),
    "sam_m1_global": ({"method": "global"}, OPTIMISER),
    "sam_pd_global_tight": ({"method": "global"}, EXACT),
    "sam_m1_global_tight": ({"method": "global"}, OPTIMISER),
    "sam_m1_global_casewise": ({"method": "global", "se": "robust"}, OPTIMISER),
    "sam_twolevel_local": ({"cluster": "cluster"}, EARLY),
    "sam_twolevel_tight": ({"cluster": "cluster"}, EARLY),
}

RENAMED = {"gfi_lisrel": "gfi", "agfi_lisrel": "agfi"}
"""The measure of Jöreskog & Sörbom (1981), which lavaan 0.7 calls so."""

NOT_GIVEN = ("gfi", "unrestricted.logl")
"""lavaan 0.7's own new GFI with limits; a likelihood, which moments of latent variables lack."""


def _load(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text()))


def _data(name: str) -> pd.DataFrame:
    folder = FOLDER if name == "structure60.csv" else HERE / "sem" / "data"
    return pd.read_csv(folder / name)


def _row(frame: pd.DataFrame, cell: dict[str, Any]) -> Any:
    own = frame[(frame.op == cell["op"]) & frame.level.isin([cell.get("level", 1), 0])]
    pairs = [(cell["lhs"], cell["rhs"] or ""), (cell["rhs"] or "", cell["lhs"])]
    found = [own[(own.lhs == a) & (own.rhs == b)] for a, b in pairs]
    if cell["op"] != "~~":
        found = found[:1]
    rows = next((f for f in found if len(f)), found[0])
    assert len(rows) == 1, cell
    return rows.iloc[0]


@pytest.mark.parametrize("name", SAM)
def test_sam_estimates_and_errors(name: str) -> None:
    reference = _load(name)
    options, limit = SAM[name]
    fit = cu.sam(reference["model"], _data(reference["data"]), **options)
    assert fit.converged
    assert max(s.optimum.gradient for s in fit.first.solutions) < 1e-8
    assert len(reference["pe"]) >= 5
    errors = 1e-5 if limit <= OPTIMISER else 2e-5
    for cell in reference["pe"]:
        row = _row(fit.estimates, cell)
        assert row.est == pytest.approx(cell["est"], abs=limit * max(1, abs(cell["est"]))), cell
        assert row.se == pytest.approx(cell["se"] or 0.0, abs=errors * max(1, cell["se"] or 0)), (
            cell
        )
        if cell.get("pvalue") is not None:
            assert row.p == pytest.approx(cell["pvalue"], abs=5 * errors), cell


@pytest.mark.parametrize("name", [n for n in SAM if "twolevel" not in n and "uls" not in n])
def test_sam_fit_measures(name: str) -> None:
    reference = _load(name)
    options, limit = SAM[name]
    if not reference.get("fm"):
        assert name == "sam_m1_local_gls"
        return
    found = cu.sam(reference["model"], _data(reference["data"]), **options).fit_measures
    cells = {
        k: v for k, v in reference["fm"].items()
        if (not k.startswith(NOT_GIVEN) or k in RENAMED) and isinstance(v, (int, float))
    }  # fmt: skip
    if name == "sam_covariates":  # with fixed covariates lavaan falls back to another Gamma
        cells = {k: v for k, v in cells.items() if "scal" not in k and "robust" not in k}
    if options.get("method") != "global":
        assert "logl" not in found
    assert len(cells) > 30
    for key, value in cells.items():
        mine = found[RENAMED.get(key, key)]
        # lavaan's limits and their p rest on a root search that ends at 1.2e-4
        loose = 1e-5 if "ci." in key or "pvalue" in key or limit > EXACT else 3e-6
        loose = 1e-4 if name == "sam_second_order" else loose  # two of its blocks stop early
        assert mine == pytest.approx(value, rel=loose, abs=2e-6), key


@pytest.mark.parametrize("name", ["iv_pd", "iv_m1"])
def test_instruments(name: str) -> None:
    reference = _load(name)
    fit = cu.fit_iv(reference["model"], _data(reference["data"]))
    assert len(reference["pe"]) > 25
    for cell in reference["pe"]:
        row = _row(fit.estimates, cell)
        assert row.est == pytest.approx(cell["est"], abs=1e-6 * max(1, abs(cell["est"]))), cell
        assert row.se == pytest.approx(cell["se"], abs=1e-6), cell
    tests = fit.equations.set_index(["outcome", "predictors"])
    assert len(tests) == len(reference["sargan"])
    for cell in reference["sargan"]:
        row = tests.loc[(cell["lhs"], cell["rhs"])]
        assert row.df == cell["df"]
        assert row.sargan == pytest.approx(cell["sargan.stat"], rel=1e-10)
        assert row.p == pytest.approx(cell["sargan.pval"], rel=1e-10)


def test_a_wrong_value_is_seen() -> None:
    reference = _load("sam_m1_local")
    fit = cu.sam(reference["model"], _data(reference["data"]))
    cell = {**reference["pe"][0], "est": reference["pe"][0]["est"] * (1 + 1e-5)}
    assert not math.isclose(_row(fit.estimates, cell).est, cell["est"], abs_tol=EXACT)
