"""Rows of an export that are headings: titles above them, rows that repeat them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import Column
from collective_use.record import Record
from collective_use.responses.columns.texts import spellings
from collective_use.responses.files.raw import Raw, texts_of
from collective_use.responses.headings.wording import bare, together
from collective_use.responses.readers.export import Export

_IMPORT_ID = re.compile(r"""["']?ImportId["']?\s*:""", re.IGNORECASE)
_DEEPEST = 10
_MOST_TEXTS = 2000


def promoted(raw: Raw, fits: Callable[[Raw], bool]) -> Raw | None:
    """Return a table whose headings stand below a title, or None where no row fits.

    Examples
    --------
    >>> import pandas as pd
    >>> from collective_use.responses.files.typed import raw_of_frame
    >>> raw = raw_of_frame(pd.DataFrame({"My survey": ["team", "a"], "": ["q1", "3"]}))
    >>> promoted(raw, lambda table: "q1" in table.names).names
    ('team', 'q1')
    """
    for row in range(min(_DEEPEST, len(raw.cells))):
        names = tuple(raw.first(row))
        if sum(bool(name.strip()) for name in names) < 2:
            continue
        table = replace(raw.below(row + 1), names=names)
        if fits(table):
            above = f"The headings stand in row {row + 2}; what is above them was not read."
            return replace(table, notes=(*table.notes, above))
    return None


def repeated_headings(
    export: Export, instrument: Instrument, matched: Mapping[int, Column]
) -> np.ndarray:
    """Return (rows,) which rows repeat question texts, headings or import ids: nobody's answers.

    At least half of a row's cells in columns of items have to.
    """
    rows = len(export.raw.cells)
    hits, filled = np.zeros(rows, dtype=int), np.zeros(rows, dtype=int)
    headings = {heading.place: heading for heading in export.headings}
    for place, column in matched.items():
        cells = export.raw.cells[place]
        if len(cells.cat.categories) > _MOST_TEXTS:
            continue  # numbers or free text: other columns show a row of headings as well
        written = map(str, cells.cat.categories.to_numpy(dtype=object))
        texts = [text for text in written if len(text) > 1 and not text.isdecimal()]
        if not texts:
            continue
        heading = headings[place]
        known = {bare(text) for text in (heading.name, heading.question, *heading.codes)}
        known |= {bare(text) for text in together(instrument.get_item(column.item).text)}
        known |= {bare(heading.part)} if column.option is None else set()
        repeats = {text for text in texts if _repeats(text, known)}
        if repeats:
            # A question may be called what its answer is: "Agree?"
            known -= _labels(instrument, instrument.get_item(column.item))
            repeats = {text for text in repeats if _repeats(text, known)}
            hits += cells.isin(repeats).to_numpy()
    if not hits.any():
        return np.zeros(rows, dtype=bool)
    for place in matched:
        filled += (texts_of(export.raw.cells[place]) != "").astype(int)
    return (hits > 0) & (2 * hits >= filled)


def _labels(instrument: Instrument, item: Item) -> set[str]:
    options = instrument.get_scale(item.scale).options if item.scale else item.options
    return {bare(text) for option in options for text in together(option.label)}


def _repeats(text: str, known: set[str]) -> bool:
    if _IMPORT_ID.search(text):
        return True
    return any(entry in known for entry in spellings(text))


def without_headings(
    export: Export, mask: np.ndarray, record: Record
) -> tuple[Export, np.ndarray, Record]:
    """Take heading rows off the top; return the export and which later rows repeat them too."""
    if not mask.any():
        return export, mask, record
    top = int(np.argmin(mask)) if not mask.all() else len(mask)
    text = f"{export.raw.name}: Rows that repeat the headings or question texts."
    rows = np.flatnonzero(mask) + 1
    record = record.note(
        "responses", "left out", text, count=len(rows), of="rows", what=rows.tolist()
    )
    if top:
        export = replace(
            export,
            raw=export.raw.below(top),
            preview=None if export.preview is None else export.preview[top:],
            unfinished=None if export.unfinished is None else export.unfinished[top:],
            left_out=tuple((reason, found[top:]) for reason, found in export.left_out),
        )
    return export, mask[top:], record
