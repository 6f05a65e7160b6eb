"""Every cell of the ordinal and two-level reference files.

The generated table (``python tests/parity/sem_ordinal_twolevel/otl_table.py``) lists file, number
of cells, classes and the worst cell by name.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from otl_cells import (
    CLASSES,
    GIVEN,
    GIVEN_CASES,
    LIVE,
    LIVE_CASES,
    Case,
    cells_of,
    fit_case,
    load,
)
from otl_cells import load as load_file
from otl_exact import BORDER, EXACT, EXACT_CASES, beside, exact_cells

from collective_use.errors import DataWarning, ImproperSolutionWarning
from collective_use.sem.twolevel.tests_of_fit import covariate_log_likelihood

ALL_CASES = {**GIVEN_CASES, **LIVE_CASES, **EXACT_CASES}


def compared(name: str):  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        fit = fit_case(name, ALL_CASES[name])
    exact = exact_cells(name, fit)
    if name in EXACT_CASES:
        return exact
    folder = GIVEN if name in GIVEN_CASES else LIVE
    ends = [replace(cell, name=f"exact {cell.name}") for cell in exact]
    return [*beside(cells_of(load(folder / f"{name}.json"), fit), exact), *ends]


@pytest.mark.parametrize("name", ALL_CASES)
def test_every_cell(name: str) -> None:
    cells = compared(name)
    assert len(cells) > 400
    assert {cell.kind for cell in cells} <= set(CLASSES)
    bad = [cell for cell in cells if not cell.gap <= 1]
    lines = [f"{c.name}: {c.reference} in R, {c.ours} here ({c.kind})" for c in bad[:10]]
    assert not bad, f"{len(bad)} cells differ\n" + "\n".join(lines)


def test_every_file_is_listed() -> None:
    assert {path.stem for path in LIVE.glob("*.json")} == set(LIVE_CASES)
    given = {path.stem for path in GIVEN.glob("*.json") if path.stem[:3] in ("ord", "tl_")}
    assert given == set(GIVEN_CASES)
    ends = {path.stem for path in EXACT.glob("*.json")}
    named = {name for name in ALL_CASES if name.startswith("tl_")}
    assert ends == named | {"limits", "limits_invariance", "border"}
    assert set(load(EXACT / "limits.json")) == set(ALL_CASES) - named


def test_live_files_were_polished() -> None:
    for name in LIVE_CASES:
        assert load(LIVE / f"{name}.json")["polish"]["gradient_after"] < 1e-9, name


@pytest.mark.parametrize("name", ["ord_wlsmv", "tl_cfa"])
def test_a_changed_number_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(path: Path):  # type: ignore[no-untyped-def]
        out = load_file(path)
        if path.parent in (GIVEN, EXACT) and path.stem == name:
            out["fm"]["chisq"] *= 1 + 3e-6
            out["pe"][1]["est"] += 3e-6
            out["std"][1]["se"] *= 1 + 3e-5
        if path.stem == "limits":
            out[name]["rmsea.ci.upper"] *= 1 + 3e-6
        return out

    monkeypatch.setattr("otl_exact.load", changed)
    monkeypatch.setattr(sys.modules[__name__], "load", changed)
    worse = [cell.name for cell in compared(name) if cell.gap > 1]
    # The given files fail in their own cells where lavaan ended, in the exact ones elsewhere.
    assert len(worse) == (4 if name == "ord_wlsmv" else 6), worse


def test_an_unlisted_cell_fails() -> None:
    fit = fit_case("tl_sem", GIVEN_CASES["tl_sem"])
    reference = load(GIVEN / "tl_sem.json")
    with pytest.raises(KeyError):
        list(cells_of({**reference, "new": 1}, fit))
    reference["fm"]["new.index"] = 1.0
    with pytest.raises(AssertionError):
        list(cells_of(reference, fit))


def test_the_unrestricted_model_on_the_border() -> None:
    """A singular between covariance: R's search over Cholesky factors ends at the same place."""
    reference = load(EXACT / "border.json")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        fit = fit_case("border", Case(BORDER, "border", {"cluster": "team"}))
    found = fit.saturated[0]
    assert min(reference["eigenvalues"]) < 1e-12
    assert found.rank == 4
    logl = found.loglik - covariate_log_likelihood(fit.solution, fit._data)
    assert logl == pytest.approx(reference["logl"], rel=1e-11)
    np.testing.assert_allclose(found.Sw, reference["within"], atol=1e-5)
    np.testing.assert_allclose(found.Sb, reference["between"], atol=1e-5)
