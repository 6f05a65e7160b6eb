"""The simulations with known truth, and the limits that their Monte Carlo error sets."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sem_simulation import DESIGNS, simulate

TIMES, N = 500, 400
RIGHT = [
    ("normal", "ML", "listwise"),
    ("normal", "MLR", "listwise"),
    ("heavy tails", "MLR", "listwise"),
    ("missing at random", "ML", "fiml"),
    ("missing at random", "MLR", "fiml"),
]


@pytest.mark.parametrize("design", RIGHT, ids=str)
def test_the_right_estimator_is_unbiased_and_covers(design: tuple[str, str, str]) -> None:
    assert design in DESIGNS
    row = simulate(*design, N, TIMES)
    assert row.replications == TIMES
    assert abs(row.bias) < 0.02
    # four Monte Carlo errors of a share, and .02 for what N = 400 leaves of the asymptotics
    slack = 0.02 + 4 * np.sqrt(0.05 * 0.95 / TIMES)
    for name, share in row.coverage.items():
        assert abs(share - 0.95) < slack, (name, share)
    assert abs(row.rejected - 0.05) < slack


def test_the_simulation_can_tell_a_wrong_estimator() -> None:
    heavy = simulate("heavy tails", "ML", "listwise", N, TIMES)
    assert heavy.rejected > 0.10
    assert max(heavy.coverage[name] for name in ("l2", "l3")) < 0.93
