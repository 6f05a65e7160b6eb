"""How a column writes its answers: as codes or labels, with which decimal mark.

Settled from all cells of a column, or of all columns with one label set; never from one cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from collective_use.responses.answers.codes import Key
from collective_use.responses.headings.wording import as_number, bare, normal
from collective_use.responses.headings.words import UNTICKED

Held = Literal["codes", "labels", ""]


@dataclass(frozen=True, slots=True)
class Convention:
    """How one column writes its answers.

    Attributes
    ----------
    held
        Whether numbers are codes or labels, where labels are numbers; "" where it is not known.
    decimal
        The decimal mark, "" where it is not known or does not matter.
    machine
        Whether a program wrote the numbers: a point is then decimal.
    doubtful
        Texts that this item's columns use in a way that is not understood.
    coded
        Whether boxes hold numbers, so that words in them are no names of persons ticked.
    """

    held: Held = ""
    decimal: str = ""
    machine: bool = False
    doubtful: frozenset[str] = frozenset()
    coded: bool = False


PLAIN = Convention()


def evidence(texts: Iterable[str], key: Key) -> frozenset[str]:
    """Return what the cells of a column show: ``"codes"``, ``"labels"``, both or nothing.

    A number that is a code and no label shows codes; one that is a label and no code, or a
    label in words, shows labels.

    Examples
    --------
    >>> times = Key(frozenset((1.0, 2.0)), {"0": 1.0, "1": 2.0}, numeric={0.0: 1.0, 1.0: 2.0})
    >>> sorted(evidence(["1", "2"], times)), sorted(evidence(["0", "1"], times))
    (['codes'], ['labels'])
    """
    found = set()
    for text in texts:
        plain = normal(text)
        number = as_number(plain)
        if number is None:
            if plain in key.labels or bare(plain) in key.labels:
                found.add("labels")
        elif (number in key.valid) != (number in key.numeric):
            found.add("codes" if number in key.valid else "labels")
    return frozenset(found)


def settle(columns: Sequence[Iterable[str]], key: Key) -> list[Held]:
    """Return for each column of one label set whether its numbers are codes or labels.

    A column that shows it decides for itself; the others follow where all that show it agree.

    Examples
    --------
    >>> times = Key(frozenset((1.0, 2.0)), {"0": 1.0, "1": 2.0}, numeric={0.0: 1.0, 1.0: 2.0})
    >>> settle([["1", "2"], ["1"], []], times), settle([["1"]], times)
    (['codes', 'codes', 'codes'], [''])
    """
    shown = [evidence(texts, key) for texts in columns]
    together = frozenset().union(*shown)
    return [_one(own or together) for own in shown]


def _one(found: frozenset[str]) -> Held:
    if len(found) != 1:
        return ""
    return "codes" if "codes" in found else "labels"


def doubtful_ticks(columns: Sequence[Iterable[str]]) -> frozenset[str]:
    """Return what is no tick for sure in boxes that hold 1 and 2 and never 0: which is yes?

    Examples
    --------
    >>> sorted(doubtful_ticks([["1", "2"], ["1", ""]])), sorted(doubtful_ticks([["0", "1", "2"]]))
    (['1', '2'], [])
    """
    plain = {normal(text) for texts in columns for text in texts}
    numbers = {text: as_number(text) for text in plain}
    coded = frozenset(text for text, number in numbers.items() if number in (1.0, 2.0))
    clear = 2.0 not in numbers.values() or plain & UNTICKED
    return frozenset() if clear else coded
