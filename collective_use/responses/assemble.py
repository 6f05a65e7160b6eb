"""Pieces become `Responses`: stacked, checked against the members file and the form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import DataWarning, ReadError, warn
from collective_use.instrument.model import Instrument
from collective_use.platforms.columns import form_items
from collective_use.platforms.roster_codes import CODES, PARTNERS
from collective_use.record import Record
from collective_use.responses.answers.places import named_only
from collective_use.responses.answers.refusals import without_refusals
from collective_use.responses.answers.stack import (
    Piece,
    stack_answers,
    stack_persons,
    stack_rosters,
)
from collective_use.responses.answers.twice import once_each
from collective_use.responses.coded import Coded
from collective_use.responses.fieldwork.meeting import marked_declined, meet_groups, meet_members
from collective_use.responses.fieldwork.members import positions_of, read_members
from collective_use.responses.headings.wording import normal
from collective_use.responses.informants import group_facts
from collective_use.responses.lacking import note_items
from collective_use.responses.options import Options
from collective_use.responses.table import Responses


def assemble(
    pieces: Sequence[Piece],
    extra: Piece | None,
    instrument: Instrument,
    form: str | None,
    members: str | Path | pd.DataFrame | None,
    options: Options,
    record: Record,
) -> Responses:
    """Return the responses that the pieces of several exports make."""
    if not any(len(piece.persons) for piece in pieces):
        files = quoted(piece.name for piece in pieces)
        raise ReadError(
            f"{files}: no row holds an answer to a question about the group, so there is nothing "
            f"to score; see what was left out:\n{record}"
        )
    people = everyone = None
    if members is not None:
        people, everyone, notes = read_members(
            members, instrument, group=options.group, keep_personal=options.keep_personal
        )
        pieces, record = meet_members(pieces, everyone, options, record.joined(notes))
        people = marked_declined(people, pieces)
    pieces, record = once_each(pieces, options, record)
    pieces, record = without_refusals(pieces, instrument, options, record)
    persons = stack_persons(pieces)
    answers, reasons = stack_answers(pieces, instrument)
    record = _alike_groups(persons, record)
    if everyone is not None:
        record = _check_members(everyone, persons, record)
    if extra is not None:
        known = persons["group"] if people is None else people["group"]
        extra, record = meet_groups(extra, pieces, list(known.unique()), record)
    rosters, record = stack_rosters(pieces, instrument, persons, everyone, record, options)
    rosters, record = named_only(rosters, instrument, persons, everyone, record)
    persons = persons.drop(columns=[name for name in (CODES, PARTNERS) if name in persons])
    facts, record = group_facts([extra] if extra else pieces, instrument, record)
    form, record = _form(instrument, form, answers, record)
    record = note_items(instrument, form, answers, pieces, record)
    held = (answers.field(), reasons.field())
    return Responses(instrument, form, persons, *held, rosters, people, facts, record)


def _alike_groups(persons: pd.DataFrame, record: Record) -> Record:
    """Record groups whose names differ in case or white space only: they may be one."""
    names: dict[str, list[str]] = {}
    for name in persons["group"].unique():
        names.setdefault(normal(str(name)), []).append(str(name))
    alike = [" / ".join(same) for same in names.values() if len(same) > 1]
    if alike:
        text = f"Groups whose names differ in case or form only, kept apart: {quoted(alike)}."
        warn(text, DataWarning)
        record = record.note("responses", "warning", text, count=len(alike), of="names", what=alike)
    return record


def _check_members(members: pd.DataFrame, persons: pd.DataFrame, record: Record) -> Record:
    """Record respondents and groups that the members file does not know."""
    known = set(members["group"])
    strange = [name for name in persons["group"].unique() if name not in known]
    if strange:
        record = record.note(
            "responses",
            "warning",
            f"Groups that the members file does not list: {quoted(strange, most=8)}.",
            count=len(strange),
            of="groups",
            what=strange,
        )
    if "member" in persons:
        unknown = positions_of(members, persons).isna() & ~persons["group"].isin(strange)
        if unknown.any():
            there = persons[unknown]
            pairs = [f"{m} in {g}" for m, g in zip(there["member"], there["group"], strict=True)]
            text = (
                "Respondents whose member code the members file does not list in their group: "
                f"{quoted(pairs, most=8)}."
            )
            record = record.note(
                "responses",
                "warning",
                text,
                count=int(unknown.sum()),
                of="rows",
                what=persons["row"][unknown],
            )
    return record


def _form(
    instrument: Instrument, form: str | None, answers: Coded, record: Record
) -> tuple[str | None, Record]:
    """Find the form out, and say which it was taken for."""
    if form is not None or not instrument.forms:
        return form, record
    found = form_by_items(instrument, answers.columns)
    if found is None:
        return None, record
    return found, record.note("responses", "decision", f"The columns are those of form {found!r}.")


def form_by_items(instrument: Instrument, columns: Iterable[str]) -> str | None:
    """Return the one form whose Likert items, modules aside, are those at hand; None if not one.

    Parameters
    ----------
    instrument
        Holds the forms.
    columns
        Names at hand, items among them.
    """
    likert = {i.id for i in instrument.items if i.kind == "likert" and i.role == "measure"}
    there = likert & set(columns)
    hits = []
    for entry in instrument.forms:
        everything = set(form_items(entry)) & likert
        optional = {item for block in entry.blocks if block.module for item in block.items}
        if everything - optional <= there <= everything:
            hits.append(entry.id)
    return hits[0] if len(hits) == 1 else None
