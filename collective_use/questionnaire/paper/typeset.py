"""From a form to what the typst template reads: every text set by the rules of its language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collective_use.accepted import PlainDict
from collective_use.questionnaire.form.content import (
    Choice,
    Consent,
    FormContent,
    Page,
    Question,
    Row,
    Texts,
)
from collective_use.questionnaire.form.fill import glossed
from collective_use.questionnaire.form.letterhead import LETTER_LINES, Letterhead
from collective_use.questionnaire.form.print_words import (
    facts_line,
    skip_line,
)
from collective_use.questionnaire.form.texts import all_texts
from collective_use.questionnaire.form.typography import (
    bigrams,
    colon,
    pieces,
    tail,
    typographic,
    words_of,
)
from collective_use.questionnaire.form.words import in_all
from collective_use.questionnaire.paper.identity import copy_number, form_number, qr_picture

WORDS = ("page", "of", "of_end", "definitions", "consent", "points", "total", "tick", "thanks")
PRINT_WORDS = ("how", "return_to", "named")

KEPT_WHOLE = 22
"""A roster or a list of at most this many lines moves to the next page whole."""


class Setting:
    """Sets the texts of one form in its languages."""

    def __init__(self, content: FormContent) -> None:
        self.languages = content.languages
        self.pairs = bigrams(text for text, _ in all_texts(content))

    def _different(self, texts: Texts) -> list[tuple[str, str]]:
        """Return texts with their language; one that repeats the first is not said twice."""
        pairs = zip(texts, self.languages, strict=False)
        return [
            (typographic(text, language), language)
            for place, (text, language) in enumerate(pairs)
            if text and not (place and text == texts[0])
        ]

    def texts(self, texts: Texts) -> list[dict[str, str]]:
        """Return a text by language; `tail` is what the last line must hold at least."""
        found = []
        for text, language in self._different(texts):
            head, end = tail(text, self.pairs)
            found.append({"lang": _code(language), "head": head, "tail": end})
        return found

    def label(self, texts: Texts, known: Iterable[str]) -> list[PlainDict]:
        """Return the heading of a column, cut where a line may end."""
        words = list(known)
        return [
            {"lang": _code(language), "pieces": list(pieces(text, words))}
            for text, language in self._different(texts)
        ]

    def words(self) -> dict[str, list[dict[str, str]]]:
        """Return the words that forms need, in every language of the form."""
        every = {name: in_all(name, self.languages) for name in (*WORDS, *PRINT_WORDS)}

        return {name: self.texts(tuple(said)) for name, said in every.items()}


def _code(language: str) -> str:
    return language.split("-")[0].casefold()


def template_data(
    content: FormContent,
    *,
    paper: str,
    marks: bool,
    qr: bool,
    letterhead: Letterhead | None = None,
) -> PlainDict:
    """Return what the typst template reads, as plain values.

    Parameters
    ----------
    content
        The form.
    paper
        ``a4`` or ``us-letter``.
    marks
        Whether answer boxes leave their position behind, for fillable copies and scanning.
    qr
        Whether the form id is printed as a QR code.
    letterhead
        Who sends the form.
    """
    form = glossed(content)
    setting = Setting(form)
    return {
        "lang": _code(form.languages[0]),
        "paper": paper,
        "marks": marks,
        "qr": qr_picture(form, "svg").decode("utf-8") if qr else "",
        "copy": copy_number(form),
        "number": form_number(form),
        "group": _group_line(form),
        "plain_title": [typographic(text, "en") for text in form.title],
        "title": setting.texts(form.title),
        "purpose": setting.texts(form.purpose),
        "facts": setting.texts(_facts(form)),
        "definitions": setting.texts(form.definitions),
        "consent": [_consent(module, form, setting) for module in form.consent],
        "keys": [
            {"id": key.id, "text": setting.texts(key.text), "value": key.value} for key in form.keys
        ],
        "status": setting.texts(form.status),
        "pages": [_page(page, setting) for page in form.pages],
        "words": setting.words() if form.marked else {**setting.words(), "how": []},
        "letterhead": _letterhead(letterhead or Letterhead(), form, setting),
    }


def _group_line(form: FormContent) -> str:
    if not form.group:
        return ""
    names = dict.fromkeys(in_all("group_code", form.languages))
    return " · ".join(names) + colon(form.languages[-1]) + form.group


def _facts(form: FormContent) -> Texts:
    others = len(form.questions) - len([q for q in form.questions if q.number is None])
    return tuple(facts_line(name, form.minutes, form.statements, others) for name in form.languages)


def _consent(module: Consent, form: FormContent, setting: Setting) -> PlainDict:
    numbers = form.numbers_asking(module.id)
    return {
        "id": module.id,
        "text": setting.texts(module.text),
        "accept": setting.texts(module.accept),
        "skip": setting.texts(tuple(skip_line(name, numbers) for name in form.languages)),
    }


def _letterhead(letterhead: Letterhead, form: FormContent, setting: Setting) -> PlainDict:
    picture = letterhead.picture()
    lines = []
    for name in LETTER_LINES:
        said = letterhead.line(name, form.languages)
        if said:
            label = in_all(name, form.languages)
            pairs = zip(label, said, form.languages, strict=True)
            lines.append(setting.texts(tuple(f"{a}{colon(code)}{b}" for a, b, code in pairs)))
    return {
        "shown": bool(letterhead),
        "logo": list(picture[0]) if picture else [],
        "kind": picture[1] if picture else "",
        "institution": setting.texts(letterhead.line("institution", form.languages)),
        "address": setting.texts(letterhead.line("address", form.languages)),
        "lines": lines,
    }


def _page(page: Page, setting: Setting) -> PlainDict:
    return {
        "title": setting.texts(page.title),
        "intro": setting.texts(page.intro),
        "questions": [_question(question, setting) for question in page.questions],
    }


def _question(question: Question, setting: Setting) -> PlainDict:
    lines = max(len(question.rows), len(question.columns) if not question.rows else 0)
    statements = question.kind == "grid" and question.number is None
    return {
        "kind": question.kind,
        "items": list(question.items),
        "number": question.number,
        "stem": setting.texts(question.stem),
        "rows": [_row(row, setting) for row in question.rows],
        "columns": _columns(question.columns, setting),
        "total": "" if question.total is None else f"{question.total:g}",
        "field": question.field,
        "unit": setting.texts(question.unit),
        "whole": not statements and lines <= KEPT_WHOLE,
        "statements": statements,
    }


def _row(row: Row, setting: Setting) -> PlainDict:
    return {
        "id": row.id,
        "number": row.number,
        "text": setting.texts(row.text),
        "note": row.note,
    }


def _columns(columns: Sequence[Choice], setting: Setting) -> list[PlainDict]:
    known = words_of(text for choice in columns for text in choice.label)
    return [
        {
            "value": "none" if choice.code is None else str(choice.code),
            "missing": choice.missing,
            "label": setting.label(choice.label, known),
            "text": setting.texts(choice.label),
        }
        for choice in columns
    ]
