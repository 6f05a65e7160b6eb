"""Unrestricted moments of both levels for many samples at once, complete data.

For clusters of one size the maximum has a closed form. For others Fisher's scoring needs no system
of equations: where both covariances are diagonal, so is that of every cluster's mean, and each
pair of directions has two equations of its own.

References
----------
Klotz & Putter (1969), Annals of Mathematical Statistics 40:1100; Amemiya (1985), American
Statistician 39:112 (closed form); Searle, Casella & McCulloch (1992), Variance components,
section 6.3 (scoring).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from collective_use.numerics.twolevel.many_samples import ManySamples, some
from collective_use.numerics.types import Bools, Floats, Ints


def unrestricted(samples: ManySamples) -> tuple[Floats, Floats]:
    """Return (R, p, p) and (R, k, k) unrestricted covariances within and between clusters.

    The maximum of the likelihood over between covariances without negative variances.

    Examples
    --------
    >>> from collective_use.numerics.twolevel.many_samples import many_samples
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(1, 400, 5, 1)) + rng.normal(size=(1, 400, 1, 1))
    >>> Sw, Sb = unrestricted(many_samples(y, np.zeros((1, 400, 0)), np.full((1, 400), 5.0)))
    >>> Sw.round(2).item(), Sb.round(2).item()
    (1.01, 1.03)
    """
    p, J = samples.layout.p, samples.clusters
    cross = crossed(samples)
    Sw, inner, slope = balanced(samples, cross)
    if samples.sizes.size > 1:
        Sw, inner, slope = _scored(samples, cross, Sw, inner, slope)
    z = samples.d[..., p:]
    gap = z - z.mean(axis=1, keepdims=True)
    values = np.swapaxes(gap, 1, 2) @ gap / J
    across = slope[..., 1:] @ values
    Sb = np.empty((len(Sw), samples.layout.size, samples.layout.size))
    Sb[:, :p, :p] = inner + across @ np.swapaxes(slope[..., 1:], 1, 2)
    Sb[:, :p, p:], Sb[:, p:, :p], Sb[:, p:, p:] = across, np.swapaxes(across, 1, 2), values
    return Sw, Sb


def crossed(samples: ManySamples) -> Floats:
    """Return (R, s, 1 + k, 1 + k) products of 1 and d summed over clusters, by their size.

    d is taken from its mean over clusters.
    """
    counts = samples.counts[..., None]
    centre = (counts * samples.mean).sum(axis=1) / samples.clusters
    gap = samples.mean - centre[:, None]
    k = gap.shape[-1]
    out = np.empty((*samples.counts.shape, 1 + k, 1 + k))
    out[..., 0, 0] = samples.counts
    out[..., 0, 1:] = out[..., 1:, 0] = counts * gap
    inner = samples.cov + gap[..., :, None] * gap[..., None, :]
    out[..., 1:, 1:] = counts[..., None] * inner
    return out


def _parted(cross: Floats, p: int) -> tuple[Floats, Floats, Floats]:
    """Return products of means, of means and what they are regressed on, and of the latter."""
    by = np.r_[0, p + 1 : cross.shape[-1]]
    means = cross[..., 1 : p + 1, :]
    return means[..., 1 : p + 1], means[..., by], cross[..., by[:, None], by]


def _around(parts: tuple[Floats, Floats, Floats], slope: Floats) -> Floats:
    """Return products of what means are away from their regression."""
    means, across, by = parts
    part = slope @ np.swapaxes(across, -1, -2)
    out = means - part - np.swapaxes(part, -1, -2)
    return np.asarray(out + slope @ by @ np.swapaxes(slope, -1, -2))


def balanced(samples: ManySamples, cross: Floats) -> tuple[Floats, Floats, Floats]:
    """Return covariances within, between given clusters' values, and slopes, as for one size.

    The unweighted means of clusters then are those of clusters of the harmonic mean's size.
    """
    p, J = samples.layout.p, samples.clusters
    parts = _parted(cross.sum(axis=1), p)
    slope = np.swapaxes(np.linalg.solve(parts[2], np.swapaxes(parts[1], 1, 2)), 1, 2)
    size = J / (samples.counts / samples.sizes).sum(axis=1)
    root = np.linalg.cholesky(samples.within)
    half = np.linalg.solve(root, _around(parts, slope))
    ratio = size[:, None, None] / J * np.linalg.solve(root, np.swapaxes(half, 1, 2))
    roots, vectors = np.linalg.eigh((ratio + np.swapaxes(ratio, 1, 2)) / 2)
    pooled = ((samples.cases - J)[:, None] + J * roots) / samples.cases[:, None]
    frame = root @ vectors
    turned = np.swapaxes(frame, 1, 2)
    Sw = (frame * np.where(roots < 1, pooled, 1.0)[:, None]) @ turned
    between = np.where(roots < 1, 0.0, (roots - 1.0) / size[:, None])
    return Sw, (frame * between[:, None]) @ turned, np.asarray(slope)


@dataclass(frozen=True, slots=True)
class Place:
    """Where scoring is, in directions in which both covariances are diagonal.

    Attributes
    ----------
    frame, roots
        (R, p, p) A and (R, p) d: ``Sw = A A'``, ``Sb = A d A'``.
    slope
        (R, p, b) in these directions.
    value
        (R,) minus twice the log-likelihood, without its constant.
    within, products, weights
        Pooled products (R, p, p); summed products of clusters' means (R, s, p, p); inverse
        variances of means by size (R, s, p).
    """

    frame: Floats
    roots: Floats
    slope: Floats
    value: Floats
    within: Floats
    products: Floats
    weights: Floats


def _scored(
    samples: ManySamples, cross: Floats, Sw: Floats, Sb: Floats, slope: Floats, most: int = 100
) -> tuple[Floats, Floats, Floats]:
    out = (Sw.copy(), Sb.copy(), slope.copy())
    live = np.arange(len(Sw))
    own, at = samples, place_of(samples, cross, Sw, Sb)
    for _ in range(most):
        new = ahead(own, cross[live], at)
        gain = at.value - new.value
        turned = np.swapaxes(new.frame, 1, 2)
        out[0][live] = new.frame @ turned
        out[1][live] = (new.frame * new.roots[:, None]) @ turned
        out[2][live] = new.frame @ new.slope
        going = np.flatnonzero(gain > 1e-10)
        if going.size == 0:
            break
        live, own, at = live[going], _some(own, going), _those(new, going)
    return out


def _some(samples: ManySamples, rows: Ints) -> ManySamples:
    return replace(some(samples, rows), n=samples.n[rows])


def _those(at: Place, rows: Ints) -> Place:
    return Place(*(getattr(at, name)[rows] for name in Place.__slots__))


def ahead(samples: ManySamples, cross: Floats, at: Place) -> Place:
    """Return the place after a step, as long a part of it as the likelihood rises on.

    Parameters
    ----------
    samples
        The samples.
    cross
        What `crossed` returns of them.
    at
        Where each is.
    """
    way, length = _way(samples, at), np.ones(len(at.value))
    new = place_of(samples, cross, *_moved(way, length))
    for half in range(9):
        worse = np.flatnonzero(new.value > at.value + 1e-13 * np.abs(at.value))
        if worse.size == 0:
            break
        length[worse] = 0.5 ** (half + 1) if half < 8 else 0.0
        shorter = _Way(*(getattr(way, name)[worse] for name in _Way.__slots__))
        moved = _moved(shorter, length[worse])
        again = place_of(_some(samples, worse), cross[worse], *moved)
        for name in Place.__slots__:
            getattr(new, name)[worse] = getattr(again, name)
    return new


def place_of(
    samples: ManySamples, cross: Floats, Sw: Floats, Sb: Floats, *, free: bool = False
) -> Place:
    """Return the place at these covariances; unless `free`, what is near 0 between is put to 0.

    Parameters
    ----------
    samples
        The samples.
    cross
        What `crossed` returns of them.
    Sw, Sb
        (R, p, p) covariances within, and between given clusters' values.
    free
        Whether variances between may be negative, down to where a cluster's mean has none.
    """
    p, J = samples.layout.p, samples.clusters
    root = np.linalg.cholesky(Sw)
    half = np.linalg.solve(root, Sb)
    inner = np.linalg.solve(root, np.swapaxes(half, 1, 2))
    roots, vectors = np.linalg.eigh((inner + np.swapaxes(inner, 1, 2)) / 2)
    roots = roots if free else np.where(roots < _NONE, 0.0, roots)
    frame = root @ vectors
    back = np.linalg.inv(frame)
    turned = np.swapaxes(back, 1, 2)
    within = back @ samples.within @ turned
    weights = 1.0 / (roots[:, None] + 1.0 / samples.sizes[:, None])
    means, across, by = _parted(cross, p)
    means, across = back[:, None] @ means @ turned[:, None], back[:, None] @ across
    normal = np.einsum("rsp,rsab->rpab", weights, by)
    right = np.einsum("rsp,rspa->rpa", weights, across)
    slope: Floats = np.asarray(np.linalg.solve(normal, right[..., None])[..., 0], np.float64)
    products = _around((means, across, by), slope[:, None])
    log = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    value = 2 * samples.cases * log
    value += (samples.cases - J) * np.trace(within, axis1=1, axis2=2)
    value -= (samples.counts[..., None] * np.log(weights)).sum(axis=(1, 2))
    value += np.einsum("rsp,rspp->r", weights, products)
    return Place(frame, roots, slope, value, within, products, weights)


_NONE = 1e-6
"""Share of the variance within below which nothing is taken to lie between."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Where scoring leads from a place, in directions in which both covariances are diagonal.

    Attributes
    ----------
    frame, roots
        The place.
    by_w, by_b
        (R, p, p) changes of both covariances.
    stays, rises
        (R, p) directions at zero between clusters: those that stay, and those that leave it.
    """

    frame: Floats
    roots: Floats
    by_w: Floats
    by_b: Floats
    stays: Bools
    rises: Bools


def _way(samples: ManySamples, at: Place) -> _Way:
    """Take Fisher's scoring; directions at zero stay there unless the likelihood would rise."""
    inverse, counts = 1.0 / samples.sizes, samples.counts[..., None, None]
    n, free = inverse[:, None, None], (samples.cases - samples.clusters)[:, None, None]
    eye = np.eye(at.roots.shape[1])
    both = at.weights[..., :, None] * at.weights[..., None, :]
    up = (both * at.products).sum(axis=1) - (counts * at.weights[..., None] * eye).sum(axis=1)
    zero = at.roots == 0
    turn = _turned(np.where(zero[:, :, None] & zero[:, None, :], up, 0.0), zero)
    # directions at zero share all weights, so that turning them changes products alone
    back = np.swapaxes(turn, 1, 2)
    zero = (back**2 @ zero.astype(float)[..., None])[..., 0] > 0.5
    roots = np.where(zero, 0.0, (back**2 @ at.roots[..., None])[..., 0])
    weights = 1.0 / (roots[:, None] + inverse[:, None])
    both = weights[..., :, None] * weights[..., None, :]
    products = back[:, None] @ at.products @ turn[:, None]
    bb, bw = (counts * both).sum(axis=1), (counts * both * n).sum(axis=1)
    ww = free + (counts * both * n**2).sum(axis=1)
    left = (both * products).sum(axis=1) - (counts * weights[..., None] * eye).sum(axis=1)
    b = left
    w = free * (back @ at.within @ turn - eye)
    w = w + (both * products * n).sum(axis=1) - (counts * weights[..., None] * n * eye).sum(axis=1)
    det = bb * ww - bw**2
    by_b = (ww * b - bw * w) / det
    # a slope upwards is none where the step that also changes what lies within leads below zero
    own, slope = np.diagonal(by_b, axis1=1, axis2=2), np.diagonal(left, axis1=1, axis2=2)
    stays = zero & (np.minimum(own, slope) <= 0)
    fixed = stays[:, :, None] & stays[:, None, :]
    by_b = np.where(fixed, 0.0, by_b)
    # what would end below zero goes to zero alone: beside others its slope has no bound
    ends = (roots > 0) & (slope < 0) & (roots + own <= 0)
    apart = ends[:, :, None] | ends[:, None, :]
    by_b = np.where(apart, np.where(ends, -roots, 0.0)[:, :, None] * eye, by_b)
    rises = zero & ~stays
    by_b = by_b * _beside_zero(det / ww, left, np.where(rises, own, roots), stays)
    by_w = (w - bw * by_b) / ww
    return _Way(at.frame @ turn, roots, by_w, by_b, stays, rises)


