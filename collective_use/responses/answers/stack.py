"""Several exports become one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import ScaleValueError
from collective_use.instrument.model import Instrument
from collective_use.platforms.columns import BY_ROLE, Column
from collective_use.record import Record
from collective_use.responses.answers.answers import CODED, Block
from collective_use.responses.answers.cells import INVALID, NOT_SHOWN, REASON_DTYPE, Cells
from collective_use.responses.headings.wording import as_number, normal


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
    """

    persons: pd.DataFrame
    block: Block
    name: str = ""
    open: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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


def _stacked(pieces: Sequence[Piece], name: str) -> Cells:
    values, reasons = [], []
    for piece in pieces:
        rows = len(piece.persons)
        cells = piece.block.cells.get(name)
        values.append(np.full(rows, np.nan) if cells is None else cells.values)
        empty = np.full(rows, NOT_SHOWN, dtype=np.int8)
        reasons.append(empty if cells is None else cells.reasons)
    return Cells(np.concatenate(values), np.concatenate(reasons))


def stack_answers(
    pieces: Sequence[Piece], instrument: Instrument
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return answers and reasons; an item that an export lacks was not shown there."""
    rows = sum(len(piece.persons) for piece in pieces)
    index = pd.RangeIndex(rows)
    values: dict[str, np.ndarray] = {}
    reasons: dict[str, pd.Categorical] = {}
    for column in _all_columns(pieces, instrument):
        item = instrument.get_item(column.item)
        if item.kind not in CODED or item.role == "group":
            continue
        cells = _stacked(pieces, column.name)
        name = column.item if column.option is None else f"{column.item}_{column.option}"
        values[name] = cells.values
        reasons[name] = pd.Categorical.from_codes(cells.reasons, dtype=REASON_DTYPE)
    return pd.DataFrame(values, index=index), pd.DataFrame(reasons, index=index)


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
    *,
    invalid: str,
) -> tuple[dict[str, pd.DataFrame], Record]:
    """Return a frame of persons by positions for each roster item."""
    rosters: dict[str, pd.DataFrame] = {}
    columns = _all_columns(pieces, instrument)
    for item in instrument.items:
        mine = [column for column in columns if column.item == item.id]
        if not mine or item.kind in CODED or not (item.kind.startswith("roster") or item.total):
            continue
        if item.kind == "roster_nominate":
            rosters[item.id], record = _nominations(
                pieces, mine, persons, members, record, invalid=invalid
            )
            continue
        frame = pd.DataFrame(
            {place: _stacked(pieces, c.name).values for place, c in enumerate(mine)}
        )
        if item.kind in BY_ROLE:
            pairs = [(column.position, column.option) for column in mine]
            frame.columns = pd.MultiIndex.from_tuples(pairs, names=["position", "role"])
        else:
            frame.columns = pd.Index([column.position for column in mine], name="position")
        rosters[item.id] = frame
    return rosters, record


def _nominations(
    pieces: Sequence[Piece],
    columns: Sequence[Column],
    persons: pd.DataFrame,
    members: pd.DataFrame | None,
    record: Record,
    *,
    invalid: str,
) -> tuple[pd.DataFrame, Record]:
    places: Mapping[tuple[str, str], int] = {}
    sizes: Mapping[str, int] = {}
    if members is not None:
        places = {
            (row.group, normal(row.member)): int(row.position)
            for row in members.itertuples(index=False)
        }
        sizes = members.groupby("group")["position"].max().to_dict()
    groups = persons["group"].tolist()
    frame: dict[int, np.ndarray] = {}
    wrong: list[str] = []
    for column in columns:
        texts = np.concatenate(
            [
                piece.block.nominations.get(
                    column.name, np.full(len(piece.persons), "", dtype=object)
                )
                for piece in pieces
            ]
        )
        values = [_nominee(t, g, places, sizes) for t, g in zip(texts, groups, strict=True)]
        wrong += [
            f"{column.name}: {text!r} in group {group!r}"
            for text, group, value in zip(texts, groups, values, strict=True)
            if value is None
        ]
        frame[column.option or 0] = np.asarray(
            [np.nan if value is None else value for value in values], dtype=float
        )
    if wrong and invalid == "error":
        raise ScaleValueError(
            f"nominations must be 0, a position in the group or a member code of it, got "
            f"{quoted(wrong, most=6)}; give the members file, or read with invalid='missing'"
        )
    if wrong:
        text = "Nominations of nobody in the group count as missing."
        record = record.note(
            "responses", "changed", text, count=len(wrong), of="cells", what=wrong[:50]
        )
    return pd.DataFrame(frame).rename_axis(columns="option"), record


def _nominee(
    text: str,
    group: str,
    places: Mapping[tuple[str, str], int],
    sizes: Mapping[str, int],
) -> float | None:
    """Return the position of a person named: NaN when empty, None when nobody is meant."""
    plain = normal(text)
    if plain in ("", "-99", "na", "."):
        return np.nan
    number = as_number(plain)
    if number is not None and number == int(number) and 0 <= number <= sizes.get(group, 99):
        return float(int(number))
    return float(places[group, plain]) if (group, plain) in places else None


def all_missing(answers: pd.DataFrame) -> list[str]:
    """Return the answer columns in which nobody answered."""
    return [str(name) for name in answers.columns if answers[name].isna().all()]


def invalid_cells(reasons: pd.DataFrame) -> int:
    """Return how many cells count as missing since they lie outside their scale."""
    return int(sum((reasons[name].cat.codes == INVALID).sum() for name in reasons.columns))
