"""What is said of one fitted model: its measures, its rivals, its own cut-offs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

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
SAMPLES, FEWEST = 200, 50
"""Samples behind cut-offs where none were asked for: at most, and at least."""
BUDGET = 30.0
"""About so many seconds of processor time go into cut-offs that nobody asked for."""
_COST = 1.6e-6
"""Seconds a sample takes, by the square of a model's parameters (measured from 21 to 160)."""


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


@dataclass(frozen=True)
class Allowed:
    """What the budget allows: samples a level, the highest level, and how that is said."""

    samples: int
    levels: int | None
    note: str


def allowed(parameters: int, levels: int) -> Allowed | NotComputed:
    """Return how many samples of how many levels the budget allows for a model.

    By its size, never by the clock, so that the same answers give the same cut-offs everywhere.

    Parameters
    ----------
    parameters
        Free parameters of the model; of both levels, where it has two.
    levels
        Levels of misspecification with the right model's: the number of its factors.

    Examples
    --------
    >>> allowed(38, 4).samples, allowed(125, 10).samples, allowed(378, 20).levels
    (200, 120, 1)
    """
    one = _COST * parameters**2
    samples = int(BUDGET / (one * max(levels, 2)) / 10) * 10
    if samples >= SAMPLES:
        return Allowed(SAMPLES, None, "")
    more = "repetitions=200 takes longer."
    if samples >= FEWEST:
        return Allowed(samples, None, f"{samples} samples a level are what about {BUDGET:g} s "
                                      f"allow; {more}")  # fmt: skip
    highest = int(BUDGET / (one * FEWEST)) - 1
    if highest < 1:
        return NotComputed(
            f"cut-offs for {parameters} parameters take about {2 * one * FEWEST / 60:.0f} min at "
            "least: repetitions=50 asks"
        )
    return Allowed(FEWEST, highest, f"{FEWEST} samples a level, and levels up to {highest} only, "
                                    f"are what about {BUDGET:g} s allow; {more}")  # fmt: skip


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
        Samples; None for what `allowed` says.
    seed
        Of these.
    """
    plan: Allowed | NotComputed = Allowed(max(repetitions or SAMPLES, FEWEST), None, "")
    if repetitions is None:
        plan = allowed(fit.solution.model.n_free, len(named.sets))
    if isinstance(plan, NotComputed):
        return plan
    if float(fit.fit_measures["df"]) < 1:
        return NotComputed("no degrees of freedom: the model fits whatever was answered")
    said: tuple[str, ...] = (plan.note,) if plan.note else ()
    if any(getattr(group, "patterns", None) for group in fit.solution.data.groups):
        complete = named.data.dropna()
        refitted = again(complete, **robust(named))
        if isinstance(refitted, NotComputed):
            return refitted
        fit = refitted
        said = (*said, f"Of the {len(complete)} persons who answered every item.")
    try:
        found = dynamic_cutoffs(fit, plan.samples, seed, levels=plan.levels)
    except CollectiveUseError as problem:
        return NotComputed(str(problem))
    return replace(found, notes=(*found.notes, *said))
