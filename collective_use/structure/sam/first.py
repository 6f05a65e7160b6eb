"""The first step: every set of latent variables measured on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import EstimationError
from collective_use.numerics.moments import (
    Floats,
    GroupMoments,
    inverse,
    inverse_and_log_det,
    normal_weight,
)
from collective_use.numerics.sem.model import cells_of, jacobian
from collective_use.sem.data.data import SampleData
from collective_use.sem.engines.core import Solution, fit_table
from collective_use.sem.inference import covariance_of_estimates, information, inverted, states_of
from collective_use.sem.options import Options
from collective_use.sem.postfit.problems import Problem
from collective_use.sem.table.partable import ParameterTable
from collective_use.structure.sam.parts import (
    Measurement,
    Parts,
    with_fixed,
)


@dataclass(frozen=True, slots=True)
class FirstStep:
    """All measurement blocks, fitted.

    Attributes
    ----------
    parts
        The table taken apart.
    solutions, covariances
        By measurement block; None where errors could not be computed.
    values
        Estimates by row of the whole table.
    problems
        What makes a block doubtful.
    """

    parts: Parts
    solutions: tuple[Solution, ...]
    covariances: tuple[Floats, ...]
    values: dict[int, float]
    problems: tuple[Problem, ...]


def first_step(parts: Parts, sample: SampleData) -> FirstStep:
    """Fit every measurement block on its own.

    Raises
    ------
    EstimationError
        When a block is not identified on its own or its estimation does not converge.
    """
    solutions, covariances, problems = [], [], []
    values: dict[int, float] = {}
    for measured in parts.measurements:
        solution = _block_fit(measured, sample, bounded=False)
        if _negative(solution):
            problems.append(_heywood(measured, solution))
            solution = _block_fit(measured, sample, bounded=True)
        if not solution.optimum.converged:
            raise EstimationError(f"the measurement of {quoted(measured.factors)} did not converge")
        try:
            covariances.append(covariance_of_estimates(solution))
        except (EstimationError, ValueError) as problem:
            raise EstimationError(
                f"the measurement of {quoted(measured.factors)} is not identified on its own: "
                "sam needs at least three indicators, or two with equal loadings"
            ) from problem
        solutions.append(solution)
        for at, place in zip(measured.rows, measured.places, strict=True):
            row = solution.table.rows[place]
            values[at] = float(solution.theta[row.free - 1]) if row.free else row.start
    return FirstStep(parts, tuple(solutions), tuple(covariances), values, tuple(problems))


def _block_fit(measured: Measurement, sample: SampleData, *, bounded: bool) -> Solution:
    table = measured.table
    if table.n_free > len(table.blocks[0].observed) * (len(table.blocks[0].observed) + 1) // 2:
        table = _two_indicators(table, measured)
    if bounded:
        rows = tuple(
            row._replace(lower=0.0) if row.free and row.op == "~~" and row.lhs == row.rhs else row
            for row in table.rows
        )
        table = replace(table, rows=rows)
    return fit_table(table, subset(sample, table.blocks[0].observed), Options())


def _two_indicators(table: ParameterTable, measured: Measurement) -> ParameterTable:
    """Fix both loadings at 1 where a factor has only two indicators; refuse else."""
    if len(table.blocks[0].observed) == 2 and len(measured.factors) == 1:
        places = {i: 1.0 for i, row in enumerate(table.rows) if row.op == "=~" and row.free}
        return with_fixed(table, places)
    raise EstimationError(
        f"the measurement of {quoted(measured.factors)} has more parameters than moments: sam "
        "fits it on its own, so it needs more indicators or fewer error covariances"
    )


def subset(sample: SampleData, variables: Sequence[str]) -> SampleData:
    """Return a sample of some variables, in their order."""
    at = np.array([sample.variables.index(name) for name in variables], dtype=np.intp)
    group = sample.groups[0]
    cov = group.moments.cov[np.ix_(at, at)]
    parts = inverse_and_log_det(cov)
    chosen = GroupMoments(
        group.moments.n, group.moments.mean[at], cov, parts[1] if parts else -np.inf
    )
    own = replace(group, Y=None if group.Y is None else group.Y[:, at], moments=chosen)
    return replace(sample, variables=tuple(variables), groups=(own,))


def _negative(solution: Solution) -> bool:
    rows = solution.table.rows
    own = [r.free - 1 for r in rows if r.free and r.op == "~~" and r.lhs == r.rhs]
    return bool((solution.theta[own] < 0).any())


def _heywood(measured: Measurement, solution: Solution) -> Problem:
    names = [
        row.lhs
        for row in solution.table.rows
        if row.free and row.op == "~~" and row.lhs == row.rhs and solution.theta[row.free - 1] < 0
    ]
    return Problem(
        "variance",
        f"negative variance of {quoted(names)} in the measurement of {quoted(measured.factors)}: "
        "variances of this block were kept at zero or more",
    )


def blocks_jacobian(first: FirstStep, measured: int, kind: str) -> Floats:
    """Return d theta1 / d vech(S) of one block: ``I^-1 Delta' V``, S of its own indicators.

    With observed information this is the derivative at hand, with expected what it tends to.
    """
    solution = first.solutions[measured]
    state = states_of(solution)[0]
    cells = cells_of(solution.model.blocks[0])
    delta = jacobian(cells, state, solution.model.n_free, means=False)
    weight = normal_weight(inverse(state.Sigma), means=False)
    return np.asarray(inverted(solution, information(solution, kind)) @ delta.T @ weight)
