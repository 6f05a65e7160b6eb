"""Many normal-theory fits of one model at once: batched Fisher scoring from a common start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.moments import Floats
from collective_use.numerics.sem_model import (
    Model,
    cells_of,
    expected_information,
    gradient,
    moments,
)


@dataclass(frozen=True, slots=True)
class BatchFits:
    """Solutions of R samples.

    Attributes
    ----------
    theta
        Free parameters, (R, q); NaN where estimation failed.
    converged
        Which gradients vanished, (R,).
    """

    theta: Floats
    converged: NDArray[np.bool_]


def weighted_moments(Y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return means (R, p) and covariances (R, p, p) of R weightings of the cases.

    Parameters
    ----------
    Y
        Cases by variables, (n, p).
    weights
        How often every case counts, (R, n).

    Examples
    --------
    >>> mean, cov = weighted_moments(np.array([[0.0], [2.0]]), np.array([[1.0, 1.0]]))
    >>> float(mean[0, 0]), float(cov[0, 0, 0])
    (1.0, 1.0)
    """
    shift = Y.mean(axis=0)
    C = Y - shift
    p = Y.shape[1]
    rows, columns = np.tril_indices(p)
    total = weights.sum(axis=1, keepdims=True)
    mean = weights @ C / total
    cross = weights @ (C[:, rows] * C[:, columns]) / total
    cov = np.empty((weights.shape[0], p, p))
    cov[:, rows, columns] = cov[:, columns, rows] = cross - mean[:, rows] * mean[:, columns]
    return mean + shift, cov


def batch_fits(
    model: Model,
    means: list[Floats],
    covs: list[Floats],
    shares: Floats,
    start: Floats,
    basis: Floats | None = None,
    most: int = 50,
) -> BatchFits:
    """Fit a model to R samples by maximum likelihood.

    Parameters
    ----------
    model
        The compiled model, nothing fixed at sample values.
    means, covs
        By group (= block): (R, p) and (R, p, p), divisor n.
    shares
        n_g / N.
    start
        Where all fits begin, (q,).
    basis
        Directions that linear constraints leave open, (q, r); None: all.
    most
        Largest number of steps.

    References
    ----------
    Lee & Jennrich (1979), Psychometrika 44:99 (Fisher scoring).
    """
    R, q = covs[0].shape[0], start.size
    sample = _Sample(model, means, covs, shares)
    directions = q if basis is None else basis.shape[1]
    theta = np.tile(start, (R, 1))
    value, g = _value_and_gradient(sample, theta, np.arange(R))
    inverse = np.zeros((R, directions, directions))
    done, dead = np.zeros(R, dtype=bool), ~np.isfinite(value)
    for step in range(most):
        live = np.flatnonzero(~done & ~dead)
        if live.size == 0:
            break
        if step < _FRESH or step % _FRESH == 0:
            inverse[live], lost = _inverse_information(sample, theta[live], live, basis)
            dead[live[lost]] = True
            live = live[~lost]
        slope = g[live] if basis is None else g[live] @ basis
        direction = -(inverse[live] @ slope[..., None])[..., 0]
        direction = direction if basis is None else direction @ basis.T
        decrement = -np.einsum("ra,ra->r", g[live], direction)
        done[live[decrement < 1e-11]] = True
        ok = _searched(sample, theta, value, g, direction, decrement, live)
        dead[live[~ok & (decrement >= 1e-11)]] = True
    theta[~done] = np.nan
    return BatchFits(theta, done)


_FRESH = 4
"""The information is computed anew in so many first steps, then in every such step.

Fisher scoring converges at the rate of the gap between expected and observed information, not of
the information's own age.
"""


@dataclass(frozen=True, slots=True)
class _Sample:
    model: Model
    means: list[Floats]
    covs: list[Floats]
    shares: Floats


def _inverse_information(
    sample: _Sample, theta: Floats, which: NDArray[np.intp], basis: Floats | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return inverse information along open directions, and which could not be inverted."""
    H = _information(sample, theta, which)
    if basis is not None:
        H = basis.T @ H @ basis
    lost = np.zeros(H.shape[0], dtype=bool)
    try:
        inverse = np.linalg.inv(H)
    except np.linalg.LinAlgError:
        inverse = np.zeros_like(H)
        for r in range(H.shape[0]):
            try:
                inverse[r] = np.linalg.inv(H[r])
            except np.linalg.LinAlgError:
                lost[r] = True
    return np.asarray(inverse), lost | ~np.isfinite(inverse).all(axis=(1, 2))


def _searched(
    sample: _Sample,
    theta: Floats,
    value: Floats,
    g: Floats,
    direction: Floats,
    decrement: Floats,
    live: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Move `theta`, `value` and `g` of the live replications along their directions, in place."""
    ok = np.zeros(live.size, dtype=bool)
    length = 1.0
    for _ in range(8):
        todo = np.flatnonzero(~ok)
        if todo.size == 0:
            break
        rows = live[todo]
        candidate = theta[rows] + length * direction[todo]
        f, slope = _value_and_gradient(sample, candidate, rows)
        enough = value[rows] - 1e-4 * length * decrement[todo]
        good = (f <= enough) | ((decrement[todo] < 1e-9) & (f <= value[rows] + 1e-13))
        theta[rows[good]], value[rows[good]], g[rows[good]] = candidate[good], f[good], slope[good]
        ok[todo[good]] = True
        length *= 0.5
    return ok


def _inverses(Sigma: Floats) -> tuple[Floats, Floats]:
    """Return inverses and log-determinants; infinite where not positive definite."""
    log_extra = np.zeros(Sigma.shape[0])
    try:
        L = np.linalg.cholesky(Sigma)
    except np.linalg.LinAlgError:
        impossible = ~(np.linalg.eigvalsh(Sigma)[:, 0] > 1e-14)
        Sigma = np.where(impossible[:, None, None], np.eye(Sigma.shape[1]), Sigma)
        log_extra[impossible] = np.inf
        L = np.linalg.cholesky(Sigma)
    log_det = 2 * np.log(np.diagonal(L, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(np.linalg.inv(Sigma)), log_det + log_extra


def _value_and_gradient(
    sample: _Sample, theta: Floats, which: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    R, q = theta.shape
    f, g = np.zeros(R), np.zeros((R, q))
    model = sample.model
    parts = zip(model.blocks, sample.means, sample.covs, sample.shares, strict=True)
    for block, mean, cov, share in parts:
        state = moments(block, theta)
        P, log_det = _inverses(state.Sigma)
        T = cov[which]
        d = None
        if model.meanstructure:
            d = mean[which] - state.mu
            T = T + d[:, :, None] * d[:, None, :]
        f += 0.5 * share * (log_det + np.einsum("rab,rab->r", P, T))
        by_sigma = 0.5 * (P - P @ T @ P)
        by_mu = None if d is None else -np.einsum("rab,rb->ra", P, d)
        g += share * gradient(cells_of(block), state, by_sigma, by_mu, q)
    return f, g


def _information(sample: _Sample, theta: Floats, which: NDArray[np.intp]) -> Floats:
    R, q = theta.shape
    H = np.zeros((R, q, q))
    model = sample.model
    for block, share in zip(model.blocks, sample.shares, strict=True):
        state = moments(block, theta)
        P, _ = _inverses(state.Sigma)
        H += share * expected_information(cells_of(block), state, P, q, means=model.meanstructure)
    return H
