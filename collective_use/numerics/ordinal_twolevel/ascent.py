"""The largest value of a log-likelihood that is a sum over clusters, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats

Contributions = Callable[[Floats], tuple[float, Floats]]
"""From parameters (q,) to the log-likelihood and the scores of the clusters (J, q)."""

_MOST = 200


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where an ascent ended.

    Attributes
    ----------
    theta
        Parameters, (q,).
    value
        Log-likelihood.
    scores
        Derivatives by cluster, (J, q).
    converged
        Whether no step promises anything more.
    """

    theta: Floats
    value: float
    scores: Floats
    converged: bool


def ascend(contributions: Contributions, start: Floats, low: Floats, high: Floats) -> Maximum:
    """Maximise a log-likelihood by quasi-Newton steps from the cross-products of its scores.

    Parameters
    ----------
    contributions
        Log-likelihood and scores of clusters.
    start, low, high
        Where to begin and the bounds, (q,) each.

    References
    ----------
    Berndt, Hall, Hall & Hausman (1974), Annals of Economic and Social Measurement 3:653 (the first
    curvature); Nocedal & Wright (2006), Numerical optimization, section 6.1 (its updates).

    Examples
    --------
    >>> def near(t):
    ...     gap = np.array([[-1.0], [0.0], [4.0]]) - t
    ...     return float(-0.5 * (gap**2).sum()), gap
    >>> found = ascend(near, np.zeros(1), np.full(1, -9.0), np.full(1, 9.0))
    >>> bool(found.converged), float(found.theta.round(6)[0])
    (True, 1.0)
    """
    theta = np.clip(start, low, high)
    value, scores = contributions(theta)
    slope = scores.sum(axis=0)
    curve = _positive(scores.T @ scores)
    for _ in range(_MOST):
        step = _step(theta, slope, curve, low, high)
        if float(slope @ step) < 1e-13 * max(1.0, abs(value) * 1e-2):
            return Maximum(theta, value, scores, True)
        found = _shorter(contributions, theta, value, step)
        if found is None:
            return Maximum(theta, value, scores, float(slope @ step) < 1e-6)
        moved, value, scores = found
        new = scores.sum(axis=0)
        curve = _updated(curve, moved - theta, slope - new)
        theta, slope = moved, new
    return Maximum(theta, value, scores, False)


def _step(theta: Floats, slope: Floats, curve: Floats, low: Floats, high: Floats) -> Floats:
    """Return a step within bounds: what would cross one stops there, the rest is solved anew."""
    step, open_ = np.zeros(theta.size), np.ones(theta.size, dtype=bool)
    open_ &= ~(((theta <= low) & (slope < 0)) | ((theta >= high) & (slope > 0)))
    for _ in range(theta.size):
        left = slope - curve @ np.where(open_, 0.0, step)
        step[open_] = np.linalg.solve(curve[np.ix_(open_, open_)], left[open_])
        crossed = open_ & ((theta + step < low) | (theta + step > high))
        if not crossed.any():
            break
        step[crossed] = np.clip(theta + step, low, high)[crossed] - theta[crossed]
        open_ &= ~crossed
    if float(slope @ step) > 0:
        return step
    # A direction of ascent that every box leaves: each parameter by its own curvature.
    return np.asarray(np.clip(theta + slope / np.diag(curve), low, high) - theta)


def _positive(curve: Floats) -> Floats:
    size = np.maximum(np.diag(curve), 1e-8)
    return np.asarray(curve + np.diag(1e-8 * size))


def _shorter(
    contributions: Contributions, theta: Floats, value: float, step: Floats
) -> tuple[Floats, float, Floats] | None:
    """Return the first point on the way that is higher, with value and scores."""
    share = 1.0
    while share > 1e-7:
        moved = theta + share * step
        reached, scores = contributions(moved)
        if np.isfinite(reached) and reached > value:
            return moved, reached, scores
        share *= 0.5 if share > 0.1 else 0.1
    return None


def _updated(curve: Floats, step: Floats, fall: Floats) -> Floats:
    """Return the curvature that explains how the slope fell over a step (BFGS)."""
    gained = float(step @ fall)
    through = curve @ step
    if gained <= 1e-10 * float(step @ through):
        return curve
    return np.asarray(
        curve + np.outer(fall, fall) / gained - np.outer(through, through) / (step @ through)
    )
