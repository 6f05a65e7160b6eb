"""One two-level model fitted to many samples at once, complete data.

References
----------
McDonald & Goldstein (1989), British Journal of Mathematical and Statistical Psychology 42:215;
Bertsekas (1982), SIAM Journal on Control and Optimization 20:221 (projected Newton steps).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.resampling.batches import inverses
from collective_use.numerics.sem.model import (
    Cells,
    Model,
    State,
    cells_of,
    gradient,
    mean_factor,
    moments,
    second_derivative,
)
from collective_use.numerics.twolevel.likelihood import Layout
from collective_use.numerics.twolevel.many_samples import ManySamples, some
from collective_use.numerics.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Point:
    """A two-level model of R samples at some parameters.

    Attributes
    ----------
    model, samples
        What is fitted to what.
    states
        Moments within and between.
    value
        (R,) minus the log-likelihood per case, without its constant; infinite where undefined.
    by_w, by_b, by_mu
        Derivatives of the value by the covariances within, between, and by the means of d.
    Pw, P, gap, T
        Inverse of the covariances within (R, p, p) and of d by size (R, s, k, k); deviations of
        its means (R, s, k) and its products around what the model implies (R, s, k, k).
    """

    model: Model
    samples: ManySamples
    states: tuple[State, State]
    value: Floats
    by_w: Floats
    by_b: Floats
    by_mu: Floats
    Pw: Floats
    P: Floats
    gap: Floats
    T: Floats


def cluster_covariances(layout: Layout, Sw: Floats, Sb: Floats, sizes: Floats) -> Floats:
    """Return covariances of d by size, (R, s, k, k)."""
    k, p, place = layout.size, layout.p, layout.place
    V = np.zeros((len(Sw), sizes.size, k, k))
    V[:, :, place[:, None], place] = Sb[:, None]
    V[:, :, :p, :p] += Sw[:, None] / sizes[:, None, None]
    return V


def point(model: Model, samples: ManySamples, theta: Floats) -> Point:
    """Return value and derivatives by the moments.

    Parameters
    ----------
    model
        Blocks: within, between.
    samples
        R samples.
    theta
        (R, q).
    """
    layout, p, place = samples.layout, samples.layout.p, samples.layout.place
    within, between = (moments(block, theta) for block in model.blocks)
    Pw, log_w = inverses(within.Sigma)
    V = cluster_covariances(layout, within.Sigma, between.Sigma, samples.sizes)
    R, s, k, _ = V.shape
    P, log_v = inverses(V.reshape(R * s, k, k))
    P, log_v = P.reshape(R, s, k, k), log_v.reshape(R, s)
    mean = np.zeros((R, k))
    mean[:, :p] = within.mu
    mean[:, place] += between.mu
    gap = samples.mean - mean[:, None]
    T = samples.cov + gap[..., :, None] * gap[..., None, :]
    N, free = samples.cases, samples.cases - samples.clusters
    own = log_w + np.einsum("rab,rab->r", Pw, samples.within)
    d = log_v + np.einsum("rsab,rsab->rs", P, T)
    # a size that no cluster of a sample has adds nothing, whatever its determinant
    there = samples.counts * np.where(samples.counts > 0, d, 0.0)
    value = 0.5 * (free * own + there.sum(axis=1)) / N
    share = (samples.counts / N[:, None])[..., None, None]
    by_d = 0.5 * share * (P - P @ T @ P)
    by_w = 0.5 * (free / N)[:, None, None] * (Pw - Pw @ samples.within @ Pw)
    by_w = by_w + (by_d[..., :p, :p] / samples.sizes[:, None, None]).sum(axis=1)
    by_b = by_d.sum(axis=1)[:, place[:, None], place]
    by_mu = -(share[..., 0] * np.einsum("rsab,rsb->rsa", P, gap)).sum(axis=1)
    return Point(model, samples, (within, between), value, by_w, by_b, by_mu, Pw, P, gap, T)


def slope(at: Point) -> Floats:
    """Return derivatives by the free parameters, (R, q)."""
    p, place, q = at.samples.layout.p, at.samples.layout.place, at.model.n_free
    within, between = at.states
    first, second = (cells_of(block) for block in at.model.blocks)
    out = gradient(first, within, at.by_w, at.by_mu[:, :p], q)
    return np.asarray(out + gradient(second, between, at.by_b, at.by_mu[:, place], q))


@dataclass(frozen=True, slots=True)
class Columns:
    """Derivatives of the moments of d by the cells of both levels, as columns of H.

    Attributes
    ----------
    H
        (R, k, c).
    u, v, s, free
        As `Cells`, within first.
    within
        How many cells are of level 1.
    mean
        (R, cells, k) derivatives of the means of d.
    """

    H: Floats
    u: Ints
    v: Ints
    s: Floats
    free: Ints
    within: int
    mean: Floats


def columns(at: Point) -> Columns:
    """Return the derivatives of the moments of d."""
    layout = at.samples.layout
    first, second = (cells_of(block) for block in at.model.blocks)
    Hw, Hb = at.states[0].H, at.states[1].H
    R, w = len(Hw), Hw.shape[-1]
    H = np.zeros((R, layout.size, w + Hb.shape[-1]))
    H[:, : layout.p, :w] = Hw
    H[:, layout.place, w:] = Hb
    u, v = np.concatenate([first.u, w + second.u]), np.concatenate([first.v, w + second.v])
    factor = np.concatenate(
        [
            mean_factor(cells, state)
            for cells, state in zip((first, second), at.states, strict=True)
        ],
        axis=-1,
    )
    mean = factor[..., None] * np.swapaxes(H, 1, 2)[:, u]
    free = np.concatenate([first.free, second.free])
    return Columns(H, u, v, np.concatenate([first.s, second.s]), free, first.u.size, mean)


def information(at: Point, columns_of: Ints | None = None, *, observed: bool) -> Floats:
    """Return the information per case by free parameters, (R, q, q).

    Parameters
    ----------
    at
        Where.
    columns_of
        Places of the parameters whose columns are asked for, in order; None for all.
    observed
        Second derivatives of minus the log-likelihood, else what they are expected to be.
    """
    q = at.model.n_free
    asked = np.arange(q) if columns_of is None else columns_of
    by = columns(at)
    wanted = np.flatnonzero(np.isin(by.free, asked))
    R, cells = len(at.value), by.free.size
    values = np.zeros((R, cells, wanted.size))
    _pooled(at, by, wanted, values, observed=observed)
    for s in range(at.samples.sizes.size):
        _by_size(at, by, wanted, values, s, observed=observed)
    values /= at.samples.cases[:, None, None]
    if observed:
        values += _curvature(at, wanted)
    # every cell has a parameter of its own
    out = np.zeros((R, q, asked.size))
    out[:, by.free[:, None], np.searchsorted(asked, by.free[wanted])] = values
    return out


def _traces(left: Floats, right: Floats, by: Columns, rows: Ints, wanted: Ints) -> Floats:
    """Return tr(P dV_a Q dV_b) for some cells from H'PH and H'QH, (R, rows, wanted)."""
    u, v, s = by.u, by.v, by.s
    lu, lv = left[:, u[rows]], left[:, v[rows]]
    ru, rv = right[:, u[rows]], right[:, v[rows]]
    x, y = u[wanted], v[wanted]
    total = rv[..., x] * lu[..., y] + rv[..., y] * lu[..., x]
    total += ru[..., x] * lv[..., y] + ru[..., y] * lv[..., x]
    return np.asarray(total * (s[rows][:, None] * s[wanted]))


def _pairs(
    K: Floats, L: Floats, by: Columns, rows: Ints, wanted: Ints, *, observed: bool
) -> Floats:
    """Return tr(P Da P Db), or 2 tr(P Da P Db P T) less that when observed."""
    if not observed:
        return _traces(K, K, by, rows, wanted)
    rest = L - K / 2
    return _traces(K, rest, by, rows, wanted) + _traces(rest, K, by, rows, wanted)


def _pooled(at: Point, by: Columns, wanted: Ints, values: Floats, *, observed: bool) -> None:
    p, w = at.samples.layout.p, by.within
    own = np.flatnonzero(wanted < w)
    if own.size == 0:
        return
    H = by.H[:, :p]
    turned = np.swapaxes(H, 1, 2)
    PH = at.Pw @ H
    K = turned @ PH
    L = np.swapaxes(PH, 1, 2) @ at.samples.within @ PH if observed else K
    rows = np.arange(w)
    free = (at.samples.cases - at.samples.clusters)[:, None, None]
    values[:, :w, own] += 0.5 * free * _pairs(K, L, by, rows, wanted[own], observed=observed)


def _by_size(
    at: Point, by: Columns, wanted: Ints, values: Floats, s: int, *, observed: bool
) -> None:
    P, gap = at.P[:, s], at.gap[:, s]
    PH = P @ by.H
    K = np.swapaxes(by.H, 1, 2) @ PH
    L = np.swapaxes(PH, 1, 2) @ at.T[:, s] @ PH if observed else K
    rows = np.arange(by.free.size)
    level = np.where(rows < by.within, 1.0 / at.samples.sizes[s], 1.0)
    piece = 0.5 * _pairs(K, L, by, rows, wanted, observed=observed)
    piece = piece * (level[:, None] * level[wanted])
    Pm = by.mean @ P
    piece += Pm @ np.swapaxes(by.mean[:, wanted], 1, 2)
    if observed:
        # m_a' P D_b P gap, and the same with a and b changed
        g = np.einsum("rck,rkl,rl->rc", np.swapaxes(by.H, 1, 2), P, gap)
        M = Pm @ by.H
        one = _mean_pairs(M, g, by, wanted) * level[wanted]
        other = np.swapaxes(_mean_pairs(M[:, wanted], g, by, rows) * level, 1, 2)
        piece += one + other
    values += at.samples.counts[:, s, None, None] * piece


def _mean_pairs(M: Floats, g: Floats, by: Columns, cells: Ints) -> Floats:
    """Return m_a' P D_b P gap from m_a' P H and H' P gap, (R, rows of M, cells)."""
    u, v = by.u[cells], by.v[cells]
    return np.asarray(by.s[cells] * (M[..., u] * g[:, None, v] + M[..., v] * g[:, None, u]))


