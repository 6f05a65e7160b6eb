"""Respondents meet the members file: exactly, then loosely and said aloud, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.checks import nearest, quoted
from collective_use.errors import DataWarning, ReadError, warn
from collective_use.frames import cells_of
from collective_use.record import Record
from collective_use.responses.answers.answers import take
from collective_use.responses.answers.stack import Piece
from collective_use.responses.fieldwork.pairs import member_rows
from collective_use.responses.headings.keys import met
from collective_use.responses.options import Options

DECLINED_COLUMN = "declined_to_take_part"
"""The column of the members, as read, that says who declined."""
FEW = 0.5
"""Below this share of groups found, the members file may be the wrong one."""


def meet_members(
    pieces: Sequence[Piece], members: pd.DataFrame, options: Options, record: Record
) -> tuple[list[Piece], Record]:
    """Return pieces whose groups and members are written as in the members file.

    Raises
    ------
    ReadError
        When no group, or no member of the groups found, stands in the members file.
    """
    groups = list(dict.fromkeys(g for piece in pieces for g in piece.persons["group"].unique()))
    renamed: dict[str, str] = {}
    for piece in pieces:
        here = piece.persons["group"].unique()
        renamed |= met(here, members["group"].unique(), labels=piece.labels.get("group"))
    _check_groups(groups, renamed, members)
    record = _said("groups", renamed, record)
    made = [_with_groups(piece, renamed) for piece in pieces]
    codes: dict[tuple[str, str], str] = {}
    for piece in made:
        codes |= _member_codes(piece, members)
    shown = {f"{old} in {group}": f"{new}" for (group, old), new in codes.items()}
    record = _said("member codes", shown, record)
    made = [_with_members(piece, codes) for piece in made]
    _check_codes(made, members)
    if not renamed and not codes:
        return made, record
    result = []
    for piece in made:
        piece, record = _once(piece, options, record)
        result.append(piece)
    return result, record


def meet_groups(
    piece: Piece, others: Sequence[Piece], known: Sequence[str], record: Record
) -> tuple[Piece, Record]:
    """Return the informants' piece with groups as the respondents' or the members file has them."""
    labels = {
        code: label for other in others for code, label in other.labels.get("group", {}).items()
    }
    here = piece.persons["group"].unique()
    renamed = met(here, known, labels=piece.labels.get("group"), known_labels=labels)
    return _with_groups(piece, renamed), _said("groups of the informants", renamed, record)


def _with_groups(piece: Piece, renamed: Mapping[str, str]) -> Piece:
    if not renamed:
        return piece
    groups = piece.persons["group"].map(lambda name: renamed.get(name, name))
    return replace(piece, persons=piece.persons.assign(group=groups))


def _member_codes(piece: Piece, members: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return the members' codes that respondents of each group wrote otherwise."""
    if "member" not in piece.persons:
        return {}
    persons = piece.persons
    unknown = persons[(member_rows(members, persons) < 0) & (persons["member"] != "").to_numpy()]
    strange: dict[str, list[str]] = {}
    for group, member in cells_of(unknown, "group", "member"):
        strange.setdefault(group, []).append(member)
    listed: dict[str, list[str]] = {}
    theirs = members[members["group"].isin(list(strange))]
    for group, member in dict.fromkeys(cells_of(theirs, "group", "member")):
        listed.setdefault(group, []).append(member)
    found = {}
    for group, own in strange.items():
        hits = met(own, listed.get(group, ()), labels=piece.labels.get("member"))
        found.update({(group, old): new for old, new in hits.items()})
    return found


def _with_members(piece: Piece, codes: Mapping[tuple[str, str], str]) -> Piece:
    if not codes or "member" not in piece.persons:
        return piece
    pairs = zip(piece.persons["group"], piece.persons["member"], strict=True)
    renamed = [codes.get(pair, pair[1]) for pair in pairs]
    return replace(piece, persons=piece.persons.assign(member=renamed))


