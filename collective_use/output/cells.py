"""Tables and values as bytes: cells that are safe in a spreadsheet, numbers in full."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from collective_use.output.long_tables import long_csv
from collective_use.output.safe import safe_cell
from collective_use.results import plain

if TYPE_CHECKING:
    import pandas as pd

_MANY = 2000
"""Rows of a table that is written by its different cells."""


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
    return b"".join(csv_parts(frame))


def csv_parts(frame: pd.DataFrame) -> Iterator[bytes]:
    """Write a frame as `csv_bytes` does, a stretch of rows at a time where it is long.

    Examples
    --------
    >>> import pandas as pd
    >>> list(csv_parts(pd.DataFrame({"group": ["=a"], "mean": [-0.1]})))
    [b"group,mean\\n'=a,-0.1\\n"]
    """
    long = long_csv(frame) if len(frame) >= _MANY else None
    return iter((_short_csv(frame),)) if long is None else long


def _short_csv(frame: pd.DataFrame) -> bytes:
    safe = frame.copy()
    for position, column in enumerate(frame.columns):
        values = frame.iloc[:, position]
        if getattr(values.dtype, "kind", "O") not in "biufcmM":
            safe[column] = values.astype(object).map(safe_cell)
    safe.columns = [safe_cell(str(column)) for column in frame.columns]
    text = safe.to_csv(index=False, lineterminator="\n")
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
