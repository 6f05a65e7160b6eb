"""Open a file as a table of texts: text files here, workbooks and typed files beside."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.checks import nearest, quoted
from collective_use.door.limits import (
    LIMITS,
    check_cells,
    check_lines,
    check_table,
    regular_file,
)
from collective_use.errors import ReadError
from collective_use.responses.files.encoding import NAMES, decode, find_delimiter, first_records
from collective_use.responses.files.raw import Raw
from collective_use.responses.files.saved import SAVED_ENDINGS, are_saved, read_saved
from collective_use.responses.files.typed import read_parquet, read_sas, read_spss, read_stata
from collective_use.responses.files.workbooks import read_workbook

TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
WORKBOOK_ENDINGS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
TYPED_ENDINGS = (".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt", ".parquet")
ENDINGS = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS, *TYPED_ENDINGS, *SAVED_ENDINGS)


def check_file(path: Path) -> None:
    """Raise unless a path is a file that can be opened and holds something.

    Raises
    ------
    ReadError
        Naming the file, what is wrong with it, and files with a name like it.
    """
    try:
        found = path.exists()
        if found and path.is_dir():
            raise ReadError(
                f"{path} is a folder; give the file in it that holds the answers" + _files_in(path)
            )
        if not found:
            raise ReadError(f"{path}: there is no such file{_like(path)}")
        if path.stat().st_size == 0:
            raise ReadError(f"{path.name} is empty (0 bytes): export it again")
        with path.open("rb"):
            pass
    except PermissionError as error:
        raise ReadError(
            f"{path} cannot be opened: permission denied; "
            "check who may read the file and its folder"
        ) from error


def _like(path: Path) -> str:
    if any(sign in path.name for sign in "*?"):
        return (
            "; a pattern is taken by score alone, which counts such files where they lie: name "
            "each file, or let the shell do it (without quotation marks)"
        )
    folder = path.parent
    try:
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else None
    except PermissionError:
        return f"; the folder {folder} may not be listed"
    if names is None:
        return f"; its folder {folder} does not exist either"
    hit = nearest(path.name, names)
    return f" (did you mean {hit!r}?)" if hit else ""


def _files_in(path: Path) -> str:
    names = sorted(entry.name for entry in path.iterdir() if entry.suffix.lower() in ENDINGS)
    return f": {quoted(names, most=6)}" if names else ""


def read_raw(
    path: str | Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Raw:
    """Read a file into a table of texts.

    Parameters
    ----------
    path
        A csv, tsv, xlsx, sav, dta, sas7bdat, xpt, parquet, json, or a filled pdf or docx form: the
        ending decides; or a folder of answer files or filled forms.
    encoding, delimiter
        For text files: use these instead of guessing.
    sheet
        For workbooks: the sheet that holds the answers; the first one when None.

    Raises
    ------
    ReadError
        When the file is missing, empty, not readable or of an unknown kind.
    """
    path = regular_file(path)
    saved = saved_files(path)
    if saved:
        return read_saved(saved, path)
    check_file(path)
    ending = path.suffix.lower()
    regular_file(path, most=_most_bytes(ending))
    if ending in WORKBOOK_ENDINGS:
        raw = read_workbook(path, sheet)
    elif ending in (".sav", ".zsav", ".por"):
        raw = read_spss(path, encoding)
    elif ending == ".dta":
        raw = read_stata(path, encoding)
    elif ending in (".sas7bdat", ".xpt"):
        raw = read_sas(path, encoding)
    elif ending == ".parquet":
        raw = read_parquet(path)
    elif ending in SAVED_ENDINGS:
        raw = read_saved([path], path)
    elif ending in TEXT_ENDINGS:
        raw = read_text(path, encoding=encoding, delimiter=delimiter)
    else:
        raise ReadError(
            f"{path.name}: files ending in {ending or 'nothing'!r} are not read; "
            f"known endings are {', '.join(ENDINGS)}"
        )
    if not raw.names:
        raise ReadError(f"{raw.name} holds no columns: export it again")
    check_table(raw.name, len(raw.names), len(raw.cells))
    return raw


def _most_bytes(ending: str) -> int:
    if ending in WORKBOOK_ENDINGS:
        return LIMITS.workbook_bytes
    if ending in TEXT_ENDINGS:
        return LIMITS.text_bytes
    return LIMITS.json_bytes if ending == ".json" else LIMITS.typed_bytes


def saved_files(path: Path) -> list[Path]:
    """Return the answer files in a folder, when that is all it holds of data files."""
    if not path.is_dir():
        return []
    try:
        found = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in ENDINGS)
    except PermissionError:
        return []
    return found if are_saved(found) else []


_LINES = 4096
FULL_WIDTH = "，；｜、"
"""Signs of Chinese writing that part columns where a file was edited by hand."""


def _parts(delimiter: str) -> bool:
    """Tell whether a sign can part columns: no letter, digit, quotation mark or line end."""
    told = delimiter.isascii() or delimiter in FULL_WIDTH
    return len(delimiter) == 1 and told and delimiter not in '"\r\n\0'


def read_text(path: Path, *, encoding: str | None, delimiter: str | None) -> Raw:
    """Read a delimited text file; encoding and delimiter are guessed unless given."""
    if delimiter is not None and not _parts(delimiter):
        raise ReadError(f"the delimiter must be one sign such as ; or , got {delimiter!r}")
    check_lines(path)
    data = path.read_bytes()
    if data[:4] == b"PK\x03\x04":
        raise ReadError(
            f"{path.name} is a zip archive or a workbook under a text file's name: "
            "unpack it, or give it the ending .xlsx"
        )
    decoded = decode(data, name=path.name, encoding=encoding)
    del data  # as long as the file
    nuls = decoded.text.count("\x00")
    text = decoded.text.replace("\x00", "")
    if not text.strip():
        raise ReadError(f"{path.name} holds nothing but white space: export it again")
    whole = text
    text, declared = _separator_line(text)
    mark = delimiter or declared or find_delimiter(text)
    head = first_records(text, mark, 30)
    check_cells(path.name, head)
    width = max((len(record) for record in head), default=0)
    check_table(path.name, width)
    cells = _parse(text, mark, width, path.name)
    if cells.empty:
        raise ReadError(f"{path.name} holds nothing but white space: export it again")
    names = tuple(str(cell) for cell in cells.iloc[0])
    headings = _heading_width(head)
    shape = _shape(text, mark, headings)
    _check_width(cells, headings, path.name)
    guess = "" if decoded.certain else " (guessed)"
    first = None if not shape.plain else 2 if text is whole else 3
    return Raw(
        path,
        "csv",
        names,
        cells.iloc[1:].reset_index(drop=True),
        notes=(
            f"Read as {decoded.encoding}{guess}, columns parted by {NAMES.get(mark, repr(mark))}.",
            *(
                (f"Left out {nuls:,} NUL signs, which no text holds: was the file damaged?",)
                if nuls
                else ()
            ),
            *shape.notes,
        ),
        first_line=first,
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """Whether each row is one line, and how many rows have fewer cells than headings."""

    plain: bool
    short: int = 0
    first_short: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        if not self.short:
            return ()
        rows = f"{self.short} row{'s have' if self.short > 1 else ' has'}"
        return (
            f"{rows} fewer cells than there are headings, the first is answer {self.first_short}; "
            "the cells that lack count as empty. Was the file cut off, or a row broken?",
        )


def _shape(text: str, delimiter: str, headings: int) -> _Shape:
    """Count rows with fewer cells than headings, and tell whether each row is one line."""
    if "\r" in text and text.count("\r") == text.count("\r\n"):
        text = text.replace("\r\n", "\n")
    if '"' not in text and "\r" not in text and text and delimiter.isascii():
        return _shape_of_lines(text, delimiter, headings)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
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
        return _Shape(False)
    return _Shape(reader.line_num == rows, short, first_short)


def _shape_of_lines(text: str, delimiter: str, headings: int) -> _Shape:
    """Count as `_shape` does where nothing is quoted: a line is a row."""
    signs = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    if not len(ends) or ends[-1] != len(signs) - 1:
        ends = np.append(ends, len(signs))
    starts = np.concatenate([[0], ends[:-1] + 1])
    counts = [
        # some lines at a time: to add up signs numpy makes four bytes of each
        np.add.reduceat(
            signs[starts[low] : ends[min(low + _LINES, len(ends)) - 1] + 1] == ord(delimiter),
            starts[low : low + _LINES] - starts[low],
            dtype=np.int32,
        )
        for low in range(0, len(starts), _LINES)
    ]
    cells = 1 + np.concatenate(counts)
    filled = cells[ends > starts]
    short = np.flatnonzero(filled < headings)
    # as the reader's own count: 0 stands for none, and for the heading row
    first = next((int(row) for row in short if row), 0)
    return _Shape(len(filled) == len(ends), len(short), first)


def _heading_width(head: list[list[str]]) -> int:
    """Return how many cells the headings have; a title of one cell above them is none."""
    rows = [record for record in head if sum(bool(cell.strip()) for cell in record) > 1]
    return len(rows[0]) if rows else len(head[0]) if head else 0


def _check_width(cells: pd.DataFrame, headings: int, name: str) -> None:
    """Raise when a row has more cells than there are headings: its answers would shift."""
    for place in range(headings, cells.shape[1]):
        filled = cells[place] != ""
        if filled.any():
            row = int(filled.to_numpy().argmax())
            raise ReadError(
                f"{name}: answer {row}, headings not counted, has {place + 1} cells or more, "
                f"but there are {headings} headings: is a text with the delimiter in it not quoted?"
            )


def _separator_line(text: str) -> tuple[str, str | None]:
    """Take off Excel's first line ``sep=;`` where there is one."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return rest, first.strip()[4]
    return text, None


def _retold(text: str, delimiter: str) -> str:
    """Return a delimited text with tabs for its delimiter, cells quoted where they need it."""
    told = io.StringIO(newline="")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    csv.writer(told, delimiter="\t", lineterminator="\n").writerows(rows)
    return told.getvalue()


def _parse(text: str, delimiter: str, width: int, name: str) -> pd.DataFrame:
    if not delimiter.isascii():  # the parser splits at one byte
        text, delimiter = _retold(text, delimiter), "\t"
    try:
        cells = pd.read_csv(
            io.BytesIO(text.encode("utf-8")),  # a text of this length takes four bytes a sign
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
