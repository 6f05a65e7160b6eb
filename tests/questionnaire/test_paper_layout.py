"""The printed page: what stands together, what is said on the first page, where lines may end."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

import collective_use as cu
from collective_use.errors import InputError
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.letterhead import Letterhead, read_letterhead
from collective_use.questionnaire.paper.fillable import answer_boxes
from collective_use.questionnaire.paper.pdf import questionnaire_pdf

CASES = [
    ("short", "en", (), "a4"),
    ("short", "zh", (), "a4"),
    ("short", "en+zh", (), "us-letter"),
    ("short", "en+zh", ("all",), "a4"),
    ("long", "en", (), "us-letter"),
]


def pages_of(document: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1]}-{case[3]}")
def laid(request, bank, roster):
    form, language, modules, paper = request.param
    content = form_content(
        bank, form=form, language=language, modules=modules, roster=roster, group="G7"
    )
    return content, paper


def test_no_page_holds_a_single_line_of_a_grid(laid):
    content, paper = laid
    boxes = answer_boxes(content, paper=paper)
    for question in content.questions:
        if question.kind != "grid" or len(question.rows) < 2:
            continue
        statements = question.number is None
        stems = [row.id if statements else f"{question.items[0]}.{row.id}" for row in question.rows]
        pages = [next(b.page for b in boxes if b.name.startswith(f"{s}=")) for s in stems]
        assert min(pages.count(page) for page in set(pages)) > 1, question.items


def test_the_options_of_a_question_share_a_page(laid):
    content, paper = laid
    boxes = answer_boxes(content, paper=paper)
    for question in content.questions:
        if question.kind in ("choice", "checklist"):
            found = {b.page for b in boxes if b.name.startswith(f"{question.items[0]}=")}
            assert len(found) == 1, question.items


def test_thanks_never_stand_alone(laid):
    content, paper = laid
    last = pages_of(questionnaire_pdf(content, paper=paper))[-1]
    assert "Thank you" in last or "感谢您" in last
    said = re.sub(r"\s", "", last)
    assert re.sub(r"\s", "", content.questions[-1].stem[0]) in said


def test_codes_stand_on_the_first_page(laid):
    content, paper = laid
    boxes = answer_boxes(content, paper=paper)
    codes = {key.id for key in content.keys if not key.value}
    assert {b.page for b in boxes if b.name in codes} == {1}


def test_the_first_page_says_how_long_it_takes(bank):
    content = form_content(bank, language="en+zh")
    first = pages_of(questionnaire_pdf(content))[0]
    assert f"About {content.minutes} minutes" in first
    assert "43 statements" in first
    assert content.minutes <= 12
    assert "本问卷中的用语" in first
    assert "知情同意" in first


def test_a_blank_roster_has_room_for_its_maximum(bank):
    content = form_content(bank, modules=["ties"])
    maximum = next(r.maximum for r in bank.rosters if r.id == "members")
    assert {len(q.rows) for q in content.questions if q.roster == "members"} == {maximum}


def test_refusing_to_name_colleagues_lets_the_right_questions_out(bank):
    content = form_content(bank, modules=["ties"])
    numbers = content.numbers_asking("naming")
    assert len(numbers) == 3
    first = " ".join(pages_of(questionnaire_pdf(content))[:2])
    assert f"questions {numbers[0]}–{numbers[-1]}" in first


def test_heads_of_columns_never_break_inside_a_word(bank):
    from collective_use.questionnaire.form.typography import pieces, words_of

    labels = [option.label["zh"] for option in bank.get_scale("agree7").options]
    cut = {label: pieces(label, words_of(labels)) for label in labels}
    assert cut["非常不同意"] == ("非常", "不同意")
    assert cut["既不同意也不反对"] == ("既不同意", "也不反对")
    assert all(len(piece) > 1 for found in cut.values() for piece in found)


def test_the_last_line_of_a_chinese_text_holds_more_than_one_character(bank):
    from collective_use.questionnaire.form.typography import bigrams, tail

    texts = [item.text["zh"] for item in bank.items if item.kind == "likert"]
    pairs = bigrams(texts)
    for text in texts:
        head, end = tail(text, pairs)
        assert head + end == text
        assert len(end.rstrip("。")) >= 3, text


def test_letterhead_is_printed_and_fills_its_gaps(bank, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
        '<rect width="40" height="20" fill="#0b5d6b"/></svg>'
    )
    study = tmp_path / "study.yaml"
    study.write_text(
        "letterhead:\n"
        "  logo: logo.svg\n"
        "  institution: {en: City University, zh: 城市大学}\n"
        "  ethics: ERB 12/2027\n"
        "  address: 1 Main Street\n"
        "fill:\n  NAME OF STUDY: Partners 2027\n",
        encoding="utf-8",
    )
    head, fill = read_letterhead(study)
    printed = cu.questionnaire(bank, language="en+zh", letterhead=head, fill=fill, draft=True)
    pages = pages_of(printed)
    assert "City University" in pages[0]
    assert "城市大学" in pages[0]
    assert "ERB 12/2027" in pages[0]
    assert "[INSTITUTION]" not in pages[0]
    assert "1 Main Street" in pages[-1]
    assert cu.questionnaire(bank, format="docx", letterhead=head, draft=True)[:2] == b"PK"


def test_a_letterhead_that_cannot_be_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        Letterhead(logo=tmp_path / "none.png").picture()
    with pytest.raises(InputError, match="did you mean 'institution'"):
        cu.questionnaire("lq2002", letterhead={"institutoin": "x"})


def test_files_are_written_where_the_path_says(tmp_path, bank):
    members = tmp_path / "members.csv"
    members.write_text("group,member\nA/B,p1\nA-B,p1\n", encoding="utf-8")
    content = cu.questionnaire(
        bank, tmp_path / "copies", members=members, personal=True, draft=True
    )
    files = sorted(path.name for path in (tmp_path / "copies").iterdir() if path.suffix == ".pdf")
    assert len(files) == 2
    assert content[:5] == b"%PDF-"
    assert (tmp_path / "copies" / "copies.csv").exists()
    with pytest.raises(InputError, match="folder"):
        cu.questionnaire(bank, tmp_path / "x.docx", members=members, personal=True, draft=True)


def test_long_names_and_many_members_fit(bank):
    people = tuple(Member(f"m{i}", "阿卜杜热合曼·买买提" * 2, "Office of " * 8) for i in range(12))
    content = form_content(bank, language="en+zh", modules=["ties"], roster=people, group="G")
    assert len(answer_boxes(content)) > 12
