"""Every text of a form, with where it stands: to look at all, or to change all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from collective_use.questionnaire.form.content import (
    Choice,
    FormContent,
    Page,
    Question,
    Row,
    Texts,
)

Change = Callable[[str, str], str]
"""`(text, where it stands) -> text`."""
_Turn = Callable[[Texts, str], Texts]


def changed_texts(content: FormContent, change: Change) -> FormContent:
    """Return a form with every text that respondents read changed; names on rosters stay.

    Parameters
    ----------
    content
        The form.
    change
        Called with each text and where it stands (``item 'a1'``, ``consent 'naming'``).
    """

    def turn(texts: Texts, where: str) -> Texts:
        return tuple(change(text, where) for text in texts)

    return _turned(content, turn)


def changed_by_language(content: FormContent, change: Change) -> FormContent:
    """Return a form with every text changed; `change` is called with a text and its language."""

    def turn(texts: Texts, _: str) -> Texts:
        return tuple(
            change(text, language) for text, language in zip(texts, content.languages, strict=False)
        )

    return _turned(content, turn)


def _turned(content: FormContent, turn: _Turn) -> FormContent:
    return replace(
        content,
        title=turn(content.title, "the title"),
        purpose=turn(content.purpose, "the purpose"),
        definitions=turn(content.definitions, "the definitions"),
        consent=tuple(
            replace(
                module,
                text=turn(module.text, f"consent {module.id!r}"),
                accept=turn(module.accept, f"consent {module.id!r}"),
            )
            for module in content.consent
        ),
        keys=tuple(replace(key, text=turn(key.text, f"item {key.id!r}")) for key in content.keys),
        pages=tuple(_page(page, turn) for page in content.pages),
    )


def _page(page: Page, turn: _Turn) -> Page:
    where = f"block {page.id!r}"
    return replace(
        page,
        title=turn(page.title, where),
        intro=turn(page.intro, where),
        questions=tuple(_question(question, turn) for question in page.questions),
    )


def _question(question: Question, turn: _Turn) -> Question:
    item = f"item {question.items[0]!r}"

    def row(entry: Row) -> Row:
        if question.roster and entry.position is not None:
            return entry
        where = f"item {entry.id!r}" if entry.number is not None else f"{item}, row {entry.id}"
        return replace(entry, text=turn(entry.text, where))

    def choice(entry: Choice) -> Choice:
        return replace(entry, label=turn(entry.label, f"{item}, option {entry.code}"))

    return replace(
        question,
        stem=turn(question.stem, item),
        rows=tuple(row(entry) for entry in question.rows),
        columns=tuple(choice(entry) for entry in question.columns),
        unit=turn(question.unit, item),
    )


def all_texts(content: FormContent) -> Iterator[tuple[str, str]]:
    """Yield every text of a form with where it stands.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> next(all_texts(form_content(cu.load_instrument("lq2002"))))[1]
    'the title'
    """
    found: list[tuple[str, str]] = []

    def look(text: str, where: str) -> str:
        found.append((text, where))
        return text

    changed_texts(content, look)
    yield from found
