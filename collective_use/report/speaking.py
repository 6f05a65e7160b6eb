"""Who puts a picture into words: a report's material, or the names that a result has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from collective_use.phrases import told
from collective_use.report.phrases import Phrases
from collective_use.report.sentences import Sentence, plain_text


class Words(Protocol):
    """What a picture asks of whoever puts it into words."""

    def say(self, key: str, **values: object) -> Sentence:
        """Return a sentence of the language, its numbers filled in."""

    def word(self, key: str) -> str:
        """Return a word or sentence without numbers."""

    def name(self, code: str) -> str:
        """Return what a code is called."""

    def route(self, codes: str) -> str:
        """Return a chain in names."""

    def item(self, code: str) -> str:
        """Return the text of an item."""

    def told(self, text: str) -> str:
        """Return a sentence of the house in the language."""


@dataclass(frozen=True)
class Speaker:
    """Words of a language, and names where a result has them; codes stand for themselves.

    Attributes
    ----------
    phrases
        The words of the language.
    names, items
        Code to name, and item to text.
    """

    phrases: Phrases
    names: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> Sentence:
        """Return a sentence of the language, its numbers filled in."""
        return self.phrases.say(key, **values)

    def word(self, key: str) -> str:
        """Return a word or sentence without numbers."""
        return self.phrases.word(key)

    def name(self, code: str) -> str:
        """Return what a code is called; itself where no name is known."""
        return self.names.get(code, code)

    def route(self, codes: str) -> str:
        """Return a chain in names.

        Examples
        --------
        >>> from collective_use.report.phrases import phrases_in
        >>> Speaker(phrases_in("en"), {"con": "Connectedness"}).route("con -> cdu")
        'Connectedness → cdu'
        """
        return chained(codes, self.name)

    def item(self, code: str) -> str:
        """Return the text of an item; its code where no text is known."""
        return self.items.get(code, code)

    def told(self, text: str) -> str:
        """Return a sentence of the house in the language."""
        return told(self.phrases.language, text)


def chained(codes: str, name: Callable[[str], str]) -> str:
    """Return a chain in names; of a difference of two chains, both with a minus between them.

    Examples
    --------
    >>> chained("a -> b less c -> d", str.upper)
    'A → B − C → D'
    """
    return " − ".join(
        " → ".join(name(code.strip()) for code in part.split("->"))
        for part in codes.split(" less ")
    )


def said(words: Words, key: str, **values: object) -> str:
    """Return a sentence as text."""
    return plain_text(words.say(key, **values))
