"""Structure after measurement at two levels for many samples at once.

The local method of Rosseel & Loh (2022), Psychological Methods, with errors from each cluster's
influence on both steps: what `sam` does to one sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.sem.model import (
    Block,
    Cells,
    Model,
    State,
    cells_of,
    gradient,
    mean_factor,
    moments,
)
from collective_use.numerics.twolevel.many import (
    Point,
    fit_many_twolevel,
    information,
    point,
)
from collective_use.numerics.twolevel.many_samples import (
    ManySamples,
    chosen,
    of_variables,
    some,
    stacked,
)
from collective_use.numerics.twolevel.many_unrestricted import unrestricted
from collective_use.numerics.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class SetModel:
    """Latent variables that are measured on their own.

    Attributes
    ----------
    at
        Places of their indicators among the variables of level 1.
    model
        Blocks: within, between.
    lower
        (q,) bounds: 0 for variances.
    start
        What each parameter starts from: `LOADING`, `MEAN`, or a share of its variable's variance.
    row
        Indicator that a variance or mean belongs to; -1 for a latent variable's.
    level
        (q,) 0 within, 1 between.
    own, whole
        Places of parameters of the set's own vector and of the joint one.
    """

    at: Ints
    model: Model
    lower: Floats
    start: Floats
    row: Ints
    level: Ints
    own: Ints
    whole: Ints


LOADING, MEAN = -1.0, -2.0


@dataclass(frozen=True, slots=True)
class LevelModel:
    """What measures, and what is related, at one level.

    Attributes
    ----------
    block
        Measurement alone; its free cells are numbered by rows.
    rows, fixed
        Place of each row in the joint vector, -1 where `fixed` holds its value.
    targets
        Places of the latent variables among the block's.
    place
        Where the level's observed variables stand in d.
    plain
        Observed variables of the structure, places among the level's observed.
    covariances
        (c, 3): two variables of the structure (latent first, then plain) and the joint place.
    equations
        Outcome, its predictors, and the joint places of its paths.
    means
        (c, 2): a plain variable's place in d and the joint place of its mean.
    """

    block: Block
    rows: Ints
    fixed: Floats
    targets: Ints
    place: Ints
    plain: Ints
    covariances: Ints
    equations: tuple[tuple[int, tuple[int, ...], Ints], ...]
    means: Ints


@dataclass(frozen=True, slots=True)
class SamModel:
    """A two-level model taken apart.

    Attributes
    ----------
    joint
        The whole; what covariates take from the sample stands among its parameters.
    sets
        Measurement.
    levels
        Within, between.
    two
        Joint places of what the second step estimates.
    """

    joint: Model
    sets: tuple[SetModel, ...]
    levels: tuple[LevelModel, LevelModel]
    two: Ints


@dataclass(frozen=True, slots=True)
class SamMany:
    """Solutions of R samples.

    Attributes
    ----------
    theta, errors
        (R, q) joint estimates, and (R, q) errors of the second step's; NaN for others.
    solved
        (R,).
    """

    theta: Floats
    errors: Floats
    solved: Bools


def sam_many(model: SamModel, samples: ManySamples) -> SamMany:
    """Fit measurement, then structure, to R samples.

    Parameters
    ----------
    model
        Taken apart.
    samples
        Complete data.
    """
    R, J, q = len(samples.cases), samples.clusters, model.joint.n_free
    theta, solved = np.zeros((R, q)), np.ones(R, dtype=bool)
    moved = np.zeros((R, J, q))
    for alike in _alike(model.sets):
        _measured(alike, samples, theta, moved, solved)
    Sw, Sb = unrestricted(samples)
    for level, S in zip(model.levels, (Sw, Sb), strict=True):
        own = S[:, level.place[:, None], level.place]
        solved &= _related(level, own, samples, theta)
    errors = np.full((R, q), np.nan)
    good = np.flatnonzero(solved)
    if good.size:
        kept = chosen(samples, good)
        errors[good[:, None], model.two] = _errors(model, kept, theta[good], moved[good])
    return SamMany(theta, errors, solved & np.isfinite(errors[:, model.two]).all(axis=1))


def _alike(sets: tuple[SetModel, ...]) -> list[list[SetModel]]:
    """Return sets by their number of indicators: equal models are fitted together."""
    by: dict[tuple[int, int], list[SetModel]] = {}
    for part in sets:
        by.setdefault((part.at.size, part.model.n_free), []).append(part)
    return list(by.values())


def _measured(
    sets: list[SetModel], samples: ManySamples, theta: Floats, moved: Floats, solved: Bools
) -> None:
    R, first = len(samples.cases), sets[0]
    own = stacked([of_variables(samples, part.at) for part in sets])
    found = fit_many_twolevel(first.model, own, _start(first, own), first.lower)
    at = point(first.model, own, found.theta)
    inverse = np.linalg.pinv(information(at, observed=True), hermitian=True)
    influence = cluster_scores(at) @ inverse
    for k, part in enumerate(sets):
        rows = slice(k * R, (k + 1) * R)
        theta[:, part.whole] = found.theta[rows][:, part.own]
        moved[..., part.whole] = influence[rows][..., part.own]
        solved &= found.converged[rows]


def _start(part: SetModel, own: ManySamples) -> Floats:
    """Return where all begin: indicators share half of their variance within, and between."""
    Sw = own.within
    grand = own.d.mean(axis=1)
    gap = own.d - grand[:, None]
    harmonic = (1.0 / own.n).mean(axis=1)[:, None, None]
    Sb = np.swapaxes(gap, 1, 2) @ gap / own.clusters - Sw * harmonic
    p = own.layout.p
    out = np.empty((len(Sw), part.start.size))
    for level, S in ((0, Sw), (1, Sb)):
        spread = np.maximum(np.diagonal(S, axis1=1, axis2=2), 0.05 * np.diagonal(Sw, 0, 1, 2))
        common = (S.sum(axis=(1, 2)) - np.trace(S, axis1=1, axis2=2)) / (p * (p - 1))
        common = np.clip(common, 0.1 * spread.mean(axis=1), 0.9 * spread.mean(axis=1))
        rest = np.maximum(spread - common[:, None], 0.1 * spread)
        for k in np.flatnonzero(part.level == level):
            if part.start[k] == LOADING:
                out[:, k] = 1.0
            elif part.start[k] == MEAN:
                out[:, k] = grand[:, part.row[k]]
            else:
                out[:, k] = common if part.row[k] < 0 else rest[:, part.row[k]]
    return out


def _related(level: LevelModel, S: Floats, samples: ManySamples, theta: Floats) -> Bools:
    """Fill in what the second step estimates at one level; False where it cannot."""
    row = np.where(level.rows >= 0, theta[:, np.maximum(level.rows, 0)], level.fixed)
    state = moments(level.block, row)
    loadings = state.V[:, : level.block.p, level.targets]
    M = _mapping(loadings, state.Sigma, S, level.plain)
    turned = np.swapaxes(M, 1, 2)
    total, error = M @ S @ turned, M @ state.Sigma @ turned
    good = np.linalg.eigvalsh(total)[:, 0] > 1e-12 * np.trace(total, axis1=1, axis2=2)
    total[~good] = np.eye(total.shape[1])
    root = np.linalg.inv(np.linalg.cholesky(total))
    largest = np.linalg.eigvalsh(root @ error @ np.swapaxes(root, 1, 2))[:, -1]
    smallest = np.where(largest > 1e-12, 1.0 / np.maximum(largest, 1e-12), np.inf)
    spare = 1.0 / (samples.cases - 1)
    share = np.where(smallest < 1 + spare, smallest - spare, 1.0)
    latent = total - share[:, None, None] * error
    values = np.linalg.eigvalsh(latent)
    good &= values[:, 0] > 1e-14 * values[:, -1]
    latent[~good] = np.eye(latent.shape[1])
    rest = np.broadcast_to(np.eye(latent.shape[1]), latent.shape).copy()
    for outcome, by, places in level.equations:
        inner = latent[:, by][:, :, by]
        beta = np.linalg.solve(inner, latent[:, by, outcome][..., None])[..., 0]
        theta[:, places] = beta
        rest[:, outcome, by] = -beta
    left = rest @ latent @ np.swapaxes(rest, 1, 2)
    a, b, places = level.covariances.T
    theta[:, places] = left[:, a, b]
    if level.means.size:
        theta[:, level.means[:, 1]] = samples.d.mean(axis=1)[:, level.means[:, 0]]
    return np.asarray(good)


def _mapping(L: Floats, errors: Floats, S: Floats, plain: Ints) -> Floats:
    """Return Bartlett's mapping matrices (R, m, p), plain variables being themselves."""
    R, p, m = L.shape
    use = np.setdiff1d(np.arange(p), plain)
    inner = S[:, use][:, :, use]
    own = L[:, use]
    spread = np.trace(inner, axis1=1, axis2=2) / np.maximum((own**2).sum(axis=(1, 2)), 1e-300)
    weight = spread[:, None, None] * (own @ np.swapaxes(own, 1, 2)) + errors[:, use][:, :, use]
    weight[:, np.arange(use.size), np.arange(use.size)] += 1e-9 * np.diagonal(inner, 0, 1, 2)
    weighted = np.swapaxes(np.linalg.solve(weight, own), 1, 2)
    M = np.zeros((R, m + plain.size, p))
    M[:, :m, use] = np.linalg.solve(weighted @ own, weighted)
    M[:, m + np.arange(plain.size), plain] = 1.0
    return M


