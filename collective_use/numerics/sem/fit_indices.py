"""Indices of fit from chi-squares, degrees of freedom and residuals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtr, chdtri, chndtr

from collective_use.numerics.moments import Floats
from collective_use.numerics.sem.model import vech_index


@dataclass(frozen=True, slots=True)
class Versus:
    """A model's test and the independence model's, with scalings (1: none)."""

    chisq: float
    df: float
    null_chisq: float
    null_df: float
    scaling: float = 1.0
    null_scaling: float = 1.0

    @property
    def excess(self) -> float:
        """Non-centrality of the model."""
        return self.chisq - self.scaling * self.df

    @property
    def null_excess(self) -> float:
        """Non-centrality of the independence model."""
        return self.null_chisq - self.null_scaling * self.null_df


def cfi(v: Versus) -> float:
    """Comparative fit index (Bentler 1990, Psychological Bulletin 107:238).

    Examples
    --------
    >>> round(cfi(Versus(85.306, 24, 918.852, 36)), 3)
    0.931
    """
    top = max(v.excess, 0.0)
    bottom = max(v.excess, v.null_excess, 0.0)
    return 1.0 if bottom < 1e-12 else 1 - top / bottom


def tli(v: Versus) -> float:
    """Tucker-Lewis index (Tucker & Lewis 1973, Psychometrika 38:1)."""
    if math.isnan(v.scaling) or math.isnan(v.null_scaling):
        return math.nan
    bottom = v.null_excess * v.df
    return 1 - v.excess * v.null_df / bottom if v.df > 0 and bottom != 0 else 1.0


def rni(v: Versus) -> float:
    """Relative non-centrality index (McDonald & Marsh 1990, Psychological Bulletin 107:247)."""
    return 1 - v.excess / v.null_excess if abs(v.null_excess) > 1e-12 else math.nan


def rfi(v: Versus) -> float:
    """Relative fit index (Bollen 1986, Psychometrika 51:375)."""
    if v.df > v.null_df:
        return math.nan
    if v.df <= 0 or v.null_df <= 0:
        return 1.0
    bottom = v.null_chisq / v.null_df
    top = bottom - v.chisq / v.df
    return 1.0 if top < 0 or bottom <= 0 else top / bottom


def nfi(v: Versus) -> float:
    """Normed fit index (Bentler & Bonett 1980, Psychological Bulletin 88:588)."""
    if v.df > v.null_df or v.null_chisq == 0:
        return math.nan
    return (v.null_chisq - v.chisq) / v.null_chisq if v.df > 0 else 1.0


def pnfi(v: Versus) -> float:
    """Parsimony normed fit index (James, Mulaik & Brett 1982)."""
    if v.null_df <= 0 or v.null_chisq <= 0:
        return math.nan
    return v.df / v.null_df * (v.null_chisq - v.chisq) / v.null_chisq


def ifi(v: Versus) -> float:
    """Incremental fit index (Bollen 1989, Sociological Methods & Research 17:303)."""
    bottom = v.null_chisq - v.df
    if bottom < 0:
        return 1.0
    return (v.null_chisq - v.chisq) / bottom if bottom > 1e-12 else math.nan


def rmsea(chisq: float, df: float, n: float, groups: int = 1, scaling: float = 1.0) -> float:
    """Root mean square error of approximation (Steiger & Lind 1980; groups: Steiger 1998).

    Examples
    --------
    >>> round(rmsea(85.306, 24, 301), 3)
    0.092
    """
    if df <= 0:
        return 0.0
    return math.sqrt(max(chisq / n / df - scaling / n, 0.0)) * math.sqrt(groups)


def noncentral_cdf(x: float, df: float, noncentrality: float) -> float:
    """Return the distribution function of the non-central chi-square."""
    if noncentrality <= 0:
        return float(chdtr(df, x))
    return float(chndtr(x, df, noncentrality))


def rmsea_limits(
    chisq: float,
    df: float,
    n: float,
    groups: int = 1,
    scaling: float = 1.0,
    confidence: float = 0.90,
) -> tuple[float, float]:
    """Return the confidence limits of RMSEA from exact non-centrality parameters.

    References
    ----------
    Browne & Cudeck (1992), Sociological Methods & Research 21:230.
    """
    if not (math.isfinite(chisq) and math.isfinite(df)):
        return math.nan, math.nan
    if df < 1:
        return 0.0, 0.0
    if not math.isfinite(scaling) or math.isnan(noncentral_cdf(chisq, df, 1.0)):
        return math.nan, math.nan
    low, high = noncentrality_limits(chisq, df, max(n, 4 * chisq), confidence)
    size = max(scaling, 0.0) / (n * df)
    return math.sqrt(size * low) * math.sqrt(groups), math.sqrt(size * high) * math.sqrt(groups)


def noncentrality_limits(
    chisq: float, df: float, top: float, confidence: float = 0.90
) -> tuple[float, float]:
    """Return the confidence limits of a chi-square's non-centrality, the upper sought from `top`.

    NaN where the statistic is below zero, as one divided by a negative scaling factor is.

    Examples
    --------
    >>> [round(v, 3) for v in noncentrality_limits(85.306, 24, 400)]
    [36.847, 93.354]
    >>> noncentrality_limits(-79.4, 19, 400)
    (nan, nan)
    """
    if math.isnan(noncentral_cdf(chisq, df, 0.0)):
        return math.nan, math.nan
    tail = (1 - confidence) / 2

    def limit(probability: float, top: float) -> float:
        if noncentral_cdf(chisq, df, 0.0) < probability:
            return 0.0
        while noncentral_cdf(chisq, df, top) > probability:
            top *= 2
        return brentq(
            lambda v: noncentral_cdf(chisq, df, v) - probability, 0.0, top, xtol=1e-12, rtol=1e-14
        )

    return limit(1 - tail, max(chisq, 1.0)), limit(tail, top)


def explained(chisq: float, df: float, n: float, variables: int, scaling: float = 1.0) -> float:
    """Goodness of fit as a share of variance accounted for, at most 1.

    References
    ----------
    Maydeu-Olivares, Ximénez & Revuelta (2024), Psychological Methods, equation 20.

    Examples
    --------
    >>> round(explained(85.306, 24, 301, 9), 3)
    0.957
    """
    bottom = n * variables + 2 * (chisq - scaling * df)
    return min(n * variables / bottom, 1.0) if bottom > 0 else math.nan


def explained_limits(
    chisq: float, df: float, n: float, variables: int, scaling: float = 1.0
) -> tuple[float, float]:
    """Return 90% limits of `explained`: the larger non-centrality gives the lower one.

    References
    ----------
    Maydeu-Olivares, Ximénez & Revuelta (2024), Psychological Methods, equation 23.
    """
    if not (math.isfinite(chisq) and math.isfinite(df) and math.isfinite(scaling)):
        return math.nan, math.nan
    if df < 1:
        return 1.0, 1.0
    low, high = noncentrality_limits(chisq, df, max(n, 4 * chisq))
    size = n * variables
    return size / (size + 2 * scaling * high), size / (size + 2 * scaling * low)


def rmsea_p(
    chisq: float, df: float, n: float, groups: int, scaling: float, h0: float, *, close: bool
) -> float:
    """Return the p-value of close (RMSEA <= h0) or not-close (>= h0) fit."""
    if df <= 0 or not math.isfinite(chisq) or not math.isfinite(df):
        return math.nan
    below = noncentral_cdf(chisq, df, n * df / scaling * h0**2 / groups)
    return 1 - below if close else below


def critical_n(chisq: float, df: float, n: float, alpha: float) -> float:
    """Hoelter's critical N (Hoelter 1983, Sociological Methods & Research 11:325)."""
    if df <= 0 or chisq <= 0:
        return math.nan
    return float(chdtri(df, alpha)) / (chisq / n) + 1


