"""persons.parquet from finished parts, a stretch at a time, and who answered twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.errors import ReadError
from collective_use.progress import step

PERSONS = "persons.parquet"


def check_once(files: Sequence[Path], name: str) -> None:
    """Raise where members answered more than once.

    Parameters
    ----------
    files
        Persons of finished parts.
    name
        Of the source.

    Raises
    ------
    ReadError
        With the number of second submissions.
    """
    import pyarrow.parquet as pq

    if not files or "member" not in pq.read_schema(files[0]).names:
        return
    seen = []
    for path in files:
        frame = pq.read_table(path, columns=["group", "member"]).to_pandas()
        frame = frame[frame["member"] != ""]
        seen.append(pd.util.hash_pandas_object(frame, index=False).to_numpy())
    # eight bytes a person: two members are taken for one in some 1e-5 of surveys of 20 million
    every = np.sort(np.concatenate(seen))
    twice = int((every[1:] == every[:-1]).sum())
    if twice:
        raise ReadError(
            f"{name}: {twice:,} rows are second submissions of a member; --duplicates keep counts "
            "them all, --no-large keeps the last of each"
        )


def write_persons(files: Sequence[Path], folder: Path) -> pd.DataFrame:
    """Write persons.parquet; return its first rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.unify_schemas([pq.read_schema(path) for path in files])
    head = pd.DataFrame()
    with pq.ParquetWriter(folder / PERSONS, schema, compression="zstd") as writer:
        for place, path in enumerate(files):
            step("write", place, len(files))
            part = pq.ParquetFile(path)
            for number in range(part.num_row_groups):
                table = part.read_row_group(number)
                lacking = [name for name in schema.names if name not in table.schema.names]
                for name in lacking:
                    kind = schema.field(name).type
                    table = table.append_column(name, pa.nulls(table.num_rows, kind))
                writer.write_table(table.select(schema.names))
                head = table.slice(0, 5).to_pandas() if head.empty else head
    return head
