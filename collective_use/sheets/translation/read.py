"""A filled translation workbook, taken into the instrument's YAML files."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from collective_use.accepted import Plain
from collective_use.checks import did_you_mean, one_of, quoted
from collective_use.errors import (
    InputError,
    InstrumentWarning,
    ReadError,
    warn,
)
from collective_use.instrument.check.texts import shown_to_respondents
from collective_use.instrument.include import assemble
from collective_use.instrument.library import instrument_names
from collective_use.instrument.load import load_file
from collective_use.instrument.model import Instrument
from collective_use.record import Record
from collective_use.results import Result, Table, table_of
from collective_use.sheets.spreadsheet import decode_text
from collective_use.sheets.spreadsheet_read import Sheet, as_text, read_book
from collective_use.sheets.tongue import in_english, sheets_in_english
from collective_use.sheets.translation.edit import Edit
from collective_use.sheets.translation.files import write_edits
from collective_use.sheets.translation.workbook import (
    LANGUAGE,
    STATUSES,
    TEXTS,
    TextRow,
    text_rows,
)
from collective_use.yaml_source.document import Document, Place

_STATEMENTS = {
    "draft": "A first translation, not yet reviewed; not piloted.",
    "reviewed": "Translated and reviewed, not yet adjudicated; not piloted.",
    "adjudicated": "Translated, reviewed and adjudicated; not back-translated, not piloted.",
    "back_translated": "Translated, reviewed, adjudicated and back-translated; not piloted.",
}


@dataclass(frozen=True)
class Translation(Result):
    """What a translation workbook changed.

    Attributes
    ----------
    language
        The language.
    changed
        One row for each changed text: ``key``, ``before``, ``after``.
    progress
        One row for each status: ``status``, ``texts`` read by respondents.
    before, after
        The language's status in the instrument, before and now.
    record
        What was not done, and why.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import collective_use as cu
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> book = cu.translation_workbook("collective_data_use", "zh", path=folder / "zh.xlsx")
    >>> done = cu.apply_translation(folder / "zh.xlsx", "collective_data_use", out=folder / "bank")
    >>> done.to_frame().empty
    True
    """

    language: str
    changed: pd.DataFrame
    progress: pd.DataFrame
    before: str
    after: str
    record: Record = field(default_factory=Record)

    def to_frame(self) -> pd.DataFrame:
        """Return the changed texts."""
        return self.changed

    def tables(self) -> tuple[Table, ...]:
        """Return the changed texts, and how far the texts have come."""
        notes: tuple[str, ...] = (
            f"The language {self.language!r} was {self.before} and is now {self.after}.",
        )
        notes += tuple(entry.text for entry in self.record.entries)
        # an open text is to translate, an open gate is none
        progress = self.progress.replace({"status": {"open": "open (to translate)"}})
        return (
            table_of(f"Texts changed: {len(self.changed)}", self.changed),
            table_of("Texts that respondents read", progress, notes=notes),
        )


def apply_translation(
    workbook: str | Path, instrument: str | Path, *, out: str | Path | None = None
) -> Translation:
    """Take the final texts and the status of a workbook into an instrument's files.

    Only the texts themselves are changed, where they stand; comments and layout stay. The
    instrument is changed as a whole or not at all.

    Parameters
    ----------
    workbook
        From `translation_workbook`, filled in.
    instrument
        The instrument's folder, or its file where it is a single one.
    out
        A new folder (or file) for the result; by default the instrument itself is changed.

    Returns
    -------
    Translation
        The texts changed, and the status.

    Raises
    ------
    ReadError
        When a cell of the workbook is not what it has to be.
    InputError
        When a text has changed in the instrument since the workbook was made, or cannot be
        changed without touching what stands around it. Nothing is written then.

    Examples
    --------
    >>> import collective_use as cu, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> bank = cu.load_instrument("collective_data_use")
    >>> _ = (folder / "zh.xlsx").write_bytes(cu.translation_workbook(bank, "zh"))
    >>> done = cu.apply_translation(folder / "zh.xlsx", "collective_data_use", out=folder / "new")
    >>> len(done.changed), done.after
    (0, 'draft')
    """
    path = _instrument_path(instrument, out)
    document = assemble(path)
    bank = load_file(path)
    book = sheets_in_english(read_book(workbook))
    facts = _facts(Path(workbook), book, bank)
    target = facts["target"]
    rows = {row.key: row for row in text_rows(bank, facts["source"])}
    texts, stages = _read_texts(book[TEXTS], rows, facts)
    value = copy.deepcopy(document.value)
    edits: list[Edit] = []
    changes = []
    for key, text in texts.items():
        row = rows[key]
        if row.words.get(target) == text:
            continue
        changes.append({"key": key, "before": row.words.get(target, ""), "after": text})
        edits.append(_edit(document, row, target, text))
        _set(value, (*row.place, target), text)
    after, record = _status(document, value, bank, facts, stages, edits)
    before = next((s.translation for s in bank.status if s.language == target), "draft")
    write_edits(path, edits, value, out=out)
    progress = pd.DataFrame(
        {"status": STATUSES, "texts": [list(stages.values()).count(name) for name in STATUSES]}
    )
    frame = pd.DataFrame(changes, columns=["key", "before", "after"])
    return Translation(target, frame, progress, before, after, record)


def _instrument_path(instrument: str | Path, out: str | Path | None) -> Path:
    if isinstance(instrument, str) and instrument in instrument_names():
        from collective_use.instrument.library import instrument_path

        if out is None:
            raise InputError(
                f"{instrument!r} is bundled and is not changed in place; name a new folder for "
                "the translated copy (out=..., on the command line --out my_instrument)"
            )
        return instrument_path(instrument)
    return Path(instrument)


def _facts(path: Path, book: Mapping[str, Sheet], bank: Instrument) -> dict[str, str]:
    for name in (TEXTS, LANGUAGE):
        if name not in book:
            raise ReadError(
                f"{path}: a translation workbook has a sheet {name!r}, found {quoted(book)}"
            )
    sheet = book[LANGUAGE]
    sheet.need("what", "value")
    facts = {
        in_english(as_text(c["what"]).strip()): as_text(c["value"]).strip() for _, c in sheet.rows
    }
    if facts.get("instrument") != bank.id:
        raise ReadError(
            f"{path}: the workbook must be of the instrument {bank.id!r}, "
            f"found {facts.get('instrument')!r}"
        )
    known = (*bank.languages, *bank.draft_languages)
    for name in ("source", "target"):
        one_of(f"{path}, sheet {LANGUAGE!r}, {name}", facts.get(name, ""), known)
    return facts


def _read_texts(
    sheet: Sheet, rows: Mapping[str, TextRow], facts: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the final texts by key, and the status of each text that respondents read."""
    sheet.need("key", "source text", "text now", "final text", "status")
    source, target = facts["source"], facts["target"]
    texts: dict[str, str] = {}
    stages: dict[str, str] = {}
    moved = []
    for number, cells in sheet.rows:
        key = as_text(cells["key"]).strip()
        row = rows.get(key)
        if row is None:
            raise ReadError(
                f"{sheet.at(number, 'key')}: the instrument has no text {key!r}"
                f"{did_you_mean(key, rows)}; make a fresh workbook, or remove the row"
            )
        said = in_english(as_text(cells["status"]).strip()) or "open"
        if said not in STATUSES:
            raise ReadError(
                f"{sheet.at(number, 'status')}: status must be one of {quoted(STATUSES)}, "
                f"found {said!r}{did_you_mean(said, STATUSES)}"
            )
        if shown_to_respondents(row.place):
            stages[key] = said
        final = as_text(cells["final text"]).strip()
        same = decode_text(as_text(cells["source text"])) == row.words[source]
        now = decode_text(as_text(cells["text now"])) == row.words.get(target, "")
        done = bool(final) and final == row.words.get(target)
        if not same or not (now or done):
            what = "source text" if not same else "text now"
            moved.append(f"{sheet.at(number, what)}: {key}")
        if final:
            texts[key] = final
    if moved:
        listed = "\n".join(moved[:20])
        raise InputError(
            f"{len(moved)} texts differ between workbook and instrument; they were changed after "
            f"the workbook was made (or in it). Nothing was written:\n{listed}"
        )
    for key, row in rows.items():
        if shown_to_respondents(row.place) and key not in stages:
            stages[key] = "open"
    return texts, stages


