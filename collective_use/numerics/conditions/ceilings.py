"""Ceilings of necessary condition analysis: free disposal hull and the line through its peers.

Every function takes batches: arrays of shape (..., n), so that a permutation test is one call.
The corner analysed is the upper left one (much of x is necessary for much of y); for others
turn the sign of x or y and its limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collective_use.numerics.types import Floats

_ABOVE = 1e-7
"""A case counts as above a line from here on, as in R's NCA."""
_TIE = 1e-12
"""Effects of permuted data this near to the observed count as equal to it."""


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Both ceilings of a batch.

    Attributes
    ----------
    ce, cr
        (...,) effect sizes d: empty zone above the ceiling as a share of the scope (Dul 2016).
    intercept, slope
        (...,) of the CR-FDH line; NaN where a single peer makes no line.
    peers
        (...,) number of cases that carry the ceiling.
    accuracy
        (...,) share of cases on or below the CR-FDH line; 1 where there is no line.
    """

    ce: Floats
    cr: Floats
    intercept: Floats
    slope: Floats
    peers: NDArray[np.intp]
    accuracy: Floats


def scope_of(x: ArrayLike, y: ArrayLike) -> Floats:
    """Return (..., 4) the empirical scope: lowest and highest x, lowest and highest y.

    Examples
    --------
    >>> scope_of([1, 3], [5, 2]).tolist()
    [1.0, 3.0, 2.0, 5.0]
    """
    a, b = np.asarray(x, float), np.asarray(y, float)
    return np.stack([a.min(-1), a.max(-1), b.min(-1), b.max(-1)], axis=-1)


def ceilings(x: ArrayLike, y: ArrayLike, scope: ArrayLike | None = None) -> Ceilings:
    """Return CE-FDH and CR-FDH of (..., n) data.

    Parameters
    ----------
    x, y
        (..., n) condition and outcome, no missing; they broadcast against each other.
    scope
        (4,) or (..., 4) limits of x and y; the empirical ones by default. It must hold all cases.

    References
    ----------
    Dul, J. (2016). Necessary condition analysis (NCA). Organizational Research Methods, 19,
    10-52. Tulkens, H. (1993). On FDH efficiency analysis. Journal of Productivity Analysis, 4,
    183-210 (the hull).

    Examples
    --------
    >>> found = ceilings([0, 1, 2, 2], [0, 1, 2, 0])
    >>> float(found.ce), round(float(found.cr), 3)
    (0.75, 0.5)
    """
    a, b = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    limits = scope_of(a, b) if scope is None else np.asarray(scope, float)
    low_x, high_x, low_y, high_y = (limits[..., k] for k in range(4))
    order = np.lexsort((-b, a), axis=-1)
    a, b = np.take_along_axis(a, order, -1), np.take_along_axis(b, order, -1)
    top = np.maximum.accumulate(b, axis=-1)
    area = (high_x - low_x) * (high_y - low_y)
    wide = np.diff(a, axis=-1, append=np.broadcast_to(high_x, a.shape[:-1])[..., None])
    empty = (wide * (high_y[..., None] - top)).sum(-1) + (a[..., 0] - low_x) * (high_y - low_y)
    first, peers = _peers(a, b, top)
    intercept, slope = _line(a, b, peers, first.sum(-1) > 1)
    above = (b - (intercept[..., None] + slope[..., None] * a) > _ABOVE).sum(-1)
    known = area > 0
    safe = np.where(known, area, 1.0)
    return Ceilings(
        np.where(known, empty / safe, np.nan),
        np.where(known, _over_line(intercept, slope, limits) / safe, np.nan),
        intercept,
        slope,
        peers.sum(-1),
        1.0 - above / a.shape[-1],
    )


def _peers(a: Floats, b: Floats, top: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where the hull rises, and all cases there (equal ones count each)."""
    before = np.concatenate([np.full((*b.shape[:-1], 1), -np.inf), top[..., :-1]], axis=-1)
    first = b > before
    last = np.maximum.accumulate(np.where(first, np.arange(b.shape[-1]), 0), axis=-1)
    return first, (b == top) & (a == np.take_along_axis(a, last, -1))