def _beside_zero(K: Floats, left: Floats, roots: Floats, stays: Bools) -> Floats:
    """Return by how much covariances with directions that stay at zero change less.

    Such a covariance x gives the direction at zero a variance of x squared by the other's root,
    which lowers the likelihood by the slope there: ``b x - (K + g / root) x^2 / 2`` is highest at
    ``b / K`` times ``K / (K + g / root)``.
    """
    g = np.where(stays, np.maximum(-np.diagonal(left, axis1=1, axis2=2), 0.0), 0.0)
    other = np.where(stays, np.inf, np.maximum(roots, 1e-6))
    beside = g[:, :, None] / other[:, None, :]
    return np.asarray(K / (K + beside + np.swapaxes(beside, 1, 2)))


def _moved(way: _Way, length: Floats) -> tuple[Floats, Floats]:
    """Return both covariances after part of a step; none gets a negative variance."""
    p = way.roots.shape[1]
    t = length[:, None, None]
    by_b = t * way.by_b
    own = np.diagonal(by_b, axis1=1, axis2=2)
    start = np.where(way.rises, np.maximum(own, 1e-6), way.roots)
    by_b = np.where(way.rises[:, :, None] & np.eye(p, dtype=bool), 0.0, by_b)
    root = np.sqrt(start)
    inverse = np.where(way.stays, 0.0, 1.0 / np.maximum(root, 1e-8))
    values, vectors = np.linalg.eigh(inverse[:, :, None] * by_b * inverse[:, None, :])
    grown = (vectors * np.sqrt(np.maximum(1 + values, 0.0))[:, None]) @ np.swapaxes(vectors, 1, 2)
    factor = np.where(way.stays[:, :, None], by_b * inverse[:, None, :], root[:, :, None] * grown)
    factor = factor * ~way.stays[:, None, :]
    inner = way.frame @ factor
    own = _positive(np.eye(p) + t * way.by_w)
    return way.frame @ own @ np.swapaxes(way.frame, 1, 2), inner @ np.swapaxes(inner, 1, 2)


def _turned(up: Floats, zero: Bools) -> Floats:
    """Return rotations within the directions at zero in which their slopes are diagonal."""
    p = zero.shape[1]
    apart = np.where(zero, 0.0, 1e6 + np.arange(p))
    matrix = (up + np.swapaxes(up, 1, 2)) / 2
    matrix = matrix + apart[:, None, :] * np.eye(p)
    return np.asarray(np.linalg.eigh(matrix)[1])


def _positive(S: Floats) -> Floats:
    """Return the same, with what is not positive definite lifted to it."""
    S = (S + np.swapaxes(S, 1, 2)) / 2
    try:
        np.linalg.cholesky(S - 1e-6 * np.eye(S.shape[1]))
        return S
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(S)
    lifted = vectors * np.maximum(values, 1e-3)[:, None]
    return np.asarray(lifted @ np.swapaxes(vectors, 1, 2))
