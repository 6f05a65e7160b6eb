"""The whole model at the estimates of both steps, with their errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from collective_use.numerics.moments import (
    Floats,
    Ints,
)
from collective_use.numerics.search.optimise import Optimum
from collective_use.numerics.structure.two_step import TwoStep, two_step_covariance
from collective_use.sem.data.data import SampleData
from collective_use.sem.engines.core import Solution, make_objective
from collective_use.sem.inference import information
from collective_use.sem.options import Options
from collective_use.sem.postfit.problems import Problem, find_problems
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import ParameterTable
from collective_use.structure.sam.first import FirstStep
from collective_use.structure.sam.latent import Latent
from collective_use.structure.sam.parts import (
    Measurement,
    Parts,
)


def joint_solution(
    table: ParameterTable, sample: SampleData, values: dict[int, float], reached: Optimum
) -> Solution:
    """Return the whole model at the estimates of both steps."""
    theta = np.zeros(table.n_free)
    for i, row in enumerate(table.rows):
        if row.free:
            theta[row.free - 1] = values[i]
    model = compile_model(table)
    objective, shared = make_objective(model, sample, Options(), table)
    optimum = replace(reached, theta=theta, value=objective.value(theta))
    return Solution(
        table, model, sample, Options(), objective, shared, optimum, None, read_constraints(table)
    )


def errors_of_steps(joint: Solution, first: FirstStep) -> TwoStep:
    """Return the errors of the second step, corrected for the first."""
    one, two = places_of_steps(joint.table, first)
    return two_step_covariance(
        information(joint), one, two, first_covariance(joint.table, first, one), joint.data.n
    )


def places_of_steps(table: ParameterTable, first: FirstStep) -> tuple[Ints, Ints]:
    """Return where free parameters of both steps stand in the whole vector."""
    one = sorted({table.rows[i].free - 1 for i in first.values if table.rows[i].free})
    two = sorted(set(range(table.n_free)) - set(one))
    return np.array(one, dtype=np.intp), np.array(two, dtype=np.intp)


def first_covariance(table: ParameterTable, first: FirstStep, one: Ints) -> Floats:
    """Return the covariance of all measurement parameters; blocks do not covary."""
    at = {int(place): k for k, place in enumerate(one)}
    out = np.zeros((one.size, one.size))
    for measured, covariance in zip(first.parts.measurements, first.covariances, strict=True):
        whole, own = _block_places(table, measured, at, first)
        out[np.ix_(whole, whole)] = covariance[np.ix_(own, own)]
    return out


def _block_places(
    table: ParameterTable, measured: Measurement, at: dict[int, int], first: FirstStep
) -> tuple[list[int], list[int]]:
    solution = first.solutions[first.parts.measurements.index(measured)]
    whole, own = [], []
    for i, place in zip(measured.rows, measured.places, strict=True):
        row = solution.table.rows[place]
        if row.free and table.rows[i].free and at[table.rows[i].free - 1] not in whole:
            whole.append(at[table.rows[i].free - 1])
            own.append(row.free - 1)
    return whole, own


def whole_covariance(joint: Solution, first: FirstStep, steps: TwoStep, *, naive: bool) -> Floats:
    """Return the covariance of all estimates (q, q)."""
    one, two = places_of_steps(joint.table, first)
    out = np.zeros((joint.table.n_free, joint.table.n_free))
    out[np.ix_(one, one)] = first_covariance(joint.table, first, one)
    out[np.ix_(two, two)] = steps.naive if naive else steps.naive + steps.added
    if not naive:
        out[np.ix_(two, one)] = steps.cross
        out[np.ix_(one, two)] = steps.cross.T
    return out


def second_problems(joint: Solution, parts: Parts, latent: Latent | None) -> list[Problem]:
    found = [p for p in find_problems(joint, None) if p.kind in ("variance", "data")]
    if latent is not None and latent.share < 1:
        text = (
            "the error variance exceeds what is observed of the latent variables; "
            f"{latent.share:.0%} of it was taken off (Fuller's correction), so paths are drawn "
            "towards what error makes of them"
        )
        found.append(Problem("matrix", text))
    return found
