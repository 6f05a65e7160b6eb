"""Scores of persons and members of groups, as values of groups need them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.accepted import Labels, Values
from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.groups.inputs import rows_of
from collective_use.groups.keys import group_keys
from collective_use.instrument.model import SHARED
from collective_use.scores.table import Scores

KINDS = ("reflective", "formative")


@dataclass(frozen=True)
class ValueRows:
    """Scores of persons on measures.

    Attributes
    ----------
    values
        (N, J), NaN for missing.
    names, aggregation
        (J,) of the measures.
    codes
        (N,) groups.
    groups
        (G,) names.
    members
        (G,) number of members; NaN where it is not known.
    notes
        What a reader has to know.
    """

    values: NDArray[np.float64]
    names: tuple[str, ...]
    aggregation: tuple[str, ...]
    codes: NDArray[np.intp]
    groups: tuple[str, ...]
    members: NDArray[np.float64]
    notes: tuple[str, ...]


def rows_from_values(
    values: Values,
    groups: Labels,
    members: Mapping[str, int] | None,
    aggregation: str | Mapping[str, str],
) -> ValueRows:
    """Return rows from arrays or frames.

    Raises
    ------
    InputError
        See `collective_use.group_values`.
    """
    if groups is None:
        raise InputError("groups must be given with values, or the result of score() alone")
    rows = rows_of(values, groups)
    kinds = _kinds(rows.names, aggregation)
    asked = {str(name): float(size) for name, size in (members or {}).items()}
    sizes = np.array([asked.get(name, np.nan) for name in rows.groups])
    return _checked(
        ValueRows(
            np.asarray(rows.values, dtype=float), rows.names, kinds, rows.codes, rows.groups,
            sizes, (),
        )
    )  # fmt: skip


def _kinds(names: tuple[str, ...], aggregation: str | Mapping[str, str]) -> tuple[str, ...]:
    if isinstance(aggregation, str):
        one_of("aggregation", aggregation, KINDS)
        return (aggregation,) * len(names)
    for name, kind in aggregation.items():
        one_of("aggregation", kind, KINDS)
        if name not in names:
            raise InputError(f"aggregation must name measures among {list(names)}, got {name!r}")
    return tuple(aggregation.get(name, "reflective") for name in names)


def rows_from_scores(scores: Scores, wanted: Collection[str] | None = None) -> ValueRows:
    """Return rows from scores: measures whose group value is a mean.

    Parameters
    ----------
    scores
        From `cu.score`.
    wanted
        Ids of measures; all by default.

    Raises
    ------
    InputError
        When the instrument has none, or no group has an answer.
    """
    responses = scores.responses
    keys = group_keys(responses.persons, responses.members)
    taken = [
        measure
        for measure in responses.instrument.measures
        if measure.id in scores.values.columns
        and measure.composition in (*SHARED, "additive")
        and (wanted is None or measure.id in wanted)
    ]
    if not taken:
        raise InputError("scores must hold a measure whose group value is a mean, got none")
    sizes = keys.frame["members"].to_numpy(float)
    kinds, notes = [], []
    for measure in taken:
        kind = str(measure.aggregation or "reflective")
        if kind == "formative" and np.isnan(sizes).any():
            notes.append(
                f"{measure.id} is formative, but the number of members is not known for every "
                "group: members are taken as a sample."
            )
            kind = "reflective"
        kinds.append(kind)
    if "weight" in responses.persons.columns:
        notes.append("Weights have no say here: each member counts alike.")
    names = tuple(measure.id for measure in taken)
    values = scores.values[list(names)].to_numpy(float)
    return _checked(
        ValueRows(values, names, tuple(kinds), keys.codes, keys.names, sizes, tuple(notes))
    )


def _checked(rows: ValueRows) -> ValueRows:
    formative = [n for n, k in zip(rows.names, rows.aggregation, strict=True) if k == "formative"]
    lacking = [g for g, size in zip(rows.groups, rows.members, strict=True) if np.isnan(size)]
    if formative and lacking:
        raise InputError(
            f"members must be known for every group where a measure is formative "
            f"({', '.join(formative)}), got none for {', '.join(lacking[:5])}"
        )
    for j, name in enumerate(rows.names):
        known = ~np.isnan(rows.values[:, j])
        n = np.bincount(rows.codes[known], minlength=len(rows.groups))
        over = np.flatnonzero(n > rows.members)
        if len(over):
            g = over[0]
            raise InputError(
                f"a group must not have more answers than members, got {n[g]} answers to {name} "
                f"of {rows.members[g]:g} members in {rows.groups[g]!r}"
            )
    if np.isnan(rows.values).all():
        raise InputError("values must hold at least one score, got missing ones only")
    return rows
