"""Which reader reads a file: the platforms' table, other packages, or the user's own file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from collective_use.checks import one_of, quoted
from collective_use.errors import InputError, ReadError
from collective_use.platforms.profile import SPECIFICITIES, Platform
from collective_use.platforms.registry import (
    READERS,
    find_platform,
    is_file,
    platforms,
    read_platforms,
)
from collective_use.responses.files.raw import Raw
from collective_use.responses.readers.export import Export
from collective_use.responses.readers.profile import ProfileReader


class Reader(Protocol):
    """What every reader can do."""

    platform: str

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether a file has this platform's layout."""

    def read(self, raw: Raw) -> Export:
        """Understand its headings and rows."""


@dataclass(frozen=True, slots=True)
class Known:
    """A reader with its rank.

    Attributes
    ----------
    reader
        It.
    specificity
        How surely it recognizes files: one of `SPECIFICITIES`.
    documented_only
        Whether no real file stood behind it.
    """

    reader: Reader
    specificity: str
    documented_only: bool = False


def _of_row(row: Platform) -> Known:
    if row.reader is not None:
        module, _, name = row.reader.partition(":")
        reader: Reader = getattr(import_module(module), name)()
    else:
        reader = ProfileReader(row)
    return Known(reader, row.specificity, row.documented_only)


def _from_outside() -> Iterator[Known]:
    """Yield the readers that other packages bring, and check that they can read."""
    for entry in entry_points(group=READERS):
        made = entry.load()
        reader = made() if isinstance(made, type) else made
        lacking = [n for n in ("platform", "recognizes", "read") if not hasattr(reader, n)]
        if lacking:
            raise InputError(f"{READERS} {entry.name}: a reader must have {quoted(lacking)}")
        rank = str(getattr(reader, "specificity", "columns"))
        one_of(f"{READERS} {entry.name}: specificity", rank, SPECIFICITIES)
        yield Known(reader, rank)


@cache
def readers() -> dict[str, Known]:
    """Return every reader by its platform.

    Raises
    ------
    InputError
        When two readers have one name, or one of another package is no reader.
    """
    found = {row.id: _of_row(row) for row in platforms() if row.reader or row.profile}
    for known in _from_outside():
        if known.reader.platform in found:
            raise InputError(f"platform {known.reader.platform!r} must have one reader, has two")
        found[known.reader.platform] = known
    return found


def read_layout(raw: Raw, platform: str | None = None) -> Export:
    """Return a file as an export of its platform.

    Parameters
    ----------
    raw
        The file.
    platform
        Read it so instead of recognizing it: the id of a platform, or the path of a platform file.

    Raises
    ------
    InputError
        When there is no platform of that name, or the platform file is wrong.
    ReadError
        When two platforms' layouts fit the file equally well.
    """
    if platform is not None and is_file(platform):
        return _by_file(raw, platform)
    table = readers()
    if platform is not None:
        find_platform(platform, table)
        if platform not in table:
            raise InputError(f"platform {platform!r} is only a name for columns; it has no reader")
        return _said(table[platform], raw)
    return _said(_recognized(raw, list(table.values())), raw)


def _recognized(raw: Raw, table: list[Known]) -> Known:
    """Return the reader of the highest rank that knows the layout; two of one rank are refused."""
    for rank in SPECIFICITIES:
        hits = [k for k in table if k.specificity == rank and k.reader.recognizes(raw)]
        if len(hits) > 1:
            names = quoted(known.reader.platform for known in hits)
            raise ReadError(
                f"{raw.name}: its layout fits {names} equally well; say which it is with "
                f"platform= (--platform {hits[0].reader.platform})"
            )
        if hits:
            return hits[0]
    raise ReadError(f"{raw.name}: no reader takes this layout; give platform=")


def _by_file(raw: Raw, path: str) -> Export:
    """Read by the user's own platform file: its only platform, or the one that fits."""
    rows = read_platforms(path)
    if len(rows) == 1:
        return _said(_of_row(rows[0]), raw)
    hits = [known for known in map(_of_row, rows) if known.reader.recognizes(raw)]
    if len(hits) != 1:
        names = quoted(row.id for row in rows)
        many = "several" if hits else "none"
        raise ReadError(f"{raw.name}: {many} of the platforms {names} in {Path(path).name} fit it")
    return _said(hits[0], raw)


def _said(known: Known, raw: Raw) -> Export:
    export = known.reader.read(raw)
    if not known.documented_only:
        return export
    note = "This layout is read from documentation; no real file of it was at hand."
    return replace(export, notes=(*export.notes, note))


def platform_ids() -> tuple[str, ...]:
    """Return the ids of all platforms that can be read, in the order of the alphabet.

    Examples
    --------
    >>> "qualtrics" in platform_ids()
    True
    """
    return tuple(sorted(readers()))
