"""Workbooks as tables of texts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from collective_use.checks import quoted
from collective_use.door.child import bounded
from collective_use.door.limits import check_archive, check_table
from collective_use.errors import ReadError
from collective_use.responses.files.entry import ENTRIES, is_entry_book, read_entries
from collective_use.responses.files.raw import Raw, frame_of

PREVIEWS = "test responses"
"""Google Forms may put answers given in preview on a sheet of their own: never the first choice."""


def cell_as_text(value: object) -> str:
    """Write a cell as the person who typed it would: 3.0 is "3".

    Examples
    --------
    >>> cell_as_text(3.0), cell_as_text(None), cell_as_text(True)
    ('3', '', 'True')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if value != value else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def read_workbook(path: Path, sheet: str | None) -> Raw:
    """Read one sheet of a workbook; the first one that holds anything unless named.

    Raises
    ------
    ReadError
        When the workbook cannot be opened or has no such sheet.
    """
    check_archive(path)
    book = bounded("workbook", path, sheet=sheet, avoided=PREVIEWS)
    names = book["names"]
    if sheet is not None and sheet not in names:
        raise ReadError(f"{path.name} has no sheet {sheet!r}; its sheets are {quoted(names)}")
    if sheet is None and is_entry_book(names):
        pages = bounded("pages", path, sheets=list(ENTRIES))
        return read_entries(path, pages, cell_as_text)
    if book["sheet"] is None:
        raise ReadError(f"{path.name}: sheet {quoted(book['wanted'])} is empty")
    everything, start = book["rows"], book["start"]
    rows = [row for row in everything if any(cell != "" for cell in row)]
    check_table(path.name, len(rows[0]), len(rows))
    others = [entry for entry in names if entry != book["sheet"]]
    gapless = len(rows) == len(everything) and start is not None
    return _table(path, rows, book["sheet"], others, start[0] + 2 if gapless else None)


def _table(
    path: Path, rows: list[list[object]], sheet: str, others: list[str], first_line: int | None
) -> Raw:
    heading, body = rows[0], rows[1:]
    columns = [
        [cell_as_text(row[place]) if place < len(row) else "" for row in body]
        for place in range(len(heading))
    ]
    left = f" Other sheets were not read: {quoted(others)}." if others else ""
    return Raw(
        path,
        "xlsx",
        tuple(cell_as_text(cell) for cell in heading),
        frame_of(columns, len(body)),
        notes=(f"Read sheet {sheet!r}.{left}",),
        first_line=first_line,
    )
