"""One expression for the tables of other libraries, through narwhals.

pandas, polars, DuckDB, PySpark, and databases that Ibis reaches: what they hold stays where it is,
and they group it themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.accepted import Frame, Given
from collective_use.errors import NotSupported
from collective_use.groups.counts.plan import Plan, Word

if TYPE_CHECKING:
    import narwhals as nw


def opened(source: Given) -> nw.LazyFrame[Frame] | None:
    """Return a table that narwhals knows, or None.

    Raises
    ------
    NotSupported
        When narwhals is not installed.
    """
    try:
        import narwhals as nw
    except ImportError as error:
        raise NotSupported(
            "tables of other libraries are counted through narwhals: "
            "pip install 'collective-use[big]'"
        ) from error
    found = nw.from_native(source, pass_through=True)
    if isinstance(found, nw.DataFrame):
        return found.lazy()
    return found if isinstance(found, nw.LazyFrame) else None


def engine_of(table: nw.LazyFrame[Frame]) -> str:
    """Return the name of what holds a table."""
    return str(table.implementation)


def types_of(table: nw.LazyFrame[Frame]) -> dict[str, str]:
    """Return "number", "text" or the type's name for each column."""
    return {
        name: "number" if kind.is_numeric() else str(kind)
        for name, kind in table.collect_schema().items()
    }


def sizes(table: nw.LazyFrame[Frame], group: str) -> pd.DataFrame:
    """Return one row a group: its label and `size`."""
    import narwhals as nw

    return _collected(table.select(group).group_by(group).agg(nw.len().alias("size")))


def sums(table: nw.LazyFrame[Frame], plan: Plan, words: Sequence[Word]) -> pd.DataFrame:
    """Return one row a group: its label and the words."""
    import narwhals as nw

    places = {item: plan.places(item) for item in plan.items}
    answered = [_chosen(nw.col(i), [(code, 1) for code in own]) for i, own in places.items()]
    total = [_chosen(nw.col(i), list(own.items())) for i, own in places.items()]
    cells = [
        _all([_chosen(nw.col(i), codes) for i in plan.items if (codes := word.codes_of(i))])
        for word in words
    ]
    table = table.select(
        plan.group,
        _all(answered).alias("cu_a"),
        _all(total).alias("cu_t"),
        *(cell.alias(word.name) for cell, word in zip(cells, words, strict=True)),
    )
    table = table.select(plan.group, *(_with_levels(word).alias(word.name) for word in words))
    names = [word.name for word in words]
    return _collected(table.group_by(plan.group).agg(*(nw.col(name).sum() for name in names)))


def _with_levels(word: Word) -> nw.Expr:
    import narwhals as nw

    known, total = nw.col(word.name), nw.col("cu_t")
    for part, factor in (("n", None), ("s", total), ("q", total * total)):
        if weights := word.weights_of(part):
            here = _chosen(nw.col("cu_a"), list(weights))
            known = known + (here if factor is None else here * factor)
    return known


def _chosen(column: nw.Expr, weights: Sequence[tuple[float | None, int]]) -> nw.Expr:
    """Return the weight of each row's value, 0 where it has none."""
    import narwhals as nw

    terms = []
    for value, weight in weights:
        there = _answered(column) if value is None else column == value
        terms.append(nw.when(there).then(nw.lit(weight, nw.Int64)).otherwise(nw.lit(0, nw.Int64)))
    return _all(terms)


def _answered(column: nw.Expr) -> nw.Expr:
    import narwhals as nw

    # NaN is a missing answer, whatever the library takes it for
    return ~(column.is_null() | column.cast(nw.Float64).is_nan())


def _all(parts: Sequence[nw.Expr]) -> nw.Expr:
    import narwhals as nw

    return reduce(lambda a, b: a + b, parts or [nw.lit(0, nw.Int64)])


def _collected(table: nw.LazyFrame[Frame]) -> pd.DataFrame:
    frame: pd.DataFrame = table.collect().to_pandas()
    for name in frame.columns[1:]:
        frame[name] = frame[name].fillna(0).astype(np.int64)
    return frame
