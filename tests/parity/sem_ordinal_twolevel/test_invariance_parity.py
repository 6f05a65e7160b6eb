"""Invariance of ordered variables by Wu & Estabrook (2016) against semTools and lavaan."""

from __future__ import annotations

import functools
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from invariance_cells import FOLDER, NAMES, PAIRS, fit_named, reference_of, table_named
from otl_cells import CLASSES, cells_of, load
from otl_exact import beside, limit_cells

from collective_use.errors import DataWarning, ImproperSolutionWarning


@functools.cache
def fitted(name: str, way: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        return fit_named(name, way)


def compared(name: str, way: str, reference=None):  # type: ignore[no-untyped-def]
    reference, fit = reference or reference_of(name, way), fitted(name, way)
    exact = limit_cells(reference.pop("limits"), fit)
    ends = [replace(cell, name=f"exact {cell.name}") for cell in exact]
    return [*beside(cells_of(reference, fit), exact), *ends]


@pytest.mark.parametrize(("name", "way"), PAIRS)
def test_every_cell(name: str, way: str) -> None:
    cells = compared(name, way)
    assert len(cells) > 2000
    assert {cell.kind for cell in cells} <= set(CLASSES)
    bad = [cell for cell in cells if not cell.gap <= 1]
    lines = [f"{c.name}: {c.reference} in R, {c.ours} here ({c.kind})" for c in bad[:10]]
    assert not bad, f"{len(bad)} cells differ\n" + "\n".join(lines)


@pytest.mark.parametrize("name", [name for name in NAMES if "lavaan" not in name])
def test_the_text_of_semtools_gives_the_same_table(name: str) -> None:
    by_text = {row.key: row for row in table_named(name, "text").rows}
    by_equal = {row.key: row for row in table_named(name, "equal").rows}
    extra = {by_text[key][:3] for key in set(by_text) - set(by_equal)}
    assert extra <= {("v1", "~*~", "v1"), ("v6", "~*~", "v6")}
    assert set(by_equal) <= set(by_text)
    labels = {
        (e["lhs"], e["op"], e["rhs"], e["group"]): e["label"]
        for e in load(FOLDER / f"{name}.json")["pe"]
    }
    numbers: dict[int, int] = {}
    for key, row in by_equal.items():
        other = by_text[key]
        assert numbers.setdefault(row.free, other.free) == other.free, key
        assert row.free or row.start == other.start, key
        assert other.label == labels[*key[:3], key[4]], key
    assert len(set(numbers.values())) == len(numbers)
    assert numbers.get(0, 0) == 0


def test_all_files_are_there_and_polished() -> None:
    assert len(NAMES) == 28
    for name in NAMES:
        assert load(FOLDER / f"{name}.json")["polish"]["gradient_after"] < 1e-14, name


def test_a_changed_number_is_found() -> None:
    reference = reference_of("five_partial_delta", "text")
    reference["fm"]["chisq.scaled"] *= 1 + 3e-6
    reference["pe"][40]["est"] += 3e-6
    reference["pe"][41]["label"] = "another"
    reference["limits"]["rmsea.ci.upper"] *= 1 + 1e-4
    worse = [
        cell.name for cell in compared("five_partial_delta", "text", reference) if cell.gap > 1
    ]
    assert len(worse) == 4, worse
