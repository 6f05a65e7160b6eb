"""The search under constraints that bend keeps to its time limit, and says so."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import CollectiveUseWarning
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.constrained import minimise_constrained
from collective_use.sem.engines import core


class Slow:
    """A sum of squares that takes its time; counts how often it is asked."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.asked = seconds, 0

    def value(self, theta: Floats) -> float:
        """Return the objective."""
        self.asked += 1
        time.sleep(self.seconds)
        return float(np.sum((theta - 3) ** 2)) / 2

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient."""
        return theta - 3

    def fisher(self, theta: Floats) -> Floats:
        """Return the curvature."""
        return np.eye(theta.size)

    hessian = fisher


def circle(theta: Floats) -> tuple[Floats, Floats]:
    """Hold theta on the unit circle."""
    return np.array([theta @ theta - 1.0]), 2 * theta[None, :]


def never(theta: Floats) -> tuple[Floats, Floats]:
    """Ask for what no theta can give."""
    return np.array([theta @ theta + 1.0]), 2 * theta[None, :]


def nothing(theta: Floats) -> tuple[Floats, Floats]:
    """Ask for nothing."""
    return np.zeros(0), np.zeros((0, theta.size))


def test_without_a_limit_the_nearest_point_is_found() -> None:
    found, _ = minimise_constrained(Slow(0.0), np.array([1.0, 0.2]), circle, nothing)
    assert found.converged
    np.testing.assert_allclose(found.theta, [math.sqrt(0.5)] * 2, atol=1e-8)


@pytest.mark.parametrize("rule", [circle, never])
@pytest.mark.parametrize("as_inequality", [False, True])
def test_the_search_ends_soon_after_its_deadline(rule: Any, as_inequality: bool) -> None:
    slow = Slow(0.01)

    def below(theta: Floats) -> tuple[Floats, Floats]:
        c, J = rule(theta)
        return -c, -J

    pair = (nothing, below) if as_inequality else (rule, nothing)
    begun = time.monotonic()
    found, _ = minimise_constrained(slow, np.array([1.0, 0.2]), *pair, deadline=begun + 0.02)
    assert not found.converged
    assert slow.asked < 120  # one line search is not cut


def test_a_fit_says_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    f = rng.normal(size=200)
    data = pd.DataFrame(f[:, None] + rng.normal(size=(200, 4)), columns=list("abcd"))
    monkeypatch.setattr(core, "SECONDS", -1.0)
    with pytest.warns(CollectiveUseWarning, match="1 start, 0 s"):
        fit = cu.fit_cfa("f =~ a + p*b + q*c + d\np == q^2 + 0.3", data)
    assert not fit.converged
