"""PDF, fillable PDF, Word and page: what is in the files."""

from __future__ import annotations

import io
import re
import zipfile

import pikepdf
import pypdf
import pytest

from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.form.typography import typographic
from collective_use.questionnaire.online.web import page_data, web_page
from collective_use.questionnaire.paper.batch import merged, personal_copies
from collective_use.questionnaire.paper.fillable import answer_boxes, fillable_pdf
from collective_use.questionnaire.paper.page import questionnaire_html
from collective_use.questionnaire.paper.pdf import questionnaire_pdf
from collective_use.questionnaire.paper.word.document import questionnaire_docx


def pdf_text(document: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(document)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


@pytest.fixture(scope="module")
def printed(full):
    return questionnaire_pdf(full)


def test_every_statement_is_printed_in_both_languages(full, printed):
    text = pdf_text(printed)
    for page in full.pages:
        for question in page.questions:
            if question.kind == "grid" and question.number is None:
                for row in question.rows:
                    for said, language in zip(row.text, full.languages, strict=True):
                        assert re.sub(r"\s+", "", typographic(said, language)) in text


def test_the_pdf_is_tagged_titled_and_declares_pdf_ua(printed):
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("en")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.open_metadata()["pdfuaid:part"] == "1"


def test_structure_tree_has_headings_tables_and_header_cells(printed):
    kinds: dict[str, int] = {}

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                kinds[str(node.S)] = kinds.get(str(node.S), 0) + 1
            if "/K" in node:
                walk(node.K)

    with pikepdf.open(io.BytesIO(printed)) as pdf:
        walk(pdf.Root.StructTreeRoot.K)
    assert kinds["/H1"] >= 5
    assert kinds["/Table"] >= 5
    assert kinds["/TH"] > 20


def test_only_fonts_that_come_along_are_used(printed):
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        fonts = {
            str(font.BaseFont).split("+")[-1]
            for page in pdf.pages
            for _, font in page.Resources.get("/Font", {}).items()
        }
    assert fonts
    assert all("NotoSans" in name for name in fonts), fonts


def test_boxes_for_every_answer(full):
    names = [box.name for box in answer_boxes(full)]
    assert len(names) == len(set(names))
    for page in full.pages:
        for question in page.questions:
            if question.kind == "grid" and question.number is None:
                for row in question.rows:
                    for column in question.columns:
                        assert f"{row.id}={column.code}" in names


def test_fillable_answers_exclude_each_other_and_read_back_by_two_libraries(full):
    document = fillable_pdf(full)
    item = next(q for page in full.pages for q in page.questions if q.kind == "grid").rows[0].id
    reader = pypdf.PdfReader(io.BytesIO(document))
    writer = pypdf.PdfWriter(clone_from=reader)
    for page in writer.pages:
        if "/Annots" in page:
            writer.update_page_form_field_values(page, {item: "/3"}, auto_regenerate=False)
    buffer = io.BytesIO()
    writer.write(buffer)
    fields = pypdf.PdfReader(io.BytesIO(buffer.getvalue())).get_fields()
    assert fields[item]["/V"] == "/3"
    with pikepdf.open(buffer) as pdf:
        field = next(f for f in pdf.Root.AcroForm.Fields if str(f.T) == item)
        assert str(field.V) == "/3"
        assert int(field.Ff) & (1 << 15)
        states = [[k for k in kid.AP.N.keys() if k != "/Off"] for kid in field.Kids]  # noqa: SIM118
        assert len({state[0] for state in states}) == len(states)


def test_fifty_copies_are_personal(bank, roster):
    def make(named, group, member):
        return form_content(bank, modules=["ties"], roster=named, group=group, member=member)

    copies = list(personal_copies([Roster("G1", roster, roster)], make))
    assert [copy.member for copy in copies] == [person.code for person in roster]
    bound = merged([questionnaire_pdf(copy) for copy in copies[:2]], "Bound")
    text = pdf_text(bound)
    assert "/G1/m01" in text
    assert "/G1/m02" in text


def test_word_document_has_a_box_for_every_answer_and_repeats_headings(full):
    with zipfile.ZipFile(io.BytesIO(questionnaire_docx(full))) as archive:
        xml = archive.read("word/document.xml").decode("utf-8")
    answers = sum(
        len(question.rows) * len(question.columns)
        for page in full.pages
        for question in page.questions
        if question.kind in ("grid", "roles")
    )
    assert xml.count("w14:checkbox>") // 2 >= answers
    assert "w:tblHeader" in xml
    assert "w:cantSplit" in xml


def test_static_page_has_no_script_and_no_outside_reference(full):
    page = questionnaire_html(full)
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert page.count("<table>") == page.count("</table>") > 5


def test_web_page_is_self_contained_and_cannot_be_broken_by_a_text(bank, full):
    page = web_page(full, form="short")
    assert "http:" not in page
    assert "https:" not in page
    evil = bank.model_copy(update={"title": {"en": "</script><b>", "zh": "x"}})
    assert "</script><b>" not in web_page(form_content(evil), form="short")


def test_web_page_columns_are_those_of_the_plain_table(bank, full):
    from collective_use.platforms.columns import instrument_columns

    known = {column.name for column in instrument_columns(bank)}
    for page in page_data(full, "short")["pages"]:
        for question in page["questions"]:
            if question["kind"] in ("grid", "ticks", "points", "nominate"):
                assert {row["column"] for row in question["rows"]} <= known
            elif question["kind"] in ("roles", "checklist"):
                lines = question["rows"] or [{"column": question["column"]}]
                made = {
                    f"{line['column']}_{choice['value']}"
                    for line in lines
                    for choice in question["columns"]
                }
                assert made <= known
            else:
                assert question["column"] in known
