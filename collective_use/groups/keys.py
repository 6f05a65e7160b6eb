"""Who belongs to which group: keys, sizes and response rates."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.errors import InputError
from collective_use.groups.labels import labels_of, natural_order


@dataclass(frozen=True)
class GroupKeys:
    """The groups of a study and the group of every person.

    Attributes
    ----------
    frame
        One row a group, in natural order: `group`, then `wave` and `parent` where there are
        several, `n` respondents, `members` (from the members file, else missing) and
        `response_rate`.
    codes
        (N,) row of each person's group in `frame`.
    known
        (G,) names of the groups, where they are at hand: millions of texts are not made twice.
    """

    frame: pd.DataFrame
    codes: NDArray[np.intp]
    known: tuple[str, ...] | None = None

    @property
    def columns(self) -> list[str]:
        """The columns that tell one group from another."""
        return [name for name in ("group", "wave") if name in self.frame.columns]

    @functools.cached_property
    def labels(self) -> pd.DataFrame:
        """What tells one group from another, a row a group; taken once, not to be changed."""
        return self.frame[self.columns]

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """One readable name a group."""
        if self.known is not None:
            return self.known
        parts = [self.frame[name].astype(str).tolist() for name in self.columns]
        if len(parts) == 1:
            return tuple(parts[0])
        return tuple(" / ".join(row) for row in zip(*parts, strict=True))

    @property
    def total(self) -> int:
        """How many groups there are."""
        return len(self.frame)


def group_keys(persons: pd.DataFrame, members: pd.DataFrame | None = None) -> GroupKeys:
    """Return the groups of `persons`; groups known from `members` alone stay, with n = 0.

    Parameters
    ----------
    persons
        One row a person with a column `group`; `wave` makes a group by wave its own unit when
        there is more than one wave.
    members
        One row a member with a column `group`: the denominators of the response rates.

    Raises
    ------
    InputError
        When there is no `group` column or a person has no group.
    """
    if "group" not in persons.columns:
        raise InputError("persons must have a column 'group', got " + ", ".join(persons.columns))
    labels = labels_of(persons["group"])
    if labels.isna().any():
        rows = (np.flatnonzero(labels.isna())[:5] + 1).tolist()
        raise InputError(f"group must be known for every person, got none in rows {rows}")
    columns = ["group"]
    if "wave" in persons.columns and persons["wave"].nunique(dropna=False) > 1:
        columns.append("wave")
    keys = persons[columns].astype(str).assign(group=labels)
    found = keys.drop_duplicates()
    if members is not None:
        found = _with_silent_groups(found, members)
    order = [natural_order(found[name]) for name in columns]
    frame = found.iloc[np.lexsort(order[::-1])].reset_index(drop=True)
    place = pd.MultiIndex.from_frame(frame)
    codes = place.get_indexer(pd.MultiIndex.from_frame(keys)).astype(np.intp)
    frame = _with_parent(frame, persons, codes)
    frame["n"] = np.bincount(codes, minlength=len(frame))
    frame["members"] = _member_counts(frame, members)
    frame["response_rate"] = frame["n"] / frame["members"]
    return GroupKeys(frame, codes)


def _with_silent_groups(found: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    silent = sorted(set(labels_of(members["group"]).dropna()) - set(found["group"]))
    if not silent or "wave" in found.columns:
        return found
    return pd.concat([found, pd.DataFrame({"group": silent})], ignore_index=True)


def _with_parent(
    frame: pd.DataFrame, persons: pd.DataFrame, codes: NDArray[np.intp]
) -> pd.DataFrame:
    if "parent" not in persons.columns:
        return frame
    parents = persons["parent"].groupby(codes).agg(lambda s: sorted(set(s.dropna().astype(str))))
    several = [
        name
        for name, names in zip(frame["group"].iloc[parents.index], parents, strict=True)
        if len(names) > 1
    ]
    if several:
        raise InputError(
            f"a group must have one parent unit, got several for {', '.join(map(str, several[:5]))}"
        )
    known = {code: names[0] for code, names in parents.items() if names}
    frame["parent"] = [known.get(code, "") for code in range(len(frame))]
    return frame


def _member_counts(frame: pd.DataFrame, members: pd.DataFrame | None) -> pd.Series:
    if members is None:
        return pd.Series(np.nan, index=frame.index)
    counts = labels_of(members["group"]).value_counts()
    return frame["group"].map(counts).astype(float)
