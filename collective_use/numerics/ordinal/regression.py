"""Single variables given covariates: ordered probit and linear regression, with casewise scores.

References
----------
McKelvey & Zavoina (1975), Journal of Mathematical Sociology 4:103 (ordered probit); Pratt (1981),
Journal of the American Statistical Association 76:103 (its log-likelihood is concave).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from collective_use.numerics.moments import ALIKE
from collective_use.numerics.ordinal.derivatives import by_cuts, continuous_scores
from collective_use.numerics.ordinal.polychoric import FAR, thresholds_of
from collective_use.numerics.ordinal.polyserial import edges_of, interval, normal_pdf
from collective_use.numerics.types import Floats, Ints

MOST_STEPS = 100
FLAT = 1e-9
"""Where the mean log-likelihood curves less than this in a direction (covariates made uncorrelated,
of variance 1), it has no maximum there: answers are told perfectly and slopes are infinite."""


class CovariatesError(ValueError):
    """A variable has no regression on its covariates.

    Parameters
    ----------
    apart
        Whether covariates can be told apart where the variable is seen; if so they tell it
        perfectly.
    variable
        Its place among others.
    """

    def __init__(self, *, apart: bool, variable: int = 0) -> None:
        why = "tell it perfectly" if apart else "cannot be told apart where it is seen"
        super().__init__(f"variable {variable}: covariates {why}")
        self.apart, self.variable = apart, variable


@dataclass(frozen=True, slots=True)
class Regression:
    """One variable's regression on c covariates.

    Attributes
    ----------
    cuts
        Thresholds where covariates are 0, (k,); of a continuous variable its intercept, (1,).
    slopes
        (c,).
    variance
        Of the residual; 1 for an ordered variable.
    scores
        Casewise derivatives of the log-likelihood by cuts, slopes and, of a continuous variable,
        the variance, (n, k + c (+ 1)); 0 for a missing answer.
    lower, upper
        Edges of each case's category less what covariates explain, (n,). Of a continuous variable
        both are its standardised residual.
    """

    cuts: Floats
    slopes: Floats
    variance: float
    scores: Floats
    lower: Floats
    upper: Floats


def linear(y: Floats, X: Floats, w: Floats) -> Regression:
    """Regress a continuous variable by maximum likelihood.

    Parameters
    ----------
    y, X, w
        Values (n,), NaN where there is none, covariates (n, c) and how often each case counts (n,).

    Raises
    ------
    CovariatesError
        When covariates explain the variable perfectly, or cannot be told apart.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> found = linear(np.array([0.0, 1.0, 1.0, 2.0]), X, np.ones(4))
    >>> found.slopes.round(6).tolist(), round(found.variance, 6)
    ([0.6], 0.05)
    """
    seen = np.flatnonzero(~np.isnan(y))
    own, given, weight = y[seen], X[seen], w[seen]
    design = np.column_stack([np.ones(seen.size), given])
    root = np.sqrt(weight)
    if seen.size <= design.shape[1] + 1 or not _told_apart(given, weight):
        raise CovariatesError(apart=False)
    beta = np.linalg.lstsq(root[:, None] * design, root * own, rcond=None)[0]
    fitted = design @ beta
    rest = own - fitted
    variance = float(np.average(rest * rest, weights=weight))
    whole = float(np.average((own - np.average(own, weights=weight)) ** 2, weights=weight))
    if not variance > 1e-12 * whole:
        raise CovariatesError(apart=True)
    by_mean, by_variance = continuous_scores(own, fitted, variance)
    scores, z = np.zeros((y.size, X.shape[1] + 2)), np.zeros(y.size)
    scores[seen] = np.column_stack([by_mean, by_mean[:, None] * given, by_variance])
    z[seen] = rest / np.sqrt(variance)
    return Regression(beta[:1], beta[1:], variance, scores, z, z)


def _told_apart(X: Floats, w: Floats) -> bool:
    """Tell whether covariates vary and do not all but determine each other."""
    if not X.shape[1]:
        return True
    centred = X - np.average(X, axis=0, weights=w)
    spread = np.sqrt(np.average(centred**2, axis=0, weights=w))
    size = np.maximum(np.abs(X).max(axis=0), 1e-300)
    if not (spread > 1e-9 * size).all():
        return False
    Z = centred / spread
    return bool(np.linalg.eigvalsh(Z.T @ (w[:, None] * Z) / w.sum())[0] > ALIKE)


def ordered_probit(codes: Ints, count: int, X: Floats, w: Floats) -> Regression:
    """Regress an ordered variable by maximum likelihood, its latent response's variance 1.

    Newton steps on the concave log-likelihood, covariates made uncorrelated meanwhile.

    Parameters
    ----------
    codes
        Answers 0, 1, ..., count - 1, and -1 where there is none, (n,).
    count
        Number of categories, each with cases.
    X, w
        Covariates (n, c) and how often each case counts (n,).

    Raises
    ------
    CovariatesError
        When covariates tell answers perfectly, so that slopes are infinite, or cannot be told
        apart.

    References
    ----------
    McKelvey & Zavoina (1975), equation 8.

    Examples
    --------
    >>> x = np.array([[-1.0], [0.0], [1.0], [0.0], [1.0], [2.0]])
    >>> found = ordered_probit(np.array([0, 0, 1, 1, 0, 1]), 2, x, np.ones(6))
    >>> found.cuts.round(3).tolist(), found.slopes.round(3).tolist()
    ([0.439], [0.878])
    """
    seen = np.flatnonzero((codes >= 0) & (w > 0))
    own, weight, k = codes[seen], w[seen] / w[seen].sum(), count - 1
    if not _told_apart(X[seen], weight):
        raise CovariatesError(apart=False)
    centre = weight @ X[seen]
    centred = X[seen] - centre
    root = np.linalg.cholesky(centred.T @ (weight[:, None] * centred))
    Z = solve_triangular(root, centred.T, lower=True).T
    counts = np.bincount(own, weights=w[seen], minlength=count).astype(float)
    at = np.concatenate([thresholds_of(counts), np.zeros(X.shape[1])])
    at = _maximum(own, k, Z, weight, at)
    slopes = solve_triangular(root, at[k:], lower=True, trans="T")
    cuts = at[:k] + centre @ slopes
    lower, upper = _limits(codes, k, X, np.concatenate([cuts, slopes]))
    prob = interval(lower, upper)
    by_lower = np.where(codes > 0, -normal_pdf(lower), 0.0) / prob
    by_upper = np.where((codes >= 0) & (codes < k), normal_pdf(upper), 0.0) / prob
    scores = np.column_stack(
        [by_cuts(codes, k, by_lower, by_upper), -(by_lower + by_upper)[:, None] * X]
    )
    return Regression(cuts, slopes, 1.0, scores, lower, upper)


def _maximum(codes: Ints, k: int, Z: Floats, w: Floats, at: Floats) -> Floats:
    value = _log_likelihood(codes, k, Z, w, at)
    for _ in range(MOST_STEPS):
        gradient, curvature = _derivatives(codes, k, Z, w, at)
        if np.linalg.eigvalsh(curvature)[0] < FLAT:
            break
        step = np.linalg.solve(curvature, gradient)
        moved, better = at + step, -np.inf
        for _ in range(30):
            better = _log_likelihood(codes, k, Z, w, moved)
            if better >= value - 1e-14 * abs(value):
                break
            step = step / 2
            moved = at + step
        at, value = moved, max(better, value)
        if np.abs(step).max() < 1e-11:
            return at
    raise CovariatesError(apart=True)


def _limits(codes: Ints, k: int, Z: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Return the edges of every case's category less what covariates explain, two arrays (n,)."""
    lower, upper = edges_of(np.maximum(codes, 0), at[:k])
    moved = Z @ at[k:]
    return np.where(codes > 0, lower - moved, -FAR), np.where(codes < k, upper - moved, FAR)


def _log_likelihood(codes: Ints, k: int, Z: Floats, w: Floats, at: Floats) -> float:
    if (np.diff(at[:k]) <= 0).any():
        return -np.inf
    return float(w @ np.log(interval(*_limits(codes, k, Z, at))))


def _derivatives(codes: Ints, k: int, Z: Floats, w: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Return gradient and negative second derivative of the mean log-likelihood."""
    lower, upper = _limits(codes, k, Z, at)
    prob = interval(lower, upper)
    up = np.where(codes < k, normal_pdf(upper), 0.0) / prob
    low = np.where(codes > 0, -normal_pdf(lower), 0.0) / prob
    one, none = np.ones(codes.size), np.zeros(codes.size)
    A = np.column_stack([by_cuts(codes, k, none, one), -Z * (codes < k)[:, None]])
    B = np.column_stack([by_cuts(codes, k, one, none), -Z * (codes > 0)[:, None]])
    gradient = A.T @ (w * up) + B.T @ (w * low)
    cross = A.T @ ((w * up * low)[:, None] * B)
    curvature = A.T @ ((w * up * (upper + up))[:, None] * A) + cross + cross.T
    curvature += B.T @ ((w * low * (lower + low))[:, None] * B)
    return gradient, curvature
