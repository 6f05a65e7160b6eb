"""Scores of factors measured by ordered and continuous variables: posterior mode and maximum.

Given the factors, the latent responses are ``y* = nu + Lambda eta + e`` with independent errors;
an ordered variable shows between which thresholds its response lies. The log-likelihood is concave
in ``eta`` (Pratt 1981), so damped Newton steps find its only maximum. All cases run at once.

References
----------
Bock & Mislevy (1982), Applied Psychological Measurement 6:431 (posterior scores); Pratt (1981),
Journal of the American Statistical Association 76:103 (concavity).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from collective_use.numerics.moments import Floats, Ints

Objective = Callable[[Floats, Ints], tuple[Floats, Floats, Floats]]
_HALF_LOG_2PI = 0.5 * float(np.log(2 * np.pi))
FAR, FLAT = 20.0, 1e3
"""Score and error, in standard deviations of a factor, beyond which there is no maximum."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """How p observed variables measure m factors.

    Attributes
    ----------
    intercepts, loadings, residual
        nu (p,), Lambda (p, m) and residual variances (p,) of the latent responses. Intercepts that
        covariates move differ from case to case, (n, p).
    mean, covariance
        Of the factors, (m,) or by case (n, m), and (m, m).
    cuts
        Thresholds of every ordered variable with infinite ends, (p, K + 1), NaN where a variable
        has fewer categories or is continuous.
    ordered
        Which variables are ordered, (p,).
    """

    intercepts: Floats
    loadings: Floats
    residual: Floats
    mean: Floats
    covariance: Floats
    cuts: Floats
    ordered: NDArray[np.bool_]

    def of(self, cases: Ints) -> Measurement:
        """Return what holds for some cases."""
        if self.mean.ndim == 1 and self.intercepts.ndim == 1:
            return self
        parts = [part if part.ndim == 1 else part[cases] for part in (self.intercepts, self.mean)]
        return replace(self, intercepts=parts[0], mean=parts[1])


def interval_terms(lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log P(lower < z - x < upper) at x = 0 with first and second derivative by x.

    Parameters
    ----------
    lower, upper
        Limits of a standard normal variable shifted by x; infinite ends are allowed.

    Examples
    --------
    >>> value, slope, bend = interval_terms(np.array([-np.inf]), np.array([0.0]))
    >>> round(float(np.exp(value[0])), 12), round(float(slope[0]), 6)
    (0.5, -0.797885)
    """
    turn = lower > 0  # work in the lower tail, where the normal integral keeps its digits
    a, b = np.where(turn, -upper, lower), np.where(turn, -lower, upper)
    log_b = log_ndtr(b)
    value = log_b + np.log1p(-np.exp(np.minimum(log_ndtr(a) - log_b, -1e-300)))

    def density(x: Floats) -> Floats:
        safe = np.where(np.isfinite(x), x, 0.0)
        return np.where(np.isfinite(x), np.exp(-0.5 * safe**2 - _HALF_LOG_2PI - value), 0.0)

    at_a, at_b = density(a), density(b)
    slope = at_a - at_b
    weighted = np.where(np.isfinite(a), a, 0.0) * at_a - np.where(np.isfinite(b), b, 0.0) * at_b
    return value, np.where(turn, -slope, slope), weighted - slope**2


