"""Run as a script in a process of its own: one file, one parser, within limits.

It imports nothing of the package, so that it starts fast and holds little.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collective_use.accepted import Arguments, Found, Plain, PlainDict


class Task(TypedDict):
    """One file for one parser, with its limits: seconds, bytes, columns and cells."""

    kind: str
    path: str
    how: Arguments
    seconds: int
    memory: int
    most: tuple[int, int]


class Answer(TypedDict, total=False):
    """What the parser made of the file, or why it refuses it."""

    value: Found
    problem: str


class Refused(Exception):
    """The file is not what it should be; the text is for the reader of the message."""


def read_workbook(path: str, sheet: str | None, avoided: str) -> PlainDict:
    """Return the sheets' names, the one that was read, its first row's number and its rows."""
    import python_calamine as calamine

    name = Path(path).name
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            return {"names": names, "sheet": None, "wanted": [sheet], "rows": []}
        ordered = sorted(names, key=lambda text: avoided in text.casefold())
        wanted = [sheet] if sheet is not None else ordered
        for chosen in wanted:
            page = book.get_sheet_by_name(chosen)
            rows = page.to_python()
            if any(cell != "" for row in rows for cell in row):
                return {
                    "names": names, "sheet": chosen, "wanted": wanted,
                    "start": page.start, "rows": rows,
                }  # fmt: skip
    except MemoryError:
        raise
    except Exception as error:
        raise Refused(
            f"{name} cannot be opened as a workbook ({error}): "
            "is it damaged, or protected by a password?"
        ) from error
    return {"names": names, "sheet": None, "wanted": wanted, "rows": []}


def read_pages(path: str, sheets: list[str]) -> dict[str, list[list[Plain]]]:
    """Return the rows of several sheets of a workbook."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        return {name: book.get_sheet_by_name(name).to_python() for name in sheets}
    except MemoryError:
        raise
    except Exception as error:
        raise Refused(f"{Path(path).name} cannot be opened as a workbook ({error})") from error


def check_size(path: str, columns: int, rows: int | None, most: tuple[int, int]) -> None:
    """Refuse a table by what its head says, before it is unpacked.

    A row of a survey takes a byte at the least, however well its file is packed.
    """
    cells, size = columns * (rows or 0), Path(path).stat().st_size
    if columns > most[0]:
        raise Refused(f"{Path(path).name} has {columns:,} columns; at most {most[0]:,} are read")
    if cells > most[1] or (rows or 0) > size:
        raise Refused(
            f"{Path(path).name} says it holds {rows:,} rows of {columns:,} columns in {size:,} "
            f"bytes; at most {most[1]:,} cells, and a row a byte, are read: export the columns "
            "that the instrument needs, or save it as csv"
        )


def stata_columns(path: str) -> int:
    """Return how many variables the first bytes of a Stata file announce; 0 where they do not.

    pyreadstat's time for the head alone grows with the square of them (Stata, dta file formats 114
    to 121: `<K>` is two bytes wide, four in 119 and 121).
    """
    with Path(path).open("rb") as stream:
        head = stream.read(200)
    if not head.startswith(b"<stata_dta>"):
        return int.from_bytes(head[4:6], "little" if head[1:2] == b"\x02" else "big")
    at = head.find(b"<K>") + 3
    width = 4 if b"<release>119" in head or b"<release>121" in head else 2
    return int.from_bytes(head[at : at + width], "little" if b"LSF" in head else "big")


def read_typed(path: str, kind: str, most: tuple[int, int], **how: Arguments) -> Found:
    """Return frame and description of an SPSS, Stata or SAS file."""
    import pyreadstat

    read = getattr(pyreadstat, f"read_{kind}")
    try:
        if kind == "dta":
            check_size(path, stata_columns(path), None, most)
        if kind != "xport":
            # a transport file's head tells no number of rows, and takes the memory of a reading
            _, head = read(path, metadataonly=True, **how)
            check_size(path, head.number_columns, head.number_rows, most)
        frame, meta = read(path, **how)
    except Refused:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise Refused(str(error)) from error
    return frame, vars(meta)


def read_parquet(path: str, most: tuple[int, int]) -> Found:
    """Return the frame of a Parquet file."""
    import pandas as pd
    from pyarrow.parquet import read_metadata

    try:
        head = read_metadata(path)
        check_size(path, head.num_columns, head.num_rows, most)
        return pd.read_parquet(path)
    except (MemoryError, Refused):
        raise
    except Exception as error:
        text = f"{Path(path).name} cannot be read as a Parquet file: {error}"
        raise Refused(text) from error


def main(given: Path, made: Path) -> None:
    """Do the task of one file and leave its pickled outcome in another."""
    task: Task = pickle.loads(given.read_bytes())
    _limit(task["seconds"], task["memory"])
    kind, path, how = task["kind"], task["path"], task["how"]
    try:
        if kind == "workbook":
            value: Found = read_workbook(path, **how)
        elif kind == "pages":
            value = read_pages(path, **how)
        elif kind == "parquet":
            value = read_parquet(path, task["most"])
        else:
            value = read_typed(path, kind, task["most"], **how)
        answer = Answer(value=value)
    except Refused as refusal:
        answer = Answer(problem=str(refusal))
    made.write_bytes(pickle.dumps(answer, protocol=5))


def _limit(seconds: int, memory: int) -> None:
    """Bound processor time and memory, where the system can."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows: the caller's clock is the only limit
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
