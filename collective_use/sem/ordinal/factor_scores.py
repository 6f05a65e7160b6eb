"""Factor scores of models with ordered variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from collective_use.checks import one_of, quoted
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.ordinal.scores import Measurement, factor_modes
from collective_use.numerics.sem.model import State, fill
from collective_use.sem.inference import covariate_places, states_of
from collective_use.sem.ordinal.estimate import OrdinalSolution
from collective_use.sem.ordinal.read import outcomes_of
from collective_use.sem.postfit.factor_scores import FactorScores

METHODS = ("ebm", "ml")
REASON = (
    "reliability is not given: scores of ordered answers are no weighted sums, their precision "
    "differs from case to case (see errors)"
)


def ordinal_factor_scores(
    solution: OrdinalSolution, categories: Mapping[str, tuple[float, ...]], method: str = "ebm"
) -> FactorScores:
    """Compute factor scores from answers, not from latent responses.

    Parameters
    ----------
    solution
        The solution.
    categories
        Values of every ordered variable.
    method
        ``"ebm"``: mode of the posterior (empirical Bayes modal); ``"ml"``: maximum likelihood, NaN
        for cases whose answers have no maximum (all at one end).

    Raises
    ------
    NotSupported
        When answers are not independent given the factors.
    """
    import pandas as pd

    one_of("method", method, METHODS)
    scores: list[pd.DataFrame] = []
    errors: list[pd.DataFrame] = []
    reliability = []
    for i, (g, names) in enumerate(zip(solution.data.groups, solution.table.blocks, strict=True)):
        measure = measurement_of(solution, i, categories)
        own = [names.observed.index(name) for name in outcomes_of(names)]
        found = factor_modes(measure, np.asarray(g.Y)[:, own], prior=method == "ebm")
        for part, values in zip((scores, errors), found, strict=True):
            frame = pd.DataFrame(values, index=g.rows, columns=list(names.latent))
            if g.name:
                frame.insert(0, "group", g.name)
            part.append(frame)
        row = pd.DataFrame({"factor": list(names.latent), "reliability": np.nan})
        if g.name:
            row.insert(0, "group", g.name)
        reliability.append(row)
    return FactorScores(
        pd.concat(scores).sort_index(), pd.concat(reliability, ignore_index=True), method,
        pd.concat(errors).sort_index(), REASON,
    )  # fmt: skip


def measurement_of(
    solution: OrdinalSolution, group: int, categories: Mapping[str, tuple[float, ...]]
) -> Measurement:
    """Read the measurement model of one group; refuse what breaks local independence."""
    names, block = solution.table.blocks[group], solution.model.blocks[group]
    state = states_of(solution)[group]
    p = block.p
    if not names.latent:
        raise InputError("the model has no latent variable")
    x = covariate_places(solution, group)
    own = np.setdiff1d(np.arange(p), x)
    A, S, m = fill(block, solution.theta)
    _check_independence(A, S, p, names.observed, own)
    residual = np.diag(S)[own]
    if (bad := own[residual <= 0]).size:
        raise NotSupported(
            "factor scores with ordered variables need residual variances above zero, not so for "
            f"{quoted([names.observed[i] for i in bad.tolist()])}"
        )
    ordered = np.array([names.observed[i] in names.ordered for i in own.tolist()])
    tau = block.tau.copy()
    tau[block.tau_row] = solution.theta[block.tau_free]
    most = max(len(categories[name]) for name in names.ordered)
    cuts = np.full((own.size, most + 1), np.nan)
    for v in np.flatnonzero(ordered):
        edges = tau[block.tau_item == own[v]]
        cuts[v, : edges.size + 2] = np.concatenate([[-np.inf], edges, [np.inf]])
    measure = Measurement(
        m[own], A[own, p:], residual, state.eta[p:], state.C[p:, p:], cuts, ordered
    )  # fmt: skip
    if not x.size:
        return measure
    return _given(measure, state, A[np.ix_(own, x)], np.asarray(solution.data.groups[group].Y), x)


def _given(measure: Measurement, state: State, direct: Floats, Y: Floats, x: Ints) -> Measurement:
    """Return how variables measure factors given each case's covariates."""
    p, C = state.mu.size, state.C
    X = Y[:, x]
    told = np.linalg.solve(C[np.ix_(x, x)], C[x, p:])
    mean = state.eta[p:] + (X - state.mu[x]) @ told
    return replace(
        measure, intercepts=measure.intercepts + X @ direct.T, mean=mean,
        covariance=C[p:, p:] - C[p:, x] @ told,
    )  # fmt: skip


def _check_independence(A: Floats, S: Floats, p: int, observed: tuple[str, ...], own: Ints) -> None:
    tied = own[np.argwhere(np.tril(S[np.ix_(own, own)] != 0, -1))]
    if tied.size:
        pairs = [f"{observed[j]} ~~ {observed[i]}" for i, j in tied.tolist()]
        raise NotSupported(
            f"factor scores with residual covariances ({quoted(pairs)}) and ordered variables are "
            "not supported: the answers are not independent given the factors"
        )
    if (A[:, own] != 0).any() or (S[own, p:] != 0).any():
        acting = (A[:, own] != 0).any(axis=0) | (S[own, p:] != 0).any(axis=1)
        names = [observed[j] for j in own[acting].tolist()]
        raise NotSupported(
            f"factor scores where observed variables ({quoted(names)}) act on others or covary "
            "with factors are not supported with ordered variables"
        )


__all__ = ["METHODS", "measurement_of", "ordinal_factor_scores"]
