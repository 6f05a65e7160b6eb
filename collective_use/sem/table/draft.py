"""A row of the parameter table before it is numbered."""

from __future__ import annotations

import math

from collective_use.syntax.model_text import Statement
from collective_use.syntax.modifiers import Modifiers

KINDS = {
    "=~": "loading",
    "<~": "weight",
    "~": "slope",
    "~~": "covariance",
    "~1": "mean",
    "|": "threshold",
    "~*~": "scale",
}
"""What each sign says of two variables; ``~~`` of one with itself is its variance."""


class Draft:
    """A parameter whose rules are still being applied.

    Attributes
    ----------
    lhs, op, rhs
        As in `Parameter`.
    kind
        What kind of parameter it is: ``"variance"``, ``"loading"``, ...
    free, value, exogenous
        Whether it is estimated, its fixed value, and whether it is a moment of fixed covariates.
    user, modifiers, place
        Written in the text; what the text says of it; where.
    """

    __slots__ = (
        "exogenous", "free", "kind", "lhs", "modifiers", "op", "place", "rhs", "user", "value",
    )  # fmt: skip

    def __init__(self, lhs: str, op: str, rhs: str, source: Statement | None = None) -> None:
        self.lhs, self.op, self.rhs = lhs, op, rhs
        self.free, self.value, self.exogenous = True, math.nan, False
        self.user = source is not None
        self.modifiers = source.modifiers if source else Modifiers()
        self.place = source
        self.kind = "variance" if self.is_variance else KINDS.get(op, "")

    @property
    def is_variance(self) -> bool:
        """Whether it is a (residual) variance."""
        return self.op == "~~" and self.lhs == self.rhs

    def fix(self, value: float) -> None:
        """Hold it at a value."""
        self.free, self.value = False, value

    def release(self) -> None:
        """Estimate it."""
        self.free, self.value = True, math.nan