def _line(
    a: Floats, b: Floats, peers: NDArray[np.bool_], enough: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    count = peers.sum(-1)
    mean_a = np.where(peers, a, 0.0).sum(-1) / count
    mean_b = np.where(peers, b, 0.0).sum(-1) / count
    from_a = np.where(peers, a - mean_a[..., None], 0.0)
    from_b = np.where(peers, b - mean_b[..., None], 0.0)
    spread = (from_a**2).sum(-1)
    slope = np.where(enough, (from_a * from_b).sum(-1) / np.where(enough, spread, 1.0), np.nan)
    return mean_b - slope * mean_a, slope


def _over_line(intercept: Floats, slope: Floats, limits: Floats) -> Floats:
    """Return the area of the scope above a rising line; 0 where there is none."""
    low_x, high_x, low_y, high_y = (limits[..., k] for k in range(4))
    exists = ~np.isnan(slope)
    b, a = np.where(exists, slope, 1.0), np.where(exists, intercept, 0.0)
    enters = np.clip((low_y - a) / b, low_x, high_x)
    leaves = np.clip((high_y - a) / b, low_x, high_x)
    under = low_y * (enters - low_x) + high_y * (high_x - leaves)
    under = under + a * (leaves - enters) + b * (leaves**2 - enters**2) / 2
    return np.where(exists, high_y * (high_x - low_x) - under, 0.0)


def needed(
    x: ArrayLike, y: ArrayLike, levels: ArrayLike, scope: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the x that each level of y needs under both ceilings, (L,) and (L,).

    ``-inf``: the condition is not necessary for this level; ``inf``: no x of the scope is
    enough, or no case reaches the level.

    Parameters
    ----------
    x, y
        (n,) condition and outcome.
    levels
        (L,) values of the outcome.
    scope
        (4,) limits.

    Examples
    --------
    >>> needed([0, 1, 2, 2], [0, 1, 2, 0], [0, 1, 2], [0, 2, 0, 2])[0].tolist()
    [-inf, 1.0, 2.0]
    """
    a, b = np.asarray(x, float), np.asarray(y, float)
    at, limits = np.asarray(levels, float), np.asarray(scope, float)
    tiny = 1e-10
    reaching = b[None, :] > at[:, None] - tiny
    ce = np.where(reaching, a[None, :], np.inf).min(axis=1)
    line = ceilings(a, b, limits)
    lineless = bool(np.isnan(line.slope))
    cr = np.full(len(at), -np.inf) if lineless else (at - line.intercept) / line.slope
    low, high = limits[0], limits[1]
    ce = np.where(ce < low + tiny, -np.inf, ce)
    cr = np.where(cr < low + tiny, -np.inf, np.where(cr > high + tiny, np.inf, cr))
    return ce, cr


def share_as_large(drawn: Floats, observed: float) -> float:
    """Return ``(1 + number at least as large) / (1 + number of draws)``.

    North, B. V., Curtis, D., & Sham, P. C. (2002). American Journal of Human Genetics, 71, 439.

    Examples
    --------
    >>> share_as_large(np.array([0.1, 0.2, 0.3]), 0.2)
    0.75
    """
    known = drawn[~np.isnan(drawn)]
    return float((1 + (known >= observed - _TIE).sum()) / (1 + len(known)))


def permuted_effects(
    x: Floats, y: Floats, scope: Floats, repetitions: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return (B,) and (B,) effects of both ceilings with y permuted over cases.

    Dul, J., van der Laan, E., & Kuik, R. (2020). A statistical significance test for necessary
    condition analysis. Organizational Research Methods, 23, 385-395.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.arange(4.0)
    >>> permuted_effects(x, x, scope_of(x, x), 5, rng)[0].shape
    (5,)
    """
    shuffled = rng.permuted(np.broadcast_to(y, (repetitions, len(y))), axis=1)
    found = ceilings(x[None, :], shuffled, scope)
    return found.ce, found.cr
