"""Ordered variables given covariates, and with weights, against lavaan 0.7-2 (lavaan.R).

lavaan's own searches are carried to their end there, so that every cell is exact: 1e-9 of itself,
and 1e-8 for fit measures. Named exceptions: limits of RMSEA (uniroot's tolerance in lavaan), p of
the uncorrected statistic (0.7 prints none for weighted least squares), robust indices (0.7 divides
by N, `sem07` compares them), `gfi` (another estimator there) and, where one item stands alone,
indices of no pair.
"""

from __future__ import annotations

import json
import math
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

FOLDER = Path(__file__).parents[1] / "reference" / "ordinal_covariates"
NAMES = sorted(
    path.stem for path in FOLDER.glob("*.json") if path.stem not in ("lrt", "stages")
)  # fmt: skip
EXACT, FIT, LIMITS, SCORE = 1e-9, 1e-8, 2e-4, 5e-5
TELLS = {"dwls": {"se": "robust.sem"}, "uls": {"se": "robust.sem"}}
"""What lavaan 0.7 takes for granted."""


@cache
def _case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


@cache
def _fit(name: str) -> cu.OrdinalResult:
    case = _case(name)
    told = dict(case["arguments"])
    data = pd.read_csv(FOLDER / told.pop("data"))
    by_total = told.pop("sampling.weights.normalization", "") == "total"
    if "weights" in told and "group" in told and not by_total:
        # lavaan 0.7 scales weights within groups, this package over all of them.
        by_group = data.groupby("g")["w"]
        data["w"] *= by_group.transform("size") / by_group.transform("sum")
    if told.get("equal"):
        # What equal thresholds free in lavaan 0.7 is what Wu & Estabrook free.
        told["identification"] = "wu.estabrook"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.errors.DataWarning)
        return cu.fit_sem(case["model"], data, **told, **TELLS.get(name, {}))


def _gamma(name: str) -> list[np.ndarray]:
    case = _case(name)
    found = case["gamma"] if "gamma" in case else _case(case["gamma_in"])["gamma"]
    return [np.array(g) for g in found]


def _groups(name: str) -> dict[str, int]:
    return {g: i + 1 for i, g in enumerate(_case(name).get("groups") or [])}


def _number(cell: dict[str, Any], key: str) -> float:
    value = cell.get(key)
    return math.nan if value is None else float(value)


def _same(mine: float, theirs: float, tolerance: float) -> bool:
    if math.isnan(theirs):
        return math.isnan(mine)
    return abs(mine - theirs) <= tolerance * max(1.0, abs(theirs))


@pytest.mark.parametrize("name", NAMES)
def test_statistics_and_their_covariance(name: str) -> None:
    case, fit = _case(name), _fit(name)
    assert len(fit.moments) == len(case["statistics"])
    for own, values, G in zip(fit.moments, case["statistics"], _gamma(name), strict=True):
        assert own.statistics == pytest.approx(np.array(values), abs=EXACT)
        size = np.sqrt(np.outer(np.diag(G), np.diag(G)))
        assert np.abs((own.gamma - G) / size).max() < EXACT
    assert fit.n == pytest.approx(sum(case["sum_of_weights"]))


@pytest.mark.parametrize("name", NAMES)
def test_estimates_and_errors(name: str) -> None:
    case, fit, groups = _case(name), _fit(name), _groups(name)
    own = fit.estimates.set_index(["lhs", "op", "rhs", "group"]).sort_index()
    seen = 0
    for cell in case["estimates"]:
        if cell["op"] in ("==", ":="):
            continue
        group = cell["group"] if isinstance(cell["group"], int) else groups[cell["group"]]
        row = own.loc[cell["lhs"], cell["op"], cell["rhs"], group]
        assert _same(row.est, cell["est"], EXACT), (cell, row.est)
        assert _same(row.se, cell["se"], EXACT), (cell, row.se)
        seen += 1
    defined = fit.estimates.query("op == ':='").set_index("lhs")
    for cell in (c for c in case["estimates"] if c["op"] == ":="):
        assert _same(defined.est[cell["lhs"]], cell["est"], EXACT), cell
        assert _same(defined.se[cell["lhs"]], cell["se"], EXACT), cell
    assert seen > 10


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("kind", "key"), [("all", "standardized"), ("nox", "standardized_nox")])
def test_standardized(name: str, kind: str, key: str) -> None:
    case, fit, groups = _case(name), _fit(name), _groups(name)
    if not case[key]:
        assert key == "standardized_nox"
        assert not fit.table.block().exogenous
        return
    own = fit.standardized(kind).set_index(["lhs", "op", "rhs", "group"]).sort_index()
    defined = fit.standardized(kind).query("op == ':='").set_index("lhs")
    for cell in case[key]:
        if cell["op"] == "==":
            continue
        if cell["op"] == ":=":
            row = defined.loc[cell["lhs"]]
        else:
            group = cell.get("group", 1)
            group = group if isinstance(group, int) else groups[group]
            row = own.loc[cell["lhs"], cell["op"], cell["rhs"], group]
        assert _same(row.est, _number(cell, "est.std"), FIT), (cell, row.est)
        assert _same(row.se, _number(cell, "se"), FIT), (cell, row.se)


