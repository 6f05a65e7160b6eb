"""The search under constraints that bend keeps to its time limit, and says so."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import CollectiveUseWarning, InputError
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.constrained import minimise_constrained


class Slow:
    """A sum of squares that takes its time; counts how often it is asked."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.asked = seconds, 0

    def value(self, theta: Floats) -> float:
        """Return the objective."""
        self.asked += 1
        end = time.thread_time() + self.seconds
        while time.thread_time() < end:
            pass
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
    begun = time.thread_time()
    found, _ = minimise_constrained(slow, np.array([1.0, 0.2]), *pair, deadline=begun + 0.02)
    assert not found.converged
    assert slow.asked < 120  # one line search is not cut


CURVED = "f =~ a + p*b + q*c + d\np == q^2 + 0.3"


@pytest.fixture(scope="module")
def four() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    f = rng.normal(size=200)
    return pd.DataFrame(f[:, None] + rng.normal(size=(200, 4)), columns=list("abcd"))


def test_a_fit_says_what_was_tried(four: pd.DataFrame) -> None:
    with pytest.warns(CollectiveUseWarning, match=r"tried: 1 start, 0 s.*time limit of 0 s"):
        fit = cu.fit_cfa(CURVED, four, seconds=0)
    assert not fit.converged


@pytest.mark.parametrize("wrong", [-1, math.inf, "long"])
def test_a_limit_is_a_number_of_seconds(four: pd.DataFrame, wrong: Any) -> None:
    with pytest.raises(InputError, match="seconds"):
        cu.fit_cfa(CURVED, four, seconds=wrong)


def test_the_limit_holds_for_one_fit_only(four: pd.DataFrame) -> None:
    with pytest.warns(CollectiveUseWarning):
        cu.fit_cfa(CURVED, four, seconds=0)
    assert cu.fit_cfa(CURVED, four).converged


def test_time_that_others_take_does_not_count() -> None:
    class Waiting(Slow):
        def value(self, theta: Floats) -> float:
            time.sleep(0.01)
            return super().value(theta)

    found, _ = minimise_constrained(
        Waiting(0.0), np.array([1.0, 0.2]), circle, nothing, deadline=time.thread_time() + 0.1
    )
    assert found.converged


def test_a_search_shows_how_it_goes_and_leaves_nothing_behind(
    four: pd.DataFrame, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    silent = cu.fit_cfa(CURVED, four)
    assert capsys.readouterr() == ("", "")
    shown = cu.fit_cfa(CURVED, four, progress=True)
    out, err = capsys.readouterr()
    assert not out
    assert "Estimating: start 1 of 5, at most 120 s" in err
    np.testing.assert_array_equal(shown.solution.theta, silent.solution.theta)
