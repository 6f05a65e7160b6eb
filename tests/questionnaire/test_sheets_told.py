"""Sheets for judges and translators, and the codebook, in another language, and back."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

import collective_use as cu

sys.path.insert(0, str(Path(__file__).parents[1] / "phrases"))
from english import english_left

from collective_use.accepted import Worksheet

BANK = cu.load_instrument("collective_data_use")
KNOWN = {re.sub(r"\d+$", "", part.id) for part in BANK.items} | {part.id for part in BANK.measures}
KNOWN |= {part.id for part in BANK.constructs} | {BANK.id, "xlsx"}


def _said(content: bytes, tmp_path: Path) -> list[str]:
    """Return every cell that people see: no hidden sheet, no hidden column, no text of the bank."""
    file = tmp_path / "seen.xlsx"
    file.write_bytes(content)
    texts = []
    for sheet in load_workbook(file).worksheets:
        if sheet.sheet_state == "hidden":
            continue
        texts.append(sheet.title)
        for column in sheet.iter_cols():
            letter = column[0].column_letter
            if not sheet.column_dimensions[letter].hidden:
                texts += [str(cell.value) for cell in column if cell.value]
    return texts


def _left(text: str) -> list[str]:
    return [word for word in english_left(text) if word not in KNOWN]


def test_judges_read_and_answer_in_chinese(tmp_path: Path) -> None:
    content = cu.judge_sheets(BANK, seed=3, judge="甲", languages=("zh",))
    assert {text: left for text in _said(content, tmp_path) if (left := _left(text))} == {}
    file = tmp_path / "judge.xlsx"
    book = load_workbook(tmp_path / "seen.xlsx")
    sorting, rating = book["1 归类"], book["2 相关性"]
    heads = [cell.value for cell in sorting[1]]
    assert heads == ["题目编号", "序号", "zh", "所属构念", "备注"]
    sorting["D2"], sorting["D3"], sorting["E3"] = "联结性", "都不是", "含糊"
    rating["E2"] = 4
    book.save(file)
    first, second = sorting["A2"].value, sorting["A3"].value
    read = cu.read_judge_sheets(file, BANK)
    rows = read.ratings.set_index("item")
    assert read.ratings["judge"].unique().tolist() == ["甲"]
    assert rows.loc[first, "chosen"] == "con"
    assert rows.loc[second, ["chosen", "sort_remark"]].tolist() == ["none", "含糊"]
    assert rows.loc[rating["A2"].value, "relevance"] == 4
    assert rows["chosen"].notna().sum() == 2


def test_a_translator_reads_chinese_and_the_texts_come_back(tmp_path: Path) -> None:
    content = cu.translation_workbook(BANK, "zh", language="zh")
    file = tmp_path / "zh.xlsx"
    file.write_bytes(content)
    book = load_workbook(file)
    assert book.sheetnames == ["说明", "文字", "语言"]
    sheet = book["文字"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert not [head for head in heads if re.search("[A-Za-z]", head)]
    keys = {sheet.cell(row, heads["键"]).value: row for row in range(2, sheet.max_row + 1)}
    row = keys["items/cdu1/text"]
    sheet.cell(row, heads["定稿"]).value = "新的措辞。"
    sheet.cell(row, heads["状态"]).value = "已审阅"
    book.save(file)
    done = cu.apply_translation(file, BANK.id, out=tmp_path / "bank")
    assert done.changed[["key", "after"]].to_numpy().tolist() == [["items/cdu1/text", "新的措辞。"]]
    assert done.progress.set_index("status")["texts"]["reviewed"] == 1
    words = [text for text, _ in _lines(book["说明"])]
    assert {text: left for text in words if (left := _left(text))} == {}


def _lines(sheet: Worksheet) -> list[tuple[str, int]]:
    rows = sheet.iter_rows(values_only=True)
    return [(str(cell), n) for n, row in enumerate(rows) for cell in row if cell]


def test_english_sheets_are_as_before(tmp_path: Path) -> None:
    said = _said(cu.judge_sheets(BANK, languages=("en",)), tmp_path)
    assert not [text for text in said if re.search(r"[\u4e00-\u9fff]", text)]
    assert "1 sorting" in said


def test_the_codebook_speaks_chinese() -> None:
    page = cu.codebook(BANK).to_html("zh")
    assert '<html lang="zh">' in page
    dropped = r"<(style|script)>.*?</\1>|<code>.*?</code>|lang=\"en\".*?</"
    bare = re.sub(dropped, "", page, flags=re.DOTALL)
    words = re.findall(
        r"<(?:h1|h2|th|dt|option|title)\b[^>]*>([^<]*)<|>([^<>]*)</(?:span|b)>", bare
    )
    texts = {a or b for a, b in words} | set(re.findall(r"<div class=kind>([^<]*)<", bare))
    texts |= set(re.findall(r'(?:placeholder|aria-label|data-words)="([^"]*)"', page))
    facets = {facet.id for part in BANK.constructs for facet in part.facets}
    known = facets | {form.id for form in BANK.forms} | {"all", "informant"}
    known |= {module.id for form in BANK.forms for module in form.modules}
    left = {text: [w for w in _left(text) if w not in known] for text in texts}
    assert {text: found for text, found in left.items() if found} == {}
    assert "{n}题，共{all}题" in texts


@pytest.mark.parametrize("code", ["en", None])
def test_the_codebook_speaks_english(code: str | None) -> None:
    assert "reverse-keyed" in cu.codebook(BANK).to_html(code)
