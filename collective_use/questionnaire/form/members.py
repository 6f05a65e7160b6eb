"""The members file as a form needs it: who is in which group, and who asked not to be named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from collective_use.checks import column_in, quoted
from collective_use.door.csv import csv_rows
from collective_use.door.limits import LIMITS, check_keys
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument
from collective_use.questionnaire.form.content import Member

YES = frozenset({"1", "yes", "y", "true", "x", "是"})
OPT_OUT = ("opt_out", "opted_out", "not_named")
"""The column's names, the same as on reading: nobody is named because of a spelling."""

PLACES = 1000
"""The last place of a roster: forms have a line, and exports a column, for every place."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The members of one group, in the order of the file.

    Attributes
    ----------
    group
        The group's code.
    named
        Those who may be named on rosters, in the order of their places.
    people
        Everyone who receives a questionnaire, those who opted out of being named included.
        Everyone keeps a place in the list: nobody moves up when somebody opts out.
    """

    group: str
    named: tuple[Member, ...]
    people: tuple[Member, ...]


def read_rosters(path: str | Path, items: Collection[str] = ()) -> tuple[Roster, ...]:
    """Read a members file: CSV with `group`, `member` and, where wanted, `name`, `partner`.

    A column `opt_out` (yes/no) takes a person off every roster; the person still receives a
    questionnaire.

    Parameters
    ----------
    path
        The file.
    items
        Ids of the questions: a file with such columns holds answers and lists nobody.

    Raises
    ------
    ReadError
        When the file is missing, empty or not text.
    InputError
        When the file is an export of answers, a column is missing, a member stands twice in a
        group, or a cell is empty.
    """
    source = Path(path)
    columns, rows = csv_rows(source, "the members file", most=LIMITS.members_bytes)
    for name in ("group", "member"):
        column_in("members file", name, columns, where=str(source))
    if items:
        _no_answers(columns, items, source)
    return _rosters(rows, source)


def measured_items(bank: Instrument) -> frozenset[str]:
    """Return the items that hold answers, as columns of an export are called."""
    return frozenset(item.id for item in bank.items if item.role == "measure")


def _no_answers(columns: Sequence[str], items: Collection[str], source: Path) -> None:
    """Raise when the file holds answers: an export was given in place of the members file."""
    known = {name.lower() for name in items}
    there = [name for name in columns if name.lower() in known]
    if there:
        raise InputError(
            f"{source} holds answers (columns {quoted(there)}): it is an export, not the members "
            "file, which lists everybody who is asked, a row each, with columns group and member"
        )


def _rosters(rows: Sequence[dict[str, str]], source: Path) -> tuple[Roster, ...]:
    groups: dict[str, list[tuple[Member, str]]] = {}
    seen: dict[str, set[str]] = defaultdict(set)
    for line, row in enumerate(rows, start=2):
        if not row["group"] or not row["member"]:
            raise InputError(f"{source}:{line}: group and member must not be empty")
        for name in ("group", "member", "name", "partner"):
            check_keys(f"{source}:{line}", name, (row.get(name, ""),))
        members, codes = groups.setdefault(row["group"], []), seen[row["group"]]
        if row["member"] in codes:
            raise InputError(
                f"{source}:{line}: member {row['member']!r} is twice in group {row['group']!r}; "
                "codes must be unique within a group"
            )
        codes.add(row["member"])
        hidden = any(row.get(name, "").lower() in YES for name in OPT_OUT)
        person = Member(row["member"], row.get("name", ""), row.get("partner", ""), 0, not hidden)
        members.append((person, row.get("position", "")))
    return tuple(_roster(group, people, source) for group, people in groups.items())


def _roster(group: str, people: Sequence[tuple[Member, str]], source: Path) -> Roster:
    placed = _in_order(people, group, source)
    named = sorted((who for who in placed if who.listed), key=lambda who: who.place)
    return Roster(group, tuple(named), placed)


def _in_order(people: Sequence[tuple[Member, str]], group: str, source: Path) -> tuple[Member, ...]:
    """Give everyone a place: the file's own where it has positions, otherwise the order in it."""
    if not any(text for _, text in people):
        return tuple(replace(who, place=place) for place, (who, _) in enumerate(people, start=1))
    short = len(str(PLACES))
    places = [int(text) if text.isdecimal() and len(text) <= short else 0 for _, text in people]
    often = Counter(places)
    wrong = [
        text[:20] or "nothing"
        for (who, text), place in zip(people, places, strict=True)
        if who.listed and (not 1 <= place <= PLACES or often[place] > 1)
    ]
    if wrong:
        raise InputError(
            f"{source}: positions of the named members of group {group!r} must be whole numbers "
            f"from 1 to {PLACES:,}, each once, got {quoted(wrong)}"
        )
    # Who is not named needs no place; one behind the others keeps the list whole.
    behind = count(max(places) + 1)
    return tuple(
        replace(who, place=place or next(behind))
        for (who, _), place in zip(people, places, strict=True)
    )
