"""One export becomes a piece of the responses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import ReadError
from collective_use.instrument.model import Instrument
from collective_use.platforms.columns import Column
from collective_use.record import Record
from collective_use.responses.answers.answers import (
    answered_rows,
    decode_block,
    respondent_frame,
    take,
)
from collective_use.responses.answers.codes import tick_key
from collective_use.responses.answers.consent import (
    consent_columns,
    consent_places,
    declined_columns,
)
from collective_use.responses.answers.decide import WORDS
from collective_use.responses.answers.misfits import misfit_error, note_misfits
from collective_use.responses.answers.persons import (
    build_persons,
    key_places,
    key_texts,
    sift,
    with_rows,
    without_group,
)
from collective_use.responses.answers.places import roster_columns
from collective_use.responses.answers.refusals import informants_who_agreed, said_no
from collective_use.responses.answers.stack import Piece
from collective_use.responses.columns.heading_rows import repeated_headings, without_headings
from collective_use.responses.columns.mapping import apply_map
from collective_use.responses.columns.match import (
    check_once,
    find_column,
    match_names,
    nothing_matches,
    respelt,
)
from collective_use.responses.columns.texts import known_by_wording, match_texts
from collective_use.responses.options import Options
from collective_use.responses.readers.export import Export
from collective_use.responses.readers.option_numbers import check_option_numbers
from collective_use.responses.readers.records import (
    keys_filled,
    sent_only,
    submitted,
    words_present,
)
from collective_use.responses.readers.units import without_units


def read_piece(
    export: Export,
    instrument: Instrument,
    options: Options,
    declared: Mapping[str, str],
    record: Record,
) -> tuple[Piece, Record]:
    """Read one export: which rows, who, what.

    Raises
    ------
    ReadError
        When it holds no rows, no item of the instrument, or no group column.
    """
    name = export.raw.name
    for note in (*(n for n in export.raw.notes if n != "web"), *export.notes):
        record = record.note("responses", "decision", f"{name}: {note}")
    if not len(export.raw.cells):
        raise ReadError(f"{name} has headings but no rows: nobody answered, or the export stopped")
    found, record = found_columns(export, instrument, options, record)
    export, record = without_units(export, instrument, found.matched, record)
    export, rows, persons, record = _found_rows(
        export, instrument, options, declared, found, record
    )
    block, record = decode_block(export, instrument, found.matched, rows, record, options)
    persons, record = _with_consent(
        export, instrument, found.agreed, rows, persons, options, record
    )
    answered = answered_rows(block, instrument, len(persons))
    record = _note_unanswered(name, rows[~answered], record)
    persons = _with_kept(export, persons, found, options)
    persons = pd.concat([persons, respondent_frame(block, instrument)], axis=1)
    piece = Piece(
        persons if answered.all() else persons[answered].reset_index(drop=True),
        take(block, answered),
        name,
        open_headings(export, found.used, options),
        _key_labels(export, found.places),
        said_no(persons, instrument),
    )
    return piece, record


@dataclass(frozen=True)
class Used:
    """Places of the columns that are used.

    Attributes
    ----------
    matched
        Place to the column of an item.
    places
        Word of a key to its place.
    agreed
        Consent to its place.
    kept
        Name to the place of what rosters need beside answers.
    """

    matched: dict[int, Column]
    places: dict[str, int]
    agreed: dict[str, int]
    kept: dict[str, int]

    @property
    def used(self) -> set[int]:
        """Every place in use."""
        keys = self.places.values()
        return {*self.matched, *keys, *self.agreed.values(), *self.kept.values()}


def found_columns(
    export: Export, instrument: Instrument, options: Options, record: Record
) -> tuple[Used, Record]:
    matched, keys = matched_columns(export, instrument, options)
    if not matched:
        raise nothing_matches(export, instrument)
    places = key_places(export, instrument, options, keys)
    matched = {place: column for place, column in matched.items() if place != places["group"]}
    agreed = consent_places(export, instrument)
    found = Used(matched, places, agreed, roster_columns(export))
    record = _note_columns(export, found.used, options, record)
    record = _note_alike(export, instrument, places, keys, options, record)
    record = _note_respelt(export, respelt(export, instrument, matched), record)
    record = _note_wording(export, instrument, matched, options, record)
    check_option_numbers(export, instrument, matched)
    return found, record


def _found_rows(
    export: Export, instrument: Instrument, options: Options, declared: Mapping[str, str],
    found: Used, record: Record,
) -> tuple[Export, np.ndarray, pd.DataFrame, Record]:  # fmt: skip
    """Return the export with the rows of persons to read, their numbers and who they are."""
    name, places = export.raw.name, found.places
    export = words_present(export, {*places.values(), *_words(found.matched, instrument)})
    export, record = keys_filled(export, places, record)
    export, record = sent_only(export, found.matched, options.unfinished == "keep", record)
    repeated = repeated_headings(export, instrument, found.matched)
    export, repeated, record = without_headings(export, repeated, record)
    export, rows, record = sift(export, options, record, repeated)
    persons = build_persons(export, instrument, places, rows, declared)
    keep, record = without_group(persons, name, options, record, submitted(export))
    if not keep.any():
        raise ReadError(
            f"{name}: no row is left to read, for the reasons below; rows without a group need "
            "the right column of groups (group=, --group), and unfinished or preview rows are "
            f"kept with unfinished= or previews= (--unfinished keep, --previews keep):\n{record}"
        )
    return *_some(export, rows, persons, keep), record


def _with_kept(
    export: Export, persons: pd.DataFrame, found: Used, options: Options
) -> pd.DataFrame:
    """Return persons with the columns that rosters need and, where asked for, personal ones."""
    kept = {name: key_texts(export.raw.cells[place]) for name, place in found.kept.items()}
    personal = {
        heading.name: key_texts(export.raw.cells[heading.place])
        for heading in export.headings
        if options.keep_personal
        and heading.place in export.personal
        and heading.place not in found.matched
    }
    return persons.assign(**personal, **kept)


def _note_unanswered(name: str, rows: np.ndarray, record: Record) -> Record:
    if not len(rows):
        return record
    text = f"{name}: Rows without a single answer."
    return record.note("responses", "left out", text, count=len(rows), of="rows", what=rows)


def open_headings(export: Export, used: set[int], options: Options) -> tuple[str, ...]:
    """Return the headings of columns that nobody asked for: one may be misspelt."""
    settled = {find_column(export.headings, heading) for heading in options.renamed}
    closed = {*used, *export.technical, *export.personal, *settled}
    return tuple(entry.name for entry in export.headings if entry.place not in closed)


def _key_labels(export: Export, places: Mapping[str, int]) -> dict[str, Mapping[str, str]]:
    """Return the value labels of key columns, by role: a group that is a number may have a name."""
    labels = export.raw.labels
    found = {role: labels[place] for role, place in places.items() if place < len(labels)}
    return {role: known for role, known in found.items() if known}


def _with_consent(
    export: Export,
    instrument: Instrument,
    places: Mapping[str, int],
    rows: np.ndarray,
    persons: pd.DataFrame,
    options: Options,
    record: Record,
) -> tuple[pd.DataFrame, Record]:
    """Add a column for each consent that was asked for."""
    found, misfits = consent_columns(export, instrument, places, rows)
    keys = {name: tick_key() for name in found}
    if misfits and options.invalid == "error":
        raise misfit_error(export.raw, misfits, keys)
    record = note_misfits(export.raw, misfits, keys, record)
    return persons.assign(**found, **declined_columns(export, places)), record


def _words(matched: Mapping[int, Column], instrument: Instrument) -> list[int]:
    """Return the columns that hold words, not codes."""
    kinds = {item.id: item.kind for item in instrument.items}
    return [place for place, column in matched.items() if kinds[column.item] in WORDS]


def _some(
    export: Export, rows: np.ndarray, persons: pd.DataFrame, keep: np.ndarray
) -> tuple[Export, np.ndarray, pd.DataFrame]:
    if keep.all():
        return export, rows, persons
    return with_rows(export, keep), rows[keep], persons[keep].reset_index(drop=True)


def matched_columns(
    export: Export, instrument: Instrument, options: Options
) -> tuple[dict[int, Column], dict[str, int]]:
    """Return item columns by place and mapped keys by role."""
    mapped, keys, ignored = apply_map(export, instrument, options.renamed)
    found = {
        place: column
        for place, column in match_names(export, instrument).items()
        if place not in ignored and place not in keys.values()
    }
    found.update(mapped)
    closed = {*ignored, *keys.values(), *export.personal}
    found.update(match_texts(export, instrument, found, closed))
    roles = {item.id: item.role for item in instrument.items}
    found = {place: column for place, column in found.items() if roles[column.item] != "key"}
    check_once(export, found)
    return found, keys


def _note_columns(
    export: Export, used: Collection[int], options: Options, record: Record
) -> Record:
    """Record the personal columns dropped and the columns that nobody asked for."""
    headings = [entry for entry in export.headings if entry.place not in used]
    personal = [entry.name for entry in headings if entry.place in export.personal]
    unknown = [
        entry.name
        for entry in headings
        if entry.place not in export.personal and entry.place not in export.technical
    ]
    name = export.raw.name
    if personal and not options.keep_personal:
        text = f"{name}: Columns that identify persons were not kept: {quoted(personal)}."
        record = record.note(
            "responses", "left out", text, count=len(personal), of="columns", what=personal
        )
    if unknown:
        text = f"{name}: Columns that are not the instrument's: {quoted(unknown, most=8)}."
        record = record.note(
            "responses", "left out", text, count=len(unknown), of="columns", what=unknown
        )
    return record


def _note_alike(
    export: Export,
    instrument: Instrument,
    places: Mapping[str, int],
    mapped: Mapping[str, int],
    options: Options,
    record: Record,
) -> Record:
    """Record the key columns that were found although their heading is written otherwise."""
    headings = {entry.place: entry.name for entry in export.headings}
    declared = {"group": options.group, **options.columns}
    for role, place in places.items():
        wanted = declared.get(role) or getattr(instrument.columns, role, None)
        found = headings.get(place)
        if role in mapped or not wanted or not found or found == wanted:
            continue
        text = f"{export.raw.name}: The column {found!r} was taken for {wanted!r} ({role})."
        # A heading in another spelling is the same; any other was guessed, and the screen says so.
        names = {wanted, *_platform_names(instrument, wanted)}
        guessed = _bare(found) not in {_bare(name) for name in names}
        record = record.note("responses", "changed" if guessed else "decision", text)
    return record


def _bare(heading: str) -> str:
    return "".join(sign for sign in heading.casefold() if sign.isalnum())


def _platform_names(instrument: Instrument, item: str) -> tuple[str, ...]:
    return tuple(
        name for one in instrument.items if one.id == item for name in one.platform_names.values()
    )


def _note_respelt(export: Export, names: Mapping[str, str], record: Record) -> Record:
    """Record the item columns that were found although their heading is written otherwise."""
    if not names:
        return record
    pairs = [f"{heading} as {item}" for heading, item in names.items()]
    text = f"{export.raw.name}: Headings spelt otherwise were read: {', '.join(pairs)}."
    return record.note("responses", "decision", text)


def _note_wording(
    export: Export,
    instrument: Instrument,
    matched: Mapping[int, Column],
    options: Options,
    record: Record,
) -> Record:
    """Record the columns that only the wording of their question gave away."""
    mapped = apply_map(export, instrument, options.renamed)[0]
    named = {*match_names(export, instrument), *mapped}
    others = {place: column for place, column in matched.items() if place not in named}
    pairs = [f"{a} as {b}" for a, b in known_by_wording(export, instrument, others).items()]
    if not pairs:
        return record
    text = (
        f"{export.raw.name}: Columns whose headings are no names of the instrument, known by the "
        f"wording of their questions: {quoted(pairs, most=8)}."
    )
    return record.note("responses", "decision", text, count=len(pairs), of="columns", what=pairs)


GROUP_HEADINGS = ("group", "小组", "小组编号", "组别")
"""What the column of groups of an informants file may be headed."""


def informant_piece(
    export: Export, instrument: Instrument, options: Options, record: Record
) -> tuple[Piece, Record]:
    matched, keys = matched_columns(export, instrument, options)
    roles = {item.id: item.role for item in instrument.items}
    facts = {place: column for place, column in matched.items() if roles[column.item] == "group"}
    if not facts:
        expected = [item.id for item in instrument.items if item.role == "group"]
        raise ReadError(
            f"{export.raw.name}: the informants file holds none of the items about groups; "
            f"expected {quoted(expected)}, found {quoted(e.name for e in export.headings)}"
        )
    named = next((h.name for h in export.headings if h.name in GROUP_HEADINGS), None)
    if named is not None:
        options = replace(options, group=named)
    places = {"group": key_places(export, instrument, options, keys)["group"]}
    export, record = without_units(export, instrument, facts, record)
    export, rows, record = sift(export, options, record)
    persons = build_persons(export, instrument, places, rows, {})
    block, record = decode_block(export, instrument, facts, rows, record, options)
    agreed = consent_places(export, instrument)
    persons, record = _with_consent(export, instrument, agreed, rows, persons, options, record)
    keep = (persons["group"] != "").to_numpy()
    labels = _key_labels(export, places)
    persons = persons[keep].reset_index(drop=True)
    piece = Piece(persons, take(block, keep), export.raw.name, (), labels)
    return informants_who_agreed(piece, instrument, options, record)
