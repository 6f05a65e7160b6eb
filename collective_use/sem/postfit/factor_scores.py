"""Factor scores and how reliable they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from collective_use.accepted import PlainDict
from collective_use.checks import one_of
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.moments import Floats, Ints, inverse
from collective_use.numerics.sem.model import State, fill
from collective_use.results import Result, Table, plain, table_of
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import states_of

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("regression", "bartlett")
SHOWN = 10
"""How many scores are printed."""


@dataclass(frozen=True)
class FactorScores(Result):
    """Factor scores of all cases.

    Attributes
    ----------
    scores
        One row per case used, by row number of the data; ``group`` first when there are groups.
    reliability
        By group and factor: squared correlation of score and factor under the model, complete
        cases.
    method
        ``"regression"`` or ``"bartlett"``; with ordered variables ``"ebm"`` or ``"ml"``.
    errors
        Standard error of every score where it differs from case to case (ordered variables), else
        None.
    reason
        Why reliabilities are missing, or empty.
    """

    scores: pd.DataFrame
    reliability: pd.DataFrame
    method: str
    errors: pd.DataFrame | None = None
    reason: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return the scores."""
        return self.scores

    def to_dict(self) -> PlainDict:
        """Return all fields as plain values, every row with its row number or cluster."""
        out = super().to_dict() | {"scores": plain(_with_index(self.scores))}
        return out if self.errors is None else out | {"errors": plain(_with_index(self.errors))}

    def tables(self) -> tuple[Table, ...]:
        """Return the first scores and the reliabilities."""
        more = len(self.scores) - SHOWN
        notes = (f"{more} more rows in scores",) if more > 0 else ()
        first = table_of(
            f"Factor scores ({self.method})", _with_index(self.scores.head(SHOWN)), notes=notes
        )
        why = (self.reason,) if self.reason else ()
        return first, table_of("Reliability", self.reliability, notes=why)


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename_axis(str(frame.index.name or "row")).reset_index()


def score_weights(solution: Solution, group: int, method: str, seen: Ints | None = None) -> Floats:
    """Return the weights W (m, k) of ``E(eta) + W (y - mu)`` for the observed variables `seen`.

    A factor that no variable of `seen` depends on has no Bartlett score: its weights are NaN.
    """
    block = solution.model.blocks[group]
    state: State = states_of(solution)[group]
    p = block.p
    o = np.arange(p) if seen is None else seen
    C = state.C
    if method == "regression":
        return np.asarray(C[p:, o] @ inverse(state.Sigma[np.ix_(o, o)]))
    A, S, _ = fill(block, solution.theta)
    T = inverse(np.eye(p) - A[:p, :p])
    loadings = (T @ A[:p, p:])[o]
    residual = (T @ S[:p, :p] @ T.T)[np.ix_(o, o)]
    measured = np.ones(loadings.shape[1], dtype=bool)
    if seen is not None:
        measured = (loadings != 0).any(axis=0)
    loadings = loadings[:, measured]
    if np.linalg.matrix_rank(loadings) < loadings.shape[1]:
        raise EstimationError("Bartlett scores need every factor to load on observed variables")
    out = np.full((measured.size, o.size), np.nan)
    try:
        inner = np.linalg.solve(residual, loadings)
        out[measured] = np.linalg.solve(loadings.T @ inner, inner.T)
        return out
    except np.linalg.LinAlgError:
        raise EstimationError("Bartlett scores need residual variances above zero") from None


def factor_scores(solution: Solution, method: str = "regression") -> FactorScores:
    """Compute factor scores; with missing values from what each case has.

    Parameters
    ----------
    solution
        The solution.
    method
        ``"regression"`` (Thomson 1939; Thurstone 1935) or ``"bartlett"`` (Bartlett 1937).

    Raises
    ------
    InputError
        When only moments were given, or the model has no latent variable.
    """
    import pandas as pd

    one_of("method", method, METHODS)
    frames, reliabilities = [], []
    for i, (g, block) in enumerate(zip(solution.data.groups, solution.table.blocks, strict=True)):
        if g.Y is None:
            raise InputError("factor scores need the cases, not only their moments")
        if g.omega is not None and np.isnan(g.Y).any():
            raise NotSupported(
                "factor scores with missing='two.stage' are not supported: use missing='fiml', "
                "where every case is scored by what it has"
            )
        if not block.latent:
            raise InputError("the model has no latent variable")
        values = _of_group(solution, i, method)
        frame = pd.DataFrame(values, index=g.rows, columns=list(block.latent))
        reliability = pd.DataFrame(
            {"factor": list(block.latent), "reliability": _reliability(solution, i, method)}
        )
        if g.name:
            frame.insert(0, "group", g.name)
            reliability.insert(0, "group", g.name)
        frames.append(frame)
        reliabilities.append(reliability)
    scores = pd.concat(frames).sort_index()
    return FactorScores(scores, pd.concat(reliabilities, ignore_index=True), method)


def _of_group(solution: Solution, group: int, method: str) -> Floats:
    g = solution.data.groups[group]
    Y = np.asarray(g.Y)
    block = solution.model.blocks[group]
    state = states_of(solution)[group]
    means = solution.model.meanstructure
    mu = state.mu if means else g.moments.mean
    eta = state.eta[block.p :] if means else np.zeros(block.t - block.p)
    if not g.patterns:
        W = score_weights(solution, group, method)
        return np.asarray(eta + (Y - mu) @ W.T)
    out = np.full((Y.shape[0], eta.size), np.nan)
    for pattern in g.patterns:
        try:
            W = score_weights(solution, group, method, pattern.seen)
        except EstimationError:
            continue
        place = np.ix_(pattern.cases, pattern.seen)
        out[pattern.cases] = eta + (Y[place] - mu[pattern.seen]) @ W.T
    return out


def _reliability(solution: Solution, group: int, method: str) -> Floats:
    state = states_of(solution)[group]
    p = solution.model.blocks[group].p
    W = score_weights(solution, group, method)
    covariance = np.diag(W @ state.C[:p, p:])
    spread = np.diag(W @ state.Sigma @ W.T)
    variance = np.diag(state.C)[p:]
    return np.asarray(covariance**2 / (spread * variance))
