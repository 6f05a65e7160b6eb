"""The page, the Word file and the workbook are made of what others may see, and of nothing else."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.study.report import PRIVATE

SMALL = {"instrument": "lq2002", "repetitions": 0, "report": "en", "full": True}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of forty groups, some of them small, exact tables included."""
    place = tmp_path_factory.mktemp("shown")
    rows = Path(cu.sample_path("lq2002.csv")).read_text("utf-8").splitlines()
    (place / "export.csv").write_text("\n".join(rows[:400]) + "\n", "utf-8")
    settings = {**SMALL, "exports": str(place / "export.csv"), "out": str(place / "results")}
    return cu.run_study(settings).folder


def without_the_analysts(folder: Path, place: Path) -> Path:
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("full_*", *PRIVATE))
    return place


def test_nothing_changes_when_the_analysts_files_are_gone(study: Path, tmp_path: Path) -> None:
    """What is a function of shown tables tells nothing that they do not tell."""
    left = without_the_analysts(study, tmp_path / "left")
    assert not list(left.glob("full_*"))
    assert cu.write_report(left) == cu.write_report(study)
    assert cu.to_word(left, tmp_path / "a.docx") == cu.to_word(study, tmp_path / "b.docx")
    assert cu.to_xlsx(left, tmp_path / "a.xlsx") == cu.to_xlsx(study, tmp_path / "b.xlsx")
    for name, folder in (("a", left), ("b", study)):
        cu.to_latex(folder, tmp_path / name)
    one, two = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir() if file.is_file()}
        for name in "ab"
    )
    assert one == two


def fine(number: str) -> bool:
    """Tell a figure in more than three decimals from a round one that floats spell out."""
    return abs(float(number) - round(float(number), 3)) > 1e-9


def test_no_number_of_the_page_is_finer_than_the_tables(study: Path) -> None:
    """Tooltips, data for scripts and the texts of pictures included; drawn places are pixels."""
    page = (study / "report.html").read_text("utf-8")
    told = re.sub(r"<style.*?</style>|<svg.*?</svg>|10\.\d{4,9}/", "", page, flags=re.S)
    told += " ".join(re.findall(r"<(?:title|desc|text)[^>]*>(.*?)</", page, flags=re.S))
    account = (study / "run.json").read_text("utf-8")
    found = re.findall(r"(?<![\d.])\d+\.\d{4,}(?![\d.])", told)
    assert not [one for one in found if fine(one) and one not in account]
    exact = (study / "full_for_the_analyst_only" / "group_values.csv").read_text("utf-8-sig")
    cells = set(re.findall(r"\d+\.\d{6,}", exact))
    assert len(cells) > 100
    assert not any(cell[:7] in page for cell in cells)


def test_no_part_of_the_office_files_holds_an_exact_figure(study: Path, tmp_path: Path) -> None:
    cu.to_word(study, tmp_path / "a.docx")
    cu.to_xlsx(study, tmp_path / "a.xlsx")
    for name in ("a.docx", "a.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as packed:
            held = (one for one in packed.namelist() if one.endswith(".xml"))
            text = " ".join(packed.read(one).decode("utf-8") for one in held)
        cells = re.findall(r"<(?:v|w:t|t)[^>]*>([^<]*)</", text)
        assert len(cells) > 100
        found = re.findall(r"(?<![\d./])\d+\.\d{4,}(?![\d/])", " ".join(cells))
        assert not [one for one in found if fine(one)]
