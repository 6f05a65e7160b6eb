"""Open a file as a table of texts: text files here, workbooks and typed files beside."""

from __future__ import annotations

from pathlib import Path

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
from collective_use.responses.files.split import cells_of, shape_of, signs_of
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
    first_line = 2 if text is whole else 3
    mark = delimiter or declared or find_delimiter(text)
    head = first_records(text, mark, 30)
    check_cells(path.name, head)
    width = max((len(record) for record in head), default=0)
    check_table(path.name, width)
    signs, sign = signs_of(text, mark)
    codec = decoded.encoding + ("" if decoded.certain else " (guessed)")
    del decoded, text, whole  # as long as the file
    headings = _heading_width(head)
    shape = shape_of(signs, sign, headings)
    cells = cells_of(signs, sign, width, shape, path.name)
    if cells.empty:
        raise ReadError(f"{path.name} holds nothing but white space: export it again")
    names = tuple(str(cell) for cell in cells.iloc[0])
    _check_width(cells, headings, path.name)
    return Raw(
        path,
        "csv",
        names,
        cells.iloc[1:].reset_index(drop=True),
        notes=(
            f"Read as {codec}, columns parted by {NAMES.get(mark, repr(mark))}.",
            *(
                (f"Left out {nuls:,} NUL signs, which no text holds: was the file damaged?",)
                if nuls
                else ()
            ),
            *shape.notes,
        ),
        first_line=first_line if shape.plain else None,
    )


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
