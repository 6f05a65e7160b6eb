"""Tables of databases and clusters: what narwhals reaches, or a connection string names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pandas as pd

from collective_use.accepted import Found, Frame, Given, Label
from collective_use.errors import InputError, NotSupported, ReadError
from collective_use.groups.counts import tables as engine
from collective_use.study.large.sources import AT_ONCE, HEAD, STRETCH, Stretch

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa

SCHEMES = ("duckdb", "postgres", "postgresql")
"""Of connection strings."""


def is_connection(text: str) -> bool:
    """Tell whether a text names a table of a database.

    Examples
    --------
    >>> is_connection("duckdb:///data/survey.duckdb?table=answers"), is_connection("a.parquet")
    (True, False)
    """
    return text.partition("://")[0] in SCHEMES and "://" in text


@dataclass
class Rows:
    """Rows of a table that another library holds.

    Attributes
    ----------
    table
        As narwhals sees it.
    name
        For readers.
    """

    table: nw.LazyFrame[Frame]
    name: str
    size: int | None = None

    @cached_property
    def rows(self) -> int | None:
        """How many rows there are; the engine counts them."""
        import narwhals as nw

        found: pd.DataFrame = self.table.select(nw.len().alias("cu_n")).collect().to_pandas()
        return int(found["cu_n"].iloc[0])

    def head(self) -> pd.DataFrame:
        """Return some rows, with all columns."""
        frame: pd.DataFrame = self.table.head(HEAD).collect().to_pandas()
        return frame

    def mark(self, columns: Sequence[str]) -> str:
        """Return the number of rows, and of each column its answers and, of numbers, their sum."""
        import narwhals as nw

        kinds = self.table.collect_schema()
        known = [nw.col(name).count().alias(f"n{k}") for k, name in enumerate(columns)]
        known += [
            nw.col(name).sum().alias(f"s{k}")
            for k, name in enumerate(columns)
            if kinds[name].is_numeric()
        ]
        row = self.table.select(nw.len().alias("cu_n"), *known).collect().to_pandas().iloc[0]
        return "|".join((*columns, *(f"{name}={value}" for name, value in row.items())))

    def stretches(self, group: str) -> Iterator[Stretch]:
        """Yield whole groups, in the engine's own order of their labels."""
        import narwhals as nw

        counted = self.table.group_by(group).agg(nw.len().alias("cu_n")).sort(group)
        found: pd.DataFrame = counted.collect().to_pandas()
        lost = found[group].isna()
        known = found[~lost]
        before = first = 0
        labels = known[group].tolist()
        for place, rows in enumerate(known["cu_n"].cumsum().tolist()):
            if rows - before >= STRETCH or place == len(labels) - 1:
                ends = labels[first], labels[place]
                yield self._between(group, ends, before, rows - before)
                before, first = rows, place + 1
        if lost.any():
            none = nw.col(group).is_null()
            yield self._of(none, before, int(found["cu_n"][lost].sum()))

    def _between(self, group: str, ends: tuple[Label, Label], first: int, rows: int) -> Stretch:
        import narwhals as nw

        low, high = ends
        return self._of((nw.col(group) >= low) & (nw.col(group) <= high), first, rows)

    def _of(self, rule: nw.Expr, first: int, rows: int) -> Stretch:
        def fetch(columns: Sequence[str]) -> Iterator[pa.Table]:
            # an engine that has no Arrow of its own gives pandas
            part = self.table.filter(rule).select(*columns).collect()
            table: pa.Table = part.to_arrow()
            if table.num_rows != rows:
                raise ReadError(
                    f"{self.name}: the table changed while it was read: {table.num_rows:,} rows "
                    f"came where {rows:,} were counted"
                )
            for start in range(0, rows, AT_ONCE):
                yield table.slice(start, AT_ONCE)

        return Stretch(self.name, first, rows, fetch)


def rows_of(source: Given) -> Rows | None:
    """Return a table of another library as a source; None where narwhals knows none.

    Raises
    ------
    NotSupported
        When narwhals is not installed.
    """
    table = engine.opened(source)
    return None if table is None else Rows(table, str(engine.engine_of(table)).lower())


def connected(text: str) -> Rows:
    """Return the table that a connection string names.

    Parameters
    ----------
    text
        ``duckdb:///path/to/file.duckdb?table=answers`` or
        ``postgres://user@host/database?table=answers``.

    Raises
    ------
    InputError
        When it names no table, or the database has none of that name.
    NotSupported
        When a library is not installed.
    ReadError
        When there is no such database.
    """
    parts = urlsplit(text)
    asked = parse_qs(parts.query)
    name = asked.get("table", [""])[0]
    if not name:
        plain = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
        raise InputError(f"{plain} must say which table, such as {plain}?table=answers")
    asked.pop("table")
    rest = f"?{urlencode(asked, doseq=True)}" * bool(asked)
    address = text.partition("?")[0] + rest
    if parts.scheme == "duckdb":
        source = _duckdb(parts.netloc + parts.path, name)
    else:
        source = _ibis(address, name)
    found = rows_of(source)
    if found is None:
        raise NotSupported(f"narwhals knows no tables of {parts.scheme}")
    found.name = name
    return found


def _duckdb(path: str, name: str) -> Found:
    from pathlib import Path

    try:
        import duckdb
    except ImportError as error:
        raise NotSupported("duckdb:// needs DuckDB: pip install 'collective-use[big]'") from error
    if not Path(path).is_file():
        raise ReadError(f"{path}: no such file")
    try:
        return duckdb.connect(path, read_only=True).table(name)
    except duckdb.Error as error:
        raise InputError(f"{path}: {str(error).splitlines()[0]}") from error


def _ibis(address: str, name: str) -> Found:
    try:
        import ibis
    except ImportError as error:
        raise NotSupported(
            "postgres:// needs Ibis: pip install narwhals 'ibis-framework[postgres]'"
        ) from error
    try:
        return ibis.connect(address.replace("postgresql://", "postgres://", 1)).table(name)
    except Exception as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        # the address may hold a password
        raise ReadError(f"{name}: the database does not give it: {said}") from error
