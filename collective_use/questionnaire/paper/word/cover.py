"""The first page in Word: letterhead, band with the title, codes, consent; and the last lines."""

from __future__ import annotations

import io
from math import ceil

from collective_use.accepted import WordPart
from collective_use.questionnaire.form.content import Consent, FormContent
from collective_use.questionnaire.form.letterhead import LETTER_LINES, Letterhead
from collective_use.questionnaire.form.print_words import (
    facts_line,
    skip_line,
)
from collective_use.questionnaire.form.typography import colon
from collective_use.questionnaire.form.words import in_all, words
from collective_use.questionnaire.paper.identity import copy_number, form_number, qr_picture
from collective_use.questionnaire.paper.pdf import drawn
from collective_use.questionnaire.paper.word.breaks import width_cm
from collective_use.questionnaire.paper.word.elements import (
    ACCENT,
    GREY,
    RULE,
    SOFT,
    WHITE,
    checkbox,
    edge,
    entry,
    shade,
)
from collective_use.questionnaire.paper.word.sheet import INDENT_CM, Sheet, keep_row

_QR_CM = 2.3
_NARROWER = 0.95
"""Running text is narrower than the widest font that may be put in."""


def cover(sheet: Sheet, content: FormContent, head: Letterhead) -> None:
    """Add everything that stands before the questions."""
    if head:
        letterhead_lines(sheet, head)
    _band(sheet, content)
    _codes(sheet, content)
    for place, text in enumerate(content.purpose):
        sheet.write(sheet.paragraph(), text, content.languages[place])
    _facts(sheet, content)
    _definitions(sheet, content)
    _consent(sheet, content)
    if content.status:
        paragraph = sheet.paragraph(before=6)
        sheet.write(paragraph, " ".join(content.status), size=7.5, color=GREY)


_LINE_CM = 0.44
_FIXED_CM = 4.6
_TALLER_CM = {"title": 0.9, "key": 0.85, "facts": 0.9, "consent": 0.9, "letterhead": 2.2}


def cover_cm(content: FormContent, head: Letterhead, width: float) -> float:
    """Return about how high the cover is: where it takes more than a page, questions run on."""
    consent = [text for module in content.consent for text in (*module.text, *module.accept)]
    texts = [*content.purpose, *content.definitions, *consent]
    lines = sum(ceil(width_cm(text, 8.8) * _NARROWER / (width - 0.8)) for text in texts if text)
    counts = {
        "title": len(content.title),
        "key": len(content.keys),
        "facts": len(content.languages),
        "consent": len(content.consent),
        "letterhead": bool(head),
    }
    more = sum(count * _TALLER_CM[name] for name, count in counts.items())
    return lines * _LINE_CM + more + _FIXED_CM


def letterhead_lines(sheet: Sheet, head: Letterhead) -> None:
    """Put logo, institution and the lines of the study above the title."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    left, right = sheet.table(1, [5.0, sheet.width - 5.0]).rows[0].cells
    picture = head.picture()
    if picture:
        data = drawn(picture[0]) if picture[1] == "svg" else picture[0]
        left.paragraphs[0].add_run().add_picture(io.BytesIO(data), height=Cm(1.5))
    paragraph = sheet.tight(right.paragraphs[0], after=0)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    said = head.line("institution", sheet.languages)
    sheet.say(paragraph, said, size=11, bold=True, between=" · ")
    for name in LETTER_LINES:
        said = head.line(name, sheet.languages)
        labels = in_all(name, sheet.languages)
        pairs = zip(labels, said, sheet.languages, strict=False)
        lines = tuple(f"{label}{colon(code)}{text}" for label, text, code in pairs)
        if lines:
            paragraph = sheet.tight(right.add_paragraph(), before=0, after=0)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            sheet.say(paragraph, lines, size=8, color=GREY, between=" · ")
    sheet.gap(6)


def _band(sheet: Sheet, content: FormContent) -> None:
    """Set the title on a colored ground, as on the PDF."""
    cell = sheet.box(0.7)
    shade(cell, ACCENT)
    number = sheet.tight(cell.paragraphs[0], before=8, after=0)
    sheet.write(number, copy_number(content), size=8, color=WHITE)
    title = cell.add_paragraph(style="Title")
    sheet.tight(title, before=0, after=2 if len(content.title) > 1 else 10)
    sheet.write(title, content.title[0], sheet.languages[0], size=21, bold=True, color=WHITE)
    for place, text in enumerate(content.title[1:], start=1):
        paragraph = sheet.tight(cell.add_paragraph(), before=0, after=8)
        sheet.write(paragraph, text, sheet.languages[place], size=14, color=WHITE)
    sheet.gap(8)


def _codes(sheet: Sheet, content: FormContent) -> None:
    """Ask for the codes, or show them, beside the QR code of the copy."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    widths = [4.6, 6.0, sheet.width - 4.6 - 6.0]
    table = sheet.table(max(1, len(content.keys)), widths)
    for row, key in zip(table.rows, content.keys, strict=False):
        row.height = Cm(0.85)
        sheet.say(sheet.tight(row.cells[0].paragraphs[0]), key.text, bold=True)
        paragraph = sheet.tight(row.cells[1].paragraphs[0])
        entry(paragraph, key.id, key.value, width=28)
    last = table.rows[-1].cells[2]
    picture = (last if len(table.rows) == 1 else table.rows[0].cells[2].merge(last)).paragraphs[0]
    picture.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    shape = picture.add_run().add_picture(
        io.BytesIO(qr_picture(content, "png")), width=Cm(_QR_CM), height=Cm(_QR_CM)
    )
    shape._inline.docPr.set("descr", form_number(content))
    sheet.gap(4)


