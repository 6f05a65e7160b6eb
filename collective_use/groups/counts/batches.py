"""Files larger than memory, and Arrow tables: batch by batch, by tables of what a code adds.

Each answer becomes its place among the codes once, and every sum a look-up by that place, added to
the row's group. Nothing but the groups' sums and the group of each row, four bytes, is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Array, Given
from collective_use.errors import ReadError
from collective_use.groups.counts.known import Known
from collective_use.groups.counts.places import Codes, Lookup, Read
from collective_use.groups.counts.plan import Plan, Word
from collective_use.groups.counts.same_columns import check_columns
from collective_use.numerics.groups.person_sums import PersonSums
from collective_use.numerics.types import Bools, Integers

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

Made = TypeVar("Made")

ROWS = 1 << 16
"""Rows of a batch."""

CHANGED = "the files changed while they were counted; count them again when nothing writes to them"


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


def groups(data: ds.Dataset, group: str) -> Known:
    """Return the groups, their sizes and the group of each row, in two passes over one column.

    Raises
    ------
    InputError
        When persons have no group.
    """
    known = Known.of(_sizes(data, group))
    return replace(known, rows=_groups_of_rows(data, group, known))


def sums(
    data: ds.Dataset, plan: Plan, words: Sequence[Word], known: Known,
    told: Callable[[int], None] | None = None,
) -> dict[str, Integers]:  # fmt: skip
    """Return (G,) numbers for each word."""
    codes = Codes.of(plan)
    tables = {word.name: Lookup.of(plan, codes, word) for word in words}
    total = {name: np.zeros(len(known.labels), dtype=np.int64) for name in tables}

    def one(batch: pa.RecordBatch, rows: Array) -> tuple[Array, dict[str, Array]]:
        read = codes.read(batch)
        return rows, {name: table.of_rows(read) for name, table in tables.items()}

    for rows, found in _each(one, _with_groups(data, plan.items, known)):
        for name, values in found.items():
            np.add.at(total[name], rows, values)
        if told is not None:
            told(len(rows))
    return total


def person_sums(
    data: ds.Dataset, plan: Plan, known: Known, judged: Bools, whole: int,
    told: Callable[[int], None] | None = None,
) -> PersonSums:  # fmt: skip
    """Return sums over persons: those with a score in groups that are judged, and complete.

    Parameters
    ----------
    data
        The dataset.
    plan
        Columns, codes and the least number of items of a score.
    known, judged
        The groups, and (G,) which of them enter the sums about scores.
    whole
        Items that a complete person has answered.
    told
        Called with the rows of each batch.
    """
    codes, J = Codes.of(plan), len(plan.items)
    levels = np.zeros((J + 1, 5), dtype=object)
    products = np.zeros((3 * J, 3 * J), dtype=object)
    complete = np.zeros((J + 1, J + 1), dtype=object)

    def one(batch: pa.RecordBatch, rows: Array) -> tuple[int, Array, Array, Array]:
        read = codes.read(batch)
        kept = (read.answered >= plan.minimum) & judged[rows]
        return (
            len(rows), _by_level(read.answered[kept], read.totals[kept], J),
            _products(codes, read, kept), _complete(codes, read, read.answered == whole),
        )  # fmt: skip

    for number, *parts in _each(one, _with_groups(data, plan.items, known)):
        for total, part in zip((levels, products, complete), parts, strict=True):
            total += part.astype(object)
        if told is not None:
            told(number)
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
    return np.column_stack(found).astype(np.int64)


def _products(codes: Codes, read: Read, kept: Array) -> Array:
    d, p = codes.features(read, kept)
    every = np.concatenate([d, p, p * p])
    return (every @ every.T).astype(np.int64)


def _complete(codes: Codes, read: Read, kept: Array) -> Array:
    p = codes.features(read, kept)[1]
    every = np.concatenate([np.ones((1, p.shape[1])), p])
    return (every @ every.T).astype(np.int64)


def batches_of(data: ds.Dataset, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of some columns, `ROWS` at a time at most."""
    return _read(data, list(columns))


def _read(data: ds.Dataset, columns: Given) -> Iterator[pa.RecordBatch]:
    scanner = data.scanner(
        columns=columns, batch_size=ROWS, batch_readahead=4, fragment_readahead=1
    )
    with _readable():
        for batch in scanner.to_batches():
            if batch.num_rows:
                yield batch


@contextmanager
def _readable() -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise ReadError(f"the file stopped being readable: {str(error).splitlines()[0]}") from error


def _each(work: Callable[..., Made], given: Iterator[tuple[Given, ...]]) -> Iterator[Made]:
    """Yield what is made of each batch, in order; processors share the batches."""
    from concurrent.futures import Future, ThreadPoolExecutor

    import pyarrow as pa

    workers = min(pa.cpu_count(), 4)
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for one in given:
            waiting.append(pool.submit(work, *one))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _with_groups(
    data: ds.Dataset, columns: Sequence[str], known: Known
) -> Iterator[tuple[pa.RecordBatch, NDArray[np.int32]]]:
    """Yield the rows of some columns with the group of each."""
    start = 0
    for batch in batches_of(data, columns):
        rows = known.rows[start : start + batch.num_rows]
        start += batch.num_rows
        if len(rows) < batch.num_rows:
            raise ReadError(CHANGED)
        yield batch, rows
    if start != len(known.rows):
        raise ReadError(CHANGED)


def _groups_of_rows(data: ds.Dataset, group: str, known: Known) -> NDArray[np.int32]:
    """Return (rows,) the group of each row, in the order in which batches come."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = data.schema.field(group).type
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    labels = pa.array(known.raw.to_numpy(dtype=object), type=plain, from_pandas=True)
    place = known.place.astype(np.int32)
    where = pc.index_in(pc.field(group).cast(plain), value_set=labels)
    found = [np.empty(0, dtype=np.int32)]
    for batch in _read(data, {group: where}):
        column = batch.column(0)
        if column.null_count:
            raise ReadError(CHANGED)
        found.append(place[column.to_numpy()])
    return np.concatenate(found)


def _sizes(data: ds.Dataset, group: str) -> pd.DataFrame:
    """Return one row a group: its label and `size`."""
    from pyarrow import acero

    every = acero.ScanNodeOptions(data, columns=[group])
    counted = acero.AggregateNodeOptions([([], "hash_count_all", None, "size")], keys=[group])
    plan = [acero.Declaration("scan", every), acero.Declaration("aggregate", counted)]
    with _readable():
        frame: pd.DataFrame = acero.Declaration.from_sequence(plan).to_table().to_pandas()
    return frame[[group, "size"]]
