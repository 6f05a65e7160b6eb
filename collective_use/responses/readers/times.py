"""Times and durations as platforms write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np

_CLOCK = r"\d{1,2}[:.hH]\d{2}([:.]\d{2}([.,]\d+)?)?"
_TIME = re.compile(
    r"^\d{1,4}([-/.]|\. ?)\d{1,2}([-/.]|\. ?)\d{1,4}\.?,?[ T]+"
    rf"(\S{{1,8}} )?{_CLOCK}( ?\S{{1,16}}){{0,3}}$"
    r"|^\d{4}\u5e74\d{1,2}\u6708\d{1,2}\u65e5.*\d$"
)
_UNITS = (
    (3600.0, r"h(?:ours?|rs?)?|std\.?|stunden?|\u5c0f\u65f6|\u65f6|\u5c0f\u6642|\u6642\u9593"),
    (60.0, r"m(?:in(?:utes?|uten?|s)?)?\.?|\u5206\u949f|\u5206\u9418|\u5206"),
    (1.0, r"s(?:ec(?:onds?|s)?|ek(?:unden?)?\.?)?|\u79d2\u949f|\u79d2"),
)
_PART = r"(?:(\d+(?:[.,]\d+)?)\s*(?:{})\s*)?"
_WORDS = re.compile("^" + "".join(_PART.format(unit) for _, unit in _UNITS) + "$", re.IGNORECASE)
_CLOCKED = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{2}(?:[.,]\d+)?)$")
_NUMBER = re.compile(r"^[-\u2212+]?\d+(?:[.,]\d+)?$")
SCALES = {"seconds": 1.0, "milliseconds": 0.001, "minutes": 60.0}


def is_time(text: str) -> bool:
    """Tell whether a text is a date with a time of day, in whichever order.

    Examples
    --------
    >>> is_time("2024/01/02 10:00:00"), is_time("1/2/2024 10:00"), is_time("Agree")
    (True, True, False)
    """
    return bool(_TIME.match(unicodedata.normalize("NFKC", text).strip()))


def all_times(texts: Iterable[str]) -> bool:
    """Tell whether all filled texts are times, and there is one."""
    filled = [text for text in texts if text.strip()]
    return bool(filled) and all(is_time(text) for text in filled)


def seconds_of(text: str, unit: str = "seconds") -> str | None:
    """Return a duration in seconds as text; "" for none or one that is not known, None if unclear.

    Parameters
    ----------
    text
        The cell.
    unit
        Of a bare number: ``seconds``, ``milliseconds`` or ``minutes``.

    Examples
    --------
    >>> [seconds_of(text) for text in ("125\u79d2", "2\u52065\u79d2", "00:02:05", "2 min 5 s")]
    ['125', '125', '125', '125']
    >>> seconds_of("-1"), seconds_of("soon")
    ('', None)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return ""
    if _NUMBER.match(plain):
        value = float(plain.replace("\u2212", "-").replace(",", "."))
        return "" if value < 0 else f"{value * SCALES[unit]:.10g}"
    clock = _CLOCKED.match(plain)
    words = _WORDS.match(plain)
    if not clock and not words:
        return None
    parts = clock.groups() if clock else words.groups() if words else ()
    numbers = [float((part or "0").replace(",", ".")) for part in parts]
    return f"{sum(n * s for n, (s, _) in zip(numbers, _UNITS, strict=True)):.10g}"


_NUMBERS = re.compile(r"\d+")
_HALF = re.compile(r"\b[ap]\.?m\b|\u4e0a\u5348|\u4e0b\u5348", re.IGNORECASE)


def order_of(texts: Sequence[str]) -> np.ndarray | None:
    """Return the order in time of submissions, from 0; None where it cannot be known for sure.

    Dates begin with the year, or a day above 12 shows which of the first two numbers is the day.
    Times of two halves of a day are not ordered.

    Examples
    --------
    >>> order_of(["2024-01-02 10:00", "2024-01-02 9:59"]).tolist()
    [1, 0]
    >>> order_of(["1/2/2024 10:00", "2/1/2024 9:59"])
    """
    plain = [unicodedata.normalize("NFKC", text) for text in texts]
    if not plain or not all_times(plain) or any(_HALF.search(t) or not t.strip() for t in plain):
        return None
    numbers = [[int(n) for n in _NUMBERS.findall(text)[:6]] for text in plain]
    if any(len(found) < 5 for found in numbers):
        return None
    years = {1 if found[0] > 31 else 3 if found[2] > 31 else 0 for found in numbers}
    if years == {3}:
        day_first = any(found[0] > 12 for found in numbers)
        if day_first == any(found[1] > 12 for found in numbers):
            return None
        turn = (2, 1, 0) if day_first else (2, 0, 1)
        numbers = [[found[i] for i in turn] + found[3:] for found in numbers]
    elif years != {1}:
        return None
    return np.argsort(np.argsort([_stamp(found) for found in numbers], kind="stable"))


def _stamp(found: Sequence[int]) -> int:
    """Return year, month, day, hour, minute and second as one number that orders them."""
    total = 0
    for number in [*found, 0][:6]:
        total = total * 100 + number
    return total
