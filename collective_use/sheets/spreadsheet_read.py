"""Reading workbooks that people filled in: rows by heading, every cell with its place."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from collective_use.accepted import Given, Worksheet
from collective_use.checks import did_you_mean, quoted
from collective_use.door.limits import check_archive, regular_file
from collective_use.errors import ReadError
from collective_use.yaml_source.document import Position

MOST_BYTES = 50_000_000
MOST_CELLS = 20_000_000


class CellPosition(Position):
    """A place in a workbook; `file` names the file and the sheet."""

    __slots__ = ()

    def __str__(self) -> str:
        from openpyxl.utils import get_column_letter

        return f"{self.file}, cell {get_column_letter(self.column)}{self.line}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as a table.

    Attributes
    ----------
    file, name
        The file and the sheet.
    headings
        The column number of each heading, counted from 1.
    rows
        Row number and cells by heading; empty rows are left out, empty cells are None.
    """

    file: str
    name: str
    headings: Mapping[str, int]
    rows: tuple[tuple[int, Mapping[str, Given]], ...]

    def at(self, row: int, heading: str = "") -> CellPosition:
        """Return the place of a cell."""
        return CellPosition(f"{self.file}, sheet {self.name!r}", row, self.headings.get(heading, 1))

    def need(self, *headings: str) -> None:
        """Raise unless the sheet has these columns.

        Raises
        ------
        ReadError
            Naming the columns there are.
        """
        for heading in headings:
            if heading not in self.headings:
                raise ReadError(
                    f"{self.at(1)}: the sheet needs a column {heading!r}"
                    f"{did_you_mean(heading, self.headings)}; it has {quoted(self.headings)}"
                )


def read_book(path: str | Path) -> dict[str, Sheet]:
    """Read every sheet of a workbook as a table with headings in row 1.

    Raises
    ------
    ReadError
        When the file is missing or no workbook, or a heading stands twice.
    """
    from openpyxl import load_workbook

    source = Path(path)
    try:
        regular_file(source, most=MOST_BYTES)
        if source.is_file():
            check_archive(source)
        book = load_workbook(source, data_only=True)
    except FileNotFoundError:
        raise ReadError(f"{source}: there is no workbook of that name") from None
    except ReadError:
        raise
    except Exception as problem:
        raise ReadError(
            f"{source}: this cannot be read as an .xlsx workbook ({problem}); open it in a "
            "spreadsheet program and save it as Excel workbook (.xlsx)"
        ) from problem
    return {sheet.title: _sheet(source.name, sheet) for sheet in book.worksheets}


def _sheet(file: str, sheet: Worksheet) -> Sheet:
    if sheet.max_row * sheet.max_column > MOST_CELLS:
        raise ReadError(
            f"{file}, sheet {sheet.title!r}: its last cell stands in row {sheet.max_row:,}, column "
            f"{sheet.max_column:,}; delete the cells far away from the table"
        )
    lines: Iterator[Sequence[Given]] = sheet.iter_rows(values_only=True)
    headings: dict[str, int] = {}
    for place, value in enumerate(next(lines, ()), start=1):
        heading = "" if value is None else str(value).strip()
        if heading in headings:
            position = CellPosition(f"{file}, sheet {sheet.title!r}", 1, place)
            raise ReadError(f"{position}: the heading {heading!r} stands twice; keep one of them")
        if heading:
            headings[heading] = place
    rows = []
    for number, line in enumerate(lines, start=2):
        cells = {
            heading: line[place - 1] if place <= len(line) else None
            for heading, place in headings.items()
        }
        if any(value is not None and str(value).strip() for value in cells.values()):
            rows.append((number, cells))
    return Sheet(file, sheet.title, headings, tuple(rows))


def as_text(value: object) -> str:
    """Return what a cell shows, for columns of texts; numbers lose a needless ``.0``.

    Examples
    --------
    >>> as_text(None), as_text(3.0), as_text(True), as_text("a")
    ('', '3', 'yes', 'a')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)
