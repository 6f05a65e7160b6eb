"""The maximum of a likelihood that is known case by case."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import Floats

Scored = tuple[float, Floats]
Function = Callable[[Floats], Scored | None]

ENOUGH = 1e-9
"""Newton decrement of a maximum: twice what a further step would gain in log-likelihood."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a search ended.

    Attributes
    ----------
    theta
        Free parameters (q,).
    value
        Log-likelihood.
    scores
        Gradient of every case (n, q).
    hessian
        Second derivatives of the log-likelihood (q, q).
    converged
        Whether it is a maximum.
    gradient
        Largest element of the gradient.
    """

    theta: Floats
    value: float
    scores: Floats
    hessian: Floats
    converged: bool
    gradient: float


def maximise(function: Function, start: Floats, *, seconds: float) -> Maximum | None:
    """Climb by the outer product of casewise gradients, then by Newton steps.

    Parameters
    ----------
    function
        Log-likelihood and casewise gradients at free parameters (q,); None where there is none.
    start
        Where to start (q,).
    seconds
        Processor time after which the search ends.

    Returns
    -------
    Maximum or None
        None when the start has no likelihood.

    References
    ----------
    Berndt, Hall, Hall & Hausman (1974), Annals of Economic and Social Measurement 3:653;
    Marquardt (1963), Journal of the Society for Industrial and Applied Mathematics 11:431.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 6.0])
    >>> def normal(t):
    ...     return float(-0.5 * ((x - t[0]) ** 2).sum()), (x - t[0])[:, None]
    >>> found = maximise(normal, np.array([0.0]), seconds=5)
    >>> found.converged, float(found.theta[0].round(9))
    (True, 3.0)
    """
    here = function(start)
    if here is None:
        return None
    theta, until = start, time.thread_time() + seconds
    damping, decrement = 1e-3, np.inf
    hessian = np.zeros((start.size, start.size))
    for _ in range(200):
        gradient = here[1].sum(0)
        near = decrement < 1.0
        hessian = second_derivatives(function, theta) if near else -here[1].T @ here[1]
        step, decrement = _step(-hessian, gradient, damping)
        if (near and decrement < ENOUGH**2) or time.thread_time() > until:
            break
        there = function(theta + step)
        if there is not None and there[0] > here[0] - 1e-12 * abs(here[0]):
            gain = there[0] - here[0]
            theta, here, damping = theta + step, there, max(damping / 10, 1e-12)
            decrement = max(decrement, 2 * gain) if not near else decrement
        elif damping > 1e8 or (near and decrement < ENOUGH):
            break
        else:
            damping *= 10
    largest = float(np.abs(here[1].sum(0)).max(initial=0.0))
    return Maximum(theta, here[0], here[1], hessian, bool(decrement < ENOUGH), largest)


def _step(curvature: Floats, gradient: Floats, damping: float) -> tuple[Floats, float]:
    """Return the damped step and what it promises to gain, twice."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(curvature)), 1e-12))
    values, vectors = np.linalg.eigh(curvature / np.outer(scale, scale))
    inner = vectors.T @ (gradient / scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = inner / (np.maximum(np.abs(values), 1e-10) + damping)
    return (vectors @ part) / scale, float(inner @ part)


def second_derivatives(function: Function, theta: Floats) -> Floats:
    """Return the second derivatives (q, q) by central differences of the exact gradient."""
    q = theta.size
    out = np.full((q, q), np.nan)
    for k in range(q):
        h = 1e-4 * max(0.1, abs(theta[k]))
        slopes = []
        for times in (1.0, -1.0, 2.0, -2.0):
            moved = theta.copy()
            moved[k] += times * h
            found = function(moved)
            if found is None:
                return np.nan_to_num(out, nan=0.0)
            slopes.append(found[1].sum(0))
        near, far = slopes[0] - slopes[1], slopes[2] - slopes[3]
        out[k] = (8 * near - far) / (12 * h)
    return 0.5 * (out + out.T)
