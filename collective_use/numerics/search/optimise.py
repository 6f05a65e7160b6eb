"""Minimisation: damped Fisher scoring that ends in Newton steps, to machine accuracy."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from collective_use.numerics.moments import Floats
from collective_use.numerics.sem.function import Objective


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where a minimisation ended.

    Attributes
    ----------
    theta
        Free parameters (q,).
    value
        Objective.
    gradient
        Largest absolute element of the (projected) gradient, in units of curvature.
    iterations
        Steps taken.
    converged
        Whether the gradient vanished.
    message
        Why it stopped, in words.
    """

    theta: Floats
    value: float
    gradient: float
    iterations: int
    converged: bool
    message: str


def solve_positive(matrix: Floats, right: Floats) -> Floats | None:
    """Solve a positive definite system; None when the matrix is not positive definite."""
    if right.size == 0:
        return right
    factor, info = lapack.dpotrf(matrix, lower=1)
    if info != 0:
        return None
    out, info = lapack.dpotrs(factor, right, lower=1)
    return np.asarray(out) if info == 0 else None


def minimise(
    objective: Objective,
    start: Floats,
    *,
    basis: Floats | None = None,
    lower: Floats | None = None,
    upper: Floats | None = None,
    tolerance: float = 1e-10,
    most: int = 500,
    deadline: float = math.inf,
    goal: float = -math.inf,
) -> Optimum:
    """Minimise an objective.

    Parameters
    ----------
    objective
        What to minimise.
    start
        Free parameters to begin with (q,), inside the bounds.
    basis
        Columns span the directions allowed by linear equality constraints, (q, r); None: all.
    lower, upper
        Bounds (q,); they cannot be joined with `basis`.
    tolerance
        Largest gradient element, relative to the scale of each parameter, that counts as zero.
    most
        Largest number of steps.
    deadline
        When to stop, on the clock of `time.thread_time`.
    goal
        A value that was reached elsewhere: it ends where it comes no nearer.

    Returns
    -------
    Optimum
        With `converged` False when the gradient did not vanish.

    References
    ----------
    Marquardt (1963), SIAM Journal 11:431 (the damping); Fisher scoring with the expected
    information as in Lee & Jennrich (1979), Psychometrika 44:99.
    """
    scored = min(most, 60)
    first = _scoring(objective, start, basis, lower, upper, tolerance, scored, deadline, goal)
    over = time.thread_time() > deadline or first.message == NO_NEARER
    if first.converged or not np.isfinite(first.value) or over:
        return first
    return _modified_newton(objective, first, basis, lower, upper, tolerance, most, deadline)


def _scoring(
    objective: Objective,
    start: Floats,
    basis: Floats | None,
    lower: Floats | None,
    upper: Floats | None,
    tolerance: float,
    most: int,
    deadline: float,
    goal: float,
) -> Optimum:
    """Damped Fisher scoring; Newton steps near the end."""
    theta = start.astype(float).copy()
    scale = scale_of(objective)
    value = objective.value(theta)
    if not np.isfinite(value):
        return Optimum(theta, value, np.inf, 0, False, "the start implies impossible moments")
    damping, exact, steps, course = 0.0, False, 0, [value]
    while steps < most and damping <= 1e12 and _goes_on(course, goal, deadline):
        steps += 1
        g = objective.gradient(theta)
        open_ = _open(theta, g, lower, upper)
        H = objective.hessian(theta) if exact else objective.fisher(theta)
        direction = _direction(H, g, basis, open_, damping)
        if direction is None and exact:
            exact = False
            direction = _direction(objective.fisher(theta), g, basis, open_, damping)
        if direction is None:
            if scaled_gradient(objective, theta, basis, lower, upper) < 1e-9:
                return _finish(objective, theta, basis, lower, upper, steps)
            damping = max(10 * damping, 1e-8)
            continue
        decrement = -float(g @ direction)
        near = max(tolerance**2, _LAST_STEP if exact else 0.0)
        if decrement < near * scale and damping == 0.0:
            last = _inside(theta + direction, lower, upper)
            theta = (
                last if objective.value(last) <= value + 1e-15 * max(scale, abs(value)) else theta
            )
            return _finish(objective, theta, basis, lower, upper, steps)
        step = _search(objective, theta, value, direction, decrement / scale, lower, upper)
        if step is not None:
            theta, value = step
            course.append(value)
            exact = exact or decrement < 1e-2 * scale
            damping = 0.0 if damping < 1e-6 else damping / 10
        elif decrement < 1e-13 * scale and damping == 0.0:
            return _finish(objective, theta, basis, lower, upper, steps)
        elif exact:
            exact = False
        else:
            damping = max(10 * damping, 1e-4)
    last_place = _finish(objective, theta, basis, lower, upper, steps)
    message = f"no further descent after {steps} steps"
    message = NO_NEARER if _comes_no_nearer(course, goal) else message
    return Optimum(
        theta, last_place.value, last_place.gradient, steps, last_place.converged, message
    )


