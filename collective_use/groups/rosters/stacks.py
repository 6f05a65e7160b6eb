"""Answers about named targets, group by group: who rated whom, in stacks of one shape.

Groups of the same number of raters and targets are computed together. Nothing here knows
where the answers came from: `rosters_input` builds them from matrices and edge lists,
`rosters_responses` from survey exports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from collective_use.cutoffs import CUTOFFS, Cutoff
from collective_use.frames import arrays_of, extended
from collective_use.numerics.types import Floats as Floats
from collective_use.numerics.types import Integers as Integers
from collective_use.results import Result, Table, table_of


@dataclass(frozen=True, slots=True)
class Stack:
    """Groups of one shape.

    Attributes
    ----------
    groups
        ``(g,)`` place of each group in the list of groups.
    values
        ``(g, raters, targets)`` what each rater reported; ``nan`` where nothing.
    own
        ``(g, raters)`` the target that is the rater or the rater's partner; -1 for none.
    partners
        ``(g, raters)`` code of the rater's partner organisation in the group; -1 unknown.
    """

    groups: Integers
    values: Floats
    own: Integers
    partners: Integers


@dataclass(frozen=True)
class Rosters:
    """All groups of a study, ready for the kernels.

    Attributes
    ----------
    keys
        One row a group: `group` (and `wave`).
    stacks
        Groups of the same shape together; every group is in one of them, or in none when
        nothing is known of it.
    raters
        ``(G,)`` number of members who were asked; the denominator of response rates.
    targets
        ``(G,)`` number of targets.
    target_names
        Names of the targets by place in `keys`, where they are known.
    notes
        What was left out or assumed when the answers were matched.
    square
        Whether raters and targets are the same members.
    """

    keys: pd.DataFrame
    stacks: tuple[Stack, ...]
    raters: Integers
    targets: Integers
    target_names: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    square: bool = True

    @property
    def total(self) -> int:
        """How many groups there are."""
        return len(self.keys)

    def by_group(self, index: Callable[[Stack], Floats]) -> Floats:
        """Return one value a group, ``(G,)``; ``nan`` for groups without a stack."""
        result = np.full(self.total, np.nan)
        for stack in self.stacks:
            result[stack.groups] = index(stack)
        return result

    def with_values(self, change: Callable[[Stack], Floats]) -> Rosters:
        """Return rosters whose values were changed stack by stack."""
        return replace(
            self, stacks=tuple(replace(stack, values=change(stack)) for stack in self.stacks)
        )

    def by_target(self, name: str, columns: Sequence[Mapping[str, ArrayLike]]) -> pd.DataFrame:
        """Return one row a target with its group, its name, and columns; groups in their order.

        Parameters
        ----------
        name
            What a target is called.
        columns
            For each stack, values by name, one a target, groups one after another.
        """
        if not self.stacks:
            return pd.DataFrame(columns=[*self.keys.columns, name])
        widths = [stack.values.shape[-1] for stack in self.stacks]
        place = np.concatenate(
            [np.repeat(s.groups, k) for s, k in zip(self.stacks, widths, strict=True)]
        )
        named = [
            target
            for stack, k in zip(self.stacks, widths, strict=True)
            for group in stack.groups.tolist()
            for target in self.target_names.get(group, tuple(str(i + 1) for i in range(k)))
        ]
        order = np.argsort(place, kind="stable")
        rows = place[order]
        found = {column: np.concatenate([np.asarray(part[column]) for part in columns])[order]
                 for column in columns[0]}  # fmt: skip
        keys = arrays_of(self.keys.take(rows).reset_index(drop=True))
        return pd.DataFrame({**keys, name: [named[i] for i in order.tolist()], **found})

    def respondents(self) -> Integers:
        """Return the number of raters who reported anything on a target not their own."""

        def count(stack: Stack) -> Floats:
            there = ~np.isnan(stack.values)
            if self.square:
                there = there & (stack.own[..., None] != np.arange(stack.values.shape[-1]))
            return there.any(-1).sum(-1).astype(float)

        return np.nan_to_num(self.by_group(count)).astype(np.int64)

    def frame(self) -> pd.DataFrame:
        """Return one row a group: its key, `members`, `respondents`, `response_rate`."""
        answered = self.respondents()
        rate = np.divide(
            answered, self.raters, out=np.full(self.total, np.nan), where=self.raters > 0
        )
        found = {"members": self.raters, "respondents": answered, "response_rate": rate}
        return extended(self.keys, found)


def stack_matrices(
    keys: pd.DataFrame,
    matrices: Sequence[Floats],
    own: Sequence[Integers],
    partners: Sequence[Integers],
    **more: object,
) -> Rosters:
    """Put one matrix a group into stacks of one shape.

    Parameters
    ----------
    keys
        One row a group.
    matrices
        ``(raters, targets)`` for each group.
    own, partners
        ``(raters,)`` for each group.
    """
    shapes: dict[tuple[int, ...], list[int]] = {}
    for place, matrix in enumerate(matrices):
        shapes.setdefault(matrix.shape, []).append(place)
    stacks = tuple(
        Stack(
            groups=np.array(places, dtype=np.int64),
            values=np.stack([matrices[place] for place in places]).astype(float),
            own=np.stack([own[place] for place in places]).astype(np.int64),
            partners=np.stack([partners[place] for place in places]).astype(np.int64),
        )
        for shape, places in shapes.items()
        if shape[0] > 0 and shape[-1] > 0
    )
    raters = np.array([matrix.shape[0] for matrix in matrices], dtype=np.int64)
    targets = np.array([matrix.shape[1] for matrix in matrices], dtype=np.int64)
    return Rosters(keys, stacks, raters, targets, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class RosterIndices(Result):
    """Indices of networks, allocations, checklists or nominations, one row a group.

    Attributes
    ----------
    values
        `group`, `members`, `respondents`, `response_rate`, then one column an index; missing
        where the gate or the data forbid it, with the sentence in `reasons`.
    reasons
        Same shape: an empty text where the index is there, else why it is not.
    gate
        The smallest response rate at which an index is shown; a group is never dropped.
    details
        Further frames by name: `bounds`, `treatments`, `reported_by_others`, `agreement`,
        `targets`, ... as far as they apply.
    notes
        What was assumed and what was left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> ties = pd.DataFrame([[0, 1, 1], [1, 0, 0], [1, 1, 0]])
    >>> len(cu.network(ties).to_frame())
    1
    """

    values: pd.DataFrame
    reasons: pd.DataFrame
    gate: Cutoff
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def indices(self) -> tuple[str, ...]:
        """The names of the indices."""
        return tuple(name for name in self.reasons.columns if name not in ("group", "wave"))

    def to_frame(self) -> pd.DataFrame:
        """Return `values` with one more column, `reason`: why indices are missing."""
        texts = self.reasons[list(self.indices)].to_numpy(dtype=object)
        reason = [_one_reason(self.indices, row) if any(row) else "" for row in texts.tolist()]
        return self.values.assign(reason=reason)

    def tables(self) -> tuple[Table, ...]:
        """Return the indices by group and the further frames."""
        note = f"Indices are shown from a response rate of {self.gate} on."
        head = table_of("Indices by group", self.to_frame(), notes=(note, *self.notes))
        return (head, *(table_of(name, frame) for name, frame in self.details.items()))


def _one_reason(names: Sequence[str], texts: Sequence[str]) -> str:
    """Return one text for a group: a reason common to all indices once, others by index."""
    if len(set(texts)) == 1:
        return str(texts[0])
    return "; ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True) if text)


def gate_of(gate: float | None) -> Cutoff:
    """Return the response-rate gate: the default, or one set by the study.

    Examples
    --------
    >>> gate_of(0.7).source
    'set by the study'
    """
    default = CUTOFFS["response_rate"]
    if gate is None or gate == default.value:
        return default
    return replace(default, value=float(gate), source="set by the study")


def rate_reasons(frame: pd.DataFrame, gate: Cutoff) -> list[str]:
    """Return for each group why its indices are not shown, or an empty text.

    Parameters
    ----------
    frame
        `members`, `respondents`, `response_rate` by group; an unknown rate does not fail.
    gate
        The response-rate gate.
    """
    reasons = []
    for members, answered, rate in frame[["members", "respondents", "response_rate"]].itertuples(
        index=False, name=None
    ):
        if answered == 0:
            reasons.append("nobody answered")
        elif not np.isnan(rate) and not gate.passes(rate + 1e-9):
            reasons.append(
                f"{answered:g} of {members:g} answered ({rate:.0%}), under the gate of "
                f"{gate.value:.0%}"
            )
        else:
            reasons.append("")
    return reasons


def gated(
    frame: pd.DataFrame,
    gate: Cutoff,
    columns: Mapping[str, Floats],
    undefined: Mapping[str, str],
    **more: object,
) -> RosterIndices:
    """Hide indices under the gate and give every missing one its reason.

    Parameters
    ----------
    frame
        As in `rate_reasons`, with the keys of the groups first.
    columns
        ``(G,)`` values by name of the index.
    undefined
        Why an index is missing where enough members answered.
    """
    low = rate_reasons(frame, gate)
    keys = frame[[c for c in frame.columns if c in ("group", "wave")]]
    texts: dict[str, list[str]] = {}
    shown: dict[str, list[float]] = {}
    for name, column in columns.items():
        other = undefined.get(name, "it is not defined for these answers")
        texts[name] = [
            why or ("" if np.isfinite(value) else other)
            for why, value in zip(low, column, strict=True)
        ]
        shown[name] = [
            value if not text else np.nan for value, text in zip(column, texts[name], strict=True)
        ]
    values, reasons = extended(frame, shown), extended(keys, texts)
    return RosterIndices(values, reasons, gate, **more)  # type: ignore[arg-type]
