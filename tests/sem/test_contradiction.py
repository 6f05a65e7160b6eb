"""Constraints that cannot be met together are named; those that can are met."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import collective_use as cu
from collective_use.numerics.search.feasibility import contradiction

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_models import read

MODEL = "f =~ x1 + a*x2 + b*x3 + x4\n"


@pytest.fixture(scope="module")
def data():  # type: ignore[no-untyped-def]
    return read("hs")


@pytest.mark.parametrize(
    ("constraints", "named"),
    [
        ("a > 2; a < 1", "a > 2; a < 1"),
        ("a == 1; a > 2", "a == 1; a > 2"),
        ("a == 1; a == 2", "a == 1; a == 2"),
        ("a == 1; a == 2; b > 0", "a == 1; a == 2"),
        ("a + b > 5; a < 1; b < 1; a > -3", "a+b > 5; a < 1; b < 1"),
        ("a == b; a == 2*b; b > 0.1", "a == 2*b; b > 0.1"),
        ("a*b > 2; a^2 + b^2 < 1", "a*b > 2; a^2+b^2 < 1"),
        ("d := a + b; d > 3; d < 2", "d > 3; d < 2"),
    ],
)
def test_a_contradiction_names_its_constraints(data, constraints, named) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(cu.EstimationError) as caught:
        cu.fit_sem(MODEL + constraints, data)
    assert str(caught.value) == f"the constraints contradict each other: {named}"


def test_one_impossible_constraint(data) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(cu.EstimationError, match=r"can meet the constraint a\^2 < -1$"):
        cu.fit_sem(MODEL + "a^2 < -1", data)


def test_bounds_take_part(data) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(cu.EstimationError, match=r"a < 1; a >= 1.5 \(bound\)$"):
        cu.fit_sem(MODEL.replace("a*", "a*lower(1.5)*") + "a < 1", data)
    with pytest.raises(cu.EstimationError, match=r"a == 3; a <= 2 \(bound\)$"):
        cu.fit_sem(MODEL + "a == 3", data, bounds={"a": (0, 2)})


def test_bounds_of_equal_parameters_are_taken_together(data) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(cu.InputError, match="lower bound 2 exceeds 1"):
        cu.fit_sem("f =~ x1 + a*lower(2)*x2 + a*upper(1)*x3 + x4", data)
    fit = cu.fit_sem("f =~ x1 + a*lower(1.1)*x2 + a*x3 + x4", data)
    assert fit.parameters["a"] == pytest.approx(1.1, abs=1e-9)


def test_what_can_be_met_is_met(data) -> None:  # type: ignore[no-untyped-def]
    fit = cu.fit_sem(MODEL + "a > 2; a < 3; b > a", data)
    assert fit.parameters["a"] == pytest.approx(2.0, abs=1e-9)
    assert fit.parameters["b"] >= fit.parameters["a"] - 1e-9


def test_linear_answers_are_exact() -> None:
    def thirds(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        J = np.array([[1.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
        return J @ theta - np.array([2.0, -1.0, -1.0]), J

    assert contradiction(thirds, 0, np.zeros(2), linear=True) == ()

    def more(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        c, J = thirds(theta)
        return c - np.array([1e-6, 0.0, 0.0]), J

    assert contradiction(more, 0, np.zeros(2), linear=True) == (0, 1, 2)
