"""Every cell of lavaan.mi's pooled tests and fit measures (reference/imputation).

Its fits are lavaan's, which stop early: statistics to 2e-6 relative, and what divides their small
differences (relative increases in variance, degrees of freedom, F of D2) to 1e-3.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE: dict[str, Any] = json.loads((FOLDER / "imputation/imputation.json").read_text())
HS = pd.read_csv(FOLDER / "sem/data/hs.csv")
ITEMS = [f"x{i}" for i in range(1, 7)]
OPTIONS: dict[str, dict[str, Any]] = {
    "ml": {},
    "mlr": {"estimator": "MLR"},
    "mlm": {"estimator": "MLM"},
    "covariates": {},
    "groups": {"group": "school", "equal": ("loadings",)},
    "wlsmv": {"ordered": ITEMS},
}
FROM_FIRST = ("rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled",
              "rmsea.pvalue.scaled", "rmsea.notclose.pvalue.scaled")  # fmt: skip
"""lavaan.mi leaves tr(U Gamma) of the first imputation in place; ours is the pooled one."""

RESIDUAL = ("rmr", "srmr", "crmr")
"""lavaan.mi sets pooled moments against those that its fit to the first imputation implies; ours
are implied by the pooled estimates (`test_srmr_by_hand`)."""


def _imputed(name: str) -> list[pd.DataFrame]:
    frames = []
    for k in range(5):
        frame = HS.copy()
        rows = np.arange(1 + k % 3, 302, 4)
        frame.loc[rows - 1, "x1"] = (frame.x1[rows - 1] + 0.3 * np.sin(rows * (k + 1))).round(4)
        frame.loc[rows - 1, "x5"] = (frame.x5[rows - 1] + 0.4 * np.cos(rows * (k + 2))).round(4)
        if name == "wlsmv":
            frame[ITEMS] = np.digitize(frame[ITEMS], [2.5, 3.5, 4.5])
        frames.append(frame)
    return frames


@pytest.fixture(scope="module")
def fits() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*two-way tables have empty cells")
        return {
            name: cu.fit_sem_mi(REFERENCE[name]["model"], _imputed(name), **options)
            for name, options in OPTIONS.items()
        }


def _close(mine: float, theirs: float, name: str, rel: float = 2e-6) -> None:
    assert mine == pytest.approx(theirs, rel=rel, abs=2e-6), name


@pytest.mark.parametrize("name", OPTIONS)
def test_pooled_tests(name: str, fits: dict[str, Any]) -> None:
    rows = fits[name].tests.set_index("test")
    seen = 0
    for method in ("D2", "D3", "D4"):
        if method not in REFERENCE[name]:
            assert method not in rows.index
            continue
        cells, row = REFERENCE[name][method], rows.loc[method]
        rel = 1e-3 if method == "D2" else 2e-5
        statistic = cells["F"] * cells["df1"] if "F" in cells else cells["chisq"]
        _close(row.chisq, statistic, method, rel)
        _close(row.riv, cells["ariv"], method, 2e-3)
        if "df2" in cells:
            _close(row.df2, cells["df2"], method, 4e-3)
            _close(row.p, cells["pvalue"], method, 1e-3)
        if "chisq.scaled" in cells and method != "D2":
            scaled = rows.loc[f"{method} scaled"]
            _close(scaled.chisq, cells["chisq.scaled"], method, rel)
            _close(scaled.p, cells["pvalue.scaled"], method, 1e-3)
        seen += 1
    if "F.scaled" in REFERENCE[name].get("D2 scaled", {}):
        cells = REFERENCE[name]["D2 scaled"]
        row = rows.loc["D2 scaled"]
        _close(row.F, cells["F.scaled"], "D2 scaled", 1e-3)
        _close(row.riv, cells["ariv.scaled"], "D2 scaled", 2e-3)
        _close(row.p, cells["pvalue.scaled"], "D2 scaled", 1e-3)
    assert seen == (1 if name == "wlsmv" else 3)


@pytest.mark.parametrize("name", OPTIONS)
def test_pooled_measures(name: str, fits: dict[str, Any]) -> None:
    for method in ("D2", "D3", "D4"):
        if method not in REFERENCE[name]:
            continue
        found, compared = fits[name].measures(method), 0
        for key, value in REFERENCE[name][f"{method} measures"].items():
            if key not in found or value is None or key in FROM_FIRST:
                continue
            if key.startswith(RESIDUAL):
                continue
            if key in ("logl", "unrestricted.logl", "aic", "bic", "bic2") and method == "D2":
                continue
            _close(found[key], value, f"{method} {key}", 1e-3 if method == "D2" else 2e-5)
            compared += 1
        assert compared > 20


@pytest.mark.parametrize("name", ["difference_ml", "difference_mlm"])
def test_differences(name: str) -> None:
    reference = REFERENCE[name]
    options = {"estimator": "MLM"} if name.endswith("mlm") else {}
    frames = _imputed(name)
    more = cu.fit_sem_mi(reference["model"], frames, **options)
    rows = more.compare(cu.fit_sem_mi(reference["other"], frames, **options)).set_index("test")
    for method in ("D2", "D3", "D4"):
        cells, row = reference[method], rows.loc[method]
        statistic = cells["F"] if "F" in cells else cells["chisq"] / cells["df"]
        _close(row.F, statistic, method, 1e-3)
        _close(row.riv, cells["ariv"], method, 1e-2)
        if "chisq.scaled" in cells and method != "D2":
            scaled = rows.loc[f"{method} scaled"]
            _close(scaled.F * scaled.df1, cells["chisq.scaled"], method, 1e-3)
    if options:
        _close(rows.loc["D2 scaled"].F, reference["D2 scaled"]["F.scaled"], name, 1e-3)


@pytest.mark.parametrize("name", OPTIONS)
def test_pooled_estimates(name: str, fits: dict[str, Any]) -> None:
    frame = fits[name].estimates
    seen = 0
    for cell in REFERENCE[name]["pe"]:
        own = frame[(frame.lhs == cell["lhs"]) & (frame.op == cell["op"])
                    & (frame.rhs == (cell.get("rhs") or ""))]  # fmt: skip
        own = own[own.group == cell.get("group", 1)] if "group" in own else own
        if len(own) == 1 and cell["se"]:
            _close(own.est.iloc[0], cell["est"], str(cell), 2e-5)
            _close(own.se.iloc[0], cell["se"], str(cell), 2e-4)
            seen += 1
    assert seen >= 13


def test_srmr_by_hand(fits: dict[str, Any]) -> None:
    """Residual correlations of pooled moments and estimates, with nothing of the package's."""
    frame = fits["ml"].estimates.set_index(["lhs", "op", "rhs"]).est
    S = np.mean([np.cov(f[ITEMS].T, bias=True) for f in _imputed("ml")], axis=0)
    load = np.zeros((6, 2))
    for i, item in enumerate(ITEMS):
        factor = ("visual", "textual")[i // 3]
        load[i, i // 3] = frame[factor, "=~", item]
    cross = frame["visual", "~~", "textual"]
    Phi = np.array([[frame["visual", "~~", "visual"], cross],
                    [cross, frame["textual", "~~", "textual"]]])  # fmt: skip
    Sigma = load @ Phi @ load.T + np.diag([frame[i, "~~", i] for i in ITEMS])
    d = np.sqrt(np.diag(S))
    residual = ((S - Sigma) / np.outer(d, d))[np.tril_indices(6)]
    assert fits["ml"].measures("D4")["srmr"] == pytest.approx(np.sqrt(np.mean(residual**2)))
