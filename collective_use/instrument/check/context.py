"""What the checks across references share: the instrument, its ids and where things stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collective_use.checks import did_you_mean
from collective_use.instrument.model import (
    Construct,
    Form,
    Instrument,
    Item,
    Measure,
    ResponseScale,
)
from collective_use.yaml_source.document import Document, Place, Problem

EVERYTHING = "*"
"""Among broken ids: the collection as a whole could not be read."""


@dataclass
class Context:
    """Everything a check needs; `say` adds a problem at a place of the instrument.

    Attributes
    ----------
    instrument
        The parts that are well formed.
    document
        The file they come from.
    positions
        For each collection, where its parts stand in the file: parts that are not well
        formed are left out of `instrument`, and positions close that gap.
    broken
        The ids of the parts left out, so that references to them are not reported too.
    """

    instrument: Instrument
    document: Document
    positions: Mapping[str, tuple[int, ...]]
    broken: Mapping[str, frozenset[str]]
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        bank = self.instrument
        self.items: dict[str, Item] = {part.id: part for part in bank.items}
        self.scales: dict[str, ResponseScale] = {part.id: part for part in bank.scales}
        self.measures: dict[str, Measure] = {part.id: part for part in bank.measures}
        self.constructs: dict[str, Construct] = {part.id: part for part in bank.constructs}
        self.forms: dict[str, Form] = {part.id: part for part in bank.forms}

    def place(self, *steps: str | int) -> Place:
        """Turn a place in the instrument into the place in the file."""
        if len(steps) > 1 and isinstance(steps[1], int) and steps[0] in self.positions:
            return (steps[0], self.positions[str(steps[0])][steps[1]], *steps[2:])
        return steps

    def say(self, place: Iterable[str | int], text: str, *, key: bool = False) -> None:
        """Report a problem at a place of the instrument."""
        position = self.document.at(self.place(*place), key=key)
        self.problems.append(Problem(position, text))

    def ids(self, collection: str) -> list[str]:
        """Return all ids of a collection, also of parts that are not well formed."""
        parts = getattr(self.instrument, collection)
        return [*(part.id for part in parts), *self.broken.get(collection, ())]

    def knows(
        self, collection: str, name: str | None, place: Iterable[str | int], whose: str
    ) -> bool:
        """Report a reference to something that is not there; tell whether it is."""
        if name is None:
            return False
        if EVERYTHING in self.broken.get(collection, ()):
            return False
        known = self.ids(collection)
        if name in known:
            return name not in self.broken.get(collection, ())
        one = collection.removesuffix("s") if collection != "consent" else "consent module"
        hint = did_you_mean(name, known)
        self.say(place, f"{whose} names the {one} {name!r}, which is not defined{hint}")
        return False
