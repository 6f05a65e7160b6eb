"""REML and ML estimates of the nested model with a log-linear residual variance.

``log d_i = w_i'γ``: nlme's varIdent is a dummy for each stratum but one in w, its varExp a
numeric column (γ = 2 δ).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.groups.mixed.nested import NestedRows, nested_likelihood
from collective_use.numerics.groups.mixed.optimum import minimum
from collective_use.numerics.types import Floats

_FARTHEST = 30.0
"""Log ratio of two residual variances beyond which one of them counts as gone."""


@dataclass(frozen=True, slots=True)
class NestedModel:
    """Estimates of a nested model.

    Attributes
    ----------
    reml
        Whether the likelihood was restricted.
    log_likelihood
        With all constants, as nlme reports it.
    beta, beta_covariance
        (p,) fixed part and (p, p) its covariance.
    T
        (q, q) covariance of the group effects.
    member_variance
        Variance of member effects; 0 where there are none.
    gamma, gamma_covariance
        (k,) log-linear part of the residual variance and (k, k) its covariance, NaN where the
        information is singular.
    converged
        Whether the slope vanished.
    """

    reml: bool
    log_likelihood: float
    beta: Floats
    beta_covariance: Floats
    T: Floats
    member_variance: float
    gamma: Floats
    gamma_covariance: Floats
    converged: bool


def fit_nested(rows: NestedRows, W: Floats, *, reml: bool = True) -> NestedModel:
    """Return the estimates at the optimum of the likelihood.

    Parameters
    ----------
    rows
        The data.
    W
        (N, k) columns of the log residual variance, the first one a constant.
    reml
        Restricted or full likelihood.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones((4, 1))
    >>> rows = NestedRows(np.array([0.0, 2.0, 4.0, 6.0]), one, one, np.array([0, 0, 1, 1]))
    >>> fit = fit_nested(rows, one)
    >>> round(float(fit.T[0, 0]), 6), round(float(np.exp(fit.gamma[0])), 6)
    (7.0, 2.0)
    """
    q, members = rows.Z.shape[1], rows.member is not None
    places = np.tril_indices(q)

    def parts(theta: Floats) -> tuple[Floats, float, Floats]:
        L = np.zeros((q, q))
        L[places] = theta[: len(places[0])]
        rest = theta[len(places[0]) :]
        return L, float(rest[0]) if members else 0.0, rest[1:] if members else rest

    def deviance(theta: Floats) -> tuple[float, Floats]:
        L, root, gamma = parts(theta)
        logs = W @ gamma
        if not np.isfinite(theta).all() or np.abs(logs).max() > 300 or np.ptp(logs) > _FARTHEST:
            return np.inf, np.zeros_like(theta)
        d = np.exp(logs)
        try:
            fit = nested_likelihood(rows, L, root * root, d, reml=reml)
        except np.linalg.LinAlgError:
            return np.inf, np.zeros_like(theta)
        slope_L = 2.0 * (fit.slope_level @ L)[places]
        own = [2.0 * root * fit.slope_member] if members else []
        return -fit.value, -np.concatenate([slope_L, own, W.T @ (fit.slope_rows * d)])

    found = minimum(deviance, _starts(rows, W.shape[1], places, members))
    L, root, gamma = parts(found.theta)
    fit = nested_likelihood(rows, L, root * root, np.exp(W @ gamma), reml=reml)
    covariance = _covariance(found.hessian)[-len(gamma) :, -len(gamma) :]
    return NestedModel(
        reml, fit.value, fit.beta, fit.covariance, L @ L.T, root * root, gamma, covariance,
        found.converged,
    )  # fmt: skip


def _starts(
    rows: NestedRows, k: int, places: tuple[NDArray[np.intp], NDArray[np.intp]], members: bool
) -> list[Floats]:
    residual = rows.y - rows.X @ np.linalg.lstsq(rows.X, rows.y, rcond=None)[0]
    spread = max(float(residual.std()), 1e-8)
    width = np.sqrt((rows.Z**2).mean(axis=0))
    out = []
    for share in (0.5, 0.15):
        diagonal = places[0] == places[1]
        L = np.where(diagonal, share * spread / np.maximum(width[places[0]], 1e-8), 0.0)
        own = [0.4 * spread] if members else []
        gamma = np.zeros(k)
        gamma[0] = 2.0 * np.log(0.75 * spread)
        out.append(np.concatenate([L, own, gamma]))
    return out


def _covariance(hessian: Floats) -> Floats:
    """Invert the information; directions in which nothing is known have no variance to give."""
    roots, axes = np.linalg.eigh(hessian)
    known = roots > 1e-9 * max(float(roots[-1]), 1e-300)
    inverse = np.where(known, 1.0 / np.where(known, roots, 1.0), np.nan)
    if known.all():
        return np.asarray((axes * inverse) @ axes.T)
    out = (axes[:, known] * inverse[known]) @ axes[:, known].T
    lost = (axes[:, ~known] ** 2).sum(axis=1) > 1e-6
    out[lost], out[:, lost] = np.nan, np.nan
    return np.asarray(out)