def _curvature(at: Point, wanted: Ints) -> Floats:
    """Return what second derivatives of the moments add, by cells."""
    p, place = at.samples.layout.p, at.samples.layout.place
    parts = []
    levels = zip(
        at.model.blocks, at.states, (at.by_w, at.by_b), (at.by_mu[:, :p], at.by_mu[:, place]),
        strict=True,
    )  # fmt: skip
    for block, state, by_sigma, by_mu in levels:
        cells = cells_of(block)
        alone = Cells(cells.u, cells.v, cells.s, cells.w, np.arange(cells.u.size), True)
        parts.append(second_derivative(block, alone, state, by_sigma, by_mu, cells.u.size))
    w, b = parts[0].shape[-1], parts[1].shape[-1]
    out = np.zeros((len(at.value), w + b, w + b))
    out[:, :w, :w], out[:, w:, w:] = parts
    return out[..., wanted]


@dataclass(frozen=True, slots=True)
class ManyTwoLevel:
    """Solutions of R samples.

    Attributes
    ----------
    theta
        (R, q); the last point reached where `converged` is false.
    converged
        (R,).
    """

    theta: Floats
    converged: Bools


def fit_many_twolevel(
    model: Model, samples: ManySamples, start: Floats, lower: Floats, most: int = 100
) -> ManyTwoLevel:
    """Fit a two-level model to R samples by maximum likelihood, parameters at their bounds or over.

    Parameters
    ----------
    model
        Blocks: within, between.
    samples
        R samples.
    start
        (R, q), within the bounds.
    lower
        (q,) lower bounds, minus infinity where there is none.
    most
        Largest number of steps.
    """
    theta, done = start.copy(), np.zeros(len(start), dtype=bool)
    live = np.arange(len(start))
    for step in range(most):
        now = some(samples, live)
        at = point(model, now, theta[live])
        g = slope(at)
        held = (theta[live] <= lower) & (g > 0)
        ahead = _direction(at, g, held, observed=step >= _EXPECTED)
        decrement = np.where(np.isfinite(at.value), -(g * ahead).sum(axis=1), 0.0)
        good = (decrement < 1e-12) & np.isfinite(at.value)
        done[live[good]] = True
        theta[live[good]] = np.maximum(theta[live[good]] + ahead[good], lower)
        moved, taken = _searched(model, now, at.value, theta[live], ahead, decrement, lower)
        going = ~good & taken
        theta[live[going]] = moved[going]
        # rounding can keep the last digits from getting better
        done[live[~good & ~taken & (decrement < 1e-12)]] = True
        live = live[going]
        if live.size == 0:
            break
    return ManyTwoLevel(theta, done)


