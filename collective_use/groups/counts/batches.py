"""Files larger than memory, and Arrow tables: batch by batch, by tables of what a code adds.

Each answer becomes its place among the codes once, and every sum a look-up by that place; Arrow's
own aggregation adds by group. Nothing but the groups' sums is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.accepted import Array, Given
from collective_use.errors import ReadError
from collective_use.groups.counts.places import Codes, Lookup, Read
from collective_use.groups.counts.plan import Plan, Word
from collective_use.groups.counts.same_columns import check_columns
from collective_use.numerics.groups.person_sums import PersonSums

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

ROWS = 1 << 16
"""Rows of a batch."""


def opened(source: Given) -> ds.Dataset | None:
    """Return a dataset of a file, a folder, a list of files or an Arrow table; None otherwise.

    Raises
    ------
    ReadError
        When there is no such file, or it is neither Parquet nor CSV.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    if isinstance(source, ds.Dataset):
        return source
    if isinstance(source, (pa.Table, pa.RecordBatch)):
        return ds.dataset(source)
    files = files_of(source)
    if files is None:
        return None
    check_columns(files)
    kind = "csv" if files[0].lower().endswith((".csv", ".csv.gz")) else "parquet"
    try:
        return ds.dataset(files, format=kind, partitioning=partitions_of(source, files))
    except (pa.ArrowInvalid, OSError) as error:
        said = str(error).splitlines()[0]
        raise ReadError(f"{files[0]}: cannot be read as {kind}: {said}") from error


def partitions_of(source: Given, files: Sequence[str]) -> Given:
    """Return that folders named like ``year=2024`` are columns, where there are such."""
    from pathlib import Path

    if not isinstance(source, (str, Path)) or Path(str(source)).is_file():
        return None
    root = Path(str(source))
    below = Path(files[0]).parent.parts[len(root.parts) if root.is_dir() else 0 :]
    return "hive" if any("=" in part for part in below) else None


def files_of(source: Given) -> list[str] | None:
    """Return the files of a path, a folder, a pattern or a list of these; None of another thing.

    Raises
    ------
    ReadError
        When there are none.
    """
    import glob
    from pathlib import Path

    if isinstance(source, (list, tuple)) and source:
        several = [files_of(one) for one in source]
        return None if None in several else [file for one in several for file in one or ()]
    if not isinstance(source, (str, Path)):
        return None
    text = str(source)
    if Path(text).is_dir():
        found = sorted(
            str(path) for path in Path(text).rglob("*") if path.suffix in (".parquet", ".csv")
        )
    else:
        found = [text] if Path(text).exists() else sorted(glob.glob(text, recursive=True))  # noqa: PTH207 - a pattern may begin anywhere
    if not found:
        raise ReadError(f"{text}: no such file, and no folder with .parquet or .csv files")
    return found


def types_of(data: ds.Dataset) -> dict[str, str]:
    """Return "number" or the type's name for each column."""
    import pyarrow.types as pt

    return {
        field.name: "number"
        if pt.is_integer(field.type) or pt.is_floating(field.type) or pt.is_decimal(field.type)
        else str(field.type)
        for field in data.schema
    }


def sizes(data: ds.Dataset, group: str) -> pd.DataFrame:
    """Return one row a group: its label and `size`."""
    import pyarrow as pa

    def counted() -> Iterator[pa.RecordBatch]:
        for batch in batches_of(data, [group]):
            one = pa.array(np.ones(batch.num_rows, dtype=np.int64))
            yield pa.record_batch([batch.column(0), one], names=[group, "size"])

    return _added(data, group, ["size"], counted())


def sums(
    data: ds.Dataset, plan: Plan, words: Sequence[Word], told: Callable[[int], None] | None = None
) -> pd.DataFrame:
    """Return one row a group: its label and the words."""
    import pyarrow as pa

    codes, names = Codes.of(plan), [word.name for word in words]
    tables = [Lookup.of(plan, codes, word) for word in words]

    def packed() -> Iterator[pa.RecordBatch]:
        for batch in batches_of(data, [plan.group, *plan.items]):
            read = codes.read(batch)
            columns = [pa.array(table.of_rows(read)) for table in tables]
            if told is not None:
                told(batch.num_rows)
            yield pa.record_batch([batch.column(0), *columns], names=[plan.group, *names])

    return _added(data, plan.group, names, packed())


