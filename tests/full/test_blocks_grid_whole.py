"""The whole grid of options with an exploratory block (a part of it is in the fast suite)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sem"))

from test_blocks_grid import GRID, LIKERT, continuous, ordered


@pytest.mark.parametrize("point", GRID, ids=str)
def test_continuous_variables(point: tuple[Any, ...]) -> None:
    continuous(point)


@pytest.mark.parametrize("point", LIKERT, ids=str)
def test_ordered_variables(point: tuple[Any, ...]) -> None:
    ordered(point)
