"""The Word document: like the PDF, in the order that its format demands, nothing torn apart."""

from __future__ import annotations

import io
import zipfile
from itertools import pairwise

import docx
import pytest
from docx.oxml.ns import qn

from collective_use.questionnaire.form.content import Choice
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.questionnaire.paper.identity import form_number
from collective_use.questionnaire.paper.page import questionnaire_html
from collective_use.questionnaire.paper.word.breaks import (
    Heads,
    heads_of,
    margin_for_last_line,
    unbroken,
    width_cm,
)
from collective_use.questionnaire.paper.word.document import questionnaire_docx
from collective_use.questionnaire.paper.word.elements import _ORDERS
from collective_use.questionnaire.paper.word.styles import width_of


@pytest.fixture(scope="module")
def blank(bank):
    return form_content(bank, language="en+zh", modules=["all"])


@pytest.fixture(scope="module")
def document(blank):
    return docx.Document(io.BytesIO(questionnaire_docx(blank)))


def tables_with(document, tag: str):
    """Tables that hold a control of a name."""
    return [
        table
        for table in document.tables
        if any(node.get(qn("w:val")) == tag for node in table._tbl.iter(qn("w:tag")))
    ]


def kept(row) -> bool:
    return all(p.paragraph_format.keep_with_next for cell in row.cells for p in cell.paragraphs)


def test_properties_stand_in_the_order_of_the_format(document):
    for name, order in _ORDERS.items():
        places = order.split()
        for parent in document.element.iter(qn(f"w:{name}")):
            tags = [child.tag.partition("}")[2] for child in parent]
            assert set(tags) <= set(places), (name, set(tags) - set(places))
            indices = [places.index(tag) for tag in tags if tag not in ("headerReference",)]
            assert all(a <= b for a, b in pairwise(indices)), (name, tags)


def test_the_first_page_has_band_number_codes_and_qr(document, blank):
    band = document.tables[0].rows[0].cells[0]
    assert band.text.split("\n")[0] == form_number(blank)
    assert [text for text in blank.title if text not in band.text] == []
    fill = band._tc.tcPr.find(qn("w:shd")).get(qn("w:fill"))
    assert fill == "0B5D6B"
    codes = document.tables[1]
    assert all(key.text[0] in codes._tbl.xml for key in blank.keys)
    picture = next(codes._tbl.iter(qn("wp:docPr")))
    assert picture.get("descr") == form_number(blank)


def test_the_foot_has_the_short_number_and_no_construct(document, blank):
    section = document.sections[0]
    for part in (section.footer, section.first_page_footer):
        assert form_number(blank) in part.paragraphs[0].text
        assert "collective_data_use" not in part.paragraphs[0].text
    head = section.header.paragraphs[0].text
    assert all(title in head for title in blank.title)
    assert section.first_page_header.paragraphs[0].text == ""


def test_blank_rosters_have_room_for_names_up_to_their_maximum(document, blank, bank):
    maximum = next(r.maximum for r in bank.rosters if r.id == "members")
    rosters = [q for q in blank.questions if q.roster == "members" and q.kind == "grid"]
    assert rosters
    for question in rosters:
        item = question.items[0]
        (table,) = tables_with(document, f"{item}_1_name")
        assert len(table.rows) == maximum + 1
        assert len(tables_with(document, f"{item}_{maximum}_name")) == 1


def test_groups_of_a_form_stay_together(document, blank):
    for question in blank.questions:
        if question.kind in ("choice", "checklist"):
            code = question.columns[0].code
            name = f"{question.items[0]}{'=' if question.kind == 'choice' else '_'}{code}"
            name += "" if question.kind == "choice" else "=1"
            (table,) = tables_with(document, name)
            assert all(kept(row) for row in table.rows[:-1]), name
    statements = next(q for q in blank.questions if q.kind == "grid" and q.number is None)
    first = statements.rows[0].id
    (table,) = tables_with(document, f"{first}=1")
    assert kept(table.rows[0])
    assert kept(table.rows[1])
    assert kept(table.rows[-2])
    assert not kept(table.rows[-1])