def log_density(measure: Measurement, Y: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log p(y | eta) by case with gradient and negative Hessian by eta.

    Parameters
    ----------
    measure
        The measurement model.
    Y
        Answers, (n, p); ordered ones coded 0, 1, ...
    eta
        Factors, (n, m).

    Returns
    -------
    value, gradient, information
        (n,), (n, m), (n, m, m).
    """
    sd = np.sqrt(measure.residual)
    centre = measure.intercepts + eta @ measure.loadings.T
    first, second = np.zeros_like(centre), np.zeros_like(centre)
    value = np.zeros(Y.shape[0])
    for v in range(Y.shape[1]):
        if measure.ordered[v]:
            codes = Y[:, v].astype(np.intp)
            lower = (measure.cuts[v, codes] - centre[:, v]) / sd[v]
            upper = (measure.cuts[v, codes + 1] - centre[:, v]) / sd[v]
            part, slope, bend = interval_terms(lower, upper)
            first[:, v], second[:, v] = slope / sd[v], -bend / sd[v] ** 2
        else:
            gap = (Y[:, v] - centre[:, v]) / sd[v]
            part = -0.5 * gap**2 - _HALF_LOG_2PI - float(np.log(sd[v]))
            first[:, v], second[:, v] = gap / sd[v], 1.0 / sd[v] ** 2
        value += part
    L = measure.loadings
    return value, first @ L, np.einsum("nv,va,vb->nab", second, L, L, optimize=True)


def factor_modes(
    measure: Measurement, Y: Floats, *, prior: bool, max_iter: int = 200
) -> tuple[Floats, Floats]:
    """Return the factor values that maximise the posterior (or the likelihood), with errors.

    Parameters
    ----------
    measure
        The measurement model.
    Y
        Answers, (n, p); ordered ones coded 0, 1, ...
    prior
        Whether the normal distribution of the factors enters (posterior mode) or not (maximum
        likelihood).
    max_iter
        Most Newton steps.

    Returns
    -------
    scores, errors
        (n, m) each; errors are roots of the inverse curvature's diagonal. NaN for a factor without
        a maximum, as when all its answers lie at one end and there is no prior.

    Examples
    --------
    >>> cuts = np.array([[-np.inf, 0.0, np.inf]])
    >>> one = np.ones(1)
    >>> measure = Measurement(0 * one, one[:, None], one, 0 * one, np.eye(1), cuts, one > 0)
    >>> scores, _ = factor_modes(measure, np.array([[0.0], [1.0]]), prior=True)
    >>> scores.round(6).ravel().tolist()
    [-0.506054, 0.506054]
    """
    if measure.ordered.all() and measure.mean.ndim == measure.intercepts.ndim == 1:
        # Equal answers have equal scores.
        Y, back = np.unique(Y, axis=0, return_inverse=True)
        back = back.reshape(-1)
    else:
        back = np.arange(Y.shape[0])
    sd = np.sqrt(np.maximum(np.diag(measure.covariance), 1e-300))
    # With a prior whitened, so that a covariance of less than full rank is no obstacle; without,
    # factor by factor, so that one without a maximum leaves the others alone.
    values, vectors = np.linalg.eigh(measure.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0)) if prior else np.diag(sd)
    m = root.shape[0]
    z = np.zeros((Y.shape[0], m))
    ridge = np.eye(m) if prior else np.zeros((m, m))

    def at(z: Floats, cases: Ints) -> tuple[Floats, Floats, Floats]:
        own = measure.of(cases)
        value, slope, info = log_density(own, Y[cases], own.mean + z @ root.T)
        slope, info = slope @ root, root.T @ info @ root
        if prior:
            value, slope = value - 0.5 * np.sum(z**2, axis=1), slope - z
        return value, slope, info + ridge

    active = np.arange(Y.shape[0])
    for count in range(max_iter):
        value, slope, info = at(z[active], active)
        tilt = 1e-12 * np.trace(info, axis1=1, axis2=2)[:, None, None] * np.eye(m)
        step = np.linalg.solve(info + tilt + 1e-300 * np.eye(m), slope[..., None])[..., 0]
        size = np.abs(step).max(axis=1)
        step *= np.minimum(1.0, 4.0 / np.maximum(size, 1e-300))[:, None]
        z[active] += _damped(at, z[active], active, value, step)
        moving = (size > 1e-11) & (np.abs(z[active]).max(axis=1) < 2 * FAR)
        if not prior and count > 25:  # long enough for the factors that have a maximum
            moving &= np.linalg.eigvalsh(info)[:, 0] > 0.01 / FLAT**2
        active = active[moving]
        if active.size == 0:
            break
    _, slope, info = at(z, np.arange(Y.shape[0]))
    spread = root @ np.linalg.inv(info + 1e-20 * np.eye(m)) @ root.T
    errors = np.sqrt(np.abs(np.diagonal(spread, axis1=1, axis2=2)))
    apart = z @ root.T
    # Where there is no maximum the curve flattens out: no slope is left, and no information.
    known = (np.abs(apart) < FAR * sd) & (errors < FLAT * sd)
    known &= (np.abs(slope).max(axis=1) < 1e-7)[:, None]
    scores = np.where(known, measure.mean + apart, np.nan)
    return scores[back], np.where(known, errors, np.nan)[back]


def _damped(at: Objective, z: Floats, cases: Ints, value: Floats, step: Floats) -> Floats:
    """Halve steps until the objective does not fall."""
    factor = np.ones(z.shape[0])
    for _ in range(30):
        worse = at(z + factor[:, None] * step, cases)[0] < value - 1e-12 * np.abs(value)
        if not worse.any():
            break
        factor[worse] /= 2
    return np.asarray(factor[:, None] * step)
