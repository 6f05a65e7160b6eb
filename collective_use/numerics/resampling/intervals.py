"""Confidence intervals from resampled estimates.

References
----------
Efron (1987), Journal of the American Statistical Association 82:171; Efron & Tibshirani (1993),
An introduction to the bootstrap, chapters 13 and 14.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from collective_use.numerics.types import Floats

METHODS = ("percentile", "bc", "bca")


def percentile_interval(draws: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return percentile limits by column.

    Parameters
    ----------
    draws
        Replications by quantities, (R, k).
    confidence
        Of the interval.

    Examples
    --------
    >>> low, high = percentile_interval(np.arange(101.0)[:, None], 0.9)
    >>> float(low[0].round(6)), float(high[0].round(6))
    (5.0, 95.0)
    """
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return np.asarray(low), np.asarray(high)


def corrected_interval(
    draws: Floats, estimate: Floats, acceleration: Floats, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return bias-corrected and accelerated limits by column.

    Parameters
    ----------
    draws
        Replications by quantities, (R, k).
    estimate
        Sample estimates, (k,).
    acceleration
        (k,); zeros give the bias-corrected interval.
    confidence
        Of the interval.

    References
    ----------
    Efron (1987), equations 2.3 and 6.6.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(2000, 1))
    >>> low, high = corrected_interval(draws, np.zeros(1), np.zeros(1))
    >>> bool(-2.2 < low[0] < -1.8 and 1.8 < high[0] < 2.2)
    True
    """
    R, k = draws.shape
    share = ((draws < estimate).sum(axis=0) + 0.5 * (draws == estimate).sum(axis=0)) / R
    bias = ndtri(np.clip(share, 0.5 / R, 1 - 0.5 / R))
    limits = []
    for z in (ndtri((1 - confidence) / 2), ndtri((1 + confidence) / 2)):
        shifted = bias + z
        at = ndtr(bias + shifted / (1 - acceleration * shifted))
        limits.append(np.array([np.quantile(draws[:, j], at[j]) for j in range(k)]))
    return limits[0], limits[1]


def acceleration_of(left_out: Floats) -> Floats:
    """Return the acceleration from delete-one estimates, (k,).

    Parameters
    ----------
    left_out
        Estimates without one case (or cluster) each, (n, k).

    References
    ----------
    Efron & Tibshirani (1993), equation 14.15.

    Examples
    --------
    >>> float(acceleration_of(np.array([[1.0], [2.0], [3.0]]))[0])
    0.0
    """
    gap = left_out.mean(axis=0) - left_out
    bottom = 6 * np.sum(gap**2, axis=0) ** 1.5
    top = np.sum(gap**3, axis=0)
    return np.asarray(np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0))


def jackknife_covariance(left_out: Floats, strata: NDArray[np.intp] | None = None) -> Floats:
    """Return the jackknife covariance of the estimates, (k, k).

    Parameters
    ----------
    left_out
        Estimates without one case (or cluster) each, (n, k).
    strata
        Stratum of the case left out, (n,), whose size is fixed; None: one for all.

    References
    ----------
    Efron & Tibshirani (1993), equation 11.5; Wolter (2007), Introduction to variance estimation,
    section 4.5 (strata).

    Examples
    --------
    >>> jackknife_covariance(np.array([[1.5], [1.0], [0.5]])).round(4)
    array([[0.3333]])
    """
    if strata is None:
        strata = np.zeros(left_out.shape[0], dtype=np.intp)
    k = left_out.shape[1]
    total = np.zeros((k, k))
    for stratum in np.unique(strata):
        own = left_out[strata == stratum]
        gap = own - own.mean(axis=0)
        total += (own.shape[0] - 1) / own.shape[0] * gap.T @ gap
    return total
