"""Wenjuanxing (问卷星) and Tencent (腾讯问卷): the text of a batch import.

Both take a question a paragraph with its kind in brackets, and its options a line each. Never
imported into a live account here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.fill import glossed
from collective_use.questionnaire.online.escape import escaped, parted
from collective_use.questionnaire.online.plain import (
    LINE,
    LONG,
    MULTIPLE,
    PASSAGE,
    SINGLE,
    Plain,
    one_line,
    plain_questions,
)
from collective_use.questionnaire.online.published import Published, shuffled_note


@dataclass(frozen=True)
class _Dialect:
    title: str
    marks: Mapping[str, str]
    required: str
    page: str
    numbered: bool
    step: str


_WENJUANXING = _Dialect(
    "Wenjuanxing",
    {
        PASSAGE: "[段落说明]",
        SINGLE: "[单选题]",
        MULTIPLE: "[多选题]",
        LINE: "[填空题]",
        LONG: "[填空题]",
    },
    "",
    "",
    True,
    "At 问卷星: 创建问卷, 文本导入, paste the text; then set required answers and pages.",
)
_TENCENT = _Dialect(
    "Tencent",
    {
        PASSAGE: "[段落说明]",
        SINGLE: "[单选题]",
        MULTIPLE: "[多选题]",
        LINE: "[单行文本题]",
        LONG: "[多行文本题]",
    },
    "[必答]",
    "=== 分页 ===",
    False,
    "At 腾讯问卷: 创建问卷, 文本导入, paste the text.",
)


def escape(text: str) -> str:
    """Return a text in which no bracket, gap or page mark is taken for one of the import's own.

    Examples
    --------
    >>> escape("A [单选题] and ____").replace("\\u200b", "~")
    'A [~单选题] and _~_~_~_'
    """
    return parted(text, r"[\[【［](?=[^\s])|_(?=_)|^=(?==)|\{(?=_)")


def _written(content: FormContent, dialect: _Dialect) -> str:
    parts = [one_line(content.title)]
    number = 0
    for place, page in enumerate(plain_questions(content, dialect.title)):
        if place and dialect.page:
            parts.append(dialect.page)
        for question in page:
            number += question.kind != PASSAGE
            parts.append(_one(question, dialect, number))
    return "\n\n".join(parts) + "\n"


def _one(question: Plain, dialect: _Dialect, number: int) -> str:
    count = f"{number}. " if dialect.numbered and question.kind != PASSAGE else ""
    must = dialect.required if question.required else ""
    head = f"{count}{question.text}{dialect.marks[question.kind]}{must}"
    return "\n".join((head, *question.options))


def _published(content: FormContent, dialect: _Dialect) -> Published:
    text = _written(escaped(glossed(content), escape), dialect)
    cannot = [
        *shuffled_note(content),
        "Each statement is a question of its own; answers are read back by their wording, so "
        "change no text after the import.",
        "Answer codes: the platform numbers options from 1; export option texts.",
    ]
    if not dialect.required:
        cannot.append("Required answers are set in the editor, the consent first of all.")
    if len(content.languages) > 1:
        cannot.append("Both languages stand in one text.")
    return Published({"survey.txt": text.encode("utf-8")}, tuple(cannot), (dialect.step,))


def to_wenjuanxing(content: FormContent) -> Published:
    """Write a form as text for the batch import of Wenjuanxing.

    Raises
    ------
    InputError
        When the form holds a roster; it names the item.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form = to_wenjuanxing(form_content(cu.load_instrument("lq2002")))
    >>> form.files["survey.txt"].decode().count("[单选题]")
    19
    """
    return _published(content, _WENJUANXING)


def to_tencent(content: FormContent) -> Published:
    """Write a form as text for the batch import of Tencent surveys.

    Raises
    ------
    InputError
        When the form holds a roster; it names the item.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form = to_tencent(form_content(cu.load_instrument("lq2002")))
    >>> "=== 分页 ===" in form.files["survey.txt"].decode()
    True
    """
    return _published(content, _TENCENT)