@dataclass(frozen=True, slots=True)
class Residuals:
    """Root mean square residuals of one group, with and without means."""

    rmr: float
    rmr_nomean: float
    srmr: float
    srmr_nomean: float
    crmr: float
    crmr_nomean: float
    mplus: float
    mplus_nomean: float


def residual_summaries(S: Floats, m: Floats | None, Sigma: Floats, mu: Floats | None) -> Residuals:
    """Summarise the residuals of one group.

    Parameters
    ----------
    S, m
        Sample covariances and means (None without mean structure).
    Sigma, mu
        Implied ones.

    References
    ----------
    Bentler (1995), EQS structural equations program manual; Bollen (1989), Structural equations
    with latent variables (correlation residuals); Maydeu-Olivares (2017), Structural Equation
    Modeling 24:5.
    """
    p = S.shape[0]
    rows, cols = vech_index(p)
    off = rows != cols
    R = (S - Sigma)[rows, cols]
    ds, dm = np.sqrt(np.diag(S)), np.sqrt(np.maximum(np.diag(Sigma), 1e-300))
    standard = R / (ds[rows] * ds[cols])
    correlation = (S / np.outer(ds, ds) - Sigma / np.outer(dm, dm))[rows, cols]
    change = (np.diag(S) - np.diag(Sigma)) / np.diag(S)
    k, pairs = rows.size, p * (p - 1) // 2
    with np.errstate(over="ignore"):  # of a model that is nowhere near the data: infinite
        sums = {
            "rmr": float(R @ R),
            "srmr": float(standard @ standard),
            "crmr": float(correlation[off] @ correlation[off]),
            "mplus": float(correlation[off] @ correlation[off] + change @ change),
        }
    size = {"rmr": k, "srmr": k, "crmr": pairs, "mplus": k}
    plain = {name: math.sqrt(sums[name] / size[name]) if size[name] else 0.0 for name in sums}
    full = dict(plain)
    if m is not None and mu is not None:
        r = m - mu
        mean = {
            "rmr": float(r @ r),
            "srmr": float((r / ds) @ (r / ds)),
            "crmr": float((r / ds) @ (r / ds)),
            "mplus": float(np.sum((m / ds - mu / dm) ** 2)),
        }
        full = {name: math.sqrt((sums[name] + mean[name]) / (size[name] + p)) for name in sums}
    return Residuals(
        full["rmr"], plain["rmr"], full["srmr"], plain["srmr"],
        full["crmr"], plain["crmr"], full["mplus"], plain["mplus"],
    )  # fmt: skip
