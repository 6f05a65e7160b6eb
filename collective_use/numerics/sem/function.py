"""What estimation and inference ask of a function that is minimised."""

from __future__ import annotations

from typing import Protocol, Self

from collective_use.numerics.moments import Floats
from collective_use.numerics.sem.model import Model, State


class Objective(Protocol):
    """A function to minimise, evaluated at one place at a time, and what inference asks of it.

    Attributes
    ----------
    W
        By group the weight of the statistics, diagonal (k,) or full (k, k); empty where the
        model's or the sample's moments weigh them.
    fisher_is_exact
        Whether `fisher` is what is expected of the cases at hand.
    """

    W: tuple[Floats, ...]

    @property
    def fisher_is_exact(self) -> bool:
        """Whether `fisher` is what is expected of the cases at hand."""

    def states(self, theta: Floats) -> tuple[State, ...]:
        """Return the implied moments of every block."""

    def value(self, theta: Floats) -> float:
        """Return f; infinite where the moments are impossible."""

    def gradient(self, theta: Floats) -> Floats:
        """Return df/dtheta, (q,)."""

    def fisher(self, theta: Floats) -> Floats:
        """Return the expected second derivative, positive semi-definite, (q, q)."""

    def hessian(self, theta: Floats) -> Floats:
        """Return the exact second derivative, (q, q)."""

    def curvature(self, theta: Floats) -> Floats:
        """Return the second derivative through first derivatives of the moments only, (q, q)."""

    def statistic_jacobians(self, theta: Floats) -> list[Floats]:
        """Return by group the derivatives of the implied statistics, (k, q)."""

    def with_model(self, model: Model) -> Self:
        """Return the same function of another model of the same data."""
