"""Fonts, languages, paper, running head and foot of the Word document."""

from __future__ import annotations

from collective_use.accepted import WordPart
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.direction import direction
from collective_use.questionnaire.form.typography import colon
from collective_use.questionnaire.form.words import in_all
from collective_use.questionnaire.paper.identity import form_number
from collective_use.questionnaire.paper.word.elements import (
    ACCENT,
    GREY,
    element,
    field,
    name_of,
    put,
)
from collective_use.questionnaire.paper.word.sheet import Sheet

SHEETS = {"a4": (21.0, 29.7), "us-letter": (21.59, 27.94)}
MARGIN_CM = 1.7
LATIN_FONT = "Calibri"
_EAST = {
    "zh-hant": ("zh-TW", "Microsoft JhengHei"),
    "zh-tw": ("zh-TW", "Microsoft JhengHei"),
    "zh-hk": ("zh-TW", "Microsoft JhengHei"),
    "ja": ("ja-JP", "Yu Gothic"),
    "ko": ("ko-KR", "Malgun Gothic"),
}
_CHINESE = ("zh-CN", "Microsoft YaHei")
_INSTEAD = {
    "Microsoft YaHei": "PingFang SC,Noto Sans CJK SC,Source Han Sans SC,SimHei",
    "Microsoft JhengHei": "PingFang TC,Noto Sans CJK TC",
    "Yu Gothic": "Hiragino Sans,Noto Sans CJK JP",
    "Malgun Gothic": "Apple SD Gothic Neo,Noto Sans CJK KR",
}
"""Fonts that stand in where a computer lacks one: macOS, Linux, older Windows."""


def width_of(paper: str) -> float:
    """Return the width between the margins in cm."""
    return SHEETS[paper][0] - 2 * MARGIN_CM


def _latin(languages: tuple[str, ...]) -> str:
    """Return the language of what is written in Latin letters."""
    found = (name for name in languages if name.split("-")[0] not in ("zh", "ja", "ko"))
    return next((name for name in found if direction(name) == "ltr"), "en-US")


def _east(languages: tuple[str, ...]) -> tuple[str, str]:
    """Return language and font of East Asian letters; Word picks their forms by these."""
    for name in languages:
        known = _EAST.get(name.casefold()) or _EAST.get(name.split("-")[0].casefold())
        if known:
            return known
    return _CHINESE


def set_up(document: WordPart, languages: tuple[str, ...], title: str, paper: str) -> None:
    """Set styles, paper, margins and properties of a document."""
    from docx.shared import Cm, Pt

    language, font = _east(languages)
    turned = next((name for name in languages if direction(name) == "rtl"), "ar-SA")
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = document.styles[name].element.get_or_add_rPr()
        names = {"w_ascii": LATIN_FONT, "w_hAnsi": LATIN_FONT, "w_eastAsia": font, "w_cs": "Arial"}
        put(style, element("w:rFonts", **names))
        marks = {"w_val": _latin(languages), "w_eastAsia": language, "w_bidi": turned}
        put(style, element("w:lang", **marks))
        if name != "Normal":
            put(style, element("w:color", w_val=ACCENT))
    for old in document.styles.element.iter(name_of("lang")):
        old.set(name_of("eastAsia"), language)
    for rule in document.styles["Title"].element.iter(name_of("pBdr")):
        rule.getparent().remove(rule)
    document.styles["Normal"].font.size = Pt(9.5)
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(side) for side in SHEETS[paper])
    section.left_margin = section.right_margin = Cm(MARGIN_CM)
    section.top_margin, section.bottom_margin = Cm(2.0), Cm(1.8)
    section.header_distance = section.footer_distance = Cm(0.9)
    document.core_properties.title = title
    document.core_properties.author = ""
    document.core_properties.language = languages[0]
    _stand_ins(document, font)


def _stand_ins(document: WordPart, font: str) -> None:
    """Name the fonts that may stand in for the East Asian one."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    entry = f'<w:font w:name="{font}"><w:altName w:val="{_INSTEAD[font]}"/></w:font></w:fonts>'
    part._blob = part.blob.replace(b"</w:fonts>", entry.encode("utf-8"))


def running(sheet: Sheet, content: FormContent) -> None:
    """Add the running head (from the second page) and the foot."""
    section = sheet.document.sections[0]
    section.different_first_page_header_footer = True
    head = _line(sheet, section.header.paragraphs[0], "bottom")
    sheet.say(head, content.title, size=7.5, color=GREY, between=" · ")
    if content.group:
        names = " · ".join(dict.fromkeys(in_all("group_code", sheet.languages)))
        said = f"\t{names}{colon(sheet.languages[-1])}{content.group}"
        sheet.write(head, said, size=7.5, color=GREY)
    for footer in (section.footer, section.first_page_footer):
        foot = _line(sheet, footer.paragraphs[0], "top")
        sheet.write(foot, form_number(content) + "\t", size=7.5, color=GREY)
        _pages(sheet, foot)


def _line(sheet: Sheet, paragraph: WordPart, side: str) -> WordPart:
    """Prepare a line of the margin: one stop at the right, a rule."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    from collective_use.questionnaire.paper.word.elements import RULE, line

    paragraph.style = sheet.document.styles["Normal"]
    sheet.tight(paragraph, before=0, after=0)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(sheet.width), WD_TAB_ALIGNMENT.RIGHT)
    borders = element("w:pBdr")
    borders.append(line(side, RULE, 4))
    put(paragraph._p.get_or_add_pPr(), borders)
    return paragraph


def _pages(sheet: Sheet, paragraph: WordPart) -> None:
    """Write "Page 1 of 5" in every language of the form."""
    parts = [in_all(name, sheet.languages) for name in ("page", "of", "of_end")]
    said = dict(zip(zip(*parts, strict=True), sheet.languages, strict=True))
    for place, ((page, of, end), language) in enumerate(said.items()):
        texts = (" · " if place else "") + f"{page} ", f" {of} ", f" {end}"
        for text, code in zip(texts, ("PAGE", "NUMPAGES", ""), strict=True):
            run = sheet.write(paragraph, text, language, size=7.5, color=GREY)
            if code:
                field(paragraph, code, run._r.get_or_add_rPr())
