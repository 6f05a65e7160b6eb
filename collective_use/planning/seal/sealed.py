"""A plan under a hash, and its amendments, each bound to the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collective_use.accepted import Frame, PlainDict, PlainMapping
from collective_use.errors import InputError
from collective_use.planning.seal.canonical import digest, plain_content
from collective_use.planning.seal.deviations import TIERS, Deviation, deviations
from collective_use.results import Result, Table

FORMAT = "collective-use seal"
SCHEMA = 1


@dataclass(frozen=True)
class Entry:
    """The plan at one time: as sealed, or after an amendment.

    Attributes
    ----------
    date
        When, in UTC: ``2027-03-01T09:30:00Z``.
    software
        Name and version of what wrote it.
    content
        Tier to its settings, in plain values.
    reason
        Why it was amended; empty for the plan itself.
    signed
        Who signed it off, as they named themselves.
    data
        What was known of the data then: name of each export, with the SHA-256 of a file that was
        there already, or None.
    hashes
        Part of the content to its SHA-256, and those of the fields above.
    previous
        The hash of the entry before; empty for the first.
    hash
        SHA-256 of all the others.
    """

    date: str
    software: str
    content: PlainMapping
    reason: str
    signed: tuple[str, ...]
    data: Mapping[str, str | None]
    hashes: Mapping[str, str]
    previous: str
    hash: str

    def to_dict(self) -> PlainDict:
        """Return the entry as the file holds it."""
        return {
            "date": self.date, "software": self.software, "reason": self.reason,
            "signed": list(self.signed), "data": dict(self.data),
            "content": dict(self.content), "hashes": dict(self.hashes),
            "previous": self.previous, "hash": self.hash,
        }  # fmt: skip


@dataclass(frozen=True)
class Seal(Result):
    """A sealed plan.

    Attributes
    ----------
    entries
        The plan, then its amendments in order.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> folder = tempfile.mkdtemp() + "/mine"
    >>> _ = cu.init_study(folder, instrument="lq2002")
    >>> cu.seal_study(folder, signed=["A. Author"]).entries[0].signed
    ('A. Author',)
    """

    entries: tuple[Entry, ...]

    @property
    def hash(self) -> str:
        """The hash to deposit: that of the last entry, which is bound to all before."""
        return self.entries[-1].hash

    @property
    def content(self) -> PlainMapping:
        """The plan as it stands, amendments included."""
        return self.entries[-1].content

    def changes(self, number: int) -> tuple[Deviation, ...]:
        """Return what amendment ``number`` (from 1) changed."""
        return deviations(self.entries[number - 1].content, self.entries[number].content)

    def to_dict(self) -> PlainDict:
        """Return the content of the file."""
        return {
            "format": FORMAT,
            "schema": SCHEMA,
            "entries": [entry.to_dict() for entry in self.entries],
        }

    def to_json(self) -> bytes:
        """Return the file: UTF-8, indented, in the order of the fields."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1)
        return (text + "\n").encode("utf-8")

    def to_frame(self) -> Frame:
        """Return a row a change: number of the amendment, date, tier, place, planned, now."""
        import pandas as pd

        rows = [
            {"amendment": number, "date": self.entries[number].date, **change.to_dict()}
            for number in range(1, len(self.entries))
            for change in self.changes(number)
        ]
        columns = ["amendment", "date", "tier", "place", "planned", "now"]
        return pd.DataFrame(rows, columns=columns)

    def tables(self) -> tuple[Table, ...]:
        """Return the log: when, what, why, and who signed."""
        rows = tuple(
            (
                "plan" if not number else f"amendment {number}",
                entry.date,
                tiers_of(self.changes(number)) if number else "design, pipeline",
                entry.reason or "as planned",
                ", ".join(entry.signed) or "not signed",
                entry.hash[:16],
            )
            for number, entry in enumerate(self.entries)
        )
        notes = [f"Hash to deposit: {self.hash}", *_data_notes(self.entries[0].data)]
        log = Table(
            "The sealed plan", ("entry", "date (UTC)", "tier", "reason", "signed", "hash"), rows,
            tuple(notes),
        )  # fmt: skip
        changed = [
            (number, change.tier, change.place, change.planned, change.now)
            for number in range(1, len(self.entries))
            for change in self.changes(number)
        ]
        columns = ("amendment", "tier", "setting", "planned", "now")
        return (log, Table("What was amended", columns, tuple(changed))) if changed else (log,)


