"""Limits of each group's disagreement by a bootstrap over groups and members.

A group of 5 has too few members to be its own population: drawn from itself it hardly varies
(limits that should hold 95% hold 46 to 80%). Here a draw takes members from groups at random,
each member's deviations in units of the own group's spread, so that all groups tell what answers
scatter like, and a group's own spread is only its scale. What is drawn is the ratio of a sample's
spread to the true one, for the group's size and its pattern of missing answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.resampling.intervals import acceleration_of, corrected_interval
from collective_use.numerics.types import Floats

Spread = Callable[[Floats], Floats]

_BORROWED = 4.0
"""Members' worth of the mean variance mixed into a group's own before it standardizes."""

_SHARED = 10.0
"""Members' worth of the donors' scatter mixed into a group's own."""

_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Donors:
    """Members who lend their deviations.

    Attributes
    ----------
    deviations
        (M, J) standardized deviations from group means, complete rows.
    """

    deviations: Floats


def variance_of(x: Floats) -> Floats:
    """Return the mean over items of variances with n - 1 over the second-last axis.

    Parameters
    ----------
    x
        (..., n, J), NaN for missing.

    Examples
    --------
    >>> variance_of(np.array([[1.0, 2.0], [3.0, 2.0]])).tolist()
    1.0
    """
    return _mean_of_items(x, lambda gaps: gaps**2, 1)


def deviation_of(x: Floats) -> Floats:
    """Return the mean over items of average deviations from the mean.

    Examples
    --------
    >>> deviation_of(np.array([[1.0, 2.0], [3.0, 2.0]])).tolist()
    0.5
    """
    return _mean_of_items(x, np.abs, 0)


def _mean_of_items(x: Floats, part: Callable[[Floats], Floats], lost: int) -> Floats:
    known = ~np.isnan(x)
    n = known.sum(axis=-2)
    filled = np.where(known, x, 0.0)
    mean = filled.sum(axis=-2) / np.maximum(n, 1)
    gaps = np.where(known, filled - mean[..., None, :], 0.0)
    by_item = part(gaps).sum(axis=-2) / np.maximum(n - lost, 1)
    judged = n > 1
    number = judged.sum(axis=-1)
    total = np.where(judged, by_item, 0.0).sum(axis=-1)
    return np.asarray(np.where(number > 0, total / np.maximum(number, 1), np.nan))


def donors_of(groups: list[Floats]) -> Donors:
    """Return the pool of standardized deviations of members who answered every item.

    Parameters
    ----------
    groups
        (n, J) answers of each group, NaN for missing.
    """
    complete = [g[~np.isnan(g).any(axis=1)] for g in groups]
    complete = [g for g in complete if len(g) > 1]
    if not complete:
        return Donors(np.empty((0, groups[0].shape[1] if groups else 0)))
    variances = np.array([float(variance_of(g)) for g in complete])
    sizes = np.array([len(g) for g in complete], float)
    usual = float(variances.mean())
    scale = (variances * (sizes - 1.0) + usual * _BORROWED) / (sizes - 1.0 + _BORROWED)
    parts = [
        (g - g.mean(axis=0)) / np.sqrt(s) * np.sqrt(len(g) / (len(g) - 1.0))
        for g, s in zip(complete, scale, strict=True)
        if s > 0
    ]
    return Donors(np.concatenate(parts) if parts else np.empty((0, complete[0].shape[1])))


