"""Errors of residuals: what is left of sampling errors when a model follows the sample.

References
----------
Hausman (1978), Econometrica 46:1251; Maydeu-Olivares (2017), Psychometrika 82:533.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class ErrorPart:
    """What one group adds to the errors of residuals.

    Attributes
    ----------
    spread
        Covariance of its sample statistics, (k, k).
    jacobian
        Of the implied statistics, (k, q).
    pull
        How estimates follow its sample statistics, (q, k).
    """

    spread: Floats
    jacobian: Floats
    pull: Floats


def standardized(
    parts: Sequence[ErrorPart], residuals: Sequence[Floats]
) -> list[tuple[Floats, Floats]]:
    """Return normalised and standardized residuals by group, two arrays (k,).

    The covariance of a group's residuals is ``sum_h Q_gh S_h Q_gh'`` with
    ``Q_gh = [g = h] I - D_g P_h``: what groups share in parameters they share in errors. Multiplied
    out it needs the sum of ``P_h S_h P_h'`` once, whatever the number of groups.

    Parameters
    ----------
    parts
        One a group.
    residuals
        Sample less implied statistics by group, (k,). One below 1e-5 in size is left as it is.

    Returns
    -------
    list
        A statistic that is fitted exactly has no error of its own: NaN, unless its residual is 0.

    Examples
    --------
    >>> mean = ErrorPart(np.eye(2), np.ones((2, 1)), np.full((1, 2), 0.5))
    >>> [z.round(3).tolist() for z in standardized([mean], [np.array([1.0, -1.0])])[0]]
    [[1.0, -1.0], [1.414, -1.414]]
    """
    q = parts[0].pull.shape[0] if parts else 0
    shared, out = np.zeros((q, q)), []
    pulled = [part.pull @ part.spread for part in parts]
    for part, own in zip(parts, pulled, strict=True):
        shared += own @ part.pull.T
    for part, own, r in zip(parts, pulled, residuals, strict=True):
        before = np.diag(part.spread)
        common = np.einsum("kq,qk->k", part.jacobian, own)
        moved = np.einsum("kq,qk->k", part.jacobian, shared @ part.jacobian.T)
        z = [r / _error(variance, before, r) for variance in (before, before - 2 * common + moved)]
        out.append((z[0], z[1]))
    return out


def _error(variance: Floats, before: Floats, r: Floats) -> Floats:
    error = np.sqrt(np.where(variance > 1e-10 * before, variance, np.nan))
    error[np.abs(r) < 1e-5] = 1.0
    return error
