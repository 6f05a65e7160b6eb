"""Sample moments: means, covariances, missing patterns, asymptotic covariance of moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from collective_use.numerics.sem.model import vech_index
from collective_use.numerics.types import Floats as Floats
from collective_use.numerics.types import Ints as Ints

ALIKE = 1e-7
"""Smallest eigenvalue of correlations below which variables all but determine each other: what
depends on each of them keeps less than half its digits."""


@dataclass(frozen=True, slots=True)
class GroupMoments:
    """Moments of one group.

    Attributes
    ----------
    n
        Number of cases, or sum of their weights.
    mean, cov
        (p,) and (p, p); the divisor of `cov` is the estimator's (n or n - 1).
    log_det
        log |cov|.
    """

    n: float
    mean: Floats
    cov: Floats
    log_det: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """Cases of one group that miss the same variables.

    Attributes
    ----------
    seen
        Observed variables (k,).
    cases
        Row numbers within the group (n,).
    n
        Number of cases, or sum of their weights.
    mean, cov
        Moments of the observed variables with divisor n, (k,) and (k, k).
    """

    seen: Ints
    cases: Ints
    n: float
    mean: Floats
    cov: Floats


def inverse_and_log_det(matrix: Floats) -> tuple[Floats, float] | None:
    """Return inverse and log determinant of a symmetric matrix; None if not positive definite.

    Examples
    --------
    >>> inverse, log_det = inverse_and_log_det(np.eye(2) * 2.0)
    >>> round(float(inverse[0, 0]), 6), round(log_det, 6)
    (0.5, 1.386294)
    """
    factor, info = lapack.dpotrf(matrix, lower=1, clean=1)
    if info != 0:
        return None
    log_det = 2.0 * float(np.log(np.diagonal(factor)).sum())
    inverse, info = lapack.dpotri(factor, lower=1)
    if info != 0 or not np.isfinite(log_det):
        return None
    full = inverse + inverse.T  # the upper triangle of `inverse` is zero
    full.flat[:: full.shape[0] + 1] *= 0.5
    return full, log_det


def inverse(matrix: Floats) -> Floats:
    """Return the inverse of a square matrix."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def pseudo_inverse(matrix: Floats) -> Floats:
    """Return the Moore-Penrose inverse of a matrix that may be singular."""
    return np.asarray(np.linalg.pinv(matrix), dtype=np.float64)


def group_moments(
    Y: Floats, weights: Floats | None = None, *, unbiased: bool = False
) -> GroupMoments:
    """Return the moments of complete data.

    Parameters
    ----------
    Y
        Cases by variables, (n, p).
    weights
        Case weights (n,) or None.
    unbiased
        Divide by n - 1 instead of n.

    Examples
    --------
    >>> group_moments(np.array([[0.0], [2.0]])).cov
    array([[1.]])
    """
    shift = Y[0]
    centred = Y - shift
    n = float(Y.shape[0]) if weights is None else float(weights.sum())
    mean = centred.mean(axis=0) if weights is None else weights @ centred / n
    centred -= mean
    cross = centred.T @ (centred if weights is None else centred * weights[:, None])
    cov = cross / (n - 1 if unbiased else n)
    parts = inverse_and_log_det(cov)
    return GroupMoments(n, mean + shift, cov, parts[1] if parts else -np.inf)


def patterns_of(Y: Floats, weights: Floats | None = None) -> tuple[Pattern, ...]:
    """Sort cases by which variables they miss (NaN), most frequent pattern first.

    Cases without any value are in no pattern, nor are those of a pattern without any weight.
    """
    seen = ~np.isnan(Y)
    packed = np.packbits(seen, axis=1)
    _, index, inverse = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    inverse = inverse.ravel()
    order = np.argsort(inverse, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(inverse))])
    result = []
    for k in np.argsort(-np.bincount(inverse), kind="stable"):
        cases = order[bounds[k] : bounds[k + 1]]
        columns = np.flatnonzero(seen[index[k]])
        if columns.size == 0:
            continue
        part = Y[np.ix_(cases, columns)]
        w = None if weights is None else weights[cases]
        n = float(cases.size) if w is None else float(w.sum())
        if n == 0:
            continue
        mean = part.mean(axis=0) if w is None else w @ part / n
        centred = part - mean
        cov = centred.T @ (centred if w is None else centred * w[:, None]) / n
        result.append(Pattern(columns, cases, n, mean, cov))
    return tuple(result)


