"""Residuals of the moments, and explained variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import one_of
from collective_use.errors import EstimationError, NotSupported
from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    adf_gamma,
    inverse,
    normal_weight,
    vech,
)
from collective_use.numerics.sem.fiml import FimlObjective
from collective_use.numerics.sem.model import cells_of, fill, jacobian
from collective_use.numerics.sem.objective import NormalObjective, saturated_block
from collective_use.numerics.sem.residual_errors import ErrorPart, standardized
from collective_use.results import Result, Table, table_of
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.tests_of_fit import (
    incomplete_information,
    kept_moments,
    weight_matrix,
)
from collective_use.sem.inference import covariate_places, information, inverted, states_of
from collective_use.sem.options import LEVELS, Level
from collective_use.sem.table.compiled import variables_of

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("raw", "correlation", "normalized", "standardized")
MEAN_COLUMNS = ["group", "lhs", *KINDS]


@dataclass(frozen=True)
class SemResiduals(Result):
    """Differences between sample and implied moments.

    Attributes
    ----------
    covariances
        Columns ``group lhs rhs raw correlation normalized standardized``, lower triangle; z-values
        are NaN where `reason` says why. Models with levels have a column ``level`` after
        ``group``.
    means
        The same for means, empty without mean structure. Ordered variables have none.
    reason
        Why z-values are missing, or empty.
    thresholds
        The same for thresholds of ordered variables (``rhs`` is ``t1``, ``t2``, ...), else None.
    slopes
        The same for slopes on covariates that ordered variables are conditional on, else None;
        ``correlation`` is the residual of the slope by standard deviations of both.
    """

    covariances: pd.DataFrame
    means: pd.DataFrame
    reason: str = ""
    thresholds: pd.DataFrame | None = None
    slopes: pd.DataFrame | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return the residuals of the covariances."""
        return self.covariances

    def tables(self) -> tuple[Table, ...]:
        """Return covariances, means, thresholds and slopes, with the reason of what is missing."""
        why = (self.reason,) if self.reason else ()
        parts = (
            ("covariances", self.covariances),
            ("means", self.means),
            ("thresholds", self.thresholds),
            ("slopes", self.slopes),
        )
        return tuple(
            table_of(f"Residuals: {title}", frame, notes=why)
            for title, frame in parts
            if frame is not None and len(frame)
        )

    def matrix(self, kind: str = "raw", number: int = 1, level: Level = "within") -> pd.DataFrame:
        """Return one kind of residuals of one group, by number, and level."""
        one_of("kind", kind, KINDS)
        one_of("number", number, list(dict.fromkeys(self.covariances["group"])))
        if "level" in self.covariances:
            one_of("level", level, LEVELS)
        part = self.covariances[self.covariances["group"] == number]
        if "level" in part:
            part = part[part["level"] == LEVELS.index(level) + 1]
        wide = part.pivot_table(index="lhs", columns="rhs", values=kind, sort=False)
        names = list(dict.fromkeys([*part["rhs"], *part["lhs"]]))
        wide = wide.reindex(index=names, columns=names)
        return wide.combine_first(wide.T).loc[names, names]


def residuals(solution: Solution, saturated: list[GroupMoments]) -> SemResiduals:
    """Return raw, correlation, normalised and standardized residuals.

    Normalised residuals are divided by the error of the sample moment, standardized ones by the
    error of the residual itself.

    References
    ----------
    Bollen (1989), Structural equations with latent variables, p. 257; Hausman (1978),
    Econometrica 46:1251 (standardized).
    """
    import pandas as pd

    covariances, means, reason = [], [], ""
    try:
        known = _z_values(solution, saturated)
    except (EstimationError, NotSupported) as error:
        known, reason = [], str(error)
    for i, s in enumerate(saturated):
        state = states_of(solution)[i]
        use_means = solution.model.meanstructure
        first = s.mean.size if use_means else 0
        ds, dm = np.sqrt(np.diag(s.cov)), np.sqrt(np.diag(state.Sigma))
        raw = vech(s.cov - state.Sigma)
        correlation = vech(s.cov / np.outer(ds, ds) - state.Sigma / np.outer(dm, dm))
        raw_mean = s.mean - state.mu
        if known:
            z = known[i]
        else:
            z = np.full(raw.size + first, np.nan), np.full(raw.size + first, np.nan)
        names = solution.table.blocks[i].observed
        cols, rows = np.triu_indices(len(names))
        pairs = {"lhs": [names[r] for r in rows], "rhs": [names[c] for c in cols]}
        parts = (raw, correlation, z[0][first:], z[1][first:])
        covariances.append(_frame(i + 1, pairs, parts))
        if use_means:
            parts = (raw_mean, raw_mean / ds, z[0][:first], z[1][:first])
            means.append(_frame(i + 1, {"lhs": list(names)}, parts))
    return SemResiduals(
        pd.concat(covariances, ignore_index=True),
        pd.concat(means, ignore_index=True) if means else pd.DataFrame(columns=MEAN_COLUMNS),
        reason,
    )


