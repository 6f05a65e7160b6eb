"""Answer codes as LimeSurvey takes them: letters and digits, five at most."""

from __future__ import annotations

from collective_use.errors import InputError

_LONGEST = 5
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_NEGATIVE, _LONG, _LONG_NEGATIVE = "n", "x", "y"


def answer_code(code: int | None) -> str:
    """Return the answer code of an option: its own code where LimeSurvey can hold that.

    A minus is written ``n`` (-99 is ``n99``); a longer number is written to the base 36 behind
    ``x``, or ``y`` when negative.

    Raises
    ------
    InputError
        When a code is so long that five signs cannot hold it.

    Examples
    --------
    >>> [answer_code(code) for code in (3, -99, 123456, -77777, None)]
    ['3', 'n99', 'x2n9c', 'y1o0h', 'dk']
    """
    if code is None:
        return "dk"
    plain = str(code) if code >= 0 else f"{_NEGATIVE}{-code}"
    if len(plain) <= _LONGEST:
        return plain
    short = (_LONG if code >= 0 else _LONG_NEGATIVE) + _base36(abs(code))
    if len(short) > _LONGEST:
        raise InputError(
            f"LimeSurvey's answer codes have at most {_LONGEST} signs, which cannot hold the code "
            f"{code}; give the option a code between -1679615 and 1679615"
        )
    return short


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return digits or "0"
