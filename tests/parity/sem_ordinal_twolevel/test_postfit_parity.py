"""Every cell of the files on what follows an ordinal or two-level fit.

The generated table (``python tests/parity/sem_ordinal_twolevel/postfit_table.py``) lists file,
number of cells, classes and the worst cell by name.
"""

from __future__ import annotations

import copy
import sys
import warnings
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from postfit_cells import (
    CASES,
    CLASSES,
    DIFFERENCES,
    FOLDER,
    cells_of,
    difference_cells,
    finished,
    load,
)

from collective_use.errors import DataWarning, ImproperSolutionWarning


def compared(name: str, reference=None, exact=None):  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        if name == "differences":
            return list(difference_cells(reference or DIFFERENCES()))
        return list(cells_of(name, reference or load(FOLDER / f"{name}.json"), exact))


@pytest.mark.parametrize("name", [*CASES, "differences"])
def test_every_cell(name: str) -> None:
    cells = compared(name)
    assert len(cells) > (60 if name == "tl_missing" else 100)
    assert {cell.kind for cell in cells} <= set(CLASSES)
    bad = [cell for cell in cells if not cell.gap <= 1]
    lines = [f"{c.name}: {c.reference} in R, {c.ours} here ({c.kind})" for c in bad[:10]]
    assert not bad, f"{len(bad)} cells differ\n" + "\n".join(lines)


def test_every_file_is_listed() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {
        *CASES,
        "differences",
        "exact_residuals",
    }


@pytest.mark.parametrize("name", ["ord_groups", "tl_cfa"])
def test_a_changed_number_is_found(name: str) -> None:
    reference = copy.deepcopy(load(FOLDER / f"{name}.json"))
    reference["mi"][3]["mi"] *= 1 + 1e-3
    reference["mi"][4]["epc"] *= 1 + 1e-3
    two = name == "tl_cfa"
    exact = copy.deepcopy(finished())
    residuals = exact[name] if two else reference["residuals"]
    residuals["raw"][0]["cov"]["value"][3][1] += 1e-5
    residuals["cor"][0]["cov"]["value"][2][1] += 1e-5
    if two:
        reference["scores"][1][5][0] += 1e-5
        reference["score"]["test"]["X2"] *= 1 + 1e-4
    else:
        reference["scores"][1]["ebm"][5][0] += 1e-5
        reference["release"]["uni"]["X2"][2] *= 1 + 1e-4
    reference["rsquare"][1][next(iter(reference["rsquare"][1]))] += 1e-5
    worse = {cell.name for cell in compared(name, reference, exact) if cell.gap > 1}
    assert len(worse) == 7, worse


def test_a_changed_difference_is_found() -> None:
    reference = {k: dict(v) for k, v in DIFFERENCES().items() if k.startswith("WLSM equal")}
    reference["WLSM equal auto"]["statistic"] *= 1 + 1e-5
    reference["WLSM equal 2010"]["p"] *= 1 + 1e-4
    reference["WLSM equal exact shifted"]["shift"] += 1e-5
    worse = [cell.name for cell in compared("differences", reference) if cell.gap > 1]
    assert worse == [
        "WLSM equal exact shifted shift", "WLSM equal auto statistic", "WLSM equal 2010 p",
    ]  # fmt: skip


def test_an_unlisted_part_fails() -> None:
    with pytest.raises(KeyError):
        compared("ord_five", {"new": 1})
