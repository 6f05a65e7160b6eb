"""Workbooks as tables of texts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from collective_use.checks import quoted
from collective_use.errors import ReadError
from collective_use.responses.files.entry import ENTRIES, is_entry_book, read_entries
from collective_use.responses.files.raw import Raw, frame_of


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
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:
        raise ReadError(
            f"{path.name} cannot be opened as a workbook ({error}): is it protected by a password?"
        ) from error
    names = list(book.sheet_names)
    if sheet is not None and sheet not in names:
        raise ReadError(f"{path.name} has no sheet {sheet!r}; its sheets are {quoted(names)}")
    if sheet is None and is_entry_book(names):
        pages = {name: book.get_sheet_by_name(name).to_python() for name in ENTRIES}
        return read_entries(path, pages, cell_as_text)
    # Google Forms may put answers given in preview on a sheet of their own: never the first choice.
    ordered = sorted(names, key=lambda name: "test responses" in name.casefold())
    wanted = [sheet] if sheet is not None else ordered
    for name in wanted:
        page = book.get_sheet_by_name(name)
        everything = page.to_python()
        rows = [row for row in everything if any(c != "" for c in row)]
        if rows:
            others = [entry for entry in names if entry != name]
            gapless = len(rows) == len(everything) and page.start is not None
            first = page.start[0] + 2 if gapless and page.start else None
            return _table(path, rows, name, others, first)
    raise ReadError(f"{path.name}: sheet {quoted(wanted)} is empty")


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
