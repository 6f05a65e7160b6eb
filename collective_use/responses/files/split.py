"""Delimited text becomes cells: each column its different texts, and which of them each row has."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.errors import ReadError
from collective_use.responses.files.encoding import NAMES

if TYPE_CHECKING:
    import pyarrow as pa

_PART = 1 << 18
"""Bytes whose cells are counted at a time."""
_BLOCK = 1 << 19
"""Bytes that are split at a time."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a text is made up of lines.

    Attributes
    ----------
    plain
        Whether each row is one line.
    even
        Whether nothing is quoted, and every line has as many cells as there are headings.
    longest
        Bytes of the longest line, where nothing is quoted.
    short, first_short
        Rows with fewer cells than headings, and the first of them, from 1.
    """

    plain: bool
    even: bool = False
    longest: int = 0
    short: int = 0
    first_short: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said of short rows."""
        if not self.short:
            return ()
        rows = f"{self.short} row{'s have' if self.short > 1 else ' has'}"
        return (
            f"{rows} fewer cells than there are headings, the first is answer {self.first_short}; "
            "the cells that lack count as empty. Was the file cut off, or a row broken?",
        )


def signs_of(text: str, delimiter: str) -> tuple[bytes, str]:
    """Return a text as bytes, its lines ended by one sign, and a delimiter of one byte.

    Examples
    --------
    >>> signs_of("a\\uff0cb\\r\\n", "\\uff0c")
    (b'a\\tb\\n', '\\t')
    """
    if not delimiter.isascii():  # parsers split at one byte
        text, delimiter = _retold(text, delimiter), "\t"
    signs = text.encode("utf-8")
    ends = signs.count(b"\r")
    if ends and b'"' not in signs and ends == signs.count(b"\r\n"):
        signs = signs.replace(b"\r\n", b"\n")
    return signs, delimiter


def _retold(text: str, delimiter: str) -> str:
    """Return a delimited text with tabs for its delimiter, cells quoted where they need it."""
    told = io.StringIO(newline="")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    csv.writer(told, delimiter="\t", lineterminator="\n").writerows(rows)
    return told.getvalue()


