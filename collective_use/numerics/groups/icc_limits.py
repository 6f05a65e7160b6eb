"""Confidence limits of the intraclass correlation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from collective_use.numerics.crossing import crossing
from collective_use.numerics.groups.anova import OneWay
from collective_use.numerics.groups.variance_components import by_size
from collective_use.numerics.types import Floats


def f_limits(table: OneWay, size: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the F-based limits of ICC(1) for groups of one size (Shrout & Fleiss 1979).

    They are exact for equal groups only. With very unequal groups they cover far less than
    they say; use `wald_limits`.
    """
    low, high = _f_bounds(table, confidence)
    return (low - 1.0) / (low + size - 1.0), (high - 1.0) / (high + size - 1.0)


def f_limits_icc2(table: OneWay, confidence: float = 0.95) -> tuple[float, float]:
    """Return the F-based limits of ICC(2) (Shrout & Fleiss 1979); -inf where F is 0."""
    if not table.f > 0:
        return float("-inf"), float("-inf")
    low, high = _f_bounds(table, confidence)
    return 1.0 - 1.0 / low, 1.0 - 1.0 / high


def _f_bounds(table: OneWay, confidence: float) -> tuple[float, float]:
    tail = (1.0 - confidence) / 2.0
    upper = float(special.fdtri(table.df_between, table.df_within, 1.0 - tail))
    lower = float(special.fdtri(table.df_within, table.df_between, 1.0 - tail))
    return table.f / upper, table.f * lower


def wald_limits(table: OneWay, confidence: float = 0.95) -> tuple[float, float]:
    """Return exact limits of ICC(1) for groups of any sizes (Wald 1940, Ann. Math. Stat. 11:96).

    With ``w_g = n_g / (1 + n_g λ)`` and λ = τ²/σ², the statistic
    ``sum w_g (ȳ_g - ȳ_w)² / ((G - 1) MSW)`` follows F with G - 1 and N - G degrees of freedom
    and falls as λ rises; the limits are where it meets the F quantiles. They are not cut at
    zero; no limit lies below ``-1 / (n_max - 1)``, the least ICC that groups can have.

    Returns
    -------
    tuple
        Lower and upper limit of the ICC; NaN when there is one group or no variance within.
    """
    if table.df_between < 1 or table.df_within < 1 or not table.ms_within > 0:
        return float("nan"), float("nan")
    tail = (1.0 - confidence) / 2.0
    d1, d2 = table.df_between, table.df_within
    high_quantile = float(special.fdtri(d1, d2, 1.0 - tail))
    low_quantile = 1.0 / float(special.fdtri(d2, d1, 1.0 - tail))
    pivot = _pivot_of(table)
    floor = -1.0 / float(table.sizes.max())
    return _icc(_meets(pivot, high_quantile, floor)), _icc(_meets(pivot, low_quantile, floor))


def _pivot_of(table: OneWay) -> Callable[[Floats], Floats]:
    # Groups of one size enter together: there are few sizes and may be many groups.
    groups = by_size(table)
    middle = float(np.average(groups.centre, weights=groups.number * groups.size))
    centre = groups.centre - middle
    scale = table.df_between * table.ms_within

    def pivot(ratio: Floats) -> Floats:
        w = groups.size / (1.0 + groups.size * ratio[:, None])
        both = w * groups.number
        mean = (both @ centre) / both.sum(axis=1)
        spread = (both * (centre - mean[:, None]) ** 2).sum(axis=1)
        return np.asarray((w @ groups.squares + spread) / scale)

    return pivot


def _meets(pivot: Callable[[Floats], Floats], quantile: float, floor: float) -> float:
    lowest = floor * (1.0 - 1e-9)
    ends = np.concatenate([[lowest], 8.0 ** np.arange(14)])
    below = pivot(ends) <= quantile
    if below[0]:
        return floor
    if not below.any():
        return float("inf")
    at = int(np.argmax(below))
    return crossing(lambda x: pivot(x) - quantile, ends[at - 1], ends[at])


def _icc(ratio: float) -> float:
    return 1.0 if np.isinf(ratio) else ratio / (1.0 + ratio)
