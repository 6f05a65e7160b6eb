"""One answer per effect: limits, and the p that belongs to them.

References
----------
Efron (1987), Journal of the American Statistical Association 82:171; Benjamini & Hochberg (1995),
Journal of the Royal Statistical Society B 57:289.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from collective_use.numerics.resampling.intervals import corrected_interval
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class Answer:
    """Limits and p of k quantities.

    Attributes
    ----------
    lower, upper, p
        (k,); the limits include zero exactly when p is larger than 1 - confidence.
    """

    lower: Floats
    upper: Floats
    p: Floats


def normal_draws(
    mean: Floats, cov: Floats, repetitions: int, rng: np.random.Generator, df: float | None = None
) -> Floats:
    """Return (R, q) draws from a normal, or with `df` a t distribution.

    Parameters
    ----------
    mean, cov
        (q,) and (q, q), which may be singular.
    repetitions, rng
        R, and what draws.
    df
        Degrees of freedom; None: endless.

    Examples
    --------
    >>> normal_draws(np.zeros(2), np.eye(2), 5, np.random.default_rng(1)).shape
    (5, 2)
    """
    values, vectors = np.linalg.eigh((cov + cov.T) / 2)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    moved = rng.standard_normal((repetitions, len(mean))) @ root.T
    if df is not None:
        moved /= np.sqrt(rng.chisquare(df, repetitions) / df)[:, None]
    return np.asarray(mean + moved)


def percentile_answer(draws: Floats, confidence: float = 0.95) -> Answer:
    """Return percentile limits of draws (R, k), and twice the smaller share beyond zero.

    The quantile is the draw itself, so that limits touch zero where p says so.

    Examples
    --------
    >>> found = percentile_answer(np.arange(-4.0, 96.0)[:, None], 0.9)
    >>> found.lower.tolist(), found.upper.tolist(), found.p.round(2).tolist()
    ([1.0], [90.0], [0.1])
    """
    kept = [np.sort(column[~np.isnan(column)]) for column in draws.T]
    tail = (1 - confidence) / 2
    lower = np.array([_at(column, tail, low=True) for column in kept])
    upper = np.array([_at(column, tail, low=False) for column in kept])
    return Answer(lower, upper, np.array([_p(column) for column in kept]))


def _at(column: Floats, tail: float, *, low: bool) -> float:
    if not column.size:
        return float("nan")
    k = int(np.floor(tail * column.size + 1e-9))
    return float(column[k] if low else column[column.size - 1 - k])


def _p(column: Floats) -> float:
    if not column.size:
        return float("nan")
    below, above = int((column <= 0).sum()), int((column >= 0).sum())
    return min(1.0, 2 * max(min(below, above), 0) / column.size)


def bca_answer(
    draws: Floats, estimate: Floats, acceleration: Floats, confidence: float = 0.95
) -> Answer:
    """Return bias-corrected and accelerated limits, and the level at which they touch zero.

    Parameters
    ----------
    draws
        (R, k) replicates.
    estimate, acceleration
        (k,).
    confidence
        Of the limits.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(2.0, 1.0, size=(4000, 1))
    >>> found = bca_answer(draws, np.array([2.0]), np.zeros(1))
    >>> bool(0.03 < found.p[0] < 0.06)
    True
    """
    complete = draws[~np.isnan(draws).any(axis=1)]
    lower, upper = corrected_interval(complete, estimate, acceleration, confidence)
    R = len(complete)
    share = ((complete < estimate).sum(axis=0) + 0.5 * (complete == estimate).sum(axis=0)) / R
    bias = ndtri(np.clip(share, 0.5 / R, 1 - 0.5 / R))
    zero = ((complete < 0).sum(axis=0) + 0.5 * (complete == 0).sum(axis=0)) / R
    gap = ndtri(np.clip(zero, 0.5 / R, 1 - 0.5 / R)) - bias
    z = gap / (1 + acceleration * gap) - bias
    return Answer(lower, upper, np.asarray(2 * ndtr(-np.abs(z))))


@dataclass(frozen=True, slots=True)
class Sized:
    """One-sided levels about a bound.

    Attributes
    ----------
    equivalent
        (k,) p of the hypothesis that a quantity lies at or beyond either bound.
    minimal
        (k,) p of the hypothesis that it lies between the bounds.
    """

    equivalent: Floats
    minimal: Floats


def sized(draws: Floats, bound: float) -> Sized:
    """Return the tests of equivalence and of a minimal effect, from draws (R, k).

    The p of two one-sided tests is the larger share beyond a bound (Schuirmann 1987, Journal of
    Pharmacokinetics and Biopharmaceutics 15:657); that of a minimal effect the smaller share short
    of one (Murphy & Myors 1999, Journal of Applied Psychology 84:234), doubled for two sides.

    Parameters
    ----------
    draws
        Of k quantities; NaN is left out.
    bound
        Smallest size that counts, above zero.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal([0.0, 1.0], 0.1, size=(4000, 2))
    >>> found = sized(draws, 0.3)
    >>> (found.equivalent < 0.05).tolist(), (found.minimal < 0.05).tolist()
    ([True, False], [False, True])
    """
    known = np.maximum((~np.isnan(draws)).sum(axis=0), 1)
    above = (draws >= bound).sum(axis=0) / known
    below = (draws <= -bound).sum(axis=0) / known
    minimal = np.minimum(1.0, 2 * np.minimum(1 - above, 1 - below))
    none = np.isnan(draws).all(axis=0)
    return Sized(np.where(none, np.nan, np.maximum(above, below)), np.where(none, np.nan, minimal))


def false_discovery(p: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p of a family; NaN stays.

    Examples
    --------
    >>> false_discovery(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(-p[known])]
    m, least = known.size, 1.0
    for rank, i in enumerate(order):
        least = min(least, p[i] * m / (m - rank))
        out[i] = least
    return out
