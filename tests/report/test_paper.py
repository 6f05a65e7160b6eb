"""Word, LaTeX and the workbook: the same numbers as the page, and files that open."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.report.document import Grid
from collective_use.report.material import Material
from collective_use.report.paper.latex import latex_escaped, latex_paper
from collective_use.report.paper.pictures import drawn
from collective_use.report.paper.sections import paper
from collective_use.report.paper.word import cell_text, word_paper

METHODS = "# Methods\n\n**Sample.** A *small* one.\n\n- first\n- second\n\n## Table 1\n\nx\n\n" \
    "## References\n\nBliese, P. D. (2000). & more.\n"  # fmt: skip


@pytest.fixture
def made(material: Material) -> bytes:
    return word_paper(paper(replace(material, methods=METHODS), "A study <b>"))


def test_tables_of_word_are_the_grids_of_the_paper(material: Material, made: bytes) -> None:
    grids = [b for b in paper(material, "A study").blocks if isinstance(b, Grid)]
    tables = docx.Document(io.BytesIO(made)).tables
    assert len(tables) == len(grids) >= 3
    for table, grid in zip(tables, grids, strict=True):
        shown = [[cell.text for cell in row.cells] for row in table.rows]
        assert shown[0] == [column.heading for column in grid.columns]
        assert shown[1:] == [[cell_text(cell) for cell in row] for row in grid.rows]


def test_tables_have_three_rules_and_a_head_that_repeats(made: bytes) -> None:
    for table in docx.Document(io.BytesIO(made)).tables:
        xml = table._tbl.xml
        count = len(table.columns)
        assert xml.count("<w:bottom ") == 2 * count
        assert xml.count("<w:top ") == count
        assert xml.count("<w:tblHeader") == 1
        assert "w:left" not in re.sub(r"w:tblCellMar.*?/w:tblCellMar", "", xml, flags=re.S)


def test_headings_are_styles_and_figures_have_words(made: bytes) -> None:
    document = docx.Document(io.BytesIO(made))
    styles = [p.style.name for p in document.paragraphs if p.text in ("Method", "Results")]
    assert styles == ["Heading 1", "Heading 1"]
    assert "A study <b>" in document.paragraphs[0].text
    alts = re.findall(r'descr="([^"]*)"', document.element.xml)
    assert alts
    assert all(alts)


def test_emphasis_and_lists_of_the_methods_text_are_kept(made: bytes) -> None:
    document = docx.Document(io.BytesIO(made))
    sample = next(p for p in document.paragraphs if p.text.startswith("Sample."))
    assert [run.text for run in sample.runs if run.bold] == ["Sample."]
    assert [run.text for run in sample.runs if run.italic] == ["small"]
    assert [p.text for p in document.paragraphs if p.style.name == "List Bullet"] == [
        "first", "second",
    ]  # fmt: skip


def test_the_same_paper_is_the_same_bytes(material: Material, made: bytes) -> None:
    assert word_paper(paper(replace(material, methods=METHODS), "A study <b>")) == made


def test_latex_holds_every_cell_and_no_open_sign(material: Material) -> None:
    whole = paper(replace(material, methods=METHODS), "100% of a_b & <c>")
    files = latex_paper(whole)
    text = files["paper.tex"].decode("utf-8")
    for grid in whole.blocks:
        if isinstance(grid, Grid):
            for row in grid.rows:
                assert " & ".join(latex_escaped(cell_text(cell)) for cell in row) in text
    assert "100\\% of a\\_b \\& \\textless{}c\\textgreater{}" in text
    named = set(re.findall(r"\{(figure\d+\.pdf)\}", text))
    assert named == set(files) - {"paper.tex"}
    assert all(files[name].startswith(b"%PDF") for name in named)
    assert text.count("\\begin{") == text.count("\\end{")


def test_the_workbook_holds_numbers_with_the_digits_of_the_page(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(cu.to_xlsx(folder)))
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    numbers = [c for c in cells if isinstance(c.value, float)]
    assert numbers
    assert {c.number_format for c in numbers} <= {"0", "0.00", "0.000", "0%", "0.0", "General"}
    assert len(book.sheetnames) <= 14


def _tables(result: cu.Result, language: str = "en", instrument: str | None = None) -> list:
    made = cu.to_word(result, language=language, instrument=instrument)
    return docx.Document(io.BytesIO(made)).tables


def test_one_result_becomes_apa_tables() -> None:
    """Numbers are the result's, with the digits and signs of APA 7."""
    result = cu.rwg([4, 4, 5, 1, 5, 3], list("aaabbb"))
    first, second = _tables(result)
    shown = [[cell.text for cell in row.cells] for row in second.rows]
    assert shown[0][:3] == ["Group", "n", "rwg"]
    frame = result.to_frame()
    values = dict(zip(frame["group"], frame["rwg"], strict=True))
    assert [(row[0], float(row[2].replace("−", "-"))) for row in shown[1:]] == [
        (str(group), pytest.approx(value, abs=0.005)) for group, value in values.items()
    ]
    assert not any(text.startswith("0.") for row in shown[1:] for text in row[2:3])
    assert b"\\toprule" in cu.to_latex(result)["paper.tex"]
    assert len(first.rows) > 1


def test_limits_stand_in_one_column_and_codes_have_names() -> None:
    export = cu.sample_path("clean") / "export.csv"
    groups = cu.aggregate(cu.score(cu.read_responses(export, "collective_data_use")), repetitions=0)
    products = cu.fit_products(groups, "dcb ~ pim + dl + pim:dl", repetitions=200)
    (table,) = _tables(products, instrument="collective_data_use")
    shown = [[cell.text for cell in row.cells] for row in table.rows]
    assert shown[0] == ["Outcome", "Term", "Estimate", "SE", "95% limits", "p"]
    assert shown[1][:2] == ["Dissent-conflict balancing", "Power imbalance"]
    for line, row in zip(shown[1:], products.estimates.to_dict("records"), strict=True):
        low, high = re.findall(r"[−\d.]+", line[4])
        assert float(low.replace("−", "-")) == pytest.approx(row["lower"], abs=0.005)
        assert float(high.replace("−", "-")) == pytest.approx(row["upper"], abs=0.005)
    spoken = _tables(products, "zh")[0].rows[0].cells
    assert spoken[0].text == "结果变量"


def test_the_command_writes_all_three(folder: Path, tmp_path: Path) -> None:
    arguments = ["report", str(folder), "--out", str(tmp_path / "r.html"), "--lang", "zh"]
    arguments += ["--word", str(tmp_path / "r.docx"), "--latex", str(tmp_path / "tex")]
    assert main([*arguments, "--xlsx", str(tmp_path / "r.xlsx")]) == 0
    assert zipfile.is_zipfile(tmp_path / "r.docx")
    assert (tmp_path / "tex" / "paper.tex").is_file()
    assert "研究结果" in "".join(p.text for p in docx.Document(tmp_path / "r.docx").paragraphs)
    assert zipfile.is_zipfile(tmp_path / "r.xlsx")


def test_what_is_no_study_is_named() -> None:
    with pytest.raises(cu.InputError, match="no folder of results"):
        cu.to_word("nowhere")
    with pytest.raises(cu.InputError, match="got Agreement"):
        cu.to_xlsx(cu.rwg([4, 4, 5, 1, 5, 3], list("aaabbb")))


def test_a_picture_for_latex_does_not_say_when_it_was_drawn() -> None:
    """The same results give the same bytes, whatever the clock."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0L4 4"/></svg>'
    assert b"CreationDate" not in drawn(svg, "pdf", 1)
