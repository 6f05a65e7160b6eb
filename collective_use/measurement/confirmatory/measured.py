"""What is said of one fitted model: its measures, its rivals, its own cut-offs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from collective_use.errors import CollectiveUseError, EstimationError
from collective_use.measurement.cfa import Named
from collective_use.measurement.confirmatory.rivals import Rival
from collective_use.measurement.cutoffs.dynamic import dynamic_cutoffs
from collective_use.measurement.cutoffs.result import DynamicCutoffs
from collective_use.results import NotComputed, TableRow
from collective_use.sem.asked import FitOptions
from collective_use.sem.result import SemResult

MEASURES = ("cfi", "tli", "rmsea", "srmr", "aic", "bic")
SAMPLES = 200
"""Samples behind cut-offs where none were asked for."""
MOST_SIMULATED = 16
"""Items of a model up to which its cut-offs take about a second, and are made unasked."""


def robust(named: Named) -> FitOptions:
    return {"cluster": "group_", "estimator": "MLR"} if "group_" in named.data else {}


def measured(fit: SemResult) -> dict[str, float]:
    m = fit.fit_measures
    end = ".scaled" if "chisq.scaled" in m else ""
    out = {name: float(m[name + end]) for name in ("chisq", "df", "pvalue")}
    for name in MEASURES:
        robust = m.get(f"{name}.robust")
        known = robust is not None and np.isfinite(robust)
        out[name] = float(robust if known else m[name])  # type: ignore[arg-type]
    return out | {k: float(m[k]) for k in ("srmr_within", "srmr_between") if k in m}


def of_level(found: Mapping[str, float] | NotComputed, level: str) -> TableRow:
    names = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "n")
    if isinstance(found, NotComputed):
        return dict.fromkeys(names, np.nan) | {"reason": found.reason}
    end = ".scaled" if "chisq.scaled" in found else ""
    keys = ("chisq" + end, "df" + end, "pvalue" + end, "cfi", "tli", "rmsea.level",
            f"srmr_{level}", "n.level")  # fmt: skip
    return {name: found[key] for name, key in zip(names, keys, strict=True)} | {"reason": ""}


def against(base: SemResult, fit: SemResult, rival: Rival, title: str) -> TableRow:
    if float(base.fit_measures["df"]) == float(fit.fit_measures["df"]):
        return {"verdict": "as many parameters: read AIC and BIC"}
    try:
        try:
            found = base.compare(fit)
        except EstimationError:
            found = base.compare(fit, "satorra.bentler.2010")
    except CollectiveUseError as problem:
        return {"verdict": f"not tested: {problem}"}
    out = {"delta_chisq": found.statistic, "delta_df": found.df, "delta_p": found.p}
    if rival.simpler:
        worse = f"worse than {title} apart"
        return out | {"verdict": worse if found.p < 0.05 else "no worse: they are not told apart"}
    return out | {"verdict": "better than one factor" if found.p < 0.05 else "no better"}


def simulated_cutoffs(
    fit: SemResult, named: Named, again: Callable[..., SemResult | NotComputed],
    repetitions: int | None, seed: int | None,
) -> DynamicCutoffs | NotComputed:  # fmt: skip
    """Return cut-offs for a fit, or why there are none.

    Where answers are missing, both cut-offs and the fit beside them are of the persons who
    answered every item.

    Parameters
    ----------
    fit, named
        A model and what it was fitted to.
    again
        Fits the same model to a frame.
    repetitions
        Samples; None for 200 where the model is small.
    seed
        Of these.
    """
    items = sum(len(own) for own in named.sets.values())
    if repetitions is None and items > MOST_SIMULATED:
        return NotComputed(f"cut-offs for {items} items take minutes: repetitions=200 asks")
    if float(fit.fit_measures["df"]) < 1:
        return NotComputed("no degrees of freedom: the model fits whatever was answered")
    said: tuple[str, ...] = ()
    if any(getattr(group, "patterns", None) for group in fit.solution.data.groups):
        complete = named.data.dropna()
        refitted = again(complete, **robust(named))
        if isinstance(refitted, NotComputed):
            return refitted
        fit, said = refitted, (f"Of the {len(complete)} persons who answered every item.",)
    try:
        found = dynamic_cutoffs(fit, max(repetitions or SAMPLES, 50), seed)
    except CollectiveUseError as problem:
        return NotComputed(str(problem))
    return replace(found, notes=(*found.notes, *said))
