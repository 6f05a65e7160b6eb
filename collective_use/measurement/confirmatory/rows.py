"""Rows of the tables of a measurement model: fit, fit by level, loadings, correlations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from collective_use.errors import CollectiveUseError, EstimationError
from collective_use.measurement.confirmatory.rivals import Rival
from collective_use.results import NotComputed
from collective_use.sem.result import SemResult

MEASURES = ("cfi", "tli", "rmsea", "srmr", "aic", "bic")


class FitRow(TypedDict, total=False):
    """One model: which, how well it fits, and how it stands against the constructs' own."""

    scope: str
    model: str
    words: str
    chisq: float
    df: float
    pvalue: float
    cfi: float
    tli: float
    rmsea: float
    srmr: float
    aic: float
    bic: float
    srmr_within: float
    srmr_between: float
    delta_chisq: float
    delta_df: float
    delta_p: float
    verdict: str
    reason: str


class LevelRow(TypedDict):
    """The fit of one level."""

    scope: str
    level: str
    chisq: float
    df: float
    pvalue: float
    cfi: float
    tli: float
    rmsea: float
    srmr: float
    n: float
    reason: str


class LoadingRow(TypedDict):
    """A standardized loading."""

    construct: str
    item: str
    level: str
    loading: float
    se: float
    ci_lower: float
    ci_upper: float


class PairRow(TypedDict):
    """A correlation of two constructs."""

    first: str
    second: str
    level: str
    correlation: float
    ci_lower: float
    ci_upper: float


def measured(fit: SemResult) -> FitRow:
    """Return chi-square and fit indices, corrected where the estimator corrects."""
    m = fit.fit_measures
    end = ".scaled" if "chisq.scaled" in m else ""

    def index(name: str) -> float:
        robust = m.get(f"{name}.robust", np.nan)
        return float(robust if np.isfinite(robust) else m[name])

    out: FitRow = {
        "chisq": float(m["chisq" + end]), "df": float(m["df" + end]),
        "pvalue": float(m["pvalue" + end]), "cfi": index("cfi"), "tli": index("tli"),
        "rmsea": index("rmsea"), "srmr": index("srmr"), "aic": index("aic"), "bic": index("bic"),
    }  # fmt: skip
    if "srmr_within" in m:
        out["srmr_within"] = float(m["srmr_within"])
    if "srmr_between" in m:
        out["srmr_between"] = float(m["srmr_between"])
    return out


def of_level(scope: str, level: str, found: Mapping[str, float] | NotComputed) -> LevelRow:
    """Return the fit of one level, or why there is none."""
    reason = found.reason if isinstance(found, NotComputed) else ""
    known: Mapping[str, float] = {} if isinstance(found, NotComputed) else found
    end = ".scaled" if "chisq.scaled" in known else ""

    def value(name: str) -> float:
        return known[name] if known else np.nan

    return {
        "scope": scope, "level": level, "chisq": value("chisq" + end), "df": value("df" + end),
        "pvalue": value("pvalue" + end), "cfi": value("cfi"), "tli": value("tli"),
        "rmsea": value("rmsea.level"), "srmr": value(f"srmr_{level}"), "n": value("n.level"),
        "reason": reason,
    }  # fmt: skip


def against(base: SemResult, fit: SemResult, rival: Rival, title: str) -> FitRow:
    """Return the test of a rival against the constructs, in numbers and words."""
    if float(base.fit_measures["df"]) == float(fit.fit_measures["df"]):
        return {"verdict": "as many parameters: read AIC and BIC"}
    try:
        try:
            found = base.compare(fit)
        except EstimationError:
            found = base.compare(fit, "satorra.bentler.2010")
    except CollectiveUseError as problem:
        return {"verdict": f"not tested: {problem}"}
    worse = found.p < 0.05
    if rival.simpler:
        words = f"worse than {title} apart" if worse else "no worse: they are not told apart"
    else:
        words = "better than one factor" if worse else "no better"
    return {
        "delta_chisq": found.statistic, "delta_df": found.df, "delta_p": found.p, "verdict": words,
    }  # fmt: skip
