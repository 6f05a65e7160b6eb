"""One way to write a plan down, so that equal plans have equal hashes in any language.

Numbers with a fraction are written as text, keys are sorted by UTF-16 code units, and nothing
stands between marks: a page in a browser comes to the same bytes (RFC 8785 asks for the same
order; its numbers are avoided).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping

from collective_use.accepted import Plain
from collective_use.errors import InputError


def plain_content(value: Plain) -> Plain:
    """Return a value as text, whole numbers, truth values, None, lists and mappings alone.

    Parameters
    ----------
    value
        Plain values as a YAML or JSON file holds them.

    Raises
    ------
    InputError
        For a number that is not finite, half a character, and whatever is no plain value.

    Examples
    --------
    >>> plain_content({"rwg_j": 0.7, "size": 3.0, "nulls": ("uniform",)})
    {'rwg_j': '0.7', 'size': 3, 'nulls': ['uniform']}
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(f"a plan holds finite numbers, got {value!r}")
        return int(value) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, str):
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise InputError(f"a plan holds whole characters, got half of one in {value!r}")
        return value
    if isinstance(value, Mapping):
        return {str(key): plain_content(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_content(entry) for entry in value]
    raise InputError(f"a plan holds plain values, got {type(value).__name__}")


def canonical(value: Plain) -> str:
    """Write plain content as one line of JSON, keys sorted, no blanks.

    Examples
    --------
    >>> canonical({"b": [1, "0.7"], "a": None})
    '{"a":null,"b":[1,"0.7"]}'
    """
    return json.dumps(_sorted(plain_content(value)), ensure_ascii=False, separators=(",", ":"))


def digest(value: Plain) -> str:
    """Return the SHA-256 of the canonical text in UTF-8, in hexadecimal.

    Examples
    --------
    >>> digest({"a": 1})[:12]
    '015abd7f5cc5'
    """
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()


def _sorted(value: Plain) -> Plain:
    if isinstance(value, dict):
        ordered = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _sorted(value[key]) for key in ordered}
    if isinstance(value, list):
        return [_sorted(entry) for entry in value]
    return value