def _goes_on(course: list[float], goal: float, deadline: float) -> bool:
    return time.thread_time() <= deadline and not _comes_no_nearer(course, goal)


def _comes_no_nearer(course: list[float], goal: float) -> bool:
    """Tell whether ten steps took less than a tenth of the way that is left to a goal."""
    if len(course) <= 10:
        return False
    return course[-11] - course[-1] < 0.1 * (course[-1] - goal) < math.inf


def _modified_newton(
    objective: Objective,
    begun: Optimum,
    basis: Floats | None,
    lower: Floats | None,
    upper: Floats | None,
    tolerance: float,
    most: int,
    deadline: float,
) -> Optimum:
    """Newton steps on exact second derivatives whose negative eigenvalues are turned over.

    For what scoring cannot do: long curved valleys near improper solutions (Nocedal & Wright
    2006, Numerical optimization, section 3.4).
    """
    theta, value, scale = begun.theta.copy(), begun.value, scale_of(objective)
    steps = begun.iterations
    mark = value, float(np.abs(theta).max())
    while steps < most and time.thread_time() <= deadline:
        steps += 1
        if steps % _WATCHED == 0:
            if _runs_off(mark, value, theta):
                gradient = scaled_gradient(objective, theta, basis, lower, upper)
                return Optimum(theta, value, gradient, steps, False, RAN_OFF)
            mark = value, float(np.abs(theta).max())
        g = objective.gradient(theta)
        open_ = _open(theta, g, lower, upper)
        keep = np.eye(theta.size) if open_ is None else np.eye(theta.size)[:, open_]
        K = keep if basis is None else basis
        inner = K.T @ objective.hessian(theta) @ K
        units = np.sqrt(np.maximum(np.diag(K.T @ objective.fisher(theta) @ K), 1e-300))
        with np.errstate(over="ignore", invalid="ignore"):
            inner = inner / np.outer(units, units)
        if not np.isfinite(inner).all():
            break  # ran away to where nothing can be computed: reported as not converged
        values, vectors = np.linalg.eigh(inner)
        size = np.maximum(np.abs(values), 1e-12 * max(1.0, float(np.abs(values).max())))
        along = -(vectors @ ((vectors.T @ (K.T @ g / units)) / size)) / units
        direction = K @ along
        decrement = -float(g @ direction)
        step = _search(objective, theta, value, direction, decrement / scale, lower, upper)
        if step is None or (decrement < tolerance**2 * scale and values[0] > 0):
            theta = theta if step is None else step[0]
            break
        theta, value = step
    found = _finish(objective, theta, basis, lower, upper, steps)
    if found.converged:
        return found
    message = f"no further descent after {steps} steps"
    return Optimum(theta, found.value, found.gradient, steps, False, message)


def _runs_off(mark: tuple[float, float], value: float, theta: Floats) -> bool:
    """Tell whether parameters grow without bound while next to nothing is gained by it."""
    gained = mark[0] - value
    return gained < 1e-6 * max(1.0, abs(value)) and float(np.abs(theta).max()) > 1.05 * mark[1]


NO_NEARER = "comes no nearer to what was reached from elsewhere"

RAN_OFF = "parameters grow without bound while next to nothing is gained"

_LAST_STEP = 1e-14
"""A Newton step from where the decrement is below this leaves about its square of it: nothing."""

_WATCHED = 50
"""Steps after which a search is asked whether it runs off."""


def _open(theta: Floats, g: Floats, lower: Floats | None, upper: Floats | None) -> Floats | None:
    """Tell which parameters may move: not those pressed against a bound."""
    if lower is None or upper is None:
        return None
    held = ((theta <= lower) & (g > 0)) | ((theta >= upper) & (g < 0))
    return np.asarray(~held)


