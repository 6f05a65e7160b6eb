"""Parquet and CSV files: one, several, a folder, a pattern, folders that hold parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.errors import ReadError
from collective_use.groups.counts.batches import files_of, partitions_of
from collective_use.groups.counts.same_columns import check_columns
from collective_use.study.large.sources import AT_ONCE, HEAD, STRETCH, Stretch, table_slices

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds


@dataclass
class Files:
    """Files of one kind with the same columns.

    Attributes
    ----------
    given
        Paths, folders or patterns.
    encoding, delimiter
        Of CSV files; UTF-8 and a comma where None.
    """

    given: tuple[str, ...]
    encoding: str | None = None
    delimiter: str | None = None
    paths: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.paths = [path for one in self.given for path in files_of(one) or ()]
        kinds = {_kind(path) for path in self.paths}
        if len(kinds) > 1:
            raise ReadError(
                f"{self.name}: Parquet and CSV files cannot be read as one survey; give files of "
                "one kind"
            )

    @property
    def name(self) -> str:
        """The file, or what was given and how many files it is."""
        first = Path(self.given[0]).name or self.given[0]
        return first if len(self.paths) == 1 else f"{first} ({len(self.paths)} files)"

    @cached_property
    def kind(self) -> str:
        """``parquet`` or ``csv``."""
        return _kind(self.paths[0])

    @property
    def size(self) -> int | None:
        """Bytes of all files."""
        return sum(Path(path).stat().st_size for path in self.paths)

    @cached_property
    def rows(self) -> int | None:
        """How many rows Parquet files hold; a CSV file does not tell."""
        return None if self.kind == "csv" else int(self._data.count_rows())

    @cached_property
    def _data(self) -> ds.Dataset:
        import pyarrow as pa
        import pyarrow.dataset as ds

        parts = partitions_of(self.given[0], self.paths) if len(self.given) == 1 else None
        check_columns(self.paths, self.encoding or "utf-8", self.delimiter or ",")
        how = self._csv() if self.kind == "csv" else "parquet"
        try:
            return ds.dataset(self.paths, format=how, partitioning=parts)
        except (pa.ArrowInvalid, OSError) as error:
            said = str(error).splitlines()[0]
            raise ReadError(f"{self.name}: cannot be read as {self.kind}: {said}") from error

    def _csv(self) -> ds.CsvFileFormat:
        """Every column as texts: what they mean is for the reader of answers to say."""
        import pyarrow as pa
        import pyarrow.csv as pc
        import pyarrow.dataset as ds

        reading = pc.ReadOptions(encoding=self.encoding or "utf-8", block_size=1 << 24)
        parsing = pc.ParseOptions(delimiter=self.delimiter or ",", newlines_in_values=True)
        try:
            with pc.open_csv(self.paths[0], read_options=reading, parse_options=parsing) as file:
                names = file.schema.names
        except (pa.ArrowInvalid, OSError) as error:
            said = str(error).splitlines()[0]
            raise ReadError(f"{self.name}: cannot be read as csv: {said}") from error
        texts = pc.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=False
        )
        return ds.CsvFileFormat(parse_options=parsing, convert_options=texts, read_options=reading)

    def head(self) -> pd.DataFrame:
        """Return the first rows, with all columns."""
        frame: pd.DataFrame = self._data.head(HEAD).to_pandas()
        return frame

    def mark(self, columns: Sequence[str]) -> str:
        """Return a hash of names, sizes, times of change and both ends of all files."""
        digest = hashlib.sha256("\x1f".join(columns).encode())
        for path in self.paths:
            file = Path(path)
            told = file.stat()
            digest.update(f"{file.resolve()}\x1f{told.st_size}\x1f{told.st_mtime_ns}".encode())
            with file.open("rb") as handle:
                digest.update(handle.read(1 << 16))
                handle.seek(max(0, told.st_size - (1 << 16)))
                digest.update(handle.read())
        return digest.hexdigest()

    def stretches(self, group: str) -> Iterator[Stretch]:
        """Yield row groups of Parquet files, or rows of CSV files, in their order."""
        for fragment in self._data.get_fragments():
            stem = Path(fragment.path).stem
            yield from (
                self._of_texts(fragment, stem)
                if self.kind == "csv"
                else self._of_groups(fragment, stem)
            )

    def _of_groups(self, fragment: ds.ParquetFileFragment, stem: str) -> Iterator[Stretch]:
        held: list[ds.ParquetFileFragment] = []
        first = rows = 0
        for part in fragment.split_by_row_group():
            held.append(part)
            rows += sum(group.num_rows for group in part.row_groups)
            if rows >= STRETCH:
                yield self._of_fragments(stem, first, rows, held)
                first, rows, held = first + rows, 0, []
        if rows:
            yield self._of_fragments(stem, first, rows, held)

    def _of_fragments(
        self, stem: str, first: int, rows: int, parts: Sequence[ds.ParquetFileFragment]
    ) -> Stretch:
        def batches(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
            for part in parts:
                yield from part.to_batches(
                    schema=self._data.schema, columns=list(columns), batch_size=AT_ONCE,
                    batch_readahead=1,
                )  # fmt: skip

        return Stretch(stem, first, rows, lambda columns: self._told(batches(columns)))

    def _of_texts(self, fragment: ds.FileFragment, stem: str) -> Iterator[Stretch]:
        first = 0
        batches = fragment.to_batches(schema=self._data.schema, batch_readahead=2)
        tables: list[pa.Table] = []
        for table in self._told(batches):
            tables.append(table)
            rows = sum(one.num_rows for one in tables)
            if rows >= STRETCH or table.num_rows < AT_ONCE:
                yield Stretch(stem, first, rows, partial(_columns_of, tables))
                first, tables = first + rows, []
        if tables:
            rows = sum(one.num_rows for one in tables)
            yield Stretch(stem, first, rows, partial(_columns_of, tables))

    def _told(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
        import pyarrow as pa

        try:
            yield from table_slices(batches)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            said = str(error).splitlines()[0]
            raise ReadError(f"{self.name}: the file stopped being readable: {said}") from error


def _columns_of(tables: Sequence[pa.Table], columns: Sequence[str]) -> Iterator[pa.Table]:
    for table in tables:
        yield table.select(list(columns))


def _kind(path: str) -> str:
    return "csv" if path.lower().endswith((".csv", ".csv.gz")) else "parquet"
