"""The rows of a ladder of nested models, and the rules that judge a step."""

from __future__ import annotations

import numpy as np

from collective_use.cutoffs import Cutoff
from collective_use.errors import EstimationError
from collective_use.results import TableRow
from collective_use.sem.compare.comparison import Comparison
from collective_use.sem.result import SemResult

_CHEN = "Chen 2007, Structural Equation Modeling 14:464"
RULES: dict[str, Cutoff] = {
    c.name: c
    for c in (
        Cutoff("delta_cfi", -0.010, "at_least", _CHEN, "Cheung & Rensvold 2002 give the same"),
        Cutoff("delta_rmsea", 0.015, "at_most", _CHEN),
        Cutoff("delta_srmr", 0.030, "at_most", _CHEN, "loadings and thresholds"),
        Cutoff("delta_srmr_later", 0.010, "at_most", _CHEN, "from the scalar step on"),
        Cutoff("delta_p", 0.05, "at_least", "convention; of the chi-square difference"),
        Cutoff("delta_mc", -0.020, "at_least",
               "Cheung & Rensvold 2002, Structural Equation Modeling 9:233"),
    )
}  # fmt: skip


_LATER = ("scalar", "strict")
_SUPPLEMENTS = {"delta_rmsea", "delta_srmr", "delta_srmr_later", "delta_p"}
"""One of these has to fail beside CFI: Chen's two, and the difference test."""


def _measures(fit: SemResult) -> dict[str, float]:
    m = fit.main_measures
    robust = "chisq.scaled" in m

    def best(name: str, *kinds: str) -> float:
        for kind in kinds if robust else ():
            value = m.get(f"{name}.{kind}")
            if value is not None and np.isfinite(value):
                return float(value)
        return float(m[name])

    chisq, df = best("chisq", "scaled"), best("df", "scaled")
    return {
        "chisq": chisq, "df": df, "pvalue": best("pvalue", "scaled"),
        "cfi": best("cfi", "robust", "scaled"), "rmsea": best("rmsea", "robust", "scaled"),
        "srmr": float(m["srmr"]), "mc": _centrality(fit),
    }  # fmt: skip


def _centrality(fit: SemResult) -> float:
    """Return McDonald's (1989) index from the uncorrected chi-square, as lavaan's mfi."""
    m = fit.main_measures
    n = sum(float(g.moments.n) for g in fit.solution.data.groups)
    return float(np.exp(-0.5 * (m["chisq"] - m["df"]) / n))


def step_row(name: str, words: str, fit: SemResult, before: SemResult | None) -> TableRow:
    """Return a row of a ladder: the fit of a step, and its difference from the step before.

    Parameters
    ----------
    name, words
        Of the step.
    fit, before
        Its fit, and the fit it is nested in; None for the first.
    """
    own = _measures(fit)
    row: TableRow = {"step": name, "equal": words, **own}
    if before is None:
        return row | {"holds": True, "reason": ""}
    found, why = _difference(before, fit)
    last = _measures(before)
    deltas = {f"delta_{k}": own[k] - last[k] for k in ("cfi", "rmsea", "srmr", "mc")}
    seen = {**deltas, "delta_p": found.p}
    if name in _LATER:
        seen["delta_srmr_later"] = seen.pop("delta_srmr")
    fails = {k for k, value in seen.items() if not RULES[k].passes(value)}
    # CFI alone moves by chance in small samples, the others alone where df are few or samples large
    holds = not ("delta_cfi" in fails and fails & _SUPPLEMENTS)
    return row | deltas | {
        "delta_chisq": found.statistic, "delta_df": found.df, "delta_p": found.p,
        "holds": holds, "reason": why,
    }  # fmt: skip


def _difference(before: SemResult, fit: SemResult) -> tuple[Comparison, str]:
    """Return the difference test; not scaled, and said so, where both scalings are negative."""
    for method in ("auto", "satorra.bentler.2010"):
        try:
            return before.compare(fit, method), ""
        except EstimationError:
            continue
    return before.compare(fit, "standard"), "the chi-square difference is not scaled"
