"""Structure after measurement at two levels: measurement of both levels together, by set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.moments import Floats, GroupMoments
from collective_use.numerics.structure.two_step import two_step_covariance
from collective_use.numerics.twolevel.objective import TwoLevelObjective
from collective_use.numerics.twolevel.saturated import saturated_complete
from collective_use.numerics.twolevel.unrestricted import Saturated
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import inverted
from collective_use.sem.lagrangian import observed_information
from collective_use.sem.postfit.problems import Problem
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.start import with_sample_moments
from collective_use.sem.twolevel.estimate import (
    Clustered,
    TwoLevelSolution,
    check_twolevel_table,
    fit_twolevel_table,
    read_clustered,
    relabelled,
    twolevel_options,
    twolevel_vcov,
    warn_few_clusters,
)
from collective_use.sem.twolevel.result import TwoLevelResult
from collective_use.structure.sam.first import FirstStep
from collective_use.structure.sam.joint import (
    first_covariance,
    places_of_steps,
    second_problems,
    whole_covariance,
)
from collective_use.structure.sam.latent import Latent, latent_moments, structural_fit
from collective_use.structure.sam.parts import Measurement, Parts, structural_table, take_apart
from collective_use.structure.sam.result import SamResult
from collective_use.syntax.model_text import ModelText

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("within", "between")


def sam_twolevel(
    model: ModelText, data: pd.DataFrame, *, method: str, mapping: str,
    cluster: tuple[str, ...], se: str | None,
) -> SamResult:  # fmt: skip
    """Fit a two-level model; arguments as `sam` takes them.

    Raises
    ------
    NotSupported
        For the global method at two levels.
    """
    if method != "local":
        raise NotSupported("method='global' at two levels is not supported: use 'local'")
    if len(cluster) != 1:
        raise InputError(f"level: blocks need one cluster column in cluster=, got {len(cluster)}")
    table = parameter_table(model, TableOptions(meanstructure=True, fixed_x=True))
    check_twolevel_table(table)
    options = twolevel_options(None, "listwise", None, None, None)
    clustered = read_clustered(data, table, cluster[0], None, ("",), options)
    complete = data.iloc[clustered.sample.groups[0].rows]
    parts = take_apart(table)
    first = _first_step(parts, complete, cluster[0])
    saturated = saturated_complete(clustered.statistics[0])
    # the place of a level's variables in the whole table is theirs in the moments
    values = dict(first.values)
    found = [_level(first, saturated, clustered, level, mapping) for level in (1, 2)]
    for solution, places, _ in found:
        for row, at in zip(solution.table.rows, places, strict=False):
            values[at] = float(solution.theta[row.free - 1]) if row.free else row.start
    joint = _joint(table, clustered, values, found[1][0])
    warn_few_clusters(table, clustered)
    chosen = se or "two.step"
    covariance = _errors(joint, first, chosen)
    latent = tuple(own for _, _, own in found)
    problems = (*first.problems, *_problems(joint, parts, latent, saturated))
    result = TwoLevelResult(
        joint, covariance, problems, "core", ("",), LEVELS, model.source, clustered=clustered
    )
    return SamResult(result, method, mapping, chosen, first, None, latent, problems)


def _first_step(parts: Parts, data: pd.DataFrame, cluster: str) -> FirstStep:
    solutions, covariances, problems = [], [], []
    values: dict[int, float] = {}
    for measured in parts.measurements:
        solution = _set_fit(measured.table, data, cluster)
        negative = _negative(solution)
        if negative:
            text = (
                f"negative variance of {quoted(negative)} in the measurement of "
                f"{quoted(measured.factors)}: variances of this set were kept at zero or more"
            )
            problems.append(Problem("variance", text))
            solution = _set_fit(_bounded(measured.table), data, cluster)
        covariances.append(_covariance(measured, solution))
        solutions.append(solution)
        for at, place in zip(measured.rows, measured.places, strict=True):
            row = solution.table.rows[place]
            values[at] = float(solution.theta[row.free - 1]) if row.free else row.start
    return FirstStep(parts, tuple(solutions), tuple(covariances), values, tuple(problems))


def _covariance(measured: Measurement, solution: TwoLevelSolution) -> Floats:
    """Return the covariance of a set's estimates; variances at zero are taken as known."""
    if not solution.optimum.converged:
        raise EstimationError(f"the measurement of {quoted(measured.factors)} did not converge")
    rows = solution.table.rows
    q = solution.table.n_free
    held = {r.free - 1 for r in rows if r.free and abs(solution.theta[r.free - 1] - r.lower) < 1e-8}
    open_places = np.array([k for k in range(q) if k not in held], dtype=np.intp)
    if not held:
        found = twolevel_vcov(solution)
    else:
        H = observed_information(solution)[np.ix_(open_places, open_places)]
        found = np.zeros((q, q))
        found[np.ix_(open_places, open_places)] = np.linalg.pinv(H) / solution.data.n
    if found is None:
        raise EstimationError(
            f"the measurement of {quoted(measured.factors)} is not identified on its own"
        )
    return found


