"""What holds for parent units: means of their members or of their groups, said which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from collective_use.checks import number_between, one_of, quoted, whole_number
from collective_use.errors import InputError
from collective_use.frames import texts
from collective_use.groups.mixed.columns import columns_of
from collective_use.groups.waves.sizes import sizes_of
from collective_use.numerics.groups.changes import Wave, wave_of
from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Integers
from collective_use.results import Result, Table, table_of

ESTIMANDS: dict[str, str] = {
    "members": "the mean of all members of the groups that answered, each member counting alike: "
    "answers of a group stand for its silent members",
    "groups": "the mean of the groups that answered, each group counting alike",
    "respondents": "the mean of those who answered, whoever they are: large and willing groups "
    "count most",
}
"""What a parent unit's value can be the value of."""


@dataclass(frozen=True)
class RollUp(Result):
    """Values of parent units.

    Attributes
    ----------
    units
        One row a parent unit: `parent`, `groups` (that answered), `groups_silent`, `n`,
        `members`, `covered` (share of the unit's members in groups that answered), `value`,
        `standard_error`, `low`, `high`, `effective_n` (answers that would be worth as much, were
        none weighted), `reason`.
    estimand
        What the value is the value of.
    words
        The same in words.
    confidence
        Of the limits.
    notes
        What was left out, and how to read it.

    Examples
    --------
    >>> import pandas as pd, collective_use as cu
    >>> rows = pd.DataFrame({"team": list("aabb"), "unit": ["x"] * 4, "y": [1, 3, 4, 6.0]})
    >>> cu.roll_up(rows, "y", "team", "unit", members={"a": 2, "b": 6}).units["value"].tolist()
    [4.25]
    """

    units: pd.DataFrame
    estimand: str
    words: str
    confidence: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `units`."""
        return self.units.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the units under what their values mean."""
        return (table_of(f"Parent units: {self.words}", self.units, notes=self.notes),)


def roll_up(
    data: pd.DataFrame,
    value: str,
    group: str,
    parent: str,
    *,
    members: Mapping[str, int] | None = None,
    estimand: str | None = None,
    group_size: int = 1,
    confidence: float = 0.95,
) -> RollUp:
    """Return values of parent units from persons in groups, with the estimand stated.

    Parameters
    ----------
    data
        One row a person, as `cu.score(responses).to_frame()` gives it.
    value, group, parent
        Columns; a group belongs to one parent unit.
    members
        Number of members by group. A group of which nobody answered is not in `data`: it is
        not known to belong to a unit, and has no say.
    estimand
        ``"members"`` (each member counts alike, silent ones by their group's answers; asks for
        `members`), ``"groups"`` or ``"respondents"``. By default ``"members"`` where `members`
        are given, else ``"groups"``.
    group_size
        Fewest answers for a group to enter; a group with fewer is silent.
    confidence
        Of the limits.

    Returns
    -------
    RollUp
        A row a parent unit.

    Raises
    ------
    InputError
        When a column is not there, a group stands in two parent units, or members are asked for
        and not known.

    Notes
    -----
    Groups are the strata of a unit: what is uncertain is what silent members would have said, not
    which groups there are, so that errors fall to 0 at a census. The variance within groups is
    pooled over all groups. Weighting by group repairs who answered between groups; inside a
    group the silent are taken to be like the others (see the bounds of `cu.aggregate`).

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques (3rd ed.), eq. 5.6 to 5.12. Kish, L. (1992).
    Weighting for unequal Pi. Journal of Official Statistics, 8, 183-200.

    Examples
    --------
    >>> import pandas as pd, collective_use as cu
    >>> rows = pd.DataFrame({"team": list("aabb"), "unit": ["x"] * 4, "y": [1, 3, 4, 6.0]})
    >>> found = cu.roll_up(rows, "y", "team", "unit")
    >>> found.to_frame()[["parent", "groups", "value", "standard_error"]].round(3)
      parent  groups  value  standard_error
    0      x       2    3.5           0.707
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    whole_number("group_size", group_size, at_least=1)
    estimand = estimand or ("groups" if members is None else "members")
    one_of("estimand", estimand, tuple(ESTIMANDS))
    if estimand == "members" and members is None:
        raise InputError("members must be given by group for the estimand 'members'")
    rows = columns_of(data, {"group": group, "parent": parent}, {"value": value})
    codes, names = rows.codes(group)
    above, units = rows.codes(parent)
    wave = wave_of(rows.numbers(value), codes, len(names))
    place = _parents(codes, above, names, units)
    sizes = sizes_of(names, members, wave.n, np.nan)
    spoke = wave.n >= group_size
    weights = {"members": sizes, "groups": np.ones(len(names)), "respondents": wave.n}[estimand]
    table = _table(units, place, wave, sizes, np.where(spoke, weights, 0.0), confidence)
    short = int((~spoke).sum())
    notes = list(rows.notes)
    if short:
        notes.append(f"{short} groups had fewer than {group_size} answers and count as silent.")
    return RollUp(table, estimand, ESTIMANDS[estimand], confidence, tuple(notes))


def _parents(
    codes: Integers, above: Integers, names: tuple[str, ...], units: tuple[str, ...]
) -> Integers:
    place = np.zeros(len(names), dtype=np.int64)
    place[codes] = above
    wrong = np.flatnonzero(place[codes] != above)
    if len(wrong):
        row = int(wrong[0])
        pair = sorted({units[place[codes[row]]], units[above[row]]})
        raise InputError(
            f"a group must stand in one parent unit, got {names[codes[row]]!r} in {quoted(pair)}"
        )
    return place


def _table(
    units: tuple[str, ...], place: Integers, wave: Wave, sizes: Floats, weights: Floats,
    confidence: float,
) -> pd.DataFrame:  # fmt: skip
    U = len(units)
    spoke = weights > 0
    total = sum_by(place, weights, U)
    share = np.divide(weights, total[place], out=np.zeros(len(place)), where=total[place] > 0)
    value = sum_by(place, share * np.where(spoke, wave.mean, 0.0), U)
    rest = np.where(np.isnan(sizes), 0.0, 1.0 / sizes)
    with np.errstate(divide="ignore"):
        own = np.where(spoke, share**2 * wave.variance * (1.0 / wave.n - rest), 0.0)
        worth = np.where(spoke, share**2 / wave.n, 0.0)
    error = np.sqrt(np.maximum(sum_by(place, own, U), 0.0))
    t = float(special.stdtrit(wave.df, 0.5 + confidence / 2)) if wave.df else float("nan")
    heads = np.where(np.isnan(sizes), 0.0, sizes)
    known = sum_by(place, np.where(np.isnan(sizes), 1.0, 0.0), U) == 0
    everyone = np.where(known, sum_by(place, heads, U), np.nan)
    there = total > 0
    numbers = {
        "value": value,
        "standard_error": error,
        "low": value - t * error,
        "high": value + t * error,
        "effective_n": 1.0 / np.where(there, sum_by(place, worth, U), np.nan),
    }
    groups = np.bincount(place[spoke], minlength=U)
    return pd.DataFrame(
        {
            "parent": texts(units),
            "groups": groups,
            "groups_silent": np.bincount(place, minlength=U) - groups,
            "n": sum_by(place, np.where(spoke, wave.n, 0.0), U).astype(int),
            "members": everyone,
            "covered": sum_by(place, np.where(spoke, heads, 0.0), U) / everyone,
            **{name: np.where(there, column, np.nan) for name, column in numbers.items()},
            "reason": texts(["" if here else "no group has enough answers" for here in there]),
        }
    )
