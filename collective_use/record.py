"""What happened in a run: every decision, and everything left out, with its reason.

Each room adds to the record it was given; nothing is dropped without an entry. A record
holds no clock time and no path, so that two runs on the same input give the same record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from collective_use.accepted import PlainDict
from collective_use.results import plain


def counted(count: int, of: str) -> str:
    """Return a number with what is counted, in the singular where it is one.

    Examples
    --------
    >>> counted(1, "groups"), counted(2042, "persons"), counted(1, "entries")
    ('1 group', '2,042 persons', '1 entry')
    """
    if count == 1:
        of = f"{of[:-3]}y" if of.endswith("ies") else of.removesuffix("s")
    return f"{count:,} {of}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    Attributes
    ----------
    room
        Where: ``"responses"``, ``"scores"``, ``"groups"``, ...
    kind
        ``"decision"``, ``"left out"``, ``"changed"``, ``"warning"`` or ``"note"``.
    text
        One sentence for a reader.
    count
        How many rows, groups, items or cells it concerns, where that applies.
    of
        What is counted: ``"rows"``, ``"groups"``, ``"items"``, ``"cells"``, ``"columns"``.
    what
        Their names (row numbers, group names, item ids), in order.
    """

    room: str
    kind: str
    text: str
    count: int | None = None
    of: str = ""
    what: tuple[str, ...] = ()

    def to_dict(self) -> PlainDict:
        """Return the entry as plain values."""
        return {
            "room": self.room,
            "kind": self.kind,
            "text": self.text,
            "count": self.count,
            "of": self.of,
            "what": plain(self.what),
        }


@dataclass(frozen=True, slots=True)
class Record:
    """An immutable list of entries; `note` returns a longer one.

    Examples
    --------
    >>> record = Record().note("responses", "left out", "Preview rows.", count=2, of="rows")
    >>> print(record)
    responses: left out: Preview rows. (2 rows)
    """

    entries: tuple[Entry, ...] = ()

    def note(
        self,
        room: str,
        kind: str,
        text: str,
        *,
        count: int | None = None,
        of: str = "",
        what: Iterable[object] = (),
    ) -> Record:
        """Return a record with one entry more."""
        entry = Entry(room, kind, text, count, of, tuple(str(name) for name in what))
        return replace(self, entries=(*self.entries, entry))

    def joined(self, other: Record) -> Record:
        """Return this record followed by another."""
        return Record((*self.entries, *other.entries))

    def of_kind(self, *kinds: str) -> tuple[Entry, ...]:
        """Return the entries of some kinds, in order."""
        return tuple(entry for entry in self.entries if entry.kind in kinds)

    def to_dict(self) -> list[PlainDict]:
        """Return all entries as plain values."""
        return [entry.to_dict() for entry in self.entries]

    def __repr__(self) -> str:
        return f"Record({len(self.entries)} entries)"

    def __str__(self) -> str:
        lines = []
        for entry in self.entries:
            number = f" ({counted(entry.count, entry.of)})" if entry.count is not None else ""
            lines.append(f"{entry.room}: {entry.kind}: {entry.text}{number}")
        return "\n".join(lines)
