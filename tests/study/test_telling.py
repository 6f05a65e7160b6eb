"""Files of a study in another language: told beside the English, which stays as it is."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu

sys.path.insert(0, str(Path(__file__).parents[1] / "phrases"))
from english import english_left

CHINESE = re.compile(r"[\u4e00-\u9fff]")
STUDY = {
    "instrument": "collective_data_use",
    "exports": str(cu.sample_path("messy") / "export.csv"),
    "members": str(cu.sample_path("messy") / "members.csv"),
    "repetitions": 0,
    "screening": {"longstring": 10},
    "report": False,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("told") / "results"
    return cu.run_study({**STUDY, "lang": "zh", "out": str(place)}).folder


def test_what_is_told_stands_beside_the_english(folder: Path) -> None:
    assert (folder / "methods.en.md").read_text("utf-8").startswith("# Methods")
    for name in ("measures.csv", "groups.csv", "agreement.csv"):
        table = pd.read_csv(folder / name)
        columns = [str(column) for column in table]
        added = [column for column in columns if column.endswith("_zh")]
        assert added
        for column in added:
            beside = columns[columns.index(column) - 1]
            assert beside == column.removesuffix("_zh")
            assert (table[column].isna() == table[beside].isna()).all()
            assert not table[beside].str.contains(CHINESE).any()


def test_tables_are_told(folder: Path) -> None:
    found = [
        (name, cell, left)
        for name in ("measures.csv", "groups.csv", "agreement.csv")
        for column, cells in pd.read_csv(folder / name).filter(regex="_zh$").items()
        for cell in cells.dropna().unique()
        if (left := _left(cell))
    ]
    assert found == []


def test_the_draft_is_told_and_its_numbers_stay(folder: Path) -> None:
    chinese = (folder / "methods.md").read_text("utf-8").partition("## 参考文献")[0]
    english = (folder / "methods.en.md").read_text("utf-8").partition("## References")[0]
    assert _numbers(chinese) == _numbers(english)
    prose = [line for line in chinese.splitlines() if line and not line.startswith("|")]
    assert {line: left for line in prose if (left := _left(line))} == {}
    assert "**集体绩效数据使用（量表）**（cdu，" in chinese


def test_the_account_is_told(folder: Path) -> None:
    run = json.loads((folder / "run.json").read_text("utf-8"))
    entries = [entry for kind in KINDS for entry in run[kind]]
    assert len(entries) > 15
    assert [entry["text"] for entry in entries if CHINESE.search(entry["text"])] == []
    told = {entry["text_zh"]: _left(entry["text_zh"]) for entry in entries}
    assert {text: left for text, left in told.items() if left} == {}
    assert all(rule["source_zh"] for rule in run["cutoffs"].values())


KINDS = ("decisions", "left_out", "changed", "warnings", "notes")


def test_reports_read_such_a_folder_in_every_language(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    cu.write_report(folder, page, languages="zh")
    assert "克隆巴赫α为" in page.read_text("utf-8")
    cu.write_report(folder, page, languages="en")
    said = page.read_text("utf-8")
    assert "克隆巴赫" not in said
    assert "verdict_zh" not in said


def test_a_report_tells_an_english_draft(folder: Path, tmp_path: Path) -> None:
    english = tmp_path / "results"
    shutil.copytree(folder, english)
    (english / "methods.en.md").replace(english / "methods.md")
    run = json.loads((english / "run.json").read_text("utf-8"))
    run["settings"]["lang"] = None
    (english / "run.json").write_text(json.dumps(run), "utf-8")
    cu.write_report(english, tmp_path / "page.html", languages="zh")
    said = (tmp_path / "page.html").read_text("utf-8")
    assert "克隆巴赫α为" in said
    assert "**From persons to groups" not in said


def _left(text: str) -> list[str]:
    return [word for word in english_left(CITED.sub("", text)) if word not in KNOWN]


CITED = re.compile(
    r"（Johnson 2005[^）]*）|（Bliese 2000[^）]*）|\b[a-z]+\.[a-z_]+\b|\bawg\b", re.ASCII
)
BANK = cu.load_instrument("collective_data_use")
KNOWN = {"repetitions", "csv", "UTF", "utf", "group", "member", "Chan"}
KNOWN |= {part.id for part in BANK.measures} | {part.id for part in BANK.items}


def _numbers(text: str) -> list[str]:
    return sorted(number.strip(".") for number in re.findall(r"[\d.]*\d[\d.]*", text))
