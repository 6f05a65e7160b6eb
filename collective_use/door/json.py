"""JSON from outside: depth, numbers and signs are looked at before anything is built on them."""

from __future__ import annotations

import json
import re

from collective_use.accepted import Plain
from collective_use.door.limits import LIMITS
from collective_use.errors import ReadError

_SURROGATE = re.compile("[\ud800-\udfff]")
_OUTSIDE_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def json_content(text: str, name: str) -> Plain:
    """Return what a JSON text holds.

    Parameters
    ----------
    text
        The text.
    name
        The file's name, for messages.

    Raises
    ------
    ReadError
        When it is no JSON, nested too deeply, or holds a number or sign that nothing can hold.

    Examples
    --------
    >>> json_content('{"a": [1]}', "a.json")
    {'a': [1]}
    >>> json_content("[" * 1000, "a.json")
    Traceback (most recent call last):
    ...
    collective_use.errors.ReadError: a.json: more than 100 levels of brackets: no export of answers
    """
    depth = 0
    for found in _OUTSIDE_TEXT.finditer(text):
        sign = found.group()
        depth += (sign in "[{") - (sign in "]}") if len(sign) == 1 else 0
        if depth > LIMITS.levels:
            raise ReadError(
                f"{name}: more than {LIMITS.levels} levels of brackets: no export of answers"
            )
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadError(
            f"{name}:{error.lineno}:{error.colno}: no valid JSON: {error.msg}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ReadError(f"{name}: a number in it has thousands of digits: no answer") from error
    if "\\u" in text or _SURROGATE.search(text):
        _whole_signs(content, name)
    return content


def _whole_signs(content: Plain, name: str) -> None:
    """Raise where half of a two-part sign stands: it can be neither shown nor written."""
    waiting = [content]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str) and _SURROGATE.search(part):
            raise ReadError(f"{name}: half of a two-part sign (surrogate) in {part[:40]!a}")