def _set_fit(table: ParameterTable, data: pd.DataFrame, cluster: str) -> TwoLevelSolution:
    options = twolevel_options(None, "listwise", None, None, None)
    return fit_twolevel_table(
        table, read_clustered(data, table, cluster, None, ("",), options), options
    )


def _bounded(table: ParameterTable) -> ParameterTable:
    rows = tuple(
        row._replace(lower=0.0) if row.free and row.op == "~~" and row.lhs == row.rhs else row
        for row in table.rows
    )
    return replace(table, rows=rows)


def _negative(solution: Solution) -> list[str]:
    return [
        f"{row.lhs} ({LEVELS[row.level - 1]})"
        for row in solution.table.rows
        if row.free and row.op == "~~" and row.lhs == row.rhs and solution.theta[row.free - 1] < 0
    ]


def _level(
    first: FirstStep, saturated: Saturated, clustered: Clustered, level: int, mapping: str
) -> tuple[Solution, tuple[int, ...], Latent]:
    table, places = structural_table(first.parts, level)
    cov = saturated.Sw if level == 1 else saturated.Sb
    n = float(clustered.sample.n)
    latent = latent_moments(first, GroupMoments(n, np.zeros(len(cov)), cov, 0.0), level, mapping)
    n = n if level == 1 else float(clustered.statistics[0].J)
    return structural_fit(table, latent, n), places, latent


def _joint(
    table: ParameterTable, clustered: Clustered, values: dict[int, float], reached: Solution
) -> TwoLevelSolution:
    flat = with_sample_moments(relabelled(table), clustered.covariates)
    rows = tuple(
        row._replace(start=other.start) for row, other in zip(table.rows, flat.rows, strict=True)
    )
    filled = replace(table, rows=rows)
    theta = np.zeros(table.n_free)
    means = _means(filled, clustered)
    for i, row in enumerate(filled.rows):
        if row.free:
            theta[row.free - 1] = values[i] if i in values else means[row.level, row.lhs]
    model = compile_model(filled)
    objective = TwoLevelObjective(model, clustered.likelihoods)
    optimum = replace(reached.optimum, theta=theta, value=objective.value(theta))
    options = twolevel_options(None, "listwise", None, None, None)
    return TwoLevelSolution(
        filled, model, clustered.sample, options, objective, objective, optimum, None,
        read_constraints(filled),
    )  # fmt: skip


def _means(table: ParameterTable, clustered: Clustered) -> dict[tuple[int, str], float]:
    """Return free means of structural variables: those of the unrestricted model."""
    saturated = saturated_complete(clustered.statistics[0])
    out = {}
    for level, mean in ((1, saturated.mu_w), (2, saturated.mu_b)):
        for name, value in zip(table.block(1, level).observed, mean, strict=True):
            out[level, name] = float(value)
    return out


class _Clusters(Protocol):
    """An objective that knows what each cluster contributes."""

    def cluster_scores(self, theta: Floats, /) -> Sequence[Floats]: ...


def _by_cluster(solution: Solution) -> Floats:
    """Return (clusters, parameters) scores of a two-level solution."""
    return cast("_Clusters", solution.objective).cluster_scores(solution.theta)[0]


def _errors(joint: Solution, first: FirstStep, se: str) -> Floats:
    one, two = places_of_steps(joint.table, first)
    info = observed_information(joint)
    if se != "robust":
        known = first_covariance(joint.table, first, one)
        steps = two_step_covariance(info, one, two, known, joint.data.n)
        return whole_covariance(joint, first, steps, naive=se == "naive")
    scores = _by_cluster(joint)
    moved = np.zeros_like(scores)
    for solution, measured in zip(first.solutions, first.parts.measurements, strict=True):
        by = _by_cluster(solution) @ inverted(solution, observed_information(solution))
        for i, place in zip(measured.rows, measured.places, strict=True):
            free, whole = solution.table.rows[place].free, joint.table.rows[i].free
            if free and whole:
                moved[:, whole - 1] = by[:, free - 1]
    second = scores[:, two] - moved[:, one] @ info[np.ix_(one, two)]
    moved[:, two] = second @ np.linalg.inv(info[np.ix_(two, two)])
    moved -= moved.mean(axis=0)
    J = moved.shape[0]
    return np.asarray(moved.T @ moved / joint.data.n**2 * J / (J - 1))


def _problems(
    joint: Solution, parts: Parts, latent: tuple[Latent, ...], saturated: Saturated
) -> list[Problem]:
    found = second_problems(joint, parts, None)
    for name, own in zip(LEVELS, latent, strict=True):
        if own.share < 1:
            text = (
                f"{name}: the error variance exceeds what is observed of the latent variables; "
                f"{own.share:.0%} of it was taken off (Fuller's correction)"
            )
            found.append(Problem("matrix", text))
    if saturated.rank < len(saturated.Sb):
        text = (
            "the unrestricted covariances between clusters lie on the border of what is possible: "
            "there are few clusters, or little varies between them"
        )
        found.append(Problem("data", text))
    return found
