"""Answers of a batch as places among their codes, and what each place adds to a sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from collective_use.accepted import Array
from collective_use.groups.counts.plan import Plan, Word

if TYPE_CHECKING:
    import pyarrow as pa


def numbers_of(column: pa.Array) -> Array:
    """Return a column as numbers, NaN where there is nothing."""
    import pyarrow as pa

    found: Array = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return found


@dataclass(frozen=True)
class Read:
    """A batch as places of answers among the codes, answered items and totals of persons."""

    places: list[NDArray[np.intp]]
    answered: Array
    totals: Array


@dataclass(frozen=True)
class Codes:
    """The codes of each item in one order: options, missing ones, what is neither, nothing.

    Attributes
    ----------
    codes
        (J,) ascending codes of each item.
    slots
        (J,) place of each of them in the item's tables.
    worth
        (J,) what each place adds to a total; `is_option` tells which places are answers.
    """

    items: tuple[str, ...]
    codes: list[Array]
    slots: list[Array]
    worth: list[Array]
    is_option: list[Array]

    @classmethod
    def of(cls, plan: Plan) -> Codes:
        """Return the codes of a plan."""
        codes, slots, worth, is_option = [], [], [], []
        for j, item in enumerate(plan.items):
            own = [*plan.options[j], *plan.missing[j]]
            order = np.argsort(own)
            codes.append(np.array(own)[order])
            slots.append(order)
            places = plan.places(item)
            worth.append(np.array([places.get(code, 0) for code in own] + [0, 0], dtype=np.int64))
            is_option.append(np.array([1] * len(places) + [0] * (len(own) - len(places) + 2)))
        return cls(plan.items, codes, slots, worth, is_option)

    def read(self, batch: pa.RecordBatch) -> Read:
        """Return a batch with the columns of all items as places."""
        places = [self._placed(batch.column(item), j) for j, item in enumerate(self.items)]
        answered = np.zeros(batch.num_rows, dtype=np.int64)
        totals = np.zeros(batch.num_rows, dtype=np.int64)
        for j, place in enumerate(places):
            answered += self.is_option[j][place]
            totals += self.worth[j][place]
        return Read(places, answered, totals)

    def _placed(self, column: pa.Array, j: int) -> NDArray[np.intp]:
        """Return the place of each answer: one beyond the codes if none of them, two if nothing."""
        import pyarrow as pa

        codes, slots = self.codes[j], self.slots[j]
        none, nothing = len(codes), len(codes) + 1
        gone = None
        if column.null_count:
            gone = column.is_null().to_numpy(zero_copy_only=False)
            column = column.fill_null(0)
        if pa.types.is_decimal(column.type):
            column = column.cast(pa.float64())
        values = column.to_numpy(zero_copy_only=False)
        low, high = int(codes[0]), int(codes[-1])
        if values.dtype.kind in "iu" and high - low < 4096:
            table = np.full(high - low + 3, none, dtype=np.intp)
            whole = codes == np.floor(codes)
            table[codes[whole].astype(int) - low + 1] = slots[whole]
            found = table[np.clip(values.astype(np.int64), low - 1, high + 1) - low + 1]
        else:
            values = values.astype(np.float64)
            near = np.minimum(np.searchsorted(codes, values), len(codes) - 1)
            found = np.where(codes[near] == values, slots[near], none)
            found[np.isnan(values)] = nothing
        if gone is not None:
            found[gone] = nothing
        return found

    def features(self, read: Read, kept: Array) -> tuple[Array, Array]:
        """Return (J, rows) whether an item was answered, and the place of the answer."""
        chosen = [place[kept] for place in read.places]
        d = np.array([self.is_option[j][place] for j, place in enumerate(chosen)], dtype=float)
        p = np.array([self.worth[j][place] for j, place in enumerate(chosen)], dtype=float)
        return d, p


@dataclass(frozen=True)
class Lookup:
    """What a row adds to a word, as tables.

    Attributes
    ----------
    cells
        For each item, what its places add; None where nothing.
    levels
        By answered items and total, or None.
    scored
        As `cells`, for persons with a score.
    wide
        Totals that there can be.
    """

    cells: list[Array | None]
    levels: Array | None
    scored: list[Array | None]
    wide: int
    minimum: int

    @classmethod
    def of(cls, plan: Plan, codes: Codes, word: Word) -> Lookup:
        """Return the tables of a word."""
        cells, scored = [], []
        for j, item in enumerate(plan.items):
            own = [*plan.options[j], *plan.missing[j]]
            cells.append(_weights(own, word.codes_of(item)))
            scored.append(_weights(own, word.gated_of(item, plan.places(item))))
        most = sum(int(worth.max()) for worth in codes.worth)
        t = np.arange(most + 1, dtype=np.int64)
        levels = np.zeros((len(plan.items) + 1, most + 1), dtype=np.int64)
        for part, factor in (("n", t**0), ("s", t), ("q", t * t)):
            for answered, weight in word.weights_of(part):
                # totals that so few answers cannot reach occur nowhere
                reach = t <= answered * max(int(worth.max()) for worth in codes.worth)
                levels[answered, reach] += weight * factor[reach]
        return cls(cells, levels if levels.any() else None, scored, most + 1, plan.minimum)

    def of_rows(self, read: Read) -> Array:
        """Return (rows,) what each row adds."""
        found = np.zeros(len(read.totals), dtype=np.int64)
        for table, place in zip(self.cells, read.places, strict=True):
            if table is not None:
                found += table[place]
        if self.levels is not None:
            found += self.levels.ravel()[read.answered * self.wide + read.totals]
        if any(table is not None for table in self.scored):
            more = np.zeros_like(found)
            for table, place in zip(self.scored, read.places, strict=True):
                if table is not None:
                    more += table[place]
            found += np.where(read.answered >= self.minimum, more, 0)
        return found


def _weights(own: Sequence[float], added: Sequence[tuple[float | None, int]]) -> Array | None:
    """Return what each place adds; a code of None means every answer, of whatever code."""
    if not added:
        return None
    table = np.zeros(len(own) + 2, dtype=np.int64)
    for code, weight in added:
        if code is None:
            table[:-1] += weight
        else:
            table[list(own).index(code)] += weight
    return table
