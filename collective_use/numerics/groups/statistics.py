"""Group statistics: all that agreement, ICCs and dispersion need to know about raw answers.

Raw rows are touched here and nowhere else, in two passes: means of groups first, then deviations
from them, so that groups may lie as far apart as doubles allow without the spread inside being
lost. Any engine that can count and add (numpy here, a database elsewhere) can build a
`GroupStatistics`, by `from_sums` where it has sums and sums of squares only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collective_use.errors import InputError
from collective_use.numerics.types import Floats, Integers

Missing = Literal["pairwise", "listwise"]

_BLOCK = 1 << 19
"""Rows handled at a time, so that temporary arrays stay small."""


@dataclass(frozen=True, slots=True)
class GroupStatistics:
    """Sufficient statistics of G groups on J items.

    Attributes
    ----------
    size
        (G,) persons in each group, with or without answers.
    n
        (G, J) valid answers.
    shift
        (J,) what was subtracted before summing, so that large means cost no digits.
    sums
        (G, J) sums of the shifted answers.
    deviations
        (G, J) sums of squared deviations from the group's own mean.
    options
        (A,) the answer options, ascending, or None when answers were not counted.
    counts
        (G, J, A) how often each option was chosen, or None.
    cross
        (G, J, J) sums of products of deviations from the group's means, or None. Only with
        listwise deletion or complete data.
    missing
        Which rule treated missing answers.
    """

    size: Integers
    n: Integers
    shift: Floats
    sums: Floats
    deviations: Floats
    options: Floats | None
    counts: NDArray[np.int32] | None
    cross: Floats | None
    missing: Missing

    @property
    def means(self) -> Floats:
        """(G, J) means; NaN where nobody answered."""
        return self.shift + _divide(self.sums, self.n)

    @property
    def variances(self) -> Floats:
        """(G, J) variances with divisor n - 1; NaN below two answers."""
        return _divide(np.where(self.n > 1, self.deviations, np.nan), self.n - 1)


def sum_by(codes: NDArray[np.intp], weights: ArrayLike, total: int) -> Floats:
    """Return (total,) sums of `weights` by code, always as floats.

    Examples
    --------
    >>> import numpy as np
    >>> sum_by(np.array([0, 1, 0]), [1.0, 2.0, 3.0], 2).tolist()
    [4.0, 2.0]
    """
    return np.asarray(np.bincount(codes, weights=weights, minlength=total), dtype=np.float64)


def from_sums(n: Integers, sums: Floats, squares: Floats, shift: Floats) -> GroupStatistics:
    """Build statistics from (G, J) counts, sums and sums of squares of shifted answers.

    For engines that can add and count only. Digits are lost where groups lie far apart in
    comparison with the spread inside them.

    Examples
    --------
    >>> s = from_sums(np.array([[2]]), np.array([[4.0]]), np.array([[10.0]]), np.zeros(1))
    >>> s.deviations.tolist(), s.means.tolist()
    ([[2.0]], [[2.0]])
    """
    safe = np.maximum(n, 1)
    rest = squares - sums * sums / safe
    noise = 4.0 * np.finfo(float).eps * np.maximum(squares, 0.0)
    spread = np.where(rest > noise, rest, 0.0)
    size = n.max(axis=1).astype(np.int64)
    return GroupStatistics(size, n, shift, sums, spread, None, None, None, "pairwise")


def _divide(numerator: Floats, denominator: Integers) -> Floats:
    result = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def group_statistics(
    values: ArrayLike,
    codes: ArrayLike,
    n_groups: int | None = None,
    *,
    options: ArrayLike | None = None,
    missing: Missing = "pairwise",
    cross: bool = False,
) -> GroupStatistics:
    """Build the statistics from rows, in any order.

    Parameters
    ----------
    values
        (N,) or (N, J) answers; integers of any width, or floats with NaN for missing.
    codes
        (N,) group of each row, 0 to `n_groups` - 1.
    n_groups
        G; by default the largest code plus one.
    options
        (A,) the answer options; with them answers are counted, and an answer that is no option
        is an error.
    missing
        ``"pairwise"``: each item uses all its answers. ``"listwise"``: only persons who
        answered every item count.
    cross
        Also sum products between items, for covariances within groups.

    Raises
    ------
    InputError
        When shapes do not fit, or an answer is none of the options.

    Examples
    --------
    >>> s = group_statistics([[1, 2], [3, 2], [5, 5]], [0, 0, 1], options=[1, 2, 3, 4, 5])
    >>> s.means.tolist()
    [[2.0, 2.0], [5.0, 5.0]]
    >>> s.variances[0].tolist()
    [2.0, 0.0]
    """
    rows = np.asarray(values)
    rows = rows[:, None] if rows.ndim == 1 else rows
    groups = np.asarray(codes, dtype=np.intp)
    if rows.ndim != 2 or groups.shape != rows.shape[:1]:
        raise InputError(
            "values must be one row a person with one group code each, "
            f"got values of shape {rows.shape} and codes of shape {groups.shape}"
        )
    total = int(n_groups if n_groups is not None else groups.max(initial=-1) + 1)
    size = np.bincount(groups, minlength=total).astype(np.int64)
    if missing == "listwise" and rows.dtype.kind == "f":
        keep = ~np.isnan(rows).any(axis=1)
        if not keep.all():
            rows, groups = rows[keep], groups[keep]
    choices = None if options is None else np.unique(np.asarray(options, dtype=float))
    if choices is None:
        parts = [_sums_of(rows[:, j], groups, total) for j in range(rows.shape[1])]
        counts = None
    else:
        counts = np.empty((total, rows.shape[1], len(choices)), dtype=np.int32)
        for j in range(rows.shape[1]):
            counts[:, j] = _counts_of(rows[:, j], groups, total, choices, j)
        parts = [_sums_from_counts(counts[:, j], choices) for j in range(rows.shape[1])]
    shift = np.array([part[0] for part in parts], dtype=float)
    n, sums, spread = (np.column_stack([part[i] for part in parts]) for i in (1, 2, 3))
    products = _cross_of(rows, groups, shift, sums, n) if cross else None
    return GroupStatistics(
        size, n.astype(np.int64), shift, sums, spread, choices, counts, products, missing
    )


def statistics_of_counts(
    size: Integers, counts: NDArray[np.int32], options: ArrayLike
) -> GroupStatistics:
    """Build the statistics of one item from counts of its options, as from the rows themselves.

    Parameters
    ----------
    size
        (G,) persons in each group, with or without answers.
    counts
        (G, A) how often each option was chosen.
    options
        (A,) the options, ascending.

    Examples
    --------
    >>> s = statistics_of_counts(np.array([3]), np.array([[1, 0, 1]]), [1, 2, 3])
    >>> s.means.tolist(), s.variances.tolist()
    ([[2.0]], [[2.0]])
    """
    choices = np.asarray(options, dtype=np.float64)
    shift, n, sums, spread = _sums_from_counts(counts, choices)
    return GroupStatistics(
        size, n.astype(np.int64)[:, None], np.array([shift]), sums[:, None], spread[:, None],
        choices, counts[:, None, :], None, "pairwise",
    )  # fmt: skip


def _sums_of(
    column: NDArray[np.generic], groups: NDArray[np.intp], total: int
) -> tuple[float, Integers, Floats, Floats]:
    values = column.astype(np.float64)
    known = ~np.isnan(values)
    if not known.all():
        values, groups = values[known], groups[known]
    shift = float(values[0]) if len(values) else 0.0
    values -= shift
    n = np.bincount(groups, minlength=total)
    sums = sum_by(groups, values, total)
    safe = np.maximum(n, 1)
    values -= (sums / safe)[groups]
    left = sum_by(groups, values, total)
    np.multiply(values, values, out=values)
    squares = sum_by(groups, values, total)
    # What the rounding of the mean left over is taken off again (Chan, Golub & LeVeque 1983);
    # where next to nothing else is there, members answered the same.
    spread = squares - left * left / safe
    spread = np.where((n > 1) & (spread > 1e-9 * squares), spread, 0.0)
    return shift, n, sums + left, spread


def _sums_from_counts(
    counts: NDArray[np.int32], options: Floats
) -> tuple[float, Integers, Floats, Floats]:
    shift = float(options[len(options) // 2])
    shifted = options - shift
    n = np.einsum("ga->g", counts, dtype=np.int64)
    sums, spread = np.zeros(len(n)), np.zeros(len(n))
    # option by option: the same last digit however the counts lie in memory
    for a, option in enumerate(shifted):
        sums += counts[:, a] * option
    means = sums / np.maximum(n, 1)
    for a, option in enumerate(shifted):
        gap = option - means
        part = counts[:, a] * gap
        part *= gap
        spread += part
    alone = np.zeros(len(n), dtype=np.bool_)
    for a in range(len(shifted)):
        alone |= counts[:, a] == n
    spread[alone] = 0.0
    return shift, n, sums, spread


def _counts_of(
    column: NDArray[np.generic],
    groups: NDArray[np.intp],
    total: int,
    options: Floats,
    item: int,
) -> NDArray[np.int32]:
    width = len(options)
    steps = bool(np.all(options == options[0] + np.arange(width)))
    counts = np.zeros(total * (width + 1), dtype=np.int32)
    for start in range(0, len(column), _BLOCK):
        part = column[start : start + _BLOCK]
        position = _positions(part, options, steps, item)
        cells = groups[start : start + _BLOCK] * (width + 1) + position
        low = int(cells.min())
        found = np.bincount(cells - low)
        counts[low : low + len(found)] += found.astype(np.int32)
    return counts.reshape(total, width + 1)[:, :width]


def _positions(
    part: NDArray[np.generic], options: Floats, steps: bool, item: int
) -> NDArray[np.intp]:
    """Return the place of each answer among the options; A for a missing answer."""
    width = len(options)
    if part.dtype.kind == "f":
        absent = np.isnan(part)
        filled = np.where(absent, options[0], part)
    else:
        absent, filled = None, part
    if steps:
        position = filled.astype(np.intp) - int(options[0])
        inside = (position >= 0) & (position < width)
        if part.dtype.kind == "f":
            inside &= filled == np.floor(filled)
    else:
        position = np.minimum(np.searchsorted(options, filled), width - 1).astype(np.intp)
        inside = options[position] == filled
    if not inside.all():
        wrong = np.unique(filled[~inside])[:5].tolist()
        raise InputError(
            f"values must be among the options {options.tolist()}, got {wrong} in item {item + 1}"
        )
    return position if absent is None else np.where(absent, width, position)


def _cross_of(
    rows: NDArray[np.generic],
    groups: NDArray[np.intp],
    shift: Floats,
    sums: Floats,
    n: Integers,
) -> Floats:
    if rows.dtype.kind == "f" and np.isnan(rows).any():
        raise InputError(
            "covariances within groups must come from complete rows, got missing answers; "
            "use missing='listwise'"
        )
    width, total = rows.shape[1], len(sums)
    means = sums / np.maximum(n, 1)
    products = np.empty((total, width, width))
    gaps = [rows[:, j].astype(float) - shift[j] - means[groups, j] for j in range(width)]
    for i in range(width):
        for j in range(i + 1):
            both = sum_by(groups, gaps[i] * gaps[j], total)
            products[:, i, j] = products[:, j, i] = both
    return products
