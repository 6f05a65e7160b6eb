"""Expressions of labels with exact derivatives: definitions and constraints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.checks import did_you_mean
from collective_use.errors import InputError
from collective_use.numerics.moments import Floats
from collective_use.sem.table.functions import function_of, power_of
from collective_use.sem.table.partable import Parameter, ParameterTable
from collective_use.syntax.expressions import Expression, ExpressionReader, Name, Number, labels_of
from collective_use.syntax.tokens import Token, tokenize

Dual = tuple[float, Floats]
"""A value and its gradient by the free parameters."""


def read_expression(text: str) -> Expression:
    """Read one side of a constraint or definition from a parameter table."""
    tokens = [token for token in tokenize(text) if token.kind != "end"]
    return ExpressionReader(tokens, text, Token("end", "", 1, len(text) + 1)).read()


def evaluate(expression: Expression, values: Mapping[str, Dual], q: int) -> Dual:
    """Return value and gradient of an expression.

    Parameters
    ----------
    expression
        What to evaluate.
    values
        Value and gradient by label.
    q
        Number of free parameters.

    Raises
    ------
    InputError
        When a label is not known.

    Examples
    --------
    >>> a = (2.0, np.array([1.0]))
    >>> value, gradient = evaluate(read_expression("a^2"), {"a": a}, 1)
    >>> value, gradient.tolist()
    (4.0, [4.0])
    """
    if isinstance(expression, Number):
        return expression.value, np.zeros(q)
    if isinstance(expression, Name):
        if expression.name not in values:
            hint = did_you_mean(expression.name, list(values))
            raise InputError(f"{expression.name!r} is no label of the model{hint}")
        return values[expression.name]
    parts = [evaluate(part, values, q) for part in expression.arguments]
    if expression.operator in ("min", "max"):
        sign = 1.0 if expression.operator == "min" else -1.0
        return min(parts, key=lambda part: sign * part[0])
    if len(parts) == 1:
        value, slope = function_of(expression.operator, parts[0][0])
        if not math.isfinite(slope):
            return value, np.full(q, math.nan)
        return value, slope * parts[0][1]
    return _double(expression.operator, *parts[0], *parts[1])


def _double(operator: str, x: float, dx: Floats, y: float, dy: Floats) -> Dual:
    if operator == "+":
        return x + y, dx + dy
    if operator == "-":
        return x - y, dx - dy
    if operator == "*":
        return x * y, x * dy + y * dx
    if operator == "/":
        if y == 0:
            return math.nan, np.full_like(dx, math.nan)
        return x / y, (dx - (x / y) * dy) / y
    power = power_of(x, y)
    by_base = y * power_of(x, y - 1) if y else 0.0
    if math.isinf(power) or math.isinf(by_base):
        return power, np.full_like(dx, math.nan)
    slope = by_base * dx
    if dy.any():
        slope = slope + power * math.log(x) * dy if x > 0 else np.full_like(dx, math.nan)
    return power, slope


@dataclass(frozen=True)
class Constraints:
    """All expressions of a table, ready to evaluate.

    Attributes
    ----------
    q
        Number of free parameters.
    labels
        Place (from 0) by label; -1 for the label of a fixed parameter.
    fixed
        Values of fixed labels.
    definitions
        Name and expression, in order.
    equal, above
        Differences that must be zero, and that must not be negative, with their table row.
    """

    q: int
    labels: Mapping[str, int]
    fixed: Mapping[str, float]
    definitions: tuple[tuple[str, Expression], ...]
    equal: tuple[tuple[Parameter, Expression, Expression], ...]
    above: tuple[tuple[Parameter, Expression, Expression], ...]

    def values(self, theta: Floats) -> dict[str, Dual]:
        """Return value and gradient of every label and definition."""
        out: dict[str, Dual] = {}
        for label, place in self.labels.items():
            gradient = np.zeros(self.q)
            if place >= 0:
                gradient[place] = 1.0
            out[label] = (float(theta[place]) if place >= 0 else self.fixed[label], gradient)
        for name, expression in self.definitions:
            out[name] = evaluate(expression, out, self.q)
        return out

    def _differences(
        self, pairs: Sequence[tuple[Parameter, Expression, Expression]], theta: Floats
    ) -> tuple[Floats, Floats]:
        values = self.values(theta)
        c, J = np.zeros(len(pairs)), np.zeros((len(pairs), self.q))
        for i, (_, left, right) in enumerate(pairs):
            x, dx = evaluate(left, values, self.q)
            y, dy = evaluate(right, values, self.q)
            c[i], J[i] = x - y, dx - dy
        return c, J

    def equalities(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return c and its Jacobian; c is zero where the constraints hold."""
        return self._differences(self.equal, theta)

    def inequalities(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return c and its Jacobian; c is at least zero where the constraints hold."""
        return self._differences(self.above, theta)

    def undefined(self, theta: Floats) -> list[str]:
        """Return the constraints that have no finite value somewhere, as they are written."""
        rows = [row for row, _, _ in (*self.equal, *self.above)]
        values = np.concatenate([self.equalities(theta)[0], self.inequalities(theta)[0]])
        finite = np.isfinite(values)
        return [
            f"{r.lhs} {r.op} {r.rhs}" for r, there in zip(rows, finite, strict=True) if not there
        ]


def read_constraints(table: ParameterTable) -> Constraints:
    """Prepare the expressions of a table.

    ``==`` between two labels needs no constraint: the table gives both one number.

    Raises
    ------
    InputError
        When an expression uses a label that is not in the model, or defines one twice.
    """
    labels = {label: number - 1 for label, number in table.labels.items()}
    fixed = {row.label: row.start for row in table.rows if row.label and not row.free and row.level}
    known = set(labels)
    definitions = []
    for row in table.definitions:
        if row.lhs in known:
            raise InputError(f"{row.lhs!r} is defined by ':=' but is a label already")
        expression = read_expression(row.rhs)
        _check_labels(expression, known, f"{row.lhs} := {row.rhs}")
        definitions.append((row.lhs, expression))
        known.add(row.lhs)
    equal, above = [], []
    for row in table.constraints:
        left, right = read_expression(row.lhs), read_expression(row.rhs)
        for side in (left, right):
            _check_labels(side, known, f"{row.lhs} {row.op} {row.rhs}")
        if row.op == "==":
            both = isinstance(left, Name) and isinstance(right, Name)
            same = both and labels.get(left.name, -2) == labels.get(right.name, -3)  # type: ignore[union-attr]
            if not same:
                equal.append((row, left, right))
        else:
            above.append((row, left, right) if row.op == ">" else (row, right, left))
    return Constraints(table.n_free, labels, fixed, tuple(definitions), tuple(equal), tuple(above))


def _check_labels(expression: Expression, known: set[str], where: str) -> None:
    for label in labels_of(expression):
        if label not in known:
            hint = did_you_mean(label, known)
            raise InputError(f"{label!r} in {where!r} is no label of the model{hint}")
