"""The same answers given twice: files of equal content, one member in two exports."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import DataWarning, ReadError, warn
from collective_use.record import Record
from collective_use.responses.answers.answers import take
from collective_use.responses.answers.stack import Piece
from collective_use.responses.options import Options

_APART = ("wave", "country", "parent")
"""What tells two persons of the same group name and code apart, where every export says it."""


def content_of(source: str | Path | pd.DataFrame) -> str:
    """Return what two sources have in common only when they hold the same; "" if unknown.

    Examples
    --------
    >>> frame = pd.DataFrame({"q1": [1, 2]})
    >>> content_of(frame) == content_of(frame.copy()), content_of(frame) == content_of(frame[:1])
    (True, False)
    """
    if isinstance(source, pd.DataFrame):
        text = source.to_csv(index=False, lineterminator="\n")
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    path = Path(source)
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""  # The reader says what is wrong with it.


def check_contents(
    sources: Sequence[str | Path | pd.DataFrame],
    members: str | Path | pd.DataFrame | None,
    declared: Sequence[object],
) -> None:
    """Raise when an export is given twice, or as the members file too.

    Parameters
    ----------
    sources, members
        The exports and the members file.
    declared
        What the caller says of each export (wave, country): equal files that are declared to be
        different are let through.

    Raises
    ------
    ReadError
        Naming both.
    """
    given = [*sources, *([] if members is None else [members])]
    sizes = [_size(source) for source in given]
    alike, read = Counter(sizes), cache(content_of)
    contents = [
        # Files of different sizes need no reading to be told apart.
        "" if alike[size] == 1 else content_of(one) if isinstance(one, pd.DataFrame) else read(one)
        for one, size in zip(given, sizes, strict=True)
    ]
    if members is not None and contents[-1] and contents[-1] in contents[:-1]:
        raise ReadError(
            f"{_named(given, contents.index(contents[-1]))} is given as the export and as the "
            "members file: the members file lists everybody who was asked, a row each, with "
            "columns group and member"
        )
    known: dict[tuple[str, object], int] = {}
    for place, (content, said) in enumerate(zip(contents, declared, strict=False)):
        first = known.setdefault((content, said), place)
        if content and first != place:
            raise ReadError(
                f"{_named(given, first)} and {_named(given, place)} hold the same, sign by sign: "
                "every person would count twice; give it once"
            )


def _size(source: str | Path | pd.DataFrame) -> object:
    if isinstance(source, pd.DataFrame):
        return source.shape
    try:
        return Path(source).stat().st_size
    except (OSError, ValueError):
        return None


def _named(given: Sequence[str | Path | pd.DataFrame], place: int) -> str:
    source = given[place]
    return f"data frame {place + 1}" if isinstance(source, pd.DataFrame) else str(source)


def once_each(
    pieces: Sequence[Piece], options: Options, record: Record
) -> tuple[list[Piece], Record]:
    """Leave out all but one submission of a member who stands in several exports.

    The last is the one in the export that is given last.
    """
    listed = list(pieces)
    there = [piece for piece in listed if "member" in piece.persons]
    if len(there) < 2 or options.duplicates == "keep":
        return listed, record
    apart = [role for role in _APART if all(role in piece.persons for piece in there)]
    by = ["group", "member", *apart]
    frames = [
        piece.persons[by].assign(piece=place, at=np.arange(len(piece.persons)))
        for place, piece in enumerate(listed)
        if "member" in piece.persons
    ]
    persons = pd.concat(frames, ignore_index=True)
    persons = persons[persons["member"] != ""]
    twice = persons[persons.duplicated(by, keep=options.duplicates)]
    if twice.empty:
        return listed, record
    for place in sorted(set(twice["piece"].tolist())):
        rows = twice[twice["piece"] == place]
        piece = listed[place]
        keep = np.ones(len(piece.persons), dtype=bool)
        keep[rows["at"].to_numpy()] = False
        record = record.note(
            "responses",
            "left out",
            f"{piece.name}: Members who stand in another export, too; "
            f"the {options.duplicates} submission stays.",
            count=len(rows),
            of="rows",
            what=piece.persons["row"][~keep],
        )
        kept = piece.persons[keep].reset_index(drop=True)
        listed[place] = replace(piece, persons=kept, block=take(piece.block, keep))
    pairs = [f"{row.member} in {row.group}" for row in twice.itertuples()]
    warn(
        f"{len(twice)} submissions of members who stand in several exports were left out, the "
        f"{options.duplicates} one stays: {quoted(dict.fromkeys(pairs), most=4)}. Are they "
        "different persons? Then give the groups different names; --duplicates keep counts all.",
        DataWarning,
    )
    return listed, record
