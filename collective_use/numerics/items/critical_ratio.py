"""The critical ratio of an item: do persons high and low on the scale answer it differently?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from collective_use.numerics.moments import Floats

TAIL = 0.27
"""Share of persons in each of the two groups (Kelley 1939, Journal of Educational Psychology)."""


@dataclass(frozen=True, slots=True)
class CriticalRatio:
    """The t of an item between the upper and the lower group, its degrees of freedom and p."""

    t: float
    df: int
    p: float


def critical_ratio(item: Floats, total: Floats, tail: float = TAIL) -> CriticalRatio:
    """Compare the answers to an item of the highest and the lowest persons by total score.

    ``t = (m_u - m_l) / sqrt(s2 (1/n_u + 1/n_l))`` with the pooled variance ``s2``; a group holds
    all whose total reaches that of the person at its border, so ties may make it larger.

    Parameters
    ----------
    item, total
        (n,) answers and total scores.
    tail
        Share of persons in each group.

    Returns
    -------
    CriticalRatio
        NaN where the groups overlap, hold fewer than two persons each or do not vary.

    References
    ----------
    Kelley (1939), The selection of upper and lower groups for the validation of test items.

    Examples
    --------
    >>> import numpy as np
    >>> found = critical_ratio(np.array([1.0, 2, 1, 4, 5, 4]), np.array([1.0, 2, 3, 4, 5, 6]), 0.5)
    >>> round(found.t, 2), found.df
    (6.36, 4)
    """
    none = CriticalRatio(np.nan, 0, np.nan)
    size = round(tail * len(total))
    if size < 2:
        return none
    ordered = np.sort(total)
    low, high = total <= ordered[size - 1], total >= ordered[-size]
    if (low & high).any():
        return none
    lower, upper = item[low], item[high]
    df = len(lower) + len(upper) - 2
    within = ((lower - lower.mean()) ** 2).sum() + ((upper - upper.mean()) ** 2).sum()
    error = np.sqrt(within / df * (1.0 / len(lower) + 1.0 / len(upper)))
    if not error > 0:
        return none
    value = float((upper.mean() - lower.mean()) / error)
    return CriticalRatio(value, df, float(2.0 * student.sf(abs(value), df)))
