"""The Chinese paper: three-line tables, what reviewers look for, GB/T 7714."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import docx
import pandas as pd
import pytest

import collective_use as cu
from collective_use.report.document import Grid
from collective_use.report.material import Material
from collective_use.report.paper.references import references
from collective_use.report.paper.scales import (
    characteristics,
    common_method,
    discriminant,
    explored,
    item_analysis,
    rivals,
)
from collective_use.report.paper.sections import aggregation, paper
from collective_use.report.paper.word import cell_text
from collective_use.report.phrases import phrases_in
from collective_use.study.report import material_of


@pytest.fixture(scope="module")
def results(folder: Path) -> Material:
    return material_of(folder, "zh")


@pytest.fixture(scope="module")
def document(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> docx.document.Document:
    place = tmp_path_factory.mktemp("word") / "paper.docx"
    cu.to_word(folder, place, language="zh")
    return docx.Document(io.BytesIO(place.read_bytes()))


def shown(grid: Grid | None) -> list[list[str]]:
    assert grid is not None
    return [[cell_text(cell) for cell in row] for row in grid.rows]


def test_numbers_and_titles_stand_above_in_one_line(document: docx.document.Document) -> None:
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    assert captions[0] == "表1　样本"
    assert [one.split("　")[0] for one in captions if one.startswith("表")] == [
        f"表{k + 1}" for k in range(len(document.tables))
    ]
    notes = [p.text for p in document.paragraphs if p.text.startswith("注：")]
    assert len(notes) >= len(document.tables)


def test_the_text_is_chinese_and_says_so(document: docx.document.Document) -> None:
    xml = document.styles.element.xml
    assert 'w:eastAsia="zh-CN"' in xml
    assert 'w:eastAsia="en-US"' not in xml
    told = [p.text for p in document.paragraphs[1:] if not re.match(r"\[\d+\]", p.text)]
    body = " ".join(told)
    assert not re.search(r"(?:\b[a-z]{2,} ){4}", body)


def test_items_have_their_critical_ratio(results: Material, folder: Path) -> None:
    table = pd.read_csv(folder / "validation_items.csv", encoding="utf-8-sig")
    rows = shown(item_analysis(results))
    assert [float(row[4]) for row in rows] == table["critical_ratio"].round(2).tolist()
    assert all(row[5].endswith("< .001") for row in rows)


def test_ave_correlation_and_htmt_have_their_sides(results: Material, folder: Path) -> None:
    rows = shown(discriminant(results))
    pairs = pd.read_csv(folder / "validation_discriminant.csv", encoding="utf-8-sig")
    own = pd.read_csv(folder / "validation_constructs.csv", encoding="utf-8-sig")
    first = pairs[(pairs["first"] == "lead") & (pairs["second"] == "tsig")].iloc[0]
    assert float(rows[0][1]) == own["root_ave"][0]
    assert float(rows[1][1]) == first["correlation"]
    assert float(rows[0][2]) == first["htmt"]


def made(material: Material, **tables: pd.DataFrame) -> Material:
    files = {f"validation_{name}.csv": table for name, table in tables.items()}
    return replace(material, phrases=phrases_in("zh"), tables={**material.tables, **files})


METHOD = pd.DataFrame(
    [("the constructs alone", 100.0, 24.0, 0.95, 0.05, 0.04, 0.31, 0.08),
     ("all items on one factor", 400.0, 27.0, 0.70, 0.15, 0.11, 0.31, 0.08)],
    columns=["words", "chisq", "df", "cfi", "rmsea", "srmr", "harman", "shared"],
)  # fmt: skip


def test_what_a_check_of_method_cannot_show_stands_below_it(material: Material) -> None:
    grid = common_method(made(material, common_method=METHOD))
    assert shown(grid)[1] == ["所有题目归于一个因子", "400.00", "27", "14.81", ".70", ".15", ".11"]
    assert grid is not None
    assert "解释 31%" in grid.note
    assert "不能证明没有偏差" in grid.note
    bare = made(material, common_method=METHOD.drop(columns=["harman", "shared"]))
    unknown = common_method(bare)
    assert unknown is not None
    assert "nan" not in unknown.note


def test_rivals_are_compared_with_the_constructs(material: Material) -> None:
    table = METHOD.assign(scope="cdu", tli=0.9, delta_chisq=[None, 300.0], delta_df=[None, 3.0],
                          delta_p=[None, 0.0])  # fmt: skip
    rows = shown(rivals(made(material, models=table)))
    assert rows[0][-2:] == ["–", "–"]
    assert rows[1][-2:] == ["300.00 (3)", "< .001"]


def test_references_are_numbered_by_the_standard(results: Material) -> None:
    text = "\n".join(references())
    assert text.startswith(
        "[1] Kroll A. Relational mechanisms to explain collective performance data use[J]. "
        "Perspectives on Public Management and Governance, 2023, 6(2-3): 106-118."
    )
    assert "[M]//Klein K J" in text
    blocks = paper(results, "x").blocks
    assert any("[1] Kroll A." in getattr(block, "text", "") for block in blocks)


def test_references_by_author_and_year(results: Material) -> None:
    listed = references("author-year")
    assert listed[-1] == (
        "Kroll A, 2023. Relational mechanisms to explain collective performance data use[J]. "
        "Perspectives on Public Management and Governance, 6(2-3): 106-118."
    )
    assert listed[0].endswith(
        "[M]//Klein K J, Kozlowski S W J. Multilevel theory, research, and methods in "
        "organizations. San Francisco: Jossey-Bass: 349-381."
    )
    assert list(listed) == sorted(listed)
    assert not any(text.startswith("[") for text in listed)
    blocks = paper(results, "x", "author-year").blocks
    assert any("Kroll A, 2023." in getattr(block, "text", "") for block in blocks)
    with pytest.raises(cu.InputError, match="references must be one of"):
        references("apa")


def test_factors_explored_in_one_half_and_confirmed_in_the_other(material: Material) -> None:
    loadings = pd.DataFrame(
        [("cdu1", "cdu", "cdu", 0.71, 0.5, 0.4), ("cdu1", "cdu", "ssm", 0.02, 0.5, 0.2),
         ("ssm1", "ssm", "cdu", -0.1, 0.6, 0.4), ("ssm1", "ssm", "ssm", 0.80, 0.6, 0.2)],
        columns=["item", "construct", "factor", "loading", "communality", "explained"],
    )  # fmt: skip
    adequacy = pd.DataFrame([{
        "n": 240, "items": 2, "kmo": 0.88, "bartlett": 512.3, "bartlett_df": 1, "bartlett_p": 0.0,
        "factors": 2, "cumulated": 0.6, "held": 260, "chisq": 9.5, "df": 4.0, "pvalue": 0.05,
        "cfi": 0.95, "tli": 0.94, "rmsea": 0.06, "srmr": 0.04, "reason": "",
    }])  # fmt: skip
    grid = explored(made(material, exploration=loadings, adequacy=adequacy))
    assert shown(grid) == [
        ["集体绩效数据使用 cdu1", ".71", ".02", ".50"],
        ["系统意义建构 ssm1", "−.10", ".80", ".60"],
        ["解释方差", "40%", "20%", "60%"],
    ]
    for said in (
        "KMO = .88",
        "χ²(1) = 512.3，p < .001",
        "260 人",
        "CFI = .95",
        "不说明因子结构正确",
    ):
        assert said in grid.note


def test_who_answered_in_the_reports_language(material: Material) -> None:
    table = pd.DataFrame(
        [("d7", 1, "Female", 60), ("d7", 2, "Male", 40), ("d7", 3, "Other", 0), ("d7", 4, "x", 0)],
        columns=["item", "code", "label", "answers"],
    )
    tables = {**material.tables, "characteristics.csv": table}
    grid = characteristics(replace(material, phrases=phrases_in("zh"), tables=tables))
    assert shown(grid)[:2] == [["您的性别？（选填）", "女", "60", "60%"], ["", "男", "40", "40%"]]


def test_aggregation_names_its_null_and_its_parts(results: Material, folder: Path) -> None:
    grid = aggregation(results)
    table = pd.read_csv(folder / "measures.csv", encoding="utf-8-sig")
    assert [column.heading for column in grid.columns][1:4] == ["rwg(j) 中位数", "均值", "≥ .70"]
    for row, (_, known) in zip(shown(grid), table.iterrows(), strict=True):
        assert float(row[1]) == pytest.approx(known["rwg_j_median"], abs=0.005)
        assert float(row[2]) == pytest.approx(known["rwg_j_mean"], abs=0.005)
        assert row[3] == f"{known['rwg_j_share']:.0%}"
    assert "零分布：均匀" in grid.note
