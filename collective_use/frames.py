"""Reading data frames with the types that their cells have.

A frame does not say what a column holds, so its cells are any scalar to a type checker. Here is
the one place where a cell is taken for what the reader knows it to be.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    import pandas as pd

Row: TypeAlias = Any
"""A row as a named tuple, one attribute a column; the caller knows the columns."""

Cell: TypeAlias = Any
"""What stands in one cell: a number, a text, a truth value, a time or nothing."""


def rows_of(frame: pd.DataFrame) -> Iterator[Row]:
    """Return the rows, one attribute a column, without the index.

    Examples
    --------
    >>> import pandas as pd
    >>> [row.n + 1 for row in rows_of(pd.DataFrame({"n": [1, 2]}))]
    [2, 3]
    """
    return frame.itertuples(index=False)


def records_of(frame: pd.DataFrame) -> list[dict[str, Cell]]:
    """Return the rows as dictionaries by name of the column.

    Examples
    --------
    >>> import pandas as pd
    >>> records_of(pd.DataFrame({"n": [1]}))
    [{'n': 1}]
    """
    return cast("list[dict[str, Cell]]", frame.to_dict("records"))


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
