"""Correlations with limits, differences of known groups, agreement of two occasions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from collective_use.numerics.types import Floats


def correlation(x: Floats, y: Floats, confidence: float = 0.95) -> tuple[float, float, float, int]:
    """Return Pearson's correlation, Fisher's limits and the number of complete pairs.

    NaN with fewer than four pairs or no variance.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(20.0)
    >>> [round(v, 2) for v in correlation(x, x + np.tile([3.0, -3.0], 10))]
    [0.88, 0.71, 0.95, 20]
    """
    known = np.isfinite(x) & np.isfinite(y)
    a, b, n = x[known], y[known], int(known.sum())
    if n < 4 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return (float("nan"),) * 3 + (n,)
    r = float(np.corrcoef(a, b)[0, 1])
    width = float(stats.norm.ppf(0.5 + confidence / 2)) / np.sqrt(n - 3)
    z = np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15))
    return r, float(np.tanh(z - width)), float(np.tanh(z + width)), n


def hedges(x: Floats, y: Floats, confidence: float = 0.95) -> tuple[float, float, float, float]:
    """Return Hedges' g (first less second), its limits, and p of Welch's test.

    The limits are those of the normal approximation (Hedges & Olkin 1985, chapter 5).

    Examples
    --------
    >>> import numpy as np
    >>> [round(v, 2) for v in hedges(np.arange(10.0) + 3, np.arange(10.0))]
    [0.95, 0.02, 1.87, 0.04]
    """
    m, n = len(x), len(y)
    pooled = ((m - 1) * x.var(ddof=1) + (n - 1) * y.var(ddof=1)) / (m + n - 2)
    if min(m, n) < 2 or pooled <= 0:
        return (float("nan"),) * 4
    g = float((x.mean() - y.mean()) / np.sqrt(pooled)) * (1 - 3 / (4 * (m + n) - 9))
    error = np.sqrt((m + n) / (m * n) + g**2 / (2 * (m + n)))
    width = float(stats.norm.ppf(0.5 + confidence / 2)) * float(error)
    return g, g - width, g + width, float(stats.ttest_ind(x, y, equal_var=False).pvalue)


@dataclass(frozen=True, slots=True)
class Retest:
    """Agreement of two or more occasions.

    Attributes
    ----------
    icc_agreement, agreement_lower, agreement_upper
        ICC(A,1): occasions' means count.
    icc_consistency, consistency_lower, consistency_upper
        ICC(C,1): they do not.
    error
        Standard error of measurement, of agreement.
    detectable
        Smallest change of one unit that is more than error (95%).
    n
        Complete units.
    """

    icc_agreement: float
    agreement_lower: float
    agreement_upper: float
    icc_consistency: float
    consistency_lower: float
    consistency_upper: float
    error: float
    detectable: float
    n: int


def retest(values: Floats, confidence: float = 0.95) -> Retest:
    """Return two-way ICCs of units by occasions, with McGraw and Wong's limits.

    Parameters
    ----------
    values
        (N, k), k occasions; units with a missing one are left out.
    confidence
        Of the limits.

    References
    ----------
    McGraw & Wong (1996), Psychological Methods 1:30, table 7; de Vet et al. (2006), Journal of
    Clinical Epidemiology 59:1033 (errors).

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9],
    ...     [6, 2, 4, 7]])
    >>> found = retest(x)
    >>> round(found.icc_agreement, 2), round(found.icc_consistency, 2)
    (0.29, 0.71)
    """
    x = np.asarray(values, float)
    x = x[np.isfinite(x).all(axis=1)]
    n, k = x.shape
    if n < 3 or k < 2 or np.ptp(x) == 0:
        return Retest(*(float("nan"),) * 8, n)
    grand = x.mean()
    rows = k * ((x.mean(axis=1) - grand) ** 2).sum() / (n - 1)
    columns = n * ((x.mean(axis=0) - grand) ** 2).sum() / (k - 1)
    left = x - x.mean(axis=1)[:, None] - x.mean(axis=0)[None] + grand
    df = (n - 1) * (k - 1)
    error = (left**2).sum() / df
    consistent = (rows - error) / (rows + (k - 1) * error)
    agreed = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    tail = 0.5 + confidence / 2
    a, b = _agreement_limits(agreed, rows, columns, error, n, k, tail)
    c = d = 1.0
    if error > 0:
        f = rows / error
        low, high = f / stats.f.ppf(tail, n - 1, df), f * stats.f.ppf(tail, df, n - 1)
        c, d = float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1))
    sem = np.sqrt(max(columns - error, 0.0) / n + error)
    return Retest(
        float(agreed), a, b, float(consistent), c, d,
        float(sem), float(1.96 * np.sqrt(2) * sem), n,
    )  # fmt: skip


def _agreement_limits(
    icc: float, rows: float, columns: float, error: float, n: int, k: int, tail: float
) -> tuple[float, float]:
    if error <= 0 or icc >= 1:
        return float("nan"), float("nan")
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    v = (a * columns + b * error) ** 2 / (
        (a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    )
    low_f, high_f = stats.f.ppf(tail, n - 1, v), stats.f.ppf(tail, v, n - 1)
    spread = k * columns + (k * n - k - n) * error
    low = n * (rows - low_f * error) / (low_f * spread + n * rows)
    high = n * (high_f * rows - error) / (spread + n * high_f * rows)
    return float(low), float(high)
