"""Pooling of estimates and tests over multiply imputed data sets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from collective_use.numerics.moments import Floats


@dataclass(frozen=True, slots=True)
class Pooled:
    """Estimates by Rubin's rules.

    Attributes
    ----------
    estimates
        Means over the imputations (q,).
    within, between, total
        Covariances: mean of those of the imputations, of the estimates over them, and
        ``within + (1 + 1/m) between``, (q, q).
    df
        Degrees of freedom of t (q,), infinite where the imputations agree.
    riv, fmi
        Relative increase in variance, and fraction of missing information, (q,).
    """

    estimates: Floats
    within: Floats
    between: Floats
    total: Floats
    df: Floats
    riv: Floats
    fmi: Floats


def pool_estimates(estimates: Floats, covariances: Floats) -> Pooled:
    """Pool m estimates (m, q) with covariances (m, q, q).

    References
    ----------
    Rubin (1987), Multiple imputation for nonresponse in surveys, eq. 3.1.2 to 3.1.10; fmi is
    ``(riv) / (1 + riv)``, its value for many degrees of freedom.

    Examples
    --------
    >>> import numpy as np
    >>> out = pool_estimates(np.array([[1.0], [3.0]]), np.ones((2, 1, 1)))
    >>> out.estimates.tolist(), out.total.tolist(), round(float(out.riv[0]), 6)
    ([2.0], [[4.0]], 3.0)
    """
    m = estimates.shape[0]
    mean = estimates.mean(axis=0)
    deviations = estimates - mean
    within = covariances.mean(axis=0)
    between = deviations.T @ deviations / (m - 1)
    total = within + (1 + 1 / m) * between
    own, more = np.diag(within), (1 + 1 / m) * np.diag(between)
    with np.errstate(divide="ignore", invalid="ignore"):
        riv = np.where((own > 0) & (more > 1e-14 * own), more / own, 0.0)
        df = np.where(riv > 0, (m - 1) * (1 + 1 / riv) ** 2, np.inf)
    return Pooled(mean, within, between, total, df, riv, riv / (1 + riv))


@dataclass(frozen=True, slots=True)
class PooledTest:
    """A pooled chi-square.

    Attributes
    ----------
    name
        ``"D2"``, ``"D3"`` or ``"D4"``.
    f, df1, df2, p
        F, its degrees of freedom (`df2` infinite where the imputations agree) and upper tail.
    riv
        Average relative increase in variance.
    """

    name: str
    f: float
    df1: float
    df2: float
    p: float
    riv: float

    @property
    def chisq(self) -> float:
        """``f * df1``, what fit indices take."""
        return self.f * self.df1


def pool_d2(statistics: Floats, df: float) -> PooledTest:
    """Pool chi-squares (m,) of the imputations.

    References
    ----------
    Li, Meng, Raghunathan & Rubin (1991), Statistica Sinica 1:65, eq. 2.2, 2.16, 2.17.

    Examples
    --------
    >>> import numpy as np
    >>> pool_d2(np.array([10.0, 10.0]), 5).f
    2.0
    """
    m = statistics.size
    root = np.sqrt(np.maximum(statistics, 0.0))
    riv = (1 + 1 / m) * float(np.var(root, ddof=1))
    f = (float(statistics.mean()) / df - (m + 1) / (m - 1) * riv) / (1 + riv)
    df2 = df ** (-3 / m) * (m - 1) * (1 + 1 / riv) ** 2 if riv > 1e-14 else math.inf
    return _test("D2", f, df, df2, riv)


def pool_d3(statistics: Floats, constrained: float, df: float) -> PooledTest:
    """Pool likelihood ratios (m,) with their mean at the pooled estimates of both models.

    A relative increase in variance below 0, which sampling error can make, counts as 0.

    References
    ----------
    Meng & Rubin (1992), Biometrika 79:103; Enders (2010), Applied missing data analysis, eq. 8.31
    to 8.35.

    Examples
    --------
    >>> import numpy as np
    >>> pool_d3(np.array([10.0, 10.0]), 10.0, 5).f
    2.0
    """
    m = statistics.size
    a = df * (m - 1)
    riv = max((m + 1) / a * (float(statistics.mean()) - constrained), 0.0)
    df2 = math.inf
    if riv > 1e-14 and a > 4:
        df2 = 4 + (a - 4) * (1 + (1 - 2 / a) / riv) ** 2
    elif riv > 1e-14:
        df2 = a * (1 + 1 / df) * (1 + 1 / riv) ** 2 / 2
    return _test("D3", constrained / (df * (1 + riv)), df, df2, riv)


def pool_d4(statistics: Floats, stacked: float, df: float) -> PooledTest:
    """Pool likelihood ratios (m,) with the one of all imputations stacked, divided by m.

    References
    ----------
    Chan & Meng (2022), Statistica Sinica 32:1489; Grund, Lüdtke & Robitzsch (2023), Psychological
    Methods 28:1207.

    Examples
    --------
    >>> import numpy as np
    >>> pool_d4(np.array([10.0, 10.0]), 10.0, 5).f
    2.0
    """
    m = statistics.size
    riv = (m + 1) / (df * (m - 1)) * (float(statistics.mean()) - stacked)
    riv = max(riv, 0.0)
    df2 = df * (m - 1) * (1 + 1 / riv) ** 2 if riv > 1e-14 else math.inf
    return _test("D4", stacked / (df * (1 + riv)), df, df2, riv)


def _test(name: str, f: float, df1: float, df2: float, riv: float) -> PooledTest:
    f = max(f, 0.0)
    # F with infinitely many degrees of freedom is chi-square over its own.
    p = float(fdtrc(df1, min(df2, 1e12), f))
    return PooledTest(name, f, df1, df2, p, riv)
