"""Whether a sealed file is as it was written, and where it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from collective_use.accepted import Frame, Plain, PlainDict, PlainMapping
from collective_use.checks import quoted
from collective_use.door.json import json_content
from collective_use.errors import InputError, ReadError
from collective_use.planning.seal.canonical import digest
from collective_use.planning.seal.deviations import Deviation
from collective_use.planning.seal.sealed import FORMAT, SCHEMA, Entry, Seal, entry_hash, parts_of
from collective_use.results import Result, Table

MOST_BYTES = 50_000_000
KEYS = ("date", "software", "reason", "signed", "data", "content", "hashes", "previous", "hash")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Verification(Result):
    """What a sealed file says of itself.

    Attributes
    ----------
    name
        The file.
    problems
        What does not hold, each with its place; empty for a file as it was written.
    seal
        The plan, where it can be read.
    deviations
        What of a study is not as planned, where one was given.
    compared
        Whether a study was given.
    deposited
        Which entry the deposited hash is that of (0: the plan); None where none was given.

    Examples
    --------
    >>> from collective_use.planning.seal.sealed import sealed
    >>> seal = sealed({"pipeline": {"seed": 1}}, date="2027-03-01T09:30:00Z", software="a")
    >>> verified(seal.to_json(), "a.json").holds
    True
    """

    name: str
    problems: tuple[str, ...]
    seal: Seal | None
    deviations: tuple[Deviation, ...] = ()
    compared: bool = False
    deposited: int | None = None

    @property
    def holds(self) -> bool:
        """Whether the file is as it was written."""
        return not self.problems

    def to_frame(self) -> Frame:
        """Return the deviations, one a row."""
        import pandas as pd

        rows = [found.to_dict() for found in self.deviations]
        return pd.DataFrame(rows, columns=["tier", "place", "planned", "now"])

    def to_dict(self) -> PlainDict:
        """Return what was found as plain values."""
        return {
            "file": self.name,
            "holds": self.holds,
            "problems": list(self.problems),
            "hash": self.seal.hash if self.seal else None,
            "deviations": [found.to_dict() for found in self.deviations],
        }

    def tables(self) -> tuple[Table, ...]:
        """Return the answer, what does not hold, the log, and what deviates."""
        found = tuple((text,) for text in self.problems) or (("every hash holds",),)
        if self.holds and self.seal and self.deposited is not None:
            later = len(self.seal.entries) - 1 - self.deposited
            which = f"amendment {self.deposited}" if self.deposited else "the plan"
            found += ((f"the hash given is that of {which}; amendments since: {later}",),)
        answer = "is as it was written" if self.holds else "has been CHANGED since it was written"
        head = Table(f"{self.name} {answer}", ("what was found",), found)
        log = self.seal.tables() if self.seal and self.holds else ()
        if not self.compared:
            return (head, *log)
        if not self.deviations:
            kept = (("every setting is as sealed",),)
            return (head, *log, Table("The study is as planned", ("what was found",), kept))
        rows = tuple((f.tier, f.place, f.planned, f.now) for f in self.deviations)
        title = "The study deviates from the plan"
        return (head, *log, Table(title, ("tier", "setting", "planned", "now"), rows))


def read_seal(path: str | Path) -> Seal:
    """Read a sealed file that is as it was written.

    Raises
    ------
    InputError
        When it is missing, is no sealed file, or was changed: with every place.

    Examples
    --------
    >>> read_seal("nowhere.json")
    Traceback (most recent call last):
        ...
    collective_use.errors.InputError: 'nowhere.json': there is no such file; ...
    """
    checked = verify_file(path)
    if checked.seal is None or not checked.holds:
        listed = "\n".join(f"  {text}" for text in checked.problems)
        raise InputError(f"{str(path)!r} has been changed since it was sealed:\n{listed}")
    return checked.seal


def verify_file(path: str | Path, hash: str | None = None) -> Verification:  # noqa: A002, RUF100
    """Check a sealed file; see `verified`.

    Raises
    ------
    InputError
        When the file is missing, unreadable or no sealed file.
    """
    place = Path(path)
    try:
        if place.stat().st_size > MOST_BYTES:
            raise InputError(f"{str(path)!r} is larger than {MOST_BYTES:,} bytes: no sealed file")
        content = place.read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"{str(path)!r}: there is no such file; 'collective-use seal' writes one beside a study"
        ) from None
    except (OSError, ValueError) as problem:
        raise InputError(f"{str(path)!r} cannot be read: {problem}") from None
    return verified(content, place.name, hash=hash)


def verified(content: bytes, name: str, *, hash: str | None = None) -> Verification:  # noqa: A002, RUF100
    """Check a sealed file part by part.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        How it is called in messages.
    hash
        The hash that was deposited elsewhere: of the plan, or of any amendment. Without it, a file
        whose hashes were all made anew passes: only a deposited hash is proof against its owner.

    Raises
    ------
    InputError
        When it is no sealed file at all.
    """
    raw = _raw(content, name)
    problems: list[str] = []
    previous = ""
    for number, entry in enumerate(raw["entries"]):
        which = "the plan" if not number else f"amendment {number}"
        problems += [f"{which}: {text}" for text in _entry_problems(entry, previous)]
        if number and not str(entry["reason"]).strip():
            problems.append(f"{which}: it has no reason")
        previous = str(entry["hash"])
    if content != _written(raw):
        problems += [] if problems else ["bytes outside the plan were changed (blanks, other keys)"]
    hashes = [str(entry["hash"]) for entry in raw["entries"]]
    given = None if hash is None else hash.strip().lower()
    if given is not None and given not in hashes:
        problems.append(f"its hash is {hashes[-1]}, the hash given is {given}")
    deposited = hashes.index(given) if given in hashes else None
    return Verification(name, tuple(problems), _seal(raw), deposited=deposited)


def _raw(content: bytes, name: str) -> PlainDict:
    try:
        raw = json_content(content.decode("utf-8"), name)
    except (UnicodeDecodeError, ReadError) as problem:
        raise InputError(f"{name!r} cannot be read as a sealed file: {problem}") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise InputError(f"{name!r} is no sealed file: it does not begin with format {FORMAT!r}")
    if raw.get("schema") != SCHEMA:
        raise InputError(f"{name!r} has schema {raw.get('schema')!r}; this version reads {SCHEMA}")
    entries = raw.get("entries")
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{name!r} holds no plan")
    for number, entry in enumerate(entries):
        _check_shape(name, number, entry)
    return raw


def _check_shape(name: str, number: int, entry: Plain) -> None:
    shapes = {"content": dict, "hashes": dict, "data": dict, "signed": list}
    if not isinstance(entry, dict) or set(entry) != set(KEYS):
        raise InputError(f"{name!r}: entry {number} must have the keys {quoted(KEYS)}")
    for key in KEYS:
        if not isinstance(entry[key], shapes.get(key, str)):
            raise InputError(f"{name!r}: {key} of entry {number} is not what it has to be")
    if not all(isinstance(part, dict) for part in entry["content"].values()):
        raise InputError(f"{name!r}: the content of entry {number} has no tiers of settings")


def _entry_problems(entry: PlainMapping, previous: str) -> list[str]:
    found = []
    parts = parts_of(entry)
    for part in dict.fromkeys((*entry["hashes"], *parts)):
        noted = entry["hashes"].get(part)
        if part not in parts:
            found.append(f"{part} is gone")
        elif noted is None:
            found.append(f"{part} was added")
        elif not _same(parts[part], noted):
            found.append(f"{part} was changed, or its hash was")
    if entry["previous"] != previous:
        found.append("it is not bound to the entry before: one was taken out, added or changed")
    if entry_hash(entry["hashes"], entry["previous"]) != entry["hash"]:
        found.append("its hash is not the one of its parts")
    return found


def _same(part: Plain, noted: Plain) -> bool:
    if not isinstance(noted, str) or not _HASH.fullmatch(noted):
        return False
    try:
        return digest(part) == noted
    except InputError:
        return False


def _seal(raw: PlainMapping) -> Seal:
    entries = tuple(
        Entry(**{**entry, "signed": tuple(entry["signed"])}) for entry in raw["entries"]
    )
    return Seal(entries)


def _written(raw: PlainMapping) -> bytes:
    return _seal(raw).to_json()