def test_thanks_stay_with_the_last_question(document):
    blocks = list(document.iter_inner_content())
    thanks = next(i for i, b in enumerate(blocks) if "Thank you" in getattr(b, "text", ""))
    assert kept(blocks[thanks - 1].rows[-1])


def test_fonts_and_language_of_chinese_have_stand_ins(blank):
    with zipfile.ZipFile(io.BytesIO(questionnaire_docx(blank))) as archive:
        fonts = archive.read("word/fontTable.xml").decode("utf-8")
        styles = archive.read("word/styles.xml").decode("utf-8")
    assert 'w:name="Microsoft YaHei"><w:altName w:val="PingFang SC,Noto Sans CJK SC' in fonts
    assert 'w:eastAsia="zh-CN"' in styles
    assert 'w:eastAsia="en-US"' not in styles


def test_only_one_of_several_answers_has_a_round_box(document):
    xml = document.element.xml
    assert '<w14:uncheckedState w14:val="25CB"' in xml
    assert '<w14:uncheckedState w14:val="2610"' in xml


@pytest.mark.parametrize("scale", ["agree7", "freq7", "comfort5"])
@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_heads_break_between_words(bank, scale, paper):
    entry = bank.get_scale(scale)
    labels = [option.label for option in entry.options]
    labels += [m.label for m in entry.missing if m.offered and m.label]
    columns = [Choice(k, (label["en"], label["zh"])) for k, label in enumerate(labels)]
    heads = heads_of(columns, width_of(paper))
    room = heads.width - 0.2
    for choice in columns:
        english, chinese = choice.label
        assert all(width_cm(word, heads.size) <= room for word in english.split())
        lines = heads.lines(chinese)
        assert "".join(lines) == chinese
        assert all(len(line) > 1 and width_cm(line, heads.size) <= room for line in lines)
        cut = {len("".join(unbroken(chinese, heads.known)[:k])) for k in range(9)}
        ends = {len("".join(lines[:k])) for k in range(1, len(lines))}
        assert ends <= cut


def test_a_head_that_fits_is_one_line():
    assert Heads(3.0).lines("非常不同意") == ["非常不同意"]


@pytest.mark.parametrize("length", range(11, 60))
def test_no_last_line_of_chinese_holds_one_character(length):
    text = "数" * length + "。"
    em = 9.5 * 2.54 / 72
    width = 15.4 * em
    margin = margin_for_last_line(text, width, 9.5)
    room = int((width - margin + 1e-9) / em)
    rest = (length + 1) % room
    assert rest == 0 or rest >= 4 or length + 1 <= room


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_logo_and_lines_of_the_letterhead(bank, tmp_path, kind):
    import segno

    logo = tmp_path / f"logo.{kind}"
    segno.make("x").save(str(logo))
    head = Letterhead(institution="City University", ethics="ERB 1", address="A St", logo=logo)
    content = form_content(bank)
    made = docx.Document(io.BytesIO(questionnaire_docx(content, letterhead=head)))
    assert "City University" in made.tables[0].rows[0].cells[1].text
    assert "Ethics approval: ERB 1" in made.tables[0].rows[0].cells[1].text
    assert next(made.tables[0]._tbl.iter(qn("pic:pic"))) is not None
    page = questionnaire_html(content, letterhead=head)
    assert 'src="data:image/' in page
    assert f"{content.statements} statements" in page
    assert "A St" in page
    assert form_number(content) in page
    assert "A St" in made.tables[-1].rows[0].cells[0].text


def test_right_to_left_forms_turn(tmp_path):
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parent))
    from nasty import nasty

    content = form_content(nasty(tmp_path), language="ar+en", modules=["all"])
    data = questionnaire_docx(content)
    made = docx.Document(io.BytesIO(data))
    assert all(table._tbl.tblPr.find(qn("w:bidiVisual")) is not None for table in made.tables)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("word/document.xml").decode("utf-8")
    assert "<w:rtl/>" in xml
    assert "\u200eTake part?\u200e" in xml
    assert "<script>" not in xml
