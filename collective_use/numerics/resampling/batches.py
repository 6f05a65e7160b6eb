"""Many fits of one model at once: quasi-Newton steps side by side from a common start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.sem.model import (
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


@dataclass(frozen=True, slots=True)
class Piece:
    """Cases of one group that have the same variables, in R samples.

    Attributes
    ----------
    seen
        The variables they have, (k,).
    mean, cov
        Moments of those, divisor n, (R, k) and (R, k, k); any numbers where the share is 0.
    share
        Their number, or sum of weights, as a share of the whole sample, (R,).
    """

    seen: Ints
    mean: Floats
    cov: Floats
    share: Floats


def weighted_moments(Y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return means (R, p) and covariances (R, p, p) of R weightings of the cases.

    Parameters
    ----------
    Y
        Cases by variables, (n, p).
    weights
        How often every case counts, (R, n); without any, the mean is that of the cases.

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
    total = np.where(total > 0, total, 1.0)
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
    """Fit a model to R samples of complete cases by maximum likelihood.

    Parameters
    ----------
    model
        The compiled model, nothing fixed at sample values.
    means, covs
        By group (= block): (R, p) and (R, p, p), divisor n.
    shares
        n_g / N, the same in all samples.
    start
        Where all fits begin, (q,).
    basis
        Directions that linear constraints leave open, (q, r); None: all.
    most
        Largest number of steps.
    """
    R = covs[0].shape[0]
    blocks = [
        [Piece(np.arange(cov.shape[1]), mean, cov, np.full(R, share))]
        for mean, cov, share in zip(means, covs, shares, strict=True)
    ]
    return fit_pieces(model, blocks, start, basis, most)


def fit_pieces(
    model: Model,
    blocks: Sequence[Sequence[Piece]],
    start: Floats,
    basis: Floats | None = None,
    most: int = 50,
    enough: float = 1e-13,
) -> BatchFits:
    """Fit a model to R samples by maximum likelihood, complete or by missing pattern.

    Parameters
    ----------
    model
        The compiled model, nothing fixed at sample values.
    blocks
        By group: one piece of complete cases, or one a missing pattern.
    start, basis, most
        As in `batch_fits`.
    enough
        Expected fall of the function (half the discrepancy) whose step is the last one.

    References
    ----------
    Lee & Jennrich (1979), Psychometrika 44:99 (the expected information to begin with).
    """
    R = blocks[0][0].share.size
    sample = _Sample(model, blocks)

    def fresh(theta: Floats, rows: Ints) -> Floats:
        return _information(sample, theta, rows)

    def function(theta: Floats, rows: Ints) -> tuple[Floats, Floats]:
        return _value_and_gradient(sample, theta, rows)

    common = fresh_common(model, blocks, start)
    return fit_side_by_side(function, fresh, common, R, start, basis, most, enough)


def fresh_common(model: Model, blocks: Sequence[Sequence[Piece]], start: Floats) -> Floats:
    """Return the expected information at the start of a sample of mean shares, (q, q)."""
    mean = [
        [
            Piece(piece.seen, piece.mean[:1], piece.cov[:1], piece.share.mean(keepdims=True))
            for piece in pieces
        ]
        for pieces in blocks
    ]
    return _information(_Sample(model, mean), start[None], np.zeros(1, dtype=np.intp))[0]


Function: TypeAlias = Callable[[Floats, Ints], tuple[Floats, Floats]]
"""Takes parameters (r, q) and which samples they are of; returns values (r,), gradients (r, q)."""


def fit_side_by_side(
    function: Function,
    fresh: Callable[[Floats, Ints], Floats] | None,
    common: Floats,
    R: int,
    start: Floats,
    basis: Floats | None = None,
    most: int = 50,
    enough: float = 1e-13,
) -> BatchFits:
    """Minimise R functions that are alike, from one start and with one information at first.

    Second derivatives of resampled data differ little from the sample's: its inverse is updated
    from each sample's gradients, and made anew for those that have not ended after some steps.

    Parameters
    ----------
    function
        Values and gradients.
    fresh
        Information (r, q, q) of some samples at their parameters; None: never made anew.
    common
        Information at the start, (q, q).
    R
        Number of samples.
    start, basis, most, enough
        As in `fit_pieces`.

    Examples
    --------
    >>> aims = np.array([[1.0], [3.0]])
    >>> def function(theta, rows):
    ...     return ((theta - aims[rows]) ** 2).sum(axis=1), 2 * (theta - aims[rows])
    >>> found = fit_side_by_side(function, None, np.eye(1), 2, np.zeros(1))
    >>> found.theta.ravel().round(6).tolist()
    [1.0, 3.0]
    """
    theta = np.tile(start, (R, 1))
    value, g = function(theta, np.arange(R))
    first, lost = _inverted(common[None], basis)
    inverse = np.tile(first, (R, 1, 1))
    done, dead = np.zeros(R, dtype=bool), ~np.isfinite(value) | lost[0]
    for step in range(most):
        live = np.flatnonzero(~done & ~dead)
        if live.size == 0:
            break
        if step in _ANEW and fresh is not None:
            inverse[live], lost = _inverted(fresh(theta[live], live), basis)
            dead[live[lost]] = True
            live = live[~lost]
        slope = _open(g[live], basis)
        ahead = -(inverse[live] @ slope[..., None])[..., 0]
        decrement = -np.einsum("ra,ra->r", slope, ahead)
        done[live[decrement < enough]] = True
        direction = ahead if basis is None else ahead @ basis.T
        length = _searched(function, theta, value, g, direction, decrement, live)
        dead[live[(length == 0) & (decrement >= enough)]] = True
        inverse[live] = _updated(
            inverse[live], length[:, None] * ahead, _open(g[live], basis) - slope
        )
    theta[~done] = np.nan
    return BatchFits(theta, done)


_ANEW = (10, 20)
"""Steps at which what has not ended gets information of its own."""


def _open(g: Floats, basis: Floats | None) -> Floats:
    return g if basis is None else g @ basis


def _updated(inverse: Floats, moved: Floats, change: Floats) -> Floats:
    """Update inverse second derivatives by what the gradient did, where it is convex.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, equation 6.17 (BFGS).
    """
    curvature = np.einsum("ra,ra->r", moved, change)
    use = curvature > 1e-14 * np.einsum("ra,ra->r", moved, moved)
    safe = np.where(use, curvature, 1.0)
    across = (inverse @ change[..., None])[..., 0]
    both = across[:, :, None] * moved[:, None, :]
    weight = (1.0 + np.einsum("ra,ra->r", change, across) / safe) / safe
    step = weight[:, None, None] * moved[:, :, None] * moved[:, None, :]
    step -= (both + both.swapaxes(1, 2)) / safe[:, None, None]
    return np.asarray(inverse + np.where(use[:, None, None], step, 0.0))


@dataclass(frozen=True, slots=True)
class _Sample:
    model: Model
    blocks: Sequence[Sequence[Piece]]


def _inverted(H: Floats, basis: Floats | None) -> tuple[Floats, NDArray[np.bool_]]:
    """Return inverse information along open directions, and which could not be inverted."""
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
    function: Function,
    theta: Floats,
    value: Floats,
    g: Floats,
    direction: Floats,
    decrement: Floats,
    live: NDArray[np.intp],
) -> Floats:
    """Move `theta`, `value` and `g` of the live replications in place; return the step lengths."""
    taken = np.zeros(live.size)
    length = 1.0
    for _ in range(8):
        todo = np.flatnonzero(taken == 0)
        if todo.size == 0:
            break
        rows = live[todo]
        candidate = theta[rows] + length * direction[todo]
        f, slope = function(candidate, rows)
        enough = value[rows] - 1e-4 * length * decrement[todo]
        good = (f <= enough) | ((decrement[todo] < 1e-9) & (f <= value[rows] + 1e-13))
        theta[rows[good]], value[rows[good]], g[rows[good]] = candidate[good], f[good], slope[good]
        taken[todo[good]] = length
        length *= 0.5
    return taken


def inverses(Sigma: Floats) -> tuple[Floats, Floats]:
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
    means = sample.model.meanstructure
    for block, pieces in zip(sample.model.blocks, sample.blocks, strict=True):
        state = moments(block, theta)
        by_sigma, by_mu = np.zeros_like(state.Sigma), np.zeros_like(state.mu)
        for piece in pieces:
            place = _place(piece.seen)
            share = piece.share[which]
            P, log_det = inverses(state.Sigma[place])
            T = piece.cov[which]
            if means:
                d = piece.mean[which] - state.mu[:, piece.seen]
                T = T + d[:, :, None] * d[:, None, :]
                by_mu[:, piece.seen] -= share[:, None] * (P @ d[..., None])[..., 0]
            # a pattern that a sample has no case of adds nothing, whatever its determinant
            own = np.where(share > 0, log_det + np.einsum("rab,rab->r", P, T), 0.0)
            f += 0.5 * share * own
            by_sigma[place] += 0.5 * share[:, None, None] * (P - P @ T @ P)
        g += gradient(cells_of(block), state, by_sigma, by_mu if means else None, q)
    return f, g


def _place(seen: Ints) -> tuple[slice, Ints, Ints]:
    return slice(None), seen[:, None], seen[None, :]


def _information(sample: _Sample, theta: Floats, which: NDArray[np.intp]) -> Floats:
    R, q = theta.shape
    H = np.zeros((R, q, q))
    means = sample.model.meanstructure
    for block, pieces in zip(sample.model.blocks, sample.blocks, strict=True):
        state = moments(block, theta)
        for piece in pieces:
            place = _place(piece.seen)
            whole = np.zeros_like(state.Sigma)
            whole[place] = inverses(state.Sigma[place])[0]
            own = expected_information(cells_of(block), state, whole, q, means=means)
            H += piece.share[which, None, None] * own
    return H
