"""Constraints and bounds of a table as one function, and words for those that cannot be met."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.errors import EstimationError
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.feasibility import contradiction
from collective_use.numerics.search.optimise import Constraint
from collective_use.sem.table.constraints import Constraints


def with_bounds(constraints: Constraints, lower: Floats, upper: Floats) -> Constraint:
    """Return inequalities and finite bounds as one function, not negative where they hold."""
    low, high = np.flatnonzero(np.isfinite(lower)), np.flatnonzero(np.isfinite(upper))
    eye = np.eye(lower.size)

    def above(theta: Floats) -> tuple[Floats, Floats]:
        c, J = constraints.inequalities(theta)
        parts = [c, theta[low] - lower[low], upper[high] - theta[high]]
        return np.concatenate(parts), np.concatenate([J, eye[low], -eye[high]])

    return above


def is_linear(constraint: Constraint, theta: Floats) -> bool:
    """Tell whether the Jacobian is the same at two more places."""
    here = constraint(theta)[1]
    places = (theta + np.linspace(0.3, 1.1, theta.size), theta - np.linspace(0.7, 0.2, theta.size))
    return all(
        bool(np.allclose(here, constraint(place)[1], rtol=1e-12, atol=1e-12)) for place in places
    )


def refuse_contradiction(
    constraints: Constraints,
    lower: Floats,
    upper: Floats,
    theta: Floats,
    names: Sequence[str],
    *,
    only_linear: bool = False,
) -> None:
    """Raise when constraints and bounds cannot be met together.

    Parameters
    ----------
    constraints
        Equalities and inequalities of the model.
    lower, upper
        Bounds of the free parameters.
    theta
        Where a search begins.
    names
        Names of the free parameters.
    only_linear
        Answer for linear constraints alone, which is quick and exact.

    Raises
    ------
    EstimationError
        Naming a smallest set of constraints that contradict each other.
    """
    inequalities = with_bounds(constraints, lower, upper)

    def all_(at: Floats) -> tuple[Floats, Floats]:
        (c, J), (d, K) = constraints.equalities(at), inequalities(at)
        return np.concatenate([c, d]), np.concatenate([J, K])

    linear = is_linear(all_, theta)
    if only_linear and not linear:
        return
    places = contradiction(all_, len(constraints.equal), theta, linear=linear)
    if not places:
        return
    texts = [f"{row.lhs} {row.op} {row.rhs}" for row, _, _ in constraints.equal]
    texts += [f"{row.lhs} {row.op} {row.rhs}" for row, _, _ in constraints.above]
    for sign, limits in ((">=", lower), ("<=", upper)):
        texts += [
            f"{name} {sign} {limit:g} (bound)"
            for name, limit in zip(names, limits, strict=True)
            if np.isfinite(limit)
        ]
    said = "; ".join(texts[k] for k in places)
    if len(places) == 1:
        raise EstimationError(f"no parameter values can meet the constraint {said}")
    raise EstimationError(f"the constraints contradict each other: {said}")