def tiers_of(changes: Sequence[Deviation]) -> str:
    """Return the tiers that changes touch, design first.

    Examples
    --------
    >>> tiers_of([Deviation("pipeline", "seed", "1", "2")])
    'pipeline'
    """
    return ", ".join(tier for tier in TIERS if any(change.tier == tier for change in changes))


def sealed(
    content: PlainMapping,
    *,
    date: str,
    software: str,
    signed: Sequence[str] = (),
    data: Mapping[str, str | None] | None = None,
) -> Seal:
    """Seal a plan.

    Parameters
    ----------
    content
        ``design`` and ``pipeline``, each name to setting.
    date
        When, in UTC.
    software
        What seals it.
    signed
        Who signs it off.
    data
        What is known of the data: name of an export to its SHA-256, None when it is not there.

    Examples
    --------
    >>> seal = sealed({"design": {}, "pipeline": {"seed": 1}}, date="2027-03-01T09:30:00Z",
    ...     software="collective-use 1")
    >>> len(seal.hash), seal.entries[0].signed
    (64, ())
    """
    entry = _entry(plain_content(content), date, software, "", tuple(signed), data or {}, "")
    return Seal((entry,))


def amended(
    seal: Seal,
    content: PlainMapping,
    *,
    date: str,
    reason: str,
    software: str,
    signed: Sequence[str] = (),
    data: Mapping[str, str | None] | None = None,
) -> Seal:
    """Amend a sealed plan; what was sealed stays in the file.

    Raises
    ------
    InputError
        When there is no reason, or nothing differs from the plan as it stands.

    Examples
    --------
    >>> seal = sealed({"pipeline": {"seed": 1}}, date="2027-03-01T09:30:00Z", software="a")
    >>> later = amended(seal, {"pipeline": {"seed": 2}}, date="2027-04-01T09:30:00Z",
    ...     reason="the first seed was used for the pilot", software="a")
    >>> str(later.changes(1)[0])
    'seed: planned 1, now 2'
    """
    if not reason.strip():
        raise InputError("an amendment needs a reason: what was learned that changes the plan")
    content = plain_content(content)
    if content == seal.content:
        raise InputError("nothing differs from the sealed plan, so there is nothing to amend")
    entry = _entry(content, date, software, reason.strip(), tuple(signed), data or {}, seal.hash)
    return Seal((*seal.entries, entry))


def parts_of(entry: PlainMapping) -> PlainDict:
    """Return what of an entry has a hash of its own, by name.

    Examples
    --------
    >>> list(parts_of({"content": {"pipeline": {"seed": 1}}, "date": "", "software": "",
    ...     "reason": "", "signed": [], "data": {}}))
    ['date', 'software', 'reason', 'signed', 'data', 'pipeline.seed']
    """
    parts = {name: entry[name] for name in ("date", "software", "reason", "signed", "data")}
    for tier, settings in entry["content"].items():
        parts |= {f"{tier}.{name}": value for name, value in settings.items()}
    return parts


def entry_hash(hashes: Mapping[str, str], previous: str) -> str:
    """Return the hash of an entry: that of the hashes of its parts and of the entry before.

    Examples
    --------
    >>> entry_hash({}, "")[:8]
    '85e594ba'
    """
    return digest({"hashes": dict(hashes), "previous": previous})


def _entry(
    content: PlainMapping, date: str, software: str, reason: str, signed: tuple[str, ...],
    data: Mapping[str, str | None], previous: str,
) -> Entry:  # fmt: skip
    raw = {
        "date": date, "software": software, "reason": reason, "signed": list(signed),
        "data": dict(data), "content": content,
    }  # fmt: skip
    hashes = {name: digest(part) for name, part in parts_of(raw).items()}
    return Entry(
        date,
        software,
        content,
        reason,
        signed,
        dict(data),
        hashes,
        previous,
        entry_hash(hashes, previous),
    )


def _data_notes(data: Mapping[str, str | None]) -> list[str]:
    there = [name for name, known in data.items() if known]
    if there:
        return [f"Answers were there already when this was sealed: {', '.join(there)}."]
    return ["No answers were there when this was sealed."] if data else []
