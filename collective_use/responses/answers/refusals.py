"""What respondents did not agree to is not analysed: it is left out, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import DataWarning, ReadError, warn
from collective_use.instrument.model import Instrument
from collective_use.instrument.rosters import naming_consent
from collective_use.record import Record, counted
from collective_use.responses.answers.answers import take
from collective_use.responses.answers.cells import NOT_SHOWN, Cells
from collective_use.responses.answers.consent import DECLINED, PREFIX
from collective_use.responses.answers.stack import Piece
from collective_use.responses.options import Options

KEEP = (
    "Where you hold their consent elsewhere, such as signed on paper, unticked_consent='keep' "
    "(--unticked-consent keep) keeps them."
)
"""What to do where an empty box is no missing consent."""


def without_refusals(
    pieces: Sequence[Piece], instrument: Instrument, options: Options, record: Record
) -> tuple[list[Piece], Record]:
    """Leave out persons who did not agree to take part, and ties of those who refused naming.

    A consent that an export has no column for was not asked there, or was given otherwise: its
    answers stay, with a note where they name persons. A box left empty is no consent, unless the
    caller says that it is held elsewhere.

    Parameters
    ----------
    pieces
        The exports, read; consent stands in columns ``consent.<module>``.
    instrument
        The instrument: which rosters ask for which consent.
    options
        What happens to boxes left empty.
    record
        What happened so far.

    Raises
    ------
    ReadError
        When nobody is left who agreed to take part.
    """
    naming = _naming(instrument)
    general = _needed(instrument, ("all", "member"))
    made = []
    for piece in pieces:
        piece, record = _takes_part(piece, general, options, record)
        for module in dict.fromkeys(filter(None, naming.values())):
            items = [item for item, asked in naming.items() if asked == module]
            piece, record = _unnamed(piece, module, items, record)
        made.append(piece)
    if not any(len(piece.persons) for piece in made):
        files = quoted(piece.name for piece in made)
        raise ReadError(
            f"{files}: nobody agreed to take part (consent {quoted(general)}), so no answer may "
            f"be used; is the consent column what it seems? {KEEP}"
        )
    return made, record


def informants_who_agreed(
    piece: Piece, instrument: Instrument, options: Options, record: Record
) -> tuple[Piece, Record]:
    """Leave out informants who did not give the consent that their form asks for."""
    return _takes_part(piece, _needed(instrument, ("all", "informant")), options, record)


def said_no(persons: pd.DataFrame, instrument: Instrument) -> tuple[tuple[str, str], ...]:
    """Return group and member code of who said no to a consent that taking part needs."""
    columns = [f"{DECLINED}{module}" for module in _needed(instrument, ("all", "member"))]
    there = [name for name in columns if name in persons]
    if not there or "member" not in persons:
        return ()
    who = persons.loc[persons[there].any(axis=1) & (persons["member"] != "")]
    return tuple(zip(who["group"], who["member"], strict=True))


def _naming(instrument: Instrument) -> dict[str, str]:
    return {item.id: naming_consent(instrument, item.roster) for item in instrument.items}


def _needed(instrument: Instrument, whose: Sequence[str]) -> list[str]:
    """Return the consents without which nobody takes part."""
    naming = set(_naming(instrument).values())
    return [
        module.id
        for module in instrument.consent
        if module.required and module.respondent in whose and module.id not in naming
    ]


def _takes_part(
    piece: Piece, modules: Sequence[str], options: Options, record: Record
) -> tuple[Piece, Record]:
    """Leave out who declined, and who left the box empty unless that is to stay."""
    persons = piece.persons
    keep = np.ones(len(persons), dtype=bool)
    for module in modules:
        given, said_no = f"{PREFIX}{module}", f"{DECLINED}{module}"
        if given not in persons:
            continue
        no = persons[said_no].to_numpy(bool) & keep
        empty = persons[given].ne(1).to_numpy() & ~persons[said_no].to_numpy(bool) & keep
        if no.any():
            text = f"{piece.name}: Persons who did not give the consent {module!r}."
            record = _left(record, text, persons["row"][no])
        if empty.any():
            record = _note_empty(record, piece.name, module, persons["row"][empty], options)
        keep &= ~no if options.unticked_consent == "keep" else ~(no | empty)
    gone = [name for name in persons if str(name).startswith(DECLINED)]
    persons = persons[keep].drop(columns=gone).reset_index(drop=True)
    return replace(piece, persons=persons, block=take(piece.block, keep)), record


def _note_empty(
    record: Record, name: str, module: str, rows: pd.Series, options: Options
) -> Record:
    """Say what becomes of persons who left the box empty, aloud: nobody is held out in silence."""
    empty = f"{name}: Persons who left the box of the consent {module!r} empty"
    if options.unticked_consent == "keep":
        kept = f"{empty}; they stay, since their consent is said to be held elsewhere."
        return record.note("responses", "decision", kept, count=len(rows), of="persons", what=rows)
    text = f"{empty}, which is no consent. {KEEP}"
    warn(f"{text} ({counted(len(rows), 'persons')} left out)", DataWarning)
    return _left(record, text, rows)


def _left(record: Record, text: str, rows: pd.Series) -> Record:
    return record.note("responses", "left out", text, count=len(rows), of="persons", what=rows)


def _unnamed(
    piece: Piece, module: str, items: Sequence[str], record: Record
) -> tuple[Piece, Record]:
    """Blank the ties of persons who refused to name others."""
    names = [name for name, column in piece.block.columns.items() if column.item in items]
    if not names:
        return piece, record
    column = f"{PREFIX}{module}"
    if column not in piece.persons:
        text = (
            f"{piece.name}: It holds no column of the consent {module!r}, which naming others asks "
            "for; the ties stay, so make sure that everybody gave it."
        )
        return piece, record.note("responses", "note", text)
    refused = piece.persons[column].ne(1).to_numpy()
    cells, nominations, ties = dict(piece.block.cells), dict(piece.block.nominations), 0
    for name in names:
        if name in cells:
            old = cells[name]
            ties += int((refused & ~np.isnan(old.values)).sum())
            values = np.where(refused, np.nan, old.values)
            cells[name] = Cells(values, np.where(refused, NOT_SHOWN, old.reasons).astype(np.int8))
        elif name in nominations:
            ties += int((refused & (nominations[name] != "")).sum())
            nominations[name] = np.where(refused, "", nominations[name]).astype(object)
    if not refused.any():
        return piece, record
    text = (
        f"{piece.name}: Ties of persons who did not agree to name others (consent {module!r}): "
        f"{counted(int(refused.sum()), 'persons')}."
    )
    record = record.note("responses", "left out", text, count=ties, of="ties")
    block = replace(piece.block, cells=cells, nominations=nominations)
    return replace(piece, block=block), record
