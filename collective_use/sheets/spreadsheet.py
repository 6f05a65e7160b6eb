"""Workbooks for people: tables that look well, take typed answers, and come back exactly.

Texts are written as texts, never as formulas. What a cell cannot hold as it is (a text of
nothing, a control character, a space at the end) is written in quotes, as JSON writes it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass

from collective_use.accepted import Book, SheetCell, Worksheet
from collective_use.errors import OutputError
from collective_use.output import same_archive

INK = "1C2B33"
ACCENT = "0B5D6B"
SOFT = "EEF4F5"
ENTRY = "FFF8E1"
RULE = "B9C9CC"
FACE = "Calibri"
LONGEST = 32_767
"""Characters that a cell holds."""

_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet.

    Attributes
    ----------
    heading
        What its first row says.
    width
        In characters.
    choices
        A drop-down list: words, or one formula such as ``='items'!$A$2:$A$500``.
    strict
        Whether only the choices are taken.
    entry
        Whether people write here; such columns are tinted.
    number
        Whether it holds numbers; a column of texts keeps what is typed as text.
    hidden
        Whether it is out of sight.
    help
        A remark that shows when a cell is chosen.
    """

    heading: str
    width: float = 18
    choices: tuple[str, ...] | str = ()
    strict: bool = True
    entry: bool = False
    number: bool = False
    hidden: bool = False
    help: str = ""


def encode_text(text: str) -> str:
    r"""Write a text so that a cell holds it exactly.

    Examples
    --------
    >>> encode_text("Often"), encode_text(""), encode_text("a ")
    ('Often', '""', '"a "')
    """
    quoted = text.startswith('"') and decode_text(text) != text
    if text and text == text.strip() and not quoted and not _PLAIN.search(text):
        return text
    written = json.dumps(text, ensure_ascii=False)
    return re.sub(
        r"_x(?=[0-9A-Fa-f]{4}_)|[\x7f\ufffe\uffff]",
        lambda hit: f"\\u{ord(hit.group()[0]):04x}" + hit.group()[1:],
        written,
    )


def decode_text(text: str) -> str:
    """Read what `encode_text` wrote; other texts lose the space around them.

    Examples
    --------
    >>> decode_text('"a "'), decode_text(" Often "), decode_text('"Data" means numbers')
    ('a ', 'Often', '"Data" means numbers')
    """
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        try:
            return str(json.loads(bare))
        except ValueError:
            return bare
    return bare


def put(cell: SheetCell, value: object) -> None:
    """Put a value into a cell: numbers as numbers, anything else as a text, never a formula.

    Raises
    ------
    OutputError
        When a text is longer than a cell can hold.
    """
    if value is None:
        return
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        cell.value = value
        return
    text = str(value)
    if len(text) > LONGEST:
        raise OutputError(
            f"a cell holds at most {LONGEST:,} characters, and a text has {len(text):,}: "
            f"{text[:60]!r}; shorten it, or edit the YAML file instead"
        )
    cell.value = encode_text(text) if _CONTROL.search(text) else text
    cell.data_type = "s"
    if text[:1] in "=+-@":
        cell.quotePrefix = True


def new_book(title: str) -> Book:
    """Begin a workbook without sheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    book.properties.title = _CONTROL.sub("", title)
    book.properties.creator = "collective-use"
    return book


def book_bytes(book: Book) -> bytes:
    """Return a workbook as a file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return same_archive(buffer.getvalue())


def add_words(book: Book, name: str, title: str, lines: Iterable[tuple[str, str]]) -> Worksheet:
    """Add a sheet to read: a title, then lines of a heading (or nothing) and a text.

    A line whose text starts with ``> `` is a field to fill in: a tinted cell.
    """
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet(name)
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 96
    _band(sheet, title)
    for number, (heading, text) in enumerate(lines, start=3):
        first, second = sheet.cell(number, 1), sheet.cell(number, 2)
        put(first, heading)
        first.font = Font(name=FACE, bold=True, color=ACCENT)
        first.alignment = Alignment(wrap_text=True, vertical="top")
        field = text.startswith("> ") or text == ">"
        put(second, text[2:] if field else text)
        second.alignment = Alignment(wrap_text=True, vertical="top")
        second.font = Font(name=FACE, color=INK)
        if field:
            second.fill = PatternFill("solid", fgColor=ENTRY)
            second.border = _border()
            second.number_format = "@"
        sheet.row_dimensions[number].height = 16 * lines_of(text, 96) + 4
    _printing(sheet, landscape=False)
    return sheet


