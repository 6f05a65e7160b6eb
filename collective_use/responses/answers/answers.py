"""The answers of one export: items, checklists, rosters, background, facts of the group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import (
    DataWarning,
    warn,
)
from collective_use.instrument.model import Instrument
from collective_use.platforms.columns import Column
from collective_use.record import Record
from collective_use.responses.answers.cells import (
    NOT_SHOWN,
    UNANSWERED,
    Cells,
    Misfit,
    decode_cells,
)
from collective_use.responses.answers.codes import Key
from collective_use.responses.answers.convention import Convention
from collective_use.responses.answers.decide import TICKS, Job, jobs_of, note_labels, settle_all
from collective_use.responses.answers.joined import is_joined, split_column
from collective_use.responses.answers.misfits import misfit_error, note_misfits
from collective_use.responses.answers.months import is_doubtful, months_of
from collective_use.responses.answers.persons import key_texts
from collective_use.responses.options import Options
from collective_use.responses.readers.export import Export

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


def decode_block(
    export: Export,
    instrument: Instrument,
    matched: Mapping[int, Column],
    rows: np.ndarray,
    record: Record,
    options: Options,
) -> tuple[Block, Record]:
    """Decode every matched column of an export.

    Raises
    ------
    ScaleValueError
        When cells are not understood and `options.invalid` is ``"error"``; all are listed.
    """
    jobs = jobs_of(export, instrument, matched, options)
    hows, record = settle_all(export, jobs, options, record)
    block = Block()
    keys: dict[str, Key] = {}
    misfits: list[Misfit] = []
    have = {job.column.name for job in jobs if not is_joined(job.column)}
    for job in jobs:
        if is_joined(job.column):
            record = _apart(export, job, instrument, rows, have, block, keys, misfits, record)
            continue
        name = job.column.name
        block.columns[name] = job.column
        keys[name] = job.key
        misfits += _decode_one(export, job, rows, hows[name], block)
    if misfits and options.invalid == "error":
        raise misfit_error(export.raw, misfits, keys)
    record = note_misfits(export.raw, misfits, keys, record)
    record = note_labels(export, block.cells, record)
    record = _note_no_zero(export, instrument, block, record)
    return block, _untick(export, instrument, block, record)


def _decode_one(
    export: Export, job: Job, rows: np.ndarray, how: Convention, block: Block
) -> Sequence[Misfit]:
    """Decode one column into the block; return what is not understood."""
    name, kind = job.column.name, job.item.kind
    if kind == "roster_nominate":
        block.nominations[name] = key_texts(export.raw.cells[job.place])
        return ()
    if kind == "month":
        missing = {**job.words.platform, **job.words.declared}
        found, wrong = months_of(job.texts, missing)
        block.texts[name] = np.asarray([*found, ""], dtype=object)[job.codes]
        places = {text: place for place, text in enumerate(job.texts)}
        return [
            Misfit(
                name,
                text,
                tuple(rows[job.codes == places[text]].tolist()),
                "which month?" if is_doubtful(text) else "",
            )
            for text in wrong
        ]
    if kind in ("text", "code", "auto"):
        block.texts[name] = key_texts(export.raw.cells[job.place])
        return ()
    cells = decode_cells(name, job.texts, job.codes, job.key, job.words, rows, how)
    block.cells[name] = cells
    return cells.misfits


def _apart(
    export: Export,
    job: Job,
    instrument: Instrument,
    rows: np.ndarray,
    have: set[str],
    block: Block,
    keys: dict[str, Key],
    misfits: list[Misfit],
    record: Record,
) -> Record:
    """Take a column of several answers apart, unless the export has a column for each."""
    name = job.column.name
    split = split_column(name, job.texts, job.codes, job.column, instrument, job.words, rows)
    if have & set(split.cells):
        return record
    keys[name] = split.key
    misfits += split.misfits
    for target, (column, cells) in split.cells.items():
        block.columns[target], block.cells[target] = column, cells
    if split.note:
        text = f"{export.raw.name}: {name}: {split.note}."
        record = record.note("responses", "decision", text)
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


def take(block: Block, keep: np.ndarray) -> Block:
    """Return some rows of a block."""
    if keep.all():
        return block
    return Block(
        {name: cells.rows(keep) for name, cells in block.cells.items()},
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
