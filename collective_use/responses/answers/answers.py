"""The answers of one export: items, checklists, rosters, background, facts of the group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import (
    DataWarning,
    warn,
)
from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import ROSTERS, Column
from collective_use.record import Record
from collective_use.responses.answers.cells import (
    NOT_SHOWN,
    UNANSWERED,
    Cells,
    FileWords,
    Misfit,
    decode_cells,
    misfit_error,
)
from collective_use.responses.answers.codes import Key, number_key, scale_key, tick_key
from collective_use.responses.answers.persons import key_texts
from collective_use.responses.readers.export import Export

TICKS = ("checklist", "roster_binary", "roster_roles")
CODED = ("likert", "choice", "number", "checklist", "rating_list")


@dataclass
class Block:
    """What one export holds, still by column name.

    Attributes
    ----------
    cells
        Decoded columns by plain column name.
    texts
        Columns of words: text, month, code and automatic items.
    nominations
        Who is nominated, as text.
    columns
        What each decoded column is.
    """

    cells: dict[str, Cells] = field(default_factory=dict)
    texts: dict[str, np.ndarray] = field(default_factory=dict)
    nominations: dict[str, np.ndarray] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)


def key_of(instrument: Instrument, item: Item, column: Column, platform: str) -> Key:
    """Return how the texts of one column become numbers.

    Qualtrics and SurveyMonkey write what was ticked: the option, or the person's name.
    """
    if item.kind in TICKS:
        option = next((part for part in item.options if part.code == column.option), None)
        named = item.kind == "roster_binary" and platform in ("qualtrics", "surveymonkey")
        return tick_key(option.label if option else None, named=named)
    if item.kind == "allocation":
        return number_key(0, item.total)
    if item.kind == "number" or (item.scale is None and not item.options):
        return number_key()
    return scale_key(instrument, item)


def _words(export: Export, place: int) -> FileWords:
    raw = export.raw
    labels = raw.labels[place] if raw.labels else {}
    missing = raw.missing[place] if raw.missing else frozenset()
    return FileWords(labels, missing, export.missing)


def decode_block(
    export: Export,
    instrument: Instrument,
    matched: Mapping[int, Column],
    rows: np.ndarray,
    record: Record,
    *,
    invalid: str,
) -> tuple[Block, Record]:
    """Decode every matched column of an export.

    Raises
    ------
    ScaleValueError
        When values lie outside their scale and `invalid` is ``"error"``; all are listed.
    """
    block = Block()
    keys: dict[str, Key] = {}
    shared: dict[tuple[str, int | None], Key] = {}
    misfits: list[Misfit] = []
    for place, column in matched.items():
        item = instrument.get_item(column.item)
        cells = export.raw.cells[place]
        block.columns[column.name] = column
        if item.kind in ("text", "month", "code", "auto"):
            block.texts[column.name] = key_texts(cells)
        elif item.kind == "roster_nominate":
            block.nominations[column.name] = key_texts(cells)
        else:
            option = column.option if item.kind in TICKS else None
            if (item.id, option) not in shared:
                shared[item.id, option] = key_of(instrument, item, column, export.platform)
            keys[column.name] = shared[item.id, option]
            words = _words(export, place)
            decoded = decode_cells(column.name, cells, keys[column.name], words, rows)
            block.cells[column.name] = decoded
            misfits += decoded.misfits
    if misfits and invalid == "error":
        raise misfit_error(export.raw, misfits, keys)
    record = _note_misfits(export, misfits, record)
    record = _note_labels(export, block, record)
    record = _note_no_zero(export, instrument, block, record)
    return block, _untick(export, instrument, block, record)


def _note_misfits(export: Export, misfits: list[Misfit], record: Record) -> Record:
    for name in dict.fromkeys(entry.column for entry in misfits):
        found = [entry for entry in misfits if entry.column == name]
        count = sum(len(entry.rows) for entry in found)
        text = f"{export.raw.name}: {name}: values outside the scale count as missing."
        what = [f"{entry.text} ({export.raw.places(entry.rows)})" for entry in found]
        record = record.note("responses", "changed", text, count=count, of="cells", what=what)
    return record


def _note_labels(export: Export, block: Block, record: Record) -> Record:
    changed = [name for name, cells in block.cells.items() if cells.relabelled]
    if changed:
        text = (
            f"{export.raw.name}: the value labels in the file give other codes than its values; "
            "the labels were followed."
        )
        record = record.note(
            "responses", "changed", text, count=len(changed), of="columns", what=changed
        )
    return record


def _note_no_zero(export: Export, instrument: Instrument, block: Block, record: Record) -> Record:
    """Warn where Qualtrics may have numbered from 1 what the scale numbers from 0.

    Qualtrics does so unless its recode values are set, and then every answer is one too high.
    """
    if export.platform != "qualtrics":
        return record
    suspect = []
    for item in instrument.items:
        names = [name for name in block.cells if block.columns[name].item == item.id]
        if item.kind in TICKS or item.kind in ("number", "allocation") or not names:
            continue
        options = instrument.get_scale(item.scale).options if item.scale else item.options
        values = np.concatenate([block.cells[name].values for name in names])
        given = values[~np.isnan(values)]
        if 0 in [option.code for option in options] and len(given) >= 20 and not (given == 0).any():
            suspect.append(item.id)
    if not suspect:
        return record
    text = (
        f"{export.raw.name}: nobody gave the answer with code 0 to {quoted(suspect)}. Qualtrics "
        "numbers answers from 1 unless its recode values are set: compare with the choice texts."
    )
    warn(text, DataWarning)
    return record.note("responses", "warning", text, count=len(suspect), of="items", what=suspect)


def _untick(export: Export, instrument: Instrument, block: Block, record: Record) -> Record:
    """Read empty boxes as not ticked where the layout writes ticks only.

    Such a layout has no 0 anywhere in an item; of roles KoBo writes 0 only for a member who has
    one. A respondent who ticked nothing at all may have skipped the question, so there it stays
    missing.
    """
    filled = []
    for item in instrument.items:
        names = [name for name, column in block.columns.items() if column.item == item.id]
        if item.kind not in TICKS or not names:
            continue
        values = np.column_stack([block.cells[name].values for name in names])
        reasons = np.column_stack([block.cells[name].reasons for name in names])
        by_member = export.platform == "kobo" and item.kind == "roster_roles"
        if ((values == 0).any() and not by_member) or not (values == 1).any():
            continue
        some = (values == 1).any(axis=1)
        empty = some[:, None] & (reasons == UNANSWERED)
        values[empty], reasons[empty] = 0.0, 0
        for place, name in enumerate(names):
            block.cells[name] = Cells(values[:, place], reasons[:, place])
        filled.append(item.id)
    if filled:
        text = (
            f"{export.raw.name}: only ticks are written, so an empty box beside a ticked one "
            "means not ticked; where nothing is ticked the answer is missing."
        )
        record = record.note(
            "responses", "decision", text, count=len(filled), of="items", what=filled
        )
    return record


def answered_rows(block: Block, instrument: Instrument, rows: int) -> np.ndarray:
    """Return for each row whether it answers any question about the group or its members.

    "Don't know" is an answer; background and facts of the group alone are none.
    """
    asked = {item.id for item in instrument.items if item.role not in ("group", "respondent")}
    found = np.zeros(rows, dtype=bool)
    for name, cells in block.cells.items():
        if block.columns[name].item in asked:
            found |= (cells.reasons != UNANSWERED) & (cells.reasons != NOT_SHOWN)
    for texts in block.nominations.values():
        found |= texts != ""
    return found


def is_roster(column: Column) -> bool:
    """Tell whether a column is about a member or partner."""
    return column.kind in ROSTERS


def take(block: Block, keep: np.ndarray) -> Block:
    """Return some rows of a block."""
    if keep.all():
        return block
    return Block(
        {name: Cells(c.values[keep], c.reasons[keep]) for name, c in block.cells.items()},
        {name: texts[keep] for name, texts in block.texts.items()},
        {name: texts[keep] for name, texts in block.nominations.items()},
        block.columns,
    )


def respondent_frame(block: Block, instrument: Instrument) -> pd.DataFrame:
    """Return the items about respondents: codes as numbers, words as text."""
    frame: dict[str, np.ndarray] = {}
    for item in instrument.items:
        if item.role != "respondent":
            continue
        if item.id in block.cells:
            frame[item.id] = block.cells[item.id].values
        elif item.id in block.texts:
            frame[item.id] = block.texts[item.id]
    return pd.DataFrame(frame)
