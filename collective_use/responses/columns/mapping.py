"""Column maps: what headings mean where they are not the instrument's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import ReadError
from collective_use.instrument.model import Instrument
from collective_use.platforms.columns import Column
from collective_use.responses.columns.match import Names, find_column
from collective_use.responses.options import KEYS
from collective_use.responses.readers.export import Export
from collective_use.yaml_source.document import Problem
from collective_use.yaml_source.read import read_yaml

IGNORE = ("ignore", "-", "")


def read_map(source: Mapping[str, str] | str | Path | None) -> dict[str, str]:
    """Return a column map as a dictionary from heading to meaning.

    A heading that stands twice is named by its number, ``#12`` for the twelfth column.

    Raises
    ------
    ReadError
        When the file is not there or is no mapping of texts.

    Examples
    --------
    >>> read_map({"Team": "group"})
    {'Team': 'group'}
    """
    if source is None:
        return {}
    if isinstance(source, Mapping):
        return {str(heading): str(meaning or "ignore") for heading, meaning in source.items()}
    document = read_yaml(source)
    problems = list(document.problems)
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        text = "a column map is expected, one `heading: meaning` a line"
        problems.append(Problem(document.at(()), text))
        value = {}
    for heading, meaning in value.items():
        if isinstance(meaning, (dict, list)):
            text = f"{heading!r} must be the name of a column or key, or ignore"
            problems.append(Problem(document.at((heading,)), text))
    if problems:
        raise ReadError("\n".join(str(problem) for problem in problems))
    return {str(heading): str(meaning or "ignore") for heading, meaning in value.items()}


def _place(export: Export, wanted: str) -> int | None:
    """Return the place of a column by heading, or by its number as ``#12``."""
    number = wanted.removeprefix("#")
    if wanted.startswith("#") and number.isdecimal():
        place = int(number) - 1
        return place if any(entry.place == place for entry in export.headings) else None
    return find_column(export.headings, wanted)


def apply_map(
    export: Export, instrument: Instrument, renamed: Mapping[str, str]
) -> tuple[dict[int, Column], dict[str, int], frozenset[int]]:
    """Return mapped item columns by place, mapped keys by role, and ignored places.

    Raises
    ------
    ReadError
        When a heading is not in the export, or a meaning is neither a column nor a key.
    """
    names = Names(instrument, "plain")
    columns: dict[int, Column] = {}
    keys: dict[str, int] = {}
    ignored: set[int] = set()
    headings = [heading.name for heading in export.headings]
    for wanted, meaning in renamed.items():
        place = _place(export, wanted)
        if place is None:
            raise ReadError(
                f"{export.raw.name}: the column map names {wanted!r}, which is no column"
                f"{did_you_mean(wanted, headings)}; the columns are {quoted(headings)}"
            )
        column = names.column(meaning)
        ignored.add(place)
        if meaning in ("group", *KEYS):
            keys[meaning] = place
        elif column is not None:
            columns[place] = column
        elif meaning not in IGNORE:
            known = ["group", *KEYS, "ignore", *(item.id for item in instrument.items)]
            raise ReadError(
                f"{export.raw.name}: the column map says {wanted!r} is {meaning!r}, which is "
                f"neither an item nor a key{did_you_mean(meaning, known)}"
            )
    return columns, keys, frozenset(ignored)