def ratios(
    donors: Donors, pattern: NDArray[np.bool_], spread: Spread, draws: int,
    generator: np.random.Generator,
) -> Floats:  # fmt: skip
    """Return (draws,) ratios of a sample's spread to the true spread.

    Parameters
    ----------
    donors
        From `donors_of`.
    pattern
        (n, J) which answers the group has.
    spread
        `variance_of` or `deviation_of`.
    draws, generator
        How many, and where from.
    """
    pool = donors.deviations
    true = float((pool**2).mean() if spread is variance_of else np.abs(pool).mean())
    n, J = pattern.shape
    out = np.empty(draws)
    step = max(1, _CELLS // (n * J))
    for start in range(0, draws, step):
        stop = min(draws, start + step)
        drawn = pool[generator.integers(0, len(pool), (stop - start, n))]
        out[start:stop] = spread(drawn if pattern.all() else np.where(pattern, drawn, np.nan))
    return out / true


def own_shapes(groups: list[Floats], donors: Donors) -> Floats:
    """Return (G,) by how much more the average deviation of a group scatters than donors' does.

    What one member does to the average deviation: ``|x - m| + (P(x < m) - P(x > m)) (x - m)``,
    since moving the mean costs those below what it saves those above. Over donors of all groups
    both shares even out; inside a group whose answers lean they do not, and limits that are made
    of donors alone are too short. The variance of a group's own members, with the donors' to the
    worth of `_SHARED` members, takes its place.

    Parameters
    ----------
    groups
        (n, J) answers of each group, NaN for missing.
    donors
        From `donors_of`.

    Examples
    --------
    >>> leaning = np.array([[1.0], [1], [1], [1], [5]])
    >>> even = np.array([[1.0], [5], [1], [5], [3]])
    >>> shapes = own_shapes([leaning, even], donors_of([leaning, even]))
    >>> bool(shapes[0] > shapes[1])
    True
    """
    usual = _scatter(donors.deviations)
    if not usual > 0:
        return np.ones(len(groups))
    n = np.array([len(group) for group in groups], float)
    own = np.array([_scatter(group) for group in groups])
    weight = n / (n + _SHARED)
    mixed = np.where(np.isnan(own), usual, weight * own + (1.0 - weight) * usual)
    return np.asarray(np.sqrt(mixed / usual))


def _scatter(answers: Floats) -> float:
    """Return the relative variance of members' parts in the average deviation."""
    if len(answers) < 3:
        return float("nan")
    known = ~np.isnan(answers)
    number = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, answers, 0.0).sum(axis=0) / number
    gaps = np.where(known, answers - mean, 0.0)
    lean = (np.sum(gaps < 0, axis=0) - np.sum(gaps > 0, axis=0)) / number
    parts = (np.abs(gaps) + lean * gaps).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    whole = float(np.abs(gaps).sum() / max(int(known.sum()), 1))
    return float(parts.var(ddof=1)) / whole**2 if whole > 0 else float("nan")


def spread_limits(
    observed: float, drawn: Floats, floor: float, ceiling: float, confidence: float,
    shape: float = 1.0,
) -> tuple[float, float]:  # fmt: skip
    """Return limits of a group's true spread.

    Parameters
    ----------
    observed
        Its spread.
    drawn
        From `ratios`.
    floor
        The least spread that is not none; where all agree, the upper limit starts from it.
    ceiling
        The largest spread that the options allow.
    confidence
        Of the limits.
    shape
        The group's own scatter in units of the donors', from `own_shapes`.

    Examples
    --------
    >>> low, high = spread_limits(1.0, np.array([0.5, 1.0, 2.0]), 0.1, 4.0, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.513, 1.905)
    """
    tail = (1.0 - confidence) / 2.0
    least, middle, most = np.quantile(drawn, [tail, 0.5, 1.0 - tail])
    if middle > 0:
        least, most = middle * (np.array([least, most]) / middle) ** shape
    low = observed / float(most) if most > 0 else 0.0
    high = max(observed, floor) / float(least) if least > 0 else np.inf
    return min(low, ceiling), min(high, ceiling)


def mean_limits(
    index: Floats, draws: int, confidence: float, generator: np.random.Generator
) -> tuple[float, float]:
    """Return limits of the mean index over groups: groups drawn with all their members.

    Drawing members again inside drawn groups would count their sampling twice (Davison &
    Hinkley, 1997, section 3.8). Bias-corrected and accelerated (Efron, 1987).

    Parameters
    ----------
    index
        (G,) of groups that have one.
    """
    G = len(index)
    means = index[generator.integers(0, G, (draws, G))].mean(axis=1)[:, None]
    left_out = ((index.sum() - index) / (G - 1.0))[:, None]
    low, high = corrected_interval(
        means, np.array([index.mean()]), acceleration_of(left_out), confidence
    )
    return float(low[0]), float(high[0])