def _errors(model: SamModel, samples: ManySamples, theta: Floats, moved: Floats) -> Floats:
    """Return errors of the second step from the influence of clusters on both."""
    two = model.two
    at = point(model.joint, some(samples, np.arange(len(theta))), theta)
    info = information(at, two, observed=True)
    scores = second_scores(at, samples, two)
    # what the first step does not estimate has no influence in `moved`
    second = scores - moved @ info
    inner = np.linalg.pinv(info[:, two], hermitian=True)
    own = second @ inner
    own = own - own.mean(axis=1, keepdims=True)
    J = samples.clusters
    variance = (own**2).sum(axis=1) / samples.cases[:, None] ** 2 * (J / (J - 1))
    return np.sqrt(variance)


def _by_cluster(at: Point, samples: ManySamples) -> tuple[Ints, Floats]:
    """Return the place of each cluster's size (R, J), and its deviation times P (R, J, k)."""
    which = np.searchsorted(samples.sizes, samples.n)
    p, place = samples.layout.p, samples.layout.place
    mean = np.zeros((len(at.value), samples.layout.size))
    mean[:, :p] = at.states[0].mu
    mean[:, place] += at.states[1].mu
    gap = samples.d - mean[:, None]
    g = np.zeros_like(gap)
    for s in range(samples.sizes.size):
        g += np.where((which == s)[..., None], gap @ at.P[:, s], 0.0)
    return which, g


