"""Ways that fit covariances between groups: of means, cleared of sampling error, or of halves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import EstimationError
from collective_use.numerics.moments import Floats, GroupMoments, inverse_and_log_det, vech
from collective_use.numerics.sem.many import fit_many
from collective_use.numerics.sem.model import cells_of, jacobian
from collective_use.numerics.structure.between import (
    between_covariances,
    halves,
    influence,
    jackknife,
    left_out,
    nudged,
)
from collective_use.numerics.structure.two_step import trace_of_test
from collective_use.sem.data.data import GroupData, SampleData
from collective_use.sem.engines.core import Solution, fit_table, thread_controller
from collective_use.sem.goodness.baseline import independence_solution
from collective_use.sem.goodness.tests_of_fit import ChiSquare, p_of
from collective_use.sem.inference import covariance_of_estimates, states_of
from collective_use.sem.options import Options
from collective_use.sem.postfit.problems import Problem, find_problems
from collective_use.sem.result import SemResult
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.partable import ParameterTable
from collective_use.structure.ways.data import Measured

Covariances = Callable[[Floats], Floats]
"""From weights of groups (R, G) to covariances between them (R, J, J)."""

SPLITS = 200
"""Random splits of every group that the way `split` averages over."""


@dataclass(frozen=True)
class MomentFit:
    """A structure fitted to covariances between groups.

    Attributes
    ----------
    fit
        Estimates with errors from each group's influence.
    covariances
        What was fitted, for any weights of the groups: bootstraps draw through it.
    scaled
        Chi-square of the model and of independence, scaled for what the covariances are.
    df
        Degrees of freedom of t: groups less the largest equation's coefficients.
    problems
        What makes the solution doubtful.
    """

    fit: SemResult
    covariances: Covariances
    scaled: tuple[ChiSquare, ChiSquare] | None
    df: int
    problems: tuple[Problem, ...]


def corrected_covariances(data: Measured) -> Covariances:
    """Return covariances between groups cleared of sampling error.

    Raises
    ------
    EstimationError
        When a measure has no variance between groups left.
    """
    whole = between_covariances(data.parts, np.ones((1, len(data.groups))))
    spread = np.diag(whole.observed[0] - whole.error[0])
    none = [name for name, value in zip(data.names, spread, strict=True) if value <= 0]
    if none:
        raise EstimationError(
            f"{quoted(none)} has no variance between groups left once the sampling error of group "
            "means is taken off (it is negative): groups do not differ in it more than chance "
            "makes them; no structure can be fitted to it"
        )
    return lambda weights: between_covariances(data.parts, weights).corrected


def plain_covariances(data: Measured) -> Covariances:
    """Return covariances of the groups' values as they are."""
    return lambda weights: between_covariances(data.parts, weights).observed


def split_covariances(data: Measured, stages: dict[str, int], seed: int | None) -> Covariances:
    """Return covariances in which measures of different stages come from different members.

    Every group is split at random many times; measures that explain each other are taken from
    different halves, so that no person's mood or style stands on both sides of a path. Members
    of a half are fewer, so values carry more sampling error and paths are drawn towards zero.

    Parameters
    ----------
    data
        Groups.
    stages
        Stage of each measure: 0 for what only explains, 1 for what it explains, ...
    seed
        Begins the splits.
    """
    rng = np.random.default_rng(seed)
    G, J = data.parts.means.shape
    order = np.array([stages[name] for name in data.names])
    across = order[:, None] != order[None, :]
    total, count = np.zeros((G, J, J)), np.zeros((G, J, J))
    centre = data.parts.means.mean(axis=0)
    exact = np.array([name in data.exact for name in data.names])
    for _ in range(SPLITS):
        found = halves(data.persons, data.codes, G, rng)
        found[:, :, exact] = data.parts.means[:, exact]
        a, b = found - centre
        own = (a[:, :, None] * a[:, None, :] + b[:, :, None] * b[:, None, :]) / 2
        other = (a[:, :, None] * b[:, None, :] + b[:, :, None] * a[:, None, :]) / 2
        chosen = np.where(across, other, own)
        known = ~np.isnan(chosen)
        total += np.where(known, chosen, 0.0)
        count += known
    if (count == 0).any():
        raise EstimationError("a group has too few answers to be split in halves")
    products = (total / count).reshape(G, J * J)

    def covariances(weights: Floats) -> Floats:
        n = weights.sum(axis=1)
        shift = weights @ (data.parts.means - centre) / n[:, None]
        crossed = (weights @ products).reshape(-1, J, J)
        crossed = crossed - n[:, None, None] * shift[:, :, None] * shift[:, None, :]
        return np.asarray(crossed / (n - 1)[:, None, None])

    return covariances


