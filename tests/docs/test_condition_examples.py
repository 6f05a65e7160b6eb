"""The examples of docs/conditions.md run as they are printed, and its table is the table's."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "conditions.md").read_text("utf-8")


def test_examples_run(capsys):
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, "conditions.md", "exec"), names)
    assert "intermediate" in capsys.readouterr().out


def test_the_printed_rows_are_those_of_the_table():
    table = pd.read_csv(DOCS / "tables" / "condition_errors.csv")
    lines = [line for line in PAGE.splitlines() if line.startswith(("| none", "| necessary"))]
    assert len(lines) == 12
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        truth, groups, icc1, halo = cells[0], int(cells[1]), float(cells[2]), float(cells[3])
        chosen = (table["truth"] == truth) & (table["groups"] == groups)
        row = table[chosen & (table["icc1"] == icc1) & (table["halo"] == halo)].iloc[0]
        names = ["test_cr", "corrected_cr", "true", "means", "drawn_in", "simex"]
        assert [float(cell) for cell in cells[4:]] == [round(float(row[name]), 2) for name in names]
