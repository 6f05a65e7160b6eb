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

from collective_use.numerics.groups.chance import benjamini_hochberg
from collective_use.numerics.groups.chance_large import (
    NullModel,
    large_deviations,
    large_ratio,
    null_answers,
)
from collective_use.numerics.threads import single_threaded
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


@single_threaded
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
    large = judged & (size[patterns.of_group] > _LARGE)
    drawn = groups[~large[groups]]
    first = min(_FIRST, repetitions) if len(patterns.masks) > 50 else repetitions
    zero = np.zeros(len(observed))
    tally = _Tally(below, draws, critical, zero)
    _count(rng, patterns, observed, null, drawn, first, index, tally)
    near = drawn[below[drawn] <= _CLEAR * draws[drawn]]
    _count(rng, patterns, observed, null, near, repetitions - first, index, tally)
    p = np.where(judged, (below + 1.0) / (draws + 1.0), np.nan)
    if deviation:
        for group in np.flatnonzero(large):
            mask = patterns.masks[patterns.of_group[group]]
            drawn_values = large_deviations(rng, mask, null, repetitions)
            below[group] = (drawn_values <= observed[group] * (1.0 + 1e-9)).sum()
            draws[group] = repetitions
            p[group] = (below[group] + 1.0) / (repetitions + 1.0)
            critical[group] = _lowest(drawn_values[None], 0.05)[0]
    else:
        for group in np.flatnonzero(large):
            mask = patterns.masks[patterns.of_group[group]]
            p[group], critical[group] = large_ratio(rng, mask, float(observed[group]), null)
    rare, more = _rare(np.where(large, np.nan, p), below, draws, patterns, level)
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
    index: Callable[..., Floats],
    tally: _Tally,
) -> None:
    """Draw groups and count, in place, how many agree as much as each observed one."""
    if not len(groups) or draws <= 0:
        return
    kinds, place = np.unique(patterns.of_group[groups], return_inverse=True)
    masks = [patterns.masks[k] for k in kinds]
    n = max(len(mask) for mask in masks)
    J = masks[0].shape[1]
    kept: list[Floats] | None = [] if np.isnan(tally.critical[groups]).any() else None
    height = max(1, min(draws, _CELLS // (n * J), max(200, _CELLS // len(masks))))
    slack = observed[groups] + 1e-9 * np.maximum(1.0, observed[groups])
    for start in range(0, draws, height):
        answers = null_answers(rng, min(height, draws - start), n, null)
        values = index(answers, masks, null)
        tally.below[groups] += _at_most(values, place, slack)
        tally.zero[groups] += (values <= 1e-9).sum(axis=1)[place]
        if kept is not None:
            kept.append(values)
    tally.draws[groups] += draws
    if kept is not None:
        tally.critical[groups] = _lowest(np.concatenate(kept, axis=1), 0.05)[place]


def _at_most(values: Floats, place: Integers, limits: Floats) -> Integers:
    """Return for each group how many values of its row are at most its limit."""
    found = np.empty(len(place), dtype=np.int64)
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(len(values) + 1))
    for k, row in enumerate(values):
        mine = order[edges[k] : edges[k + 1]]
        if len(mine) < 8:
            found[mine] = (row <= limits[mine, None]).sum(axis=1)
        else:
            found[mine] = np.searchsorted(np.sort(row), limits[mine], side="right")
    return found


def _lowest(values: Floats, share: float) -> Floats:
    """Return the value of each row that a share of it does not exceed."""
    at = int(share * (values.shape[1] - 1))
    return np.asarray(np.partition(values, at, axis=1)[:, at])


def _ratios(
    answers: NDArray[np.float32], masks: list[NDArray[np.bool_]], null: NullModel
) -> Floats:
    """Return (P, R) means over items of variance over null variance, for each pattern."""
    full = {len(mask): k for k, mask in enumerate(masks) if mask.all()}
    rest = [k for k in range(len(masks)) if not masks[k].all()]
    result = np.empty((len(masks), answers.shape[2]))
    sums, squares = np.zeros((2, len(answers), answers.shape[2]))
    for n in range(1, max(full, default=0) + 1):
        row = answers[:, n - 1].astype(np.float64)
        sums += row
        squares += row * row
        if n in full:
            result[full[n]] = ((squares - sums**2 / n) / (n - 1)).mean(axis=0)
    for start in range(0, len(rest), 500):
        part = rest[start : start + 500]
        result[part] = _masked(answers, [masks[k] for k in part])
    return result / null.variance


def _masked(answers: NDArray[np.float32], masks: list[NDArray[np.bool_]]) -> Floats:
    """Return (P, R) means over items of variances of the answered cells."""
    widest = max(len(mask) for mask in masks)
    cells = np.zeros((masks[0].shape[1], len(masks), widest), dtype=np.float32)
    for k, mask in enumerate(masks):
        cells[:, k, : len(mask)] = mask.T
    n = cells.sum(axis=2, dtype=np.float64)[:, :, None]
    items = (n > 1).sum(axis=0)
    # of sums of squares, and of squared sums, in the mean over items
    weight = np.where(n > 1, 1.0 / (np.maximum(n - 1.0, 1.0) * np.maximum(items, 1)), 0.0)
    total = np.zeros((len(masks), answers.shape[2]))
    part, sums = np.empty_like(total), np.empty(total.shape, dtype=np.float32)
    for cell, column, square, whole in zip(
        cells, answers[:, :widest], weight, weight / np.maximum(n, 1.0), strict=True
    ):
        total += np.multiply(np.matmul(cell, column * column, out=sums), square, out=part)
        np.copyto(part, np.matmul(cell, column, out=sums))
        part *= part
        total -= np.multiply(part, whole, out=part)
    total[items[:, 0] == 0] = np.inf
    return total


def _deviations(
    answers: NDArray[np.float32], masks: list[NDArray[np.bool_]], null: NullModel
) -> Floats:
    """Return (P, R) means over items of the average deviation, in steps, for each pattern."""
    del null
    found = np.empty((len(masks), answers.shape[2]))
    for k, mask in enumerate(masks):
        part = answers[:, : len(mask)].astype(np.float64)
        n = mask.sum(axis=0)
        centre = np.einsum("jir,ij->jr", part, mask) / np.maximum(n, 1)[:, None]
        gaps = np.einsum("jir,ij->jr", np.abs(part - centre[:, None, :]), mask)
        found[k] = (gaps / np.maximum(n, 1)[:, None])[n > 1].mean(axis=0)
    return found
