"""Where a large survey lies, and how its rows come here stretch by stretch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa

STRETCH = 500_000
"""Rows after which what was read is kept, so that it is not read again."""

AT_ONCE = 250_000
"""Rows that are in memory at once."""

HEAD = 300
"""Rows that are looked at to find out what columns mean."""


@dataclass(frozen=True)
class Stretch:
    """Rows of a source that are read in one go.

    Attributes
    ----------
    export
        What they come from: the name of a file without its ending, or of a table.
    first
        Rows of it that come before.
    rows
        How many there are.
    fetch
        Gives them by the names of columns, in tables of `AT_ONCE` rows at most.
    """

    export: str
    first: int
    rows: int
    fetch: Callable[[Sequence[str]], Iterator[pa.Table]]


class Source(Protocol):
    """Rows that stay where they are until they are asked for."""

    @property
    def name(self) -> str:
        """What it is called, for readers."""
        ...

    @property
    def rows(self) -> int | None:
        """How many rows there are; None where only reading them would tell."""
        ...

    @property
    def size(self) -> int | None:
        """Bytes; None of a table."""
        ...

    def head(self) -> pd.DataFrame:
        """Return the first rows, with all columns."""
        ...

    def mark(self, columns: Sequence[str]) -> str:
        """Return a text that changes with the source."""
        ...

    def stretches(self, group: str) -> Iterator[Stretch]:
        """Yield all rows, in the same stretches each time.

        Parameters
        ----------
        group
            The column of the group; databases, whose rows have no order, are parted by it.
        """
        ...


def table_slices(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield tables of `AT_ONCE` rows from batches of any length; only the last is shorter."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        while rows + batch.num_rows >= AT_ONCE:
            fits = AT_ONCE - rows
            yield pa.Table.from_batches([*held, batch.slice(0, fits)])
            held, rows, batch = [], 0, batch.slice(fits)
        if batch.num_rows:
            held.append(batch)
            rows += batch.num_rows
    if held:
        yield pa.Table.from_batches(held)
