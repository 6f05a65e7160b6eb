"""The page of false alarms: what its part of the grid covers, and that its verdicts are ours."""

from __future__ import annotations

import importlib.util
import sys
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location(
    "verdict_table_of_page", ROOT / "tests" / "full" / "verdict_table.py"
)
table = importlib.util.module_from_spec(SPEC)
sys.modules["verdict_table_of_page"] = table
SPEC.loader.exec_module(table)

LEVELS = {
    "lean": ["none", "slight", "strong"],
    "items": ["1", "3", "5", "10"],
    "size": ["3", "5", "8", "15", "30"],
    "groups": ["10", "30", "60", "120", "200"],
    "missing": ["0%", "20%", "50%"],
    "response": ["100%", "80%", "60%", "40%"],
}
BANK = """schema: 1
id: page
version: "1"
title: {{en: Page}}
languages: [en]
columns: {{group: g, member: m}}
constructs:
- {{id: c, name: {{en: C}}, definition: {{en: c}}}}
scales:
- {{id: s, options: [{{code: 1, label: {{en: a}}}}, {{code: 2, label: {{en: b}}}},
  {{code: 3, label: {{en: c}}}}, {{code: 4, label: {{en: d}}}}, {{code: 5, label: {{en: e}}}}]}}
measures:
- {{id: m, construct: c, composition: referent_shift, items: [{items}]}}
items:
"""
ITEM = "- {{id: {0}, construct: c, scale: s, text: {{en: Statement {0}.}}}}\n"
ICCS = ["0", "0.02", "0.05", "0.12", "0.25"]


def _rows():
    text = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    cells = [line[2:-1].split(" | ") for line in text.splitlines() if line.startswith("| 0")]
    return [[cell.strip(" |") for cell in row] for row in cells]


@pytest.mark.parametrize(("icc", "strength"), [*((icc, 2) for icc in ICCS), ("0", 3)])
def test_every_few_levels_meet_in_a_kind_that_was_run(icc, strength):
    kinds = [dict(zip(LEVELS, row[1:7], strict=True)) for row in _rows() if row[0] == icc]
    for names in combinations(LEVELS, strength):
        met = {tuple(kind[name] for name in names) for kind in kinds}
        assert met >= set(product(*(LEVELS[name] for name in names))), names


def test_noise_is_shown_to_be_called_a_property_in_at_most_5_percent():
    for row in _rows():
        if row[0] == "0":
            assert float(row[13].rstrip("%")) <= 5.0, row
            assert int(row[12]) in (400, 1000, 2000, 4000)
        else:
            assert row[13] == ""


def test_the_limit_is_exact():
    # 59 samples without one alarm: 1 - .05**(1/59), the rule of three
    assert table.limit(0, 59, looks_taken=1) == pytest.approx(1 - 0.05 ** (1 / 59))
    assert table.limit(5, 5) == 1.0


@pytest.mark.parametrize(
    "cell",
    [
        table.Cell(0.12, "slight", 8, 30, 5, 0.2, 0.8),
        table.Cell(0.25, "strong", 5, 20, 1),
        table.Cell(0.0, "none", 8, 20, 3, 0.5),
        table.Cell(0.25, "slight", 6, 10, 3, 0.0, 0.6),
        table.Cell(0.25, "none", 8, 30, 10),
    ],
    ids=repr,
)
def test_the_words_of_the_page_are_those_of_aggregate(cell, tmp_path):
    names = [f"q{j}" for j in range(cell.items)]
    bank = tmp_path / "bank.yaml"
    bank.write_text(BANK.format(items=", ".join(names)) + "".join(map(ITEM.format, names)), "utf-8")
    rng = np.random.default_rng(7)
    for _ in range(3):
        x, codes = table.answers(rng, cell)
        own = [f"m{i}" for i in range(len(codes))]
        frame = pd.DataFrame(x, columns=names).assign(g=codes.astype(str), m=own)
        here = np.bincount(codes, minlength=cell.groups)
        rows = list(zip(frame["g"], own, strict=True))
        rows += [(str(g), f"s{g}_{k}") for g in range(cell.groups)
                 for k in range(cell.size - here[g])]  # fmt: skip
        members = pd.DataFrame(rows, columns=["group", "member"])
        # empty rows stay: a person who answered nothing is a member without a score
        read = cu.read_responses(frame, bank, members=members)
        found = cu.aggregate(cu.score(read), repetitions=0).evidence["m"]
        assert found.verdict == table.word(x, codes, cell)
