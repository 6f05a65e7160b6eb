"""Texts made comparable: labels, headings and questions as platforms write them."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import permutations
from pathlib import Path

_TAGS = re.compile(r"<[^<>]{1,200}>")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00]")
_BETWEEN = ("", " ", " / ")
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_FULL_WIDTH = {sign: sign - 0xFEE0 for sign in range(0xFF01, 0xFF5F)}
_HAN = re.compile("[\u4e00-\u9fff]")
_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-"})
_RANGE = re.compile("(?<=\\d)[\u2010-\u2015\u301c~](?=\\d)")
"""What stands between two numbers: 30～39, 30—39 and 30-39 are one range."""


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """Return a text in one spelling, for comparing and never for showing.

    Unicode NFKC (full-width letters become plain ones), no tags, no HTML entities, no invisible
    characters, every kind of white space one blank, straight quotes, lower case, traditional
    Chinese characters as simplified ones.

    Examples
    --------
    >>> normal("Don\u2019t\u00a0know ") == normal("<b>Don't</b> know")
    True
    """
    plain = unicodedata.normalize("NFKC", text)
    if "<" in plain:
        plain = _TAGS.sub("", plain)
    plain = _INVISIBLE.sub("", unescaped(plain)).translate(_QUOTES)
    plain = _RANGE.sub("-", _SPACE.sub(" ", plain)).strip().casefold()
    return plain.translate(simplified()) if _HAN.search(plain) else plain


@cache
def simplified() -> dict[int, str]:
    """Return traditional characters with the simplified ones that stand for them.

    The characters of everyday use (Big5, level 1) whose counterpart is one character, by the
    transform ``Hant-Hans`` of ICU 72 (Unicode CLDR).

    Examples
    --------
    >>> "有點同意".translate(simplified())
    '有点同意'
    """
    pairs = Path(__file__).with_name("traditional.txt").read_text(encoding="utf-8").split()
    return {ord(line[k]): line[k + 1] for line in pairs for k in range(0, len(line), 2)}


def unescaped(text: str) -> str:
    """Return a text with signs in place of HTML entities.

    Examples
    --------
    >>> unescaped("R&amp;D, Q&notes")
    'R&D, Q&notes'
    """
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def bare(text: str) -> str:
    """Return a text without its punctuation at the end, as headings often lose it.

    Examples
    --------
    >>> bare("How often? ")
    'how often'
    """
    return normal(text).rstrip(".:;?!*\u3002 ").strip()


def together(text: Mapping[str, str]) -> tuple[str, ...]:
    """Return a text in each language, and in two at once as platforms of one language show it.

    Qualtrics and REDCap have both languages of our form in one label.

    Examples
    --------
    >>> together({"en": "Never", "zh": "\u4ece\u672a"})[2:5]
    ('Never\u4ece\u672a', 'Never \u4ece\u672a', 'Never / \u4ece\u672a')
    """
    single = list(dict.fromkeys(text.values()))
    pairs = [mark.join(pair) for pair in permutations(filter(None, single), 2) for mark in _BETWEEN]
    return (*single, *(pair for pair in pairs if as_number(pair) is None))


def clean_heading(text: str) -> str:
    """Return a heading as shown to people: one line, no invisible characters.

    Examples
    --------
    >>> clean_heading("\ufeffQ1\u00a0 text ")
    'Q1 text'
    """
    if text.isascii() and text.isalnum():
        return text
    plain = unicodedata.normalize("NFC", unescaped(text))
    return _SPACE.sub(" ", _INVISIBLE.sub("", plain)).strip()


def clean_key(text: str) -> str:
    """Return a key as it is kept: one Unicode form (NFC), no full-width signs, one line.

    Examples
    --------
    >>> clean_key("Mu\u0308ller \uff11") == "M\u00fcller 1"
    True
    """
    return text if text.isascii() and text.isalnum() else clean_heading(text.translate(_FULL_WIDTH))


def as_number(text: str) -> float | None:
    """Read a number as exports write it, or None; one too large to be held is none.

    A comma is a decimal sign when digits follow it and there is no point: ``2,0``.

    Examples
    --------
    >>> as_number("2,5"), as_number(" 3.0"), as_number("ten"), as_number("1e999")
    (2.5, 3.0, None, None)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"[-+\u2212]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?", plain):
        return None
    number = float(plain.replace("\u2212", "-").replace(",", "."))
    return number if math.isfinite(number) else None
