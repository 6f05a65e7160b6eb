"""What the cells of a survey are, counted over all persons: valid, missing and why, careless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from collective_use.cutoffs import Cutoff
from collective_use.instrument.model import Instrument, Item
from collective_use.responses.answers.cells import REASONS
from collective_use.responses.screening.indices import pages_of

SILENT = ("unanswered", "not_shown")
"""Reasons of cells that hold no answer at all."""

COUNTED_RULES = ("longstring", "irv", "instructed", "infrequency", "dont_know")
"""Screening rules that every engine counts: of one person's codes alone."""


@dataclass(frozen=True)
class ItemCells:
    """The cells of one item.

    Attributes
    ----------
    item, column
        The item and its column.
    valid
        Codes that are answers.
    reasons
        Code to the reason why there is none.
    """

    item: str
    column: str
    valid: tuple[float, ...]
    reasons: Mapping[float, str]

    def codes_of(self, reason: str) -> tuple[float, ...]:
        """Return the codes of a reason."""
        return tuple(code for code, why in self.reasons.items() if why == reason)


@dataclass(frozen=True)
class CellPlan:
    """What is counted of each person.

    Attributes
    ----------
    instrument
        Which items watch for attention, and what they ask.
    cells
        The items, in the order of the instrument.
    rules
        Screening rules by name.
    form
        The form whose pages runs of alike answers end at; None for one page.
    """

    instrument: Instrument
    cells: tuple[ItemCells, ...]
    rules: Mapping[str, Cutoff]
    form: str | None

    @cached_property
    def place(self) -> dict[str, int]:
        """Place of each item among the cells."""
        return {cell.item: place for place, cell in enumerate(self.cells)}

    @cached_property
    def pages(self) -> list[list[int]]:
        """Places of the items, page by page."""
        shown = pages_of(self.instrument, list(self.place), self.form)
        return [[self.place[name] for name in page] for page in shown]

    @cached_property
    def judged(self) -> list[int]:
        """Places of the items that spread and don't-knows are counted of."""
        roles = {item.id: item.role for item in self.instrument.items}
        names = {place: name for name, place in self.place.items()}
        shown = [place for page in self.pages for place in page]
        return [place for place in shown if roles[names[place]] in ("measure", "marker")]

    @property
    def run(self) -> int:
        """So many alike answers in a row are flagged."""
        return max(1, ceil(self.rules["longstring"].value - 1e-9))

    @property
    def unknown(self) -> int:
        """So many don't-knows are flagged."""
        share, asked = self.rules["dont_know"].value, max(1, len(self.judged))
        return next((k for k in range(asked + 1) if k / asked >= share), asked + 1)

    def attention(self, rule: str) -> list[tuple[int, Item]]:
        """Return the items that watch for attention by a rule, with their places."""
        found = []
        for item in self.instrument.items:
            if item.role != "attention" or item.id not in self.place:
                continue
            told = rule == "instructed"
            if (item.keyed_answer is not None) == told and (told or item.fail_from is not None):
                found.append((self.place[item.id], item))
        return found

    def words(self) -> list[tuple[int, str]]:
        """Return (place, reason) of all that is counted of cells, "" for valid ones."""
        return [(k, reason) for k in range(len(self.cells)) for reason in REASONS]

    def missing_rules(self) -> dict[str, str]:
        """Return rules that cannot be counted here, and why."""
        why = {}
        for rule in ("instructed", "infrequency"):
            if rule in self.rules and not self.attention(rule):
                why[rule] = "no such item was asked"
        return why


def summed(parts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Return sums of numbers by name.

    Examples
    --------
    >>> summed([{"a": 1}, {"a": 2, "b": 0}])
    {'a': 3, 'b': 0}
    """
    found: dict[str, int] = {}
    for part in parts:
        for name, value in part.items():
            found[name] = found.get(name, 0) + int(value)
    return found


def key(place: int, reason: str) -> str:
    """Return the name of a number: cells of an item by reason.

    Examples
    --------
    >>> key(3, "dont_know")
    'c3_dont_know'
    """
    return f"c{place}_{reason or 'valid'}"
