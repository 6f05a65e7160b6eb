"""Functions of one value that definitions and constraints may call, with their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import expit, ndtr

Both = tuple[float, float]
"""Value and derivative."""

NOT_DEFINED = (math.nan, math.nan)


def _exp(x: float) -> Both:
    value = math.exp(x) if x < 709 else math.inf
    return value, value


def _log(x: float) -> Both:
    return (math.log(x), 1 / x) if x > 0 else NOT_DEFINED


def _log10(x: float) -> Both:
    return (math.log10(x), 1 / (x * math.log(10))) if x > 0 else NOT_DEFINED


def _sqrt(x: float) -> Both:
    root = math.sqrt(x) if x >= 0 else math.nan
    return root, 1 / (2 * root) if root else math.nan


def _atanh(x: float) -> Both:
    return (math.atanh(x), 1 / (1 - x * x)) if abs(x) < 1 else NOT_DEFINED


def _tanh(x: float) -> Both:
    value = math.tanh(x)
    return value, 1 - value * value


def _plogis(x: float) -> Both:
    value = float(expit(x))
    return value, value * (1 - value)


def _pnorm(x: float) -> Both:
    return float(ndtr(x)), math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _sin(x: float) -> Both:
    return (math.sin(x), math.cos(x)) if math.isfinite(x) else NOT_DEFINED


def _cos(x: float) -> Both:
    return (math.cos(x), -math.sin(x)) if math.isfinite(x) else NOT_DEFINED


def _tan(x: float) -> Both:
    return (math.tan(x), 1 / math.cos(x) ** 2) if math.isfinite(x) else NOT_DEFINED


_FUNCTIONS: dict[str, Callable[[float], Both]] = {
    "neg": lambda x: (-x, -1.0),
    "exp": _exp,
    "log": _log,
    "log10": _log10,
    "sqrt": _sqrt,
    "abs": lambda x: (abs(x), math.copysign(1.0, x)),
    "sin": _sin,
    "cos": _cos,
    "tan": _tan,
    "tanh": _tanh,
    "atanh": _atanh,
    "plogis": _plogis,
    "pnorm": _pnorm,
}
"""By R's names: ``plogis`` is the logistic, ``pnorm`` the normal distribution function."""


def function_of(name: str, x: float) -> tuple[float, float]:
    """Return value and derivative of a function; NaN where it is not defined.

    Parameters
    ----------
    name
        One of `collective_use.syntax.expressions.FUNCTIONS` that takes one value, or ``"neg"``.
    x
        Where.

    Examples
    --------
    >>> function_of("plogis", 0.0)
    (0.5, 0.25)
    """
    return _FUNCTIONS[name](x)


def power_of(x: float, y: float) -> float:
    """Return x to the power y; NaN where it is not defined, infinite where it is too large.

    Parameters
    ----------
    x, y
        Base and exponent, any numbers.

    Examples
    --------
    >>> power_of(-2.0, 3.0), power_of(-2.0, 0.5), power_of(0.0, -1.0), power_of(1e200, 2.0)
    (-8.0, nan, nan, inf)
    """
    if math.isnan(x) or math.isnan(y) or (x == 0 and y < 0):
        return math.nan
    if x < 0 and not (math.isfinite(y) and y == int(y)):
        return math.nan
    try:
        return float(x**y)
    except OverflowError:
        return math.inf if x > 0 or y % 2 == 0 else -math.inf
