"""No cell of an export ever becomes another number: random surveys in every layout.

Each of 33,048 cells comes back equal, missing where it was empty, or named. A longer run
stands in tests/full.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from made_check import check, everything

WAYS = everything()


@pytest.mark.parametrize(("layout", "coding"), WAYS, ids=[f"{a}, {b}" for a, b in WAYS])
def test_each_cell_comes_back_equal_missing_or_named(layout, coding, tmp_path):
    seed = 1000 + WAYS.index((layout, coding))
    cells, doubtful = check(seed, layout, coding, tmp_path)
    assert cells >= 190
    # Only labels that are numbers and digits that may be thousands leave cells undecided.
    assert doubtful <= 0.15 * cells


def test_a_planted_cell_is_seen_by_the_property(tmp_path, monkeypatch):
    """The property must be able to fail: a decoder that guesses is found out."""
    from collective_use.responses.answers import cells

    right = cells.decode_text

    def guess(*arguments):
        value, reason = right(*arguments)
        return (1.0, "") if reason == "invalid" else (value, reason)

    monkeypatch.setattr(cells, "decode_text", guess)
    with pytest.raises(AssertionError, match="planted"):
        check(1, "plain, comma", "codes", tmp_path, wrong=0.1)
