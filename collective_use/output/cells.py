"""Tables and values as bytes: cells that are safe in a spreadsheet, numbers in full."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from collective_use.results import plain

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_MARKS = re.compile(r'[,"\r\n]')
_MANY, _PART = 2000, 50_000
"""Rows of a table that is written by its different cells, and of what is put together at a time."""
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
    if len(frame) >= _MANY:
        joined = _joined(frame)
        if joined is not None:
            return joined
    safe = frame.copy()
    for position, column in enumerate(frame.columns):
        values = frame.iloc[:, position]
        if getattr(values.dtype, "kind", "O") not in "biufcmM":
            safe[column] = values.astype(object).map(safe_cell)
    safe.columns = [safe_cell(str(column)) for column in frame.columns]
    text = safe.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8" if text.isascii() else "utf-8-sig")


def _joined(frame: pd.DataFrame) -> bytes | None:
    """Write a long table as `csv_bytes` does, each different cell once; None where it cannot."""
    import pyarrow as pa
    import pyarrow.compute as pc

    heads = [safe_cell(str(column)) for column in frame.columns]
    if len(heads) < 2 or len(set(heads)) < len(heads):
        return None
    first = table_csv([str(head) for head in heads], ())
    columns = []
    for place in range(len(heads)):
        column = _cells(frame.iloc[:, place])
        if column is None:
            return None
        columns.append(column)
    parts = [first.removeprefix(codecs.BOM_UTF8)]
    for start in range(0, len(frame), _PART):
        part = [which.slice(start, _PART).dictionary_decode() for which in columns]
        lines = pc.binary_join_element_wise(*part, ",")
        whole = pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")
        parts += [whole[0].as_buffer().to_pybytes(), b"\n"]
    plain_text = all(part.isascii() for part in parts)
    return b"".join(parts if plain_text else [codecs.BOM_UTF8, *parts])


def _cells(values: pd.Series) -> pa.DictionaryArray | None:
    """Return a column as it is written, each different cell once; None where kinds are mixed."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else "O"
    if kind not in "biufO" or (kind == "f" and values.dtype != np.float64):
        return None
    if kind == "f":
        # by their bits: 0 and -0 are written differently
        codes, bits = pd.factorize(values.to_numpy().view(np.int64))
        texts = ["" if x != x else repr(x) for x in bits.view(np.float64).tolist()]
    elif kind != "O":
        codes, found = pd.factorize(values.to_numpy())
        texts = [str(x) for x in found.tolist()]
    else:
        codes, found = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=True)
        if all(isinstance(text, str) for text in found):
            texts = [_quoted(str(safe_cell(text))) for text in found]
        elif all(isinstance(truth, bool | np.bool_) for truth in found):
            texts = [str(truth) for truth in found]
        else:
            return None
    texts.append("")  # where nothing stands
    codes = np.where(codes < 0, len(texts) - 1, codes).astype(np.int32)
    return pa.DictionaryArray.from_arrays(codes, pa.array(texts, pa.string()))


def _quoted(text: str) -> str:
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


def json_bytes(value: object) -> bytes:
    """Write a value as indented JSON, full precision, NaN as null.

    Examples
    --------
    >>> json_bytes({"a": float("nan")})
    b'{\\n  "a": null\\n}\\n'
    """
    text = json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode("utf-8")
