"""Many samples of clusters at once: statistics that two-level likelihoods need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from collective_use.numerics.twolevel.likelihood import ClusterStatistics, Layout
from collective_use.numerics.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class ManySamples:
    """R samples of J clusters, complete data.

    Attributes
    ----------
    layout
        Where variables stand in d, the k means and values of a cluster.
    cases
        (R,) N of each sample.
    within
        (R, p, p) pooled products within clusters, divided by N - J.
    sizes, counts
        (s,) sizes that clusters have, and (R, s) how many have each.
    mean, cov
        (R, s, k) and (R, s, k, k) of d by size, divisor: count.
    d, n
        (R, J, k) and (R, J), by cluster.
    apart
        (R, J, n, p) members' deviations from their cluster's mean; 0 where there is no member.
    """

    layout: Layout
    cases: Floats
    within: Floats
    sizes: Floats
    counts: Floats
    mean: Floats
    cov: Floats
    d: Floats
    n: Floats
    apart: Floats

    @property
    def clusters(self) -> int:
        """Number of clusters of each sample."""
        return int(self.n.shape[1])


def many_samples(y: Floats, z: Floats, n: Floats) -> ManySamples:
    """Reduce R samples to what likelihoods need.

    Parameters
    ----------
    y
        (R, J, m, p) members' answers; only the first n of a cluster are looked at.
    z
        (R, J, c) values of clusters.
    n
        (R, J) members who answered.

    Examples
    --------
    >>> y = np.array([1.0, 3.0, 4.0, 8.0]).reshape(1, 2, 2, 1)
    >>> found = many_samples(y, np.zeros((1, 2, 0)), np.full((1, 2), 2.0))
    >>> found.within.item(), found.d.ravel().tolist()
    (5.0, [2.0, 6.0])
    """
    p, most = y.shape[-1], y.shape[2]
    there = (np.arange(most) < n[..., None])[..., None]
    own = np.where(there, y, 0.0).sum(axis=2) / n[..., None]
    apart = np.where(there, y - own[:, :, None, :], 0.0)
    R, J = n.shape
    flat = apart.reshape(R, J * most, p)
    cases = n.sum(axis=1)
    within = np.swapaxes(flat, 1, 2) @ flat / (cases - J)[:, None, None]
    d = np.concatenate([own, z], axis=-1)
    sizes = np.unique(n)
    chosen = (n[:, None, :] == sizes[:, None]).astype(float)
    counts = chosen.sum(axis=2)
    safe = np.maximum(counts, 1.0)
    mean = chosen @ d / safe[..., None]
    gap = (d[:, None] - mean[:, :, None, :]) * chosen[..., None]
    cov = np.swapaxes(gap, 2, 3) @ gap / safe[..., None, None]
    layout = Layout(p, d.shape[-1], np.arange(d.shape[-1]))
    return ManySamples(layout, cases, within, sizes, counts, mean, cov, d, n, apart)


def resampled(stats: ClusterStatistics, counts: Floats) -> ManySamples:
    """Return samples in which every cluster occurs so often, alike in number of clusters.

    Parameters
    ----------
    stats
        Cluster statistics of the sample they are drawn from.
    counts
        (R, J), every row with the same sum.

    Examples
    --------
    >>> from collective_use.numerics.twolevel.likelihood import cluster_statistics
    >>> y, layout = np.array([[1.0], [3.0], [5.0], [9.0]]), Layout(1, 1, np.array([0]))
    >>> stats = cluster_statistics(y, np.zeros((2, 0)), np.array([0, 0, 1, 1]), layout)
    >>> found = resampled(stats, np.array([[0.0, 2.0], [1.0, 1.0]]))
    >>> found.mean.ravel().tolist(), found.within.ravel().tolist()
    ([7.0, 4.5], [8.0, 5.0])
    """
    R, J = len(counts), int(counts[0].sum())
    s, k, p = stats.sizes.size, stats.layout.size, stats.layout.p
    number, mean, cov = np.empty((R, s)), np.empty((R, s, k)), np.empty((R, s, k, k))
    for i, size in enumerate(stats.sizes):
        at = stats.n == size
        own, gap = counts[:, at], stats.d[at] - stats.mean[i]
        number[:, i] = own.sum(axis=1)
        total = np.maximum(number[:, i], 1.0)[:, None]
        away = own @ gap / total
        products = own @ (gap[:, :, None] * gap[:, None, :]).reshape(-1, k * k) / total
        mean[:, i] = stats.mean[i] + away
        cov[:, i] = products.reshape(R, k, k) - away[:, :, None] * away[:, None, :]
    cases = counts @ stats.n
    within = (counts @ stats.products.reshape(-1, p * p)).reshape(R, p, p)
    within /= np.maximum(cases - J, 1.0)[:, None, None]
    return _without_members(stats.layout, cases, within, stats.sizes, number, mean, cov, J)


def alike(parts: Sequence[ClusterStatistics]) -> ManySamples:
    """Return groups whose clusters have the same sizes as samples of one."""

    def joined(name: str) -> Floats:
        return np.array([getattr(part, name) for part in parts], dtype=float)

    return _without_members(
        parts[0].layout, joined("N"), joined("within"), parts[0].sizes, joined("counts"),
        joined("mean"), joined("cov"), parts[0].J,
    )  # fmt: skip


def _without_members(
    layout: Layout, cases: Floats, within: Floats, sizes: Floats, counts: Floats,
    mean: Floats, cov: Floats, J: int,
) -> ManySamples:  # fmt: skip
    """Return samples with what likelihoods need only."""
    none, R = np.zeros((0, 0, 0)), len(cases)
    return ManySamples(
        layout, cases, within, sizes, counts, mean, cov, none, np.zeros((R, J)), none[None]
    )


def of_variables(samples: ManySamples, at: Ints) -> ManySamples:
    """Return the samples of some of the variables of level 1, in this order."""
    layout = Layout(at.size, at.size, np.arange(at.size))
    return replace(
        samples,
        layout=layout,
        within=samples.within[:, at][:, :, at],
        mean=samples.mean[..., at],
        cov=samples.cov[:, :, at][..., at],
        d=samples.d[..., at],
        apart=samples.apart[..., at],
    )


def stacked(parts: list[ManySamples]) -> ManySamples:
    """Return samples of different variables, alike in number, as one after the other."""
    if len(parts) == 1:
        return parts[0]

    def joined(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts])

    return replace(
        parts[0], cases=joined("cases"), within=joined("within"), counts=joined("counts"),
        mean=joined("mean"), cov=joined("cov"), d=joined("d"), n=joined("n"),
        apart=joined("apart"),
    )  # fmt: skip


def chosen(samples: ManySamples, rows: Ints) -> ManySamples:
    """Return some samples whole, clusters one by one included."""
    return replace(
        some(samples, rows), d=samples.d[rows], n=samples.n[rows], apart=samples.apart[rows]
    )


def some(samples: ManySamples, rows: Ints) -> ManySamples:
    """Return what fitting needs of some samples: no clusters one by one."""
    none = samples.d[:0]
    return replace(
        samples, cases=samples.cases[rows], within=samples.within[rows],
        counts=samples.counts[rows], mean=samples.mean[rows], cov=samples.cov[rows], d=none,
    )  # fmt: skip
