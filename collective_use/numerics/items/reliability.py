"""Closed-form reliability of a scale from its covariance matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from collective_use.errors import InputError
from collective_use.numerics.types import Floats


def cronbach_alpha(covariance: ArrayLike) -> float:
    """Return Cronbach's (1951) alpha from a covariance matrix.

    ``J / (J - 1) (1 - tr(S) / 1'S1)``; NaN when the sum of the items does not vary.

    Parameters
    ----------
    covariance
        (J, J) covariance matrix of at least two items. A correlation matrix gives the
        standardized alpha.

    Raises
    ------
    InputError
        With fewer than two items.

    Examples
    --------
    >>> cronbach_alpha([[1.0, 0.5], [0.5, 1.0]])
    0.6666666666666667
    """
    s = np.asarray(covariance, float)
    if s.ndim != 2 or s.shape[0] != s.shape[1] or len(s) < 2:
        raise InputError(f"alpha must have at least two items, got a matrix of shape {s.shape}")
    total = float(s.sum())
    if not total > 0:
        return float("nan")
    return len(s) / (len(s) - 1) * (1.0 - float(np.trace(s)) / total)


@dataclass(frozen=True, slots=True)
class ScaleReliability:
    """Reliability of a scale of J items.

    Attributes
    ----------
    alpha, standardized_alpha
        Cronbach's alpha from covariances and from correlations.
    lambda6
        Guttman's (1945) lambda 6 from correlations; NaN when the items are collinear.
    standard_error
        Of alpha, for normal items (Duhachek & Iacobucci 2004, eq. 2).
    alpha_without
        (J,) alpha without each item; NaN for two items.
    item_rest, item_total
        (J,) correlation of each item with the sum of the others, and of all.
    """

    alpha: float
    standardized_alpha: float
    lambda6: float
    standard_error: float
    alpha_without: Floats
    item_rest: Floats
    item_total: Floats


def scale_reliability(covariance: ArrayLike, n: int) -> ScaleReliability:
    """Return the closed-form reliability of a scale.

    Parameters
    ----------
    covariance
        (J, J) covariance matrix, J at least 2.
    n
        Persons it was computed from.

    Examples
    --------
    >>> found = scale_reliability([[1.0, 0.5], [0.5, 1.0]], 100)
    >>> round(found.alpha, 4), round(float(found.item_rest[0]), 4)
    (0.6667, 0.5)
    """
    s = np.asarray(covariance, float)
    spread = np.sqrt(np.diag(s))
    safe = np.where(spread > 0, spread, np.nan)
    r = s / safe[:, None] / safe[None, :]
    rows = s.sum(axis=1)
    total = float(s.sum())
    rest = rows - np.diag(s)
    rest_variance = total - 2.0 * rows + np.diag(s)
    with np.errstate(invalid="ignore", divide="ignore"):
        item_total = rows / (safe * np.sqrt(total))
        item_rest = rest / (safe * np.sqrt(np.where(rest_variance > 0, rest_variance, np.nan)))
    return ScaleReliability(
        cronbach_alpha(s),
        cronbach_alpha(r) if not np.isnan(r).any() else float("nan"),
        _lambda6(r),
        _standard_error(s, n),
        np.array([_without(s, j) for j in range(len(s))]),
        item_rest,
        item_total,
    )


def _without(s: Floats, item: int) -> float:
    rest = np.delete(np.delete(s, item, axis=0), item, axis=1)
    return cronbach_alpha(rest) if len(rest) > 1 else float("nan")


def _lambda6(r: Floats) -> float:
    if np.isnan(r).any() or np.linalg.matrix_rank(r) < len(r):
        return float("nan")
    unexplained = 1.0 / np.diag(np.linalg.inv(r))
    return float(1.0 - unexplained.sum() / r.sum())


def _standard_error(s: Floats, n: int) -> float:
    k, total, trace = len(s), float(s.sum()), float(np.trace(s))
    if not total > 0 or n < 1:
        return float("nan")
    square = s @ s
    inner = total * (float(np.trace(square)) + trace**2) - 2.0 * trace * float(square.sum())
    return float(np.sqrt(2.0 * k**2 / ((k - 1) ** 2 * total**3) * inner / n))


def feldt_limits(
    alpha: float, n: int, n_items: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the limits of alpha by Feldt (1965).

    ``1 - (1 - alpha) F`` with n - 1 and (n - 1)(J - 1) degrees of freedom.

    Examples
    --------
    >>> [round(limit, 4) for limit in feldt_limits(0.8, 100, 5)]
    [0.7306, 0.8559]
    """
    tail = (1.0 - confidence) / 2.0
    df1, df2 = n - 1.0, (n - 1.0) * (n_items - 1.0)
    upper = float(special.fdtri(df1, df2, 1.0 - tail))
    lower = float(special.fdtri(df1, df2, tail))
    return 1.0 - (1.0 - alpha) * upper, 1.0 - (1.0 - alpha) * lower