def _facts(sheet: Sheet, content: FormContent) -> None:
    """Say how long it takes, and how to answer."""
    questions = sum(question.number is not None for question in content.questions)
    for language, how in zip(sheet.languages, in_all("how", sheet.languages), strict=True):
        line = facts_line(language, content.minutes, content.statements, questions)
        paragraph = sheet.paragraph()
        sheet.write(paragraph, line, language, bold=True, color=ACCENT)
        if content.marked:
            sheet.write(paragraph, f"\n{how}", language)


def _definitions(sheet: Sheet, content: FormContent) -> None:
    if not any(content.definitions):
        return
    sheet.gap(4)
    cell = sheet.box(0.4)
    shade(cell, SOFT)
    edge(cell, ACCENT, 24, "left")
    heading = sheet.tight(cell.paragraphs[0], before=6)
    said = tuple(in_all("definitions", sheet.languages))
    sheet.say(heading, said, size=9, bold=True, color=ACCENT, between=" · ")
    for place, text in enumerate(content.definitions):
        paragraph = sheet.tight(cell.add_paragraph(), after=6)
        sheet.write(paragraph, text, sheet.languages[place], size=9)


def _consent(sheet: Sheet, content: FormContent) -> None:
    if not content.consent:
        return
    heading = sheet.tight(sheet.document.add_heading(level=2), keep=True, before=10, after=3)
    said = tuple(in_all("consent", sheet.languages))
    sheet.say(heading, said, size=11, bold=True, between=" · ")
    for module in content.consent:
        _module(sheet, content, module)


def _module(sheet: Sheet, content: FormContent, module: Consent) -> None:
    """Frame a consent text with its box, and say what refusing lets out."""
    cell = sheet.box(0.35)
    edge(cell, RULE, 4, "top", "left", "bottom", "right")
    paragraph = cell.paragraphs[0]
    for place, text in enumerate(module.text):
        paragraph = sheet.tight(paragraph if place == 0 else cell.add_paragraph(), before=4)
        sheet.write(paragraph, text, sheet.languages[place], size=8.8)
    if any(module.accept):
        box = sheet.hang(sheet.tight(cell.add_paragraph(), after=5), INDENT_CM)
        checkbox(box, f"consent/{module.id}=1")
        box.add_run("\t")
        sheet.say(box, module.accept, size=9, bold=True)
        numbers = content.numbers_asking(module.id)
        skip = tuple(skip_line(name, numbers) for name in sheet.languages) if numbers else ()
        if any(skip):
            sheet.write(box, "\n", size=9)
            sheet.say(box, skip, size=8.8)
    sheet.gap(5)


def closing(sheet: Sheet, head: Letterhead) -> None:
    """Thank on the page of the last question, and say where the form goes."""
    _hold_last(sheet.document)
    address = head.line("address", sheet.languages)
    paragraph = sheet.tight(
        sheet.document.add_paragraph(), center=True, keep=bool(address), before=16, after=6
    )
    thanks = tuple(words(sheet.languages)["thanks"])
    sheet.say(paragraph, thanks, size=10, bold=True, color=ACCENT)
    if not address:
        return
    cell = sheet.box(0.4, width=9.0, indent=(sheet.width - 9.0) / 2)
    edge(cell, RULE, 5, "top", "left", "bottom", "right")
    paragraph = sheet.tight(cell.paragraphs[0], before=5)
    sheet.say(paragraph, tuple(in_all("return_to", sheet.languages)), between=" · ")
    sheet.say(sheet.tight(cell.add_paragraph(), after=5), address, bold=True)


def _hold_last(document: WordPart) -> None:
    """Keep whatever stands last on the page of what comes next."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    blocks = list(document.iter_inner_content())
    last = blocks[-1] if blocks else None
    if isinstance(last, Table):
        keep_row(last.rows[-1])
    elif isinstance(last, Paragraph):
        last.paragraph_format.keep_with_next = True
