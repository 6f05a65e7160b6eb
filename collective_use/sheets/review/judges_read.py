"""Filled judge sheets as one tidy table: a row for each judge and item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from collective_use.checks import did_you_mean, instance_of, quoted
from collective_use.errors import (
    InstrumentWarning,
    ReadError,
    warn,
)
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.record import Record
from collective_use.results import Result, Table, table_of
from collective_use.sheets.review.judges import (
    KEY,
    RELEVANCE,
    SORTING,
    UNSURE,
    construct_names,
)
from collective_use.sheets.spreadsheet_read import Sheet, as_text, read_book
from collective_use.sheets.tongue import in_english, sheets_in_english


@dataclass(frozen=True)
class JudgeRatings(Result):
    """What expert judges said.

    Attributes
    ----------
    ratings
        One row for each judge and item: ``judge``, ``item``, ``construct`` (meant), ``chosen``
        (construct id, ``none`` or None where left empty), ``relevance`` (1 to 4, or None),
        ``sort_remark``, ``remark``, ``sort_position``, ``position``, ``seed``, ``file``.
    remarks
        One row for each judge: ``judge``, ``missing`` (what the judge found asked nowhere).
    record
        What was left empty.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import collective_use as cu
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "anna.xlsx"
    >>> _ = cu.judge_sheets("starter", judge="anna", path=file)
    >>> cu.read_judge_sheets(file, "starter").to_frame()["judge"].unique().tolist()
    ['anna']
    """

    ratings: pd.DataFrame
    remarks: pd.DataFrame
    record: Record = field(default_factory=Record)

    def to_frame(self) -> pd.DataFrame:
        """Return the ratings."""
        return self.ratings

    def tables(self) -> tuple[Table, ...]:
        """Return the ratings and what was left empty."""
        notes = tuple(f"{entry.text} ({entry.count} {entry.of})" for entry in self.record.entries)
        return (table_of("Ratings of judges", self.ratings, notes=notes),)


def read_judge_sheets(
    paths: str | Path | Sequence[str | Path], instrument: Instrument | str | Path
) -> JudgeRatings:
    """Read filled sheets back.

    Parameters
    ----------
    paths
        One or several workbooks of `judge_sheets`.
    instrument
        The item bank that they were made from.

    Returns
    -------
    JudgeRatings
        One row for each judge and item.

    Raises
    ------
    ReadError
        When a file is no judge sheet of this instrument, a rating is not 1 to 4, a construct is
        unknown, or two files carry the same judge code; the message names the cell.

    Warns
    -----
    InstrumentWarning
        When the sheets were made from another version.

    Examples
    --------
    >>> import collective_use as cu, pathlib, tempfile
    >>> bank = cu.load_instrument("starter")
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "anna.xlsx"
    >>> _ = file.write_bytes(cu.judge_sheets(bank, judge="anna"))
    >>> cu.read_judge_sheets(file, bank).ratings["judge"].unique().tolist()
    ['anna']
    """
    instrument = as_instrument(instrument)
    instance_of("paths", paths, (str, Path, Sequence), "the path of a judge's workbook, or several")
    listed = [paths] if isinstance(paths, (str, Path)) else list(paths)
    rows: list[dict[str, object]] = []
    remarks = []
    seen: dict[str, str] = {}
    for path in listed:
        book = sheets_in_english(read_book(path))
        facts = _facts(Path(path), book, instrument)
        judge, missing = _read_me(Path(path))
        if judge in seen:
            raise ReadError(
                f"{path}: the judge code {judge!r} is also that of {seen[judge]}; "
                "write another code into the sheet 'read me'"
            )
        seen[judge] = str(path)
        remarks.append({"judge": judge, "missing": missing})
        rows += _ratings(book, instrument, judge, facts)
    frame = pd.DataFrame(rows)
    for name in ("relevance", "sort_position", "position"):
        frame[name] = frame[name].astype("Int64")
    record = Record()
    for name in ("chosen", "relevance"):
        empty = int(frame[name].isna().sum())
        if empty:
            text = f"No {name} given."
            record = record.note("questionnaire", "note", text, count=empty, of="cells")
    return JudgeRatings(frame, pd.DataFrame(remarks), record)


def _facts(path: Path, book: dict[str, Sheet], instrument: Instrument) -> dict[str, str]:
    for name in (KEY, SORTING, RELEVANCE, "read me"):
        if name not in book:
            raise ReadError(f"{path}: a judge workbook has a sheet {name!r}, found {quoted(book)}")
    facts = {as_text(cells["what"]): as_text(cells["value"]).strip() for _, cells in book[KEY].rows}
    if facts.get("instrument") != instrument.id:
        raise ReadError(
            f"{path}: the sheets must be of the instrument {instrument.id!r}, "
            f"found {facts.get('instrument')!r}"
        )
    if facts.get("version") != instrument.version:
        warn(
            f"{path.name} was made from version {facts.get('version')}, and the instrument is "
            f"version {instrument.version}: items may have changed in between",
            InstrumentWarning,
        )
    return {**facts, "file": path.name}


def _read_me(path: Path) -> tuple[str, str]:
    """Return the judge's code (the file's name where none is given) and the closing remark."""
    from openpyxl import load_workbook

    judge, missing = "", ""
    sheets = load_workbook(path, data_only=True).worksheets
    words = next(sheet for sheet in sheets if in_english(sheet.title) == "read me")
    lines = list(words.iter_rows(values_only=True))
    for number, line in enumerate(lines):
        heading = in_english(str(line[0]))
        if heading == "Your code":
            judge = as_text(line[1]).strip()
        if heading == "At the end" and number + 1 < len(lines):
            missing = as_text(lines[number + 1][1])
    return judge or path.stem, missing


def _ratings(
    book: dict[str, Sheet], instrument: Instrument, judge: str, facts: dict[str, str]
) -> list[dict[str, object]]:
    items = {item.id: item for item in instrument.items}
    named = [construct_names(instrument, code) for code in (None, *instrument.languages)]
    named += [construct_names(instrument, code) for code in instrument.draft_languages]
    ids = {name: key for names in named for key, name in names.items()}
    found: dict[str, dict[str, object]] = {}
    for name in (SORTING, RELEVANCE):
        sheet = book[name]
        sheet.need("item", "no")
        for row, cells in sheet.rows:
            item = as_text(cells["item"]).strip()
            if item not in items:
                raise ReadError(
                    f"{sheet.at(row, 'item')}: item must be one of {instrument.id!r}, "
                    f"found {item!r}{did_you_mean(item, items)}"
                )
            entry = found.setdefault(item, {})
            part = "sorted" if name == SORTING else "rated"
            if part in entry:
                raise ReadError(f"{sheet.at(row, 'item')}: the item {item!r} is here twice")
            entry[part] = True
            entry.update(_sorted(sheet, row, ids) if name == SORTING else _rated(sheet, row))
    blank = {"chosen": None, "sort_remark": "", "sort_position": None}
    blank |= {"relevance": None, "remark": "", "position": None}
    return [
        {
            "judge": judge,
            "item": name,
            "construct": items[name].construct_id,
            **{key: found[name].get(key, value) for key, value in blank.items()},
            "seed": facts.get("seed", ""),
            "file": facts["file"],
        }
        for name in items
        if name in found
    ]


def _sorted(sheet: Sheet, row: int, ids: dict[str, str]) -> dict[str, object]:
    sheet.need("belongs to", "remark")
    cells = dict(sheet.rows)[row]
    said = in_english(as_text(cells["belongs to"]).strip())
    known = {**ids, UNSURE: "none", **{key: key for key in ids.values()}}
    if said and said not in known:
        raise ReadError(
            f"{sheet.at(row, 'belongs to')}: the construct must be one of "
            f"{quoted([*ids, UNSURE], most=30)}, found {said!r}{did_you_mean(said, known)}"
        )
    return {
        "chosen": known[said] if said else None,
        "sort_remark": as_text(cells["remark"]),
        "sort_position": cells["no"],
    }


def _rated(sheet: Sheet, row: int) -> dict[str, object]:
    better = "unclear, or put better"
    sheet.need("relevance", better)
    cells = dict(sheet.rows)[row]
    said = as_text(cells["relevance"]).strip()
    if said and said not in ("1", "2", "3", "4"):
        raise ReadError(
            f"{sheet.at(row, 'relevance')}: relevance must be 1, 2, 3 or 4, found {said!r}"
        )
    return {
        "relevance": int(said) if said else None,
        "remark": as_text(cells[better]),
        "position": cells["no"],
    }
