"""A small CSV file that people keep by hand: rows by heading, every one with as many cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from collective_use.checks import quoted
from collective_use.door.limits import check_lines, regular_file
from collective_use.errors import ReadError


def csv_rows(source: Path, what: str, *, most: int) -> tuple[list[str], list[dict[str, str]]]:
    """Return headings in lower case, and rows by heading.

    Parameters
    ----------
    source
        The file.
    what
        What it is, for messages.
    most
        Bytes that are read at most.

    Raises
    ------
    ReadError
        When it is missing, empty, no text, two columns have one heading, or a row has more cells
        than there are headings; with the line.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "members.csv"
    >>> _ = file.write_text("Group,member\\ng1,m1\\n", encoding="utf-8")
    >>> csv_rows(file, "the members file", most=1000)
    (['group', 'member'], [{'group': 'g1', 'member': 'm1'}])
    """
    regular_file(source, most=most)
    try:
        check_lines(source)
        text = source.read_text(encoding="utf-8-sig")
    except OSError as problem:
        reason = problem.strerror or problem
        raise ReadError(f"{source}: {what} cannot be read: {reason}") from problem
    except UnicodeDecodeError as problem:
        raise ReadError(f"{source}: {what} must be UTF-8 text (CSV UTF-8)") from problem
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise ReadError(
            f"{source}:{line}: {what} holds a NUL sign, which no text holds: save it again as CSV "
            "UTF-8"
        )
    first = text.splitlines()[0] if text.strip() else ""
    if not first:
        raise ReadError(f"{source}: {what} is empty; it needs columns group and member")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [name.strip().lower() for name in next(reader)]
        _once(columns, source, what)
        rows = [_row(columns, cells, f"{source}:{reader.line_num}") for cells in reader if cells]
    except csv.Error as problem:
        raise ReadError(
            f"{source}:{reader.line_num}: {what} cannot be parted into cells ({problem}): "
            "is a quotation mark not closed?"
        ) from problem
    if not rows:
        raise ReadError(f"{source}: {what} lists nobody below its headings")
    return columns, rows


def _once(columns: list[str], source: Path, what: str) -> None:
    """Raise when two columns have one heading: one of them would be lost."""
    twice = [name for name, count in Counter(columns).items() if count > 1 and name]
    if twice:
        raise ReadError(f"{source}: {what} has two columns of one name: {quoted(twice)}")


def _row(columns: list[str], cells: list[str], where: str) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise ReadError(
            f"{where}: {len(cells)} cells, but there are {len(columns)} headings: is a text with "
            "a comma in it not quoted?"
        )
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return {name: cell.strip() for name, cell in zip(columns, padded, strict=False)}
