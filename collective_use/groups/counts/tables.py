"""One expression for the tables of other libraries, through narwhals.

pandas, polars, DuckDB, PySpark, and databases that Ibis reaches: what they hold stays where it is,
and they group it themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Frame, Given
from collective_use.errors import NotSupported
from collective_use.groups.counts.known import Known
from collective_use.groups.counts.plan import Plan, Word
from collective_use.numerics.groups.person_sums import PersonSums
from collective_use.numerics.types import Bools, Integers

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


def groups(table: nw.LazyFrame[Frame], group: str) -> Known:
    """Return the groups and their sizes.

    Raises
    ------
    InputError
        When persons have no group.
    """
    import narwhals as nw

    return Known.of(_collected(table.select(group).group_by(group).agg(nw.len().alias("size"))))


def sums(
    table: nw.LazyFrame[Frame], plan: Plan, words: Sequence[Word], known: Known,
    told: Callable[[int], None] | None = None,
) -> dict[str, Integers]:  # fmt: skip
    """Return (G,) numbers for each word; engines do not tell how far they are."""
    import narwhals as nw

    places = {item: plan.places(item) for item in plan.items}
    answered = [chosen(nw.col(i), [(code, 1) for code in own]) for i, own in places.items()]
    total = [chosen(nw.col(i), list(own.items())) for i, own in places.items()]
    cells = [
        _all([chosen(nw.col(i), codes) for i in plan.items if (codes := word.codes_of(i))])
        for word in words
    ]
    gated = {
        word.name: _all([chosen(nw.col(i), word.gated_of(i, places[i])) for i in plan.items])
        for word in words
        if word.scored
    }
    table = table.select(
        plan.group,
        _all(answered).alias("cu_a"),
        _all(total).alias("cu_t"),
        *(cell.alias(word.name) for cell, word in zip(cells, words, strict=True)),
        *(more.alias(f"{name}_x") for name, more in gated.items()),
    )
    table = table.select(
        plan.group, *(_with_levels(word, plan.minimum).alias(word.name) for word in words)
    )
    names = [word.name for word in words]
    found = _collected(table.group_by(plan.group).agg(*(nw.col(name).sum() for name in names)))
    rows = known.rows_of(found[plan.group])
    return {name: known.added(rows, found[name].to_numpy()) for name in names}


def person_sums(
    table: nw.LazyFrame[Frame], plan: Plan, known: Known, judged: Bools, whole: int,
    told: Callable[[int], None] | None = None,
) -> PersonSums:  # fmt: skip
    """Return sums over persons: those with a score in groups that are judged, and complete.

    Parameters
    ----------
    table
        The table.
    plan
        Columns, codes and the least number of items of a score.
    known, judged
        The groups, and (G,) which of them enter the sums about scores.
    whole
        Items that a complete person has answered.
    told
        Not called: engines do not tell how far they are.
    """
    import narwhals as nw

    J = len(plan.items)
    d, p, q = ([f"cu_{part}{j}" for j in range(J)] for part in "dpq")
    rows = _features(table, plan).with_columns(cu_g=integer(1))
    complete = _matrix(rows.filter(nw.col("cu_a") == whole), ["cu_g", *p])
    kept = rows.filter(nw.col("cu_a") >= plan.minimum)
    if not judged.all():
        out = known.raw[~judged[known.place]].to_list()
        kept = kept.filter(~nw.col(plan.group).is_in(out))
    levels = np.zeros((J + 1, 5), dtype=object)
    powers = [nw.col("cu_g"), nw.col("cu_t")]
    powers += [powers[1] * powers[1], powers[1] * powers[1] * powers[1]]
    powers.append(powers[2] * powers[2])
    named = [power.alias(f"cu_{e}") for e, power in enumerate(powers)]
    sums_ = [nw.col(f"cu_{e}").sum() for e in range(5)]
    found = _collected(kept.select("cu_a", *named).group_by("cu_a").agg(*sums_))
    for row in found.itertuples(index=False):
        levels[int(row[0])] = [int(value) for value in row[1:]]
    return PersonSums(levels, _matrix(kept, [*d, *p, *q]), complete)


def rows_of(
    table: nw.LazyFrame[Frame], group: str, labels: Sequence[Given], columns: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of some groups, in the order of the source."""
    import narwhals as nw

    chosen = table.filter(nw.col(group).is_in(list(labels))).select(list(columns))
    frame: pd.DataFrame = chosen.collect().to_pandas()
    return frame


