"""What is settled before any cell is read: keys, words of the file, how columns write answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import DataWarning, warn
from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import Column
from collective_use.record import Record
from collective_use.responses.answers.cells import Cells, FileWords
from collective_use.responses.answers.codes import Key, number_key, scale_key, tick_key
from collective_use.responses.answers.convention import (
    PLAIN,
    Convention,
    Held,
    doubtful_ticks,
    settle,
)
from collective_use.responses.answers.joined import is_joined
from collective_use.responses.answers.misfits import MONTH
from collective_use.responses.answers.numbers import (
    has_marks,
    is_doubtful,
    is_plain,
    settle_decimal,
)
from collective_use.responses.answers.platform_codes import with_platform_codes
from collective_use.responses.files.raw import used_texts
from collective_use.responses.headings.wording import as_number
from collective_use.responses.options import Options
from collective_use.responses.readers.export import Export

TICKS = ("checklist", "roster_binary", "roster_roles")
WORDS = ("text", "code", "auto", "roster_nominate")
"""Kinds whose cells stay words here."""
MACHINE = ("sav", "por", "dta", "parquet", "xlsx", "json", "frame", "sas7bdat", "xpt")
"""Kinds of files in which programs hold numbers as numbers: a point is decimal."""


@dataclass(frozen=True)
class Job:
    """One column that is to be decoded.

    Attributes
    ----------
    place
        Its number in the file.
    column, item
        What it is.
    texts, codes
        Its different texts, and (rows,) which one each row has.
    key
        What its cells may hold.
    words
        What the file says about its values.
    """

    place: int
    column: Column
    item: Item
    texts: list[str]
    codes: np.ndarray
    key: Key
    words: FileWords


def key_of(instrument: Instrument, item: Item, column: Column, platform: str) -> Key:
    """Return how the texts of one column become numbers.

    Qualtrics and SurveyMonkey write what was ticked: the option, or the person's name.
    """
    if item.kind in TICKS and not is_joined(column):
        option = next((part for part in item.options if part.code == column.option), None)
        named = item.kind == "roster_binary" and platform in ("qualtrics", "surveymonkey")
        return tick_key(option.label if option else None, named=named)
    if item.kind == "allocation":
        return number_key(0, item.total)
    if item.kind == "month":
        return MONTH
    if item.range is not None:
        return number_key(*item.range)
    if item.kind == "number" or (item.scale is None and not item.options):
        return number_key()
    return with_platform_codes(scale_key(instrument, item), platform)


def jobs_of(
    export: Export, instrument: Instrument, matched: Mapping[int, Column], options: Options
) -> list[Job]:
    """Return every matched column with its key; columns of one label set share it."""
    shared: dict[tuple[str, int | None, bool], Key] = {}
    jobs = []
    for place, column in matched.items():
        item = instrument.get_item(column.item)
        own = item.id if item.kind in TICKS or item.scale is None else item.scale
        which = (own, column.option if item.kind in TICKS else None, is_joined(column))
        if which not in shared:
            shared[which] = key_of(instrument, item, column, export.platform)
        texts: list[str] = []
        codes = np.empty(0, dtype=np.intp)
        if item.kind not in WORDS:
            texts, codes = used_texts(export.raw.cells[place])
        closed = bool(item.scale or item.options) and item.kind not in TICKS
        words = file_words(export, place, item.id, options, closed=closed)
        jobs.append(Job(place, column, item, texts, codes, shared[which], words))
    return jobs


def file_words(
    export: Export, place: int, item: str, options: Options, *, closed: bool = False
) -> FileWords:
    """Return what file, platform and study say about the values of a column.

    Some platforms write a number for a question with options that was passed over, which is an
    answer where a number is asked for.
    """
    raw = export.raw
    labels = raw.labels[place] if place < len(raw.labels) else {}
    missing = raw.missing[place] if place < len(raw.missing) else frozenset()
    passed = export.missing_closed if closed else {}
    everywhere = {**export.missing, **passed, **options.missing_codes.get("", {})}
    return FileWords(labels, missing, everywhere, options.missing_codes.get(item, {}))


def settle_all(
    export: Export, jobs: Sequence[Job], options: Options, record: Record
) -> tuple[dict[str, Convention], Record]:
    """Return by column how it writes its answers, and say what had to be settled."""
    hows: dict[str, Convention] = {}
    record = _settle_labels(export, jobs, options, hows, record)
    _settle_ticks(jobs, hows)
    return hows, _settle_numbers(export, jobs, options, hows, record)


def _settle_labels(
    export: Export,
    jobs: Sequence[Job],
    options: Options,
    hows: dict[str, Convention],
    record: Record,
) -> Record:
    """Settle codes or labels for each label set whose labels are numbers."""
    sets: dict[str, list[Job]] = {}
    for job in jobs:
        hows[job.column.name] = PLAIN
        if job.key.numeric and not is_joined(job.column) and not job.words.labels:
            sets.setdefault(job.key.name, []).append(job)
    for name, mine in sets.items():
        held = settle([_unmissing(job) for job in mine], mine[0].key)
        # Our own page writes codes.
        given: Held = "codes" if export.platform == "web" else options.answers_as or ""
        held = [given or entry for entry in held]
        for job, entry in zip(mine, held, strict=True):
            hows[job.column.name] = Convention(held=entry)
        for what in ("codes", "labels"):
            columns = [j.column.name for j, e in zip(mine, held, strict=True) if e == what]
            if columns:
                text = f"{export.raw.name}: labels of {name} are numbers; these hold {what}."
                record = record.note(
                    "responses", "decision", text, count=len(columns), of="columns", what=columns
                )
    return record


def _unmissing(job: Job) -> list[str]:
    """Return the texts of a column that are not declared missing."""
    gone = {*job.words.missing, *job.words.platform, *job.words.declared}
    return [text for text in job.texts if text not in gone]


def _settle_ticks(jobs: Sequence[Job], hows: dict[str, Convention]) -> None:
    boxes: dict[str, list[Job]] = {}
    for job in jobs:
        if job.key.tick and not job.words.labels:
            boxes.setdefault(job.item.id, []).append(job)
    for mine in boxes.values():
        doubtful = doubtful_ticks([job.texts for job in mine])
        coded = any(as_number(text) is not None for job in mine for text in _unmissing(job))
        for job in mine:
            hows[job.column.name] = Convention(doubtful=doubtful, coded=coded)


def _settle_numbers(
    export: Export,
    jobs: Sequence[Job],
    options: Options,
    hows: dict[str, Convention],
    record: Record,
) -> Record:
    """Settle the decimal mark of each column of numbers."""
    machine = export.raw.kind in MACHINE
    for job in jobs:
        if job.key.valid or job.item.kind in (*WORDS, "month"):
            continue
        texts = [text for text in _unmissing(job) if not is_plain(text)]
        decimal = options.decimal or settle_decimal(texts)
        hows[job.column.name] = Convention(decimal=decimal, machine=machine)
        marked = [text for text in texts if has_marks(text) or (is_doubtful(text) and not machine)]
        if marked and decimal:
            mark = "a comma" if decimal == "," else "a point"
            text = f"{export.raw.name}: {job.column.name}: {mark} is decimal, as in the column."
            record = record.note(
                "responses", "decision", text, count=len(marked), of="different texts", what=marked
            )
    return record


def note_labels(export: Export, cells: Mapping[str, Cells], record: Record) -> Record:
    """Say where value labels of the file decided, and where they are none of the scale's."""
    name = export.raw.name
    changed = [column for column, entry in cells.items() if entry.relabelled]
    if changed:
        text = (
            f"{name}: the value labels in the file give other codes than its values; "
            "the labels were followed."
        )
        record = record.note(
            "responses", "changed", text, count=len(changed), of="columns", what=changed
        )
    mirrored = [column for column, entry in cells.items() if entry.mirrored]
    if mirrored:
        text = (
            f"{name}: only the ends have value labels of the scale; values between them were "
            f"counted from these ends: {quoted(mirrored)}."
        )
        warn(text, DataWarning)
        record = record.note(
            "responses", "warning", text, count=len(mirrored), of="columns", what=mirrored
        )
    strange = {column: entry.unknown for column, entry in cells.items() if entry.unknown}
    if strange:
        labels = dict.fromkeys(label for found in strange.values() for label in found)
        text = (
            f"{name}: value labels of the file are none of the scale's: {quoted(labels)} in "
            f"{quoted(strange)}; the values were read as codes. Compare them with the scale."
        )
        warn(text, DataWarning)
        record = record.note(
            "responses", "warning", text, count=len(strange), of="columns", what=list(strange)
        )
    return record