def marked_declined(people: pd.DataFrame, pieces: Sequence[Piece]) -> pd.DataFrame:
    """Return the members file with who declined to take part: a reminder would press them."""
    pairs = {pair for piece in pieces for pair in piece.declined}
    if not pairs:
        return people
    groups = met({group for group, _ in pairs}, people["group"])
    told = set()
    for group in {group for group, _ in pairs}:
        name = groups.get(group, group)
        own = [member for other, member in pairs if other == group]
        codes = met(own, people.loc[people["group"] == name, "member"])
        told |= {(name, codes.get(member, member)) for member in own}
    who = zip(people["group"], people["member"], strict=True)
    return people.assign(**{DECLINED_COLUMN: [pair in told for pair in who]})


def _once(piece: Piece, options: Options, record: Record) -> tuple[Piece, Record]:
    """Leave out second submissions of one member that two spellings had hidden."""
    persons = piece.persons
    if "member" not in persons or options.duplicates == "keep":
        return piece, record
    by = [role for role in ("group", "member", "wave") if role in persons]
    twice = persons.duplicated(by, keep=options.duplicates) & (persons["member"] != "")
    if not twice.any():
        return piece, record
    text = (
        f"{piece.name}: Several submissions of one member under two spellings; "
        f"the {options.duplicates} one stays."
    )
    record = record.note(
        "responses",
        "left out",
        text,
        count=int(twice.sum()),
        of="rows",
        what=persons["row"][twice],
    )
    keep = ~twice.to_numpy(dtype=bool)
    kept = persons[keep].reset_index(drop=True)
    return replace(piece, persons=kept, block=take(piece.block, np.asarray(keep))), record


def _said(what: str, renamed: Mapping[str, str], record: Record) -> Record:
    if not renamed:
        return record
    pairs = [f"{old} is {new}" for old, new in renamed.items()]
    text = f"Not written alike, taken for the same {what}: {quoted(pairs, most=8)}."
    warn(text, DataWarning)
    return record.note("responses", "changed", text, count=len(pairs), of="keys", what=pairs)


def _check_groups(groups: list[str], renamed: Mapping[str, str], members: pd.DataFrame) -> None:
    """Stop when no group is listed, and shout when few are."""
    listed = list(members["group"].unique())
    known = {*listed, *renamed}
    lost = [name for name in groups if name not in known]
    found = len(groups) - len(lost)
    if not groups or found >= FEW * len(groups):
        return
    text = (
        f"{quoted(_near(lost, listed), most=6)}; the members file lists "
        f"{quoted(listed, most=6)}. Is it the members file of another study, or another column "
        "of groups (--group)?"
    )
    if not found:
        raise ReadError(f"the members file lists none of the groups of the export: {text}")
    number = f"{found} of the {len(groups)} groups of the export"
    warn(f"The members file lists only {number}; not {text}", DataWarning)


def _check_codes(pieces: Sequence[Piece], members: pd.DataFrame) -> None:
    """Stop when the groups are listed but none of the member codes is."""
    coded = [
        piece.persons.loc[piece.persons["member"] != "", ["group", "member"]]
        for piece in pieces
        if "member" in piece.persons
    ]
    if any((member_rows(members, persons) >= 0).any() for persons in coded):
        return
    codes = {pair for persons in coded for pair in cells_of(persons, "group", "member")}
    listed_groups = set(members["group"])
    here = sorted(pair for pair in codes if pair[0] in listed_groups)
    if not here:
        return
    listed = list(dict.fromkeys(members["member"]))
    near = _near([member for _, member in here], listed)
    raise ReadError(
        f"the members file lists none of the member codes of the export: {quoted(near, most=6)}; "
        f"it lists {quoted(listed, most=6)}. Is another column the member code (--member)?"
    )


def _near(lost: Sequence[str], listed: Sequence[str]) -> list[str]:
    hits = [(name, nearest(name, listed)) for name in lost[:12]]
    named = [f"{name} (nearest is {hit})" if hit else name for name, hit in hits]
    return named + list(lost[12:])
