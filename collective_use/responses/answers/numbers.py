"""Numbers as people and programs write them: which mark is decimal is settled by the column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

Decimal = Literal[".", ",", ""]
"""The decimal mark of a column; "" where nothing settles it."""

_SHAPE = re.compile(r"([-+]?)(\d[\d.,' ]*|[.,]\d+)([eE][-+]?\d+)?$")


def _shape(text: str) -> tuple[str, str, str] | None:
    """Take a number apart into sign, digits with marks, and exponent; None when it is none."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u2019", "'")
    found = _SHAPE.match(re.sub(r"\s", " ", plain).strip())
    return (found[1], found[2].strip(), found[3] or "") if found else None


def _valid(body: str, decimal: str) -> str | None:
    """Return digits for `float` where a body is a number with this decimal mark, or None."""
    whole, mark, rest = body.partition(decimal)
    if (rest and not rest.isdecimal()) or (mark and not rest and not whole):
        return None
    grouping = {sign for sign in whole if not sign.isdecimal()}
    if grouping:
        (sign,) = grouping if len(grouping) == 1 else ("",)
        head, *parts = whole.split(sign) if sign else ("",)
        if not 1 <= len(head) <= 3 or head.startswith("0") or any(len(p) != 3 for p in parts):
            return None
    digits = "".join(sign for sign in whole if sign.isdecimal())
    return f"{digits or '0'}.{rest or '0'}"


def is_plain(text: str) -> bool:
    """Tell whether a text is digits only, as nearly all are: nothing to be settled.

    Examples
    --------
    >>> is_plain("950"), is_plain("1,5")
    (True, False)
    """
    return text.isdecimal() and text.isascii()


@lru_cache(maxsize=65536)
def readings(text: str) -> dict[str, float]:
    """Return what a text may be by decimal mark; both are the same where no mark matters.

    Examples
    --------
    >>> readings("1,234")
    {'.': 1234.0, ',': 1.234}
    >>> readings("30,5"), readings("ten")
    ({',': 30.5}, {})
    """
    shape = _shape(text)
    if shape is None:
        return {}
    sign, body, exponent = shape
    found = {}
    for decimal in (".", ","):
        digits = _valid(body, decimal)
        if digits is not None:
            found[decimal] = float(f"{sign}{digits}{exponent}")
    return found


def settle_decimal(texts: Iterable[str]) -> Decimal:
    """Return the decimal mark of a column, from the texts that can be read one way only.

    Examples
    --------
    >>> settle_decimal(["1,234", "0,5"]), settle_decimal(["1,234", "2.5"])
    (',', '.')
    >>> settle_decimal(["950", "1,234"])
    ''
    """
    found = set()
    for text in texts:
        if is_plain(text):
            continue
        marks = readings(text)
        if len(marks) == 1:
            found |= set(marks)
    if len(found) != 1:
        return ""
    return "." if "." in found else ","


def read_number(text: str, decimal: str, *, machine: bool = False) -> float | None:
    """Return a number, or None where the text is none or may be two.

    Parameters
    ----------
    text
        The cell.
    decimal
        The decimal mark of its column; "" where that is not known.
    machine
        Whether a program wrote it: a single point is then decimal.

    Examples
    --------
    >>> read_number("1,234", "."), read_number("1,234", ""), read_number("30,5", "")
    (1234.0, None, 30.5)
    """
    if is_plain(text):
        return float(text)
    found = readings(text)
    values = set(found.values())
    if len(values) == 1:
        return values.pop()
    if machine and not decimal and "," not in text:
        return found.get(".")
    return found.get(decimal) if decimal else None


def is_doubtful(text: str) -> bool:
    """Tell whether a text is one number with a decimal comma and another with a point.

    Examples
    --------
    >>> is_doubtful("1.234"), is_doubtful("1.5")
    (True, False)
    """
    return len(set(readings(text).values())) > 1


def has_marks(text: str) -> bool:
    """Tell whether a number has a comma or groups of digits, so that the column had to say.

    Examples
    --------
    >>> has_marks("1,5"), has_marks("1.5"), has_marks("1 500")
    (True, False, True)
    """
    return bool(readings(text)) and any(mark in text.strip() for mark in ",' \u00a0\u2009\u202f")
