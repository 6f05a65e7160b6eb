"""Whether a survey is read whole or counted where it lies, and what cannot be counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from collective_use.accepted import Plain
from collective_use.errors import InputError, ReadError
from collective_use.study.large.files import Files
from collective_use.study.large.reading import check_rules
from collective_use.study.large.sources import Source
from collective_use.study.large.tables import connected, is_connection
from collective_use.study.settings import Study

MANY_ROWS = 500_000
"""From so many rows on a Parquet file is counted where it lies."""

MANY_BYTES = 256 * 2**20
"""From so many bytes on a CSV file is."""

REFUSED: Mapping[str, tuple[str, Plain]] = MappingProxyType(
    {
        "members": ("--members", None),
        "informants": ("--informants", None),
        "sheet": ("--sheet", None),
        "voice": ("--voice", "member"),
        "models": ("--model", ()),
        "validation": ("--validation", None),
    }
)
"""Settings that ask for all persons at once, with their flags and what says nothing."""

OF_FILES: Mapping[str, str] = MappingProxyType(
    {"encoding": "--encoding", "delimiter": "--delimiter"}
)
"""Settings that CSV files alone know."""

KEYS = ("parent", "wave", "weight")
"""Columns that change what groups are or how they are averaged."""


@dataclass(frozen=True)
class Road:
    """How a survey is scored.

    Attributes
    ----------
    source
        What is counted where it lies; None where exports are read whole.
    why
        In words; "" where nothing was to choose.
    """

    source: Source | None
    why: str = ""


def road_of(study: Study, large: bool | None = None) -> Road:
    """Choose how a survey is scored, by its size.

    Parameters
    ----------
    study
        Its exports and settings.
    large
        True counts it where it lies, False reads it whole; None goes by size.

    Raises
    ------
    InputError
        When it is asked for what cannot be.
    ReadError
        When there is no such file.
    """
    given = tuple(entry.file for entry in study.exports)
    if any(map(is_connection, given)):
        return Road(_of_database(given, large), f"{_name(given[0])} is a table of a database.")
    if large is False:
        return Road(None)
    if large is None and not all(map(_could_be, given)):
        return Road(None)
    files = Files(given, study.encoding, study.delimiter)
    try:
        why = _why(files, given)
    except ReadError:
        if large:
            raise
        # the ordinary reader says better what is wrong with a file
        return Road(None)
    if large:
        return Road(files, f"--large: {files.name} is counted where it lies.")
    if not why:
        return Road(None)
    return Road(files, f"{files.name} {why}: it is counted where it lies (--no-large reads it).")


def refuse_what_counts_cannot(study: Study, source: Source) -> None:
    """Raise for settings that a survey counted where it lies cannot honour.

    Raises
    ------
    InputError
        Naming the flag.
    """
    asked = [
        flag for name, (flag, plain) in REFUSED.items() if (getattr(study, name) or plain) != plain
    ]
    asked += [f"--{role}" for role in KEYS if getattr(study.columns, role)]
    if any(entry.wave for entry in study.exports):
        asked.append("--wave")
    if study.duplicates == "first":
        asked.append("--duplicates first")
    csv = isinstance(source, Files) and source.kind == "csv"
    asked += [flag for name, flag in OF_FILES.items() if getattr(study, name) and not csv]
    if asked:
        raise InputError(
            f"{' and '.join(dict.fromkeys(asked))} cannot be used when {source.name} is counted "
            "where it lies: it asks for all persons at once; leave it out, or read the survey "
            "whole with --no-large"
        )
    check_rules(study)


def _of_database(given: tuple[str, ...], large: bool | None) -> Source:
    if len(given) > 1:
        raise InputError(f"a database must be the only export, got {len(given)} exports")
    if large is False:
        raise InputError(
            "--no-large cannot be used with a database: its tables are counted where they lie"
        )
    return connected(given[0])


def _could_be(text: str) -> bool:
    """Tell whether a path may be counted where it lies without being asked for."""
    path = Path(text)
    if path.is_dir():
        return any(path.glob("*.parquet")) or any(path.glob("*=*/**/*.parquet"))
    if path.is_file():
        return path.name.lower().endswith((".parquet", ".csv", ".csv.gz"))
    return any(sign in text for sign in "*?[")


def _why(files: Files, given: tuple[str, ...]) -> str:
    several = [text for text in given if not Path(text).is_file()]
    if several:
        return "is several files" if len(files.paths) > 1 else "is a folder or a pattern"
    if files.kind == "csv":
        size = files.size or 0
        return f"has {size / 2**20:,.0f} MB, more than {MANY_BYTES >> 20:,}" * (size > MANY_BYTES)
    rows = files.rows or 0
    return f"holds {rows:,} rows, more than {MANY_ROWS:,}" * (rows > MANY_ROWS)


def _name(text: str) -> str:
    """Return a connection string without who connects."""
    return text.rpartition("table=")[2] or text.partition("://")[0]
