"""The optimum of a smooth likelihood with a known slope: BFGS, then Newton steps to the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from collective_use.numerics.types import Floats

ValueAndSlope = Callable[[Floats], tuple[float, Floats]]

_STEP = 6e-6
"""Step of the differences of slopes: near the cube root of the precision of doubles."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where a minimization ended.

    Attributes
    ----------
    theta
        (q,) parameters.
    value
        The function there.
    hessian
        (q, q) second derivatives there.
    slope
        Largest absolute first derivative left.
    converged
        Whether the slope vanished at a minimum.
    """

    theta: Floats
    value: float
    hessian: Floats
    slope: float
    converged: bool


def minimum(function: ValueAndSlope, starts: list[Floats], *, tolerance: float = 1e-6) -> Optimum:
    """Return the best minimum found from several starts.

    Parameters
    ----------
    function
        Gives the value and the (q,) slope at (q,) parameters; infinite where it is not defined.
    starts
        One or more (q,) starting values.
    tolerance
        Largest slope that counts as none, relative to ``max(1, |value|)``.

    Examples
    --------
    >>> import numpy as np
    >>> found = minimum(lambda t: (float((t[0] - 2) ** 2), 2 * (t - 2)), [np.zeros(1)])
    >>> round(float(found.theta[0]), 8), found.converged
    (2.0, True)
    """
    best: Optimum | None = None
    for start in starts:
        found = _from(function, np.asarray(start, float), tolerance)
        if best is None or found.value < best.value - 1e-10 * max(1.0, abs(best.value)):
            best = found
    if best is None:
        raise ValueError("starts must hold at least one point, got none")
    return best


def _from(function: ValueAndSlope, start: Floats, tolerance: float) -> Optimum:
    theta = start
    # A variance of exactly zero is a stationary point in square roots: leave a saddle and go on.
    for _ in range(6):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            found = optimize.minimize(
                function, theta, jac=True, method="BFGS", options={"gtol": 1e-5, "maxiter": 2000}
            )
        theta, value, slope, hessian = _newton(function, np.asarray(found.x, float))
        roots, axes = np.linalg.eigh(hessian)
        if roots[0] > -1e-6 * max(1.0, float(roots[-1])):
            break
        theta = theta + 0.05 * axes[:, 0]
    largest = float(np.abs(slope).max(initial=0.0))
    good = largest <= tolerance * max(1.0, abs(value)) and bool(roots[0] > -1e-6 * abs(roots[-1]))
    return Optimum(theta, value, hessian, largest, good)


def _newton(function: ValueAndSlope, theta: Floats) -> tuple[Floats, float, Floats, Floats]:
    value, slope = function(theta)
    hessian = hessian_of(function, theta)
    for _ in range(12):
        roots, axes = np.linalg.eigh(hessian)
        safe = np.maximum(np.abs(roots), 1e-8 * max(1.0, float(np.abs(roots).max())))
        move = axes @ ((axes.T @ slope) / safe)
        new = theta - move
        new_value, new_slope = function(new)
        lower = new_value <= value + 1e-12 * max(1.0, abs(value))
        if not lower or np.abs(new_slope).max() >= np.abs(slope).max():
            break
        theta, value, slope = new, new_value, new_slope
        hessian = hessian_of(function, theta)
        if np.abs(move).max() < 1e-11:
            break
    return theta, value, slope, hessian


def hessian_of(function: ValueAndSlope, theta: Floats) -> Floats:
    """Return (q, q) second derivatives by central differences of the slope.

    Examples
    --------
    >>> import numpy as np
    >>> hessian_of(lambda t: (0.0, 3 * t), np.ones(1)).round(6).tolist()
    [[3.0]]
    """
    q = len(theta)
    out = np.empty((q, q))
    for i in range(q):
        step = np.zeros(q)
        step[i] = _STEP * max(1.0, abs(float(theta[i])))
        out[i] = (function(theta + step)[1] - function(theta - step)[1]) / (2.0 * step[i])
    return np.asarray((out + out.T) / 2.0)
