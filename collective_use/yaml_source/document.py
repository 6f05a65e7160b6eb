"""A YAML document as plain values, with the position of each, and what is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from collective_use.accepted import Plain

Place = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; lines and columns are counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place: what was found and what would be right."""

    position: Position
    text: str

    def __str__(self) -> str:
        return f"{self.position}: {self.text}"


@dataclass(frozen=True)
class Document:
    """A YAML document as plain values, with the position of each.

    Attributes
    ----------
    file
        The file's name as shown in messages.
    value
        Mappings with text keys, lists, text, numbers, true, false and None.
    values, keys
        Positions of values, and of the keys that lead to them, by place.
    problems
        What could not be read, in the order of the file.
    blocks
        For texts below ``|``, the spaces they are indented by.
    """

    file: str
    value: Plain
    values: Mapping[Place, Position] = field(default_factory=dict)
    keys: Mapping[Place, Position] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    blocks: Mapping[Place, int] = field(default_factory=dict)

    def inside(self, place: Place, line: int, column: int) -> Position:
        """Return the position of a line and column inside a text below ``|``.

        Examples
        --------
        >>> from collective_use.yaml_source.read import parse_yaml
        >>> str(parse_yaml("a: |\\n  x ~ y\\n  z", "x.yaml").inside(("a",), 2, 1))
        'x.yaml:3:3'
        """
        start = self.at(place)
        if place not in self.blocks:
            return start
        return Position(start.file, start.line + line, self.blocks[place] + column)

    def at(self, place: Place, *, key: bool = False) -> Position:
        """Return the position of a value, or of its key; of what holds it when it is not there.

        Examples
        --------
        >>> from collective_use.yaml_source.read import parse_yaml
        >>> str(parse_yaml("a:\\n  - b: 1\\n", "x.yaml").at(("a", 0, "c")))
        'x.yaml:2:5'
        """
        if key and place in self.keys:
            return self.keys[place]
        for end in range(len(place), -1, -1):
            if place[:end] in self.values:
                return self.values[place[:end]]
        return Position(self.file, 1, 1)
