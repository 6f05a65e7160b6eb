"""Every cell of every continuous single-level reference file, and of the live ones.

The generated table (``python tests/parity/sem/sem_table.py``) lists file, number of cells, classes
and the worst cell by name.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sem_cells import CLASSES, cells_of, exact_measures, load
from sem_models import CASES, LIVE, REFERENCE, Case, fit_case, read

from collective_use.sem.fit import fit_sem

ELSEWHERE = {"ord_dwls", "ord_wlsmv", "tl_cfa", "tl_sem"}
"""Ordinal and two-level files: other kernels, other tests."""


TABLES = {"limits", "differences"}
"""Exact limits of RMSEA (limits.R) and difference tests (live_more.R)."""


def _cells(name: str, case: Case, folder: Path):  # type: ignore[no-untyped-def]
    fit = fit_case(case)
    exact = exact_measures(name) if folder == REFERENCE else None
    return list(cells_of(load(folder / f"{name}.json"), fit, exact))


def _check(name: str, case: Case, folder: Path) -> None:
    cells = _cells(name, case, folder)
    assert len(cells) > 100
    assert {cell.kind for cell in cells} <= set(CLASSES)
    bad = [cell for cell in cells if not cell.gap <= 1]
    lines = [f"{c.name}: {c.reference} in R, {c.ours} here ({c.kind})" for c in bad[:10]]
    assert not bad, f"{len(bad)} cells differ\n" + "\n".join(lines)


@pytest.mark.parametrize("name", CASES)
def test_reference_file(name: str) -> None:
    _check(name, CASES[name], REFERENCE)


@pytest.mark.parametrize("name", LIVE)
def test_live_file(name: str) -> None:
    _check(name, LIVE[name], REFERENCE / "live")


def test_every_file_is_listed() -> None:
    assert {path.stem for path in REFERENCE.glob("*.json")} == set(CASES) | ELSEWHERE | TABLES
    assert {path.stem for path in (REFERENCE / "live").glob("*.json")} == set(LIVE)


def test_live_files_were_polished() -> None:
    for name in LIVE:
        block = json.loads((REFERENCE / "live" / f"{name}.json").read_text())["polish"]
        assert block["gradient_after"] < 1e-9, name


def test_a_changed_number_is_found() -> None:
    fit = fit_sem(CASES["hs_ml"].model, read("hs"))
    reference = load(REFERENCE / "hs_ml.json")
    reference["fm"]["cfi"] *= 1 + 2e-6
    reference["pe"][1]["est"] += 2e-6
    reference["std"][1]["se"] *= 1 + 2e-5
    worse = {cell.name for cell in cells_of(reference, fit) if cell.gap > 1}
    assert worse == {"fm cfi", "pe visual=~x2 est", "std.all visual=~x2 se"}


def test_a_changed_exact_value_is_found() -> None:
    fit = fit_sem(CASES["hs_mlr"].model, read("hs"), estimator="MLR")
    reference = load(REFERENCE / "hs_mlr.json")
    exact = exact_measures("hs_mlr")
    assert not [cell for cell in cells_of(reference, fit, exact) if cell.gap > 1]
    changed = {**exact, "rmsea.ci.upper.robust": exact["rmsea.ci.upper.robust"] * (1 + 3e-6)}
    worse = [cell for cell in cells_of(reference, fit, changed) if cell.gap > 1]
    assert [cell.name for cell in worse] == ["fm rmsea.ci.upper.robust"]
    reference["fm"]["rmsea.ci.upper.robust"] += 2e-4
    worse = [cell for cell in cells_of(reference, fit, exact) if cell.gap > 1]
    assert [cell.name for cell in worse] == ["fm rmsea.ci.upper.robust as given"]


def test_an_unlisted_cell_fails() -> None:
    fit = fit_sem(CASES["hs_gls"].model, read("hs"), estimator="GLS")
    reference = load(REFERENCE / "hs_gls.json")
    with pytest.raises(KeyError):
        list(cells_of({**reference, "new": 1}, fit))
    reference["fm"]["new.index"] = 1.0
    with pytest.raises(AssertionError):
        list(cells_of(reference, fit))