def _features(table: nw.LazyFrame[Frame], plan: Plan) -> nw.LazyFrame[Frame]:
    """Return persons with whether each item was answered, the place of the answer, its square."""
    import narwhals as nw

    made = []
    for j, item in enumerate(plan.items):
        places = plan.places(item)
        for part, e in (("d", 0), ("p", 1), ("q", 2)):
            codes = [(code, place**e) for code, place in places.items() if place**e]
            made.append(chosen(nw.col(item), codes).alias(f"cu_{part}{j}"))
    columns = range(len(plan.items))
    return table.select(plan.group, *made).with_columns(
        cu_a=_all([nw.col(f"cu_d{j}") for j in columns]),
        cu_t=_all([nw.col(f"cu_p{j}") for j in columns]),
    )


def _matrix(table: nw.LazyFrame[Frame], names: Sequence[str]) -> NDArray[np.object_]:
    """Return the sums of products of columns, as whole numbers."""
    import narwhals as nw

    pairs = [(a, b) for a in range(len(names)) for b in range(a, len(names))]
    products = [(nw.col(names[a]) * nw.col(names[b])).alias(f"cu_{a}_{b}") for a, b in pairs]
    summed = [nw.col(f"cu_{a}_{b}").sum() for a, b in pairs]
    row = table.select(*products).select(*summed).collect().to_pandas().iloc[0]
    found = np.zeros((len(names), len(names)), dtype=object)
    for (a, b), value in zip(pairs, row, strict=True):
        found[a, b] = found[b, a] = 0 if pd.isna(value) else int(value)
    return found


def _with_levels(word: Word, minimum: int) -> nw.Expr:
    import narwhals as nw

    known, total = nw.col(word.name), nw.col("cu_t")
    for part, factor in (("n", None), ("s", total), ("q", total * total)):
        if weights := word.weights_of(part):
            here = chosen(nw.col("cu_a"), list(weights))
            known = known + (here if factor is None else here * factor)
    if word.scored:
        more = nw.col(f"{word.name}_x")
        known = known + nw.when(nw.col("cu_a") >= minimum).then(more).otherwise(integer(0))
    return known


def chosen(column: nw.Expr, weights: Sequence[tuple[float | None, int]]) -> nw.Expr:
    """Return the weight of each row's value, 0 where it has none."""
    import narwhals as nw

    terms = []
    for value, weight in weights:
        there = _answered(column) if value is None else column == value
        terms.append(nw.when(there).then(integer(weight)).otherwise(integer(0)))
    return _all(terms)


def integer(number: int) -> nw.Expr:
    """Return a number of 64 bits, written so that databases take it for one.

    PostgreSQL takes a bare number for one of 32 bits, and products of two for such, too.
    """
    import narwhals as nw

    if number < 1 << 31:
        return nw.lit(number, nw.Int32).cast(nw.Int64)
    return nw.lit(number, nw.Int64)


def _answered(column: nw.Expr) -> nw.Expr:
    import narwhals as nw

    # NaN is a missing answer, whatever the library takes it for
    return ~(column.is_null() | column.cast(nw.Float64).is_nan())


def _all(parts: Sequence[nw.Expr]) -> nw.Expr:

    return reduce(lambda a, b: a + b, parts or [integer(0)])


def _collected(table: nw.LazyFrame[Frame]) -> pd.DataFrame:
    frame: pd.DataFrame = table.collect().to_pandas()
    for name in frame.columns[1:]:
        frame[name] = frame[name].fillna(0).astype(np.int64)
    return frame
