"""Who is thought to know what, and who carries which role: nominations by area and by role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.accepted import RosterAnswers
from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.groups.rosters.from_tables import rosters_of
from collective_use.groups.rosters.network import Wanted
from collective_use.groups.rosters.stacks import (
    Floats,
    Integers,
    RosterIndices,
    Rosters,
    gate_of,
    gated,
)
from collective_use.numerics.rosters import allocation as shares
from collective_use.numerics.rosters import checklist as kernels
from collective_use.numerics.rosters.network import mean_where, ratio

NOMINATION_INDICES = (
    "consensus",
    "pair_consensus",
    "entropy_consensus",
    "dissensus",
    "accuracy",
    "accuracy_judged",
)
ROLE_INDICES = (
    "effective_number",
    "distinct",
    "overlap",
    "role_entropy",
    "role_holders",
    "multiplexity",
)

_UNJUDGED = "nobody who was named answered about their own knowledge"
_UNNAMED = "nobody was named for any role"


def who_knows_what(
    nominations: RosterAnswers,
    *,
    knowledge: RosterAnswers = None,
    threshold: float = 3.0,
    indices: Sequence[str] | None = None,
    gate: float | None = None,
) -> RosterIndices:
    """Compute whether members name the same experts, and whether those are experts.

    Parameters
    ----------
    nominations
        Mapping from group to a matrix raters x areas (or one matrix): the place of the member
        named, from 1, 0 for nobody, missing where not answered. Row i belongs to member i.
    knowledge
        The same form, members x areas: each member's own level. Needed for ``"accuracy"``.
    threshold
        From which own level on a member counts as expert.
    indices
        ``"consensus"`` (mean share of the most frequent choice), ``"pair_consensus"`` (share
        of pairs of raters with the same choice, unbiased in small groups),
        ``"entropy_consensus"`` (1 less normalised entropy), ``"dissensus"`` (1 less
        consensus), ``"accuracy"``, ``"accuracy_judged"`` (share of nominations that could be
        judged). All that can be computed by default.
    gate
        The smallest response rate, .80 by default.

    Returns
    -------
    RosterIndices
        One row a group.

    Raises
    ------
    InputError
        When the places named are not members, or accuracy is asked for without `knowledge`.

    References
    ----------
    Austin, J. R. (2003). Transactive memory in organizational groups. Journal of Applied
    Psychology, 88, 866-878.

    Examples
    --------
    >>> import numpy as np
    >>> result = who_knows_what(np.array([[2, 0], [2, 0], [2, 1]]))
    >>> result.values["consensus"].round(3).tolist()
    [0.833]
    """
    rosters = rosters_of(nominations, square=False)
    known = None if knowledge is None else rosters_of(knowledge, square=False)
    names = indices or [n for n in NOMINATION_INDICES if known or not n.startswith("accuracy")]
    for name in names:
        one_of("indices", name, NOMINATION_INDICES)
    wanted = [Wanted(name, threshold) for name in names]
    return nomination_indices(rosters, known, wanted, gate=gate)


def nomination_indices(
    rosters: Rosters,
    knowledge: Rosters | None,
    wanted: Sequence[Wanted],
    *,
    gate: float | None = None,
) -> RosterIndices:
    """Compute indices of stacked nominations; parameters as in `who_knows_what`."""
    _check_places(rosters)
    if knowledge is None and any(w.name.startswith("accuracy") for w in wanted):
        raise InputError("knowledge must be given for accuracy, got none")
    columns = {}
    for index in wanted:
        value = _nomination(rosters, knowledge, index)
        columns[index.label] = 1.0 - value if index.one_minus else value
    undefined = {w.label: _UNJUDGED for w in wanted if w.name == "accuracy"}
    undefined |= {
        w.label: "no area was judged by two members" for w in wanted if w.name == "pair_consensus"
    }
    return gated(rosters.frame(), gate_of(gate), columns, undefined, notes=rosters.notes)


def _check_places(rosters: Rosters) -> None:
    for stack in rosters.stacks:
        named = stack.values[~np.isnan(stack.values)]
        members = stack.values.shape[1]
        bad = named[(named < 0) | (named > members) | (named != np.rint(named))]
        if bad.size:
            raise InputError(
                f"nominations must be places from 1 to the {members} members of the group, or 0 "
                f"for nobody, got {bad[0]:g}"
            )


def _nomination(rosters: Rosters, knowledge: Rosters | None, index: Wanted) -> Floats:
    result = np.full(rosters.total, np.nan)
    levels = {} if knowledge is None else _levels(knowledge)
    for stack in rosters.stacks:
        counts = kernels.tally(stack.values, stack.values.shape[1])
        if index.name in ("consensus", "dissensus"):
            value = kernels.modal_share(counts)
            value = 1.0 - value if index.name == "dissensus" else value
        elif index.name == "pair_consensus":
            value = kernels.pair_agreement(counts)
        elif index.name == "entropy_consensus":
            raters = counts.sum(-1)
            most = np.minimum(raters, counts.shape[-1])
            value = mean_where(1.0 - kernels.entropy(counts, np.maximum(most, 1.0)), -1)
        else:
            known = np.stack([_level_of(levels, int(g), stack.values[0]) for g in stack.groups])
            cut = 3.0 if index.threshold is None else index.threshold
            right, judged = kernels.nomination_accuracy(stack.values, known, cut)
            value = right if index.name == "accuracy" else judged
        result[stack.groups] = value
    return result


def _levels(knowledge: Rosters) -> dict[int, Floats]:
    return {
        int(group): stack.values[i]
        for stack in knowledge.stacks
        for i, group in enumerate(stack.groups)
    }


def _level_of(levels: Mapping[int, Floats], group: int, like: Floats) -> Floats:
    found = levels.get(group)
    if found is None:
        return np.full(like.shape, np.nan)
    if found.shape != like.shape:
        raise InputError(
            "knowledge must have one row a member and one column an area, as the nominations "
            f"have ({like.shape[0]} x {like.shape[1]}), got {found.shape[0]} x {found.shape[1]}"
        )
    return found


@dataclass(frozen=True, slots=True)
class RoleStack:
    """Role ticks of groups of one size: ``(g, raters, targets, roles)``."""

    groups: Integers
    values: Floats


def role_indices(
    ticks: RosterAnswers,
    *,
    indices: Sequence[str] = ROLE_INDICES,
    majority: float = 0.5,
    include_self: bool = False,
    gate: float | None = None,
) -> RosterIndices:
    """Compute how roles are spread over members, from who ticked whom for which role.

    Parameters
    ----------
    ticks
        Mapping from group to an array ``(members, members, roles)`` of 0 and 1, or one such
        array; a member who did not answer is all missing.
    indices
        ``"effective_number"`` (1 over the Herfindahl index of ticks received, mean over
        roles), ``"role_entropy"`` (normalised entropy of ticks received), ``"role_holders"``
        (mean number of holders a role), ``"distinct"`` (members who hold any role),
        ``"overlap"`` (mean cosine of two roles' profiles of ticks received),
        ``"multiplexity"`` (mean Jaccard overlap of two roles' holders).
    majority
        A member holds a role when this share of raters ticked them.
    include_self
        Whether ticks for oneself count.
    gate
        The smallest response rate, .80 by default.

    Returns
    -------
    RosterIndices
        One row a group.

    Raises
    ------
    InputError
        When the arrays do not have one row and one column a member.

    Examples
    --------
    >>> import numpy as np
    >>> ticks = np.zeros((3, 3, 2))
    >>> ticks[:, 0, 0] = ticks[:, 1, 1] = 1
    >>> result = role_indices(ticks)
    >>> result.values[["effective_number", "distinct", "overlap"]].values.tolist()
    [[1.0, 2.0, 0.0]]
    """
    for name in indices:
        one_of("indices", name, ROLE_INDICES)
    arrays = ticks if isinstance(ticks, Mapping) else {"1": ticks}
    cubes = {name: np.asarray(cube, dtype=float) for name, cube in arrays.items()}
    for name, cube in cubes.items():
        if cube.ndim != 3 or cube.shape[0] != cube.shape[1]:
            raise InputError(
                f"ticks of group {name!r} must be members x members x roles, got {cube.shape}"
            )
    flat = rosters_of(
        {
            name: np.where(np.isnan(c).all(-1), np.nan, np.nansum(c, -1))
            for name, c in cubes.items()
        },
        square=True,
    )
    stacks = [
        RoleStack(stack.groups, np.stack([list(cubes.values())[g] for g in stack.groups]))
        for stack in flat.stacks
    ]
    wanted = [Wanted(name, majority) for name in indices]
    return role_columns(flat, stacks, wanted, include_self=include_self, gate=gate)


def role_columns(
    rosters: Rosters,
    stacks: Sequence[RoleStack],
    wanted: Sequence[Wanted],
    *,
    include_self: bool = False,
    gate: float | None = None,
) -> RosterIndices:
    """Compute indices of stacked role ticks; parameters as in `role_indices`."""
    columns = {}
    for index in wanted:
        value = np.full(rosters.total, np.nan)
        for stack in stacks:
            eye = np.eye(stack.values.shape[1], dtype=bool)[..., None]
            ticks = stack.values if include_self else np.where(eye, np.nan, stack.values)
            # (groups, roles, targets): the share of raters who ticked the target
            ticked = np.swapaxes(mean_where(ticks, 1), -1, -2)
            majority = 0.5 if index.threshold is None else index.threshold
            value[stack.groups] = _role(index.name, ticked, majority)
        columns[index.label] = 1.0 - value if index.one_minus else value
    undefined = dict.fromkeys(columns, _UNNAMED)
    for index in wanted:
        if index.name in ("overlap", "multiplexity"):
            undefined[index.label] = "no two roles have holders to compare"
    return gated(rosters.frame(), gate_of(gate), columns, undefined, notes=rosters.notes)


def _role(name: str, ticked: Floats, majority: float) -> Floats:
    known = np.where(np.isnan(ticked), 0.0, ticked)
    held = (known >= majority).astype(float)
    empty = np.isnan(ticked).all((-2, -1))
    if name == "effective_number":
        return mean_where(ratio(np.ones(known.shape[:-1]), shares.herfindahl(known)), -1)
    if name == "role_entropy":
        return mean_where(kernels.entropy(known, float(known.shape[-1])), -1)
    if name == "overlap":
        return kernels.cosine(known)
    if name == "multiplexity":
        return kernels.jaccard(held)
    count = held.sum(-1).mean(-1) if name == "role_holders" else held.any(-2).sum(-1).astype(float)
    return np.where(empty, np.nan, count)
