"""One value in one cell, and back: numbers, yes and no, words, lists and pairs."""

from __future__ import annotations

import re

from collective_use.accepted import Plain
from collective_use.sheets.bank.fields import FieldPlan
from collective_use.sheets.spreadsheet import decode_text, encode_text
from collective_use.sheets.spreadsheet_read import as_text

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,;]+')
_APART = re.compile(r'[\s,;:"]')
_PAIR = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^":]*):\s?(.*)', re.DOTALL)


def write_cell(plan: FieldPlan, value: Plain) -> object:
    """Return what a cell holds for a value; None where the value is the default.

    Examples
    --------
    >>> write_cell(FieldPlan(("items",), "words"), ["dl1", "dl2"])
    'dl1 dl2'
    """
    if value is None or (value == plan.default and value in ("", [], {})):
        return None
    if plan.kind == "bool":
        return "yes" if value else "no"
    if plan.kind == "number":
        return value
    if plan.kind == "words":
        return _words(value)
    if plan.kind == "numbers":
        return " ".join(f"{number:.15g}" for number in value)
    if plan.kind == "pairs":
        return "\n".join(f"{_quoted(key)}: {_line(text)}" for key, text in value.items())
    if plan.kind == "lists":
        return "\n".join(f"{_quoted(key)}: {_words(words)}" for key, words in value.items())
    return encode_text(value)


def read_cell(plan: FieldPlan, value: object) -> Plain:
    """Return the value of a cell that is not empty; what does not fit stays as it is.

    The loader's own checks say what is wrong with a value that does not fit.

    Examples
    --------
    >>> read_cell(FieldPlan(("items",), "words"), "dl1, dl2")
    ['dl1', 'dl2']
    >>> read_cell(FieldPlan(("range",), "numbers"), "-2.5 100")
    [-2.5, 100]
    >>> read_cell(FieldPlan(("reverse",), "bool"), "maybe")
    'maybe'
    """
    if plan.kind == "bool":
        return _truth(value)
    if plan.kind == "number":
        return _number(value)
    text = as_text(value)
    if plan.kind == "words":
        return [_unquoted(word) for word in _WORD.findall(text)]
    if plan.kind == "numbers":
        return [_number(word) for word in re.split(r"[\s,;]+", text.strip())]
    if plan.kind in ("pairs", "lists"):
        return _pairs(plan, text)
    return decode_text(text)


def is_empty(value: object) -> bool:
    """Tell whether nothing was written into a cell."""
    return value is None or (isinstance(value, str) and not value.strip())


def _words(words: list[str]) -> str:
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    written = encode_text(word)
    if written == word and not _APART.search(word):
        return word
    return written if written != word and written.startswith('"') else _as_json(word)


def _line(text: str) -> str:
    return _as_json(text) if "\n" in text else encode_text(text)


def _as_json(word: str) -> str:
    import json

    return json.dumps(word, ensure_ascii=False)


def _unquoted(word: str) -> str:
    return decode_text(word) if word.startswith('"') else word


def _truth(value: object) -> object:
    text = as_text(value).strip().lower()
    if text in ("yes", "y", "true", "x", "1", "是"):
        return True
    return False if text in ("no", "n", "false", "0", "否") else value


def _number(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            value = float(value.strip())
        except ValueError:
            return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _pairs(plan: FieldPlan, text: str) -> object:
    found: dict[str, str | list[str]] = {}
    for line in text.split("\n"):
        if not line.strip():
            continue
        match = _PAIR.fullmatch(line)
        if match is None:
            return text
        key, rest = _unquoted(match.group(1).strip()), match.group(2)
        if plan.kind == "pairs":
            found[key] = decode_text(rest)
        else:
            found[key] = [_unquoted(word) for word in _WORD.findall(rest)]
    return found
