"""Samples of ordered answers from latent responses, fitted as the model was."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from collective_use.measurement.cfa import fit_quietly
from collective_use.measurement.correlations import Floats
from collective_use.measurement.cutoffs.judge import Drawn
from collective_use.results import NotComputed
from collective_use.sem.ordinal.result import OrdinalResult


def ordered_simulator(
    fit: OrdinalResult, repetitions: int, rng: np.random.Generator
) -> Callable[[Floats], Drawn]:
    """Return what draws latent responses, cuts them at the observed thresholds and fits again.

    Parameters
    ----------
    fit
        A fit of ordered items.
    repetitions
        Samples.
    rng
        Generator.
    """
    names = list(fit.solution.table.blocks[0].observed)
    cuts = _thresholds(fit, names)
    options, text = fit.solution.options, _text(fit, names)
    n = int(fit.n)

    def simulate(correlation: Floats) -> Drawn:
        root = np.linalg.cholesky(correlation)
        out = np.full((3, repetitions), np.nan)
        for r in range(repetitions):
            latent = rng.normal(size=(n, len(names))) @ root.T
            codes = {name: np.searchsorted(cuts[name], latent[:, j])
                     for j, name in enumerate(names)}  # fmt: skip
            again = fit_quietly(text, pd.DataFrame(codes), ordered=names,
                                estimator=options.estimator)  # fmt: skip
            if not isinstance(again, NotComputed):
                m = again.fit_measures
                out[:, r] = m["srmr"], m["rmsea.scaled"], m["cfi.scaled"]
        return Drawn(*out)

    return simulate


def _text(fit: OrdinalResult, names: list[str]) -> str:
    """Write the factors of a fit as model text, with the residual covariances it frees."""
    table = fit.solution.table
    lines = [f"{r.lhs} =~ {r.rhs}" for r in table.rows if r.op == "=~"]
    lines += [
        f"{r.lhs} ~~ {r.rhs}"
        for r in table.rows
        if r.op == "~~" and r.free and r.lhs != r.rhs and r.lhs in names
    ]
    return "\n".join(lines)


def _thresholds(fit: OrdinalResult, names: list[str]) -> dict[str, Floats]:
    frame = fit.standardized("all")
    cuts = frame[frame["op"] == "|"]
    return {name: np.sort(cuts[cuts["lhs"] == name]["est"].to_numpy(float)) for name in names}
