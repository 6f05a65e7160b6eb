"""Forms of plain questions, one a statement: for platforms that import a text or a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from collective_use.errors import InputError
from collective_use.platforms.roster_codes import CODES
from collective_use.questionnaire.form.content import FormContent, Page, Question, Texts

PASSAGE, SINGLE, MULTIPLE, LINE, LONG = "passage", "single", "multiple", "line", "long"


@dataclass(frozen=True, slots=True)
class Plain:
    """One question of a text import.

    Attributes
    ----------
    kind
        ``passage``, ``single``, ``multiple``, ``line`` or ``long``.
    text
        What it asks, one line.
    options
        Answers, one line each.
    required
        Whether it has to be answered.
    """

    kind: str
    text: str
    options: tuple[str, ...] = ()
    required: bool = False


def one_line(texts: Texts) -> str:
    """Return a text in all languages as one line, as one-language platforms show it.

    Examples
    --------
    >>> one_line(("Never", "从不"))
    'Never / 从不'
    """
    shown = dict.fromkeys(" ".join(text.split()) for text in texts if text.strip())
    return " / ".join(shown)


def plain_questions(content: FormContent, platform: str) -> tuple[list[Plain], ...]:
    """Return the questions of a form page by page, the cover first.

    Parameters
    ----------
    content
        The form.
    platform
        The platform as messages call it.

    Raises
    ------
    InputError
        When the form holds a roster, which needs other names in each group; it names the item.
    """
    _refuse_rosters(content, platform)
    cover = [
        Plain(PASSAGE, one_line(texts)) for texts in (content.purpose, content.definitions) if texts
    ]
    for module in content.consent:
        cover.append(Plain(PASSAGE, one_line(module.text)))
        accept = one_line(module.accept) or "✓"
        cover.append(Plain(SINGLE, accept, (accept,), module.required))
    cover += [Plain(LINE, one_line(key.text), required=True) for key in content.keys]
    return (cover, *(list(_page(page)) for page in content.pages))


def _refuse_rosters(content: FormContent, platform: str) -> None:
    found = [q for page in content.pages for q in page.questions if q.roster]
    if found:
        named = ", ".join(f"{q.items[0]!r} ({one_line(q.stem)[:60]})" for q in found[:6])
        raise InputError(
            f"{platform} cannot carry questions about named members or partners: it has no list "
            f"that differs by group, so answers could not be led back to persons ({CODES}). "
            f"Leave out the module of: {named}; or publish to another platform"
        )


def _page(page: Page) -> Iterator[Plain]:
    heading = " — ".join(part for part in (one_line(page.title), one_line(page.intro)) if part)
    if heading:
        yield Plain(PASSAGE, heading)
    for question in page.questions:
        yield from _question(question)


def _question(question: Question) -> Iterator[Plain]:
    stem, must = one_line(question.stem), question.required
    options = tuple(one_line(column.label) for column in question.columns)
    if question.kind == "grid":
        if stem:
            yield Plain(PASSAGE, stem)
        for row in question.rows:
            yield Plain(SINGLE, one_line(row.text), options, must)
    elif question.kind in ("choice", "checklist"):
        yield Plain(SINGLE if question.kind == "choice" else MULTIPLE, stem, options, must)
    else:
        yield Plain(LONG if question.field == "text" else LINE, stem, required=must)
