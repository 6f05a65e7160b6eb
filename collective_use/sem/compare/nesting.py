"""Whether one model of ordered answers is nested in another.

Counting degrees of freedom does not tell: with items of two categories a step of invariance sets
equalities and frees scales at once.

References
----------
Bentler & Satorra (2010), Psychological Methods 15:111 (a smaller model is nested if the larger one
fits what it implies without error).
"""

from __future__ import annotations

from dataclasses import replace

from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.numerics.search.optimise import minimise
from collective_use.sem.engines.core import Solution

NO_MISFIT = 1e-9
"""Discrepancy up to which a model fits what another one implies."""


def is_nested(small: Solution, large: Solution) -> bool:
    """Tell whether what the smaller model implies is fitted by the larger one without error.

    True where it cannot be told: other data than ordered answers at one level, written
    constraints, variables in another order, a search without an end.

    Parameters
    ----------
    small, large
        Two models fitted to the same statistics; the smaller has more degrees of freedom.
    """
    mine, theirs = small.objective, large.objective
    if not (isinstance(mine, OrdinalObjective) and isinstance(theirs, OrdinalObjective)):
        return True
    if small.table.n_levels > 1:
        return True
    same_order = small.data.variables == large.data.variables
    if not same_order or large.constraints.equal or large.constraints.above:
        return True
    implied = [
        replace(m, statistics=r.values)
        for m, r in zip(theirs.groups, mine.responses(small.theta), strict=True)
    ]
    moved = OrdinalObjective(
        theirs.model, implied, theirs.weights, theirs.W, theta_parameters=theirs.theta_parameters
    )
    found = minimise(moved, large.theta, basis=large.basis)
    return not found.converged or found.value < NO_MISFIT
