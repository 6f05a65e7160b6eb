"""Constructs of two items that no maximum is found for do not take the others with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import EstimationError
from collective_use.measurement.validity import validity as room
from collective_use.results import NotComputed

SETS = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"], "c": ["c1", "c2"]}


def answers() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    factors = rng.normal(size=(300, 2))
    columns = {name: factors[:, 0] + rng.normal(size=300) for name in SETS["a"]}
    columns |= {name: factors[:, 1] + rng.normal(size=300) for name in SETS["b"]}
    return pd.DataFrame(columns | {name: rng.normal(size=300) for name in SETS["c"]})


def failing_with(items: int, whole):
    """Fit as always, but for models of so many items or more, which do not converge."""

    def fit(model, data, **options):
        if len([name for name in data.columns if name != "group_"]) >= items:
            return NotComputed("no maximum was found")
        return whole(model, data, **options)

    return fit


def test_those_of_three_items_are_judged_without_them(monkeypatch):
    data = answers()
    right = cu.validity(data, {name: SETS[name] for name in "ab"})
    monkeypatch.setattr(room, "fit_quietly", failing_with(8, room.fit_quietly))
    found = cu.validity(data, SETS)
    pd.testing.assert_frame_equal(found.pairs, right.pairs)
    said = "".join(found.notes)
    assert "all 3 constructs could not be fitted (no maximum was found)" in said
    assert "those of two items are left out of it: c." in said


def test_where_nothing_can_be_fitted_the_first_reason_is_given(monkeypatch):
    monkeypatch.setattr(room, "fit_quietly", failing_with(1, room.fit_quietly))
    with pytest.raises(EstimationError, match="model of 3 constructs: no maximum"):
        cu.validity(answers(), SETS)


def test_a_difference_that_no_scaling_exists_for_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise EstimationError("the scaling factor of the difference is negative")

    sets = {name: SETS[name] for name in "ab"}
    assert cu.validity(answers(), sets).to_frame()["p_merged"].notna().all()
    monkeypatch.setattr("collective_use.sem.result.SemResult.compare", refuse)
    found = cu.validity(answers(), sets).to_frame()
    assert found["p_merged"].isna().all()
    assert found["correlation"].notna().all()
