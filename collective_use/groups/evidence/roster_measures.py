"""Which kernel a roster, allocation or checklist measure of an instrument goes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from collective_use.checks import one_of
from collective_use.compositions import first_index
from collective_use.groups.evidence.kinds import answers_to, is_of_partners
from collective_use.groups.keys import GroupKeys
from collective_use.groups.rosters import allocation, checklist, network
from collective_use.groups.rosters import knowledge as network_knowledge
from collective_use.groups.rosters.from_responses import Places, stack_answers
from collective_use.groups.rosters.network import Wanted
from collective_use.groups.rosters.stacks import (
    Floats,
    RosterIndices,
    Rosters,
    gate_of,
    gated,
    stack_matrices,
)
from collective_use.instrument.model import Instrument, Item, Measure
from collective_use.numerics.rosters.network import mean_where
from collective_use.responses.held import answer_frame, answer_names

if TYPE_CHECKING:
    from collective_use.responses.table import Responses

COMPUTED: Mapping[str, tuple[str, ...]] = {
    "ties": network.INDICES,
    "ties_to_partners": allocation.INDICES,
    "roles": network_knowledge.ROLE_INDICES,
    "nominations": network_knowledge.NOMINATION_INDICES,
    "points": allocation.INDICES,
    "ticks": checklist.INDICES,
    "levels": checklist.INDICES,
    "counts": (*allocation.INEQUALITY, "valued_mean"),
}
"""The words that a kernel is bound to, by kind of answers; "counts" are ticks of a disparity."""


def kernel_words(composition: str, answers: str) -> tuple[str, ...]:
    """Return the indices that can be computed from answers of a kind for a composition."""
    if composition == "disparity":
        counted = answers in ("ticks", "levels")
        return COMPUTED["counts"] if counted else allocation.INDICES
    return COMPUTED[answers]


def wanted_of(measure: Measure, answers: str) -> list[Wanted]:
    """Return the indices that a measure names, or the usual one."""
    named = [Wanted(i.name, i.threshold, i.one_minus) for i in measure.indices]
    return named or [Wanted(first_index(measure.composition, answers))]


def items_present(responses: Responses, measure: Measure) -> list[Item]:
    """Return the items of a measure that the data hold."""
    items = [responses.instrument.get_item(name) for name in measure.items]
    return [i for i in items if i.id in responses.rosters or _area_columns(responses, i)]


def _area_columns(responses: Responses, item: Item) -> list[str]:
    """Return the columns of a checklist or rating list; code 0 means none of these."""
    codes = [o.code for o in item.options if not (item.kind == "checklist" and o.code == 0)]
    names, there = [f"{item.id}_{code}" for code in codes], set(answer_names(responses))
    return [name for name in names if name in there]


def _areas(responses: Responses, item: Item) -> Floats:
    """Return persons by areas; a list with nothing ticked, not even "none", is no answer."""
    table = answer_frame(responses, _area_columns(responses, item)).to_numpy(float)
    if item.kind != "checklist":
        return table
    name = f"{item.id}_0"
    if name not in answer_names(responses):
        return table
    none = answer_frame(responses, [name])[name]
    ticked = (np.nan_to_num(table).sum(1) > 0) | (none.fillna(0).to_numpy(float) > 0)
    return np.where(ticked[:, None], np.nan_to_num(table), np.nan)


def _by_position(frame: pd.DataFrame) -> Floats:
    columns = range(1, int(max(frame.columns, default=0)) + 1)
    return frame.reindex(columns=list(columns)).to_numpy(float)


def measure_indices(
    responses: Responses,
    keys: GroupKeys,
    places: Places,
    measure: Measure,
    items: Sequence[Item],
    gate: float | None,
) -> RosterIndices:
    """Compute the indices that a measure names from its answers.

    Parameters
    ----------
    responses
        The answers.
    keys, places
        The groups, and where persons stand on their rosters.
    measure
        A measure from rosters, points or checklists.
    items
        Its items in the data; those after the first are averaged into ties cell by cell.
    gate
        The smallest response rate.
    """
    item = items[0]
    answers = answers_to(responses.instrument, measure, item)
    wanted = wanted_of(measure, answers)
    for index in wanted:
        one_of(f"indices of {measure.id}", index.name, kernel_words(measure.composition, answers))
    if item.kind == "roster_nominate":
        return _nominations(responses, keys, places, measure, item, wanted, gate)
    if item.kind == "roster_roles":
        return _roles(responses, keys, places, measure, item, wanted, gate)
    if item.kind in ("checklist", "rating_list"):
        return _checklist(responses, keys, places, measure, item, wanted, gate)
    tables = [_by_position(responses.rosters[i.id]) for i in items]
    partners = is_of_partners(responses.instrument, item)
    table = tables[0] if len(tables) == 1 else mean_where(np.stack(_same_width(tables)), 0)
    rosters = stack_answers(places, keys, table, "partners" if partners else "members")
    low, high = _scale(responses.instrument, item)
    if item.kind == "allocation":
        return allocation.allocation_indices(
            rosters, wanted, total=item.total, include_self=measure.include_self, gate=gate
        )
    if partners or measure.composition in ("disparity", "allocation"):
        return allocation.allocation_indices(
            rosters, wanted, total=None, low=low, include_self=measure.include_self, gate=gate
        )
    return network.network_indices(
        rosters, wanted, (low, high), include_self=measure.include_self, gate=gate
    )


def _same_width(tables: Sequence[Floats]) -> list[Floats]:
    widest = max(table.shape[1] for table in tables)
    return [np.pad(t, ((0, 0), (0, widest - t.shape[1])), constant_values=np.nan) for t in tables]


def _scale(instrument: Instrument, item: Item) -> tuple[float, float]:
    if item.scale is None:
        return 0.0, 1.0
    scale = instrument.get_scale(item.scale)
    return float(scale.low), float(scale.high)


def _nominations(
    responses: Responses,
    keys: GroupKeys,
    places: Places,
    measure: Measure,
    item: Item,
    wanted: Sequence[Wanted],
    gate: float | None,
) -> RosterIndices:
    codes = [option.code for option in item.options]
    table = responses.rosters[item.id].reindex(columns=codes).to_numpy(float)
    rosters = stack_answers(places, keys, table, "columns")
    known = None
    if measure.knowledge is not None:
        columns = [f"{measure.knowledge}_{code}" for code in codes]
        there = [name for name in answer_names(responses) if name in columns]
        levels = answer_frame(responses, there).reindex(columns=columns).to_numpy(float)
        known = stack_answers(places, keys, levels, "columns")
    return network_knowledge.nomination_indices(rosters, known, wanted, gate=gate)


def _roles(
    responses: Responses,
    keys: GroupKeys,
    places: Places,
    measure: Measure,
    item: Item,
    wanted: Sequence[Wanted],
    gate: float | None,
) -> RosterIndices:
    frame = responses.rosters[item.id]
    roles = [option.code for option in item.options]
    labels = cast("Iterable[tuple[int, str]]", frame.columns)
    widest = int(max((position for position, _ in labels), default=1))
    slices = [
        frame.reindex(columns=[(p, role) for p in range(1, widest + 1)]).to_numpy(float)
        for role in roles
    ]
    stacked = [stack_answers(places, keys, table, "members") for table in slices]
    any_tick = stack_answers(
        places, keys, np.where(np.isnan(slices).all(0), np.nan, np.nansum(slices, 0)), "members"
    )
    cubes = [
        network_knowledge.RoleStack(
            stack.groups, np.stack([s.stacks[i].values for s in stacked], axis=-1)
        )
        for i, stack in enumerate(any_tick.stacks)
    ]
    return network_knowledge.role_columns(
        any_tick, cubes, wanted, include_self=measure.include_self, gate=gate
    )


def _checklist(
    responses: Responses,
    keys: GroupKeys,
    places: Places,
    measure: Measure,
    item: Item,
    wanted: Sequence[Wanted],
    gate: float | None,
) -> RosterIndices:
    table = _areas(responses, item)
    rosters = stack_answers(places, keys, table, "columns")
    if measure.composition != "disparity":
        return checklist.checklist_indices(rosters, wanted, gate=gate)
    pooled = _by_partner(rosters) if measure.referent in ("organisation", "partner") else rosters
    return _counts(pooled, wanted, gate, by_partner=pooled is not rosters)


def _by_partner(rosters: Rosters) -> Rosters:
    """Return partners by areas: a partner brings what any of its members ticked."""
    matrices: dict[int, Floats] = {}
    for stack in rosters.stacks:
        for i, group in enumerate(stack.groups):
            number = int(stack.partners[i].max(initial=-1)) + 1
            rows = [stack.values[i][stack.partners[i] == p] for p in range(number)]
            ticks = [np.where(np.isnan(r).all(0), np.nan, np.nan_to_num(r).max(0)) for r in rows]
            width = stack.values.shape[-1]
            matrices[int(group)] = np.stack(ticks) if ticks else np.zeros((0, width))
    tables = [matrices.get(g, np.zeros((0, 0))) for g in range(rosters.total)]
    none = [np.full(len(t), -1, dtype=np.int64) for t in tables]
    return stack_matrices(rosters.keys, tables, none, none, square=False, notes=rosters.notes)


def _counts(
    rosters: Rosters, wanted: Sequence[Wanted], gate: float | None, *, by_partner: bool
) -> RosterIndices:
    """Return how unequal the numbers of ticks are, over partners or members who answered."""

    def of(index: Wanted) -> Floats:
        result = np.full(rosters.total, np.nan)
        for stack in rosters.stacks:
            result[stack.groups] = [_inequality(index.name, cells) for cells in stack.values]
        return 1.0 - result if index.one_minus else result

    columns = {index.label: of(index) for index in wanted}
    who = "partners" if by_partner else "members"
    notes = (
        *rosters.notes,
        f"What is counted are the ticks of {who}"
        + ("; a partner brings what any of its members ticked." if by_partner else "."),
    )
    why = f"fewer than two {who} answered, or none ticked anything"
    return gated(
        rosters.frame(),
        gate_of(gate),
        columns,
        dict.fromkeys(columns, why),
        details={"counts": _count_frame(rosters)},
        notes=notes,
    )


def _inequality(name: str, cells: Floats) -> float:
    counts = np.nansum(cells, 1)[~np.isnan(cells).all(1)]
    if len(counts) < 2 or counts.sum() == 0:
        return np.nan
    if name == "valued_mean":
        return float(counts.mean())
    return float(allocation.INEQUALITY[name](counts[None])[0])


def _count_frame(rosters: Rosters) -> pd.DataFrame:
    rows = [
        (int(group), place + 1, np.nan if np.isnan(cells).all() else np.nansum(cells))
        for stack in rosters.stacks
        for group, table in zip(stack.groups, stack.values, strict=True)
        for place, cells in enumerate(table)
    ]
    frame = pd.DataFrame(rows, columns=["_place", "position", "ticks"])
    joined = rosters.keys.reset_index(drop=True).join(frame.set_index("_place"), how="right")
    return joined.sort_index(kind="stable").reset_index(drop=True)