def fit_moments(syntax: str, data: Measured, covariances: Covariances) -> MomentFit:
    """Fit a model of observed measures to covariances between groups.

    Raises
    ------
    EstimationError
        When the covariances are not positive definite or the estimation fails.
    """
    table = parameter_table(syntax, TableOptions(meanstructure=False, fixed_x=False))
    order = [data.names.index(name) for name in table.blocks[0].observed]
    G = len(data.groups)

    def ordered(weights: Floats) -> Floats:
        return covariances(weights)[:, order][:, :, order]

    cov = ordered(np.ones((1, G)))[0]
    with thread_controller().limit(limits=1):
        solution = _solution(table, cov, G)
        q = table.n_free
        replicates = refitted(solution, ordered(nudged(G)))
        if np.isnan(replicates).any():
            bad = int(np.isnan(replicates).any(axis=1).sum())
            text = f"with one group counting a little more or less, {bad} of {2 * G} fits failed"
            raise EstimationError(f"{text}: the structure rests on single groups")
        df = _df(table, G)
        vcov = influence(replicates, G - df)
        again = ordered(left_out(G))
        problems = find_problems(solution, vcov if q else None)
        fit = SemResult(solution, vcov, problems, "core", ("",), ("",), syntax)
        gamma = jackknife(np.array([vech(S) for S in again])) * G
        scaled = _scaled(solution, gamma)
    return MomentFit(fit, ordered, scaled, df, problems)


def _solution(table: ParameterTable, cov: Floats, n: int) -> Solution:
    parts = inverse_and_log_det(cov)
    if parts is None:
        raise EstimationError(
            "the covariances between groups are not positive definite: there are fewer groups "
            "than measures, or two measures are one and the same"
        )
    names = table.blocks[0].observed
    moments = GroupMoments(float(n), np.zeros(len(names)), cov, parts[1])
    group = GroupData("", None, moments, np.zeros(0, dtype=np.intp))
    solution = fit_table(table, SampleData(names, (group,), float(n), n), Options())
    if not solution.optimum.converged:
        raise EstimationError(f"the structure did not converge ({solution.optimum.message})")
    _identified(solution)
    return solution


def _identified(solution: Solution) -> None:
    """Raise when no data can tell the parameters apart, with their names."""
    if solution.df < 0:
        raise EstimationError(
            f"no data can identify this model: it has {solution.n_parameters} free parameters for "
            f"{solution.n_parameters + solution.df} variances and covariances of its measures; "
            "take a path or a covariance out, or fix one"
        )
    try:
        covariance_of_estimates(solution)
    except (EstimationError, np.linalg.LinAlgError):
        told = [p.text for p in find_problems(solution, None) if "not identified" in p.text]
        text = told[0] if told else "the information about its parameters is singular"
        text = text.removesuffix("; there are no standard errors")
        raise EstimationError(f"no data can identify this model: {text}") from None


def refitted(solution: Solution, covariances: Floats) -> Floats:
    """Return estimates (R, q) of the same model for other covariances; NaN where a fit fails."""
    found = fit_many(
        solution.model, covariances, int(solution.data.n), max(solution.df, 0), solution.theta,
        solution.basis,
    )  # fmt: skip
    return np.where(found.converged[:, None], found.theta, np.nan)


def _scaled(solution: Solution, gamma: Floats) -> tuple[ChiSquare, ChiSquare] | None:
    if solution.df <= 0:
        return None
    return _one_scaled(solution, gamma), _one_scaled(independence_solution(solution), gamma)


def _one_scaled(solution: Solution, gamma: Floats) -> ChiSquare:
    state = states_of(solution)[0]
    cells = cells_of(solution.model.blocks[0])
    delta = jacobian(cells, state, solution.model.n_free, means=False)
    trace = trace_of_test(state.Sigma, delta, gamma)
    statistic = max(2 * solution.data.n * solution.objective.value(solution.theta), 0.0)
    df = solution.df
    if trace <= 0:
        return ChiSquare("satorra.bentler", float("nan"), df, float("nan"))
    value = statistic * df / trace
    return ChiSquare("satorra.bentler", value, df, p_of(value, df), trace / df, 0.0, trace)


def _df(table: ParameterTable, groups: int) -> int:
    counts: dict[str, int] = {}
    for row in table.rows:
        if row.op == "~":
            counts[row.lhs] = counts.get(row.lhs, 0) + 1
    return max(groups - max(counts.values(), default=0) - 1, 1)
