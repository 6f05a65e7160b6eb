"""Who ranks where, and how little a rank says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from collective_use.checks import (
    instance_of,
    number_between,
    one_of,
    valid_seed,
    whole_number,
)
from collective_use.errors import InputError
from collective_use.groups.between.group_values import GroupValues
from collective_use.numerics.groups.known_errors import drawn_ranks, expected_ranks
from collective_use.numerics.types import Floats
from collective_use.results import Result, Table, table_of

_MOST_DRAWN = 40_000_000
"""Ranks that are held at a time: with more groups fewer draws are made, and that is said."""


@dataclass(frozen=True)
class GroupRanks(Result):
    """Ranks of groups with their uncertainty.

    Attributes
    ----------
    ranks
        One row a group that has a value, the highest first: `group`, `value`, `value_se`,
        `rank` (of the values as they stand), `expected_rank`, `rank_low`, `rank_high`,
        `top_chance` (to be among the first `top` groups).
    measure
        Id of the measure.
    top
        How many groups the first are.
    told_apart
        Share of the pairs of groups of which it is known, at the confidence asked for, who is
        higher.
    confidence, draws, seed
        Of the limits.
    notes
        What was left out, and how to read it.

    Examples
    --------
    >>> import collective_use as cu
    >>> values = cu.group_values([1, 2, 3, 5, 6, 7], list("aaabbb"))
    >>> cu.group_ranks(values, repetitions=200).told_apart
    1.0
    """

    ranks: pd.DataFrame
    measure: str
    top: int
    told_apart: float
    confidence: float
    draws: int
    seed: int | None
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `ranks`."""
        return self.ranks.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return how well groups can be told apart, then the ranks."""
        head = (
            ("groups", len(self.ranks)),
            ("share of pairs told apart", self.told_apart),
            ("groups that the first are", self.top),
        )
        return (
            Table(f"Ranks by {self.measure}", ("what", "value"), head, self.notes),
            table_of("By group", self.ranks),
        )


def group_ranks(
    values: GroupValues,
    measure: str | None = None,
    *,
    top: float = 0.1,
    confidence: float = 0.95,
    repetitions: int = 2000,
    seed: int | None = 1,
) -> GroupRanks:
    """Return the rank of each group with limits, from shrunken values and their errors.

    Parameters
    ----------
    values
        From `cu.group_values`: groups without a value have no rank.
    measure
        Which measure; may be left out where there is one.
    top
        Share of the groups that counts as the first; at least one group is.
    confidence
        Of the limits, and of a pair that is told apart.
    repetitions
        Draws of all values; at most 40 million ranks are held at a time.
    seed
        Of the draws.

    Returns
    -------
    GroupRanks
        Ranks 1 for the highest value.

    Raises
    ------
    InputError
        When `values` is no result of `group_values`, the measure is not in it, or fewer than two
        groups have a value.

    Notes
    -----
    A league table invites to read differences that are not there: with limits that overlap from
    the first to the last place, the honest sentence is that groups cannot be ranked
    (`told_apart` near 0). Expected ranks lie nearer to the middle than ranks do, as they should.
    Errors of different groups are taken as independent; that the grand mean is estimated moves
    all groups together and has no say.

    References
    ----------
    Goldstein, H., & Spiegelhalter, D. J. (1996). League tables and their limitations. Journal of
    the Royal Statistical Society A, 159, 385-443. Laird, N. M., & Louis, T. A. (1989). Empirical
    Bayes ranking methods. Journal of Educational Statistics, 14, 29-46.

    Examples
    --------
    >>> import collective_use as cu
    >>> values = cu.group_values([1, 2, 3, 2, 3, 4, 7, 8, 9], list("aaabbbccc"))
    >>> cu.group_ranks(values).to_frame()[["group", "rank", "rank_low", "rank_high"]]
      group  rank  rank_low  rank_high
    0     c     1         1          1
    1     b     2         2          3
    2     a     3         2          3
    """
    instance_of("values", values, GroupValues, "what cu.group_values returns")
    number_between("top", top, 0, 1, open_low=True)
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    whole_number("repetitions", repetitions, at_least=100)
    valid_seed(seed)
    names = list(values.within.columns)
    if measure is None and len(names) > 1:
        raise InputError(f"measure must be one of {', '.join(names)}: there are several")
    chosen = names[0] if measure is None else measure
    one_of("measure", chosen, names)
    rows = values.values[values.values["measure"] == chosen]
    known = rows[rows["value"].notna()]
    if len(known) < 2:
        raise InputError(f"at least two groups must have a value of {chosen}, got {len(known)}")
    value, error = known["value"].to_numpy(float), known["value_se"].to_numpy(float)
    first = max(1, round(top * len(known)))
    draws = max(100, min(repetitions, _MOST_DRAWN // len(known)))
    tail = (1.0 - confidence) / 2.0
    low, high, chance = drawn_ranks(value, error, (tail, 1.0 - tail), first, draws, seed)
    table = pd.DataFrame(
        {
            "group": known["group"].to_numpy(),
            "value": value,
            "value_se": error,
            "rank": known["value"].rank(ascending=False, method="min").to_numpy(int),
            "expected_rank": expected_ranks(value, error),
            "rank_low": low.astype(int),
            "rank_high": high.astype(int),
            "top_chance": chance,
        }
    )
    table = table.sort_values("rank", kind="stable").reset_index(drop=True)
    apart = _told_apart(value, error, confidence)
    notes = _notes(len(rows) - len(known), draws, repetitions)
    return GroupRanks(table, chosen, first, apart, confidence, draws, seed, notes)


def _told_apart(value: Floats, error: Floats, confidence: float) -> float:
    """Return the share of pairs with a difference beyond its limits; of many groups, a sample."""
    G = len(value)
    z = float(special.ndtri(0.5 + confidence / 2))
    if G <= 3000:
        i, j = np.triu_indices(G, 1)
    else:
        i, j = np.random.default_rng(0).integers(0, G, (2, 2_000_000))
        i, j = i[i != j], j[i != j]
    return float((np.abs(value[i] - value[j]) > z * np.hypot(error[i], error[j])).mean())


def _notes(left: int, draws: int, asked: int) -> tuple[str, ...]:
    notes = []
    if left:
        notes.append(f"{left} groups without a value have no rank.")
    if draws < asked:
        notes.append(f"{draws} draws were made, not {asked}: there are many groups.")
    return tuple(notes)
