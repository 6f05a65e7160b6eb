"""Questions and pages of a form in Word."""

from __future__ import annotations

from collective_use.accepted import WordPart
from collective_use.questionnaire.form.content import Page, Question
from collective_use.questionnaire.paper.word.elements import RULE, element, entry, line, put
from collective_use.questionnaire.paper.word.grids import answer_grid, option_list, single_grid
from collective_use.questionnaire.paper.word.sheet import INDENT_CM, Sheet

_WIDTHS = {"number": 10, "month": 16, "code": 22}
_LINES = 3
"""Lines to write on below an open question."""


def page(sheet: Sheet, content: Page) -> None:
    """Add a block of the form: heading, introduction, questions."""
    if content.title:
        heading = sheet.tight(sheet.document.add_heading(level=1), before=14, after=4)
        sheet.say(heading, content.title, size=13, bold=True)
    if content.intro:
        sheet.say(sheet.paragraph(keep=True, after=4), content.intro)
    for question in content.questions:
        _ask(sheet, question)


def _ask(sheet: Sheet, question: Question) -> None:
    if question.kind == "field":
        _field(sheet, question)
        return
    _stem(sheet, question)
    if question.kind in ("grid", "roles"):
        answer_grid(sheet, question)
    elif question.kind in ("ticks", "nominate", "points"):
        single_grid(sheet, question)
    else:
        option_list(sheet, question)


def _stem(sheet: Sheet, question: Question, *, keep: bool = True) -> WordPart:
    """Write the text of a question; a grid of statements has one without a number."""
    if not any(question.stem):
        sheet.gap(3, keep=True)
        return None
    paragraph = sheet.paragraph(keep=keep, before=8, after=3)
    if question.number is not None:
        sheet.number(sheet.hang(paragraph), question.number)
    return sheet.say(paragraph, question.stem, bold=question.number is None)


def _field(sheet: Sheet, question: Question) -> None:
    if question.field == "text":
        _stem(sheet, question)
        _writing_lines(sheet, question.items[0])
        return
    paragraph = _stem(sheet, question, keep=False)
    if paragraph is None:
        paragraph = sheet.paragraph()
    paragraph.paragraph_format.keep_together = True
    sheet.write(paragraph, "   ")
    entry(paragraph, question.items[0], width=_WIDTHS.get(question.field, 40))
    if any(question.unit):
        sheet.write(paragraph, " ")
        sheet.say(paragraph, question.unit, between=" · ")


def _writing_lines(sheet: Sheet, name: str) -> None:
    """Leave ruled lines for an open answer; what is typed stands on the first."""
    from docx.shared import Cm, Pt

    for place in range(_LINES):
        paragraph = sheet.paragraph(keep=place < _LINES - 1, before=0, after=0)
        shape = paragraph.paragraph_format
        shape.left_indent, shape.line_spacing = Cm(INDENT_CM), Pt(22)
        borders = element("w:pBdr")
        borders.append(line("bottom", RULE, 4))
        # Lines of neighboring paragraphs with one border would melt into one frame.
        borders.append(line("between", RULE, 4))
        put(paragraph._p.get_or_add_pPr(), borders)
        if place == 0:
            entry(paragraph, name, width=8)