def _compared(name: str, measure: str) -> bool:
    """Tell whether a measure is the same thing in both programs."""
    case = _case(name)
    if measure.startswith("gfi") and measure != "gfi_lisrel":
        return False
    if measure in ("pvalue", "baseline.pvalue") and case["fit"][measure] is None:
        return False
    if measure.endswith(".robust") or ".robust" in measure:
        # With covariates neither program has them; without, sem07 compares them.
        return bool(_fit(name).table.block().exogenous)
    if name.startswith("probit"):
        return measure not in ("nfi", "nfi.scaled", "crmr_nomean")
    return True


@pytest.mark.parametrize("name", NAMES)
def test_tests_and_fit(name: str) -> None:
    own, case = _fit(name).fit_measures, _case(name)["fit"]
    compared = 0
    for measure in case:
        if not _compared(name, measure):
            continue
        theirs = _number(case, measure)
        limits = measure.startswith(("rmsea.ci.lower", "rmsea.ci.upper"))
        assert _same(own[measure], theirs, LIMITS if limits else FIT), (
            measure,
            own[measure],
            theirs,
        )
        compared += 1
    assert compared >= 35


def _by_group(parts: Any) -> list[dict[str, Any]]:
    return list(parts.values()) if isinstance(parts, dict) else list(parts)


def _near(rows: pd.DataFrame, values: Any, kind: str) -> int:
    """Compare a column with values in the same order; return their number."""
    values = np.atleast_1d(np.array(values, dtype=float)).tolist()
    assert len(rows) == len(values)
    for row, value in zip(rows.itertuples(), values, strict=True):
        assert _same(getattr(row, kind), value, FIT), (row, value)
    return len(values)


@pytest.mark.parametrize("name", NAMES)
def test_residuals(name: str) -> None:
    case, fit = _case(name), _fit(name)
    found, compared = fit.residuals(), 0
    standard = _by_group(case["residuals"])
    for number, raw in enumerate(_by_group(case["residuals_raw"]), 1):
        block = fit.table.block(number)
        names = [n for n in block.observed if n not in block.exogenous]
        frames = {
            key: frame[frame["group"] == number]
            for key, frame in (
                ("pairs", found.covariances[found.covariances.lhs != found.covariances.rhs]),
                ("cuts", found.thresholds), ("slopes", found.slopes),
            )
            if frame is not None
        }  # fmt: skip
        prefix = "res." if block.exogenous else ""
        for kind, suffix in (("raw", ""), ("standardized", ".z")):
            S = np.array(raw[f"{prefix}cov{suffix}"], dtype=float)
            pairs = [(names.index(r.lhs), names.index(r.rhs)) for r in frames["pairs"].itertuples()]
            compared += _near(frames["pairs"], [S[pair] for pair in pairs], kind)
            compared += _near(frames["cuts"], raw[f"{prefix}th{suffix}"], kind)
            if block.exogenous:
                slopes = np.array(raw[f"res.slopes{suffix}"], dtype=float).T.ravel().tolist()
                compared += _near(frames["slopes"], slopes, kind)
        if block.exogenous:
            by_sd = np.array(standard[number - 1]["res.slopes"]).T.ravel().tolist()
            compared += _near(frames["slopes"], by_sd, "correlation")
    assert compared >= 6


@pytest.mark.parametrize("name", ["mimic", "direct", "mixed"])
def test_modification_indices(name: str) -> None:
    own = _fit(name).modification_indices().set_index(["lhs", "op", "rhs"]).sort_index()
    compared = 0
    for cell in _case(name)["modindices"]:
        key = cell["lhs"], cell["op"], cell["rhs"]
        if key not in own.index:
            # Parameters that are another one's twin are listed once here.
            continue
        row = own.loc[key]
        assert _same(row.mi, cell["mi"], 1e-7), cell
        assert _same(row.epc, cell["epc"], 1e-7), cell
        assert _same(row.sepc_all, cell["sepc.all"], 1e-7), cell
        assert _same(row.sepc_nox, cell["sepc.nox"], 1e-7), cell
        compared += 1
    assert compared >= 12


@pytest.mark.parametrize(
    ("large", "small"),
    [("direct", "mimic"), ("groups", "groups_equal"), ("mimic", "across"), ("mimic", "labels")],
)
def test_differences_of_nested_models(large: str, small: str) -> None:
    case = json.loads((FOLDER / "lrt.json").read_text())[f"{large}_{small}"]["small"]
    found = _fit(large).compare(_fit(small))
    assert found.df == case["Df diff"]
    assert found.statistic == pytest.approx(case["Chisq diff"], rel=1e-9)
    assert found.p == pytest.approx(case["Pr(>Chisq)"], rel=1e-8)


@pytest.mark.parametrize("name", ["mimic", "mimic_theta", "groups", "weights", "chain"])
def test_scores_are_near_those_of_a_search_that_stops(name: str) -> None:
    """lavaan's scores end before the mode, by up to 2e-5; exact ones are in test_stages_parity.py.

    It leaves out what covariates do to items and what other outcomes tell (`direct`, `mixed`); a
    search written out settles those (tests/sem/test_ordinal_covariates.py).
    """
    case, fit = _case(name), _fit(name)
    scores = fit.factor_scores().scores
    for number, theirs in enumerate(_by_group(case["scores"]), 1):
        rows = (
            scores
            if "group" not in scores
            else scores[scores["group"] == fit.group_names[number - 1]]
        )
        mine = rows.drop(columns="group", errors="ignore").to_numpy(float)[:12]
        assert mine == pytest.approx(np.array(theirs, dtype=float), abs=SCORE)
