"""Spreads of many random surveys at once: the same answers under many groupings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Integers

Places: TypeAlias = NDArray[np.int16]
"""Places of answers among the options; A for a missing answer."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What answers to an item can be.

    Attributes
    ----------
    low, high
        The ends.
    options
        (A,) options, ascending; None for a slider, whose answers are not counted.
    """

    low: float
    high: float
    options: Floats | None = None


@dataclass(frozen=True, slots=True)
class Spreads:
    """Spreads within groups under R groupings.

    Attributes
    ----------
    n, means, variances, deviations
        (J, R, G) answers, their means, variances (n - 1; NaN below two answers) and average
        deviations from the mean (n; NaN likewise).
    """

    n: Floats
    means: Floats
    variances: Floats
    deviations: Floats


def columns_of(answers: Floats, scales: Sequence[Scale]) -> list[Floats | Places]:
    """Return the answers to each item as `spreads_of` counts them: places among the options.

    Examples
    --------
    >>> columns_of(np.array([[10.0], [30.0]]), [Scale(10, 30, np.array([10.0, 20, 30]))])
    [array([0, 2], dtype=int16)]
    """
    return [
        # NaN lands beyond the last option
        answers[:, j]
        if scale.options is None
        else np.searchsorted(scale.options, answers[:, j]).astype(np.int16)
        for j, scale in enumerate(scales)
    ]


def spreads_of(
    columns: Sequence[Floats | Places], codes: Integers, n_groups: int, scales: Sequence[Scale]
) -> Spreads:
    """Return the spreads of the same persons in many groupings.

    Parameters
    ----------
    columns
        (J,) from `columns_of`.
    codes
        (R, N) groups of the persons, 0 to `n_groups` - 1, one row a grouping.
    n_groups
        G.
    scales
        (J,) of the items; answers that are counted must be among the options.

    Examples
    --------
    >>> x = np.array([[1.0], [3.0], [5.0], [5.0]])
    >>> scales = [Scale(1, 5, np.arange(1.0, 6))]
    >>> groups = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
    >>> found = spreads_of(columns_of(x, scales), groups, 2, scales)
    >>> found.variances[0].tolist(), found.deviations[0].tolist()
    ([[2.0, 0.0], [8.0, 2.0]], [[1.0, 0.0], [2.0, 1.0]])
    """
    R = len(codes)
    rows = codes + n_groups * np.arange(R, dtype=np.intp)[:, None]
    # items first: means over items then run along long rows
    shape = (len(scales), R * n_groups)
    n, means, squares, gaps = (np.empty(shape) for _ in range(4))
    for j, scale in enumerate(scales):
        part = _of_slider if scale.options is None else _of_counts
        n[j], means[j], squares[j], gaps[j] = part(columns[j], rows, shape[1], scale)
    two = n > 1
    nothing = np.full(shape, np.nan)
    variances = np.divide(squares, n - 1.0, out=nothing.copy(), where=two)
    deviations = np.divide(gaps, n, out=nothing, where=two)
    full = (len(scales), R, n_groups)
    return Spreads(*(part.reshape(full) for part in (n, means, variances, deviations)))


def _of_counts(
    places: Floats | Places, rows: Integers, total: int, scale: Scale
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return answers, means, sums of squares and of absolute deviations, by counts of options."""
    options = np.asarray(scale.options, float)
    width = len(options) + 1
    # options first, so that the long table of groupings is added to and not multiplied
    cells = (np.asarray(places, dtype=np.intp) * total + rows).ravel()
    counts = np.bincount(cells, minlength=total * width).reshape(width, total)[:-1].astype(float)
    middle = options.mean()
    n = counts.sum(axis=0)
    safe = np.maximum(n, 1.0)
    centre = (options - middle) @ counts / safe
    squares, gaps = np.zeros(total), np.zeros(total)
    for count, option in zip(counts, options - middle, strict=True):
        gap = np.abs(option - centre)
        part = count * gap
        gaps += part
        squares += np.multiply(part, gap, out=part)
    alike = counts.max(axis=0) == n
    squares[alike], gaps[alike] = 0.0, 0.0
    return n, centre + middle, squares, gaps


def _of_slider(
    column: Floats | Places, rows: Integers, total: int, scale: Scale
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the same from the answers themselves."""
    known = ~np.isnan(column)
    R = len(rows)
    where = rows[:, known].ravel()
    middle = (scale.low + scale.high) / 2.0
    values = np.tile(column[known] - middle, R)
    n = np.bincount(where, minlength=total).astype(float)
    centre = sum_by(where, values, total) / np.maximum(n, 1.0)
    gap = np.abs(values - centre[where])
    gaps, squares = sum_by(where, gap, total), sum_by(where, gap * gap, total)
    return n, centre + middle, squares, gaps


def row_deviations(column: Floats, codes: Integers, n_groups: int, around: str = "mean") -> Floats:
    """Return (G,) average deviations from the answers themselves, where options are not counted.

    Parameters
    ----------
    column
        (N,) answers, NaN for missing.
    codes
        (N,) groups.
    n_groups
        G.
    around
        ``"mean"`` or ``"median"``.

    Returns
    -------
    numpy.ndarray
        NaN below two answers.

    Examples
    --------
    >>> row_deviations(np.array([1.0, 2.5, 7.0, 4.0]), np.array([0, 0, 0, 1]), 2).tolist()
    [2.3333333333333335, nan]
    >>> row_deviations(np.array([1.0, 2.5, 7.0]), np.zeros(3, int), 1, "median").tolist()
    [2.0]
    """
    known = ~np.isnan(column)
    x, group = column[known], codes[known]
    n = np.bincount(group, minlength=n_groups)
    safe = np.maximum(n, 1)
    if around == "mean":
        first = float(x[0]) if len(x) else 0.0
        centre = first + np.bincount(group, weights=x - first, minlength=n_groups) / safe
    else:
        order = np.lexsort((x, group))
        start = np.concatenate([[0], np.cumsum(n)[:-1]])
        ordered = np.append(x[order], np.nan)
        centre = (ordered[start + (safe - 1) // 2] + ordered[start + safe // 2]) / 2.0
    gaps = np.bincount(group, weights=np.abs(x - centre[group]), minlength=n_groups)
    return np.where(n > 1, gaps / safe, np.nan)
