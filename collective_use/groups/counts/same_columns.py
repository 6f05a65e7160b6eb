"""Files that are counted as one survey have the same columns: a column that lacks is no answer."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from collective_use.checks import quoted
from collective_use.errors import ReadError


def check_columns(files: Sequence[str], encoding: str = "utf-8", delimiter: str = ",") -> None:
    """Raise unless all files have the columns of the first, in whatever order.

    Arrow would fill up what a file lacks with missing values, and leave out what it has beside.

    Parameters
    ----------
    files
        Paths of files of one kind, Parquet or CSV.
    encoding, delimiter
        Of CSV files.

    Raises
    ------
    ReadError
        Naming the file, what it lacks and what it has beside.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name, head in (("a.csv", "team,q1"), ("b.csv", "q1,team")):
    ...     _ = (folder / name).write_text(f"{head}\\n1,2\\n")
    >>> check_columns([str(folder / "a.csv"), str(folder / "b.csv")])
    """
    if len(files) < 2:
        return
    first = _columns(files[0], encoding, delimiter)
    for file in files[1:]:
        found = _columns(file, encoding, delimiter)
        if set(found) != set(first):
            lacks = quoted([name for name in first if name not in found], most=4)
            beside = quoted([name for name in found if name not in first], most=4)
            told = [f"it lacks {lacks}" * bool(lacks), f"it has {beside} beside" * bool(beside)]
            raise ReadError(
                f"{Path(file).name} has other columns than {Path(files[0]).name}: "
                f"{' and '.join(filter(None, told))}. Files of one survey have the same columns: "
                "give those that belong together"
            )


def _columns(path: str, encoding: str, delimiter: str) -> list[str]:
    if not path.lower().endswith((".csv", ".csv.gz")):
        return _of_parquet(path)
    opener = gzip.open if path.lower().endswith(".gz") else open
    try:
        with opener(path, "rt", encoding=encoding, newline="") as stream:
            names = next(csv.reader(stream, delimiter=delimiter), [])
    except (OSError, UnicodeError, csv.Error, EOFError) as error:
        raise ReadError(f"{Path(path).name}: cannot be read as csv: {error}") from error
    return [name.removeprefix("\ufeff") for name in names]


def _of_parquet(path: str) -> list[str]:
    import pyarrow as pa
    from pyarrow.parquet import read_schema

    try:
        return list(read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        said = str(error).splitlines()[0]
        raise ReadError(f"{Path(path).name}: cannot be read as parquet: {said}") from error
