"""What is added up in each group, said once and read by every engine.

All that is summed is a whole number below 2**63, so that every engine gives the same integers,
in whatever order it adds. The counts of several options share one word, each in bits of its own:
an engine then groups few columns, which is where its time goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import InputError
from collective_use.numerics.types import Integers

BITS = 62
"""Of a word: 63 of a signed integer of 64 bits, and one to spare."""

Cell = tuple[str, float | None]
"""An item and a code that is counted; None counts every answer, an option or not."""

Level = tuple[str, int]
"""``n``, ``s`` or ``q`` and a number of answered items: persons, their totals, the squares."""

Scored = tuple[str, str]
"""``n``, ``s`` or ``q`` and an item: answers of persons with a score, their places, the squares."""


@dataclass(frozen=True)
class Field:
    """One whole number in a word.

    Attributes
    ----------
    what
        What is counted or summed.
    shift, bits
        Where it stands in the word, from the lowest bit, and how wide it is.
    """

    what: Cell | Level | Scored
    shift: int
    bits: int

    @property
    def weight(self) -> int:
        """What a word gains when the number gains one."""
        return 1 << self.shift

    @property
    def code(self) -> float | None:
        """The code of a cell; None for every answer."""
        value = self.what[1]
        return None if value is None else float(value)

    def opened(self, column: Integers) -> Integers:
        """Return (G,) numbers from a column of words.

        Examples
        --------
        >>> import numpy as np
        >>> Field(("q", 1.0), 4, 4).opened(np.array([3 + 16 * 5])).tolist()
        [5]
        """
        return (column.astype(np.int64) >> self.shift) & ((1 << self.bits) - 1)


@dataclass(frozen=True)
class Word:
    """A sum over the rows of a group that holds several whole numbers.

    Attributes
    ----------
    name
        Name of its column.
    cells
        Counts of codes.
    levels
        Persons, totals and squares by number of answered items.
    scored
        Answers of persons with a score, by item.
    """

    name: str
    cells: tuple[Field, ...]
    levels: tuple[Field, ...]
    scored: tuple[Field, ...] = ()

    def codes_of(self, item: str) -> list[tuple[float | None, int]]:
        """Return what a row adds by its answer to an item."""
        return [(field.code, field.weight) for field in self.cells if field.what[0] == item]

    def weights_of(self, part: str) -> list[tuple[int, int]]:
        """Return what a row, its total or its square is multiplied by, by answered items."""
        return [
            (int(field.what[1] or 0), field.weight)
            for field in self.levels
            if field.what[0] == part
        ]

    def gated_of(self, item: str, places: Mapping[float, int]) -> list[tuple[float | None, int]]:
        """Return what a row with a score adds by its answer to an item, by code.

        Parameters
        ----------
        item
            The item.
        places
            What each of its codes adds to a total.
        """
        mine = [field for field in self.scored if field.what[1] == item]
        power = {"n": 0, "s": 1, "q": 2}
        found = {
            code: sum(field.weight * place ** power[str(field.what[0])] for field in mine)
            for code, place in places.items()
        }
        return [(code, weight) for code, weight in found.items() if weight]


@dataclass(frozen=True)
class Plan:
    """The sums that a measure needs of each group.

    Attributes
    ----------
    group, items
        Columns.
    options
        Codes of each item, ascending.
    missing
        Codes that stand for a missing answer, by item.
    reverse
        Items whose codes count from the other end in a person's total.
    minimum
        Items that a person must have answered to have a score; above 1 the answers of persons
        with a score are summed beside those of all.
    """

    group: str
    items: tuple[str, ...]
    options: tuple[tuple[float, ...], ...]
    missing: tuple[tuple[float, ...], ...]
    reverse: frozenset[str]
    minimum: int = 1

    @cached_property
    def low(self) -> float:
        """The smallest code of all."""
        return min(codes[0] for codes in self.options)

    @cached_property
    def grain(self) -> Fraction:
        """The largest step of which every difference between codes is a whole number."""
        origin = Fraction(str(self.low))
        gaps = [Fraction(str(code)) - origin for codes in self.options for code in codes]
        down = gcd(*(gap.numerator for gap in gaps)) or 1
        common = 1
        for gap in gaps:
            common = common * gap.denominator // gcd(common, gap.denominator)
        whole = [int(gap * common) for gap in gaps]
        return Fraction(gcd(*whole) or down, common)

    def places(self, item: str) -> dict[float, int]:
        """Return what each code of an item adds to a person's total, in grains above `low`."""
        codes = self.options[self.items.index(item)]
        origin = Fraction(str(self.low))
        values = [int((Fraction(str(code)) - origin) / self.grain) for code in codes]
        if item in self.reverse:
            values = [values[0] + values[-1] - value for value in values]
        return dict(zip(codes, values, strict=True))

    def words(self, largest: int) -> list[Word]:
        """Return the words, wide enough for groups of `largest` rows.

        Raises
        ------
        InputError
            When the total of one group is beyond whole numbers of 62 bits.
        """
        packed = _Packing()
        for j, item in enumerate(self.items):
            for code in (*self.options[j], *self.missing[j], None):
                packed.add((item, code), int(largest))
        most = max(max(self.places(item).values()) for item in self.items)
        if self.minimum > 1:
            for item in self.items:
                for part, value in (("n", 1), ("s", most), ("q", most * most)):
                    packed.add((part, item), int(largest) * value, kind=2)
        for k in range(len(self.items) + 1):
            total = k * most
            for part, value in (("n", 1), ("s", total), ("q", total * total)):
                packed.add((part, k), int(largest) * max(1, value), kind=1)
        return packed.words()


