"""Argument checks with one grammar of messages.

Every message reads ``name must be <what would be right>, got <what was found>``.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Sequence

from collective_use.errors import InputError


def quoted(values: Iterable[object], *, most: int = 12) -> str:
    """Join values for a message: ``'a', 'b' and 3 more``.

    Parameters
    ----------
    values
        Anything printable.
    most
        How many are named before the rest is counted.

    Examples
    --------
    >>> quoted(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    listed = [repr(str(value)) for value in values]
    shown = ", ".join(listed[:most])
    return shown if len(listed) <= most else f"{shown} and {len(listed) - most} more"


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like `word`, or None when nothing is near.

    Examples
    --------
    >>> nearest("contsructs", ["constructs", "items"])
    'constructs'
    """
    known = {str(candidate): str(candidate).casefold() for candidate in candidates}
    hits = difflib.get_close_matches(word.casefold(), list(known.values()), n=1, cutoff=0.6)
    return next((name for name, folded in known.items() if hits and folded == hits[0]), None)


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` or an empty text.

    Examples
    --------
    >>> did_you_mean("gruop", ["group"])
    " (did you mean 'group'?)"
    """
    hit = nearest(word, candidates)
    return f" (did you mean {hit!r}?)" if hit else ""


def is_among(value: object, choices: Iterable[object]) -> bool:
    """Tell whether a value is one of the choices; an array or a table never is.

    Examples
    --------
    >>> is_among(None, (None, False)), is_among("ml", (None, False))
    (True, False)
    """
    table = hasattr(value, "shape")
    return any(value is choice or (not table and value == choice) for choice in choices)


def brief(value: object) -> str:
    """Return a value as it is written, an array or a table by its kind.

    Examples
    --------
    >>> brief("ml")
    "'ml'"
    """
    return f"<{type(value).__name__}>" if hasattr(value, "shape") else repr(value)


def one_of(name: str, value: object, allowed: Collection[object]) -> None:
    """Raise unless `value` is one of `allowed`.

    Raises
    ------
    InputError
        Naming the allowed values and the nearest one.

    Examples
    --------
    >>> one_of("method", "anova", ("anova", "reml"))
    """
    if not is_among(value, allowed):
        hint = did_you_mean(str(value), [str(option) for option in allowed])
        options = quoted(allowed, most=30)
        raise InputError(f"{name} must be one of {options}, got {value!r}{hint}")


def column_in(name: str, column: str, columns: Sequence[object], *, where: str) -> None:
    """Raise unless `column` is among `columns`.

    Raises
    ------
    InputError
        Naming the nearest column and those there are.

    Examples
    --------
    >>> column_in("group", "team", ["team", "x"], where="export.csv")
    """
    names = [str(entry) for entry in columns]
    if column not in names:
        hint = did_you_mean(column, names)
        raise InputError(
            f"{name} must be a column of {where}, got {column!r}{hint}; "
            f"the columns are {quoted(names)}"
        )


def instance_of(name: str, value: object, kind: type | tuple[type, ...], what: str) -> None:
    """Raise unless `value` is of a type.

    Raises
    ------
    InputError
        Saying what would be right and which type was found.

    Examples
    --------
    >>> instance_of("level", 2, int, "a whole number")
    """
    if not isinstance(value, kind):
        raise InputError(f"{name} must be {what}, got {type(value).__name__}")


def number_between(
    name: str,
    value: float,
    low: float,
    high: float,
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> None:
    """Raise unless `value` is a number from `low` to `high`.

    Raises
    ------
    InputError
        When the value is no number, not finite or outside.

    Examples
    --------
    >>> number_between("cut-off", 0.7, 0, 1)
    """
    brackets = ("(" if open_low else "[") + f"{low:g}, {high:g}" + (")" if open_high else "]")
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    good = good and math.isfinite(value)
    good = good and (value > low if open_low else value >= low)
    good = good and (value < high if open_high else value <= high)
    if not good:
        raise InputError(f"{name} must be a number in {brackets}, got {value!r}")


def valid_seed(seed: object) -> None:
    """Check a seed: a whole number of at least 0, or None for other draws each time.

    Raises
    ------
    InputError
        When it is anything else.

    Examples
    --------
    >>> valid_seed(1), valid_seed(None)
    (None, None)
    """
    if seed is not None:
        whole_number("seed", seed, at_least=0)


MOST = {"repetitions": 1_000_000, "jobs": 1_000, "rows": 5_000, "places": 200}
"""Whole numbers with an end: with more draws or processes a command does not come back."""


def whole_number(name: str, value: object, *, at_least: int) -> None:
    """Raise unless `value` is a whole number of at least `at_least`, and within `MOST`.

    Raises
    ------
    InputError
        When it is not.

    Examples
    --------
    >>> whole_number("options", 5, at_least=2)
    >>> whole_number("repetitions", 10**7, at_least=0)
    Traceback (most recent call last):
    ...
    collective_use.errors.InputError: repetitions must be at most 1,000,000, got 10,000,000
    """
    integral = getattr(value, "__index__", None) is not None and not isinstance(value, bool)
    if not integral or int(value) < at_least:  # type: ignore[call-overload]
        raise InputError(f"{name} must be a whole number of at least {at_least}, got {value!r}")
    most = MOST.get(name)
    if most is not None and int(value) > most:  # type: ignore[call-overload]
        raise InputError(f"{name} must be at most {most:,}, got {int(value):,}")  # type: ignore[call-overload]
