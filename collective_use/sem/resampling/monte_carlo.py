"""Monte Carlo intervals of defined parameters: draws of the estimates, not of the cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from collective_use.checks import number_between, whole_number
from collective_use.numerics.types import Floats
from collective_use.sem.table.constraints import Constraints
from collective_use.syntax.expressions import Expression, Name, Number

_FUNCTIONS = {
    "neg": np.negative, "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.abs,
    "sin": np.sin, "cos": np.cos, "tan": np.tan,
}  # fmt: skip
_OPERATORS = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """Intervals of defined parameters.

    Attributes
    ----------
    names
        Defined parameters, in the order of the model.
    lower, upper
        Percentiles of the draws, shape ``(k,)``.
    se
        Standard deviation of the draws, shape ``(k,)``.
    repetitions
        Number of draws.
    confidence
        Coverage asked for.
    seed
        What the draws were begun with.
    """

    names: tuple[str, ...]
    lower: Floats
    upper: Floats
    se: Floats
    repetitions: int
    confidence: float
    seed: int | None


def evaluate_draws(expression: Expression, values: Mapping[str, Floats]) -> Floats:
    """Return an expression for many draws of its labels at once.

    Examples
    --------
    >>> from collective_use.sem.table.constraints import read_expression
    >>> evaluate_draws(read_expression("a*b"), {"a": np.array([1., 2.]), "b": np.array([3., 4.])})
    array([3., 8.])
    """
    if isinstance(expression, Number):
        return np.asarray(expression.value, dtype=np.float64)
    if isinstance(expression, Name):
        return values[expression.name]
    parts = [evaluate_draws(part, values) for part in expression.arguments]
    with np.errstate(all="ignore"):
        if len(parts) == 1:
            return np.asarray(_FUNCTIONS[expression.operator](parts[0]), dtype=np.float64)
        return np.asarray(_OPERATORS[expression.operator](*parts), dtype=np.float64)


def monte_carlo_intervals(
    constraints: Constraints,
    theta: Floats,
    vcov: Floats,
    *,
    repetitions: int = 20_000,
    confidence: float = 0.95,
    seed: int | None = 1,
) -> MonteCarlo:
    """Draw estimates from their normal distribution and take percentiles of what they define.

    The product of two normal estimates is skewed, so its percentiles are truer than the
    symmetric delta-method limits.

    Parameters
    ----------
    constraints
        Definitions of the model.
    theta
        Estimates, shape ``(q,)``.
    vcov
        Their covariance matrix, shape ``(q, q)``.
    repetitions
        Number of draws.
    confidence
        Coverage of the intervals.
    seed
        Begins the draws.

    Raises
    ------
    InputError
        When `repetitions` or `confidence` is out of range.

    References
    ----------
    MacKinnon, Lockwood & Williams (2004), Multivariate Behavioral Research 39:99; Preacher &
    Selig (2012), Communication Methods and Measures 6:77.
    """
    whole_number("repetitions", repetitions, at_least=100)
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    used = sorted({place for place in constraints.labels.values() if place >= 0})
    generator = np.random.default_rng(seed)
    cov = vcov[np.ix_(used, used)]
    # The symmetric root also serves a singular covariance matrix (equality constraints).
    values, vectors = np.linalg.eigh((cov + cov.T) / 2)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    sample = theta[used] + generator.standard_normal((repetitions, len(used))) @ root.T
    column = {place: i for i, place in enumerate(used)}
    known: dict[str, Floats] = {
        label: sample[:, column[place]]
        if place >= 0
        else np.full(repetitions, constraints.fixed[label])
        for label, place in constraints.labels.items()
    }
    for name, expression in constraints.definitions:
        known[name] = np.broadcast_to(evaluate_draws(expression, known), (repetitions,))
    names = tuple(name for name, _ in constraints.definitions)
    table = np.array([known[name] for name in names]).reshape(len(names), repetitions)
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(table, [tail, 1 - tail], axis=1) if names else (np.empty(0),) * 2
    return MonteCarlo(names, lower, upper, table.std(axis=1, ddof=1), repetitions, confidence, seed)