def _edit(document: Document, row: TextRow, language: str, text: str) -> Edit:
    place = (*row.place, language)
    if place in document.values:
        return Edit(document.values[place], document.keys[place].column, text)
    last = list(row.words)[-1]
    behind = (*row.place, last)
    return Edit(document.values[behind], document.keys[behind].column, text, key=language)


def _set(value: Plain, place: Place, text: str) -> None:
    for step in place[:-1]:
        value = value[step]
    value[place[-1]] = text


def _status(
    document: Document,
    value: Plain,
    bank: Instrument,
    facts: Mapping[str, str],
    stages: Mapping[str, str],
    edits: list[Edit],
) -> tuple[str, Record]:
    """Bring the language's status and statement in line with its texts."""
    record = Record()
    target = facts["target"]
    lowest = min((STATUSES.index(stage) for stage in stages.values()), default=0)
    reached = "draft" if lowest < 2 else STATUSES[lowest]
    number = next((n for n, s in enumerate(bank.status) if s.language == target), None)
    if number is None:
        text = (
            f"the instrument has no status for {target!r}; add under status: "
            f"{{language: {target}, translation: {reached}, statement: {_STATEMENTS[reached]}}}"
        )
        warn(text, InstrumentWarning)
        return reached, record.note("questionnaire", "warning", text)
    status = bank.status[number]
    if status.translation == "original":
        return "original", record
    statement = facts.get("new statement", "") or status.statement
    if statement == status.statement and reached != status.translation:
        statement = _STATEMENTS[reached]
        if status.piloted:
            statement = statement.replace("; not piloted", "; piloted").replace(
                ", not piloted", ", piloted"
            )
        record = record.note("questionnaire", "changed", f"New statement: {statement}")
    for name, text in (("translation", reached), ("statement", statement)):
        place: Place = ("status", number, name)
        if getattr(status, name) != text:
            edits.append(Edit(document.values[place], document.keys[place].column, text))
            _set(value, place, text)
    return reached, record