def products(Y: Floats, mean: Floats, *, means: bool, fitted: Floats | None = None) -> Floats:
    """Return by case what the sample moments are means of, centred, (n, (p +) p(p+1)/2).

    Parameters
    ----------
    Y
        Cases by variables.
    mean
        Their means.
    means
        Put the variables themselves before the products.
    fitted
        Predictions of all variables from fixed covariates, whose part is taken out.
    """
    rows, cols = vech_index(Y.shape[1])
    centred = Y - mean
    Z = centred[:, rows] * centred[:, cols]
    if means:
        Z = np.concatenate([Y, Z], axis=1)
    if fitted is not None:
        hat = fitted - fitted.mean(axis=0)
        part = hat[:, rows] * hat[:, cols]
        Z = Z - (np.concatenate([fitted, part], axis=1) if means else part)
    return np.asarray(Z - Z.mean(axis=0))


def predictions_from(Y: Floats, covariates: Ints) -> Floats | None:
    """Return every variable's least-squares prediction from the covariates; None without any."""
    if covariates.size == 0:
        return None
    X = np.column_stack([np.ones(Y.shape[0]), Y[:, covariates]])
    coefficients, *_ = np.linalg.lstsq(X, Y, rcond=None)
    fitted = X @ coefficients
    fitted[:, covariates] = Y[:, covariates]
    return fitted


def adf_gamma(Y: Floats, mean: Floats, covariates: Ints, *, means: bool) -> Floats:
    """Return the asymptotically distribution-free covariance of the moments, divisor n.

    References
    ----------
    Browne (1984), British Journal of Mathematical and Statistical Psychology 37:62.
    """
    Z = products(Y, mean, means=means, fitted=predictions_from(Y, covariates))
    return np.asarray(Z.T @ Z / Y.shape[0])


def normal_weight(P: Floats, *, means: bool) -> Floats:
    """Return the inverse of the normal-theory covariance of (mean, vech S) from P = Sigma^-1.

    ``D' (P x P) D / 2`` for the covariances, ``P`` for the means.
    """
    p = P.shape[0]
    rows, cols = vech_index(p)
    scale = np.where(rows == cols, 0.5, 1.0)
    W = (
        P[np.ix_(rows, rows)] * P[np.ix_(cols, cols)]
        + P[np.ix_(rows, cols)] * P[np.ix_(cols, rows)]
    )
    W *= scale[:, None] * scale
    if not means:
        return W
    full = np.zeros((p + rows.size, p + rows.size))
    full[:p, :p] = P
    full[p:, p:] = W
    return full


def pairwise_moments(Y: Floats) -> tuple[Floats, Floats]:
    """Return means of what is there, and covariances of the cases that have both variables.

    The divisor of each covariance is its number of pairs less one.
    """
    seen = (~np.isnan(Y)).astype(float)
    filled = np.where(seen > 0, Y, 0.0)
    count = seen.sum(axis=0)
    mean = np.where(count > 0, filled.sum(axis=0) / np.maximum(count, 1.0), np.nan)
    filled = np.where(seen > 0, Y - mean, 0.0)
    pairs = seen.T @ seen
    sums = filled.T @ seen  # sum of variable i over the cases that also have j
    cross = filled.T @ filled - sums * sums.T / np.maximum(pairs, 1.0)
    return mean, np.where(pairs > 1, cross / np.maximum(pairs - 1, 1.0), np.nan)


def vech(matrix: Floats) -> Floats:
    """Stack the lower triangle column by column."""
    return np.asarray(matrix[vech_index(matrix.shape[0])])


def unvech(values: Floats, p: int) -> Floats:
    """Undo `vech`."""
    rows, cols = vech_index(p)
    out = np.empty((p, p))
    out[rows, cols] = values
    out[cols, rows] = values
    return out
