"""Degrees of membership in sets, and how far one set lies in another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from collective_use.numerics.types import Floats

_EDGE = 1e-4
"""Memberships this near to 0 or 1 are 0 or 1, as in R's QCA."""


def calibrate_direct(
    values: ArrayLike, out: float, crossover: float, into: float, membership: float = 0.95
) -> Floats:
    """Return memberships by the logistic curve through three anchors.

    Parameters
    ----------
    values
        Raw values.
    out, crossover, into
        Fully out (membership 0.05), neither in nor out (0.5) and fully in (0.95). A falling row
        of anchors makes a set of low values.
    membership
        Membership at the last anchor.

    References
    ----------
    Ragin, C. C. (2008). Redesigning social inquiry, chapter 5. Dusa, A. (2019). QCA with R,
    section 4.2 (the exact logit).

    Examples
    --------
    >>> calibrate_direct([1, 3, 5], 1, 3, 5).round(2).tolist()
    [0.05, 0.5, 0.95]
    """
    x = np.asarray(values, float)
    low, high = min(out, into), max(out, into)
    width = np.where(x < crossover, crossover - low, high - crossover)
    odds = np.log(membership / (1 - membership)) * (x - crossover) / width
    found = 1.0 / (1.0 + np.exp(-np.clip(odds, -700, 700)))
    return _edges(found if out < into else 1.0 - found)


def calibrate_indirect(values: ArrayLike, thresholds: ArrayLike) -> Floats:
    """Return memberships by a fractional polynomial through a grouping of cases.

    Cases are sorted into levels by the thresholds, the levels get equal steps from 0 to 1, and
    the levels are predicted from ``log x, x^0.5, x, x^2`` by a logit (quasi-binomial).

    Parameters
    ----------
    values
        Raw values of at least zero (zero counts as 1e-5).
    thresholds
        Between the levels, rising.

    References
    ----------
    Ragin, C. C. (2008). Redesigning social inquiry, chapter 5. Dusa, A. (2019). QCA with R,
    section 4.2.4 (the fractional polynomial; levels are rounded to three digits there).

    Examples
    --------
    >>> calibrate_indirect([1, 2, 3, 4, 5, 6, 7, 8], [2.5, 4.5, 6.5]).round(1).tolist()
    [0.0, 0.0, 0.3, 0.4, 0.5, 0.8, 1.0, 1.0]
    """
    x, cuts = np.asarray(values, float), np.sort(np.asarray(thresholds, float))
    steps = np.round(np.arange(len(cuts) + 1) / len(cuts), 3)
    level = steps[np.searchsorted(cuts, x, side="left")]
    x = np.where(x == 0, 1e-5, x)
    design = np.column_stack([np.ones_like(x), np.log(x), np.sqrt(x), x, x**2])
    basis, _ = np.linalg.qr(design)
    return _edges(np.round(_logit(basis, level), 6))


def _logit(design: Floats, level: Floats) -> Floats:
    """Return fitted probabilities of a logit by iterated least squares."""
    mean = (level + 0.5) / 2
    linear = np.log(mean / (1 - mean))
    before = np.inf
    for _ in range(25):
        weight = mean * (1 - mean)
        working = linear + (level - mean) / weight
        root = np.sqrt(weight)
        beta = np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0]
        linear = design @ beta
        mean = np.clip(1 / (1 + np.exp(-np.clip(linear, -30, 30))), 1e-15, 1 - 1e-15)
        with np.errstate(divide="ignore", invalid="ignore"):
            one = np.where(level > 0, level * np.log(level / mean), 0.0)
            two = np.where(level < 1, (1 - level) * np.log((1 - level) / (1 - mean)), 0.0)
        deviance = 2 * float((one + two).sum())
        if abs(deviance - before) / (abs(deviance) + 0.1) < 1e-8:
            break
        before = deviance
    return mean


def _edges(found: Floats) -> Floats:
    return np.where(found < _EDGE, 0.0, np.where(found > 1 - _EDGE, 1.0, found))


def sufficiency(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return consistency, PRI and coverage of "x is sufficient for y".

    ``sum min(x, y) / sum x``; ``(sum min(x, y) - sum min(x, y, 1 - y)) / (sum x - sum min(x, y,
    1 - y))``; ``sum min(x, y) / sum y`` (Ragin 2006, Political Analysis 14:291; Schneider &
    Wagemann 2012, Set-theoretic methods, 9.2). NaN where nothing belongs to the set.

    Parameters
    ----------
    x
        (..., n) memberships in the condition.
    y
        (n,) memberships in the outcome.

    Examples
    --------
    >>> [float(v.round(3)) for v in sufficiency([0.2, 0.8], [0.4, 0.6])]
    [0.8, 0.5, 0.8]
    """
    a, b = np.asarray(x, float), np.asarray(y, float)
    both = np.minimum(a, b).sum(-1)
    neither = np.minimum(np.minimum(a, b), 1 - b).sum(-1)
    return (
        _ratio(both, a.sum(-1)),
        _ratio(both - neither, a.sum(-1) - neither),
        _ratio(both, np.broadcast_to(b.sum(-1), both.shape)),
    )


def necessity(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return consistency, relevance (RoN) and coverage of "x is necessary for y".

    ``sum min(x, y) / sum y``; ``sum (1 - x) / sum (1 - min(x, y))``; ``sum min(x, y) / sum x``
    (Ragin 2006; relevance: Schneider & Wagemann 2012, 9.2.1).

    Parameters
    ----------
    x
        (..., n) memberships in the condition.
    y
        (n,) memberships in the outcome.

    Examples
    --------
    >>> [float(v.round(3)) for v in necessity([0.2, 0.8], [0.4, 0.6])]
    [0.8, 0.833, 0.8]
    """
    a, b = np.asarray(x, float), np.asarray(y, float)
    least = np.minimum(a, b)
    return (
        _ratio(least.sum(-1), np.broadcast_to(b.sum(-1), least.shape[:-1])),
        _ratio((1 - a).sum(-1), (1 - least).sum(-1)),
        _ratio(least.sum(-1), a.sum(-1)),
    )


def _ratio(over: Floats, under: Floats) -> Floats:
    known = under > 0
    return np.where(known, over / np.where(known, under, 1.0), np.nan)
