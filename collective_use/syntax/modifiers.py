"""What may stand before a variable: numbers, labels, starts, bounds, one or one per group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from collective_use.checks import did_you_mean, quoted
from collective_use.syntax.tokens import Token, fail

NO_SLOPES = (
    "random slopes, rv(), are not supported: take the product of the group's variable with the "
    "members' one (`x:w`) as a fixed effect, or let the effect differ over groups of clusters "
    "(group=)"
)
NO_MODERATED = (
    "moderated parameters, `:~`, differ from case to case: fit them by fit_moderated; elsewhere "
    "they are not supported"
)
"""What lavaan 0.7 writes and is not offered."""

_CALLS = ("start", "equal", "label", "fixed", "lower", "upper", "c", "efa")


@dataclass(frozen=True, slots=True)
class Modifiers:
    """Multipliers of one term; each tuple holds one value, or one per group.

    Attributes
    ----------
    fixed
        Fixed values; NaN frees the parameter (``NA*``).
    label
        Labels; an empty text gives none.
    start, lower, upper
        Starting values and bounds.
    equal
        Parameters it is to equal, as ``"f=~x2"`` or a label.
    efa
        Name of the exploratory block that the factor left of ``=~`` belongs to.
    """

    fixed: tuple[float, ...] = ()
    label: tuple[str, ...] = ()
    start: tuple[float, ...] = ()
    lower: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()
    equal: tuple[str, ...] = ()
    efa: tuple[str, ...] = ()

    def joined(self, other: Modifiers) -> Modifiers:
        """Return both together; what `other` says wins."""
        names = ("fixed", "label", "start", "lower", "upper", "equal", "efa")
        return Modifiers(**{name: getattr(other, name) or getattr(self, name) for name in names})


class Term(NamedTuple):
    """The variable of a term, its modifiers and its token."""

    name: str
    modifiers: Modifiers
    token: Token


def read_term(tokens: Sequence[Token], source: str) -> Term:
    """Read ``a*start(.5)*x1``: the last token is the variable.

    Raises
    ------
    SyntaxProblem
        At the token that does not fit.
    """
    last = tokens[-1]
    if last.kind not in ("name", "number", "text") or not last.text:
        fail(
            source, last.line, last.column, f"a variable name has to stand here, not {last.text!r}"
        )
    if len(tokens) > 1:
        before = tokens[-2]
        if before.text not in ("*", "?") or before.kind != "operator":
            place = last if before.kind != "operator" else before
            hint = _one_name(tokens, source)
            fail(
                source, place.line, place.column,
                f"'+' or '*' is missing before {last.text!r}{hint}",
            )  # fmt: skip
    result = Modifiers()
    for part, sign in _factors(tokens[:-1], source):
        result = result.joined(_read_factor(part, sign, source))
    return Term(last.text, result, last)


def _one_name(tokens: Sequence[Token], source: str) -> str:
    """Tell how to write a name with a blank or a hyphen, where that may be what was meant."""
    first, last = tokens[0], tokens[-1]
    plain = all(token.kind in ("name", "number") or token.text == "-" for token in tokens)
    if not plain or first.line != last.line:
        return ""
    written = source.split("\n")[first.line - 1][first.column - 1 : last.column - 1] + last.text
    return f" (if it is one name, write `{written}`)"


def _factors(tokens: Sequence[Token], source: str) -> list[tuple[list[Token], str]]:
    parts: list[tuple[list[Token], str]] = []
    current: list[Token] = []
    depth = 0
    for token in tokens:
        operator = token.kind == "operator"
        depth += {"(": 1, ")": -1}.get(token.text, 0) if operator else 0
        if operator and token.text in ("*", "?") and depth == 0:
            if not current:
                fail(source, token.line, token.column, f"nothing stands before {token.text!r}")
            parts.append((current, token.text))
            current = []
        else:
            current.append(token)
    return parts


class _Reader:
    def __init__(self, tokens: Sequence[Token], source: str) -> None:
        self.tokens, self.source, self.position = list(tokens), source, 0

    def fail(self, message: str) -> None:
        token = self.tokens[min(self.position, len(self.tokens) - 1)]
        fail(self.source, token.line, token.column, message)

    def values(self) -> list[float | str]:
        """Read one value or ``c(value, ...)`` to the end."""
        found = self._list() if self._is_call("c") else [self._value()]
        if self.position < len(self.tokens):
            self.fail(f"{self.tokens[self.position].text!r} is not expected in a multiplier")
        return found

    def _is_call(self, name: str) -> bool:
        at = self.position
        return [t.text for t in self.tokens[at : at + 2]] == [name, "("]

    def _list(self) -> list[float | str]:
        self.position += 2
        found = [self._value()]
        while self.position < len(self.tokens) and self.tokens[self.position].text == ",":
            self.position += 1
            found.append(self._value())
        if self.position >= len(self.tokens) or self.tokens[self.position].text != ")":
            self.fail("a comma or a closing parenthesis is missing")
        self.position += 1
        return found

    def _value(self) -> float | str:
        sign = 1.0
        while self.position < len(self.tokens) and self.tokens[self.position].text in ("-", "+"):
            sign = -sign if self.tokens[self.position].text == "-" else sign
            self.position += 1
        if self.position >= len(self.tokens):
            self.fail("a number or a label is missing here")
        token = self.tokens[self.position]
        if token.kind == "number":
            self.position += 1
            return sign * float(token.text)
        if token.kind not in ("name", "text"):
            self.fail(f"a number or a label has to stand here, not {token.text!r}")
        self.position += 1
        if token.text in ("Inf", "inf"):
            return sign * math.inf
        return math.nan if token.text == "NA" else token.text


def _read_factor(tokens: list[Token], sign: str, source: str) -> Modifiers:
    first = tokens[0]
    name = first.text if len(tokens) > 1 and tokens[1].text == "(" else ""
    if first.text == "(" and tokens[-1].text == ")":
        if len(tokens) == 2:
            fail(source, first.line, first.column, "nothing stands in the parentheses")
        return _read_factor(tokens[1:-1], sign, source)
    if name == "rv":
        fail(source, first.line, first.column, NO_SLOPES)
    if name and name not in _CALLS:
        hint = did_you_mean(name, _CALLS)
        fail(
            source,
            first.line,
            first.column,
            f"multipliers are {quoted(_CALLS)}, found {name!r}{hint}",
        )
    if name and name != "c":
        if tokens[-1].text != ")":
            fail(source, first.line, first.column, f"the parenthesis of {name!r} is not closed")
        return _named(name, _Reader(tokens[2:-1] or tokens[-1:], source), first, source)
    values = _Reader(tokens, source).values()
    if sign == "?":
        return _named("start", _Reader(tokens, source), first, source)
    if any(isinstance(value, str) for value in values):
        number = next((v for v in values if isinstance(v, float) and not math.isnan(v)), None)
        if number is not None:
            word = next(value for value in values if isinstance(value, str))
            message = (
                f"c() holds numbers or labels, not both ({number:g} and {word!r}): name the "
                'variable twice, as in c(1, NA)*x + c("", v)*x'
            )
            fail(source, first.line, first.column, message)
        labels = tuple("" if not isinstance(v, str) else v for v in values)
        return Modifiers(label=labels)
    return Modifiers(fixed=tuple(float(value) for value in values))


def _named(name: str, reader: _Reader, first: Token, source: str) -> Modifiers:
    values = reader.values()
    words = [isinstance(value, str) for value in values]
    if name in ("label", "equal", "efa"):
        if not all(words) or (name == "efa" and len(words) != 1):
            fail(source, first.line, first.column, f"{name}() takes quoted text")
        texts: dict[str, tuple[str, ...]] = {name: tuple(str(value) for value in values)}
        return Modifiers(
            label=texts.get("label", ()), equal=texts.get("equal", ()), efa=texts.get("efa", ())
        )
    if any(words):
        fail(source, first.line, first.column, f"{name}() takes numbers")
    numbers: dict[str, tuple[float, ...]] = {name: tuple(float(value) for value in values)}
    return Modifiers(
        fixed=numbers.get("fixed", ()),
        start=numbers.get("start", ()),
        lower=numbers.get("lower", ()),
        upper=numbers.get("upper", ()),
    )
