"""The last door of reading: nothing that identifies a person by itself goes on to any file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from collective_use.errors import DataWarning, warn
from collective_use.frames import rows_of
from collective_use.later import with_fields
from collective_use.record import Record
from collective_use.responses.headings.contents import kinds_in, personal_parts, without_parts
from collective_use.responses.table import Responses

_PART = 10_000
_KEPT = ("group", "parent", "partner", "wave", "country", "language", "export", "member")
"""Keys: replacing a part of one would join what belongs apart."""


def protected(responses: Responses, keep: bool) -> Responses:
    """Return responses without addresses and numbers of persons in codes, free texts and record.

    A member code that is an address becomes a number: the position in the members file, or else
    the order in which the group's members appear. Within free texts the address alone is taken
    out. Everything is counted.

    Parameters
    ----------
    responses
        As read.
    keep
        Whether personal details were asked for; then nothing changes.
    """
    if keep:
        return responses
    persons, people, record = _codes(responses.persons, responses.members, responses.record)
    facts = responses.informants
    for role in ("group", "parent", "partner"):
        persons, people, facts, record = _names(role, persons, people, facts, record)
    persons, record = _free_texts(persons, record)
    if facts is not None:
        facts, record = _free_texts(facts, record)
    return with_fields(
        responses, persons=persons, members=people, informants=facts, record=_scrubbed(record)
    )


def _codes(
    persons: pd.DataFrame, people: pd.DataFrame | None, record: Record
) -> tuple[pd.DataFrame, pd.DataFrame | None, Record]:
    if "member" not in persons:
        return persons, people, record
    kinds = kinds_in(texts_in(persons["member"]))
    if not kinds:
        return persons, people, record
    numbers: dict[tuple[str, str], str] = {}
    if people is not None:
        for row in rows_of(people):
            numbers[row.group, row.member] = f"m{row.position}"
    last: dict[str, int] = {}
    for group, member in zip(persons["group"], persons["member"], strict=True):
        if member and (group, member) not in numbers:
            last[group] = last.get(group, 0) + 1
            numbers[group, member] = f"{'x' if people is not None else 'm'}{last[group]}"
    order = "positions in the members file" if people is not None else "the order in each group"
    text = (
        f"The member codes are personal details ({', '.join(kinds)}); written are numbers instead, "
        f"{order}. Use codes that say nothing in the form itself, or give the export keyed codes "
        "first: collective-use pseudonymize."
    )
    warn(text, DataWarning)
    record = record.note("responses", "warning", text, count=len(numbers), of="persons")
    listed = None if people is None else _renamed(people, numbers)
    return _renamed(persons, numbers), listed, record


def texts_in(column: pd.Series) -> Iterator[str]:
    """Yield the texts of a column, never all of them at a time."""
    for start in range(0, len(column), _PART):
        yield from column.iloc[start : start + _PART].unique().tolist()


def _names(
    role: str,
    persons: pd.DataFrame,
    people: pd.DataFrame | None,
    facts: pd.DataFrame | None,
    record: Record,
) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None, Record]:
    """Give groups and organisations numbers where their name is an address or a telephone."""
    frames = [f for f in (persons, people, facts) if f is not None and role in f]
    names = dict.fromkeys(str(name) for frame in frames for name in frame[role].unique())
    told = [name for name in names if personal_parts(name)] if kinds_in(names) else []
    if not told:
        return persons, people, facts, record
    numbers = {name: f"{role} {place}" for place, name in enumerate(told, start=1)}
    kinds = ", ".join(kinds_in(told))
    text = f"Names of {role}s that are personal details ({kinds}) became numbers."
    warn(text, DataWarning)
    record = record.note("responses", "warning", text, count=len(told), of="names")

    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        if role not in frame:
            return frame
        return frame.assign(**{role: [numbers.get(name, name) for name in frame[role]]})

    people = None if people is None else renamed(people)
    facts = None if facts is None else renamed(facts)
    return renamed(persons), people, facts, record


def _renamed(frame: pd.DataFrame, numbers: dict[tuple[str, str], str]) -> pd.DataFrame:
    pairs = zip(frame["group"], frame["member"], strict=True)
    return frame.assign(member=[numbers.get(pair, "") for pair in pairs])


def _free_texts(frame: pd.DataFrame, record: Record) -> tuple[pd.DataFrame, Record]:
    changed = {}
    for name in frame.columns:
        if name in _KEPT or pd.api.types.is_numeric_dtype(frame[name]):
            continue
        texts = [text for text in frame[name].unique() if isinstance(text, str)]
        told = [text for text in texts if personal_parts(text)] if kinds_in(texts) else []
        if not told:
            continue
        kinds = ", ".join(kinds_in(told))
        text = f"Personal details in {name} were taken out ({kinds})."
        count = int(frame[name].isin(told).sum())
        record = record.note("responses", "changed", text, count=count, of="cells")
        changed[name] = frame[name].replace({text: without_parts(text) for text in told})
    return (frame.assign(**changed) if changed else frame), record


def _scrubbed(record: Record) -> Record:
    return Record(
        tuple(
            replace(
                entry,
                text=without_parts(entry.text),
                what=tuple(without_parts(name) for name in entry.what),
            )
            for entry in record.entries
        )
    )