def shape_of(signs: bytes, delimiter: str, headings: int) -> Shape:
    """Count rows with fewer cells than headings, and tell whether each row is one line.

    Examples
    --------
    >>> shape_of(b"a,b\\n1,2\\n3\\n", ",", 2).first_short
    2
    """
    if b'"' not in signs and b"\r" not in signs and signs:
        return _of_lines(signs, delimiter, headings)
    lines = io.TextIOWrapper(io.BytesIO(signs), "utf-8", newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    rows = short = first_short = 0
    try:
        for record in reader:
            if not record:
                continue
            if len(record) < headings:
                short += 1
                first_short = first_short or rows
            rows += 1
    except csv.Error:
        return Shape(False)
    return Shape(reader.line_num == rows, short=short, first_short=first_short)


def _of_lines(signs: bytes, delimiter: str, headings: int) -> Shape:
    """Count as `shape_of` does where nothing is quoted: a line is a row."""
    counts, longest, start = [], 0, 0
    while start < len(signs):
        end = signs.rfind(b"\n", start, start + _PART) + 1 or signs.find(b"\n", start) + 1
        part = np.frombuffer(signs, np.uint8, (end or len(signs)) - start, start)
        ends = np.flatnonzero(part == ord("\n"))
        if not len(ends) or ends[-1] != len(part) - 1:
            ends = np.append(ends, len(part))
        starts = np.concatenate([[0], ends[:-1] + 1])
        longest = max(longest, int((ends - starts).max()))
        cells = 1 + np.add.reduceat(part == ord(delimiter), starts, dtype=np.int32)
        counts.append(np.where(ends > starts, cells, 0))
        start += len(part)
    lines = np.concatenate(counts)
    filled = lines[lines > 0]
    short = np.flatnonzero(filled < headings)
    # as the reader's own count: 0 stands for none, and for the heading row
    first = next((int(row) for row in short if row), 0)
    even = headings > 1 and bool((filled == headings).all())
    return Shape(len(filled) == len(lines), even, longest, len(short), first)


def cells_of(signs: bytes, delimiter: str, width: int, shape: Shape, name: str) -> pd.DataFrame:
    """Return the cells as categories of texts in order, with numbered columns.

    Parameters
    ----------
    signs, delimiter
        See `signs_of`.
    width
        Cells of the widest line.
    shape
        See `shape_of`.
    name
        The file's name, for messages.

    Raises
    ------
    ReadError
        When rows cannot be told apart.
    """
    if shape.even:
        return _even_cells(signs, delimiter, width, shape.longest)
    try:
        cells = pd.read_csv(
            io.BytesIO(signs),  # a text of this length takes four bytes a sign
            sep=delimiter,
            header=None,
            names=range(width),
            index_col=False,
            dtype="category",
            na_filter=False,
            skip_blank_lines=True,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = str(error).removeprefix("Error tokenizing data. C error: ")
        raise ReadError(
            f"{name}: cannot be split into columns by {NAMES.get(delimiter, repr(delimiter))}: "
            f"{message}. Give delimiter= if it is another one, or export the file again"
        ) from error
    return pd.DataFrame({place: _sorted(cells[place]) for place in cells.columns}, copy=False)


def _sorted(column: pd.Series) -> pd.Series:
    """Return a column whose texts are in order, however many parts of the file it came from."""
    texts = column.cat.categories
    return column if texts.is_monotonic_increasing else column.cat.set_categories(sorted(texts))


def _even_cells(signs: bytes, delimiter: str, width: int, longest: int) -> pd.DataFrame:
    """Split lines without quotation marks, some at a time: what stays is a byte a cell."""
    import pyarrow as pa
    import pyarrow.csv

    names = [str(place) for place in range(width)]
    texts = pa.dictionary(pa.int32(), pa.string())
    reader = pyarrow.csv.open_csv(
        pa.BufferReader(signs),
        pyarrow.csv.ReadOptions(
            use_threads=False, block_size=max(_BLOCK, 2 * longest + 2), column_names=names
        ),
        pyarrow.csv.ParseOptions(delimiter=delimiter, quote_char=False, double_quote=False),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, texts), strings_can_be_null=False, null_values=[]
        ),
        memory_pool=pa.system_memory_pool(),
    )
    parts: list[list[tuple[np.ndarray, pa.Array]]] = [[] for _ in names]
    for batch in reader:
        for mine, column in zip(parts, batch.columns, strict=True):
            size = np.min_scalar_type(-max(len(column.dictionary), 1))
            mine.append((column.indices.to_numpy().astype(size), column.dictionary))
    columns = {}
    for place in range(width):
        columns[place] = _joined(parts[place])
        parts[place] = []
    return pd.DataFrame(columns, copy=False)


def _joined(parts: Sequence[tuple[np.ndarray, pa.Array]]) -> pd.Categorical:
    """Return one column of several parts, each with different texts of its own, in order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pool = pa.system_memory_pool()
    every = pa.concat_arrays([texts for _, texts in parts], memory_pool=pool)
    found = pc.dictionary_encode(every, memory_pool=pool)
    order = pc.array_sort_indices(found.dictionary, memory_pool=pool)
    size = np.min_scalar_type(-max(len(order), 1))
    rank = np.empty(len(order), dtype=size)
    rank[order.to_numpy()] = np.arange(len(order))
    place = rank[found.indices.to_numpy()]
    starts = np.cumsum([0, *(len(texts) for _, texts in parts)])
    codes = np.concatenate(
        [place[start:][own] for start, (own, _) in zip(starts[:-1], parts, strict=True)]
    )
    # Arrow gives a frame of the texts without making them texts of Python on the way
    frame = pa.table({"": found.dictionary.take(order)}).to_pandas()
    return pd.Categorical.from_codes(codes, categories=pd.Index(frame[""]))
