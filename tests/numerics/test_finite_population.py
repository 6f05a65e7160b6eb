"""Reliability of group means in finite groups, against the correlation it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collective_use.numerics.groups import finite_population as fp


@pytest.mark.parametrize(("n", "members"), [(4, 4), (4, 6), (4, 12)])
def test_reliability_is_the_squared_correlation_with_the_true_value(n: int, members: int) -> None:
    rng = np.random.default_rng(members)
    groups, t, s = 60_000, 0.15, 0.85
    level = rng.normal(scale=t**0.5, size=groups)
    people = level[:, None] + rng.normal(scale=s**0.5, size=(groups, members))
    seen = people[:, :n].mean(1)
    formative = fp.formative_reliability(t, s, np.array([n]), np.array([members]))[0]
    reflective = fp.reflective_reliability(t, s, np.array([n]))[0]
    assert np.corrcoef(seen, people.mean(1))[0, 1] ** 2 == pytest.approx(formative, abs=0.01)
    assert np.corrcoef(seen, level)[0, 1] ** 2 == pytest.approx(reflective, abs=0.01)
    error = (seen - people.mean(1)).std()
    se = fp.standard_error(np.array([s]), np.array([n]), np.array([members]))[0]
    assert error == pytest.approx(se, abs=0.01)


def test_errors_of_answers_stay_in_a_census() -> None:
    rng = np.random.default_rng(5)
    groups, members, t, s, r = 60_000, 5, 0.2, 0.8, 0.7
    true = rng.normal(scale=t**0.5, size=(groups, 1)) + rng.normal(
        scale=(r * s) ** 0.5, size=(groups, members)
    )
    seen = true + rng.normal(scale=((1 - r) * s) ** 0.5, size=true.shape)
    got = np.corrcoef(seen.mean(1), true.mean(1))[0, 1] ** 2
    expected = fp.formative_reliability(t, s, np.array([members]), np.array([members]), r)[0]
    assert got == pytest.approx(expected, abs=0.01)


@given(st.floats(0.001, 5), st.floats(0.001, 5), st.integers(1, 30), st.integers(0, 30))
def test_formative_is_never_below_reflective(t: float, s: float, n: int, more: int) -> None:
    size, members = np.array([n]), np.array([n + more])
    formative = fp.formative_reliability(t, s, size, members)[0]
    reflective = fp.reflective_reliability(t, s, size)[0]
    assert reflective - 1e-12 <= formative <= 1 + 1e-12
    if more == 0:
        assert formative == pytest.approx(1)
