"""Texts by language: what respondents see is there in every declared language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel

from collective_use.checks import quoted
from collective_use.instrument.check.context import Context
from collective_use.instrument.messages import describe
from collective_use.instrument.model import Text
from collective_use.yaml_source.document import Place

TEXT_FIELDS = (
    "title",
    "form_title",
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
    "unit",
    "accept",
    "high_means",
)
SHOWN = (
    "form_title",
    "text",
    "label",
    "stem",
    "intro",
    "occasion",
    "unit",
    "accept",
    "purpose",
    "definitions",
    "group_term",
)
"""Texts that respondents read; block titles are added where they stand."""


MOST_ONE_BY_ONE = 10
"""From more than this many texts on, a language is reported as a whole."""


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
    declared = tuple(dict.fromkeys(bank.languages))
    known = (*declared, *bank.draft_languages)
    absent: dict[str, list[Place]] = {}
    foreign: dict[str, list[Place]] = {}
    for place, text in texts(bank):
        for language, words in text.items():
            if language not in known:
                foreign.setdefault(language, []).append(place)
            if not words.strip():
                found = f"{_whose(context, place)} is empty in {language!r}"
                context.say((*place, language), f"{found}; write it or remove the line")
        for language in declared:
            if language not in text and _required(place, text):
                absent.setdefault(language, []).append(place)
    _absent(context, absent)
    _foreign(context, foreign)
    _declared(context, (*bank.languages, *bank.draft_languages))


def _required(place: Place, text: Text) -> bool:
    obliged = place[-1] in ("text", "label") and "missing" not in place
    return shown_to_respondents(place) and bool(text or obliged)


def _absent(context: Context, absent: dict[str, list[Place]]) -> None:
    declared = quoted(context.instrument.languages)
    right = "translate, or move the language to 'draft_languages' until it is done"
    for language, places in absent.items():
        if len(places) > MOST_ONE_BY_ONE:
            number = context.instrument.languages.index(language)
            text = (
                f"the instrument declares {language!r}, and {len(places)} texts are missing in it"
            )
            text = f"{text} (first: {_whose(context, places[0])}); {right}"
            context.say(("languages", number), text)
            continue
        for place in places:
            found = f"{_whose(context, place)} is missing in {language!r}"
            context.say(place, f"{found}, and the instrument declares {declared}; {right}")


def _foreign(context: Context, foreign: dict[str, list[Place]]) -> None:
    declared = quoted(context.instrument.languages)
    right = "add it there, or to 'draft_languages' while it is being translated"
    for language, places in foreign.items():
        many = len(places) > MOST_ONE_BY_ONE
        for place in places[:1] if many else places:
            found = f"{_whose(context, place)} is in {language!r}"
            found += f", as are {len(places) - 1} other texts" if many else ""
            text = f"{found}, which 'languages' ({declared}) does not list; {right}"
            context.say((*place, language), text, key=True)


def _declared(context: Context, known: tuple[str, ...]) -> None:
    bank = context.instrument
    for n, status in enumerate(bank.status):
        if status.language not in known:
            text = (
                f"status number {n + 1} is of {status.language!r}, which 'languages' does not list"
            )
            context.say(("status", n, "language"), text)
    counts = Counter(known)
    repeated = [language for language in counts if counts[language] > 1]
    if repeated:
        context.say(("languages",), f"languages lists {quoted(repeated)} twice; keep one")


def _whose(context: Context, place: Place) -> str:
    part = describe(context.document.value, context.place(*place[:-1]))
    return f"{place[-1]} of {part}" if part != "the instrument" else str(place[-1])
