"""Which column of an export is which item, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import ReadError
from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import (
    BY_OPTION,
    BY_POSITION,
    BY_ROLE,
    Column,
    base_name,
    column_name,
    instrument_columns,
)
from collective_use.responses.headings.personal import squeezed
from collective_use.responses.headings.wording import bare, together
from collective_use.responses.readers.export import Export, Heading

LISTS = (*BY_POSITION, *BY_ROLE, *BY_OPTION)
"""Kinds that make several columns."""
JOINED = ("checklist", "roster_binary")
"""Kinds that some platforms write into one cell."""


class Names:
    """The instrument's column names on one platform, read backwards."""

    def __init__(self, instrument: Instrument, platform: str) -> None:
        self._platform = platform
        self._exact: dict[str, Item] = {}
        self._folded: dict[str, Item] = {}
        squeezed_names: dict[str, set[str]] = {}
        for item in instrument.items:
            for name in (base_name(item, platform), base_name(item), item.id):
                self._exact.setdefault(name, item)
                self._folded.setdefault(name.casefold(), item)
                squeezed_names.setdefault(squeezed(name), set()).add(item.id)
        self._squeezed = {
            name: instrument.get_item(next(iter(ids)))
            for name, ids in squeezed_names.items()
            if len(ids) == 1
        }

    def _item(self, name: str) -> Item | None:
        """Find an item as written, without case, then without marks that platforms drop."""
        return (
            self._exact.get(name)
            or self._folded.get(name.casefold())
            or self._squeezed.get(squeezed(name))
        )

    def column(self, name: str) -> Column | None:
        """Return what a heading means, or None when it is no column of the instrument."""
        item = self._exact.get(name) or self._folded.get(name.casefold())
        if item is None and "_" not in name:
            item = self._item(name)
        if item is not None and (item.kind not in LISTS or item.kind in JOINED):
            return Column(column_name(item), item.id, item.kind)
        for depth in (1, 2):
            parts = name.rsplit("_", depth)
            if len(parts) != depth + 1 or not all(_whole(part) for part in parts[1:]):
                continue
            found = self._item(parts[0])
            if found is not None:
                numbers = [int(part) for part in parts[1:]]
                if self._platform == "qualtrics":
                    numbers[-1] = _unnumbered(found, numbers[-1])
                return _placed(found, numbers)
        item = self._item(name)
        return Column(column_name(item), item.id, item.kind) if item and _single(item) else None


def _single(item: Item) -> bool:
    return item.kind not in LISTS


def _whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()


def _unnumbered(item: Item, number: int) -> int:
    """Return the code of an option that Qualtrics, which numbers from 1, knows by its place."""
    codes = [option.code for option in item.options]
    if number in codes or not 1 <= number <= len(codes) or codes[number - 1] > 0:
        return number
    return codes[number - 1]


def _placed(item: Item, numbers: list[int]) -> Column | None:
    options = {option.code for option in item.options}
    position: int | None = None
    option: int | None = None
    if item.kind in BY_POSITION and len(numbers) == 1 and numbers[0] >= 1:
        position = numbers[0]
    elif item.kind in BY_ROLE and len(numbers) == 2 and numbers[1] in options:
        position, option = numbers
    elif item.kind in BY_ROLE and len(numbers) == 1 and numbers[0] >= 1:
        position = numbers[0]
    elif item.kind in BY_OPTION and len(numbers) == 1 and numbers[0] in options:
        option = numbers[0]
    else:
        return None
    name = column_name(item, position=position, option=option)
    return Column(name, item.id, item.kind, position, option)


def match_names(export: Export, instrument: Instrument) -> dict[int, Column]:
    """Return the columns that carry an item's name, by place."""
    names = Names(instrument, export.platform)
    found: dict[int, Column] = {}
    for heading in export.headings:
        for name in (*heading.codes, heading.name):
            column = names.column(name)
            if column is not None:
                found[heading.place] = column
                break
    return found


