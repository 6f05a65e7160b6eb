"""Indices of careless responding against R's careless, every person in every index."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from collective_use.numerics.items import careless

FOLDER = Path(__file__).parents[1] / "parity" / "reference" / "careless"
REFERENCE = json.loads((FOLDER / "careless.json").read_text())
RTOL = 1e-10  # closed forms
INDICES = (
    "longest",
    "average",
    "irv",
    "even_odd",
    "mahalanobis",
    "synonyms",
    "synonym_pairs",
    "antonyms",
)


def data(which: str) -> np.ndarray:
    table = pd.read_csv(FOLDER / "careless_dataset.csv").to_numpy(dtype=float)
    if which == "holes":  # the cells that the R script empties, counted down the columns
        number = np.arange(1, table.size + 1).reshape(table.shape, order="F")
        table[(number * 7919) % 23 == 0] = np.nan
    return table


def computed(which: str, name: str) -> np.ndarray:
    table = data(which)
    if name in ("longest", "average"):
        return getattr(careless.longstring(table), name)
    if name == "irv":
        return careless.irv(table)
    if name == "even_odd":
        factors = [list(range(start, start + 5)) for start in range(0, 50, 5)]
        return -careless.even_odd(table, factors).value
    if name == "mahalanobis":
        return careless.mahalanobis(table)
    if name == "antonyms":
        table[:, 1::2] = 6 - table[:, 1::2]
        pairs = careless.synonym_pairs(table, 0.40, antonyms=True)
        return careless.psychometric_pairs(table, pairs).value
    found = careless.psychometric_pairs(table, careless.synonym_pairs(table, 0.40))
    return found.pairs if name == "synonym_pairs" else found.value


@pytest.mark.parametrize("which", ["complete", "holes"])
@pytest.mark.parametrize("name", INDICES)
def test_every_person_as_in_r(which, name):
    reference = np.array([np.nan if x is None else x for x in REFERENCE[which][name]], dtype=float)
    assert len(reference) == 200
    np.testing.assert_allclose(computed(which, name), reference, rtol=RTOL, atol=1e-12)


def test_no_reference_cell_is_left_out():
    assert {which: set(cells) for which, cells in REFERENCE.items()} == {
        "complete": set(INDICES),
        "holes": set(INDICES),
    }


def test_persons_without_answers_and_without_spread():
    table = np.array([[np.nan] * 6, [3.0] * 6, [1, 2, 3, 4, 5, 1]])
    assert np.isnan(careless.longstring(table).longest).tolist() == [True, False, False]
    assert careless.longstring(table).longest[1] == 6
    assert careless.irv(table)[1] == 0
    assert np.isnan(careless.mahalanobis(table)).all()  # three rows cannot span six items
    factors = [[0, 1], [2, 3], [4, 5]]
    assert np.isnan(careless.even_odd(table, factors).value[:2]).all()


@given(arrays(float, (6, 5), elements=st.integers(1, 5).map(float)))
def test_reversing_a_row_keeps_its_runs_and_shifting_keeps_its_spread(table):
    runs = careless.longstring(table)
    np.testing.assert_array_equal(careless.longstring(table[:, ::-1]).longest, runs.longest)
    np.testing.assert_allclose(careless.irv(table + 10), careless.irv(table), atol=1e-12)
    assert ((runs.longest >= 1) & (runs.longest <= 5)).all()


def test_two_complete_pairs_have_a_correlation_and_one_has_none():
    found = careless.row_correlations(
        np.array([[1.0, 2, np.nan], [1, np.nan, np.nan]]), np.array([[5.0, 3, 1], [2, 2, 2]])
    )
    np.testing.assert_array_equal(found.value, [-1.0, np.nan])
