"""Minimisation under smooth equality and inequality constraints."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize

from collective_use.accepted import Arguments
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.optimise import Constraint, Optimum, null_space
from collective_use.numerics.sem.function import Objective


def minimise_constrained(
    objective: Objective,
    start: Floats,
    equal: Constraint,
    above: Constraint,
    *,
    most: int = 200,
    deadline: float = math.inf,
) -> tuple[Optimum, Floats]:
    """Minimise with ``equal(theta) = 0`` and ``above(theta) >= 0``.

    Sequential quadratic programming on an active set: a violated inequality becomes an
    equality, one whose multiplier has the wrong sign is released. Where that does not end, it
    begins again from the solution of another method (Kraft 1988).

    Parameters
    ----------
    objective
        What to minimise.
    start
        Free parameters to begin with (q,).
    equal, above
        Values and Jacobians of the constraints.
    most
        Largest number of steps for each active set.
    deadline
        When to stop, on the clock of `time.thread_time`.

    Returns
    -------
    optimum
        The solution.
    jacobian
        Jacobian of the equalities and the active inequalities there, (k, q).

    References
    ----------
    Nocedal & Wright (2006), Numerical optimization, chapter 18.
    """
    optimum, active, fine = _by_active_set(
        objective, start.astype(float), equal, above, [], most, deadline
    )
    if not fine and time.thread_time() <= deadline:
        begin = _by_slsqp(objective, start.astype(float), equal, above, deadline)
        near = [int(k) for k in np.flatnonzero(above(begin)[0] < 1e-6)]
        again = _by_active_set(objective, begin, equal, above, near, most, deadline)
        if again[2]:
            optimum, active, fine = again
    if not fine and optimum.converged:
        optimum = replace(
            optimum, converged=False, message="no values were found that meet the constraints"
        )
    return optimum, _joined(equal, above, active)(optimum.theta)[1]


def _by_active_set(
    objective: Objective,
    theta: Floats,
    equal: Constraint,
    above: Constraint,
    active: list[int],
    most: int,
    deadline: float,
) -> tuple[Optimum, list[int], bool]:
    """Return the solution, its active inequalities, and whether it meets all conditions."""
    optimum = Optimum(theta, np.inf, np.inf, 0, False, "not started")
    for _ in range(20):
        chosen = _joined(equal, above, active)
        optimum, multipliers = _equality_newton(objective, optimum.theta, chosen, most, deadline)
        c, _J = above(optimum.theta)
        n_equal = equal(optimum.theta)[0].size
        wrong = [k for i, k in enumerate(active) if multipliers[n_equal + i] > 1e-10]
        violated = [k for k in range(c.size) if c[k] < -1e-9 and k not in active]
        if (not wrong and not violated) or time.thread_time() > deadline:
            return optimum, active, optimum.converged and not wrong and not violated
        kept = [k for k in active if k not in wrong]
        active = sorted({*active, *violated}) if violated else kept
    return optimum, active, False


class _OutOfTime(Exception):
    """The other method was stopped."""


def _by_slsqp(
    objective: Objective, start: Floats, equal: Constraint, above: Constraint, deadline: float
) -> Floats:
    """Return where Kraft's (1988) sequential least squares ends: a start near the solution."""
    rules: list[Arguments] = [
        {"type": kind, "fun": lambda x, f=f: f(x)[0], "jac": lambda x, f=f: f(x)[1]}
        for kind, f in (("eq", equal), ("ineq", above))
        if f(start)[0].size
    ]

    def value(x: Floats) -> float:
        if time.thread_time() > deadline:
            raise _OutOfTime
        here = objective.value(x)
        return here if np.isfinite(here) else 1e10

    try:
        found = minimize(
            value, start, jac=objective.gradient, constraints=rules, method="SLSQP",
            options={"maxiter": 500, "ftol": 1e-12},
        )  # fmt: skip
    except _OutOfTime:
        return start
    return np.asarray(found.x, dtype=np.float64)


def _joined(equal: Constraint, above: Constraint, active: list[int]) -> Constraint:
    def both(theta: Floats) -> tuple[Floats, Floats]:
        c, J = equal(theta)
        if not active:
            return c, J
        d, K = above(theta)
        return np.concatenate([c, d[active]]), np.concatenate([J, K[active]])

    return both


def constraint_curvature(constraint: Constraint, theta: Floats, multipliers: Floats) -> Floats:
    """Second derivative of ``multipliers' c`` by central differences of the exact Jacobian."""
    q = theta.size
    out = np.zeros((q, q))
    for j in range(q):
        h = 1e-5 * max(1.0, abs(theta[j]))
        ahead, behind = theta.copy(), theta.copy()
        ahead[j] += h
        behind[j] -= h
        out[:, j] = multipliers @ (constraint(ahead)[1] - constraint(behind)[1]) / (2 * h)
    return 0.5 * (out + out.T)


def _equality_newton(
    objective: Objective, start: Floats, constraint: Constraint, most: int, deadline: float
) -> tuple[Optimum, Floats]:
    theta = start.copy()
    penalty = 1.0
    multipliers: Floats = np.zeros(constraint(theta)[0].size)
    largest = np.inf
    step_number = 0
    for step_number in range(1, most + 1):  # noqa: B007
        c, J = constraint(theta)
        g = objective.gradient(theta)
        K = null_space(J)
        if c.size:
            multipliers = np.asarray(np.linalg.lstsq(J.T, -g, rcond=None)[0], dtype=np.float64)
        reduced = K.T @ g
        largest = float(np.abs(reduced).max()) if reduced.size else 0.0
        worst = float(np.abs(c).max()) if c.size else 0.0
        if (largest < 1e-11 and worst < 1e-12) or time.thread_time() > deadline:
            break
        exact = largest < 1e-2 and worst < 1e-3
        H = objective.hessian(theta) if exact else objective.fisher(theta)
        if c.size and exact:
            H = H + constraint_curvature(constraint, theta, multipliers)
        feasible = -np.linalg.pinv(J) @ c if c.size else np.zeros_like(theta)
        inner = K.T @ H @ K
        values, vectors = np.linalg.eigh(inner)
        values = np.maximum(
            np.abs(values), 1e-10 * max(1.0, float(np.abs(values).max(initial=0.0)))
        )
        along = -vectors @ ((vectors.T @ (K.T @ (g + H @ feasible))) / values)
        direction = feasible + K @ along
        penalty = max(penalty, 2 * float(np.abs(multipliers).max(initial=0.0)))
        moved = _merit_search(objective, constraint, theta, direction, penalty)
        if moved is None:
            break
        theta = moved
    c, J = constraint(theta)
    worst = float(np.abs(c).max(initial=0.0))
    fine = bool(largest < 1e-6 and worst < 1e-8)
    message = "converged" if fine else "the gradient did not vanish under the constraints"
    return (
        Optimum(theta, objective.value(theta), max(largest, worst), step_number, fine, message),
        multipliers,
    )


def _merit_search(
    objective: Objective,
    constraint: Constraint,
    theta: Floats,
    direction: Floats,
    penalty: float,
) -> Floats | None:
    def merit(at: Floats) -> float:
        return objective.value(at) + penalty * float(np.abs(constraint(at)[0]).sum())

    here = merit(theta)
    length = 1.0
    for _ in range(30):
        candidate = np.asarray(theta + length * direction)
        there = merit(candidate)
        if np.isfinite(there) and there <= here + 1e-14 * max(1.0, abs(here)):
            return candidate
        length *= 0.5
    return None
