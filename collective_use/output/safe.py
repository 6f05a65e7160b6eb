"""Cells that a spreadsheet takes for what they are, and small tables of them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_MARKS = re.compile(r'[,"\r\n]')
_NUMBER = re.compile(r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?$")


def safe_cell(value: object) -> object:
    """Return a cell that a spreadsheet will not take for a formula.

    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return gets an
    apostrophe in front (OWASP, CSV injection). Numbers, also those written as text, stay.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-99"), safe_cell(-1.5), safe_cell("- none")
    ("'=1+1", '-99', -1.5, "'- none")
    """
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return "'" + value
    return value


def quoted_cell(text: str) -> str:
    """Return a cell in quotation marks where the csv module puts some."""
    if not _MARKS.search(text):
        return text
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow((text, ""))
    return buffer.getvalue()[: -len(",\n")]


def table_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write rows as CSV without pandas, cells as safe as in `csv_bytes`.

    Examples
    --------
    >>> table_csv(("group", "file"), [("=a", "form-a.html")])
    b"group,file\\n'=a,form-a.html\\n"
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    text = buffer.getvalue()
    return text.encode("utf-8" if text.isascii() else "utf-8-sig")
