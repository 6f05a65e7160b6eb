"""Sentences whose numbers remember where they come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from string import Formatter

from collective_use.singular import one_thing


@dataclass(frozen=True, slots=True)
class Source:
    """The cell of a table that a number was taken from.

    Attributes
    ----------
    file
        The table's file name.
    row
        What tells its row, such as ``cdu`` or ``M1, con -> cdu``.
    column
        The column's name.
    """

    file: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Number:
    """One number as it is read, with the cell it came from.

    Attributes
    ----------
    value
        As the table holds it; NaN when the cell is empty.
    text
        As it is written.
    source
        Where it stands; None for a number of the account (run.json).
    """

    value: float
    text: str
    source: Source | None = None

    def __str__(self) -> str:
        return self.text


Piece = str | Number
Sentence = tuple[Piece, ...]


def written(value: float, digits: int = 2, *, bare: bool = False) -> str:
    """Write a number: a true minus, no leading zero where none is possible (APA 2020, 6.36).

    Examples
    --------
    >>> written(-0.123), written(0.857, bare=True), written(float("nan")), written(469, 0)
    ('−0.12', '.86', '–', '469')
    """
    if math.isnan(value):
        return "–"
    text = f"{abs(value):,.{digits}f}"
    if bare and text.startswith("0."):
        text = text[1:]
    negative = value < 0 and float(text.replace(",", "") or 0) != 0
    return ("−" if negative else "") + text


def written_p(value: float) -> str:
    """Write a p value (APA 2020, 6.36).

    Examples
    --------
    >>> written_p(0.0004), written_p(0.031), written_p(float("nan"))
    ('< .001', '= .031', '–')
    """
    if math.isnan(value):
        return "–"
    return "< .001" if value < 0.0005 else "= " + written(value, 3, bare=True)


def filled(template: str, values: Mapping[str, object]) -> Sentence:
    """Fill a template; numbers stay numbers with their source.

    Parameters
    ----------
    template
        A sentence with names in braces.
    values
        By name: a `Number`, a sentence, or anything that can be written.

    Raises
    ------
    KeyError
        For a name that has no value.

    Examples
    --------
    >>> filled("{n} groups of {what}", {"n": Number(3.0, "3"), "what": "people"})
    (Number(value=3.0, text='3', source=None), ' groups of people')
    >>> plain_text(filled("of {n} groups", {"n": Number(1.0, "1")}))
    'of 1 group'
    """
    pieces: list[Piece] = []
    for literal, name, _, _ in Formatter().parse(template):
        pieces.append(literal)
        if name is not None:
            value = values[name]
            pieces.extend(value if isinstance(value, tuple) else (_piece(value),))
    return _in_singular(joined(pieces))


def _in_singular(sentence: Sentence) -> Sentence:
    """Put into the singular what stands behind a number that is written 1."""
    said = list(sentence)
    for place, (number, after) in enumerate(pairwise(sentence), 1):
        if isinstance(number, Number) and number.text == "1" and isinstance(after, str):
            before = said[place - 2] if place > 1 else ""
            before = before if isinstance(before, str) else "of "
            said[place] = one_thing(f"{before}1{after}")[len(before) + 1 :]
    return tuple(said)


def joined(pieces: list[Piece] | Sentence) -> Sentence:
    """Join neighbouring texts of a sentence.

    Examples
    --------
    >>> joined(["a", "b", Number(1.0, "1"), ""])
    ('ab', Number(value=1.0, text='1', source=None))
    """
    whole: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and whole and isinstance(whole[-1], str):
            whole[-1] = whole[-1] + piece
        elif piece != "":
            whole.append(piece)
    return tuple(whole)


def plain_text(sentence: Sentence) -> str:
    """Return a sentence as text.

    Examples
    --------
    >>> plain_text(("r = ", Number(0.5, ".50")))
    'r = .50'
    """
    return "".join(str(piece) for piece in sentence)


def _piece(value: object) -> Piece:
    return value if isinstance(value, Number) else str(value)
