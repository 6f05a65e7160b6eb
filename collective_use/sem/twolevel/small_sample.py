"""Chi-square with few clusters, held against what the fitted model itself would give."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import valid_seed, whole_number
from collective_use.errors import CollectiveUseWarning, ConvergenceWarning, EstimationError, warn
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.optimise import minimise
from collective_use.numerics.twolevel.likelihood import cluster_statistics
from collective_use.numerics.twolevel.objective import TwoLevelObjective
from collective_use.sem.engines.core import thread_controller
from collective_use.sem.fitted import TwoLevelFitted
from collective_use.sem.goodness.tests_of_fit import p_of
from collective_use.sem.reduced_bias import refuse_reduced
from collective_use.sem.resampling.base import shown_with_progress
from collective_use.sem.resampling.twolevel import TwoLevelRefit
from collective_use.sem.twolevel.estimate import Clustered

if TYPE_CHECKING:
    import pandas as pd

BOUNDED = (
    "bounds='pos.var' keeps variances between clusters from running below 0, where there may be no "
    "optimum"
)


def simulated_tests(
    fit: TwoLevelFitted, repetitions: int, seed: int | None, *, progress: bool = False
) -> Floats:
    """Return standard and scaled chi-squares of samples that the fitted model generates, (R, 2).

    Samples have the observed clusters, covariates and gaps; the model is fitted to each, and both
    models of its test keep to the space of the original one. NaN where there is no solution.
    """
    refit = TwoLevelRefit(fit, "parametric")
    seeds = np.random.SeedSequence(seed).spawn(repetitions)
    found = [
        _tests_of_one(fit, refit, np.random.default_rng(one))
        for one in shown_with_progress(seeds, progress)
    ]
    return np.array(found)


def _tests_of_one(
    fit: TwoLevelFitted, refit: TwoLevelRefit, rng: np.random.Generator
) -> tuple[float, float]:
    again = _refitted(fit, refit, rng)
    if again is None:
        return math.nan, math.nan
    try:
        scaled = again.scaled_test
        return again.test.statistic, math.nan if scaled is None else scaled.statistic
    except (EstimationError, ArithmeticError, ValueError):
        return math.nan, math.nan


def _refitted(
    fit: TwoLevelFitted, refit: TwoLevelRefit, rng: np.random.Generator
) -> TwoLevelFitted | None:
    """Fit one drawn sample; None where the search ends without an optimum."""
    clustered = _drawn(fit, refit, rng)
    objective = TwoLevelObjective(refit.model, clustered.likelihoods)
    optimum = minimise(
        objective, refit.start, basis=refit.basis,
        lower=refit.lower if refit.bounded else None, upper=refit.upper if refit.bounded else None,
    )  # fmt: skip
    if not optimum.converged:
        return None
    solution = replace(fit.solution, objective=objective, shared=objective, optimum=optimum)
    return fit.on(solution, clustered)


def _drawn(fit: TwoLevelFitted, refit: TwoLevelRefit, rng: np.random.Generator) -> Clustered:
    old = fit.clustered
    if old is None:
        raise EstimationError("this result has lost its data")
    likelihoods, statistics = [], []
    for likelihood, (Y, z, codes) in zip(old.likelihoods, refit.parametric(rng), strict=True):
        likelihoods.append(likelihood.like(Y, z, codes))
        whole = ~np.isnan(Y).any(axis=1)
        kept, inside = np.unique(codes[whole], return_inverse=True)
        statistics.append(cluster_statistics(Y[whole], z[kept], inside, likelihood.layout))
    return replace(old, likelihoods=tuple(likelihoods), statistics=tuple(statistics))


def small_sample_tests(
    fit: TwoLevelFitted, repetitions: int, seed: int | None, *, progress: bool
) -> pd.DataFrame:
    """Return the test of a two-level model corrected by simulation, see `small_sample`."""
    import pandas as pd

    refuse_reduced(fit.solution, "small_sample()")
    whole_number("repetitions", repetitions, at_least=20)
    if seed is not None:
        valid_seed(seed)
    observed = [("standard", fit.test)]
    if fit.scaled_test is not None:
        observed.append(("scaled", fit.scaled_test))
    with thread_controller().limit(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", CollectiveUseWarning)
        drawn = simulated_tests(fit, repetitions, seed, progress=progress)
    rows = []
    for column, (name, test) in enumerate(observed):
        values = drawn[np.isfinite(drawn[:, column]), column]
        if values.size < repetitions / 2:
            raise EstimationError(
                f"{repetitions - values.size} of {repetitions} samples drawn from the model have "
                f"no solution: its test cannot be corrected by them ({BOUNDED})"
            )
        if name == "standard":
            # The scaled statistic has no mean to speak of: its scaling can come near 0.
            factor = test.df / float(values.mean()) if test.df > 0 else math.nan
            corrected = test.statistic * factor
            rows.append(("bartlett", factor, corrected, test.df, p_of(corrected, test.df)))
        tail = (1 + int((values >= test.statistic).sum())) / (1 + values.size)
        rows.append(
            (
                "bootstrap" if name == "standard" else "bootstrap, scaled",
                1.0,
                test.statistic,
                test.df,
                tail,
            )
        )
    if failed := int(np.isnan(drawn[:, 0]).sum()):
        warn(
            f"{failed} of {repetitions} samples drawn from the model have no solution and are left "
            f"out of the corrected test ({BOUNDED})",
            ConvergenceWarning,
        )
    return pd.DataFrame(rows, columns=["correction", "factor", "statistic", "df", "p"])