def add_table(
    book: Book,
    name: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[object]],
    *,
    spare: int = 0,
) -> Worksheet:
    """Add a table: headings that stay in sight, drop-down lists, tinted columns to fill in.

    Parameters
    ----------
    book
        The workbook.
    name
        The sheet's name, at most 31 characters.
    columns
        Headings and what goes below them.
    rows
        Cells; texts as they should stand.
    spare
        Formatted empty rows below, for new entries.
    """
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.sheet_view.showGridLines = False
    for place, column in enumerate(columns, start=1):
        cell = sheet.cell(1, place)
        put(cell, column.heading)
        cell.font = Font(name=FACE, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=ACCENT)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        sheet.column_dimensions[letter].hidden = column.hidden
    widest = max((lines_of(c.heading, c.width - 2) for c in columns if not c.hidden), default=1)
    sheet.row_dimensions[1].height = 10 + 15 * widest
    listed = [list(row) for row in rows]
    styles: dict[tuple[bool, ...], SheetCell] = {}
    for number, row in enumerate(listed + [[None] * len(columns)] * spare, start=2):
        _row(sheet, number, columns, row, styles)
    last = max(2, len(listed) + spare + 1)
    _choices(sheet, columns, last)
    sheet.freeze_panes = sheet.cell(2, _first_free(columns))
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    _printing(sheet, landscape=True)
    sheet.print_title_rows = "1:1"
    return sheet


def _row(
    sheet: Worksheet,
    number: int,
    columns: Sequence[SheetColumn],
    row: Sequence[object],
    styles: dict[tuple[bool, ...], SheetCell],
) -> None:
    height = 1
    for place, (column, value) in enumerate(zip(columns, row, strict=True), start=1):
        cell = sheet.cell(number, place)
        look = (place == 1, column.number, column.entry, number % 2 == 1)
        if look in styles:
            # Copying a look is many times faster than building it for each cell.
            cell._style = copy(styles[look])
        else:
            _dress(cell, *look)
            styles[look] = copy(cell._style)
        put(cell, value)
        if not column.hidden and value is not None:
            height = max(height, lines_of(str(value), column.width))
    sheet.row_dimensions[number].height = min(409, 16.5 * height + 5)


def _dress(cell: SheetCell, first: bool, number: bool, entry: bool, odd: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    side = "center" if number else "left"
    cell.alignment = Alignment(horizontal=side, vertical="top", wrap_text=True)
    cell.border = _border()
    cell.font = Font(name=FACE, color=INK, bold=first)
    if not number:
        cell.number_format = "@"
    if entry:
        cell.fill = PatternFill("solid", fgColor=ENTRY)
    elif odd:
        cell.fill = PatternFill("solid", fgColor=SOFT)


def lines_of(text: str, width: float) -> int:
    """Guess how many lines a text takes in a column (wide characters count twice).

    Examples
    --------
    >>> lines_of("one", 10), lines_of("小组小组小组", 10)
    (1, 2)
    """
    from collective_use.wide_text import display_width

    return sum(
        max(1, -(-int(display_width(line) * 1.04) // max(1, int(width))))
        for line in text.split("\n")
    )


def _band(sheet: Worksheet, title: str) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for place in (1, 2):
        sheet.cell(1, place).fill = PatternFill("solid", fgColor=ACCENT)
    put(sheet.cell(1, 1), title)
    sheet.cell(1, 1).font = Font(name=FACE, bold=True, size=16, color="FFFFFF")
    sheet.cell(1, 1).alignment = Alignment(vertical="center", indent=1)
    sheet.row_dimensions[1].height = 34


def _border() -> SheetCell:
    from openpyxl.styles import Border, Side

    return Border(bottom=Side("thin", color=RULE), right=Side("hair", color=RULE))


def _first_free(columns: Sequence[SheetColumn]) -> int:
    """Keep the first visible column in sight, and hidden ones before it."""
    return next((n + 2 for n, column in enumerate(columns) if not column.hidden), 1)


def _choices(sheet: Worksheet, columns: Sequence[SheetColumn], last: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for place, column in enumerate(columns, start=1):
        if not column.choices and not column.help:
            continue
        source = column.choices
        formula = source if isinstance(source, str) else '"' + ",".join(source) + '"'
        rule = DataValidation(
            type="list" if source else None, formula1=formula if source else None, allow_blank=True
        )
        rule.showErrorMessage = bool(source) and column.strict
        rule.error = "Please choose one of the list."
        rule.errorTitle = column.heading[:30]
        if column.help:
            rule.showInputMessage = True
            rule.promptTitle, rule.prompt = column.heading[:30], column.help[:250]
        letter = get_column_letter(place)
        rule.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(rule)


def _printing(sheet: Worksheet, *, landscape: bool) -> None:
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "&A · &P / &N"
