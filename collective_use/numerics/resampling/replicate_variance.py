"""Variances from replicate weights: what each kind of replicates is multiplied with.

References
----------
Rao & Wu (1985), Journal of the American Statistical Association 80:620 (balanced repeated
replication, jackknife); Judkins (1990), Journal of Official Statistics 6:223 (Fay's method); Rao,
Wu & Yue (1992), Survey Methodology 18:209 (bootstrap weights); Lumley (2004), Journal of
Statistical Software 9:8 (conventions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from collective_use.numerics.types import Floats

SCALES: Mapping[str, Callable[[int, float], float]] = {
    "BRR": lambda R, _: 1 / R,
    "Fay": lambda R, rho: 1 / (R * (1 - rho) ** 2),
    "JK1": lambda R, _: (R - 1) / R,
    "JKn": lambda R, _: 1.0,
    "bootstrap": lambda R, _: 1 / (R - 1),
    "JK2": lambda R, _: 1.0,
    "successive-difference": lambda R, _: 4 / R,
}
"""By kind: the factor of the sum of squares, of the number of replicates R and Fay's rho."""


def replicate_covariance(
    draws: Floats, estimate: Floats, scale: float, rscales: Floats, *, mse: bool
) -> Floats:
    """Return ``scale * sum_r rscales_r (t_r - c)(t_r - c)'``, (k, k).

    Parameters
    ----------
    draws
        Estimates by replicate, (R, k).
    estimate
        Estimates of the whole sample, (k,).
    scale, rscales
        Factor of all replicates, and one of each, (R,).
    mse
        Whether c is `estimate`; otherwise the mean of the replicates (with ``rscales > 0``).

    References
    ----------
    Lumley (2004), Journal of Statistical Software 9:8.

    Examples
    --------
    >>> two = np.array([[1.0], [3.0]])
    >>> one, each = np.array([1.0]), np.ones(2)
    >>> float(replicate_covariance(two, one, 0.5, each, mse=False)[0, 0])
    1.0
    >>> float(replicate_covariance(two, one, 0.5, each, mse=True)[0, 0])
    2.0
    """
    centre = estimate if mse else draws[rscales > 0].mean(axis=0)
    apart = (draws - centre) * np.sqrt(rscales)[:, None]
    return np.asarray(scale * (apart.T @ apart))
