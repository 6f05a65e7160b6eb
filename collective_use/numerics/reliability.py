"""Closed-form reliability of a scale from its covariance matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from collective_use.errors import InputError


def cronbach_alpha(covariance: ArrayLike) -> float:
    """Return Cronbach's (1951) alpha from a covariance matrix.

    ``J / (J - 1) (1 - tr(S) / 1'S1)``; NaN when the sum of the items does not vary.

    Parameters
    ----------
    covariance
        (J, J) covariance matrix of at least two items. A correlation matrix gives the
        standardised alpha.

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
