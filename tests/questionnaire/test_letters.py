"""No letter is printed as an empty box: a font has it, or the form is refused by name."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from typer.testing import CliRunner

import collective_use as cu
from collective_use.cli.main import app
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.questionnaire.paper import letters
from collective_use.questionnaire.paper.letters import find_fonts, require_letters
from collective_use.questionnaire.paper.pdf import questionnaire_pdf

SCRIPTS = {
    "Arabic": "نستخدم البيانات",
    "Hebrew": "אנו משתמשים בנתונים",
    "Devanagari": "हम आँकड़ों का उपयोग करते हैं",
    "Thai": "เราใช้ข้อมูล",
    "Georgian": "ვიყენებთ მონაცემებს",
    "Chinese": "王堃",
    "Hangul": "자료를 사용한다",
}


def with_text(text: str):
    bank = cu.load_instrument("lq2002")
    items = (bank.items[0].model_copy(update={"text": {"en": text}}), *bank.items[1:])
    return bank.model_copy(update={"items": items})


@pytest.fixture
def no_fonts_here(monkeypatch):
    monkeypatch.setattr(letters, "_on_this_computer", lambda: ())


@pytest.mark.parametrize("script", SCRIPTS)
def test_letters_without_a_font_are_refused_by_name(script, no_fonts_here):
    bank = with_text(SCRIPTS[script])
    item = bank.items[0].id
    with pytest.raises(cu.InputError) as caught:
        questionnaire_pdf(form_content(bank))
    said = str(caught.value)
    assert script in said
    assert f"item {item!r}" in said
    assert "--font" in said
    assert "form.docx" in said


@pytest.mark.parametrize(
    "text",
    [
        "Źródło: naïve façade, Größe, İstanbul, Đà Nẵng được",
        "Мы используем данные, Ґ і ї",
        "Χρησιμοποιούμε δεδομένα",
        "5 € – “quoted” … № 3 → 4",
        "我们使用数据",
        "A\u00a0space, a\u200bbreak, a\u200emark",
    ],
)
def test_letters_that_come_along_are_printed_in_our_fonts(text):
    content = form_content(with_text(text))
    with pikepdf.open(io.BytesIO(questionnaire_pdf(content))) as pdf:
        fonts = {
            str(font.BaseFont).split("+")[-1]
            for page in pdf.pages
            for _, font in page.Resources.get("/Font", {}).items()
        }
    assert all(name.startswith("NotoSans") for name in fonts), fonts


def test_names_codes_and_the_letterhead_are_looked_at_too(bank, no_fonts_here):
    people = (Member("m1", "王堃"), Member("m2", "李娜"))
    content = form_content(bank, modules=["ties"], roster=people, language="zh")
    with pytest.raises(cu.InputError, match=r"'堃'.*the name of member 'm1'"):
        require_letters(content)
    content = form_content(bank, group="ก1")
    with pytest.raises(cu.InputError, match=r"Thai letters.*the code"):
        require_letters(content)
    head = Letterhead(institution={"en": "University", "zh": "大学 א"})
    with pytest.raises(cu.InputError, match=r"Hebrew letters.*letterhead's institution"):
        require_letters(form_content(bank, language="zh"), head)


def made_font(path, text: str, family: str = "Made Up") -> None:
    """A font with boxes for the letters of a text."""
    codes = {ord(letter): f"u{ord(letter):04X}" for letter in sorted(set(text))}
    build = FontBuilder(1000, isTTF=True)
    names = [".notdef", *codes.values()]
    build.setupGlyphOrder(names)
    build.setupCharacterMap(codes)
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for point in ((50, 700), (450, 700), (450, 0)):
        pen.lineTo(point)
    pen.closePath()
    glyph = pen.glyph()
    build.setupGlyf(dict.fromkeys(names, glyph))
    build.setupHorizontalMetrics(dict.fromkeys(names, (500, 50)))
    build.setupHorizontalHeader(ascent=800, descent=-200)
    build.setupNameTable(
        {
            "familyName": family,
            "styleName": "Regular",
            "uniqueFontIdentifier": family,
            "fullName": f"{family} Regular",
            "version": "Version 1.0",
            "psName": f"{family.replace(' ', '')}-Regular",
        }
    )
    build.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    build.setupPost()
    build.save(path)


def test_a_font_that_the_user_names_prints_them(tmp_path, no_fonts_here):
    text = SCRIPTS["Georgian"]
    made_font(tmp_path / "made.ttf", text)
    fonts = find_fonts([tmp_path / "made.ttf"])
    assert fonts.families == ("Made Up",)
    printed = cu.questionnaire(with_text(text), fonts=[tmp_path / "made.ttf"])
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        used = {str(f.BaseFont) for p in pdf.pages for f in dict(p.Resources.Font).values()}
    assert any("MadeUp" in name.replace(" ", "") for name in used), used
    with pytest.raises(cu.InputError, match="Thai letters"):
        cu.questionnaire(with_text(SCRIPTS["Thai"]), fonts=[tmp_path / "made.ttf"])


def test_an_installed_font_is_named_in_the_refusal(tmp_path, monkeypatch):
    made_font(tmp_path / "made.ttf", SCRIPTS["Thai"], "Thai Made")
    found = (("Thai Made", str(tmp_path / "made.ttf")), ("Other", str(tmp_path / "none.ttf")))
    monkeypatch.setattr(letters, "_on_this_computer", lambda: found)
    with pytest.raises(cu.InputError, match=r'--font "Thai Made"'):
        require_letters(form_content(with_text(SCRIPTS["Thai"])))
    assert find_fonts(["thai made"]).families == ("Thai Made",)


@pytest.mark.parametrize("ending", ["docx", "html"])
def test_word_and_page_use_the_readers_fonts(ending):
    assert cu.questionnaire(with_text(SCRIPTS["Thai"]), format=ending)


def test_slips_with_fonts_are_named(tmp_path, no_fonts_here):
    (tmp_path / "bad.ttf").write_bytes(b"no font")
    for font, message in (
        (tmp_path / "none.ttf", "there is no file"),
        (tmp_path / "bad.ttf", "is no font that can be read"),
        ("Nothing Sans", "none called 'Nothing Sans' is installed"),
    ):
        with pytest.raises(cu.InputError, match=message):
            find_fonts([font])


def test_a_refused_form_writes_nothing(tmp_path, no_fonts_here):
    source = Path(__file__).parent / "forms" / "arabic.yaml"
    out = tmp_path / "form.pdf"
    done = CliRunner().invoke(app, ["questionnaire", str(source), "--out", str(out)])
    assert isinstance(done.exception, cu.InputError)
    assert list(tmp_path.iterdir()) == []
