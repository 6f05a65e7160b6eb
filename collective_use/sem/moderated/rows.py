"""Expressions of labels and columns, evaluated for all cases at once, with exact derivatives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from collective_use.checks import did_you_mean
from collective_use.errors import InputError
from collective_use.numerics.moments import Floats
from collective_use.sem.table.functions import function_of
from collective_use.syntax.expressions import Expression, Name, Number

Rows = tuple[Floats, Floats]
"""Values (n,) and their gradients by the free parameters (n, q)."""


def evaluate_rows(expression: Expression, known: Mapping[str, Rows], n: int, q: int) -> Rows:
    """Return values and gradients of an expression for n cases.

    Parameters
    ----------
    expression
        What to evaluate.
    known
        Values and gradients by label; those of a column stand under ``"data(name)"``.
    n, q
        Number of cases and of free parameters.

    Raises
    ------
    InputError
        When a label is not known.

    Examples
    --------
    >>> from collective_use.syntax.expressions import Operation
    >>> v = (np.array([1.0, 2.0]), np.zeros((2, 1)))
    >>> a = (np.array([3.0, 3.0]), np.ones((2, 1)))
    >>> value, slope = evaluate_rows(Operation("*", (Name("a"), Name("data(v)"))),
    ...     {"a": a, "data(v)": v}, 2, 1)
    >>> value.tolist(), slope[:, 0].tolist()
    ([3.0, 6.0], [1.0, 2.0])
    """
    if isinstance(expression, Number):
        return np.full(n, expression.value), np.zeros((n, q))
    if isinstance(expression, Name):
        if expression.name not in known:
            hint = did_you_mean(expression.name, list(known))
            raise InputError(f"{expression.name!r} is no label of the model{hint}")
        return known[expression.name]
    parts = [evaluate_rows(part, known, n, q) for part in expression.arguments]
    if expression.operator in ("min", "max"):
        values = np.array([part[0] for part in parts])
        chosen = values.argmin(0) if expression.operator == "min" else values.argmax(0)
        slopes = np.array([part[1] for part in parts])
        return values[chosen, np.arange(n)], slopes[chosen, np.arange(n)]
    if len(parts) == 1:
        value, slope = parts[0]
        pairs = np.array([function_of(expression.operator, x) for x in value.tolist()])
        return pairs[:, 0], pairs[:, 1, None] * slope
    with np.errstate(all="ignore"):
        return _joined(expression.operator, *parts[0], *parts[1])


def _joined(operator: str, x: Floats, dx: Floats, y: Floats, dy: Floats) -> Rows:
    if operator == "+":
        return x + y, dx + dy
    if operator == "-":
        return x - y, dx - dy
    if operator == "*":
        return x * y, x[:, None] * dy + y[:, None] * dx
    if operator == "/":
        return x / y, (dx - (x / y)[:, None] * dy) / y[:, None]
    value = x**y
    slope = np.where(y == 0, 0.0, y * x ** np.where(y == 0, 1.0, y - 1))[:, None] * dx
    if dy.any():
        slope = slope + (value * np.log(x))[:, None] * dy
    return value, slope
