"""Texts by language: what respondents see is there in every declared language."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from collective_use.checks import quoted
from collective_use.instrument.context import Context
from collective_use.instrument.messages import describe
from collective_use.yaml_source import Place

TEXT_FIELDS = (
    "title",
    "description",
    "name",
    "definition",
    "definitions",
    "group_term",
    "purpose",
    "text",
    "label",
    "stem",
    "intro",
    "occasion",
    "accept",
    "high_means",
)
SHOWN = ("text", "label", "stem", "intro", "occasion", "accept", "definitions", "group_term")
"""Texts that respondents read; block titles are added where they stand."""


def texts(part: BaseModel, place: Place = ()) -> Iterator[tuple[Place, dict[str, str]]]:
    """Walk all texts by language of a part, each with its place.

    Examples
    --------
    >>> from collective_use.instrument.model import Option
    >>> list(texts(Option(code=1, label={"en": "No"})))
    [(('label',), {'en': 'No'})]
    """
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        here = (*place, info.alias or name)
        if name in TEXT_FIELDS and isinstance(value, dict):
            yield here, value
        elif isinstance(value, BaseModel):
            yield from texts(value, here)
        elif isinstance(value, tuple):
            for number, entry in enumerate(value):
                if isinstance(entry, BaseModel):
                    yield from texts(entry, (*here, number))


def shown_to_respondents(place: Place) -> bool:
    """Tell whether respondents read the text at a place.

    Examples
    --------
    >>> shown_to_respondents(("items", 0, "text")), shown_to_respondents(("title",))
    (True, False)
    """
    return place[-1] in SHOWN or (place[-1] == "title" and "blocks" in place)


def check(context: Context) -> None:
    """Check that no text is empty, in an undeclared language or untranslated."""
    if context.broken.get("languages"):
        return
    bank = context.instrument
    declared = tuple(bank.languages)
    drafts = tuple(bank.draft_languages)
    for place, text in texts(bank):
        whose = _whose(context, place)
        for language, words in text.items():
            if language not in (*declared, *drafts):
                found = _undeclared(whose, language, declared)
                context.say((*place, language), found, key=True)
            if not words.strip():
                found = f"{whose} is empty in {language!r}; write it or remove the line"
                context.say((*place, language), found)
        missing = [language for language in declared if language not in text]
        obliged = place[-1] in ("text", "label") and "missing" not in place
        required = shown_to_respondents(place) and (text or obliged)
        if missing and required:
            context.say(place, _untranslated(whose, missing, declared))
    for n, status in enumerate(bank.status):
        if status.language not in (*declared, *drafts):
            found = _undeclared(f"status number {n + 1}", status.language, declared)
            context.say(("status", n, "language"), found)
    repeated = [language for n, language in enumerate(bank.languages) if language in declared[:n]]
    if repeated:
        context.say(("languages",), f"languages lists {quoted(repeated)} twice; keep one")


def _whose(context: Context, place: Place) -> str:
    part = describe(context.document.value, context.place(*place[:-1]))
    return f"{place[-1]} of {part}" if part != "the instrument" else str(place[-1])


def _undeclared(whose: str, language: str, declared: tuple[str, ...]) -> str:
    return (
        f"{whose} is in {language!r}, but the instrument declares {quoted(declared)}; add it to "
        "'languages', or to 'draft_languages' while it is being translated"
    )


def _untranslated(whose: str, missing: list[str], declared: tuple[str, ...]) -> str:
    return (
        f"{whose} has no text in {quoted(missing)}, but the instrument declares "
        f"{quoted(declared)}; add it, or move the language to 'draft_languages'"
    )
