"""Columns that identify persons, recognized by the words of their headings.

A heading is personal when it consists of personal words and fillers only: "Your e-mail address" is,
"We answer each other's e-mail" is an item. Words stand in the languages of the platforms.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from collective_use.platforms.profile import squeezed
from collective_use.yaml_source.read import read_yaml

_WORDS = read_yaml(Path(__file__).with_name("personal.yaml")).value
_ALONE = frozenset(_WORDS["alone"].split())
_FILLERS = frozenset(_WORDS["fillers"].split())
_TOGETHER = sorted((part.strip() for part in re.split(r"[|\n]", _WORDS["together"])), key=len)[::-1]
_EAST = frozenset(word.casefold() for word in _WORDS["eastern"].split())
_EAST_FILLERS = re.compile("|".join(map(re.escape, _WORDS["eastern_fillers"].split())))
_NUMBERING = re.compile(r"^\s*(?:q?\d{1,3}[a-z]?\s*[.):、．：]|\d+\s+)\s*", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONGEST = 90
"""A longer heading is a question, not the name of a column."""


def _plain(text: str) -> str:
    """Return a text without accents, in lower case."""
    spread = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("ø", "o"))
    folded = "".join(char for char in spread if not unicodedata.combining(char))
    return folded.casefold().replace("ß", "ss").replace("ı", "i")


@lru_cache(maxsize=8192)
def is_personal(heading: str) -> bool:
    """Tell whether a heading names something that identifies a person.

    Examples
    --------
    >>> is_personal("IP Address"), is_personal("您的姓名"), is_personal("Vorname")
    (True, True, True)
    >>> is_personal("Group"), is_personal("We answer each other's e-mail within a day.")
    (False, False)
    """
    text = unicodedata.normalize("NFKC", heading).strip()
    if not text or len(text) > _LONGEST:
        return False
    last = re.split(r"\s*(?:/|>>|::| - )\s*", text)[-1]
    return any(_named(part) for part in {text, last} if part)


def _named(text: str) -> bool:
    bare = _NUMBERING.sub("", text)
    bare = re.sub(r"[(（\[].*?[)）\]]", " ", bare).strip() or bare
    if _HAN.search(bare):
        return _eastern(bare)
    words = re.findall(r"[^\W_]+", _plain(_CAMEL.sub(" ", bare)))
    if not words or len(words) > 10:
        return False
    line = f" {' '.join(words)} "
    found = "".join(words) in _ALONE
    for together in _TOGETHER:
        piece = f" {together} "
        if together and piece in line:
            line, found = line.replace(piece, " "), True
    left = line.split()
    found = found or any(word in _ALONE for word in left)
    return found and ("".join(words) in _ALONE or all(w in _ALONE | _FILLERS for w in left))


def _eastern(text: str) -> bool:
    squeezed_text = re.sub(r"[\W_]+", "", text).casefold()
    if squeezed_text in _EAST:
        return True
    core = _EAST_FILLERS.sub("", squeezed_text)
    if core in _EAST:
        return True
    parts = [p for p in re.split(r"[、,，/和及与或]", re.sub(r"[\s？?：:。.]+", "", text)) if p]
    return len(parts) > 1 and all(_EAST_FILLERS.sub("", p).casefold() in _EAST for p in parts)


__all__ = ["is_personal", "squeezed"]
