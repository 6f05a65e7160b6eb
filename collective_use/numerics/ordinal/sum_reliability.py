"""Reliability of a sum of ordered answers whose latent responses have factors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.ordinal.normal import bivariate_normal_cdf
from collective_use.numerics.types import Floats


def sum_reliability(common: Floats, total: Floats, thresholds: Sequence[Floats]) -> float:
    """Return the reliability of the observed sum (Green & Yang 2009, Psychometrika 74:155, eq. 21).

    Parameters
    ----------
    common
        (J, J) covariances of the latent responses that the factors account for, communalities on
        the diagonal.
    total
        (J, J) correlations of the latent responses.
    thresholds
        By item, its cut points on the latent response.

    Examples
    --------
    >>> import numpy as np
    >>> common = np.full((3, 3), 0.5)
    >>> total = common + 0.5 * np.eye(3)
    >>> bool(0 < sum_reliability(common, total, [np.array([0.0])] * 3) < 0.75)
    True
    """
    true = _covariances(common, thresholds).sum()
    return float(true / _covariances(total, thresholds, True).sum())


def _covariances(rho: Floats, thresholds: Sequence[Floats], own: bool = False) -> Floats:
    """Return (J, J) covariances of category numbers of normal responses that correlate so."""
    from scipy.special import ndtr

    p = len(thresholds)
    out = np.zeros((p, p))
    for i in range(p):
        for j in range(i + 1):
            a, b = np.meshgrid(thresholds[i], thresholds[j], indexing="ij")
            if own and i == j:
                both = ndtr(np.minimum(a, b))
            else:
                both = bivariate_normal_cdf(a.ravel(), b.ravel(), np.full(a.size, rho[i, j]))
            out[i, j] = out[j, i] = float(np.sum(both) - ndtr(a[:, 0]).sum() * ndtr(b[0]).sum())
    return out
