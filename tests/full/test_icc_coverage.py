"""Every cell of the coverage grid holds 93 to 97% (3,000 replications a cell)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

SPEC = importlib.util.spec_from_file_location(
    "icc_coverage", Path(__file__).parent / "icc_coverage.py"
)
icc_coverage = importlib.util.module_from_spec(SPEC)
sys.modules["icc_coverage"] = icc_coverage
SPEC.loader.exec_module(icc_coverage)


def test_untruncated_wald_limits_hold_in_every_cell():
    cells = list(icc_coverage.grid(3000))
    outside = [cell for cell in cells if not 0.93 <= cell.wald <= 0.97]
    assert not outside


def test_limits_cut_at_zero_hold_more_at_zero():
    cell = icc_coverage.coverage(30, "4 to 12", 0.0, 3000, 5)
    assert 0.965 <= cell.truncated <= 0.985
