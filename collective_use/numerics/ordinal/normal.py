"""The bivariate normal distribution, exact to double precision and for whole arrays at once.

References
----------
Drezner & Wesolowsky (1990), Journal of Statistical Computation and Simulation 35:101.
Genz (2004), Statistics and Computing 14:251 (the refinement near correlations of one).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from collective_use.numerics.types import Floats

_RULES = tuple(
    (most, *np.polynomial.legendre.leggauss(nodes))
    for most, nodes in ((0.2, 6), (0.4, 8), (0.75, 12), (1.0, 20))
)
"""Nodes and weights that are exact to 1e-16 up to a correlation, by correlation."""
_, _NODES, _WEIGHTS = _RULES[-1]
_NEAR_ONE = 0.925
_FAR = 40.0
"""Beyond this a normal probability is 0 or 1 to every digit: stands for infinity."""


def bivariate_normal_cdf(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> Floats:
    """Return P(X <= h, Y <= k) for standard normal X and Y with correlation rho.

    Parameters
    ----------
    h, k
        Upper limits, any shapes that broadcast; infinities are allowed.
    rho
        Correlation in [-1, 1].

    Returns
    -------
    ndarray
        Probabilities, absolute error below 1e-14.

    References
    ----------
    Genz (2004), Statistics and Computing 14:251, section 2.4.

    Examples
    --------
    >>> float(bivariate_normal_cdf(0.0, 0.0, 0.5).round(12))
    0.333333333333
    """
    x, y, r = _clipped(h), _clipped(k), np.asarray(rho, dtype=np.float64)
    if not (np.abs(r) >= _NEAR_ONE).any():
        # a correlation that many limits share has its sines taken once
        return np.clip(_by_angle(x, y, r), 0.0, 1.0)
    x, y, r = np.broadcast_arrays(x, y, r)
    out = np.empty(x.shape)
    near = np.abs(r) >= _NEAR_ONE
    out[~near] = _by_angle(x[~near], y[~near], r[~near])
    out[near] = _near_one(-x[near], -y[near], r[near])
    return np.clip(out, 0.0, 1.0)


def bivariate_normal_pdf(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> Floats:
    """Return the density of two standard normal variables with correlation rho.

    Parameters
    ----------
    h, k
        Where; any shapes that broadcast. Infinities give 0.
    rho
        Correlation in (-1, 1).

    Examples
    --------
    >>> float(bivariate_normal_pdf(0.0, 0.0, 0.0).round(6))
    0.159155
    """
    x, y = _clipped(h), _clipped(k)
    r = np.asarray(rho, dtype=float)
    rest = 1.0 - np.square(r)
    exponent = -0.5 * (x * x - 2 * r * x * y + y * y) / rest
    return np.asarray(np.exp(exponent) / (2 * np.pi * np.sqrt(rest)))


def _clipped(limit: ArrayLike) -> Floats:
    return np.clip(np.asarray(limit, dtype=np.float64), -_FAR, _FAR)


def _by_angle(h: Floats, k: Floats, rho: Floats) -> Floats:
    half_angle = 0.5 * np.arcsin(rho)
    squares, product = 0.5 * (h * h + k * k), h * k
    total = np.zeros(np.broadcast_shapes(product.shape, half_angle.shape))
    nodes, weights = _NODES, _WEIGHTS
    if half_angle.size == 1:
        # one correlation of many limits: as few nodes as it needs
        nodes, weights = next((rule[1:] for rule in _RULES if abs(rho) <= rule[0]), _RULES[-1][1:])
    for node, weight in zip(nodes, weights, strict=True):
        sine = np.sin(half_angle * (node + 1.0))
        total += weight * np.exp((sine * product - squares) / (1.0 - sine * sine))
    return np.asarray(ndtr(h) * ndtr(k) + total * half_angle / (2 * np.pi))


def _near_one(h: Floats, k: Floats, rho: Floats) -> Floats:
    """Upper-tail probability P(X > h, Y > k) by expansion around |rho| = 1."""
    sign = np.where(rho < 0, -1.0, 1.0)
    k = sign * k
    product, gap2 = h * k, np.square(h - k)
    rest = np.maximum((1.0 - rho) * (1.0 + rho), 1e-300)
    root, gap = np.sqrt(rest), np.abs(h - k)
    c, d = (4.0 - product) / 8.0, (12.0 - product) / 16.0
    series = 1.0 - c * (gap2 - rest) * (1.0 - d * gap2 / 5.0) / 3.0 + c * d * rest * rest / 5.0
    total = root * _decay(-(gap2 / rest + product) / 2.0) * series
    tail = _decay(-product / 2.0) * np.sqrt(2 * np.pi) * ndtr(-gap / root) * gap
    total -= tail * (1.0 - c * gap2 * (1.0 - d * gap2 / 5.0) / 3.0)
    half = root / 2.0
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        x = np.square(half * (node + 1.0))
        r = np.sqrt(1.0 - x)
        first = _decay(-(gap2 / np.maximum(x, 1e-300) + product) / 2.0)
        inner = np.exp(np.minimum(-product * x / (2.0 * np.square(1.0 + r)), 300.0)) / r
        total += half * weight * first * (inner - (1.0 + c * x * (1.0 + d * x)))
    total = np.where(rest > 1e-200, -total / (2 * np.pi), 0.0)
    positive = total + ndtr(-np.maximum(h, k))
    negative = -total + np.where(k > h, _between(h, k), 0.0)
    return np.asarray(np.where(rho > 0, positive, negative))


def _between(low: Floats, high: Floats) -> Floats:
    """P(low < X < high), computed in the tail that keeps the digits."""
    upper = ndtr(-low) - ndtr(-high)
    return np.asarray(np.where(low < 0, ndtr(high) - ndtr(low), upper))


def _decay(exponent: Floats) -> Floats:
    return np.asarray(np.where(exponent > -100.0, np.exp(np.clip(exponent, -100.0, 300.0)), 0.0))
