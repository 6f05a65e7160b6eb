"""Limits of agreement hold, on fewer samples than the page's table."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location(
    "agreement_limits_coverage", Path(__file__).parent / "agreement_limits_coverage.py"
)
study = importlib.util.module_from_spec(SPEC)
sys.modules["agreement_limits_coverage"] = study
SPEC.loader.exec_module(study)


@pytest.mark.parametrize("index", ["rwg_j", "ad_mean"])
def test_limits_of_groups_hold_and_those_of_groups_drawn_from_themselves_do_not(index):
    inside, own, means = study.coverage(index, 0.35, 5, 5, 60, 3)
    assert 90 < inside < 99
    assert own < 88
    assert means > 86


@pytest.mark.parametrize("spread", [0.0, 0.35])
def test_limits_of_ad_hold_in_groups_of_thirty(spread):
    inside, _, _ = study.coverage("ad_mean", spread, 30, 5, 20, 5)
    assert inside > 93