def person_sums(
    data: ds.Dataset, plan: Plan, excluded: Sequence[Given], whole: int,
    told: Callable[[int], None] | None = None,
) -> PersonSums:  # fmt: skip
    """Return sums over persons: those with a score in groups that are not excluded, and complete.

    Parameters
    ----------
    data
        The dataset.
    plan
        Columns, codes and the least number of items of a score.
    excluded
        Labels of groups that do not enter the sums about scores.
    whole
        Items that a complete person has answered.
    told
        Called with the rows of each batch.
    """
    codes, J = Codes.of(plan), len(plan.items)
    levels = np.zeros((J + 1, 5), dtype=object)
    products = np.zeros((3 * J, 3 * J), dtype=object)
    complete = np.zeros((J + 1, J + 1), dtype=object)
    # an index is hashed once, whatever the number of batches
    out = pd.Index(excluded) if len(excluded) else None
    names = [*plan.items] if out is None else [plan.group, *plan.items]
    for batch in batches_of(data, names):
        read = codes.read(batch)
        kept = read.answered >= plan.minimum
        if out is not None:
            kept &= out.get_indexer(pd.Index(batch.column(0).to_pandas())) < 0
        levels += _by_level(read.answered[kept], read.totals[kept], J)
        products += _products(codes, read, kept)
        complete += _complete(codes, read, read.answered == whole)
        if told is not None:
            told(batch.num_rows)
    return PersonSums(levels, products, complete)


def rows_of(
    data: ds.Dataset, group: str, labels: Sequence[Given], columns: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of some groups, in the order of the source."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(labels, type=data.schema.field(group).type)
    table = data.to_table(columns=list(columns), filter=pc.field(group).isin(wanted))
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _by_level(answered: Array, totals: Array, J: int) -> Array:
    """Return (J + 1, 5) whole numbers; a batch is small enough for doubles to hold them."""
    t = totals.astype(np.float64)
    found = [np.bincount(answered, weights=t**e, minlength=J + 1) for e in range(5)]
    return np.column_stack(found).astype(np.int64).astype(object)


def _products(codes: Codes, read: Read, kept: Array) -> Array:
    d, p = codes.features(read, kept)
    every = np.concatenate([d, p, p * p])
    return (every @ every.T).astype(np.int64).astype(object)


def _complete(codes: Codes, read: Read, kept: Array) -> Array:
    p = codes.features(read, kept)[1]
    every = np.concatenate([np.ones((1, p.shape[1])), p])
    return (every @ every.T).astype(np.int64).astype(object)


def batches_of(data: ds.Dataset, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of some columns, `ROWS` at a time at most."""
    import pyarrow as pa

    scanner = data.scanner(
        columns=list(columns), batch_size=ROWS, batch_readahead=4, fragment_readahead=1
    )
    try:
        for batch in scanner.to_batches():
            if batch.num_rows:
                yield batch
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise ReadError(f"the file stopped being readable: {str(error).splitlines()[0]}") from error


def _added(
    data: ds.Dataset, group: str, summed: Sequence[str], batches: Iterator[pa.RecordBatch]
) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.dataset as ds
    from pyarrow import acero

    kind = data.schema.field(group).type
    schema = pa.schema([(group, kind), *((name, pa.int64()) for name in summed)])
    failed: list[ReadError] = []

    def caught() -> Iterator[pa.RecordBatch]:
        # an error inside Arrow's own threads comes out without its kind
        try:
            yield from batches
        except ReadError as error:
            failed.append(error)

    reader = pa.RecordBatchReader.from_batches(schema, caught())
    every = acero.ScanNodeOptions(ds.dataset(reader), columns=[group, *summed])
    plan = [
        acero.Declaration("scan", every),
        acero.Declaration(
            "aggregate",
            acero.AggregateNodeOptions(
                [(name, "hash_sum", None, name) for name in summed], keys=[group]
            ),
        ),
    ]
    table = acero.Declaration.from_sequence(plan).to_table()
    if failed:
        raise failed[0]
    frame: pd.DataFrame = table.select([group, *summed]).to_pandas()
    for name in summed:
        frame[name] = frame[name].fillna(0).astype("int64")
    return frame
