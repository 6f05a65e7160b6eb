"""The table of false alarms of necessity is what its script gives, and the corrected test holds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SPEC = importlib.util.spec_from_file_location(
    "condition_errors", Path(__file__).parent / "condition_errors.py"
)
script = importlib.util.module_from_spec(SPEC)
sys.modules["condition_errors"] = script
SPEC.loader.exec_module(script)

TABLE = pd.read_csv(script.TABLE)
TESTS = ["test_ce", "test_cr", "corrected_ce", "corrected_cr"]


@pytest.mark.parametrize("place", [0, 2, 5, 14])
def test_a_row_is_reproduced_within_simulation_error(place):
    told = TABLE.iloc[place]
    samples = 150
    again = script.row(script.CELLS[place], samples, seed=2)
    for name in TESTS:
        share = told[name]
        error = np.sqrt(share * (1 - share) * (1 / samples + 1 / told["samples"])) + 1e-9
        assert abs(again[name] - share) < 4 * error + 0.005, name


def test_the_corrected_test_holds_its_level_and_the_usual_one_does_not():
    none = TABLE[TABLE["truth"] == "none"]
    limit = 0.05 + 3 * np.sqrt(0.05 * 0.95 / none["samples"])
    for name in ("corrected_ce", "corrected_cr"):
        assert (none[name] <= limit).all()
    assert (none.loc[none["halo"] == 0.6, "test_ce"] > 0.10).any()
