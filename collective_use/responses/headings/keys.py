"""Keys that meet: groups and members of an export beside those of the members file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from collective_use.responses.headings.wording import normal
from collective_use.responses.headings.words import MONTHS

_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?(e[-+]?\d+)?$")
_PAIR = re.compile(r"(\d{1,4})[-/.](\d{1,2})$")
_TRIPLE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{1,2})$")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ t]?00:00:00)?$")
_WITH_NAME = re.compile(r"(?:(\d{1,2})[-/. ]?([a-zäé]{3,})|([a-zäé]{3,})[-/. ]?(\d{1,4}))$")
_CHINESE = re.compile(r"(\d{1,2})月(\d{1,2})日$")


def loose(key: str) -> frozenset[str]:
    """Return what a key may have been before a program or a person wrote it otherwise.

    Case and blanks, leading zeros and ``1.0`` and ``1e5`` of numbers, and the dates that
    spreadsheet programs make of ``3-4``.

    Examples
    --------
    >>> bool(loose("007") & loose("7.0")), bool(loose("North Ward") & loose("NORTHWARD"))
    (True, True)
    >>> bool(loose("2024-03-04 00:00:00") & loose("3-4")), bool(loose("7") & loose("70"))
    (True, False)
    """
    plain = normal(key).replace(" ", "")
    if not plain:
        return frozenset()
    found = {plain}
    if _NUMBER.match(plain):
        found.add(f"number {_number(plain)}")
    return frozenset(found | {f"pair {pair}" for pair in _pairs(plain)})


def _number(plain: str) -> str:
    """Return all digits of a number, however long; a float would make two codes one."""
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return plain
    return f"{number.normalize():f}" if abs(number.adjusted()) < 60 else plain


def _pairs(plain: str) -> set[str]:
    """Return the pairs of numbers that a key is, or that a date may have been."""
    found = _PAIR.match(plain) or _TRIPLE.match(plain)
    if found:
        return {"-".join(str(int(number)) for number in found.groups())}
    found = _DATE.match(plain)
    if found:
        year, month, day = (int(number) for number in found.groups())
        pairs = {f"{month}-{day}", f"{day}-{month}"}
        pairs |= {f"{a}-{b}-{year % 100}" for a, b in ((month, day), (day, month))}
        pairs.add(f"{year % 100}-{month}-{day}")
        if day == 1:
            pairs |= {f"{month}-{year % 100}", f"{year}-{month}", f"{month}-{year}"}
        return pairs
    found = _CHINESE.match(plain)
    if found:
        return {f"{int(found[1])}-{int(found[2])}", f"{int(found[2])}-{int(found[1])}"}
    found = _WITH_NAME.match(plain)
    if found:
        name, number = (found[2], found[1]) if found[2] else (found[3], found[4])
        if name in MONTHS:
            return {f"{MONTHS[name]}-{int(number)}", f"{int(number)}-{MONTHS[name]}"}
    return set()


def met(
    keys: Iterable[str],
    known: Iterable[str],
    *,
    labels: Mapping[str, str] | None = None,
    known_labels: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the known key that each other key means, where exactly one comes into question.

    Parameters
    ----------
    keys
        Keys of an export.
    known
        Keys that are right, as they are to be written.
    labels, known_labels
        Value labels of either, by key: a file may hold 1 for Finance.

    Examples
    --------
    >>> met(["7", "a", "b"], ["007", "A", "B", "b"]), met(["1"], ["Police"], labels={"1": "Police"})
    ({'7': '007', 'a': 'A'}, {'1': 'Police'})
    """
    right = dict.fromkeys(known)
    strange = [key for key in dict.fromkeys(keys) if key not in right]
    if not strange:  # as nearly always: what every known key may be written as need not be known
        return {}
    index: dict[str, set[str]] = {}
    for key in right:
        for form in _forms(key, known_labels):
            index.setdefault(form, set()).add(key)
    found = {}
    for key in strange:
        hits = set().union(*(index.get(form, set()) for form in _forms(key, labels)))
        if len(hits) == 1:
            found[key] = hits.pop()
    return found


def _forms(key: str, labels: Mapping[str, str] | None) -> frozenset[str]:
    label = (labels or {}).get(key)
    return loose(key) | (loose(label) if label else frozenset())
