"""Reading data frames with the types that their cells have.

A frame does not say what a column holds, so its cells are any scalar to a type checker. Here is
the one place where a cell is taken for what the reader knows it to be.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd

Row: TypeAlias = Any
"""A row as a named tuple, one attribute a column; the caller knows the columns."""

Cell: TypeAlias = Any
"""What stands in one cell: a number, a text, a truth value, a time or nothing."""

Record: TypeAlias = dict[str, Cell]
"""A row that was read from a frame, by name of the column."""

Columns: TypeAlias = dict[str, Any]
"""Columns for a frame by name: arrays or lists of numbers, texts or truths, equally long."""


_MANY = 1000
"""Cells of a column that is not kept for the next table."""


def rows_of(frame: pd.DataFrame) -> Iterator[Row]:
    """Return the rows, one attribute a column, without the index.

    Examples
    --------
    >>> import pandas as pd
    >>> [row.n + 1 for row in rows_of(pd.DataFrame({"n": [1, 2]}))]
    [2, 3]
    """
    return frame.itertuples(index=False)


def cells_of(frame: pd.DataFrame, *names: str) -> Iterator[tuple[Cell, ...]]:
    """Return the cells of some columns row by row, quickly where columns are texts of Arrow's.

    Examples
    --------
    >>> import pandas as pd
    >>> list(cells_of(pd.DataFrame({"a": ["x", "y"], "b": ["u", "v"]}), "b", "a"))
    [('u', 'x'), ('v', 'y')]
    """
    columns = (frame[name].to_numpy(dtype=object).tolist() for name in names)
    return zip(*columns, strict=True)


def records_of(frame: pd.DataFrame) -> list[Record]:
    """Return the rows as dictionaries by name of the column.

    Examples
    --------
    >>> import pandas as pd
    >>> records_of(pd.DataFrame({"n": [1]}))
    [{'n': 1}]
    """
    return cast("list[Record]", frame.to_dict("records"))


def extended(frame: pd.DataFrame, columns: Mapping[str, Cell]) -> pd.DataFrame:
    """Return a frame with more columns, or with others in their place, made in one step.

    Every column that is put into a frame makes its heading anew; with many small frames that is
    most of the time.

    Parameters
    ----------
    frame
        Stays as it is.
    columns
        By name, each as long as the frame; without an index of their own.

    Examples
    --------
    >>> import pandas as pd
    >>> extended(pd.DataFrame({"a": [1]}), {"b": [2], "c": [3]}).to_dict("records")
    [{'a': 1, 'b': 2, 'c': 3}]
    """
    return pd.DataFrame({**arrays_of(frame), **columns}, index=frame.index)


def arrays_of(frame: pd.DataFrame) -> Columns:
    """Return the columns by name, of the types that they have, for another frame of the same rows.

    Columns of objects keep their index, or pandas would take them for texts.

    Examples
    --------
    >>> import pandas as pd
    >>> list(arrays_of(pd.DataFrame({"a": [1], "b": [2]})))
    ['a', 'b']
    """
    return {
        str(name): column if column.dtype == object else column.array
        for name, column in frame.items()
    }


def frame_of(records: Sequence[Mapping[str, Cell]]) -> pd.DataFrame:
    """Return a frame of rows that all have the same names, column by column.

    Examples
    --------
    >>> frame_of([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])["a"].tolist()
    [1, 2]
    >>> frame_of([]).empty
    True
    """
    names = list(records[0]) if records else []
    rows = [[record[name] for name in names] for record in records]
    if all(isinstance(cell, float) for row in rows for cell in row):
        return pd.DataFrame(np.array(rows, dtype=float).reshape(len(rows), len(names)), None, names)
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return pd.DataFrame({name: _column(cells) for name, cells in columns})


def _column(cells: tuple[Cell, ...]) -> Cell:
    # of numbers pandas would try whether they are dates
    if all(isinstance(cell, float) for cell in cells):
        return np.array(cells)
    return texts(cells) if all(type(cell) is str for cell in cells) else list(cells)


def texts(cells: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    """Return a column of texts; the same names and reasons stand in the tables of every measure.

    Examples
    --------
    >>> pd.DataFrame({"null": texts(["uniform", "slight skew"])})["null"].tolist()
    ['uniform', 'slight skew']
    """
    return _same_texts(tuple(cells)) if len(cells) <= _MANY else pd.Series(cells).array


@lru_cache(maxsize=256)
def _same_texts(cells: tuple[str, ...]) -> pd.api.extensions.ExtensionArray:
    return pd.Series(cells, dtype="str").array


def number_at(frame: pd.DataFrame, row: Hashable, column: str) -> float:
    """Return one cell as a number.

    Raises
    ------
    KeyError
        When there is no such row or column.

    Examples
    --------
    >>> import pandas as pd
    >>> number_at(pd.DataFrame({"n": [1]}, index=["all"]), "all", "n")
    1.0
    """
    return float(cast("Cell", frame).at[row, column])


def place_after(frame: pd.DataFrame, column: str) -> int:
    """Return where a column stands that follows this one.

    Examples
    --------
    >>> import pandas as pd
    >>> place_after(pd.DataFrame(columns=["group", "n"]), "group")
    1
    """
    return list(frame.columns).index(column) + 1
