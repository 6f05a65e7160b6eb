"""Rows of tables, whose cells come with their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from collective_use.report.sentences import Number, Source, written, written_p

_ROW_NAMES = (
    "model", "measure", "construct", "scale", "item", "first", "second", "route", "hypothesis",
    "at", "outcome", "predictor", "lhs", "op", "rhs", "coefficient", "level", "group", "file",
    "what", "where",
)  # fmt: skip
"""Columns that tell which row it is, for a reader who looks a number up."""


@dataclass(frozen=True)
class Row:
    """One row of a table, whose cells come with their place.

    Attributes
    ----------
    file
        The table's file name.
    cells
        Column to value.
    label
        The row's label, for tables without names.
    """

    file: str
    cells: Mapping[str, object]
    label: str = ""

    def text(self, column: str) -> str:
        """Return a cell as text; empty for what is missing."""
        value = self.cells.get(column)
        return "" if value is None or value != value else str(value)

    def value(self, column: str) -> float:
        """Return a cell as a number; NaN for what is missing or no number."""
        value = self.cells.get(column)
        if isinstance(value, bool):
            return float(value)
        if isinstance(value, (int, float)):
            return float(value)
        try:
            return float(str(value))
        except ValueError:
            return float("nan")

    def number(self, column: str, digits: int = 2, *, bare: bool = False) -> Number:
        """Return a cell as a number that remembers its place."""
        value = self.value(column)
        return Number(value, written(value, digits, bare=bare), self.source(column))

    def percent(self, column: str) -> Number:
        """Return a share as per cent."""
        value = self.value(column)
        text = "–" if value != value else f"{value:.0%}"
        return Number(value, text, self.source(column))

    def p(self, column: str) -> Number:
        """Return a p value, with its sign of equality."""
        value = self.value(column)
        return Number(value, written_p(value), self.source(column))

    def source(self, column: str) -> Source:
        """Return where a cell stands."""
        named = [self.text(key) for key in _ROW_NAMES if key != column and self.text(key)]
        return Source(self.file, ", ".join(dict.fromkeys(named[:4])) or self.label, column)


def rows_of(file: str, table: pd.DataFrame, **keys: str) -> Iterator[Row]:
    """Yield the rows of a table whose columns hold the given values.

    Parameters
    ----------
    file
        The table's file name.
    table
        The table.
    keys
        Column to value, as text.
    """
    for label, record in zip(table.index, table.to_dict(orient="records"), strict=True):
        if all(str(record.get(key)) == value for key, value in keys.items()):
            yield Row(file, {str(k): v for k, v in record.items()}, str(label))
