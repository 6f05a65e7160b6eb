"""`estimator="RBM"`: a solution moved to where the first-order bias is taken off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.reduced_bias import reduced_bias
from collective_use.sem.engines.core import Solution, moved_to
from collective_use.sem.table.partable import ParameterTable

S = TypeVar("S", bound=Solution)

NAME = "RBM"


def is_reduced(solution: Solution) -> bool:
    """Tell whether estimates are those of reduced bias."""
    return solution.options.estimator == NAME


def refuse_reduced(solution: Solution, what: str) -> None:
    """Raise where something rests on a maximum of the likelihood.

    Raises
    ------
    NotSupported
        Naming what to do instead.
    """
    if is_reduced(solution):
        raise NotSupported(
            f"{what} with estimator='RBM' is not supported: its estimates are no maximum of the "
            "likelihood; fit with estimator='ML' or 'MLR' for that"
        )


def check_reduced(table: ParameterTable) -> None:
    """Refuse constraints that reduced-bias estimation does not keep to.

    Raises
    ------
    NotSupported
        For bounds, and constraints other than equalities.
    """
    bounded = any(row.free and np.isfinite([row.lower, row.upper]).any() for row in table.rows)
    if bounded or any(row.op in ("<", ">") for row in table.rows):
        raise NotSupported(
            "estimator='RBM' with bounds or inequalities is not supported: use estimator='ML'"
        )


def with_reduced_bias(solution: S, outer: Callable[[S], Floats]) -> S:
    """Return the solution at the estimates of reduced bias.

    Parameters
    ----------
    solution
        Maximum likelihood.
    outer
        From a solution to the mean outer product of its scores, (q, q).
    """
    check_reduced(solution.table)
    if not solution.optimum.converged or solution.model.n_free == 0:
        return solution
    objective = solution.objective
    found = reduced_bias(
        solution.theta, objective.value, objective.gradient, objective.hessian,
        lambda theta: outer(moved_to(solution, theta)), solution.data.n, solution.basis,
    )  # fmt: skip
    return replace(solution, optimum=found)
