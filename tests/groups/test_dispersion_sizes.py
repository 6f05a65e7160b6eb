"""The table of what compares over group sizes is the script's, and its words hold."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location(
    "dispersion_sizes", ROOT / "tests" / "full" / "dispersion_sizes.py"
)
sizes = importlib.util.module_from_spec(SPEC)
sys.modules["dispersion_sizes"] = sizes
SPEC.loader.exec_module(sizes)


@pytest.fixture(scope="module")
def found():
    return {size: sizes.means(size, 4000, seed=7) for size in (3, 10)}


def test_sd_gini_and_blau_compare_and_no_other(found):
    good = {
        name: all(abs(by[name] / endless - 1.0) < 0.02 for by in found.values())
        for name, (_, _, endless) in sizes.INDICES.items()
    }
    assert [name for name, holds in good.items() if holds] == ["SD", "Gini", "Blau"]


def test_the_page_says_so(found):
    text = (ROOT / "docs" / "aggregation.md").read_text(encoding="utf-8")
    part = text.partition(sizes.MARK)[2].partition(sizes.END)[0]
    rows = [line.strip("| ").split(" | ") for line in part.strip().splitlines()]
    assert rows[0] == ["members", *sizes.INDICES]
    words = dict(zip(rows[0], rows[-1], strict=True))
    assert [name for name, word in words.items() if word == "yes"] == ["SD", "Gini", "Blau"]
    for row in rows[2:6]:
        if int(row[0]) in found:
            for name, cell in zip(rows[0][1:], row[1:], strict=True):
                assert float(cell) == pytest.approx(found[int(row[0])][name], rel=0.03)
