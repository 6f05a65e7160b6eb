"""Model text to tokens, each with its line and column."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NoReturn

from collective_use.errors import SyntaxProblem

RELATIONS = ("=~", "<~", "~*~", "~~", "~", ":=", ":~", "==", "<", ">", "|")
"""Operators that make a line a statement."""

_HINTS = {"=": ": a factor is written =~, a regression ~, an equality =="}

_PATTERN = re.compile(
    r"""
    (?P<space>[ \t\r\f\u00a0]+)
  | (?P<comment>[#!][^\n]*)
  | (?P<end>[\n;])
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
  | (?P<name>(?:level|group)(?=\s*:[^=])|[^\W\d][\w.]*(?::(?=[^\W\d])[\w.]+)*|\.[^\W\d][\w.]*)
  | (?P<quoted>`[^`\n]+`)
  | (?P<digit>\d[\w.]*)
  | (?P<text>"[^"\n]*"|'[^'\n]*')
  | (?P<operator>=~|<~|~\*~|~~|:=|:~|==|[-~<>|+*/^(),?:])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a model text.

    Attributes
    ----------
    kind
        ``"name"``, ``"number"``, ``"text"``, ``"operator"`` or ``"end"``.
    text
        As written; a quoted text without its quotes, a name in back-ticks without these.
    line, column
        Where it starts, both counted from 1.
    """

    kind: str
    text: str
    line: int
    column: int


def fail(source: str, line: int, column: int, message: str) -> NoReturn:
    """Raise a `SyntaxProblem` that shows the line and points at the column."""
    lines = source.split("\n")
    shown = lines[line - 1].expandtabs(1) if 0 < line <= len(lines) else ""
    pointer = " " * (column - 1) + "^"
    raise SyntaxProblem(f"line {line}, column {column}: {message}\n  {shown}\n  {pointer}")


def tokenize(source: str) -> list[Token]:
    """Split a model text into tokens.

    Parameters
    ----------
    source
        Model text in lavaan's syntax (Rosseel 2012, Journal of Statistical Software 48:2).

    Raises
    ------
    SyntaxProblem
        At a character that no model text can hold.

    Examples
    --------
    >>> [token.text for token in tokenize("f =~ x1 + 2*x2 # loadings")]
    ['f', '=~', 'x1', '+', '2', '*', 'x2', '\\n']
    """
    tokens: list[Token] = []
    line, start, position = 1, 0, 0
    while position < len(source):
        match = _PATTERN.match(source, position)
        if match is None:
            found = source[position]
            hint = _HINTS.get(found, "")
            message = f"{found!r} has no meaning in a model text{hint}"
            fail(source, line, position - start + 1, message)
        kind = str(match.lastgroup)
        text = match.group()
        if kind == "digit":
            hint = f"{text!r} begins with a digit: as a name, write `{text}`"
            fail(source, line, position - start + 1, hint)
        if kind == "number" and math.isinf(float(text)):
            fail(source, line, position - start + 1, f"{text} is too large a number")
        if kind not in ("space", "comment"):
            word = text[1:-1] if kind in ("text", "quoted") else text
            kind = "name" if kind == "quoted" else kind
            tokens.append(Token(kind, word, line, position - start + 1))
        position = match.end()
        if text == "\n":
            line, start = line + 1, position
    tokens.append(Token("end", "\n", line, position - start + 1))
    return tokens
