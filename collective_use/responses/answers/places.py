"""Answers about places on a roster find their persons: by code, and after an opt-out.

A place is where a person stands in the members file, opted-out members included. Answers of our
forms bring the codes along, so that they are led back even when the file has another order now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import ReadError
from collective_use.frames import Cell, cells_of
from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.roster_codes import CODES, PARTNERS, split_codes
from collective_use.record import Record
from collective_use.responses.headings.personal import squeezed
from collective_use.responses.headings.wording import as_number, normal
from collective_use.responses.readers.export import Export

Placed = dict[str, dict[str, int]]
"""Place by group and code."""

Column = tuple[int, object]
"""Place and option of a column of answers; the option is None where there are none."""


def roster_columns(export: Export) -> dict[str, int]:
    """Return the columns that say who stands at which place, by name."""
    wanted = {squeezed(name): name for name in (CODES, PARTNERS)}
    found: dict[str, int] = {}
    for heading in export.headings:
        for name in (*heading.codes, heading.name):
            if squeezed(name) in wanted:
                found.setdefault(wanted[squeezed(name)], heading.place)
    return found


def _of(instrument: Instrument, item: Item) -> str:
    return next((roster.of for roster in instrument.rosters if roster.id == item.roster), "")


def _partners(everyone: pd.DataFrame) -> Placed:
    """Return the places of partners: as the list of a group meets them."""
    placed: Placed = {}
    listed = everyone.sort_values("position", kind="stable")
    for group, name in zip(listed["group"], listed["partner"].astype(str), strict=True):
        met = placed.setdefault(str(group), {})
        if name and name not in met:
            met[name] = len(met) + 1
    return placed


def _members(everyone: pd.DataFrame) -> Placed:
    placed: Placed = {}
    for group, member, place in cells_of(everyone, "group", "member", "position"):
        if place > 0:
            placed.setdefault(str(group), {})[str(member)] = int(place)
    return placed


def at_places(
    item: Item,
    frame: pd.DataFrame,
    instrument: Instrument,
    persons: pd.DataFrame,
    everyone: pd.DataFrame | None,
    record: Record,
) -> tuple[pd.DataFrame, Record]:
    """Lead answers that brought codes along to the places that the codes have now.

    Raises
    ------
    ReadError
        When an answer is about a code that the members file does not list in its group.
    """
    partners = _of(instrument, item) == "partners"
    kept = PARTNERS if partners else CODES
    if everyone is None or kept not in persons:
        return frame, record
    now = _partners(everyone) if partners else _members(everyone)
    lost: list[str] = []

    def moved(row: int, place: int) -> int | None:
        codes = split_codes(str(persons[kept].iloc[row]))
        if place > len(codes):
            return place
        code = codes[place - 1]
        found = now.get(str(persons["group"].iloc[row]), {}).get(code)
        if found is None:
            who = "nobody" if not code else f"{code!r}"
            lost.append(f"{item.id}_{place} about {who} in group {persons['group'].iloc[row]!r}")
        return found

    changed = _moved(frame, moved)
    if lost:
        raise ReadError(
            f"{item.id}: answers are about codes that the members file does not list in their "
            f"group: {quoted(lost, most=6)}. Give the members file with everybody in it who was "
            "on the form; mark who opted out, and delete no line"
        )
    return changed, record


def by_code(texts: Sequence[str], persons: pd.DataFrame, columns: int) -> list[str]:
    """Return nominations with the codes that places had on the form.

    Parameters
    ----------
    texts
        (columns × persons,) who is named: a code, or a place.
    persons
        The respondents.
    columns
        How many areas were asked about.
    """
    if CODES not in persons:
        return list(texts)
    codes = [split_codes(str(text)) for text in persons[CODES]] * columns
    return [_named(text, known) for text, known in zip(texts, codes, strict=True)]


def _named(text: str, known: Sequence[str]) -> str:
    number = as_number(normal(text))
    if text in known or number is None or number != int(number):
        return text
    place = int(number)
    return known[place - 1] if 1 <= place <= len(known) and known[place - 1] else text


def _moved(frame: pd.DataFrame, to: Callable[[int, int], int | None]) -> pd.DataFrame:
    """Return a frame whose answers stand at other places; those without one are empty."""
    labels: list[Cell] = list(frame.columns)
    pairs: list[Column] = [label if isinstance(label, tuple) else (label, None) for label in labels]
    columns = {pair: place for place, pair in enumerate(pairs)}
    old = frame.to_numpy(dtype=float)
    new = np.full(old.shape, np.nan)
    wider: dict[Column, np.ndarray] = {}
    for row, column in np.argwhere(~np.isnan(old)):
        place, option = pairs[column]
        target = to(int(row), int(place))
        if target is None:
            continue
        if (target, option) in columns:
            new[row, columns[target, option]] = old[row, column]
        else:
            more = wider.setdefault((target, option), np.full(len(frame), np.nan))
            more[row] = old[row, column]
    made = pd.DataFrame(new, index=frame.index, columns=frame.columns)
    for pair, values in sorted(wider.items(), key=lambda entry: str(entry[0])):
        made[pair if isinstance(frame.columns, pd.MultiIndex) else pair[0]] = values
    return made


def named_only(
    rosters: Mapping[str, pd.DataFrame],
    instrument: Instrument,
    persons: pd.DataFrame,
    everyone: pd.DataFrame | None,
    record: Record,
) -> tuple[dict[str, pd.DataFrame], Record]:
    """Number places as the members who may be named do, and leave out answers about the others.

    Returns
    -------
    tuple
        The rosters by item, positions from 1 to the number of named members (or of their
        partners) in each group; and the record with what was left out.
    """
    if everyone is None or not rosters:
        return dict(rosters), record
    numbers = {
        "members": _renumbered(_members(everyone), _members(_ranked(everyone))),
        "partners": _renumbered(
            _partners(everyone), _partners(everyone[everyone["named"].to_numpy(bool)])
        ),
    }
    groups = persons["group"].astype(str).tolist()
    result = {}
    for name, frame in rosters.items():
        item = instrument.get_item(name)
        to = numbers.get(_of(instrument, item), {})
        if all(old == new for places in to.values() for old, new in places.items()):
            result[name] = frame
            continue
        gone: list[str] = []

        def target(
            row: int,
            place: int,
            to: Mapping[str, dict[int, int | None]] = to,
            gone: list[str] = gone,
        ) -> int | None:
            places = to.get(groups[row], {})
            found = places.get(place, place)
            if found is None:
                gone.append(f"{groups[row]}: place {place}")
            return found

        if item.kind == "roster_nominate":
            result[name] = _renamed(frame, target)
        else:
            result[name] = _moved(frame, target)
        if gone:
            text = (
                f"{name}: Answers about members who opted out of being named."
                if _of(instrument, item) == "members"
                else f"{name}: Answers about partners of whom no member may be named."
            )
            where = list(dict.fromkeys(gone))
            record = record.note(
                "responses", "left out", text, count=len(gone), of="answers", what=where
            )
    return result, record


def _ranked(everyone: pd.DataFrame) -> pd.DataFrame:
    named = everyone[everyone["named"].to_numpy(bool)]
    ranks = named.groupby("group", sort=False)["position"].rank(method="first").astype(int)
    return named.assign(position=ranks)


def _renumbered(old: Placed, new: Placed) -> dict[str, dict[int, int | None]]:
    return {
        group: {place: new.get(group, {}).get(code) for code, place in codes.items()}
        for group, codes in old.items()
    }


def _renamed(frame: pd.DataFrame, to: Callable[[int, int], int | None]) -> pd.DataFrame:
    """Return nominations, whose values are places, by the new numbers."""
    values = frame.to_numpy(dtype=float).copy()
    for row, column in np.argwhere(values > 0):
        found = to(int(row), int(values[row, column]))
        values[row, column] = np.nan if found is None else found
    return pd.DataFrame(values, index=frame.index, columns=frame.columns)
