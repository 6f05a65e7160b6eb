"""What a file may be before a reader is let near it: a regular file, of a size that makes sense.

All limits stand in one table; a refusal names the limit, what was found and what to do.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from collective_use.errors import ReadError


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read.

    Attributes
    ----------
    text_bytes, json_bytes, workbook_bytes, typed_bytes, members_bytes
        Bytes of a file by its kind.
    line_bytes
        Bytes between two line breaks of a text file.
    columns, cells
        Columns of a table, and columns times rows.
    cell_signs
        Signs of one cell; spreadsheets hold 32,767.
    key_signs
        Signs of the code or name of a group, a person or a partner.
    unpacked_bytes
        All parts of a workbook together, unpacked.
    ratio
        Unpacked to packed, for parts and archives above `ratio_from` bytes unpacked.
    levels
        Levels of nested JSON.
    sparse_cells, cells_a_byte
        Cells of a workbook's sheet, empty ones counted, whatever its size, or by a byte of it.
    memory_bytes, memory_a_byte, seconds, seconds_a_megabyte
        What a reader of others may use in a process of its own, beside what it loads.
    transport_bytes
        Memory for a SAS transport file, of which a column takes a megabyte however short it is.
    """

    text_bytes: int = 2_000_000_000
    json_bytes: int = 200_000_000
    workbook_bytes: int = 200_000_000
    typed_bytes: int = 2_000_000_000
    members_bytes: int = 20_000_000
    line_bytes: int = 4_000_000
    columns: int = 10_000
    cells: int = 200_000_000
    cell_signs: int = 131_072
    key_signs: int = 500
    unpacked_bytes: int = 1_500_000_000
    ratio: int = 120
    ratio_from: int = 5_000_000
    levels: int = 100
    sparse_cells: int = 1_000_000
    cells_a_byte: int = 30
    memory_bytes: int = 100_000_000
    transport_bytes: int = 350_000_000
    memory_a_byte: int = 60
    seconds: int = 3
    seconds_a_megabyte: float = 1.5


LIMITS = Limits()


def regular_file(path: str | Path, *, most: int | None = None) -> Path:
    """Return a path that is a regular file of a size that is read.

    Raises
    ------
    ReadError
        For a device, a pipe, a path that cannot be one, and a file above the limit.

    Examples
    --------
    >>> regular_file("/dev/null")
    Traceback (most recent call last):
    ...
    collective_use.errors.ReadError: /dev/null is a device or pipe; a file is expected
    """
    try:
        place = Path(path)
        if "\x00" in str(place):  # Python 3.11 calls such a file missing.
            raise ValueError("a sign that no path holds")
        # From Python 3.14 on, exists() and is_file() hide why a path cannot be asked about.
        known = place.stat()
    except ValueError as error:
        raise ReadError(f"{str(path)!r} is no path of a file") from error
    except (FileNotFoundError, NotADirectoryError):
        return place
    except OSError as error:
        raise ReadError(f"{path} cannot be opened: {error.strerror or error}") from error
    regular = stat.S_ISREG(known.st_mode)
    if not regular and not stat.S_ISDIR(known.st_mode):
        raise ReadError(f"{place} is a device or pipe; a file is expected")
    if most is not None and regular and known.st_size > most:
        raise ReadError(
            f"{place.name} has {known.st_size:,} bytes; at most {most:,} are read of a file of "
            "this kind"
        )
    return place


def check_lines(path: Path) -> None:
    """Raise when a text file has a line that no table has, before the file is held in memory.

    Raises
    ------
    ReadError
        Naming the line.
    """
    length, line = 0, 1
    with path.open("rb") as handle:
        while chunk := handle.read(1_000_000):
            parts = chunk.replace(b"\r", b"\n").split(b"\n")
            longest = max(length + len(parts[0]), *map(len, parts[1:]), 0)
            if longest > LIMITS.line_bytes:
                raise ReadError(
                    f"{path.name}: a line near line {line} is longer than "
                    f"{LIMITS.line_bytes:,} bytes: no table has such rows or cells; "
                    "export the file again"
                )
            length = len(parts[-1]) + (length if len(parts) == 1 else 0)
            line += len(parts) - 1


def check_table(name: str, columns: int, rows: int = 1) -> None:
    """Raise when a table is wider or larger than any survey.

    Raises
    ------
    ReadError
        Naming the limit.

    Examples
    --------
    >>> check_table("a.csv", 100, 1000)
    """
    if columns > LIMITS.columns:
        raise ReadError(
            f"{name} has {columns:,} columns; at most {LIMITS.columns:,} are read: "
            "is the delimiter right, or are persons the columns?"
        )
    if columns * rows > LIMITS.cells:
        raise ReadError(
            f"{name} has {columns * rows:,} cells ({rows:,} rows); at most {LIMITS.cells:,} are "
            "read: export the columns that the instrument needs"
        )


def check_cells(name: str, records: Iterable[list[str]]) -> None:
    """Raise when a cell holds more signs than a cell can.

    Raises
    ------
    ReadError
        Naming row and column.
    """
    for row, record in enumerate(records, start=1):
        for column, cell in enumerate(record, start=1):
            if len(cell) > LIMITS.cell_signs:
                raise ReadError(
                    f"{name}: row {row}, column {column} holds {len(cell):,} signs; at most "
                    f"{LIMITS.cell_signs:,} are read: is a quotation mark not closed?"
                )


def check_keys(where: str, what: str, texts: Iterable[str]) -> None:
    """Raise when a code or name is longer than any: it is headed, listed and printed everywhere.

    Parameters
    ----------
    where
        The file, and the line where it is known.
    what
        What the texts are: ``group``, ``member``.
    texts
        Codes or names.

    Raises
    ------
    ReadError
        With its length and how it begins.

    Examples
    --------
    >>> check_keys("members.csv", "group", ["A", "B"])
    """
    for text in texts:
        if len(text) > LIMITS.key_signs:
            raise ReadError(
                f"{where}: {what} must have at most {LIMITS.key_signs:,} signs, got {len(text):,}, "
                f"beginning with {text[:20]!r}: is it the right column, is a quotation mark closed?"
            )


def _begins_as_archive(path: Path) -> bool:
    """Tell whether a file begins like an archive, however damaged its directory is."""
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def check_archive(path: Path, what: str = "workbook") -> None:
    """Raise when a workbook or document unpacks to more than one holds; other files pass.

    Raises
    ------
    ReadError
        Naming the part and the limit.
    """
    if not zipfile.is_zipfile(path) and not _begins_as_archive(path):
        return
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ReadError(f"{path.name} is a damaged {what} ({error}): save it again") from error
    total = sum(part.file_size for part in parts)
    if total > LIMITS.unpacked_bytes:
        raise ReadError(
            f"{path.name} unpacks to {total:,} bytes; at most {LIMITS.unpacked_bytes:,} are read"
        )
    sizes = [
        (f"{path.name}: {part.filename}", part.file_size, part.compress_size) for part in parts
    ]
    for name, size, packed in [*sizes, (path.name, total, path.stat().st_size)]:
        ratio = size / max(1, packed)
        if size > LIMITS.ratio_from and ratio > LIMITS.ratio:
            raise ReadError(
                f"{name} unpacks to {size:,} bytes, {ratio:.0f} times its size (at most "
                f"{LIMITS.ratio}): answers do not pack so well. Save it again, a table as csv"
            )
