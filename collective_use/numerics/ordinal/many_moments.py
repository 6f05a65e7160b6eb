"""Thresholds and correlations of ordered answers in many samples, all correlations at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.ordinal.first_step import FirstStep
from collective_use.numerics.ordinal.moments import (
    OrdinalMoments,
    assembled,
    ordinal_moments,
    pair_index,
    prepared,
)
from collective_use.numerics.ordinal.second_step import none_yet, ordinal_block, tables_of_pairs
from collective_use.numerics.ordinal.tables import solved
from collective_use.numerics.types import Floats


def many_ordinal_moments(
    samples: Sequence[tuple[Floats, Floats | None]], categories: Sequence[int]
) -> list[OrdinalMoments | ValueError]:
    """Estimate what `ordinal_moments` does for many samples.

    Parameters
    ----------
    samples
        Data (n, p) and how often each row occurs, (n,) or None.
    categories
        As in `ordinal_moments`.

    Returns
    -------
    list
        Moments, or the error of a sample that has none.

    Examples
    --------
    >>> z = np.random.default_rng(1).normal(size=(200, 2))
    >>> some, none = (z > 0).astype(float), np.zeros((200, 2))
    >>> found = many_ordinal_moments([(some, None), (none, None)], [2, 2])
    >>> [type(one).__name__ for one in found]
    ['OrdinalMoments', 'ValueError']
    """
    if not all(count > 0 for count in categories):
        return [_or_error(data, weights, categories) for data, weights in samples]
    rows, columns = pair_index(len(categories))
    m, held = rows.size, []
    out: list[ValueError | None] = []
    for data, weights in samples:
        try:
            own_rows = prepared(data, categories, weights, None)
            steps = FirstStep(own_rows.data, categories, own_rows.w)
        except ValueError as error:
            out.append(error)
            continue
        tables = tables_of_pairs(steps, own_rows.w, rows, columns)
        held.append((steps, own_rows, tables))
        out.append(None)
    if not held:
        return [found for found in out if found is not None]
    found = solved(*(
        np.concatenate([getattr(part[2], name) for part in held])
        for name in ("counts", "row_cuts", "column_cuts")
    ))  # fmt: skip
    moments = []
    for i, (steps, merged, own) in enumerate(held):
        second = none_yet(merged.w.size, m, steps.owner.size)
        at = slice(i * m, (i + 1) * m)
        ordinal_block(steps, rows, columns, np.arange(m), second, own, found.of(at))
        moments.append(assembled(steps, second, merged, rows, columns, None))
    given = iter(moments)
    return [next(given) if error is None else error for error in out]


def _or_error(
    data: Floats, weights: Floats | None, categories: Sequence[int]
) -> OrdinalMoments | ValueError:
    try:
        return ordinal_moments(data, categories, weights)
    except ValueError as error:
        return error
