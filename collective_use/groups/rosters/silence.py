"""What silent members may hide: every treatment side by side, bounds, reports of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from collective_use.frames import extended
from collective_use.groups.rosters.stacks import Floats, Integers, Rosters, Stack
from collective_use.numerics.rosters.missing import index_bounds, reported_by_others

_WAYS = ("available", "reconstruct", "zero")
_ALIASES = {"valued_mean": "density"}


class IndexName(Protocol):
    """What is needed of an index: its name, its column, whether it is turned round."""

    @property
    def name(self) -> str: ...
    @property
    def one_minus(self) -> bool: ...
    @property
    def label(self) -> str: ...


def compare_treatments(
    rosters: Rosters,
    silent: Integers,
    wanted: Sequence[IndexName],
    columns: Mapping[tuple[str, str], Floats],
    cut: Mapping[str, Rosters],
    scale: tuple[float, float],
    include_self: bool,
) -> pd.DataFrame:
    """Return one row a group with silent members and index: treatments and sharp bounds.

    Parameters
    ----------
    rosters
        The answers in the units of the scale.
    silent
        Places of the groups in which somebody did not answer.
    wanted
        The indices.
    columns
        Values ``(G,)`` by column and treatment.
    cut
        Rosters with ties from 0 to 1, by column.
    scale
        Ends of the response scale.
    include_self
        Whether the diagonal counts.

    Returns
    -------
    DataFrame
        Keys, `index`, `available`, `reconstruct`, `zero`, `lower`, `upper` and `reason` (why
        there are no bounds).
    """
    parts: dict[str, list[Floats]] = {name: [] for name in (*_WAYS, "lower", "upper")}
    reasons: list[str] = []
    for index in wanted:
        lower, upper, known = _bounds(rosters, cut, index, scale, include_self)
        reasons.append("" if known else "no sharp bounds are known for this index of these ties")
        for way in _WAYS:
            parts[way].append(columns[index.label, way][silent])
        parts["lower"].append(lower[silent])
        parts["upper"].append(upper[silent])
    each = len(silent)
    return extended(
        rosters.keys.iloc[np.tile(silent, len(wanted))].reset_index(drop=True),
        {
            "index": np.repeat(np.array([index.label for index in wanted], dtype=object), each),
            **{name: np.concatenate(values) for name, values in parts.items()},
            "reason": np.repeat(np.array(reasons, dtype=object), each),
        },
    )


def _bounds(
    rosters: Rosters,
    cut: Mapping[str, Rosters],
    index: IndexName,
    scale: tuple[float, float],
    include_self: bool,
) -> tuple[Floats, Floats, bool]:
    low, high = scale
    raw = index.name == "valued_mean"
    source = rosters if raw else cut[index.label]

    def both(stack: Stack) -> tuple[Floats, Floats] | None:
        ties = (stack.values - low) / (high - low) if raw else stack.values
        name = _ALIASES.get(index.name, index.name)
        return index_bounds(name, ties, include_self=include_self)

    lower, upper = np.full((2, rosters.total), np.nan)
    known = True
    for stack in source.stacks:
        found = both(stack)
        known = known and found is not None
        if found is not None:
            lower[stack.groups], upper[stack.groups] = found
    if raw:
        lower, upper = low + (high - low) * lower, low + (high - low) * upper
    return (1.0 - upper, 1.0 - lower, known) if index.one_minus else (lower, upper, known)


def compare_reports(rosters: Rosters, silent: Integers) -> pd.DataFrame:
    """Return what respondents report about each other and about the silent, by group.

    Returns
    -------
    DataFrame
        Keys, `about_respondents`, `about_silent` and their `difference` (silent less
        respondents), in the units of the answers; where it is clearly negative, silent
        members stand at the edge of the network and indices of the others are too high.
    """
    there = rosters.by_group(lambda stack: reported_by_others(stack.values)[0])[silent]
    gone = rosters.by_group(lambda stack: reported_by_others(stack.values)[1])[silent]
    return (
        rosters.keys.iloc[silent]
        .assign(about_respondents=there, about_silent=gone, difference=gone - there)
        .reset_index(drop=True)
    )
