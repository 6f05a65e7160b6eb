"""Units that were renamed, merged or split between waves, brought to the units of today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.checks import column_in, instance_of, one_of, quoted
from collective_use.errors import InputError
from collective_use.groups.labels import known_label_of
from collective_use.groups.mixed.columns import columns_of
from collective_use.results import Result, Table, table_of

MADE = ("group_before", "_after", "_share")
"""Columns that rows get on the way."""

_WHOLE = 1e-6
"""How far the shares of a unit may be from 1."""


@dataclass(frozen=True)
class Crosswalk(Result):
    """Rows brought to other units.

    Attributes
    ----------
    data
        The rows with the new unit in the column of the group, and `group_before`; where split
        units enter by their shares, `weight` (1 for all others).
    units
        One row a former unit: `before`, `after`, `what` happened (``"kept"``, ``"renamed"``,
        ``"merged"``, ``"split"``, ``"ended"``), `rows`, `share`.
    notes
        What was left out.

    Examples
    --------
    >>> import pandas as pd, collective_use as cu
    >>> rows = pd.DataFrame({"team": ["a", "b"], "y": [1, 2]})
    >>> table = pd.DataFrame({"before": ["a", "b"], "after": ["ab", "ab"]})
    >>> cu.apply_crosswalk(rows, table, "team").units["what"].tolist()
    ['merged', 'merged']
    """

    data: pd.DataFrame
    units: pd.DataFrame
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `data`."""
        return self.data.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return what became of each unit."""
        return (table_of("Units before and after", self.units, notes=self.notes),)


def apply_crosswalk(
    data: pd.DataFrame, crosswalk: pd.DataFrame, group: str, *, split: str = "leave_out"
) -> Crosswalk:
    """Return rows of a former wave under the units of today.

    Parameters
    ----------
    data
        One row a person.
    crosswalk
        Columns `before` and `after`, a row a pair; `after` missing for a unit that ended; with
        `share` (of the former unit's members who went to the new one, adding up to 1) where a
        unit was split.
    group
        Column of `data` with the former unit.
    split
        ``"leave_out"``: rows of a unit that was split are left out, since nobody knows who went
        where. ``"share"``: they enter each new unit with its share as `weight`.

    Returns
    -------
    Crosswalk
        The rows, what became of each unit, and what was left out.

    Raises
    ------
    InputError
        When a column is not there, a pair is there twice, shares are missing or do not add up to
        1, or `data` holds a unit that the crosswalk does not know.

    Notes
    -----
    A merged unit's former value is made of the members of its parts, so that `cu.group_changes`
    compares like with like. A split unit's is an assumption: that those who went were like those
    who stayed.

    Examples
    --------
    >>> import pandas as pd, collective_use as cu
    >>> rows = pd.DataFrame({"team": list("aabc"), "y": [1, 2, 3, 4]})
    >>> table = pd.DataFrame({"before": list("abcc"), "after": ["x", "x", "y", "z"]})
    >>> found = cu.apply_crosswalk(rows, table, "team")
    >>> found.data["team"].tolist(), found.notes
    (['x', 'x', 'x'], ('1 row of 1 unit that was split was left out: c.',))
    """
    instance_of("data", data, pd.DataFrame, "a data frame")
    instance_of("crosswalk", crosswalk, pd.DataFrame, "a data frame")
    column_in("group", group, list(data.columns), where="data")
    one_of("split", split, ("leave_out", "share"))
    taken = [name for name in MADE if name in data.columns]
    if taken:
        raise InputError(
            f"data must not hold the columns that are made here, got {quoted(taken)}: rename them"
        )
    if split == "share" and "weight" in data.columns:
        columns_of(data, {}, {"weight": "weight"})
    pairs = _pairs(crosswalk, split)
    labels = known_label_of(data[group])
    lost = sorted(set(labels) - set(pairs["before"]))
    if lost:
        raise InputError(
            "crosswalk must name every unit of the data under 'before', got none for "
            + quoted(lost)
        )
    kinds = _kinds(pairs)
    units = pairs.assign(
        what=pairs["before"].map(kinds), rows=pairs["before"].map(labels.value_counts())
    ).fillna({"rows": 0})
    units["rows"] = units["rows"].astype(int)
    leaving = {"ended", "split"} if split == "leave_out" else {"ended"}
    going = pairs[~pairs["before"].map(kinds).isin(leaving)]
    rows = _moved(data, labels, going, group, split)
    order = ["before", "after", "what", "rows", "share"]
    return Crosswalk(rows, units[order].reset_index(drop=True), _notes(kinds, labels, leaving))


def _pairs(crosswalk: pd.DataFrame, split: str) -> pd.DataFrame:
    if not {"before", "after"} <= set(crosswalk.columns):
        raise InputError(
            "crosswalk must have the columns 'before' and 'after', got "
            + (quoted(crosswalk.columns) or "none")
        )
    pairs = pd.DataFrame(
        {name: known_label_of(crosswalk[name]) for name in ("before", "after")}
    ).reset_index(drop=True)
    twice = pairs[pairs.duplicated()]
    if len(twice):
        one = twice.iloc[0]
        raise InputError(
            f"crosswalk must hold a pair once, got {one['before']!r} to {one['after']!r} twice"
        )
    several = pairs["before"].duplicated(keep=False).to_numpy()
    ended = several & (pairs["after"] == "").to_numpy()
    if ended.any():
        name = pairs["before"][ended].iloc[0]
        raise InputError(f"crosswalk must not let a unit end and go on, got both for {name!r}")
    pairs["share"] = 1.0
    if "share" in crosswalk.columns:
        given = pd.to_numeric(crosswalk["share"], errors="coerce").to_numpy(float)
        pairs["share"] = np.where(several, given, np.where(np.isnan(given), 1.0, given))
    elif several.any():
        pairs.loc[several, "share"] = np.nan
    total = pairs.groupby("before")["share"].sum(min_count=1)
    wrong = total[~((total - 1.0).abs() < _WHOLE)]
    if split == "share" and len(wrong):
        raise InputError(
            f"shares of a unit must add up to 1, got {wrong.iloc[0]:g} for {wrong.index[0]!r}"
        )
    return pairs


def _kinds(pairs: pd.DataFrame) -> dict[str, str]:
    """Return what became of each unit."""
    comes_from = pairs[pairs["after"] != ""].groupby("after")["before"].nunique()
    kinds = {}
    for before, part in pairs.groupby("before", sort=False):
        after = part["after"].iloc[0]
        if len(part) > 1:
            kinds[str(before)] = "split"
        elif after == "":
            kinds[str(before)] = "ended"
        elif comes_from[after] > 1:
            kinds[str(before)] = "merged"
        else:
            kinds[str(before)] = "kept" if after == before else "renamed"
    return kinds


def _moved(
    data: pd.DataFrame, labels: pd.Series, going: pd.DataFrame, group: str, split: str
) -> pd.DataFrame:
    rows = data.assign(group_before=labels.to_numpy())
    joined = rows.merge(
        going.rename(columns={"before": "group_before", "after": "_after", "share": "_share"}),
        on="group_before",
        how="inner",
    )
    joined[group] = joined["_after"]
    if split == "share":
        own = joined["weight"] if "weight" in data.columns else 1.0
        joined["weight"] = own * joined["_share"]
    return joined.drop(columns=["_after", "_share"])


def _notes(kinds: dict[str, str], labels: pd.Series, leaving: set[str]) -> tuple[str, ...]:
    notes = []
    for kind, words in (("split", "was split"), ("ended", "ended")):
        units = [name for name in dict.fromkeys(labels) if kinds[name] == kind]
        if kind in leaving and units:
            n = int(labels.isin(units).sum())
            rows = "1 row" if n == 1 else f"{n} rows"
            of = "1 unit" if len(units) == 1 else f"{len(units)} units"
            was = "was" if n == 1 else "were"
            notes.append(f"{rows} of {of} that {words} {was} left out: {', '.join(units)}.")
    return tuple(notes)
