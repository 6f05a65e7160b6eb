"""The property of the reader on 837,216 cells.

python -m pytest tests/full/test_reading_property.py: nine minutes on one busy core.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "responses"))
from made_check import check, everything
from made_layouts import LAYOUTS

SEEDS = 32


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.2])
def test_each_cell_comes_back_equal_missing_or_named(layout, wrong, tmp_path):
    total = 0
    codings = [coding for name, coding in everything() if name == layout]
    for seed in range(SEEDS // len(codings)):
        for place, coding in enumerate(codings):
            folder = tmp_path / f"{seed}{coding}"
            folder.mkdir()
            number = 10_000 + 100 * seed + place + int(1000 * wrong)
            total += check(number, layout, coding, folder, wrong=wrong)[0]
    print(f"{layout}: {total} cells")
    assert total >= 6000