def respelt(
    export: Export, instrument: Instrument, matched: Mapping[int, Column]
) -> dict[str, str]:
    """Return headings that are an item's name but for marks, with that name: ``q_2`` for q2."""
    headings = {entry.place: entry.name for entry in export.headings}
    found: dict[str, str] = {}
    for place, column in matched.items():
        name, item = headings.get(place, ""), instrument.get_item(column.item)
        known = {base_name(item, export.platform), base_name(item), item.id}
        if item.kind in LISTS or name.casefold() in {one.casefold() for one in known}:
            continue
        if squeezed(name) in {squeezed(one) for one in known}:
            found[name] = column.name
    return found


def check_once(export: Export, found: Mapping[int, Column]) -> None:
    """Raise when two columns are matched to the same thing.

    Raises
    ------
    ReadError
        Naming both columns by heading and place.
    """
    first: dict[str, int] = {}
    headings = {entry.place: entry.name for entry in export.headings}
    for place, column in found.items():
        if column.name in first:
            other = first[column.name]
            raise ReadError(
                f"{export.raw.name}: columns {other + 1} ({headings.get(other, '')!r}) and "
                f"{place + 1} ({headings.get(place, '')!r}) are both {column.name!r}; "
                "delete one, or say which is meant with column_map="
            )
        first[column.name] = place


def find_column(headings: Iterable[Heading], wanted: str) -> int | None:
    """Return the place of the column with a heading: as written, then without case and marks."""
    listed = list(headings)
    for same in (_same, _same_bare, _same_squeezed):
        hits = [heading.place for heading in listed if same(heading, wanted)]
        if hits:
            return hits[0]
    return None


def _same(heading: Heading, wanted: str) -> bool:
    return wanted in (heading.name, *heading.codes)


def _same_bare(heading: Heading, wanted: str) -> bool:
    plain = bare(wanted)
    texts = (heading.name, *heading.codes, heading.question, heading.part)
    return plain != "" and plain in [bare(text) for text in texts]


def _same_squeezed(heading: Heading, wanted: str) -> bool:
    return squeezed(heading.name) == squeezed(wanted) != ""


def nothing_matches(export: Export, instrument: Instrument) -> ReadError:
    """Return the error for an export that holds no item of the instrument."""
    expected = [column.name for column in instrument_columns(instrument, positions=1)]
    there = [heading.name for heading in export.headings if heading.place not in export.technical]
    if len(there) == 1 and "，" in there[0]:
        return ReadError(
            f"{export.raw.name}: no column belongs to instrument {instrument.id!r}; expected "
            f"columns such as {quoted(expected, most=8)}, found {quoted(there, most=8)}. Is the "
            "delimiter a full-width comma? Give delimiter='，' (--delimiter ，)"
        )
    return ReadError(
        f"{export.raw.name}: no column belongs to instrument {instrument.id!r}; expected columns "
        f"such as {quoted(expected, most=8)}, found {quoted(there, most=8)}. Is it the export of "
        "another survey, or does it need a column map (collective-use map)?"
    )


def group_column(export: Export, instrument: Instrument, wanted: str | None) -> int:
    """Return the place of the group column.

    Raises
    ------
    ReadError
        When none is named, or the named one is not there; the message lists the columns.
    """
    name = wanted or instrument.columns.group
    columns = [heading.name for heading in export.headings]
    if name is None:
        raise ReadError(
            f"{export.raw.name}: which column holds the group? Instrument {instrument.id!r} "
            f"declares none; give group= (--group). The columns are {quoted(columns)}"
        )
    place = key_column(export, instrument, name)
    if place is None:
        whose = "group" if wanted else f"the group column of instrument {instrument.id!r}"
        raise ReadError(
            f"{export.raw.name}: {whose} must be a column, got {name!r}"
            f"{did_you_mean(name, columns)}; the columns are {quoted(columns)}"
        )
    return place


def key_column(export: Export, instrument: Instrument, name: str) -> int | None:
    """Return the place of a key column, by its name or by the question text of its item."""
    place = find_column(export.headings, name)
    item = next((part for part in instrument.items if part.id == name), None)
    texts: Sequence[str] = together(item.text) if item else ()
    for text in texts:
        if place is None:
            place = find_column(export.headings, text)
    return place
