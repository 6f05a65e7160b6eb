"""Knowledge and resources of members: coverage, redundancy, overlap, breadth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.accepted import Labels, RosterAnswers
from collective_use.checks import column_in, one_of
from collective_use.errors import InputError
from collective_use.groups.keys import group_keys
from collective_use.groups.labels import aligned, labels_of
from collective_use.groups.rosters.network import Wanted
from collective_use.groups.rosters.stacks import (
    Floats,
    RosterIndices,
    Rosters,
    Stack,
    gate_of,
    gated,
    stack_matrices,
)
from collective_use.numerics.rosters import checklist as kernels

OF_HELD: Mapping[str, Callable[[Floats], Floats]] = {
    "coverage": kernels.coverage,
    "redundancy": kernels.redundancy,
    "overlap": kernels.jaccard,
    "breadth": kernels.breadth,
}
"""Indices of what members hold, 0 or 1."""

INDICES: tuple[str, ...] = (*OF_HELD, "overlap_cosine", "head_count")
DEFAULT = ("coverage", "redundancy", "overlap", "breadth")

UNDEFINED: Mapping[str, str] = {
    "overlap": "no two members hold anything, so there is no pair to compare",
    "overlap_cosine": "no two members hold anything, so there is no pair to compare",
}


def checklist(
    levels: RosterAnswers,
    groups: Labels,
    *,
    threshold: float = 1.0,
    indices: Sequence[str] = DEFAULT,
    members: Mapping[str, int] | None = None,
    gate: float | None = None,
) -> RosterIndices:
    """Compute what the members of each group know or bring together.

    Parameters
    ----------
    levels
        ``(persons, areas)`` ticks or levels, one row a person who was asked; missing where a
        person gave no answer.
    groups
        ``(persons,)`` group of each person, or the name of a column of `levels`.
    threshold
        From which level on a member holds an area.
    indices
        ``"coverage"`` (share of areas that somebody holds), ``"redundancy"`` (mean share of
        members that hold an area), ``"overlap"`` (mean Jaccard overlap of pairs),
        ``"overlap_cosine"`` (of whole profiles), ``"breadth"`` (areas a member),
        ``"head_count"`` (members who hold at least one area).
    members
        Number of members of each group, where more were asked than there are rows.
    gate
        The smallest response rate, .80 by default.

    Returns
    -------
    RosterIndices
        One row a group. ``details["areas"]`` holds the number of holders of each area;
        ``details["bounds"]`` the coverage if those who did not answer held nothing, or all.

    Raises
    ------
    InputError
        When levels or groups do not fit each other.

    Examples
    --------
    >>> import numpy as np
    >>> levels = np.array([[3, 2, 0], [0, 2, 0], [1, 0, 0], [0, 0, 3]])
    >>> result = checklist(levels, ["a", "a", "b", "b"], threshold=2)
    >>> result.values["coverage"].round(2).tolist()
    [0.67, 0.33]
    """
    for name in indices:
        one_of("indices", name, INDICES)
    rosters = member_rows(levels, groups, members)
    return checklist_indices(rosters, [Wanted(name, threshold) for name in indices], gate=gate)


def member_rows(
    levels: RosterAnswers, groups: Labels, members: Mapping[str, int] | None = None
) -> Rosters:
    """Stack person by column answers by group.

    Parameters
    ----------
    levels, groups, members
        As in `checklist`.
    """
    frame = levels if isinstance(levels, pd.DataFrame) else pd.DataFrame(np.asarray(levels))
    if isinstance(groups, str):
        column_in("groups", groups, list(frame.columns), where="levels")
        label, frame = frame[groups], frame.drop(columns=groups)
    else:
        label = labels_of(aligned(frame, groups))
    if len(label) != len(frame):
        raise InputError(
            f"groups must have one entry a row of levels, got {len(label)} for {len(frame)} rows"
        )
    keys = group_keys(pd.DataFrame({"group": label.to_numpy()}))
    table = frame.to_numpy(dtype=float, na_value=np.nan)
    asked = np.bincount(keys.codes, minlength=keys.total)
    names = keys.frame["group"].tolist()
    size = [_size(g, int(n), members) for g, n in zip(names, asked, strict=True)]
    matrices = []
    for place, n in enumerate(size):
        matrix = np.full((n, table.shape[1]), np.nan)
        mine = table[keys.codes == place]
        matrix[: len(mine)] = mine
        matrices.append(matrix)
    none = [np.full(n, -1, dtype=np.int64) for n in size]
    rosters = stack_matrices(keys.frame[["group"]], matrices, none, none, square=False)
    columns = tuple(str(name) for name in frame.columns)
    return replace(rosters, target_names=dict.fromkeys(range(keys.total), columns))


def _size(group: str, rows: int, members: Mapping[str, int] | None) -> int:
    if members is None:
        return rows
    if group not in members:
        raise InputError(f"members must have every group, got none for group {group!r}")
    number = int(members[group])
    if number < rows:
        raise InputError(
            f"a group must not have fewer members than rows, got {number} members and {rows} rows "
            f"in group {group!r}"
        )
    return number


def checklist_indices(
    rosters: Rosters, wanted: Sequence[Wanted], *, gate: float | None = None
) -> RosterIndices:
    """Compute indices of stacked ticks or levels; a threshold of None counts any tick.

    Parameters
    ----------
    rosters
        Members by areas.
    wanted
        Indices with their thresholds.
    gate
        The smallest response rate.
    """
    columns = {w.label: _one(rosters, w) for w in wanted}
    first = next((w.threshold for w in wanted if w.threshold is not None), 1.0)
    held = rosters.with_values(lambda stack: kernels.holds(stack.values, first))
    details = {"areas": _areas(held)}
    frame = rosters.frame()
    silent = np.flatnonzero((frame["response_rate"] < 1) & (frame["respondents"] > 0))
    if len(silent) and any(w.name == "coverage" for w in wanted):
        lower = held.by_group(lambda stack: kernels.coverage(stack.values))[silent]
        upper = held.by_group(lambda stack: kernels.coverage_ceiling(stack.values))[silent]
        details["bounds"] = (
            rosters.keys.iloc[silent]
            .assign(index="coverage", lower=lower, upper=upper)
            .reset_index(drop=True)
        )
    undefined = {w.label: UNDEFINED[w.name] for w in wanted if w.name in UNDEFINED}
    notes = (*rosters.notes, f"An area counts as held from level {first:g} on.")
    return gated(frame, gate_of(gate), columns, undefined, details=details, notes=notes)


def _one(rosters: Rosters, index: Wanted) -> Floats:
    threshold = 1.0 if index.threshold is None else index.threshold

    def value(stack: Stack) -> Floats:
        if index.name == "overlap_cosine":
            return kernels.cosine(stack.values)
        held = kernels.holds(stack.values, threshold)
        if index.name == "head_count":
            some = (np.where(np.isnan(held), 0.0, held) > 0).any(-1).sum(-1).astype(float)
            return np.where(kernels.answered(held).any(-1), some, np.nan)
        return OF_HELD[index.name](held)

    result = rosters.by_group(value)
    return 1.0 - result if index.one_minus else result


def _areas(held: Rosters) -> pd.DataFrame:
    """Return one row a group and area: members known to hold it, and their share."""
    frames = []
    for stack in held.stacks:
        width = stack.values.shape[-1]
        place = np.repeat(stack.groups, width)
        plain = tuple(str(i + 1) for i in range(width))
        answered = kernels.answered(stack.values).sum(-1)
        holders = kernels.holders(stack.values)
        frames.append(
            held.keys.iloc[place].assign(
                area=[n for g in stack.groups for n in held.target_names.get(int(g), plain)],
                holders=holders.ravel().astype(int),
                answered=np.repeat(answered, width),
                _place=place,
            )
        )
    if not frames:
        return pd.DataFrame(columns=[*held.keys.columns, "area", "holders", "answered"])
    whole = pd.concat(frames, ignore_index=True)
    return whole.sort_values("_place", kind="stable", ignore_index=True).drop(columns="_place")
