"""Rosters from survey responses: persons matched to their place on the roster of their group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.checks import quoted
from collective_use.errors import InputError
from collective_use.groups.keys import GroupKeys
from collective_use.groups.labels import known_label_of
from collective_use.groups.rosters.stacks import Floats, Integers, Rosters, Stack

if TYPE_CHECKING:
    from collective_use.responses.table import Responses


@dataclass(frozen=True, slots=True)
class Places:
    """Where persons stand on the rosters of their groups.

    Attributes
    ----------
    rows
        ``(P,)`` rows of the responses that could be matched, one a member.
    group, position
        ``(P,)`` group and place in it from 0 of each of these rows.
    size
        ``(G,)`` members of each group.
    partner
        ``(G, widest)`` number of each member's partner in the group from 0, in the order in
        which the roster meets them; -1 where unknown or beyond the group.
    partners
        ``(G,)`` number of partners of each group.
    names, partner_names
        Names of members and partners by group.
    notes
        What could not be matched.
    """

    rows: Integers
    group: Integers
    position: Integers
    size: Integers
    partner: Integers
    partners: Integers
    names: tuple[tuple[str, ...], ...]
    partner_names: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def places_of(responses: Responses, keys: GroupKeys) -> Places | str:
    """Match persons to the members file, or return why that cannot be done.

    Raises
    ------
    InputError
        When the positions of a group in the members file are not 1 to its number of members.
    """
    if responses.members is None:
        return (
            "there is no members file: it says who stands at which place of a group's roster, "
            "and who was asked but did not answer"
        )
    if "member" not in responses.persons.columns:
        return "responses have no member code, so answers cannot be matched to the roster"
    roster = _roster(responses.members)
    parts = _parts(roster, keys.frame["group"].astype(str).tolist())
    size = np.array([part.stop - part.start for part in parts], dtype=np.int64)
    partner, partner_names = _partners(roster, parts, int(size.max(initial=1)))
    members = roster["member"].tolist()
    rows, group, position, notes = _match(responses.persons, keys, roster)
    return Places(
        rows=rows,
        group=group,
        position=position,
        size=size,
        partner=partner,
        partners=np.array([len(names) for names in partner_names], dtype=np.int64),
        names=tuple(tuple(members[part]) for part in parts),
        partner_names=partner_names,
        notes=notes,
    )


def _roster(members: pd.DataFrame) -> pd.DataFrame:
    """Return the members file sorted by group and position, positions 1 to K checked."""
    roster = members.assign(
        group=known_label_of(members["group"]), member=known_label_of(members["member"])
    )
    if "position" not in roster.columns:
        roster["position"] = roster.groupby("group").cumcount() + 1
    roster["position"] = roster["position"].astype(int)
    roster = roster.sort_values(["group", "position"], kind="stable")
    place = roster.groupby("group").cumcount() + 1
    wrong = roster[place.to_numpy() != roster["position"].to_numpy()]
    if len(wrong):
        group = wrong["group"].iloc[0]
        found = roster.loc[roster["group"] == group, "position"].tolist()
        raise InputError(
            "positions in the members file must run from 1 to the number of members of each "
            f"group, got {quoted(found)} in group {group!r}"
        )
    return roster


def _parts(roster: pd.DataFrame, labels: Sequence[str]) -> list[slice]:
    """Return the rows of each group in the sorted roster; none for a group that is not there."""
    names = roster["group"].tolist()
    starts = [i for i, name in enumerate(names) if i == 0 or names[i - 1] != name]
    stops = [*starts[1:], len(names)]
    there = {names[start]: slice(start, stop) for start, stop in zip(starts, stops, strict=True)}
    return [there.get(label, slice(0, 0)) for label in labels]


def _partners(
    roster: pd.DataFrame, parts: Sequence[slice], widest: int
) -> tuple[Integers, tuple[tuple[str, ...], ...]]:
    codes = np.full((len(parts), max(widest, 1)), -1, dtype=np.int64)
    if "partner" not in roster.columns:
        return codes, ((),) * len(parts)
    texts = roster["partner"].astype(str).where(roster["partner"].notna(), "").tolist()
    names: list[tuple[str, ...]] = []
    for place, part in enumerate(parts):
        known: dict[str, int] = {}
        for i, partner in enumerate(texts[part]):
            if partner:
                codes[place, i] = known.setdefault(partner, len(known))
        names.append(tuple(known))
    return codes, tuple(names)


def _match(
    persons: pd.DataFrame, keys: GroupKeys, roster: pd.DataFrame
) -> tuple[Integers, Integers, Integers, tuple[str, ...]]:
    labels = known_label_of(persons["group"]).to_numpy()
    wanted = pd.MultiIndex.from_arrays([labels, known_label_of(persons["member"]).to_numpy()])
    listed = pd.MultiIndex.from_frame(roster[["group", "member"]])
    if not listed.is_unique:
        group, member = listed[listed.duplicated()][0]
        raise InputError(f"the members file lists member {member!r} of group {group!r} twice")
    found = listed.get_indexer(wanted)
    known = found >= 0
    notes = []
    if not known.all():
        who = [" / ".join(pair) for pair in wanted[~known]]
        notes.append(
            f"{(~known).sum()} persons are not in the members file and have no place on a "
            f"roster: {quoted(who, most=6)}."
        )
    position = roster["position"].to_numpy(np.int64)[np.where(known, found, 0)] - 1
    codes = np.asarray(keys.codes, dtype=np.int64)
    place = pd.MultiIndex.from_arrays([codes, position])
    again = place.duplicated() & known if known.all() else _again(codes, position, known)
    if again.any():
        notes.append(
            f"{int(again.sum())} further answers of members who had answered before were left "
            "out; the first counts."
        )
    rows = np.flatnonzero(known & ~again).astype(np.int64)
    return rows, codes[rows], position[rows], tuple(notes)


def _again(codes: Integers, position: Integers, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which persons answered a second time, among those who are known."""
    result = np.zeros(len(codes), dtype=bool)
    pairs = pd.MultiIndex.from_arrays([codes[known], position[known]])
    result[known] = pairs.duplicated()
    return result