_EXPECTED = 3
"""Steps with the expected information; later ones with the observed."""


def _direction(at: Point, g: Floats, held: Bools, *, observed: bool) -> Floats:
    H = information(at, observed=observed)
    q = np.arange(g.shape[1])
    H = np.where(~held[:, :, None] & ~held[:, None, :], H, 0.0)
    H[:, q, q] += held
    finite = np.isfinite(H).all(axis=(1, 2))
    H[~finite] = np.eye(q.size)
    try:
        np.linalg.cholesky(H)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(H)
        wrong = values[:, 0] <= 0
        away = np.maximum(np.abs(values[wrong]), 1e-6 * np.abs(values[wrong]).max(axis=1)[:, None])
        turned = vectors[wrong]
        H[wrong] = (turned * away[:, None, :]) @ np.swapaxes(turned, 1, 2)
    return np.asarray(-np.linalg.solve(H, np.where(held, 0.0, g)[..., None])[..., 0])


def _searched(
    model: Model, samples: ManySamples, value: Floats, theta: Floats, ahead: Floats,
    decrement: Floats, lower: Floats,
) -> tuple[Floats, Bools]:  # fmt: skip
    """Return where a step of fair length leads, and whether one was found."""
    out, taken = theta.copy(), np.zeros(len(theta), dtype=bool)
    length = 1.0
    for _ in range(12):
        todo = np.flatnonzero(~taken)
        if todo.size == 0:
            break
        there = np.maximum(theta[todo] + length * ahead[todo], lower)
        found = point(model, some(samples, todo), there).value
        enough = value[todo] - 1e-4 * length * decrement[todo]
        near = (decrement[todo] < 1e-10) & (found <= value[todo] + 1e-14)
        good = (found <= enough) | near
        out[todo[good]] = there[good]
        taken[todo[good]] = True
        length *= 0.5
    return out, taken
