"""Which columns of an export reading takes, found out from its first rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collective_use.instrument.model import Instrument
from collective_use.record import Record
from collective_use.responses.answers.piece import found_columns, open_headings
from collective_use.responses.options import Options
from collective_use.responses.readers.export import Export


@dataclass(frozen=True)
class Asked:
    """What reading an export takes of its columns.

    Attributes
    ----------
    columns
        Names of the columns that are read, as they stand in the file and in its order.
    keys
        Word of a key, ``group`` among them, to the name of its column.
    record
        Columns that are left out, and why.
    """

    columns: tuple[str, ...]
    keys: Mapping[str, str]
    record: Record


def asked_of(export: Export, instrument: Instrument, options: Options) -> Asked:
    """Return which columns reading takes: none that names persons, none that nobody asks for.

    Parameters
    ----------
    export
        An export, or its first rows.
    instrument, options
        What is read, and how.

    Raises
    ------
    ReadError
        When it holds no item of the instrument, or no group column.
    """
    used, record = found_columns(export, instrument, options, Record())
    open_ = set(open_headings(export, used.used, options))
    left = {heading.place for heading in export.headings if heading.name in open_}
    left |= {place for place in export.personal if place not in used.used}
    names = export.raw.names
    columns = tuple(name for place, name in enumerate(names) if place not in left)
    return Asked(columns, {role: names[place] for role, place in used.places.items()}, record)
