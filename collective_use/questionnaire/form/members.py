"""The members file as a form needs it: who is in which group, and who asked not to be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from collective_use.checks import column_in
from collective_use.door.csv import csv_rows
from collective_use.door.limits import LIMITS
from collective_use.errors import InputError
from collective_use.questionnaire.form.content import Member

YES = frozenset({"1", "yes", "y", "true", "x", "是"})
OPT_OUT = ("opt_out", "opted_out", "not_named")
"""The column's names, the same as on reading: nobody is named because of a spelling."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The members of one group, in the order of the file.

    Attributes
    ----------
    group
        The group's code.
    named
        Those who may be named on rosters; their order gives the positions of an export.
    people
        Everyone who receives a questionnaire, those who opted out of being named included.
    """

    group: str
    named: tuple[Member, ...]
    people: tuple[Member, ...]


def read_rosters(path: str | Path) -> tuple[Roster, ...]:
    """Read a members file: CSV with `group`, `member` and, where wanted, `name`, `partner`.

    A column `opt_out` (yes/no) takes a person off every roster; the person still receives a
    questionnaire.

    Raises
    ------
    ReadError
        When the file is missing, empty or not text.
    InputError
        When a column is missing, a member stands twice in a group, or a cell is empty.
    """
    source = Path(path)
    columns, rows = csv_rows(source, "the members file", most=LIMITS.members_bytes)
    for name in ("group", "member"):
        column_in("members file", name, columns, where=str(source))
    return _rosters(rows, source)


def _rosters(rows: Sequence[dict[str, str]], source: Path) -> tuple[Roster, ...]:
    groups: dict[str, list[tuple[Member, bool, str]]] = {}
    for line, row in enumerate(rows, start=2):
        if not row["group"] or not row["member"]:
            raise InputError(f"{source}:{line}: group and member must not be empty")
        members = groups.setdefault(row["group"], [])
        if any(known.code == row["member"] for known, _, _ in members):
            raise InputError(
                f"{source}:{line}: member {row['member']!r} is twice in group {row['group']!r}; "
                "codes must be unique within a group"
            )
        person = Member(row["member"], row.get("name", ""), row.get("partner", ""))
        hidden = any(row.get(name, "").lower() in YES for name in OPT_OUT)
        members.append((person, hidden, row.get("position", "")))
    return tuple(
        Roster(
            group,
            _in_order([(p, place) for p, hidden, place in people if not hidden], group, source),
            tuple(person for person, _, _ in people),
        )
        for group, people in groups.items()
    )


def _in_order(named: Sequence[tuple[Member, str]], group: str, source: Path) -> tuple[Member, ...]:
    """Order members by their position, where the file has one, as the reader does."""
    if not any(place for _, place in named):
        return tuple(person for person, _ in named)
    places = [int(place) if place.isdecimal() else 0 for _, place in named]
    if sorted(places) != list(range(1, len(named) + 1)):
        raise InputError(
            f"{source}: positions of the named members of group {group!r} must run from 1 to "
            f"{len(named)} without a gap, got {', '.join(place or 'nothing' for _, place in named)}"
        )
    ordered = sorted(zip(places, named, strict=True), key=lambda pair: pair[0])
    return tuple(person for _, (person, _) in ordered)
