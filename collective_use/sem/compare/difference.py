"""What the difference of two nested models restricts, read from their parameter tables."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.numerics.search.optimise import Optimum
from collective_use.numerics.sem.difference_tests import (
    Difference,
    corrected_difference,
    difference_traces,
    restriction_from_jacobians,
)
from collective_use.numerics.sem.model import cells_of, jacobian
from collective_use.numerics.twolevel.objective import TwoLevelObjective
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.tests_of_fit import ChiSquare, scaled_test
from collective_use.sem.inference import information, inverted, moment_meat, states_of
from collective_use.sem.ordinal.estimate import ordinal_meat
from collective_use.sem.postfit.standardized import value_of
from collective_use.sem.table.constraints import evaluate
from collective_use.sem.table.partable import CONSTRAINTS

if TYPE_CHECKING:
    from collective_use.sem.result import SemResult

A_METHODS = ("delta", "exact")


def satorra_2000(
    small: SemResult, large: SemResult, difference: float, df: float,
    a_method: str, correction: str,
) -> Difference:  # fmt: skip
    """Correct a chi-square difference by Satorra (2000).

    Parameters
    ----------
    small, large
        The nested models.
    difference, df
        Of their uncorrected statistics.
    a_method
        ``"delta"``: the restriction from the derivatives of both models' moments; ``"exact"``: from
        the parameter tables, at the larger model's estimates.
    correction
        See `difference_tests.CORRECTIONS`.

    Raises
    ------
    NotSupported
        Where the covariance of the statistics is not that of independent complete cases.
    """
    a, b = large.solution, small.solution
    _check(a)
    A = _by_derivatives(a, b) if a_method == "delta" else exact_restriction(a, b)
    inverse = inverted(a, information(a))
    objective: Any = a.shared
    ordinal = isinstance(objective, OrdinalObjective)
    meat = ordinal_meat(a, objective.groups) if ordinal else moment_meat(a)
    trace, square = difference_traces(inverse, meat, A)
    if trace <= 0:
        raise EstimationError("the smaller model takes no direction away from the larger one")
    return corrected_difference(difference, df, trace, square, correction)


def _check(solution: Solution) -> None:
    objective: Any = solution.objective
    if isinstance(objective, TwoLevelObjective):
        raise NotSupported(
            "compare(method='satorra.2000') at two levels is not supported: the two levels have no "
            "statistics of independent cases; use 'satorra.bentler.2001' with MLR"
        )
    if isinstance(objective, OrdinalObjective):
        return
    groups = solution.data.groups
    if any(g.patterns for g in groups):
        raise NotSupported(
            "compare(method='satorra.2000') with missing='fiml' is not supported: incomplete "
            "cases have no common moments; use 'satorra.bentler.2001'"
        )
    if any(g.weights is not None or g.clusters for g in groups):
        raise NotSupported(
            "compare(method='satorra.2000') with weights or clusters is not supported: use "
            "'satorra.bentler.2001'"
        )
    if any(g.Y is None for g in groups):
        raise InputError("compare(method='satorra.2000') needs the cases, not only their moments")


def _jacobian(solution: Solution) -> Floats:
    """Return derivatives of the implied statistics of all groups along open directions."""
    objective: Any = solution.shared
    if isinstance(objective, OrdinalObjective):
        parts = [r.jacobian for r in objective.responses(solution.theta)]
    else:
        q, means = solution.model.n_free, solution.model.meanstructure
        parts = [
            jacobian(cells_of(block), state, q, means=means)
            for block, state in zip(solution.model.blocks, states_of(solution), strict=True)
        ]
    D = np.concatenate(parts)
    return D if solution.basis is None else D @ solution.basis


def _by_derivatives(large: Solution, small: Solution) -> Floats:
    D1, D0 = _jacobian(large), _jacobian(small)
    if D1.shape[0] != D0.shape[0]:
        raise InputError("models can be compared when both fit means, or neither does")
    A = restriction_from_jacobians(D1, D0)
    if large.basis is not None:
        A = A @ large.basis.T
    return A


def exact_restriction(large: Solution, small: Solution) -> Floats:
    """Return the Jacobian of what the smaller model holds fixed or equal, (m, q).

    Raises
    ------
    InputError
        When the smaller model frees what the larger one fixes: then its restrictions are none on
        the larger model's parameters.
    """
    q = large.model.n_free
    small_rows = {}
    for row in small.table.rows:
        if row.op not in CONSTRAINTS:
            small_rows[row.key] = row
            if row.op == "~~":
                small_rows[row.rhs, row.op, row.lhs, row.level, row.group] = row
    values = {}
    owner: dict[int, int] = {}
    rows: list[Floats] = []
    for row in large.table.rows:
        if row.op in CONSTRAINTS:
            continue
        other = small_rows.get(row.key)
        slope = np.zeros(q)
        if not row.free:
            if other is not None and other.free:
                raise InputError(
                    f"a_method='exact' needs parameters that only become fewer, but {row.lhs} "
                    f"{row.op} {row.rhs} is fixed in the larger and free in the smaller model: use "
                    "a_method='delta'"
                )
        else:
            slope[row.free - 1] = 1.0
            if other is None or not other.free:
                rows.append(slope)
            elif other.free not in owner:
                owner[other.free] = row.free
            elif owner[other.free] != row.free:
                rows.append(slope - np.eye(q)[owner[other.free] - 1])
        if other is not None and other.label:
            values[other.label] = (value_of(row, large.theta), slope)
    for _, left, right in small.constraints.equal:
        x, y = evaluate(left, values, q), evaluate(right, values, q)
        rows.append(x[1] - y[1])
    if not rows:
        raise InputError("the smaller model fixes or equates nothing that the larger one frees")
    return np.array(rows)


def scaling_at(large: SemResult, small: SemResult) -> float:
    """Return the scaling of the larger model's test, taken at the smaller model's estimates."""
    theta = mapped(large.solution, small.solution)
    value = large.solution.objective.value(theta)
    wanted = small.solution.optimum.value
    objective: Any = large.solution.objective
    # For continuous data lavaan takes the values as they are, and its number is the reference.
    checked = isinstance(objective, (OrdinalObjective, TwoLevelObjective))
    if checked and not abs(value - wanted) <= 1e-7 * max(1.0, abs(wanted)):
        raise EstimationError(
            "the smaller model's estimates are no values of the larger model's parameters (it "
            "frees what the larger one fixes): use 'satorra.bentler.2001' or 'satorra.2000'"
        )
    moved = replace(large.solution, optimum=Optimum(theta, value, 0.0, 0, True, "given"))
    return _scaling_of(large, moved)


def _scaling_of(fit: SemResult, moved: Solution) -> float:
    from collective_use.sem.ordinal.result import OrdinalResult
    from collective_use.sem.twolevel.result import TwoLevelResult

    statistic = 2 * moved.data.n * moved.optimum.value
    standard = ChiSquare("standard", statistic, moved.df, math.nan)
    if isinstance(fit, OrdinalResult):
        return fit.scaling_at(moved)
    if isinstance(fit, TwoLevelResult):
        return fit.scaling_at(moved, standard)
    return scaled_test(moved, standard, fit._saturated).scaling


def mapped(large: Solution, small: Solution) -> Floats:
    """Return the larger model's parameters at the smaller model's estimates.

    Raises
    ------
    InputError
        When an equality holds only in the larger model.
    """
    values = {}
    for row in small.table.rows:
        values[row.key] = value_of(row, small.theta)
        if row.op == "~~":
            values[row.rhs, row.op, row.lhs, row.level, row.group] = values[row.key]
    theta = np.full(large.model.n_free, np.nan)
    for row in large.table.rows:
        if row.free:
            value = values.get(row.key, 0.0)
            known = theta[row.free - 1]
            if not math.isnan(known) and abs(known - value) > 1e-8 * max(1.0, abs(value)):
                raise InputError("the models are not nested: an equality holds only in the larger")
            theta[row.free - 1] = value
    return theta
