"""Arithmetic over parameter labels, as `:=`, `==`, `<` and `>` need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from collective_use.checks import did_you_mean, quoted
from collective_use.syntax.tokens import Token, fail

FUNCTIONS = (
    "exp", "log", "log10", "sqrt", "abs", "sin", "cos", "tan", "tanh", "atanh", "plogis", "pnorm",
    "min", "max",
)  # fmt: skip
"""Functions that an expression may call; ``min`` and ``max`` of one value or more."""

DATA = "data("
"""How the name of a value begins that is each case's own: ``data(v)``."""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter label or a defined parameter, with its place."""

    name: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """``+ - * / ^`` of two expressions, ``neg`` or a function of one, ``min`` or ``max``."""

    operator: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Operation


class ExpressionReader:
    """A recursive-descent reader with R's precedence (`^` binds tighter than minus).

    With `columns`, ``data(v)`` is a `Name` as well: the value of a column of the data.
    """

    def __init__(
        self, tokens: Sequence[Token], source: str, end: Token, *, columns: bool = False
    ) -> None:
        self.tokens, self.source, self.end, self.position = tokens, source, end, 0
        self.columns = columns

    def peek(self) -> Token:
        """Return the next token without taking it."""
        return self.tokens[self.position] if self.position < len(self.tokens) else self.end

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self.peek()
        self.position += 1
        return token

    def fail_at(self, token: Token, message: str) -> NoReturn:
        """Raise at a token."""
        fail(self.source, token.line, token.column, message)

    def read(self) -> Expression:
        """Read the whole of the tokens as one expression."""
        result = self.sum()
        if self.position < len(self.tokens):
            self.fail_at(self.peek(), f"{self.peek().text!r} is not expected here")
        return result

    def sum(self) -> Expression:
        """Read terms joined by + and -."""
        result = self.product()
        while self.peek().text in ("+", "-") and self.position < len(self.tokens):
            operator = self.take().text
            result = Operation(operator, (result, self.product()))
        return result

    def product(self) -> Expression:
        """Read factors joined by * and /."""
        result = self.signed()
        while self.peek().text in ("*", "/") and self.position < len(self.tokens):
            operator = self.take().text
            result = Operation(operator, (result, self.signed()))
        return result

    def signed(self) -> Expression:
        """Read a power with a sign before it."""
        if self.peek().text == "-":
            self.take()
            return Operation("neg", (self.signed(),))
        if self.peek().text == "+":
            self.take()
            return self.signed()
        return self.power()

    def power(self) -> Expression:
        """Read a base and its exponent."""
        base = self.atom()
        if self.peek().text == "^":
            self.take()
            return Operation("^", (base, self.signed()))
        return base

    def atom(self) -> Expression:
        """Read a number, a label, a call or something in parentheses."""
        token = self.take()
        if token.kind == "number":
            return Number(float(token.text))
        if token.kind == "name" and self.peek().text == "(":
            return self.call(token)
        if token.kind == "name":
            return Name(token.text, token.line, token.column)
        if token.text == "(":
            inner = self.sum()
            self.close()
            return inner
        found = "the end of the line" if token.kind == "end" else repr(token.text)
        return self.fail_at(token, f"a number or a label has to come here, found {found}")

    def call(self, token: Token) -> Expression:
        """Read the argument of a function."""
        if self.columns and token.text == "data":
            return self.column()
        if token.text not in FUNCTIONS:
            hint = did_you_mean(token.text, FUNCTIONS)
            self.fail_at(token, f"functions are {quoted(FUNCTIONS)}, found {token.text!r}{hint}")
        self.take()
        arguments = [self.sum()]
        while self.peek().text == ",":
            comma = self.take()
            if token.text not in ("min", "max"):
                self.fail_at(comma, f"{token.text}() takes one value")
            arguments.append(self.sum())
        self.close()
        return Operation(token.text, tuple(arguments))

    def column(self) -> Name:
        """Read the column of ``data(v)``."""
        self.take()
        token = self.take()
        if token.kind != "name":
            self.fail_at(token, "data() holds the name of one column, as in data(v)")
        self.close()
        return Name(f"{DATA}{token.text})", token.line, token.column)

    def close(self) -> None:
        """Take a closing parenthesis."""
        token = self.take()
        if token.text != ")":
            self.fail_at(token, "a closing parenthesis is missing")


def labels_of(expression: Expression) -> tuple[str, ...]:
    """Return the labels of an expression in order of first appearance.

    Examples
    --------
    >>> labels_of(Operation("*", (Name("a"), Name("b"))))
    ('a', 'b')
    """
    if isinstance(expression, Name):
        return (expression.name,)
    if isinstance(expression, Number):
        return ()
    found = [label for part in expression.arguments for label in labels_of(part)]
    return tuple(dict.fromkeys(found))


def names_of(expression: Expression) -> tuple[Name, ...]:
    """Return every `Name` of an expression, with places."""
    if isinstance(expression, Name):
        return (expression,)
    if isinstance(expression, Number):
        return ()
    return tuple(name for part in expression.arguments for name in names_of(part))
