"""A copy of an export in which codes stand for persons: for passing on, and for linking waves."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError, OutputError, ReadError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import safe_cell, write_file
from collective_use.responses.columns.match import find_column
from collective_use.responses.files.open import TEXT_ENDINGS, WORKBOOK_ENDINGS, read_raw
from collective_use.responses.files.raw import Raw, texts_of
from collective_use.responses.headings.contents import kinds_in, personal_parts, without_parts
from collective_use.responses.headings.wording import normal
from collective_use.responses.pseudonyms.key import code_of, make_key, read_key
from collective_use.responses.readers import read_layout
from collective_use.responses.readers.export import Export


@dataclass(frozen=True, slots=True)
class Pseudonymized:
    """What was written.

    Attributes
    ----------
    out, key
        The copy, and the file of the key.
    member
        The heading of the column that held the persons.
    persons
        How many different persons have a code.
    dropped
        Headings of the columns that identify persons otherwise, left out.
    cells
        How many cells of other columns held a person or an address and were changed.
    key_made
        Whether the key is new; otherwise the codes are those of earlier files.

    Examples
    --------
    >>> import collective_use as cu, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("member,q1\\nann@example.org,3\\n")
    >>> cu.pseudonymize(folder / "a.csv", folder / "b.csv", folder / "safe.key").key_made
    True
    """

    out: Path
    key: Path
    member: str
    persons: int
    dropped: tuple[str, ...]
    cells: int
    key_made: bool


def pseudonymize(
    export: str | Path,
    out: str | Path,
    key: str | Path,
    *,
    member: str | None = None,
    also: Sequence[str] = (),
    instrument: Instrument | str | Path | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Pseudonymized:
    """Write a copy of an export, or of a members file, with keyed codes for persons.

    Parameters
    ----------
    export
        A text file or a workbook. Other kinds carry value labels that a copy would lose.
    out
        The copy, FILE.csv; nothing may be there yet.
    key
        The file of the key: made where there is none, otherwise used again, so that waves and
        members files get the same codes.
    member
        The heading of the column that holds the persons; the instrument's member column, or
        ``member``, when None.
    also
        Headings of further columns that hold persons: who was nominated, who was told.
    instrument
        The instrument, where its member column is to be used.
    encoding, delimiter, sheet
        As in `read_responses`.

    Returns
    -------
    Pseudonymised
        What was written and left out.

    Raises
    ------
    InputError
        When a column is not there, or the file of the key holds something else.
    OutputError
        When something is at `out` already.
    ReadError
        When the export cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("group,member,q1\\nA,anna@example.org,4\\n")
    >>> pseudonymize(folder / "a.csv", folder / "b.csv", folder / "k" / "study.key").persons
    1
    """
    source, target, secret_file = Path(export), Path(out), Path(key)
    _check_places(source, target, secret_file)
    raw = read_raw(source, encoding=encoding, delimiter=delimiter, sheet=sheet)
    layout = read_layout(raw, None)
    wanted = _member_heading(layout, member, instrument)
    place = _place(layout, wanted)
    named = [place, *(_place(layout, heading) for heading in also)]
    secret = read_key(secret_file)
    made = secret is None
    if secret is None:
        secret = make_key(secret_file)
    try:
        copy = _Copy(raw, len(raw.cells) - len(layout.raw.cells), secret, named)
        dropped = sorted(layout.personal - set(named))
        write_file(target, copy.content(dropped))
    except BaseException:
        if made:
            secret_file.unlink(missing_ok=True)
        raise
    names = tuple(raw.names[column] for column in dropped)
    return Pseudonymized(
        target, secret_file, raw.names[place], len(copy.codes), names, copy.changed, made
    )


def _check_places(source: Path, target: Path, key: Path) -> None:
    ending = source.suffix.lower()
    if ending not in (*TEXT_ENDINGS, *WORKBOOK_ENDINGS) and not source.is_dir():
        raise ReadError(
            f"{source.name}: codes are written into copies of text files and workbooks; "
            "save it as csv first, with codes rather than labels"
        )
    if target.suffix.lower() != ".csv":
        raise InputError(f"--out must be FILE.csv, got {str(target)!r}")
    if target.exists():
        raise OutputError(f"{target} exists already; give another name or remove it")
    if key.absolute() in (target.absolute(), source.absolute()):
        raise InputError(f"--key must be a file of its own, got {str(key)!r}")


def _member_heading(
    layout: Export, member: str | None, instrument: Instrument | str | Path | None
) -> str:
    if member is not None:
        return member
    declared = as_instrument(instrument).columns.member if instrument is not None else None
    for name in (declared, "member"):
        if name and find_column(layout.headings, name) is not None:
            return name
    held = [
        heading.name
        for heading in layout.headings
        if kinds_in(texts_of(layout.raw.cells[heading.place]).tolist())
    ]
    hint = f"; personal details stand in {quoted(held)}" if held else ""
    raise InputError(
        f"{layout.raw.name}: which column holds the persons? Name it with --member{hint}"
    )


def _place(layout: Export, heading: str) -> int:
    place = find_column(layout.headings, heading)
    if place is None:
        names = [entry.name for entry in layout.headings]
        hint = did_you_mean(heading, names)
        raise InputError(
            f"{layout.raw.name}: there is no column {heading!r}{hint}; it has {quoted(names)}"
        )
    return place


class _Copy:
    """The cells of the copy, and what was changed in them."""

    def __init__(self, raw: Raw, heads: int, secret: bytes, named: Sequence[int]) -> None:
        self.raw = raw
        self.heads = max(0, heads)
        self.secret = secret
        self.codes: dict[str, str] = {}
        self.changed = 0
        self.columns = {place: self._coded(place) for place in named}

    def _coded(self, place: int) -> np.ndarray:
        cells = texts_of(self.raw.cells[place]).copy()
        for row in range(self.heads, len(cells)):
            text = str(cells[row]).strip()
            if text:
                cells[row] = self.codes.setdefault(normal(text), code_of(self.secret, text))
        return cells

    def _cleaned(self, place: int) -> np.ndarray:
        """Return another column; whom it names by an address gets the code, too."""
        cells = texts_of(self.raw.cells[place]).copy()
        if not kinds_in(dict.fromkeys(map(str, cells[self.heads :]))):
            return cells
        for row in range(self.heads, len(cells)):
            text = str(cells[row])
            if personal_parts(text):
                cells[row] = self.codes.get(normal(text)) or without_parts(text)
                self.changed += 1
        return cells

    def content(self, dropped: Collection[int]) -> bytes:
        """Return the copy as a text file: commas, UTF-8."""
        kept = [place for place in range(len(self.raw.names)) if place not in dropped]
        columns = [
            self.columns[place] if place in self.columns else self._cleaned(place) for place in kept
        ]
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow([self.raw.names[place] for place in kept])
        writer.writerows([safe_cell(cell) for cell in row] for row in zip(*columns, strict=True))
        return buffer.getvalue().encode("utf-8-sig", "backslashreplace")
