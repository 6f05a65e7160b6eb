"""Months in the forms that programs and people write: all become 2024-03."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

from collective_use.responses.headings.wording import normal
from collective_use.responses.headings.words import EMPTY_WORDS, MONTHS

First = Literal["day", "month", ""]
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年 ]\s*(\d{1,2})(?:月|[-/.月]\s*\d{1,2}日?(?:[ t].*)?)?$")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{4})$")
_THREE = re.compile(r"(\d{1,2})([-/.])\s*(\d{1,2})\2\s*(\d{4})(?:[ t].*)?$")
_NAMED = re.compile(r"(?:\d{1,2}[-. ]+)?([^\W\d_]{3,})[-. ,]*(?:\d{1,2},\s*)?(\d{4})$")
_NAMED_AFTER = re.compile(r"(\d{4})[-. ]+([^\W\d_]{3,})$")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def first_of(texts: Iterable[str]) -> First:
    """Return whether day or month stands first in dates such as 03/25/2024; "" if not known.

    Examples
    --------
    >>> first_of(["03/04/2024", "03/25/2024"]), first_of(["03/04/2024"])
    ('month', '')
    """
    found: set[First] = set()
    for text in texts:
        three = _THREE.match(_plain(text))
        if three and int(three[1]) > 12 >= int(three[3]):
            found.add("day")
        elif three and int(three[3]) > 12 >= int(three[1]):
            found.add("month")
    return found.pop() if len(found) == 1 else ""


def read_month(text: str, first: First = "") -> str | None:
    """Return a month as ``2024-03``, or None where the text is none or may be two.

    Examples
    --------
    >>> [read_month(text) for text in ("03/2024", "2024年3月", "March 2024", "31.03.2024", "3")]
    ['2024-03', '2024-03', '2024-03', '2024-03', None]
    """
    plain = _plain(text)
    found = _YEAR_FIRST.match(plain)
    if found:
        return _month(found[1], int(found[2]))
    found = _YEAR_LAST.match(plain)
    if found:
        return _month(found[2], int(found[1]))
    found = _THREE.match(plain)
    if found:
        number = _of_three(int(found[1]), int(found[3]), found[2], first)
        return None if number is None else _month(found[4], number)
    found = _NAMED.match(plain)
    if found and found[1] in MONTHS:
        return _month(found[2], MONTHS[found[1]])
    found = _NAMED_AFTER.match(plain)
    return _month(found[1], MONTHS[found[2]]) if found and found[2] in MONTHS else None


def _of_three(one: int, other: int, mark: str, first: First) -> int | None:
    """Return the month of a day and a month: with dots the day stands first."""
    if mark == "." or first == "day" or one > 12:
        return other
    if first == "month" or other > 12:
        return one
    return one if one == other else None


def _month(year: str, number: int) -> str | None:
    return f"{int(year):04d}-{number:02d}" if 1 <= number <= 12 else None


def months_of(texts: Iterable[str], missing: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the months of different texts of one column, "" for none, and what is no month.

    Examples
    --------
    >>> months_of(["2024-03-01 00:00:00", "", "soon"], {})
    (['2024-03', '', ''], ['soon'])
    """
    listed = list(texts)
    first = first_of(listed)
    found, wrong = [], []
    for text in listed:
        plain = normal(text)
        month = read_month(text, first)
        if month is None and plain not in EMPTY_WORDS and plain not in missing:
            wrong.append(text)
        found.append(month or "")
    return found, wrong


def is_doubtful(text: str) -> bool:
    """Tell whether a date has a day and a month that may be either.

    Examples
    --------
    >>> is_doubtful("03/04/2024"), is_doubtful("03/25/2024")
    (True, False)
    """
    return read_month(text) is None and read_month(text, "day") is not None
