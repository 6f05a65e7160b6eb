"""What the difference of two nested models restricts, read from their parameter tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.sem.difference_tests import (
    Difference,
    corrected_difference,
    difference_traces,
    restriction_from_jacobians,
)
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import information, inverted, moment_meat
from collective_use.sem.postfit.standardized import value_of
from collective_use.sem.table.constraints import evaluate
from collective_use.sem.table.partable import CONSTRAINTS, Parameter, ParameterTable

if TYPE_CHECKING:
    from collective_use.sem.fitted import Fitted

A_METHODS = ("delta", "exact")

Key = tuple[str, str, str, int, int]


def satorra_2000(
    small: Fitted, large: Fitted, difference: float, df: float,
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
    meat = large.statistics_meat()
    A = _by_derivatives(a, b) if a_method == "delta" else exact_restriction(a, b)
    inverse = inverted(a, information(a))
    trace, square = difference_traces(inverse, meat, A)
    if trace <= 0:
        raise EstimationError("the smaller model takes no direction away from the larger one")
    return corrected_difference(difference, df, trace, square, correction)


def independent_meat(solution: Solution) -> Floats:
    """Return ``D' V Gamma V D`` of one case where cases are complete and independent.

    Raises
    ------
    NotSupported
        With missing values, weights or clusters.
    InputError
        When there are moments only.
    """
    groups = solution.data.groups
    if any(g.patterns for g in groups):
        raise NotSupported(
            "compare(method='satorra.2000') with missing='fiml' is not supported: incomplete "
            "cases have no common moments; use 'satorra.bentler.2001'"
        )
    if any(g.omega is not None for g in groups):
        raise NotSupported(
            "compare(method='satorra.2000') with missing='two.stage' is not supported: use "
            "'satorra.bentler.2001'"
        )
    if any(g.weights is not None or g.clusters for g in groups):
        raise NotSupported(
            "compare(method='satorra.2000') with weights or clusters is not supported: use "
            "'satorra.bentler.2001'"
        )
    if any(g.Y is None for g in groups):
        raise InputError("compare(method='satorra.2000') needs the cases, not only their moments")
    return moment_meat(solution)


def _jacobian(solution: Solution) -> Floats:
    """Return derivatives of the implied statistics of all groups along open directions."""
    D = np.concatenate(solution.shared.statistic_jacobians(solution.theta))
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
    small_rows = _rows_by_key(small.table)
    values = {}
    owner: dict[int, int] = {}
    rows: list[Floats] = []
    for row in large.table.rows:
        if row.op in CONSTRAINTS:
            continue
        other = small_rows.get(row.key)
        slope = np.zeros(q)
        if row.free:
            slope[row.free - 1] = 1.0
            rows += _restricted(row, other, slope, owner)
        elif other is not None and other.free:
            raise InputError(
                f"a_method='exact' needs parameters that only become fewer, but {row.lhs} "
                f"{row.op} {row.rhs} is fixed in the larger and free in the smaller model: use "
                "a_method='delta'"
            )
        if other is not None and other.label:
            values[other.label] = (value_of(row, large.theta), slope)
    for _, left, right in small.constraints.equal:
        x, y = evaluate(left, values, q), evaluate(right, values, q)
        rows.append(x[1] - y[1])
    if not rows:
        raise InputError("the smaller model fixes or equates nothing that the larger one frees")
    return np.array(rows)


def _rows_by_key(table: ParameterTable) -> dict[Key, Parameter]:
    """Return the parameters by their key, covariances in both orders."""
    found = {}
    for row in table.rows:
        if row.op not in CONSTRAINTS:
            found[row.key] = row
            if row.op == "~~":
                found[row.rhs, row.op, row.lhs, row.level, row.group] = row
    return found


def _restricted(
    row: Parameter, other: Parameter | None, slope: Floats, owner: dict[int, int]
) -> list[Floats]:
    """Return what the smaller model says of a free parameter: that it is fixed, or as another."""
    if other is None or not other.free:
        return [slope]
    first = owner.setdefault(other.free, row.free)
    return [] if first == row.free else [slope - np.eye(slope.size)[first - 1]]


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
