"""Microsoft Forms: the Word document of its quick import. Never imported into a live account here.

The import knows numbered questions with lettered options; grids, rosters and required answers it
does not know, so each statement is a question, and a roster is refused.
"""

from __future__ import annotations

import io
import string

from collective_use.errors import InputError
from collective_use.output import same_archive
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.online.escape import escaped
from collective_use.questionnaire.online.plain import (
    PASSAGE,
    Plain,
    one_line,
    plain_questions,
)
from collective_use.questionnaire.online.published import Published, shuffled_note

_LETTERS = string.ascii_uppercase


def to_microsoft_forms(content: FormContent) -> Published:
    """Write a form as a Word document for the quick import of Microsoft Forms.

    Raises
    ------
    InputError
        When the form holds a roster, or a question with more than 26 options.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> list(to_microsoft_forms(form_content(cu.load_instrument("lq2002"))).files)
    ['survey.docx']
    """
    import docx

    content = escaped(content, lambda text: text)
    document = docx.Document()
    document.add_heading(one_line(content.title), level=0)
    number = 0
    for page in plain_questions(content, "Microsoft Forms"):
        for question in page:
            number += question.kind != PASSAGE
            for line in _lines(question, number):
                document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    cannot = [
        *shuffled_note(content),
        "Each statement is a question of its own; answers are read back by their wording, so "
        "change no text after the import.",
        "Required answers, multiple answers, sections and passages of text are set in the editor, "
        "the consent first of all.",
    ]
    if len(content.languages) > 1:
        cannot.append("Both languages stand in one text; the editor takes translations by hand.")
    return Published(
        {"survey.docx": same_archive(buffer.getvalue())},
        tuple(cannot),
        ("In Microsoft Forms: Quick import, survey.docx, Form; compare each question.",),
    )


def _lines(question: Plain, number: int) -> list[str]:
    if question.kind == PASSAGE:
        return [question.text]
    if len(question.options) > len(_LETTERS):
        raise InputError(
            f"Microsoft Forms' import letters options from A to Z; {question.text[:60]!r} has "
            f"{len(question.options)}"
        )
    options = zip(_LETTERS, question.options, strict=False)
    return [
        f"{number}. {question.text}",
        *(f"{letter}. {option}" for letter, option in options),
    ]