def _inside(theta: Floats, lower: Floats | None, upper: Floats | None) -> Floats:
    if lower is None or upper is None:
        return theta
    return np.clip(theta, lower, upper)


def _direction(
    H: Floats, g: Floats, basis: Floats | None, open_: Floats | None, damping: float
) -> Floats | None:
    if basis is not None:
        inner = basis.T @ H @ basis
        right = basis.T @ g
    elif open_ is not None and not open_.all():
        keep = np.flatnonzero(open_)
        inner, right = H[np.ix_(keep, keep)], g[keep]
    else:
        inner, right = H, g
    if damping:
        inner = inner + damping * np.diag(np.maximum(np.diag(inner), 1e-10))
    step = solve_positive(inner, -right)
    if step is None or not np.isfinite(step).all():
        return None
    if basis is not None:
        return np.asarray(basis @ step)
    if open_ is not None and not open_.all():
        full = np.zeros_like(g)
        full[np.flatnonzero(open_)] = step
        return full
    return step


def _search(
    objective: Objective,
    theta: Floats,
    value: float,
    direction: Floats,
    decrement: float,
    lower: Floats | None,
    upper: Floats | None,
) -> tuple[Floats, float] | None:
    length, scale = 1.0, scale_of(objective)
    for _ in range(12):
        candidate = _inside(theta + length * direction, lower, upper)
        found = objective.value(candidate)
        if found < value - 1e-4 * length * decrement * scale or (
            decrement < 1e-9 and found <= value + 1e-15 * scale
        ):
            return candidate, found
        length *= 0.5 if length > 0.2 else 0.25
    return None


def projected_gradient(
    theta: Floats,
    g: Floats,
    basis: Floats | None = None,
    lower: Floats | None = None,
    upper: Floats | None = None,
) -> Floats:
    """Return the gradient along the directions that constraints and bounds leave open."""
    if basis is not None:
        return np.asarray(basis.T @ g)
    open_ = _open(theta, g, lower, upper)
    return g if open_ is None else np.asarray(g[open_])


def scale_of(objective: Objective) -> float:
    """Return the size of an objective that has a unit (unweighted least squares), else 1."""
    return float(getattr(objective, "scale", 1.0))


def scaled_gradient(
    objective: Objective,
    theta: Floats,
    basis: Floats | None = None,
    lower: Floats | None = None,
    upper: Floats | None = None,
) -> float:
    """Return the largest gradient element in units of its parameter's curvature.

    Divided by the root of the expected second derivative it does not depend on the scale of the
    variables.
    """
    full = objective.gradient(theta)
    g = projected_gradient(theta, full, basis, lower, upper)
    if g.size == 0:
        return 0.0
    F = objective.fisher(theta)
    if basis is not None:
        curvature = np.einsum("ij,ik,kj->j", basis, F, basis)
    else:
        open_ = _open(theta, full, lower, upper)
        curvature = np.diag(F) if open_ is None else np.diag(F)[open_]
    known = np.sqrt(np.maximum(curvature, 0.0))
    units = np.where(known > 1e-150, known, 1.0) * np.sqrt(scale_of(objective))
    return float((np.abs(g) / units).max())


def _finish(
    objective: Objective,
    theta: Floats,
    basis: Floats | None,
    lower: Floats | None,
    upper: Floats | None,
    steps: int,
) -> Optimum:
    largest = scaled_gradient(objective, theta, basis, lower, upper)
    fine = bool(largest < 1e-6)
    message = "converged" if fine else "the gradient did not vanish"
    return Optimum(theta, objective.value(theta), largest, steps, fine, message)


def null_space(J: Floats) -> Floats:
    """Return an orthonormal basis of the directions in which ``J d = 0``, (q, r)."""
    if J.shape[0] == 0:
        return np.eye(J.shape[1])
    _, s, Vt = np.linalg.svd(J, full_matrices=True)
    rank = int((s > 1e-10 * max(1.0, s[0] if s.size else 0.0)).sum())
    return np.asarray(Vt[rank:].T)


Constraint = Callable[[Floats], tuple[Floats, Floats]]
"""Takes theta, returns values (k,) and their Jacobian (k, q)."""
