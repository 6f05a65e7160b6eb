"""Factor scores of two-level models, by level."""

from __future__ import annotations

import numpy as np

from collective_use.checks import one_of
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.twolevel.missing import IncompleteLikelihood
from collective_use.numerics.twolevel.objective import CompleteLikelihood
from collective_use.numerics.twolevel.scores import Effects, effects_of, member_factors
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import states_of
from collective_use.sem.options import LEVELS, Level
from collective_use.sem.postfit.factor_scores import METHODS, FactorScores
from collective_use.sem.twolevel.estimate import Clustered


def twolevel_factor_scores(
    solution: Solution, clustered: Clustered, method: str = "regression", level: Level = "within"
) -> FactorScores:
    """Compute the expectation of the factors of one level given all answers of a cluster.

    Parameters
    ----------
    solution, clustered
        The solution and its data.
    method
        ``"regression"``: the expectation, also called empirical Bayes or best linear predictor.
    level
        1: one row per case, by row number of the data; 2: one row per cluster, by its name.

    Raises
    ------
    NotSupported
        For Bartlett scores.
    """
    import pandas as pd

    one_of("method", method, METHODS)
    one_of("level", level, LEVELS)
    number = LEVELS.index(level) + 1
    if method == "bartlett":
        raise NotSupported(
            "factor_scores('bartlett') at two levels is not supported: Bartlett scores take the "
            "factors of one level as fixed and have no defined part of the other level's; use "
            "'regression'"
        )
    frames, reliability = [], []
    for g, group in enumerate(solution.data.groups):
        names = solution.table.blocks[2 * g + number - 1]
        if not names.latent:
            raise InputError(f"the model has no latent variable {level} clusters")
        values, variance, total = _of_group(solution, clustered, g, number)
        index = pd.Index(group.rows)
        if number == 2:
            index = pd.Index(clustered.names[g], name="cluster")
        frame = pd.DataFrame(values, index=index, columns=list(names.latent))
        # Scores covary with factors by their own variance: the squared correlation is the ratio.
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(total > 0, variance.mean(axis=0) / total, np.nan)
        row = pd.DataFrame({"factor": list(names.latent), "reliability": share})
        if group.name:
            frame.insert(0, "group", group.name)
            row.insert(0, "group", group.name)
        frames.append(frame)
        reliability.append(row)
    scores = pd.concat(frames)
    return FactorScores(
        scores.sort_index() if number == 1 else scores,
        pd.concat(reliability, ignore_index=True),
        method,
    )


def _of_group(
    solution: Solution, clustered: Clustered, g: int, level: int
) -> tuple[Floats, Floats, Floats]:
    """Return scores, their variance and the variance of the factors."""
    within, between = states_of(solution)[2 * g : 2 * g + 2]
    p, pb = within.mu.size, between.mu.size
    likelihood = clustered.likelihoods[g]
    moments = within.Sigma, within.mu, between.Sigma, between.mu
    cross = between.C[pb:, :pb]
    effects: Effects
    if isinstance(likelihood, CompleteLikelihood):
        effects = effects_of(likelihood.stats, *moments, cross)
    elif isinstance(likelihood, IncompleteLikelihood):
        effects = likelihood.effects(*moments, cross)
    else:
        raise NotSupported(f"factor scores of {type(likelihood).__name__} are not supported")
    if level == 2:
        return between.eta[pb:] + effects.factors, effects.variance, np.diag(between.C)[pb:]
    data = solution.data.groups[g]
    found, variance = member_factors(
        np.asarray(data.Y), data.clusters[0], within.Sigma, within.mu, within.C[p:, :p], effects
    )
    return within.eta[p:] + found, variance, np.diag(within.C)[p:]
