"""The information of two-level models from cells of their matrices, complete data.

The derivative of a cluster's covariance by one cell has rank two, at either level, so that the
information needs products of columns of H only (see `numerics.sem.model`), for every size that
clusters have, and never the derivatives of all moments.

References
----------
McDonald & Goldstein (1989), British Journal of Mathematical and Statistical Psychology 42:215.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.sem.model import (
    Cells,
    State,
    collect_square,
    expected_cells,
    mean_factor,
    pair_traces,
)
from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    cluster_covariances,
    cluster_mean,
)
from collective_use.numerics.types import Floats

_AT_ONCE = 30_000
"""So many numbers a table of sizes by pairs of cells may have: the processor keeps them near."""


@dataclass(frozen=True, slots=True)
class Level:
    """Free cells of one level and where they are."""

    cells: Cells
    state: State


def joined_cells(within: Level, between: Level) -> Cells:
    """Return the cells of both levels, as places in ``[H within, H between]``."""
    w, b = within.cells, between.cells
    shift = within.state.H.shape[1]
    free = np.concatenate([w.free, b.free])
    return Cells(
        np.concatenate([w.u, b.u + shift]), np.concatenate([w.v, b.v + shift]),
        np.concatenate([w.s, b.s]), np.concatenate([w.w, b.w]), free,
        bool(np.unique(free).size == free.size),
    )  # fmt: skip


def information_by_cells(
    stats: ClusterStatistics,
    levels: tuple[Level, Level],
    both: Cells,
    q: int,
    *,
    observed: bool,
) -> Floats:
    """Return the information of a group without the second derivatives of the moments, (q, q).

    Parameters
    ----------
    stats
        Cluster statistics.
    levels
        Cells and state within and between clusters.
    both
        What `joined_cells` returns of them.
    q
        Number of free parameters.
    observed
        Observed instead of expected.
    """
    layout, place = stats.layout, stats.layout.place
    within, between = levels
    Hw, Hb = within.state.H, between.state.H
    H = np.zeros((layout.size, Hw.shape[1] + Hb.shape[1]))
    H[: layout.p, : Hw.shape[1]] = Hw
    H[place, Hw.shape[1] :] = Hb
    Sw, Sb = within.state.Sigma, between.state.Sigma
    P: Floats = np.asarray(np.linalg.inv(cluster_covariances(layout, Sw, Sb, stats.sizes)), float)
    gap = stats.mean - cluster_mean(layout, within.state.mu, between.state.mu)
    factor = np.concatenate([mean_factor(within.cells, within.state),
                             mean_factor(between.cells, between.state)])  # fmt: skip
    inner = np.arange(both.u.size) < within.cells.u.size
    total = np.zeros((both.u.size, both.u.size))
    each = max(1, _AT_ONCE // max(total.size, 1))
    for first in range(0, stats.sizes.size, each):
        at = slice(first, first + each)
        T = stats.cov[at] + gap[at, :, None] * gap[at, None, :] if observed else None
        total += _of_sizes(
            both, H, P[at], T, gap[at], factor, stats.counts[at],
            np.where(inner, 1.0 / stats.sizes[at, None], 1.0),
        )  # fmt: skip
    k = within.cells.u.size
    total[:k, :k] += (stats.N - stats.J) * _pooled(within, stats.within, observed=observed)
    return collect_square(both, total, q)


def _of_sizes(
    cells: Cells, H: Floats, P: Floats, T: Floats | None, gap: Floats, factor: Floats,
    counts: Floats, share: Floats,
) -> Floats:  # fmt: skip
    """Return the information of clusters' means by pairs of cells, summed over sizes."""
    u, v = cells.u, cells.v
    K = H.T @ P @ H
    Ku = K[:, u]
    Kuu, Kuv, Kvv = Ku[:, :, u], Ku[:, :, v], K[:, v[:, None], v]
    values = Kvv * Kuu
    values += Kuv * Kuv.swapaxes(1, 2)
    if T is not None:
        # twice tr(P dV P dV P T) less the expected tr(P dV P dV), halved
        M = H.T @ (P @ T @ P) @ H
        Mu = M[:, u]
        crossed = Kuv * Mu[:, :, v].swapaxes(1, 2)
        values = Kvv * Mu[:, :, u] + Kuu * M[:, v[:, None], v] - values
        values += crossed
        values += crossed.swapaxes(1, 2)
    values *= cells.s[:, None] * cells.s
    values *= share[:, :, None] * share[:, None, :]
    # means have no share: every case of a cluster has the same
    values += factor[:, None] * factor * Kuu
    if T is not None:
        h = (gap[:, None, :] @ P @ H)[:, 0]
        cross = Kuu * h[:, None, v] + Kuv * h[:, None, u]
        cross *= factor[:, None] * (cells.s * share)[:, None, :]
        values += cross + cross.swapaxes(1, 2)
    return np.einsum("s,sab->ab", counts, values)


def _pooled(level: Level, S: Floats, *, observed: bool) -> Floats:
    """Return the information of one deviation within clusters by pairs of cells."""
    P: Floats = np.asarray(np.linalg.inv(level.state.Sigma), float)
    H = level.state.H
    values = expected_cells(level.cells, level.state, P, means=False)
    if not observed:
        return values
    return pair_traces(level.cells, H.T @ P @ H, H.T @ (P @ S @ P) @ H) - values