def cluster_scores(at: Point) -> Floats:
    """Return derivatives of every cluster's log-likelihood, (R, J, q)."""
    samples, model = at.samples, at.model
    p, place = samples.layout.p, samples.layout.place
    which, g = _by_cluster(at, samples)
    P = np.take_along_axis(at.P, which[:, :, None, None], axis=1)
    G = -0.5 * (P - g[..., :, None] * g[..., None, :])
    inside = samples.apart @ at.Pw[:, None]
    by_w = 0.5 * (np.swapaxes(inside, 2, 3) @ inside)
    n = samples.n[..., None, None]
    by_w -= 0.5 * (n - 1) * at.Pw[:, None]
    by_w += G[..., :p, :p] / n
    by_b = G[..., place[:, None], place]
    levels = ((by_w, g[..., :p]), (by_b, g[..., place]))
    out = np.zeros((*which.shape, model.n_free))
    for block, state, (sigma, mu) in zip(model.blocks, at.states, levels, strict=True):
        wide = State(*(getattr(state, name)[:, None] for name in State.__slots__))
        out += gradient(cells_of(block), wide, sigma, mu, model.n_free)
    return out


def second_scores(at: Point, samples: ManySamples, two: Ints) -> Floats:
    """Return the same of some parameters, by the columns that they need alone."""
    p, place = samples.layout.p, samples.layout.place
    which, g = _by_cluster(at, samples)
    n = samples.n[..., None, None]
    out = np.zeros((*which.shape, at.model.n_free))
    for level, (block, state) in enumerate(zip(at.model.blocks, at.states, strict=True)):
        cells = cells_of(block)
        own_cells = np.flatnonzero(np.isin(cells.free, two))
        if own_cells.size == 0:
            continue
        used, back = np.unique(
            np.concatenate([cells.u[own_cells], cells.v[own_cells]]), return_inverse=True
        )
        H = state.H[..., used]
        rows = np.arange(p) if level == 0 else place
        outer = np.swapaxes(H, 1, 2)[:, None] @ at.P[:, :, rows[:, None], rows] @ H[:, None]
        outer = np.take_along_axis(outer, which[:, :, None, None], axis=1)
        q = g[..., rows] @ H
        K = -0.5 * (outer - q[..., :, None] * q[..., None, :])
        if level == 0:
            own = at.Pw @ H
            inside = samples.apart @ own[:, None]
            K = K / n + 0.5 * (np.swapaxes(inside, 2, 3) @ inside)
            K -= 0.5 * (n - 1) * (np.swapaxes(H, 1, 2) @ own)[:, None]
        u, v = back[: own_cells.size], back[own_cells.size :]
        values = 2 * cells.s[own_cells] * K[..., u, v]
        part = Cells(cells.u[own_cells], cells.v[own_cells], cells.s[own_cells], cells.w[own_cells],
                     cells.free[own_cells], False)  # fmt: skip
        values += mean_factor(part, state)[:, None] * q[..., u]
        out[..., cells.free[own_cells]] += values
    return out[..., two]
