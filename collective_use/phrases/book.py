"""The phrase files of a language: exact texts, and templates with gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from string import Formatter

import yaml

FOLDER = Path(__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, in a tenth of the time
HEADS, CELLS, JOINTS = "heads", "cells", "joints"
"""Files of single words, which count as heads of columns and as whole cells only; and of
templates too general to be read back."""

NUMBER = r"[\-−–]?\.?\d[\d,]*(?:\.\d+)?(?:e[\-+]?\d+)?%?"
WITHIN = r"(?:(?![.?!] [A-Z\d])[^\n])+?"
LAST, ALL, QUOTED = r"[^\n]+", ".+", r"[^'\n]+"
"""What a gap holds: nothing of a further sentence where it is not the last word, nothing of a
further line but behind an opening."""

_NUMBERED = re.compile(r"n\d?\Z")
_OPENING = re.compile(r"[A-Z][a-z]+: \{")
"""``Error: {text}``: what is said of all that follows, and comes off first."""
_SPECIAL = {
    "hint": r"(?: \(did you mean .+?\?\))?",
    "numbers": r"\d+(?:, \d+)*(?: and \d+ more)?",
}
"""What gaps of these names hold: the nearest name or nothing; a list of whole numbers."""


@dataclass(frozen=True)
class Template:
    """An English sentence with gaps, and its counterpart.

    Attributes
    ----------
    english, other
        The same gaps in both; a gap named ``n`` or ``n1`` ... takes a number only, ``numbers`` a
        list of them, ``hint`` a nearest name or nothing.
    source
        Of the pattern.
    anchor
        The longest piece without a gap: what lacks it cannot match.
    """

    english: str
    other: str
    source: str
    anchor: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Reads a finished sentence back; made when it is first tried, as most never are."""
        return re.compile(self.source, re.DOTALL)

    def __len__(self) -> int:
        return sum(len(literal) for literal, *_ in Formatter().parse(self.english))


@dataclass(frozen=True)
class Book:
    """All phrases of a language.

    Attributes
    ----------
    heads, cells
        Single words of tables.
    exact
        Sentences without a gap.
    templates
        Sentences with gaps, those that say most first.
    joints
        Templates that are filled, never read back.
    """

    heads: Mapping[str, str]
    cells: Mapping[str, str]
    exact: Mapping[str, str]
    templates: tuple[Template, ...]
    joints: Mapping[str, str]

    def counterpart(self, english: str) -> str | None:
        """Return the counterpart of an English template, gaps left open."""
        for known in (self.exact, self.joints, self.cells):
            if english in known:
                return known[english]
        return next((t.other for t in self.templates if t.english == english), None)


def languages() -> tuple[str, ...]:
    """Return the languages that phrase files speak, English among them.

    Examples
    --------
    >>> languages()
    ('en', 'zh')
    """
    return ("en", *sorted(path.name for path in FOLDER.iterdir() if (path / "cells.yaml").exists()))


def files_of(language: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the phrase files of a language by name, each as English text to counterpart."""
    for path in sorted((FOLDER / language).glob("*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), _LOADER) or {}
        yield path.stem, {str(key): str(value) for key, value in content.items()}


@cache
def book_of(language: str) -> Book:
    """Return the phrases of a language; none for English."""
    files = dict(files_of(language)) if language in languages()[1:] else {}
    heads, cells = files.pop(HEADS, {}), files.pop(CELLS, {})
    joints = files.pop(JOINTS, {})
    exact: dict[str, str] = {}
    templates = []
    for texts in files.values():
        for english, other in texts.items():
            if gaps_of(english):
                templates.append(_template(english, other))
            else:
                exact[english] = other
    templates.sort(key=lambda one: (bool(_OPENING.match(one.english)), len(one)), reverse=True)
    return Book(heads, cells, exact, tuple(templates), joints)


def gaps_of(text: str) -> list[str]:
    """Return the names of the gaps of a template, in order.

    Examples
    --------
    >>> gaps_of("{n} groups of {low:.2f}")
    ['n', 'low']
    """
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def _inside(name: str, words: str) -> str:
    if name in _SPECIAL:
        return _SPECIAL[name]
    return NUMBER if _NUMBERED.match(name) else words


def _template(english: str, other: str) -> Template:
    pieces, seen, anchor = [], set[str](), ""
    last = english.endswith("}")
    parsed = list(Formatter().parse(english))
    for place, (literal, name, _, _) in enumerate(parsed):
        pieces.append(re.escape(literal))
        anchor = max(anchor, literal, key=len)
        if name is None:
            continue
        at_end = last and place == len(parsed) - 1
        rest = ALL if _OPENING.match(english) else LAST
        what = _inside(name, rest if at_end else WITHIN)
        if literal.endswith("'") and not at_end and parsed[place + 1][0].startswith("'"):
            what = QUOTED
        pieces.append(f"(?P={name})" if name in seen else f"(?P<{name}>{what})")
        seen.add(name)
    return Template(english, other, "".join(pieces), anchor)
