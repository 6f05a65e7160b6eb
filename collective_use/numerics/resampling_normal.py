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
    R = covs[0].shape[0]
    theta = np.tile(start, (R, 1))
    done, dead = np.zeros(R, dtype=bool), np.zeros(R, dtype=bool)
    value = np.full(R, np.inf)
    for _ in range(most):
        live = np.flatnonzero(~done & ~dead)
        if live.size == 0:
            break
        f, g, H = _evaluate(model, means, covs, shares, theta[live], live)
        value[live] = f
        bad = ~np.isfinite(f)
        dead[live[bad]] = True
        if bad.all():
            continue
        live, g, H = live[~bad], g[~bad], H[~bad]
        direction, lost = _directions(g, H, basis)
        dead[live[lost]] = True
        live, g, direction = live[~lost], g[~lost], direction[~lost]
        decrement = -np.einsum("ra,ra->r", g, direction)
        done[live[decrement < 1e-11]] = True
        moved, ok = _searched(
            model, means, covs, shares, theta[live], direction, decrement, value[live], live
        )
        dead[live[~ok & (decrement >= 1e-11)]] = True
        theta[live[ok]] = moved[ok]
    theta[~done] = np.nan
    return BatchFits(theta, done)


def _directions(g: Floats, H: Floats, basis: Floats | None) -> tuple[Floats, NDArray[np.bool_]]:
    if basis is not None:
        g, H = g @ basis, basis.T @ H @ basis
    lost = np.zeros(g.shape[0], dtype=bool)
    try:
        step = -np.linalg.solve(H, g[..., None])[..., 0]
    except np.linalg.LinAlgError:
        step = np.zeros_like(g)
        for r in range(g.shape[0]):
            try:
                step[r] = -np.linalg.solve(H[r], g[r])
            except np.linalg.LinAlgError:
                lost[r] = True
    lost |= ~np.isfinite(step).all(axis=1)
    return np.asarray(step if basis is None else step @ basis.T), lost


def _searched(
    model: Model,
    means: list[Floats],
    covs: list[Floats],
    shares: Floats,
    theta: Floats,
    direction: Floats,
    decrement: Floats,
    value: Floats,
    which: NDArray[np.intp],
) -> tuple[Floats, NDArray[np.bool_]]:
    moved, ok = theta.copy(), np.zeros(theta.shape[0], dtype=bool)
    length = 1.0
    for _ in range(8):
        todo = np.flatnonzero(~ok)
        if todo.size == 0:
            break
        candidate = theta[todo] + length * direction[todo]
        f = _evaluate(model, means, covs, shares, candidate, which[todo], value_only=True)[0]
        enough = value[todo] - 1e-4 * length * decrement[todo]
        good = (f <= enough) | ((decrement[todo] < 1e-9) & (f <= value[todo] + 1e-13))
        moved[todo[good]] = candidate[good]
        ok[todo[good]] = True
        length *= 0.5
    return moved, ok


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


def _evaluate(
    model: Model,
    means: list[Floats],
    covs: list[Floats],
    shares: Floats,
    theta: Floats,
    which: NDArray[np.intp],
    *,
    value_only: bool = False,
) -> tuple[Floats, Floats, Floats]:
    R, q = theta.shape
    f, g, H = np.zeros(R), np.zeros((R, q)), np.zeros((R, q, q))
    for block, mean, cov, share in zip(model.blocks, means, covs, shares, strict=True):
        state = moments(block, theta)
        P, log_det = _inverses(state.Sigma)
        T = cov[which]
        d = None
        if model.meanstructure:
            d = mean[which] - state.mu
            T = T + d[:, :, None] * d[:, None, :]
        F = log_det + np.einsum("rab,rab->r", P, T)
        f += 0.5 * share * F
        if value_only:
            continue
        by_sigma = 0.5 * (P - P @ T @ P)
        by_mu = None if d is None else -np.einsum("rab,rb->ra", P, d)
        cells = cells_of(block)
        g += share * gradient(cells, state, by_sigma, by_mu, q)
        H += share * expected_information(cells, state, P, q, means=model.meanstructure)
    return f, g, H
