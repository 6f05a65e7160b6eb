"""The rows of a ladder of nested models, and the rules that judge a step."""

from __future__ import annotations

import numpy as np

from collective_use.cutoffs import Cutoff
from collective_use.errors import EstimationError
from collective_use.results import TableRow
from collective_use.sem.compare.comparison import Comparison
from collective_use.sem.compare.nesting import is_nested
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


NOTHING = "restricts nothing: items have two or three categories"
"""Why a step has no difference: equal thresholds only set the scales of such items."""

NOWHERE = "nested in no step before, so that nothing tests it: take the configural step in"

_LATER = ("scalar", "strict")
_SUPPLEMENTS = {"delta_rmsea", "delta_srmr", "delta_srmr_later", "delta_p"}
"""One of these has to fail beside CFI: Chen's two, and the difference test."""


def _has_robust(fit: SemResult) -> bool:
    return bool(np.isfinite(fit.main_measures.get("cfi.robust", np.nan)))


def _measures(fit: SemResult, *, robust: bool) -> dict[str, float]:
    """Return what a step is judged by: robust or scaled forms where the estimator has them."""
    m = fit.main_measures

    def best(name: str, *kinds: str) -> float:
        for kind in kinds if "chisq.scaled" in m else ():
            value = m.get(f"{name}.{kind}")
            if value is not None and np.isfinite(value):
                return float(value)
        return float(m[name])

    forms = ("robust", "scaled") if robust else ("scaled",)
    chisq, df = best("chisq", "scaled"), best("df", "scaled")
    return {
        "chisq": chisq, "df": df, "pvalue": best("pvalue", "scaled"),
        "cfi": best("cfi", *forms), "rmsea": best("rmsea", *forms),
        "srmr": float(m["srmr"]), "mc": _centrality(fit),
    }  # fmt: skip


def _centrality(fit: SemResult) -> float:
    """Return McDonald's (1989) index from the uncorrected chi-square, as lavaan's mfi."""
    m = fit.main_measures
    n = sum(float(g.moments.n) for g in fit.solution.data.groups)
    return float(np.exp(-0.5 * (m["chisq"] - m["df"]) / n))


def step_row(name: str, words: str, fit: SemResult, before: dict[str, SemResult]) -> TableRow:
    """Return a row of a ladder: the fit of a step, and its difference from a step before.

    Parameters
    ----------
    name, words
        Of the step.
    fit
        Its fit.
    before
        Fits of the steps before, in order; it is compared with the latest one it is nested in.
    """
    row: TableRow = {"step": name, "equal": words, **_measures(fit, robust=True)}
    if not before:
        return row | {"holds": True, "reason": ""}
    latest = next(reversed(before))
    against = _nesting(before, fit)
    if against is None:
        same = _same_fit(before[latest], fit)
        return row | {"holds": same, "reason": NOTHING if same else NOWHERE}
    found, why = _difference(before[against], fit)
    if against != latest:
        aside = f"compared with the {against} step: it frees scales that the {latest} step fixes"
        why = f"{why}; {aside}" if why else aside
    # a robust index is compared with a robust one, or both are taken as scaled
    both = _has_robust(fit) and _has_robust(before[against])
    own, last = (_measures(one, robust=both) for one in (fit, before[against]))
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


def _nesting(before: dict[str, SemResult], fit: SemResult) -> str | None:
    """Return the latest step that a fit is nested in; None where there is none to test against."""
    if _same_fit(next(reversed(before.values())), fit):
        return None
    for name, other in reversed(before.items()):
        if fit.test.df > other.test.df and is_nested(fit.solution, other.solution):
            return name
    return None


def _same_fit(one: SemResult, other: SemResult) -> bool:
    """Tell whether two steps are one model in other words."""
    first, second = one.test, other.test
    near = abs(first.statistic - second.statistic) <= 1e-6 * max(1.0, abs(first.statistic))
    return first.df == second.df and near


def difference_used(fits: dict[str, SemResult]) -> str:
    """Return the method of the difference test of the last step that has one, or ``"none"``."""
    for k in range(len(fits) - 1, 0, -1):
        before, fit = dict(list(fits.items())[:k]), list(fits.values())[k]
        if (against := _nesting(before, fit)) is not None:
            return _difference(before[against], fit)[0].method
    return "none"


def _difference(before: SemResult, fit: SemResult) -> tuple[Comparison, str]:
    """Return the difference test; not scaled, and said so, where both scalings are negative."""
    for method in ("auto", "satorra.bentler.2010"):
        try:
            return before.compare(fit, method), ""
        except EstimationError:
            continue
    return before.compare(fit, "standard"), "the chi-square difference is not scaled"