class _Packing:
    """Puts whole numbers into words, in the order in which they come."""

    def __init__(self) -> None:
        self.done: list[tuple[list[Field], list[Field], list[Field]]] = [([], [], [])]
        self.used = 0

    def add(self, what: Cell | Level | Scored, most: int, *, kind: int = 0) -> None:
        bits = max(1, most.bit_length())
        if bits > BITS:
            raise InputError(f"sums of up to {most:,} in one group are more than can be counted")
        if self.used + bits > BITS:
            self.done.append(([], [], []))
            self.used = 0
        self.done[-1][kind].append(Field(what, self.used, bits))
        self.used += bits

    def words(self) -> list[Word]:
        return [
            Word(f"cu_{place}", *(tuple(fields) for fields in kinds))
            for place, kinds in enumerate(self.done)
        ]


def plan_of(
    group: str,
    items: Sequence[str],
    options: Sequence[float] | Mapping[str, Sequence[float]],
    missing: Sequence[float] | Mapping[str, Sequence[float]] = (),
    reverse: Sequence[str] = (),
    minimum: int = 1,
) -> Plan:
    """Return the plan of one measure.

    Raises
    ------
    InputError
        When an item has fewer than two options, names are given twice, a code is an option and
        missing at once, or a reversed item is none of the items.

    Examples
    --------
    >>> plan = plan_of("g", ["a", "b"], [1, 2, 3], reverse=["b"])
    >>> plan.places("b"), [word.name for word in plan.words(10)]
    ({1.0: 2, 2.0: 1, 3.0: 0}, ['cu_0', 'cu_1'])
    """
    names = [items] if isinstance(items, str) else list(items)
    if not names or len(set(names)) < len(names) or group in names:
        raise InputError(f"items must be different columns beside {group!r}, got {quoted(names)}")
    codes = tuple(_codes("options", options, name) for name in names)
    gone = tuple(_codes("missing", missing, name) for name in names)
    for name, has, lost in zip(names, codes, gone, strict=True):
        if len(has) < 2:
            raise InputError(f"options of {name!r} must be two codes or more, got {list(has)}")
        if both := sorted(set(has) & set(lost)):
            raise InputError(f"codes of {name!r} must be options or missing, {both} are both")
    for name in reverse:
        if name not in names:
            raise InputError(f"reverse must name some of {quoted(names)}, got {name!r}")
    return Plan(group, tuple(names), codes, gone, frozenset(reverse), minimum)


def _codes(
    word: str, given: Sequence[float] | Mapping[str, Sequence[float]], item: str
) -> tuple[float, ...]:
    if isinstance(given, Mapping):
        if word == "options" and item not in given:
            raise InputError(f"options must say the codes of {item!r}; they name {quoted(given)}")
        given = given.get(item, ())
    return tuple(sorted({float(code) for code in given}))
