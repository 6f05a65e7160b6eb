"""Two-stage least squares from covariances: slopes, errors, tests of instruments.

References
----------
Bollen (1996), Psychometrika 61:109 (latent variables by their scaling indicators); Sargan (1958),
Econometrica 26:393; Staiger & Stock (1997), Econometrica 65:557 (weak instruments).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from collective_use.numerics.moments import inverse, normal_weight, unvech, vech
from collective_use.numerics.sem.model import vech_index
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Equation:
    """One equation, estimated.

    Attributes
    ----------
    slopes
        (k,).
    covariance
        Of the slopes (k, k), residual variance with divisor n - k - 1.
    residual
        Residual variance, divisor n.
    sargan, df, p
        Test that no instrument belongs into the equation; NaN where none is to spare.
    jacobian
        Derivatives of the slopes by vech(S), (k, p(p+1)/2).
    """

    slopes: Floats
    covariance: Floats
    residual: float
    sargan: float
    df: int
    p: float
    jacobian: Floats


def two_stage_least_squares(cov: Floats, y: int, x: Ints, z: Ints, n: float) -> Equation:
    """Estimate ``y = x b + u`` with instruments z; with z equal to x this is least squares.

    Parameters
    ----------
    cov
        Covariances with divisor n (p, p).
    y, x, z
        Places of outcome, predictors (k,) and instruments (m,), m at least k.
    n
        Number of cases.

    Examples
    --------
    >>> S = np.array([[2.0, 1.0, 0.5], [1.0, 2.0, 1.0], [0.5, 1.0, 1.0]])
    >>> two_stage_least_squares(S, 0, np.array([1]), np.array([2]), 100).slopes
    array([0.5])
    """
    Szx, Szz, Szy = cov[np.ix_(z, x)], cov[np.ix_(z, z)], cov[z, y]
    W = np.asarray(np.linalg.solve(Szz, Szx))
    A = Szx.T @ W
    slopes = np.asarray(np.linalg.solve(A, W.T @ Szy))
    gap = Szy - Szx @ slopes
    u = np.asarray(np.linalg.solve(Szz, gap))
    residual = float(cov[y, y] - 2 * slopes @ cov[x, y] + slopes @ cov[np.ix_(x, x)] @ slopes)
    by_df = residual * n / (n - x.size - 1)
    df = int(z.size - x.size)
    sargan = float(n * gap @ u / by_df) if df > 0 else math.nan
    p = float(chdtrc(df, sargan)) if df > 0 else math.nan
    covariance = inverse(A) * by_df / n
    jacobian = _slope_jacobian(cov.shape[0], y, x, z, A, W, slopes, u)
    return Equation(slopes, covariance, residual, sargan, df, p, jacobian)


def _slope_jacobian(
    p: int, y: int, x: Ints, z: Ints, A: Floats, W: Floats, slopes: Floats, u: Floats
) -> Floats:
    """Return ``A^-1 (W'(dSzy - dSzx b) + (dSxz - W' dSzz) u)`` by every element of vech(S)."""
    k = x.size
    full = np.zeros((k, p, p))
    full[:, z, y] += W.T
    for j, at in enumerate(x):
        full[:, z, at] -= W.T * slopes[j]
        full[j, z, at] += u
    full[np.ix_(np.arange(k), z, z)] -= W.T[:, :, None] * u[None, None, :]
    rows, cols = vech_index(p)
    off = rows != cols
    both = full[:, rows, cols] + np.where(off, full[:, cols, rows], 0.0)
    return np.asarray(np.linalg.solve(A, both))


def first_stage_f(cov: Floats, x: int, z: Ints, n: float) -> float:
    """Return F of a predictor regressed on its instruments: how strong they are.

    Examples
    --------
    >>> S = np.array([[1.0, 0.5], [0.5, 1.0]])
    >>> round(first_stage_f(S, 0, np.array([1]), 102), 6)
    33.333333
    """
    share = float(cov[x, z] @ np.linalg.solve(cov[np.ix_(z, z)], cov[z, x]) / cov[x, x])
    share = min(max(share, 0.0), 1 - 1e-12)
    df = n - z.size - 1
    return (share / z.size) / ((1 - share) / df) if df > 0 else math.nan


@dataclass(frozen=True, slots=True)
class Undirected:
    """Variances and covariances given the directed effects.

    Attributes
    ----------
    values
        (r,).
    map
        ``(D' W D)^-1 D' W`` at the last weight (r, p(p+1)/2).
    converged
        Whether reweighting came to rest.
    """

    values: Floats
    map: Floats
    converged: bool


def reweighted_variances(cov: Floats, fixed: Floats, jacobian: Floats) -> Undirected:
    """Fit ``vech(S) = fixed + D v`` by least squares, reweighted with the implied covariances.

    Parameters
    ----------
    cov
        Covariances (p, p).
    fixed
        vech of what is implied without free (co)variances.
    jacobian
        D (p(p+1)/2, r).

    References
    ----------
    Browne (1974), South African Statistical Journal 8:1 (iteratively reweighted: the normal
    likelihood's own equations).

    Examples
    --------
    >>> D = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    >>> reweighted_variances(np.diag([2.0, 3.0]), np.zeros(3), D).values
    array([2., 3.])
    """
    p = cov.shape[0]
    goal = vech(cov) - fixed
    weight = normal_weight(np.eye(p), means=False)
    values, reached = _weighted(goal, jacobian, weight), False
    for _ in range(200):
        Sigma = unvech(fixed + jacobian @ values, p)
        if np.linalg.eigvalsh(Sigma)[0] <= 0:
            break
        weight = normal_weight(inverse(Sigma), means=False)
        before, values = values, _weighted(goal, jacobian, weight)
        if np.sum((before - values) ** 2) < 1e-24 * (1 + np.sum(values**2)):
            reached = True
            break
    DW = jacobian.T @ weight
    return Undirected(values, np.asarray(np.linalg.solve(DW @ jacobian, DW)), reached)


def _weighted(goal: Floats, jacobian: Floats, weight: Floats) -> Floats:
    DW = jacobian.T @ weight
    return np.asarray(np.linalg.solve(DW @ jacobian, DW @ goal))
