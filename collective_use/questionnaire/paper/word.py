"""The questionnaire as a Word document that a team can edit: clickable boxes, repeated headings."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from collective_use.questionnaire.form.content import (
    Choice,
    FormContent,
    Page,
    Question,
    Row,
    Texts,
)
from collective_use.questionnaire.form.fill import glossed
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.questionnaire.form.print_words import facts_line, printed_in_all, skip_line
from collective_use.questionnaire.form.texts import changed_by_language
from collective_use.questionnaire.form.typography import colon, typographic
from collective_use.questionnaire.form.words import word, words
from collective_use.questionnaire.paper.fields import FACTS, NO_CODE, column_of, form_facts

ACCENT = "0B5D6B"
SOFT = "EEF4F5"
RULE = "B9C9CC"
WIDTH_CM = 17.4
SHEETS = {"a4": (21.0, 29.7), "us-letter": (21.59, 27.94)}
LETTER_LINES = ("investigator", "ethics", "contact", "date")
OPTION_CM = {5: 1.9, 6: 1.7, 7: 1.45, 8: 1.35, 9: 1.25}
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    node = OxmlElement(tag)
    for name, value in attributes.items():
        node.set(qn(name.replace("_", ":", 1)), value)
    return node


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return qn(f"w:{tag}")


def _shade(cell: Any, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(
        _element("w:shd", w_val="clear", w_color="auto", w_fill=colour)
    )


def _checkbox(paragraph: Any, name: str) -> None:
    """Add a content control that a click ticks; Word, LibreOffice and readers know it."""
    from lxml import etree

    control = _element("w:sdt")
    properties = _element("w:sdtPr")
    properties.append(_element("w:alias", w_val=name))
    properties.append(_element("w:tag", w_val=name[:64]))
    box = etree.SubElement(properties, f"{{{_W14}}}checkbox", nsmap={"w14": _W14})
    etree.SubElement(box, f"{{{_W14}}}checked").set(f"{{{_W14}}}val", "0")
    for state, code in (("checkedState", "2612"), ("uncheckedState", "2610")):
        node = etree.SubElement(box, f"{{{_W14}}}{state}")
        node.set(f"{{{_W14}}}val", code)
        node.set(f"{{{_W14}}}font", "MS Gothic")
    content = _element("w:sdtContent")
    run = _element("w:r")
    fonts = _element("w:rPr")
    fonts.append(
        _element("w:rFonts", w_ascii="MS Gothic", w_eastAsia="MS Gothic", w_hAnsi="MS Gothic")
    )
    run.append(fonts)
    text = _element("w:t")
    text.text = "\u2610"
    run.append(text)
    content.append(run)
    control.append(properties)
    control.append(content)
    paragraph._p.append(control)


def _entry(paragraph: Any, name: str, value: str = "", width: int = 16) -> None:
    """Add a content control to type into, named as the column that it becomes."""
    control = _element("w:sdt")
    properties = _element("w:sdtPr")
    properties.append(_element("w:alias", w_val=name))
    properties.append(_element("w:tag", w_val=name[:64]))
    if not value:
        properties.append(_element("w:showingPlcHdr"))
    properties.append(_element("w:text"))
    content = _element("w:sdtContent")
    run = _element("w:r")
    text = _element("w:t")
    text.text = value or "_" * width
    run.append(text)
    content.append(run)
    control.append(properties)
    control.append(content)
    paragraph._p.append(control)


def _code(choice: Choice) -> str:
    return NO_CODE if choice.code is None else str(choice.code)


def _say(paragraph: Any, texts: Texts, *, size: float = 10, bold: bool = False) -> None:
    from docx.shared import Pt, RGBColor

    shown = [text for i, text in enumerate(texts) if text and (i == 0 or text != texts[0])]
    for i, text in enumerate(shown):
        run = paragraph.add_run(("\n" if i else "") + text)
        run.font.size = Pt(size if i == 0 else size * 0.9)
        run.bold = bold
        if i:
            run.font.color.rgb = RGBColor(0x50, 0x60, 0x68)


def _tight(paragraph: Any, *, centre: bool = False) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.space_before = Pt(2)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _row_rules(row: Any, *, header: bool = False) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("w:cantSplit"))
    if header:
        properties.append(_element("w:tblHeader"))


def _table(document: Any, rows: int, widths: Sequence[float]) -> Any:
    """Make a table whose grid and cells agree on the widths, as Word needs."""
    from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
    from docx.shared import Cm

    table = document.add_table(rows=rows, cols=len(widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    borders = _element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_element(f"w:{side}", w_val="single", w_sz="4", w_color=RULE))
    table._tbl.tblPr.append(borders)
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w_w="30", w_type="dxa"))
    table._tbl.tblPr.append(margins)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        _row_rules(row)
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    return table


def _header(table: Any, labels: Sequence[Texts]) -> None:
    _row_rules(table.rows[0], header=True)
    for cell, label in zip(table.rows[0].cells[1:], labels, strict=True):
        _say(_tight(cell.paragraphs[0], centre=True), label, size=6.5)


def _row_text(cell: Any, row: Row) -> None:
    paragraph = _tight(cell.paragraphs[0])
    if row.number is not None:
        run = paragraph.add_run(f"{row.number}. ")
        run.bold = True
    _say(paragraph, row.text, size=9.5)
    if row.note:
        paragraph.add_run(f"  {row.note}").italic = True


def _answers(document: Any, question: Question, labels: Sequence[Choice]) -> None:
    width = OPTION_CM.get(len(labels), 2.2 if len(labels) < 5 else 1.2)
    widths = [WIDTH_CM - width * len(labels), *([width] * len(labels))]
    table = _table(document, len(question.rows) + 1, widths)
    _header(table, [choice.label for choice in labels])
    boxes = question.kind in ("grid", "ticks", "roles")
    for number, (line, row) in enumerate(zip(table.rows[1:], question.rows, strict=True)):
        _row_text(line.cells[0], row)
        for cell, choice in zip(line.cells[1:], labels, strict=True):
            paragraph = _tight(cell.paragraphs[0], centre=True)
            if question.kind in ("ticks", "roles"):
                option = choice.code if question.kind == "roles" else None
                _checkbox(paragraph, f"{column_of(question, row, option)}=1")
            elif boxes:
                _checkbox(paragraph, f"{column_of(question, row)}={_code(choice)}")
            else:
                _entry(paragraph, column_of(question, row), width=6)
        if number % 2:
            for cell in line.cells:
                _shade(cell, SOFT)


def _ask(document: Any, question: Question, languages: Sequence[str]) -> None:
    if question.stem:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        if question.number is not None:
            paragraph.add_run(f"{question.number}. ").bold = True
        _say(paragraph, question.stem, bold=question.number is None)
    every = words(languages)
    single = {"ticks": "tick", "nominate": "member_code", "points": "points"}
    if question.kind in ("grid", "roles"):
        _answers(document, question, question.columns)
    elif question.kind in single:
        _answers(document, question, [Choice(1, tuple(every[single[question.kind]]))])
        if question.total is not None:
            _say(
                document.add_paragraph(),
                tuple(
                    f"{total}{colon(language)}{question.total:g}"
                    for total, language in zip(every["total"], languages, strict=True)
                ),
                bold=True,
            )
    elif question.kind in ("checklist", "choice"):
        for choice in question.columns:
            paragraph = _tight(document.add_paragraph())
            several = question.kind == "checklist"
            column = column_of(question, None, choice.code if several else None)
            _checkbox(paragraph, f"{column}={'1' if several else _code(choice)}")
            _say(paragraph, (f"  {choice.label[0]}", *choice.label[1:]))
    elif question.field == "text":
        _entry(document.add_paragraph(), question.items[0], width=88)
        for _ in range(2):
            document.add_paragraph("_" * 88)
    else:
        width = 16 if question.field == "number" else 48
        paragraph = document.add_paragraph()
        _entry(paragraph, question.items[0], width=width)
        paragraph.add_run("  " + " · ".join(text for text in question.unit if text))


def _letterhead(document: Any, content: FormContent, letterhead: Letterhead) -> None:
    """Put logo, institution and the lines of the study above the title."""
    from docx.shared import Cm

    picture = letterhead.picture()
    if picture and picture[1] != "svg":
        document.add_picture(io.BytesIO(picture[0]), height=Cm(1.5))
    institution = letterhead.line("institution", content.languages)
    if institution:
        _say(_tight(document.add_paragraph()), institution, size=11, bold=True)
    for name in LETTER_LINES:
        said = letterhead.line(name, content.languages)
        labels = printed_in_all(name, content.languages)
        pairs = zip(labels, said, content.languages, strict=False)
        lines = tuple(f"{label}{colon(code)}{text}" for label, text, code in pairs)
        if lines:
            _say(_tight(document.add_paragraph()), lines, size=8)


def _cover(document: Any, content: FormContent) -> None:
    document.add_heading(content.title[0], level=0)
    for text in content.title[1:]:
        document.add_heading(text, level=2)
    language = content.languages[0]
    for heading, texts in (("", content.purpose), ("definitions", content.definitions)):
        if heading and texts:
            document.add_heading(word(heading, language), level=2)
        for text in texts:
            document.add_paragraph(text)
    if content.consent:
        document.add_heading(word("consent", language), level=2)
    for module in content.consent:
        for text in module.text:
            document.add_paragraph(text)
        paragraph = document.add_paragraph()
        _checkbox(paragraph, f"consent/{module.id}=1")
        _say(paragraph, tuple(f"  {text}" for text in module.accept), bold=True)
        numbers = content.numbers_asking(module.id)
        if numbers:
            skip = tuple(skip_line(name, numbers) for name in content.languages)
            _say(document.add_paragraph(), skip, size=9)
    for key in content.keys:
        paragraph = document.add_paragraph()
        _say(paragraph, key.text, bold=True)
        paragraph.add_run(colon(language))
        _entry(paragraph, key.id, key.value, width=20)
    for name in content.languages:
        others = sum(question.number is not None for question in content.questions)
        line = facts_line(name, content.minutes, content.statements, others)
        document.add_paragraph().add_run(line).bold = True
    for text in content.status:
        document.add_paragraph().add_run(text).italic = True


def _page(document: Any, page: Page, languages: Sequence[str]) -> None:
    if page.title:
        _say(document.add_heading(level=1), page.title, size=14)
    if page.intro:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        _say(paragraph, page.intro)
    for question in page.questions:
        _ask(document, question, languages)


def _latin_language(content: FormContent) -> str:
    """Return the language of what is written in Latin letters."""
    return next((name for name in content.languages if not name.startswith("zh")), "en-US")


def _styles(document: Any, content: FormContent, paper: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name = "Calibri"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Microsoft YaHei")
        if name != "Normal":
            style.font.color.rgb = RGBColor.from_string(ACCENT)
        # Word chooses forms of Chinese characters and marks by the language of the text.
        marked = style.element.get_or_add_rPr()
        for old in marked.findall(qn("w:lang")):
            marked.remove(old)
        marked.append(_element("w:lang", w_val=_latin_language(content), w_eastAsia="zh-CN"))
    for old in document.styles.element.iter(qn("w:lang")):
        old.set(qn("w:eastAsia"), "zh-CN")
    document.styles["Normal"].font.size = Pt(10)
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(side) for side in SHEETS[paper])
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(1.9)
    document.core_properties.title = content.title[0]
    document.core_properties.author = ""
    document.core_properties.language = content.languages[0]


def _field(paragraph: Any, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        if kind:
            run._r.append(_element("w:fldChar", w_fldCharType=kind))
        else:
            instruction = _element("w:instrText")
            instruction.text = text
            run._r.append(instruction)


def _footer(document: Any, content: FormContent) -> None:
    language = content.languages[0]
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.add_run(f"{content.form_id}    {word('page', language)} ")
    _field(paragraph, "PAGE")
    paragraph.add_run(f" {word('of', language)} ")
    _field(paragraph, "NUMPAGES")
    paragraph.add_run(f" {word('of_end', language)}")


def _keep(document: Any, facts: str) -> None:
    """Keep what the form says of itself as a part that programs carry along and nobody sees."""
    from xml.sax.saxutils import escape

    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    text = f'<form xmlns="{FACTS}">{escape(facts)}</form>'
    name = PackURI("/customXml/item9.xml")
    part = Part(name, "application/xml", text.encode("utf-8"), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


def questionnaire_docx(
    content: FormContent,
    *,
    paper: str = "a4",
    letterhead: Letterhead | None = None,
) -> bytes:
    """Write a form as a Word document.

    Parameters
    ----------
    content
        The form, from `form_content`.
    paper
        ``a4`` or ``us-letter``.
    letterhead
        Who sends the form; a logo as .png or .jpg.

    Returns
    -------
    bytes
        The .docx file: headings as styles, grids that repeat their heading and never break
        inside a row, boxes that tick when clicked.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> questionnaire_docx(form_content(cu.load_instrument("lq2002")))[:2]
    b'PK'
    """
    import docx

    content = changed_by_language(glossed(content), typographic)
    head = letterhead or Letterhead()
    document = docx.Document()
    _styles(document, content, paper)
    _footer(document, content)
    _letterhead(document, content, head)
    _cover(document, content)
    document.add_page_break()
    for page in content.pages:
        _page(document, page, content.languages)
    closing = document.add_paragraph()
    _say(closing, tuple(words(content.languages)["thanks"]), bold=True)
    address = head.line("address", content.languages)
    if address:
        closing.paragraph_format.keep_with_next = True
        _say(document.add_paragraph(), tuple(printed_in_all("return_to", content.languages)))
        _say(document.add_paragraph(), address, bold=True)
    # LibreOffice drops the names of controls when it saves and keeps their order.
    tags = [node.get(_name("val")) for node in document.element.iter(_name("tag"))]
    _keep(document, form_facts(content, tags))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