def stack_answers(places: Places, keys: GroupKeys, table: Floats, targets: str) -> Rosters:
    """Put roster answers into stacks.

    Parameters
    ----------
    places
        Where persons stand.
    keys
        The groups.
    table
        ``(persons, K)`` answers by place on the roster, all persons of the responses.
    targets
        ``"members"``, ``"partners"`` (places on the roster) or ``"columns"`` (the same K
        columns in every group, such as areas of knowledge).
    """
    square = targets == "members"
    number = {
        "members": places.size,
        "partners": places.partners,
        "columns": np.where(places.size > 0, table.shape[1], 0),
    }[targets]
    shapes = np.column_stack([places.size, number])
    stacks = []
    for raters, width in np.unique(shapes, axis=0):
        if raters and width:
            groups = np.flatnonzero((shapes == (raters, width)).all(axis=1))
            stacks.append(_stack(places, groups, table, int(raters), int(width), targets))
    names = places.partner_names if targets == "partners" else places.names
    return Rosters(
        keys=keys.labels,
        stacks=tuple(stacks),
        raters=places.size,
        targets=np.asarray(number, dtype=np.int64),
        target_names={} if targets == "columns" else dict(enumerate(names)),
        notes=places.notes,
        square=square,
    )


def _stack(
    places: Places, groups: Integers, table: Floats, raters: int, width: int, targets: str
) -> Stack:
    order = np.full(len(places.size), -1)
    order[groups] = np.arange(len(groups))
    mine = order[places.group] >= 0
    values = np.full((len(groups), raters, width), np.nan)
    cells = table[places.rows[mine]]
    filled = np.full((len(cells), width), np.nan)
    shown = min(width, cells.shape[1])
    filled[:, :shown] = cells[:, :shown]
    values[order[places.group[mine]], places.position[mine]] = filled
    partner = places.partner[groups, :raters]
    own = {
        "members": np.broadcast_to(np.arange(raters), (len(groups), raters)),
        "partners": partner,
        "columns": np.full((len(groups), raters), -1),
    }[targets]
    return Stack(groups, values, np.array(own, dtype=np.int64), partner)
