"""Unrestricted moments of both levels of one group, scored pair by pair of directions.

Either the between covariance may be any, or it is kept a possible one.

In directions in which the covariances within and between are both diagonal the expected
information has two rows for every pair of directions, so that a step of Fisher's scoring costs
what a few products of p x p matrices do, where Newton steps on all moments solve a system of
p (p + 1) equations. Every variable of level 1 has to vary between clusters.

References
----------
Searle, Casella & McCulloch (1992), Variance components, section 6.3 (scoring).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    Layout,
    twolevel_loglik,
)
from collective_use.numerics.twolevel.many_samples import ManySamples
from collective_use.numerics.twolevel.many_unrestricted import (
    Place,
    ahead,
    balanced,
    crossed,
    place_of,
)
from collective_use.numerics.twolevel.unrestricted import Moments, Saturated
from collective_use.numerics.types import Floats


def can_be_paired(layout: Layout) -> bool:
    """Tell whether every variable of level 1 varies between clusters."""
    return layout.size == layout.pb


def _as_many(stats: ClusterStatistics) -> ManySamples:
    """Return the group as one of many samples."""
    k, one = stats.layout.size, np.newaxis
    layout = Layout(stats.layout.p, k, np.arange(k))
    return ManySamples(
        layout, np.array([float(stats.N)]), stats.within[one], stats.sizes, stats.counts[one],
        stats.mean[one], stats.cov[one], stats.d[one], stats.n[one], np.zeros((1, 0, 0, 0)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of scoring.

    Attributes
    ----------
    by_w, by_b
        (p, p) changes of both covariances, in the directions of the place.
    gain
        Slope of the log-likelihood along the step.
    gradient
        Largest derivative in units of its standard error's inverse.
    """

    by_w: Floats
    by_b: Floats
    gain: float
    gradient: float


def _step(samples: ManySamples, at: Place) -> _Step | None:
    """Return the step from a place; None where some clusters' means have next to no variance."""
    inverse, counts = 1.0 / samples.sizes[:, None, None], samples.counts[0][:, None, None]
    own, free = at.weights[0], float(samples.cases[0]) - samples.clusters
    eye = np.eye(own.shape[1])
    both = own[:, :, None] * own[:, None, :]
    slope = both * at.products[0] - counts * own[:, :, None] * eye
    b, w = slope.sum(axis=0), (slope * inverse).sum(axis=0) + free * (at.within[0] - eye)
    bb, bw = (counts * both).sum(axis=0), (counts * both * inverse).sum(axis=0)
    ww = free + (counts * both * inverse**2).sum(axis=0)
    det = bb * ww - bw**2
    if not float((det / (bb * ww)).min()) > 1e-12:
        return None
    by_b, by_w = (ww * b - bw * w) / det, (bb * w - bw * b) / det
    largest = max(float(np.abs(b / np.sqrt(bb)).max()), float(np.abs(w / np.sqrt(ww)).max()))
    return _Step(by_w, by_b, 0.5 * float((b * by_b + w * by_w).sum()), largest)


def _moved(samples: ManySamples, cross: Floats, at: Place, step: _Step) -> Place | None:
    """Return the place after a step, halved until the likelihood rises enough; None in vain."""
    frame, least = at.frame[0], -1.0 / float(samples.sizes.max())
    length = 1.0
    for _ in range(12):
        inner = np.eye(len(step.by_w)) + length * step.by_w
        between = np.diag(at.roots[0]) + length * step.by_b
        if _leaves_variance(inner, between, least):
            new = place_of(
                samples, cross, (frame @ inner @ frame.T)[None], (frame @ between @ frame.T)[None],
                free=True,
            )  # fmt: skip
            rise = 0.5 * float(at.value[0] - new.value[0])
            # where the likelihood bends more than is expected, whole steps go to and fro
            if rise > 0.2 * length * step.gain or abs(rise) < 1e-13 * abs(float(at.value[0])):
                return new
        length /= 2
    return None


def _leaves_variance(within: Floats, between: Floats, least: float) -> bool:
    """Tell whether the largest clusters' means keep a positive definite covariance."""
    for matrix in (within, between - least * within):
        try:
            np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            return False
    return True