def _frame(group: int, names: Mapping[str, list[str]], parts: Sequence[Floats]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"group": group, **names, **dict(zip(KINDS, parts, strict=True))})


def _z_values(solution: Solution, saturated: Sequence[GroupMoments]) -> list[tuple[Floats, Floats]]:
    """Return normalised and standardized residuals by group, means before covariances."""
    kind = "structured" if solution.options.information == "expected" else "h1"
    A0 = inverted(solution, information(solution, kind))
    means, q, states = solution.model.meanstructure, solution.model.n_free, states_of(solution)
    parts, residuals = [], []
    for i, s in enumerate(saturated):
        D = jacobian(cells_of(solution.model.blocks[i]), states[i], q, means=means)
        pull = solution.data.shares[i] * (A0 @ D.T @ _structured(solution, i))
        parts.append(ErrorPart(moment_covariance(solution, i, s), D, pull))
        raw = vech(s.cov - states[i].Sigma)
        residuals.append(np.concatenate([s.mean - states[i].mu, raw]) if means else raw)
    return standardized(parts, residuals)


def moment_covariance(solution: Solution, group: int, s: GroupMoments) -> Floats:
    """Return the covariance of the sample moments of one group, order (mean, vech S).

    Moments of fixed covariates do not vary: their rows are 0, and the rest is given them.
    """
    g = solution.data.groups[group]
    means = solution.model.meanstructure
    robust = solution.options.se.startswith("robust")
    if solution.options.se == "robust.cluster" or g.weights is not None:
        raise NotSupported("z-values of residuals with clusters or weights are not supported")
    if g.omega is not None:
        return g.omega / g.moments.n
    if g.patterns:
        A, B = incomplete_information(g, s)
        Ai = _inverse_of_kept(A, solution, group)
        return (Ai @ B @ Ai if robust else Ai) / g.moments.n
    function = solution.options.function
    if robust or function in ("ULS", "DWLS", "WLS"):
        if g.Y is None:
            raise NotSupported("z-values of residuals need the cases for this estimator")
        gamma = adf_gamma(g.Y, s.mean, covariate_places(solution, group), means=means)
        return gamma / g.moments.n
    weight = normal_weight(inverse(s.cov), means=means)
    return _inverse_of_kept(weight, solution, group) / g.moments.n


def _inverse_of_kept(full: Floats, solution: Solution, group: int) -> Floats:
    """Invert the information of the moments that are not of fixed covariates, 0 elsewhere."""
    p = solution.model.blocks[group].p
    means = solution.model.meanstructure
    keep = kept_moments(p, covariate_places(solution, group), means=means)
    place = np.ix_(keep, keep)
    out = np.zeros_like(full)
    out[place] = inverse(full[place])
    return out


def _structured(solution: Solution, group: int) -> Floats:
    """Return the saturated information at the implied moments, of the options' kind."""
    g = solution.data.groups[group]
    state = states_of(solution)[group]
    if solution.options.function != "ML":
        return weight_matrix(solution, group)
    p = state.mu.size
    means = solution.model.meanstructure
    model, _ = saturated_block(p)
    mu = state.mu if means else g.moments.mean
    theta = np.concatenate([mu, vech(state.Sigma)])
    objective: FimlObjective | NormalObjective
    if g.patterns:
        objective = FimlObjective(model, [g.patterns], np.ones(1))
    else:
        objective = NormalObjective(model, [g.moments], np.ones(1))
    expected = solution.options.information == "expected"
    full = objective.fisher(theta) if expected else objective.hessian(theta)
    return full if means else full[p:, p:]


def r_square(solution: Solution) -> pd.DataFrame:
    """Return the share of variance explained of every explained variable.

    Columns ``group variable r_square``, with ``level`` after ``group`` when the model has levels;
    a negative residual variance gives NaN.
    """
    import pandas as pd

    data = []
    for names, block, state in zip(
        solution.table.blocks, solution.model.blocks, states_of(solution), strict=True
    ):
        _, S, _ = fill(block, solution.theta)
        explained = set(block.a_row.tolist()) | set(np.flatnonzero((block.A != 0).any(axis=1)))
        for k, name in enumerate(variables_of(names)):
            if k in explained:
                total, rest = state.C[k, k], S[k, k]
                value = 1 - rest / total if rest >= 0 and total > 0 else np.nan
                data.append((names.group, names.level, name, value))
    out = pd.DataFrame(data, columns=["group", "level", "variable", "r_square"])
    return out if solution.table.n_levels > 1 else out.drop(columns="level")
