"""Tables and values as bytes: cells that are safe in a spreadsheet, numbers in full."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from collective_use.results import plain

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"^[=+\-@\t\r]")
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


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Write a frame as CSV: UTF-8, full precision, safe cells, no index.

    A byte-order mark is set only where a character outside ASCII needs it (a spreadsheet
    garbles Chinese without it), so that plain files stay plain.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_bytes(pd.DataFrame({"group": ["=a"], "mean": [-0.1]}))
    b"group,mean\\n'=a,-0.1\\n"
    """
    safe = frame.copy()
    for position, column in enumerate(frame.columns):
        values = frame.iloc[:, position]
        if getattr(values.dtype, "kind", "O") not in "biufcmM":
            safe[column] = values.astype(object).map(safe_cell)
    safe.columns = [safe_cell(str(column)) for column in frame.columns]
    text = safe.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8" if text.isascii() else "utf-8-sig")


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


def json_bytes(value: object) -> bytes:
    """Write a value as indented JSON, full precision, NaN as null.

    Examples
    --------
    >>> json_bytes({"a": float("nan")})
    b'{\\n  "a": null\\n}\\n'
    """
    text = json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode("utf-8")