def scored_moments(stats: ClusterStatistics, start: Moments, most: int = 300) -> Saturated | None:
    """Climb to unrestricted moments whose between covariance may be any; None when in vain.

    Parameters
    ----------
    stats
        Cluster statistics of complete data; every variable of level 1 varies between clusters.
    start
        Moments of both levels to begin from.
    most
        Most steps.

    Returns
    -------
    Saturated or None
        `rank` counts the eigenvalues of Sigma_b that are not negative.

    Examples
    --------
    Clusters of one size have a closed form: mean squares between less those within.

    >>> from collective_use.numerics.twolevel.likelihood import cluster_statistics
    >>> y, cluster = np.array([[1.0], [2.0], [4.0], [6.0], [3.0], [8.0]]), [0, 0, 1, 1, 2, 2]
    >>> layout = Layout(1, 1, np.array([0]))
    >>> stats = cluster_statistics(y, np.zeros((3, 0)), np.array(cluster), layout)
    >>> end = scored_moments(stats, (np.eye(1), np.zeros(1), np.eye(1), np.zeros(1)))
    >>> round(float(end.Sb[0, 0]), 6), round(float(stats.d.var() - 5 / 2), 6)
    (0.666667, 0.666667)
    """
    samples = _as_many(stats)
    cross = crossed(samples)
    p, order = stats.layout.p, np.argsort(stats.layout.place)
    Sb = start[2][np.ix_(order, order)]
    inner = Sb[:p, :p] - Sb[:p, p:] @ np.linalg.solve(Sb[p:, p:], Sb[p:, :p])
    if not _leaves_variance(start[0], inner, -1.0 / float(stats.sizes.max())):
        return None
    at: Place | None = place_of(samples, cross, start[0][None], inner[None], free=True)
    last, steps = np.inf, 0
    while at is not None and (step := _step(samples, at)) is not None:
        steps += 1
        over = step.gain < 1e-20 * stats.N or (step.gain < 1e-13 and step.gain > last / 4)
        if over or steps > most:
            near = over or step.gain < 1e-8
            return _saturated(stats, at, steps, step.gradient / stats.N) if near else None
        last, at = step.gain, _moved(samples, cross, at, step)
    return None


def kept_moments(stats: ClusterStatistics, most: int = 200) -> Saturated | None:
    """Climb to unrestricted moments whose between covariance is a possible one; None in vain.

    Parameters
    ----------
    stats
        Cluster statistics of complete data; every variable of level 1 varies between clusters.
    most
        Most steps.

    Returns
    -------
    Saturated or None
        `rank` counts the directions in which clusters differ.

    Examples
    --------
    >>> from collective_use.numerics.twolevel.likelihood import cluster_statistics
    >>> y, cluster = np.array([[1.0], [4.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])
    >>> stats = cluster_statistics(y, np.zeros((2, 0)), cluster, Layout(1, 1, np.array([0])))
    >>> end = kept_moments(stats)
    >>> float(end.Sb[0, 0]), round(float(end.Sw[0, 0]), 6), end.rank
    (0.0, 1.25, 0)
    """
    samples = _as_many(stats)
    cross = crossed(samples)
    Sw, inner, _ = balanced(samples, cross)
    at = place_of(samples, cross, Sw, inner)
    steps, before = 0, np.inf
    while steps < most and float(at.value[0]) < before:
        steps, before, at = steps + 1, float(at.value[0]), ahead(samples, cross, at)
    found = _saturated(stats, at, steps, 0.0)
    rank = int((at.roots[0] > 0).sum()) + stats.layout.size - stats.layout.p
    gradient = _slope_left(stats, found, at)
    return replace(found, rank=rank, gradient=gradient) if gradient < 1e-6 else None


def _slope_left(stats: ClusterStatistics, found: Saturated, at: Place) -> float:
    """Return the largest slope that leads up, per case and in units of what varies within.

    Where clusters do not differ, only a slope that would let them differ does.
    """
    terms = twolevel_loglik(stats, found.Sw, found.mu_w, found.Sb, found.mu_b)
    if terms is None:
        return np.inf
    order = np.argsort(stats.layout.place)[: stats.layout.p]
    frame, root = at.frame[0], np.sqrt(at.roots[0])
    within = frame.T @ terms.sigma_w @ frame
    between = frame.T @ terms.sigma_b[np.ix_(order, order)] @ frame
    upwards = float(np.linalg.eigvalsh(between).max())
    return max(float(np.abs(within).max()), float(np.abs(between * root).max()), upwards) / stats.N


def _saturated(stats: ClusterStatistics, at: Place, steps: int, gradient: float) -> Saturated:
    """Return the moments of a place, with those of clusters' values."""
    p, frame, place = stats.layout.p, at.frame[0], stats.layout.place
    slope = frame @ at.slope[0]
    z = stats.d[:, p:]
    centre = stats.d.mean(axis=0)
    values = (z - centre[p:]).T @ (z - centre[p:]) / stats.J
    across = slope[:, 1:] @ values
    inner = (frame * at.roots[0]) @ frame.T + across @ slope[:, 1:].T
    Sb = np.block([[inner, across], [across.T, values]])[np.ix_(place, place)]
    centre[:p] += slope[:, 0]
    mean = centre[place]
    Sw, mu_w = frame @ frame.T, np.zeros(p)
    terms = twolevel_loglik(stats, Sw, mu_w, Sb, mean)
    value = -np.inf if terms is None else terms.value
    rank = int((np.linalg.eigvalsh(Sb) >= 0).sum())
    return Saturated(Sw, mu_w, Sb, mean, value, rank, steps, gradient)
