"""Counts of answers by group, and the statistics that follow from them alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import lcm

import numpy as np
import pandas as pd

from collective_use.checks import whole_number
from collective_use.errors import InputError
from collective_use.groups.agreement.result import Agreement
from collective_use.groups.between.icc import Icc, Method, Size, icc_of
from collective_use.groups.counts.indices import agreement_of
from collective_use.groups.counts.plan import Plan
from collective_use.numerics.groups.statistics import GroupStatistics, statistics_of_counts
from collective_use.numerics.groups.whole import of_whole_sums
from collective_use.numerics.types import Integers
from collective_use.results import Result, Table, table_of


@dataclass(frozen=True)
class GroupCounts(Result):
    """How often each option was chosen in each group, and totals of persons: whole numbers.

    For the analyst: nothing is rounded or withheld, in small groups either (docs/privacy.md).

    Attributes
    ----------
    groups
        (G,) labels in natural order.
    size
        (G,) rows of each group, with or without answers.
    counts
        (G, J, A) how often each option was chosen; A is the most options of an item, the rest 0.
    gone
        (G, J, M) how often each code for a missing answer was given.
    outside
        (J,) answers that are neither; they count as missing.
    answered
        (G, J + 1) persons by how many items they answered.
    totals, squares
        (G, J + 1) sums of these persons' totals, and of their squares, in grains above the
        smallest code, reversed items turned.
    plan
        Columns, options and reversed items.
    engine
        What counted.
    scored
        (G, J) each, where a score asks for more than one item: ``"n"`` answers of persons with a
        score, ``"s"`` sums of their places in grains above the smallest code, ``"q"`` of squares.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> data = pd.DataFrame({"g": list("aab"), "q1": [4, 5, 1], "q2": [4, 4, 2]})
    >>> counts = cu.statistics_of(data, "g", ["q1", "q2"], range(1, 6))
    >>> counts.to_frame()[["group", "item", "n", "4"]].head(2).to_dict("list")
    {'group': ['a', 'a'], 'item': ['q1', 'q2'], 'n': [2, 2], '4': [1, 2]}
    """

    groups: tuple[str, ...]
    size: Integers
    counts: Integers
    gone: Integers
    outside: Integers
    answered: Integers
    totals: Integers
    squares: Integers
    plan: Plan
    engine: str
    scored: Mapping[str, Integers] | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of labels and counts: equal wherever the same answers were counted."""
        digest = hashlib.sha256("\x1f".join(self.groups).encode())
        for part in (self.size, self.counts, self.gone, self.answered, self.totals, self.squares):
            digest.update(np.ascontiguousarray(part, dtype="<i8").tobytes())
        return digest.hexdigest()

    @cached_property
    def answered_items(self) -> list[int]:
        """Places of the items that anybody answered."""
        return np.flatnonzero(self.counts.sum(axis=0, dtype=np.int64).sum(axis=1)).tolist()

    def statistics(self, item: str) -> GroupStatistics:
        """Return the statistics of one item, as if its rows had been at hand.

        Parameters
        ----------
        item
            One of the items.
        """
        j = self.plan.items.index(item)
        codes = np.array(self.plan.options[j])
        counts = self.counts[:, j, : len(codes)].astype(np.int32, copy=False)
        n, sums, squares = self._sums(j, self._places(j))
        return of_whole_sums(
            self.size, n, sums, squares, low=self.plan.low, grain=float(self.plan.grain),
            options=codes, counts=counts[:, None, :],
        )  # fmt: skip

    def keyed(self, item: str) -> GroupStatistics:
        """Return the statistics of one item so that a high number always means more.

        Parameters
        ----------
        item
            One of the items; ``low + high - answer`` where it is reversed.
        """
        j = self.plan.items.index(item)
        codes = np.array(self.plan.options[j])
        counts = self.counts[:, j, : len(codes)].astype(np.int32, copy=False)
        if item in self.plan.reverse:
            codes, counts = (codes[0] + codes[-1] - codes)[::-1], counts[:, ::-1]
        # rounded as rows are: a group that stands at a cut-off must fall on the same side
        return statistics_of_counts(self.size, counts, codes)

    def _places(self, j: int) -> Integers:
        grain = float(self.plan.grain)
        return np.array([round((code - self.plan.low) / grain) for code in self.plan.options[j]])

    def _sums(self, j: int, place: Integers) -> tuple[Integers, Integers, Integers]:
        """Return (G,) answers to an item, sums of their places and of the squares."""
        counts = self.counts[:, j, : len(place)]
        return counts.sum(axis=1, dtype=np.int64), counts @ place, counts @ place**2

    def of_scored(self) -> tuple[Integers, Integers, Integers]:
        """Return (G, J) answers of persons with a score, sums of their places, and of squares."""
        if self.scored is not None:
            return self.scored["n"], self.scored["s"], self.scored["q"]
        parts = [
            self._sums(j, np.array(list(self.plan.places(item).values())))
            for j, item in enumerate(self.plan.items)
        ]
        n, sums, squares = (np.column_stack(column) for column in zip(*parts, strict=True))
        return n, sums, squares

    def scores(self, minimum: int = 1) -> GroupStatistics:
        """Return the statistics of persons' mean scores.

        Parameters
        ----------
        minimum
            Items that a person must have answered to have a score.

        Raises
        ------
        InputError
            When it is no number from 1 to J.
        """
        J = len(self.plan.items)
        whole_number("minimum", minimum, at_least=1)
        if minimum > J:
            raise InputError(f"minimum must be at most {J}, the number of items, got {minimum}")
        common = lcm(*range(1, J + 1))
        rows = range(minimum, J + 1)
        n = self.answered[:, minimum:].sum(axis=1)
        sums = sum((self.totals[:, k] * (common // k) for k in rows), np.zeros_like(n))
        # in Python's own numbers only where 64 bits are not enough
        most = float(self.squares.max(initial=0)) * common**2 * J
        kind = np.int64 if most < float(1 << 62) else object
        squares = sum(
            (self.squares[:, k].astype(kind) * (common // k) ** 2 for k in rows),
            np.zeros(len(n), dtype=kind),
        )
        grain = float(self.plan.grain / common)
        return of_whole_sums(self.size, n, sums, squares, low=self.plan.low, grain=grain)

    def agreement(self, null: str = "uniform") -> Agreement:
        """Return rwg(j), AD and awg of every group, as `rwg_j` does from the rows.

        Parameters
        ----------
        null
            Name of a null distribution; "empirical" is made of the counts.

        Raises
        ------
        InputError
            When the items differ in their options, or the null is not known.

        Examples
        --------
        >>> import pandas as pd
        >>> import collective_use as cu
        >>> data = pd.DataFrame({"g": list("aab"), "q1": [4, 5, 1], "q2": [4, 4, 2]})
        >>> counts = cu.statistics_of(data, "g", ["q1", "q2"], range(1, 6))
        >>> counts.agreement().to_frame()[["group", "n", "rwg_j"]].round(3).to_dict("list")
        {'group': ['a', 'b'], 'n': [2, 1], 'rwg_j': [0.933, nan]}
        """
        stats = [self.statistics(item) for item in self.plan.items]
        return agreement_of(self.groups, self.answered[:, 1:].sum(axis=1), stats, null)

    def icc(
        self, minimum: int = 1, *, method: Method = "anova", group_size: Size = "mean",
        confidence: float = 0.95,
    ) -> Icc:  # fmt: skip
        """Return the intraclass correlation of persons' mean scores, as `icc` does from the rows.

        Parameters
        ----------
        minimum
            Items that a person must have answered to have a score.
        method, group_size, confidence
            As `icc` takes them.

        Raises
        ------
        InputError
            When nobody has a score.
        """
        return icc_of(self.scores(minimum), self.groups, method, group_size, confidence)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group and item: size, answers, and the count of each option."""
        J = len(self.plan.items)
        frame = pd.DataFrame(
            {
                "group": np.repeat(np.array(self.groups, dtype=object), J),
                "item": np.tile(np.array(self.plan.items, dtype=object), len(self.groups)),
                "size": np.repeat(self.size, J),
                "n": self.counts.sum(axis=2).ravel(),
            }
        )
        codes = sorted({code for row in self.plan.options for code in row})
        for code in codes:
            columns = [
                self.counts[:, j, row.index(code)] if code in row else np.zeros_like(self.size)
                for j, row in enumerate(self.plan.options)
            ]
            frame[f"{code:g}"] = np.column_stack(columns).ravel()
        return frame

    def tables(self) -> tuple[Table, ...]:
        """Return the counts as a table, with what was counted and by what."""
        persons, groups = int(self.size.sum()), len(self.groups)
        notes = [f"{persons:,} persons in {groups:,} groups, counted by {self.engine}."]
        for item, left in zip(self.plan.items, self.outside.tolist(), strict=True):
            if left:
                notes.append(
                    f"{item}: {left:,} answers are no option and no missing code; they count as "
                    "missing."
                )
        return (table_of("Answers by group", self.to_frame(), notes=tuple(notes)),)
