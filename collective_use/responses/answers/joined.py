"""Several answers in one cell: taken apart into one column for each option."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import BY_ROLE, Column, column_name
from collective_use.record import Record
from collective_use.responses.answers.codes import EMPTY_WORDS
from collective_use.responses.columns.match import JOINED
from collective_use.responses.files.raw import categorical, used_texts
from collective_use.responses.headings.wording import normal, together
from collective_use.responses.readers.export import Export

_MARKS = " ;,|\n"
_LAST_NUMBER = re.compile(r"(\d{1,3})(?=[;,|\s]|$)")


def is_joined(column: Column) -> bool:
    """Tell whether a column holds several answers in one cell."""
    if column.kind in JOINED:
        return column.position is None and column.option is None
    return column.kind in BY_ROLE and column.option is None


def split_cell(text: str, spellings: Mapping[str, int]) -> tuple[set[int], list[str]]:
    """Take a cell apart: the options it names, and what is none.

    The longest label that fits is taken first, so that a label may hold a comma.

    Examples
    --------
    >>> split_cell("Money, or grants, Staff, golf", {"money, or grants": 1, "staff": 2})
    ({1, 2}, ['golf'])
    """
    rest, found, strange = normal(text).strip(_MARKS), set(), []
    ordered = sorted(spellings, key=len, reverse=True)
    while rest:
        for label in ordered:
            tail = rest[len(label) :]
            if rest.startswith(label) and (not tail or tail[0] in _MARKS):
                found.add(spellings[label])
                rest = tail.strip(_MARKS)
                break
        else:
            part = re.split(r"[;,|\n]+", rest, maxsplit=1)
            strange.append(part[0].strip())
            rest = part[1].strip(_MARKS) if len(part) > 1 else ""
    return found, strange


def _targets(item: Item, column: Column, texts: list[str]) -> tuple[dict[str, int], list[Column]]:
    """Return what may stand in the cells and the columns it makes."""
    if item.kind == "roster_binary":
        last = max(
            (int(n) for text in texts for n in re.findall(r"\d+$|\d+(?=\D)", text)), default=0
        )
        places = range(1, min(last, 99) + 1)
        spellings = {str(place): place for place in places}
        spellings |= {column_name(item, position=place): place for place in places}
        columns = [
            Column(column_name(item, position=p), item.id, item.kind, p, None) for p in places
        ]
        return spellings, columns
    spellings = {}
    for option in item.options:
        spellings[str(option.code)] = option.code
        for label in together(option.label):
            spellings[normal(label)] = option.code
    columns = [
        Column(
            column_name(item, position=column.position, option=option.code),
            item.id,
            item.kind,
            column.position,
            option.code,
        )
        for option in item.options
    ]
    return spellings, columns


def take_apart(
    export: Export, instrument: Instrument, matched: Mapping[int, Column], record: Record
) -> tuple[Export, dict[int, Column], Record]:
    """Replace joined columns by one column of 0 and 1 for each option.

    Where the export also holds such columns (KoBo does), those are used and the joined one is
    not. Parts of a cell that are no option are counted in the record: platforms write free
    text of "Other" there.
    """
    joined = {place: column for place, column in matched.items() if is_joined(column)}
    rest = {place: column for place, column in matched.items() if place not in joined}
    have = {column.name for column in rest.values()}
    cells: dict[int, pd.Series] = {}
    following = int(max(export.raw.cells.columns, default=-1)) + 1
    for place, column in joined.items():
        item = instrument.get_item(column.item)
        texts, codes = used_texts(export.raw.cells[place])
        spellings, columns = _targets(item, column, texts)
        if any(target.name in have for target in columns):
            continue
        split = [split_cell(text, spellings) for text in texts]
        empty = np.array(
            [t.strip().casefold() in EMPTY_WORDS or t in export.missing for t in texts], dtype=bool
        )
        for target in columns:
            wanted = target.option if target.option is not None else target.position
            # Of roles only ticks are written: nothing ticked for one member is no skipped question.
            off = "" if item.kind in BY_ROLE else "0"
            marks = [
                "" if gone else "1" if wanted in found else off
                for (found, _), gone in zip(split, empty, strict=True)
            ]
            cells[following] = pd.Series(categorical(np.asarray([*marks, ""], dtype=object)[codes]))
            rest[following] = target
            following += 1
        strange = [
            part for (_, odd), gone in zip(split, empty, strict=True) for part in odd if not gone
        ]
        if strange:
            text = f"{export.raw.name}: {column.name}: parts of answers that are no option."
            record = record.note(
                "responses",
                "note",
                text,
                count=len(strange),
                of="different texts",
                what=strange[:20],
            )
    return _with_cells(export, cells), rest, record


def _with_cells(export: Export, cells: Mapping[int, pd.Series]) -> Export:
    """Return an export with columns more, which carry no labels of the file."""
    if not cells:
        return export
    frame = pd.concat([export.raw.cells, pd.DataFrame(cells)], axis=1)
    extra = len(frame.columns) - len(export.raw.names)
    raw = replace(export.raw, cells=frame)
    if raw.labels and extra > 0:
        raw = replace(
            raw,
            labels=(*raw.labels, *({} for _ in range(extra))),
            missing=(*raw.missing, *(frozenset() for _ in range(extra))),
        )
    return replace(export, raw=raw)
