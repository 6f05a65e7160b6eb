"""Chance of agreement over several items, with each group's own missing answers in its null.

Members are drawn independently, their answers to the items correlate, and each item is cut into
options by the null proportions (Cohen, Doveh & Nahum-Shani 2009, Organizational Research
Methods 12:148). What a group did not answer is left out of the drawn groups, too: a ratio of
variances over half the cells varies more, and comparing it with full groups would find agreement
where there is none. Groups with the same gaps share their draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from collective_use.numerics.groups.chance import benjamini_hochberg
from collective_use.numerics.groups.chance_simulation import correlation_root
from collective_use.numerics.types import Floats, Integers

_FIRST = 400
"""Draws after which groups that clearly agree no more than chance are left as they are."""
_CLEAR = 0.2
_CELLS = 4_000_000
"""Answers, or groups by draws, held at a time."""
_MOST_ANSWERS = 40_000_000
"""Answers drawn at most where a group is rarer than its draws can tell."""
_LARGE = 1000
"""Members from which on a mean of members is taken as normal."""
_POOL = 20_000


@dataclass(frozen=True, slots=True)
class Patterns:
    """Which cells of each group are answered, groups with the same gaps taken together.

    Attributes
    ----------
    of_group
        (G,) the pattern of each group; -1 for groups with fewer than two members.
    masks
        For each pattern (n, J) whether a member answered an item; members in a fixed order,
        since they are alike under the null.
    """

    of_group: Integers
    masks: tuple[NDArray[np.bool_], ...]


@dataclass(frozen=True, slots=True)
class NullModel:
    """What is drawn from.

    Attributes
    ----------
    proportions
        (A,) chance of each option; None draws evenly between 0 and 1, for sliders.
    variance
        The null variance in squared steps, which ratios are taken by.
    correlation
        (J, J) latent correlation of the items.
    """

    proportions: Floats | None
    variance: float
    correlation: Floats


@dataclass(frozen=True, slots=True)
class Chances:
    """Chance of as much agreement or more, by group.

    Attributes
    ----------
    p
        (G,) chances, never 0; NaN where nothing can be judged.
    draws
        (G,) groups drawn for each; 0 where the normal law of large groups was used.
    critical
        (G,) the value that 5% of random groups with the same gaps stay under.
    least
        (G,) the chance that full agreement would have.
    """

    p: Floats
    draws: Integers
    critical: Floats
    least: Floats


@dataclass(frozen=True, slots=True)
class _Tally:
    """What was counted so far, (G,) each, filled in place."""

    below: Floats
    draws: Integers
    critical: Floats
    zero: Floats


def patterns_of(answered: NDArray[np.bool_], codes: NDArray[np.intp], n_groups: int) -> Patterns:
    """Return the patterns of answered cells.

    Parameters
    ----------
    answered
        (N, J) whether each person answered each item; persons without any are no members.
    codes
        (N,) groups.
    n_groups
        G.

    Examples
    --------
    >>> cells = np.array([[True, False], [True, True], [True, True], [True, False]])
    >>> found = patterns_of(cells, np.array([0, 0, 1, 1]), 2)
    >>> found.of_group.tolist(), found.masks[0].astype(int).tolist()
    ([0, 0], [[1, 0], [1, 1]])
    """
    there = answered.any(axis=1)
    cells, groups = answered[there], codes[there]
    words = np.packbits(cells, axis=1)
    order = np.lexsort((*words.T[::-1], groups))
    cells, groups = cells[order], groups[order]
    n = np.bincount(groups, minlength=n_groups)
    start = np.cumsum(n) - n
    gaps = np.bincount(groups, weights=~cells.all(axis=1), minlength=n_groups) > 0
    place: dict[bytes, int] = {}
    masks: list[NDArray[np.bool_]] = []
    of_group = np.full(n_groups, -1, dtype=np.int64)
    for size in np.unique(n[(n > 1) & ~gaps]):
        of_group[(n == size) & ~gaps] = len(masks)
        masks.append(np.ones((int(size), cells.shape[1]), dtype=bool))
    for group in np.flatnonzero((n > 1) & gaps):
        mask = cells[start[group] : start[group] + n[group]]
        key = mask.tobytes()
        if key not in place:
            place[key] = len(masks)
            masks.append(mask)
        of_group[group] = place[key]
    return Patterns(of_group, tuple(masks))


def agreement_chances(
    patterns: Patterns,
    observed: Floats,
    null: NullModel,
    *,
    repetitions: int,
    seed: int | np.random.SeedSequence | None,
    deviation: bool = False,
    level: float = 0.05,
) -> Chances:
    """Return the chance of as much agreement or more for each group.

    Parameters
    ----------
    patterns
        Which cells of each group are answered.
    observed
        (G,) mean over items of variance over null variance, or of the average deviation around
        the mean in steps.
    null
        What is drawn from.
    repetitions
        Draws for each pattern; more where so few draws lie below that the chance, adjusted for
        the number of groups, could still change sides.
    seed
        Seed of the generator.
    deviation
        Whether `observed` is the average deviation.
    level
        Level of the adjusted chances.
    """
    rng = np.random.default_rng(seed)
    index = _deviations if deviation else _ratios
    judged = (patterns.of_group >= 0) & ~np.isnan(observed)
    groups = np.flatnonzero(judged)
    below, draws = np.zeros(len(observed)), np.zeros(len(observed), dtype=np.int64)
    critical = np.full(len(observed), np.nan)
    size = np.array([len(mask) for mask in patterns.masks] or [0])
    large = judged & (size[patterns.of_group] > _LARGE) & (not deviation)
    drawn = groups[~large[groups]]
    first = min(_FIRST, repetitions) if len(patterns.masks) > 50 else repetitions
    zero = np.zeros(len(observed))
    tally = _Tally(below, draws, critical, zero)
    _count(rng, patterns, observed, null, drawn, first, index, tally)
    near = drawn[below[drawn] <= _CLEAR * draws[drawn]]
    _count(rng, patterns, observed, null, near, repetitions - first, index, tally)
    p = np.where(judged, (below + 1.0) / (draws + 1.0), np.nan)
    _large(rng, patterns, observed, null, np.flatnonzero(large), p, critical)
    rare, more = _rare(p, below, draws, patterns, level)
    _count(rng, patterns, observed, null, rare, more, index, tally)
    p[rare] = (below[rare] + 1.0) / (draws[rare] + 1.0)
    return Chances(p, draws, critical, np.where(judged, (zero + 1.0) / (draws + 1.0), np.nan))


def _rare(
    p: Floats, below: Floats, draws: Integers, patterns: Patterns, level: float
) -> tuple[Integers, int]:
    """Return groups with next to no draw below them, and how many more draws they need."""
    tests = int((~np.isnan(p)).sum())
    few = np.flatnonzero((below < 5) & (draws > 0) & ~np.isnan(p))
    if not len(few):
        return few, 0
    # Where the floor of the draws already leaves the adjusted chance well on its side, or could
    # not bring it there, nothing is to be gained.
    if benjamini_hochberg(p)[few].max() <= level / 5.0:
        return few[:0], 0
    wanted = int(1200 * tests * 0.05 / level)
    cells = max(len(patterns.masks[k]) * patterns.masks[k].shape[1]
                for k in patterns.of_group[few])  # fmt: skip
    kinds = len(np.unique(patterns.of_group[few]))
    most = _MOST_ANSWERS // (cells * max(1, kinds // 50))
    return few, max(0, min(wanted, most) - int(draws[few].max()))


def _count(
    rng: np.random.Generator,
    patterns: Patterns,
    observed: Floats,
    null: NullModel,
    groups: Integers,
    draws: int,
    index: Callable[..., list[Floats]],
    tally: _Tally,
) -> None:
    """Draw groups and count, in place, how many agree as much as each observed one."""
    if not len(groups) or draws <= 0:
        return
    kinds, place = np.unique(patterns.of_group[groups], return_inverse=True)
    masks = [patterns.masks[k] for k in kinds]
    n = max(len(mask) for mask in masks)
    J = masks[0].shape[1]
    kept = [np.empty(0)] * len(masks) if np.isnan(tally.critical[groups]).any() else None
    height = max(1, min(draws, _CELLS // (n * J), max(200, _CELLS // len(masks))))
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(len(kinds) + 1))
    for start in range(0, draws, height):
        answers = _answers(rng, min(height, draws - start), n, null)
        for k, values in enumerate(index(answers, masks, null)):
            mine = groups[order[edges[k] : edges[k + 1]]]
            ordered = np.sort(values)
            slack = observed[mine] + 1e-9 * np.maximum(1.0, observed[mine])
            tally.below[mine] += np.searchsorted(ordered, slack, side="right")
            tally.zero[mine] += np.searchsorted(ordered, 1e-9, side="right")
            if kept is not None:
                kept[k] = np.concatenate([kept[k], ordered])
    tally.draws[groups] += draws
    if kept is not None:
        limits = np.array([np.quantile(values, 0.05, method="lower") for values in kept])
        tally.critical[groups] = limits[place]


def _answers(rng: np.random.Generator, draws: int, n: int, null: NullModel) -> NDArray[np.float32]:
    """Return (draws, n, J) answers in steps about the middle option."""
    root = correlation_root(null.correlation).astype(np.float32)
    normal = rng.standard_normal((draws, n, len(root)), dtype=np.float32) @ root.T
    if null.proportions is None:
        return np.asarray(special.ndtr(normal), dtype=np.float32)
    shares = np.cumsum(null.proportions)[:-1] / np.sum(null.proportions)
    answers = np.full(normal.shape, -(len(null.proportions) // 2), dtype=np.float32)
    for edge in special.ndtri(np.clip(shares, 0.0, 1.0)):
        answers += normal > edge
    return answers


def _ratios(
    answers: NDArray[np.float32], masks: list[NDArray[np.bool_]], null: NullModel
) -> list[Floats]:
    """Return for each pattern (R,) mean over items of variance over null variance."""
    full = [k for k, mask in enumerate(masks) if mask.all()]
    result: dict[int, Floats] = {}
    if full:
        sums = np.cumsum(answers, axis=1, dtype=np.float64)
        squares = np.cumsum(answers * answers, axis=1, dtype=np.float64)
        for k in full:
            n = len(masks[k])
            variance = (squares[:, n - 1] - sums[:, n - 1] ** 2 / n) / (n - 1)
            result[k] = variance.mean(axis=1) / null.variance
    rest = [k for k in range(len(masks)) if k not in result]
    for start in range(0, len(rest), 500):
        part = rest[start : start + 500]
        found = _masked(answers, [masks[k] for k in part]) / null.variance
        result.update(zip(part, found, strict=True))
    return [result[k] for k in range(len(masks))]


def _masked(answers: NDArray[np.float32], masks: list[NDArray[np.bool_]]) -> Floats:
    """Return (P, R) means over items of variances of the answered cells."""
    widest = max(len(mask) for mask in masks)
    cells = np.zeros((len(masks), widest, masks[0].shape[1]), dtype=np.float32)
    for k, mask in enumerate(masks):
        cells[k, : len(mask)] = mask
    used = answers[:, :widest]
    total = np.zeros((len(masks), len(answers)))
    items = np.zeros((len(masks), 1))
    for j in range(cells.shape[2]):
        n = cells[:, :, j].sum(axis=1, dtype=np.float64)[:, None]
        column = np.ascontiguousarray(used[:, :, j].T)
        sums = (cells[:, :, j] @ column).astype(np.float64)
        squares = (cells[:, :, j] @ (column * column)).astype(np.float64)
        enough = n > 1
        spread = (squares - sums * sums / np.maximum(n, 1)) / np.maximum(n - 1, 1)
        total += np.where(enough, spread, 0.0)
        items += enough
    return np.divide(total, items, out=np.full(total.shape, np.inf), where=items > 0)


def _deviations(
    answers: NDArray[np.float32], masks: list[NDArray[np.bool_]], null: NullModel
) -> list[Floats]:
    """Return for each pattern (R,) mean over items of the average deviation, in steps."""
    del null
    found = []
    for mask in masks:
        part = answers[:, : len(mask)].astype(np.float64)
        n = mask.sum(axis=0)
        centre = np.einsum("rij,ij->rj", part, mask) / np.maximum(n, 1)
        gaps = np.einsum("rij,ij->rj", np.abs(part - centre[:, None, :]), mask)
        found.append((gaps / np.maximum(n, 1))[:, n > 1].mean(axis=1))
    return found


def _large(
    rng: np.random.Generator,
    patterns: Patterns,
    observed: Floats,
    null: NullModel,
    groups: Integers,
    p: Floats,
    critical: Floats,
) -> None:
    """Take the mean ratio of very large groups as normal, in place."""
    if not len(groups):
        return
    pool = _answers(rng, _POOL, 1, null)[:, 0, :].astype(np.float64)
    squares = (pool - pool.mean(axis=0)) ** 2 / null.variance
    mean, covariance = squares.mean(axis=0), np.atleast_2d(np.cov(squares, rowvar=False))
    for group in groups:
        mask = patterns.masks[patterns.of_group[group]].astype(float)
        n = mask.sum(axis=0)
        used = n > 1
        shared = (mask.T @ mask)[np.ix_(used, used)] / np.outer(n[used], n[used])
        spread = float((covariance[np.ix_(used, used)] * shared).sum()) / used.sum() ** 2
        z = (observed[group] - float(mean[used].mean())) / np.sqrt(spread)
        p[group] = max(float(special.ndtr(z)), 1e-300)
        critical[group] = float(mean[used].mean()) + special.ndtri(0.05) * np.sqrt(spread)
