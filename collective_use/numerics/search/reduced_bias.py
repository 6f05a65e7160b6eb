"""Maximum likelihood with its first-order bias taken off (reduced-bias M-estimation)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from collective_use.numerics.moments import Floats, inverse_and_log_det
from collective_use.numerics.search.optimise import Optimum

STEP, MOST, SMALL = 5e-5, 100, 1e-8
"""Of differences (relative), of the search, and a gradient element that counts as zero."""


def reduced_bias(
    theta: Floats,
    value: Callable[[Floats], float],
    gradient: Callable[[Floats], Floats],
    hessian: Callable[[Floats], Floats],
    outer: Callable[[Floats], Floats],
    n: float,
    basis: Floats | None = None,
) -> Optimum:
    """Minimise ``f + tr(H^-1 B) / (2n)`` from the minimum of f.

    Parameters
    ----------
    theta
        Where f is smallest (q,).
    value, gradient, hessian
        Of f, the mean discrepancy of one case.
    outer
        Mean outer product of the scores, (q, q).
    n
        Number of cases.
    basis
        Open directions (q, r) under linear constraints; None: all.

    Returns
    -------
    Optimum
        With the value of f (not of the sum) at the solution, and the largest gradient element of
        the sum.

    References
    ----------
    Kosmidis & Lunardon (2024), Journal of the Royal Statistical Society B 86:62, equation 9 (the
    implicit form).

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([1.0, 2.0, 6.0])
    >>> rate = lambda t: y.mean() * t[0] - np.log(t[0])
    >>> found = reduced_bias(np.array([1 / 3]), rate, lambda t: np.array([3 - 1 / t[0]]),
    ...     lambda t: np.array([[t[0] ** -2]]),
    ...     lambda t: np.array([[np.mean((y - 1 / t[0]) ** 2)]]), 3)
    >>> found.converged, bool(found.theta[0] < 1 / 3)
    (True, True)
    """
    K = np.eye(theta.size) if basis is None else basis

    def penalty(at: Floats) -> float:
        parts = inverse_and_log_det(K.T @ hessian(at) @ K)
        if parts is None or not math.isfinite(value(at)):
            return math.inf
        return float(np.sum(parts[0] * (K.T @ outer(at) @ K))) / (2 * n)

    def slope(at: Floats) -> Floats:
        out = K.T @ gradient(at)
        for j in range(K.shape[1]):
            h = STEP * max(1.0, float(np.abs(K[:, j] @ at)))
            out[j] += (penalty(at + h * K[:, j]) - penalty(at - h * K[:, j])) / (2 * h)
        return out

    best, merit = theta, value(theta) + penalty(theta)
    H = K.T @ hessian(best) @ K
    scale = np.sqrt(np.maximum(np.abs(np.diag(H)), 1e-300))
    g, steps = slope(best), 0
    while steps < MOST and np.isfinite(g).all() and np.abs(g / scale).max(initial=0.0) > SMALL:
        steps += 1
        step, share = -np.linalg.solve(H, g), 1.0
        while share > 1e-3:
            there = value(best + share * (K @ step)) + penalty(best + share * (K @ step))
            if there <= merit + 1e-12 * max(1.0, abs(merit)):
                break
            share /= 2
        else:
            break
        best, merit, old = best + share * (K @ step), there, g
        g, moved = slope(best), share * step
        # Broyden (1965): f's second derivatives, corrected for the penalty's along the way.
        H = H + np.outer(g - old - H @ moved, moved) / (moved @ moved)
    size = float(np.abs(g / scale).max(initial=0.0))
    found = size < 10 * SMALL
    return Optimum(
        best, value(best), size, steps, found,
        "reduced bias" if found else "the reduced-bias equations were not solved",
    )  # fmt: skip
