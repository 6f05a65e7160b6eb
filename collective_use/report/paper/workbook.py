"""A workbook that a person can read: few sheets, sane digits."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from collective_use.output import same_archive
from collective_use.output.safe import safe_cell
from collective_use.report.document import Cell, Document, Grid
from collective_use.report.sentences import Number, plain_text
from collective_use.wide_text import display_width

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_SHEET = 31
"""Signs that a sheet's name may have."""

_WIDEST = 60


def workbook(document: Document) -> bytes:
    """Return an .xlsx file: the answers, then a sheet for each chapter that has tables.

    Numbers stay numbers, shown with the digits of the page.

    Parameters
    ----------
    document
        The report.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = document.words["first.questions"][:_SHEET]
    sheet["A1"] = safe_cell(document.title)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = safe_cell(plain_text(document.subtitle))
    row = 4
    for answer in document.answers:
        sheet.cell(row, 1, safe_cell(answer.question)).font = Font(bold=True)
        sheet.cell(row, 2, safe_cell(plain_text(answer.words)))
        row += 1
    sheet.cell(row + 1, 1, document.words["first.care.question"]).font = Font(bold=True)
    for k, care in enumerate(document.cares):
        sheet.cell(row + 1 + k, 2, safe_cell(plain_text(care)))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 110
    for line in sheet.iter_rows(min_row=4):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    _printed(sheet)
    _heights(sheet, {1: 34, 2: 110})
    for chapter in document.chapters:
        grids = [block for block in chapter.blocks if isinstance(block, Grid)]
        if grids:
            _sheet(book.create_sheet(_name(chapter.title)), grids)
    made = io.BytesIO()
    book.save(made)
    return same_archive(made.getvalue())


def _name(title: str) -> str:
    return "".join("-" if sign in "[]:*?/\\" else sign for sign in title)[:_SHEET]


def _sheet(sheet: Worksheet, grids: list[Grid]) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side

    whole = Alignment(wrap_text=True, vertical="top")
    row = 1
    widths: dict[int, int] = {}
    for grid in grids:
        sheet.cell(row, 1, safe_cell(grid.title)).font = Font(bold=True, size=12)
        row += 1
        for k, column in enumerate(grid.columns, start=1):
            head = sheet.cell(row, k, safe_cell(column.heading))
            head.font = Font(bold=True)
            side = "right" if column.numeric else "left"
            head.alignment = Alignment(wrap_text=True, vertical="bottom", horizontal=side)
            head.border = Border(top=Side(style="medium"), bottom=Side(style="thin"))
        for line in grid.rows:
            row += 1
            for k, value in enumerate(line, start=1):
                cell = sheet.cell(row, k)
                cell.value, shown = _value(value)
                cell.number_format = shown
                cell.alignment = whole
                widths[k] = max(widths.get(k, 9), min(_WIDEST, len(str(cell.value))) + 2)
        row += 3
    _printed(sheet)
    for k, width in widths.items():
        sheet.column_dimensions[sheet.cell(1, k).column_letter].width = width
    _heights(sheet, widths)


def _heights(sheet: Worksheet, widths: dict[int, int]) -> None:
    """Give each row the lines that its wrapped cells ask for; not every program does it itself."""
    for line in sheet.iter_rows():
        cells = [cell for cell in line if cell.value is not None and cell.alignment.wrap_text]
        lines = max(
            (-(-display_width(str(c.value)) // widths.get(c.column, 9)) for c in cells), default=1
        )
        if lines > 1:
            sheet.row_dimensions[line[0].row].height = 15.0 * lines


def _printed(sheet: Worksheet) -> None:
    """Print a sheet across, all its columns on one page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _value(cell: Cell) -> tuple[str | float | None, str]:
    """Return the value of a cell and how it is shown."""
    if isinstance(cell, Number):
        if math.isnan(cell.value):
            return None, "General"
        text = cell.text
        if text.endswith("%"):
            return cell.value, "0%"
        digits = len(text.partition(".")[2])
        return cell.value, "0." + "0" * digits if digits else "0"
    return str(safe_cell(plain_text(cell) if isinstance(cell, tuple) else cell)), "General"
