"""Several exports become one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import ScaleValueError
from collective_use.frames import Cell
from collective_use.instrument.model import Instrument
from collective_use.platforms.columns import BY_ROLE, Column
from collective_use.record import Record
from collective_use.responses.answers.answers import CODED, Block
from collective_use.responses.answers.cells import NOT_SHOWN, Cells
from collective_use.responses.answers.nominations import Roll, nominees, roll_of
from collective_use.responses.answers.places import at_places, by_code
from collective_use.responses.coded import Coded, CodedReasons, Levels
from collective_use.responses.options import Options


@dataclass(frozen=True)
class Piece:
    """One export, read: persons and answers with the same rows.

    Attributes
    ----------
    persons
        One row for each respondent.
    block
        Their answers.
    name
        The file's name.
    open
        Headings of columns that are not the instrument's.
    labels
        Value labels of key columns, by role.
    declined
        Group and member code of who said no to a consent that taking part needs, answers or none.
    """

    persons: pd.DataFrame
    block: Block
    name: str = ""
    open: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    declined: tuple[tuple[str, str], ...] = ()


def _all_columns(pieces: Sequence[Piece], instrument: Instrument) -> list[Column]:
    """Return the columns of all exports in the order of the instrument."""
    found: dict[str, Column] = {}
    for piece in pieces:
        found.update(piece.block.columns)
    order = {item.id: place for place, item in enumerate(instrument.items)}
    return sorted(
        found.values(),
        key=lambda column: (order[column.item], column.position or 0, column.option or 0),
    )


_NOT_ASKED = Cells(np.array([np.nan]), np.array([NOT_SHOWN], dtype=np.int8))
"""What an export says of an item that it lacks."""


def _stacked(pieces: Sequence[Piece], name: str) -> Cells:
    """Return a column of all exports: the levels of each behind those of the one before."""
    if len(pieces) == 1 and name in pieces[0].block.cells:
        return pieces[0].block.cells[name]
    parts = [piece.block.cells.get(name, _NOT_ASKED) for piece in pieces]
    starts = np.cumsum([0, *(len(cells.levels) for cells in parts)])
    small = np.min_scalar_type(-int(max(starts[-1], 1)))
    which = []
    for piece, cells, start in zip(pieces, parts, starts[:-1], strict=True):
        rows = len(piece.persons)
        if cells is _NOT_ASKED:
            own = np.zeros(rows, dtype=small)
        else:
            own = np.arange(rows) if cells.which is None else cells.which
        which.append(own.astype(small) + small.type(start))
    return Cells(
        np.concatenate([cells.levels for cells in parts]),
        np.concatenate([cells.level_reasons for cells in parts]),
        np.concatenate(which),
    )


def stack_answers(pieces: Sequence[Piece], instrument: Instrument) -> tuple[Coded, CodedReasons]:
    """Return answers and reasons; an item that an export lacks was not shown there."""
    rows = sum(len(piece.persons) for piece in pieces)
    answers: dict[str, Levels] = {}
    reasons: dict[str, Levels] = {}
    for column in _all_columns(pieces, instrument):
        item = instrument.get_item(column.item)
        if item.kind in CODED and item.role != "group":
            name = column.item if column.option is None else f"{column.item}_{column.option}"
            cells = _stacked(pieces, column.name)
            answers[name] = Levels(cells.levels, cells.which)
            reasons[name] = Levels(cells.level_reasons, cells.which)
    return Coded(answers, rows), CodedReasons(reasons, rows)


def stack_persons(pieces: Sequence[Piece]) -> pd.DataFrame:
    """Return all respondents; a text key that one export lacks is "" there."""
    persons = pd.concat([piece.persons for piece in pieces], ignore_index=True, sort=False)
    for name in persons.columns:
        if not pd.api.types.is_numeric_dtype(persons[name]):
            persons[name] = persons[name].fillna("")
    return persons


def stack_rosters(
    pieces: Sequence[Piece],
    instrument: Instrument,
    persons: pd.DataFrame,
    members: pd.DataFrame | None,
    record: Record,
    options: Options,
) -> tuple[dict[str, pd.DataFrame], Record]:
    """Return a frame of persons by positions for each roster item.

    Raises
    ------
    ScaleValueError
        When somebody is named, or answered about, whom the group does not have.
    """
    rosters: dict[str, pd.DataFrame] = {}
    columns = _all_columns(pieces, instrument)
    roll = roll_of(members)
    of_members = {roster.id for roster in instrument.rosters if roster.of == "members"}
    for item in instrument.items:
        mine = [column for column in columns if column.item == item.id]
        if not mine or item.kind in CODED or not (item.kind.startswith("roster") or item.total):
            continue
        if item.kind == "roster_nominate":
            rosters[item.id], record = _nominations(pieces, mine, persons, roll, record, options)
            continue
        frame = pd.DataFrame(
            {place: _stacked(pieces, c.name).values for place, c in enumerate(mine)}
        )
        if item.kind in BY_ROLE:
            pairs = [(column.position, column.option) for column in mine]
            frame.columns = pd.MultiIndex.from_tuples(pairs, names=["position", "role"])
        else:
            frame.columns = pd.Index([column.position for column in mine], name="position")
        frame, record = at_places(item, frame, instrument, persons, members, record)
        if item.roster in of_members:
            ticks = item.kind != "roster_valued"
            frame, record = _held_only(item.id, frame, ticks, persons, roll, record, options)
        rosters[item.id] = frame
    return rosters, record


def _nominations(
    pieces: Sequence[Piece],
    columns: Sequence[Column],
    persons: pd.DataFrame,
    roll: Roll,
    record: Record,
    options: Options,
) -> tuple[pd.DataFrame, Record]:
    texts = [
        text
        for column in columns
        for piece in pieces
        for text in piece.block.nominations.get(column.name, [""] * len(piece.persons))
    ]
    texts = by_code(texts, persons, len(columns))
    groups = persons["group"].tolist() * len(columns)
    missing = {
        **options.missing_codes.get("", {}),
        **options.missing_codes.get(columns[0].item, {}),
    }
    values, odd = nominees(texts, groups, roll, missing)
    table = values.reshape(len(columns), len(persons))
    names = [column.name for column in columns for _ in range(len(persons))]
    why = {pair: f" ({reason})" if reason else "" for pair, reason in odd.items()}
    wrong = [
        f"{name}: {text!r} in group {group!r}{why[text, group]}"
        for name, text, group in zip(names, texts, groups, strict=True)
        if (text, group) in odd
    ]
    if wrong and options.invalid == "error":
        raise ScaleValueError(
            f"nominations must be 0, a position in the group or a member code of it, got "
            f"{quoted(wrong, most=6)}; give the members file, or read with invalid='missing'"
        )
    if wrong:
        text = "Nominations of nobody in the group count as missing."
        record = record.note(
            "responses", "changed", text, count=len(wrong), of="cells", what=wrong[:50]
        )
    frame = {column.option or 0: table[place] for place, column in enumerate(columns)}
    return pd.DataFrame(frame).rename_axis(columns="option"), record


def _held_only(
    item: str,
    frame: pd.DataFrame,
    ticks: bool,
    persons: pd.DataFrame,
    roll: Roll,
    record: Record,
    options: Options,
) -> tuple[pd.DataFrame, Record]:
    """Refuse answers about positions that nobody holds; a box left empty there is no answer."""
    groups = persons["group"].to_numpy(dtype=object)
    known = np.array([group in roll.held for group in groups], dtype=bool)
    bad = np.zeros(frame.shape, dtype=bool)
    for place, label in enumerate(frame.columns):
        position: Cell = label[0] if isinstance(label, tuple) else label
        holders = {group for group, held in roll.held.items() if position in held}
        empty = known & ~np.array([group in holders for group in groups], dtype=bool)
        values = frame.iloc[:, place].to_numpy(float)
        bad[:, place] = empty & ~np.isnan(values) & (~np.equal(values, 0) if ticks else True)
    if not bad.any():
        return frame, record
    wrong = [
        f"{_label(item, frame.columns[place])} in group {groups[row]}, {_where(persons, row)}"
        for row, place in np.argwhere(bad)
    ]
    if options.invalid == "error":
        raise ScaleValueError(
            f"{item}: answers about positions that nobody holds in the members file: "
            f"{quoted(wrong, most=6)}. Is it the members file that the form was made from? Or "
            "read with invalid='missing' to count them as missing."
        )
    text = f"{item}: answers about positions that nobody holds count as missing."
    record = record.note(
        "responses", "changed", text, count=len(wrong), of="cells", what=wrong[:50]
    )
    return frame.mask(bad), record


def _label(item: str, label: object) -> str:
    parts = label if isinstance(label, tuple) else (label,)
    return "_".join(str(part) for part in (item, *parts))


def _where(persons: pd.DataFrame, row: int) -> str:
    return f"answer {persons['row'].iloc[row]} of {persons['export'].iloc[row]}"


def all_missing(answers: Coded) -> list[str]:
    """Return the answer columns in which nobody answered."""
    return [name for name, one in answers.columns.items() if one.missing() == answers.count]
