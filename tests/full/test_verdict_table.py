"""Noise is no group property in more than 5% of the samples, and what is there is seen."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location(
    "verdict_table", Path(__file__).parent / "verdict_table.py"
)
verdict_table = importlib.util.module_from_spec(SPEC)
sys.modules["verdict_table"] = verdict_table
SPEC.loader.exec_module(verdict_table)

Cell = verdict_table.Cell
NOISE = [
    Cell(0.0, lean, size, groups, items, missing, response)
    for lean in ("none", "strong")
    for size, groups in ((3, 10), (8, 60), (15, 20))
    for items in (1, 10)
    for missing, response in ((0.0, 1.0), (0.5, 0.7))
]


@pytest.mark.parametrize("cell", NOISE, ids=repr)
def test_noise_is_called_a_property_in_at_most_one_sample_of_twenty(cell):
    found = verdict_table.property_share(verdict_table.shares(cell, 1000, seed=3))
    assert found <= 0.05


@pytest.mark.parametrize("lean", list(verdict_table.LEANS))
@pytest.mark.parametrize("items", [1, 5, 10])
def test_an_icc_of_12_in_60_groups_of_8_is_seen(lean, items):
    cell = Cell(0.12, lean, 8, 60, items)
    found = verdict_table.property_share(verdict_table.shares(cell, 1500, seed=3))
    assert found >= 0.9
