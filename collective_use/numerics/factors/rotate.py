"""Rotation of factors by gradient projection, from many starts.

Jennrich (2001, Psychometrika 66:289; 2002, 67:7) and Bernaards & Jennrich (2005) give the method
and the criteria in the form used here: a value and its gradient in the loadings.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from collective_use.errors import InputError
from collective_use.numerics.types import Floats

Criterion = Callable[[Floats], tuple[float, Floats]]

SAME = 1e-5
"""Two starts ended in the same minimum when their criteria differ by less."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """Rotated factors.

    Attributes
    ----------
    pattern
        (J, k) pattern loadings.
    phi
        (k, k) factor correlations.
    value
        The criterion at the best minimum.
    gradient
        Size of the projected gradient there.
    starts, reached
        Starts tried, and how many ended in that minimum: few mean that others may be lower.
    """

    pattern: Floats
    phi: Floats
    value: float
    gradient: float
    starts: int
    reached: int


def oblimin(gamma: float = 0.0) -> Criterion:
    """Return direct oblimin (Jennrich & Sampson 1966); 0 is quartimin.

    Examples
    --------
    >>> import numpy as np
    >>> oblimin()(np.eye(2))[0]
    0.0
    """

    def of(loadings: Floats) -> tuple[float, Floats]:
        squares = loadings**2
        centred = squares - gamma * squares.mean(axis=0) if gamma else squares
        others = centred.sum(axis=1)[:, None] - centred
        return 0.25 * float(np.vdot(squares, others)), loadings * others

    return of


def geomin(epsilon: float = 0.01) -> Criterion:
    """Return geomin (Yates 1987): the geometric mean of the squared loadings of each item.

    Examples
    --------
    >>> import numpy as np
    >>> round(geomin(0.01)(np.eye(2))[0], 6)
    0.200998
    """

    def of(loadings: Floats) -> tuple[float, Floats]:
        k = loadings.shape[1]
        raised = loadings**2 + epsilon
        mean = np.exp(np.mean(np.log(raised), axis=1))
        return float(mean.sum()), (2.0 / k) * loadings / raised * mean[:, None]

    return of


def varimax_criterion() -> Criterion:
    """Return raw varimax (Kaiser 1958) as a criterion to be lowered.

    Examples
    --------
    >>> import numpy as np
    >>> varimax_criterion()(np.eye(2))[0]
    -0.25
    """

    def of(loadings: Floats) -> tuple[float, Floats]:
        centred = loadings**2 - np.mean(loadings**2, axis=0)
        return -0.25 * float(np.sum(centred**2)), -loadings * centred

    return of


def bifactor() -> Criterion:
    """Return bi-quartimin (Jennrich & Bentler 2011): the first factor is left alone.

    Examples
    --------
    >>> import numpy as np
    >>> bifactor()(np.ones((3, 2)))[0]
    0.0
    """

    def of(loadings: Floats) -> tuple[float, Floats]:
        group = loadings[:, 1:]
        squares = group**2
        others = squares @ (1.0 - np.eye(group.shape[1]))
        slope = np.zeros_like(loadings)
        slope[:, 1:] = 4.0 * group * others
        return float(np.sum(squares * others)), slope

    return of


def target(wanted: Floats) -> Criterion:
    """Return a partially specified target (Browne 2001): NaN cells are free.

    Examples
    --------
    >>> import numpy as np
    >>> target(np.array([[np.nan, 0.0]]))(np.array([[0.8, 0.5]]))[0]
    0.25
    """
    weights = (~np.isnan(wanted)).astype(float)
    aim = np.where(np.isnan(wanted), 0.0, wanted)

    def of(loadings: Floats) -> tuple[float, Floats]:
        gap = weights * (loadings - aim)
        return float(np.sum(gap**2)), 2.0 * gap

    return of


def rotate(
    loadings: Floats,
    criterion: Criterion,
    *,
    orthogonal: bool = False,
    starts: int = 25,
    seed: int | None = 11,
    tolerance: float = 1e-8,
    also: Floats | None = None,
) -> Rotated:
    """Rotate to the lowest value of a criterion.

    Parameters
    ----------
    loadings
        (J, k) unrotated loadings.
    criterion
        One of the functions of this module.
    orthogonal
        Factors stay uncorrelated.
    starts
        The given position, then random ones.
    seed
        Of the random starts.
    tolerance
        Size of the projected gradient at which the best start is finished.
    also
        (k, k) one more position to start from, counted among the starts.

    Raises
    ------
    InputError
        When no start gives a minimum.

    Examples
    --------
    >>> import numpy as np
    >>> simple = np.kron(np.eye(2), np.full((3, 1), 0.7))
    >>> turn = np.array([[0.8, 0.6], [-0.6, 0.8]])
    >>> float(abs(rotate(simple @ turn, oblimin()).pattern).round(4).max())
    0.7
    """
    k = loadings.shape[1]
    if k == 1:
        return Rotated(loadings.copy(), np.eye(1), criterion(loadings)[0], 0.0, 1, 1)
    rng = np.random.default_rng(seed)
    step = _orthogonal if orthogonal else _oblique
    begins = [np.eye(k), *(np.linalg.qr(rng.normal(size=(k, k)))[0] for _ in range(starts - 1))]
    begins += [] if also is None else [also]
    ends = [end for begin in begins
            if (end := step(loadings, criterion, begin, 1e-4, 500)) is not None]  # fmt: skip
    if not ends:
        raise InputError("the factors cannot be rotated: no start led to a minimum")
    best = min(ends, key=lambda end: end[1])
    reached = sum(end[1] < best[1] + SAME for end in ends)
    turn, value, gradient = step(loadings, criterion, best[0], tolerance, 5000) or best
    pattern = loadings @ (turn if orthogonal else np.linalg.inv(turn).T)
    phi = np.eye(k) if orthogonal else turn.T @ turn
    return Rotated(pattern, phi, value, gradient, len(begins), reached)


def ordered(found: Rotated, *, keep_first: bool = False, keep: bool = False) -> Rotated:
    """Return the factors by the variance they account for, each with a positive sum.

    Parameters
    ----------
    found
        Rotated factors.
    keep_first
        The first factor stays first (a general factor).
    keep
        The order stays (a target names its columns); signs are turned all the same.

    Examples
    --------
    >>> import numpy as np
    >>> one = Rotated(np.array([[-0.2, 0.9]]), np.eye(2), 0.0, 0.0, 1, 1)
    >>> ordered(one).pattern.tolist()
    [[0.9, 0.2]]
    """
    pattern, phi = found.pattern, found.phi
    size = np.sum(pattern * (pattern @ phi), axis=0)
    first = 1 if keep_first else 0
    order = np.arange(len(phi))
    if not keep:
        order = np.concatenate([order[:first], first + np.argsort(-size[first:], kind="stable")])
    sign = np.where(pattern[:, order].sum(axis=0) < 0, -1.0, 1.0)
    turned = phi[np.ix_(order, order)] * np.outer(sign, sign)
    return Rotated(
        pattern[:, order] * sign, turned, found.value, found.gradient, found.starts, found.reached
    )


End = tuple[Floats, float, float]


def _inverse(matrix: Floats) -> Floats:
    """Return the inverse of a small matrix without what `numpy` checks before."""
    factor, pivots, info = lapack.dgetrf(matrix)
    if info != 0:
        return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    return np.asarray(lapack.dgetri(factor, pivots)[0])


def _oblique(
    loadings: Floats, criterion: Criterion, turn: Floats, tolerance: float, steps: int
) -> End | None:
    size, step = np.inf, 1.0
    inverse = _inverse(turn)
    pattern = loadings @ inverse.T
    value, slope = criterion(pattern)
    for _ in range(steps):
        descent = -(pattern.T @ slope @ inverse).T
        projected = descent - turn * (turn * descent).sum(axis=0)
        square = float(np.vdot(projected, projected))
        size = math.sqrt(square)
        if size < tolerance:
            break
        step *= 2.0
        for _ in range(30):
            trial = turn - step * projected
            trial /= np.sqrt((trial * trial).sum(axis=0))
            back = _inverse(trial)
            moved = loadings @ back.T
            lower, sloped = criterion(moved)
            if lower < value - 0.5 * square * step:
                break
            step /= 2.0
        else:
            break
        turn, inverse, pattern, value, slope = trial, back, moved, lower, sloped
    return (turn, value, size) if math.isfinite(value) else None


def _orthogonal(
    loadings: Floats, criterion: Criterion, turn: Floats, tolerance: float, steps: int
) -> End | None:
    size, step = np.inf, 1.0
    value, slope = criterion(loadings @ turn)
    for _ in range(steps):
        descent = loadings.T @ slope
        product = turn.T @ descent
        projected = descent - turn @ ((product + product.T) / 2)
        size = float(np.linalg.norm(projected))
        if size < tolerance:
            break
        step *= 2.0
        for _ in range(30):
            left, _, right = np.linalg.svd(turn - step * projected)
            trial = left @ right
            lower, sloped = criterion(loadings @ trial)
            if lower < value - 0.5 * size**2 * step:
                break
            step /= 2.0
        else:
            break
        turn, value, slope = trial, lower, sloped
    return (turn, value, size) if np.isfinite(value) else None
