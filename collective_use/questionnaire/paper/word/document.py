"""The questionnaire as a Word document that a team can edit: clickable boxes, repeated headings."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

from collective_use.accepted import WordPart
from collective_use.output import same_archive
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.controls import require_visible
from collective_use.questionnaire.form.fill import glossed
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.questionnaire.form.texts import changed_by_language
from collective_use.questionnaire.form.typography import typographic
from collective_use.questionnaire.paper.fields import FACTS, form_facts
from collective_use.questionnaire.paper.letters import printed
from collective_use.questionnaire.paper.word.cover import closing, cover, cover_cm
from collective_use.questionnaire.paper.word.elements import keep_part, name_of
from collective_use.questionnaire.paper.word.questions import page
from collective_use.questionnaire.paper.word.sheet import Sheet
from collective_use.questionnaire.paper.word.styles import (
    MARGIN_CM,
    SHEETS,
    running,
    set_up,
    width_of,
)


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
        Who sends the form.

    Returns
    -------
    bytes
        The .docx file: headings as styles, grids that repeat their heading and never break
        inside a row, boxes that tick when clicked.

    Raises
    ------
    InputError
        When a text holds a control character.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> questionnaire_docx(form_content(cu.load_instrument("lq2002")))[:2]
    b'PK'
    """
    import docx

    head = letterhead or Letterhead()
    for text, where in printed(content, head):
        require_visible(text, where)
    content = changed_by_language(glossed(content), typographic)
    document = docx.Document()
    set_up(document, content.languages, content.title[0], paper)
    sheet = Sheet(document, content.languages, width_of(paper))
    running(sheet, content)
    cover(sheet, content, head)
    for block in content.pages:
        page(sheet, block)
    if cover_cm(content, head, sheet.width) < SHEETS[paper][1] - 2 * MARGIN_CM:
        _first_question_on_a_new_page(document)
    closing(sheet, head)
    # LibreOffice drops the names of controls when it saves and keeps their order.
    tags = [node.get(name_of("val")) for node in document.element.iter(name_of("tag"))]
    facts = escape(form_facts(content, tags))
    keep_part(document, f'<form xmlns="{FACTS}">{facts}</form>', "/customXml/item9.xml")
    buffer = io.BytesIO()
    document.save(buffer)
    return same_archive(buffer.getvalue())


def _first_question_on_a_new_page(document: WordPart) -> None:
    """Let the questions begin on a page of their own, as on the PDF."""
    headings = (part for part in document.paragraphs if part.style.name == "Heading 1")
    first = next(headings, None)
    if first is not None:
        first.paragraph_format.page_break_before = True
