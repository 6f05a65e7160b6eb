"""The few words that a form needs and no instrument holds: page, total, points, thank you."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.checks import quoted
from collective_use.questionnaire.form.phrases import (
    BASE,
    bundled,
    missing_words,
    phrases_of,
)

_NAMES = {"fa": "فارسی", "he": "עברית", "ur": "اردو", "pt": "Português", "ru": "Русский"}
_NAMES |= {"ja": "日本語", "ko": "한국어", "zh-Hant": "繁體中文", "zh-TW": "繁體中文"}
"""Languages that have no file here yet."""

WEB = (
    "group_code",
    "member_code",
    "definitions",
    "consent",
    "points",
    "total",
    "tick",
    "thanks",
    "agree",
    "ask_consent",
    "kept_here",
    "begin",
    "back",
    "next",
    "open",
    "save",
    "save_text",
    "saved",
    "copy",
    "copied",
    "outside",
    "next_person",
    "not_you",
    "unfinished",
    "continue",
    "afresh",
    "shared",
    "send",
    "send_text",
    "sending",
    "sent",
    "failed",
    "sent_to",
    "may_refuse",
    "optional",
)
LISTED = ("member_code", "points", "total", "tick", "thanks", "refused_naming")
"""Words printed in every language of the form; the others appear in its first language."""
PRINT = (
    "page",
    "of",
    "definitions",
    "consent",
    "points",
    "total",
    "tick",
    "thanks",
    "group_code",
    "member_code",
    "facts",
    "statements",
    "questions",
    "how",
    "skip",
    "return_to",
    "named",
)
"""Words of printed forms."""


def word(name: str, language: str) -> str:
    """Return one word in a language, in English where nothing else is known.

    Examples
    --------
    >>> word("total", "zh-Hans"), word("total", "xx")
    ('合计', 'Total')
    """
    known = (found.words[name] for found in phrases_of(language) if name in found.words)
    return next(known, bundled()[BASE].words[name])


def in_all(name: str, languages: Sequence[str]) -> list[str]:
    """Return a word in every language of a form."""
    return [word(name, language) for language in languages]


def words(languages: Sequence[str]) -> dict[str, str | list[str]]:
    """Return all words for a form.

    Examples
    --------
    >>> words(["en", "zh"])["total"]
    ['Total', '合计']
    """
    return {
        name: in_all(name, languages) if name in LISTED else word(name, languages[0])
        for name in bundled()[BASE].words
    }


def language_name(language: str) -> str:
    """Return a language's name in itself; its code where no file says it.

    Examples
    --------
    >>> language_name("zh"), language_name("xx")
    ('中文', 'xx')
    """
    own = [found.name for found in phrases_of(language) if found.name]
    return _NAMES.get(language) or next(iter(own), language)


def fallback_notes(languages: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each language whose words are not all known: they stand in English.

    Examples
    --------
    >>> fallback_notes(["en", "zh"], WEB)
    ()
    """
    return tuple(
        f"{len(lacking)} of the form's own words (such as {quoted(lacking, most=4)}) are not "
        f"known in {language!r} and stand in English. `collective-use instrument phrases "
        f"{language} --out {language}.yaml` writes a file to translate; use it with --phrases."
        for language, lacking in missing_words(languages, names).items()
    )


def translation_notes(languages: Sequence[str]) -> tuple[str, ...]:
    """Return what is said of the translation of the words that a form uses."""
    found = (phrases.status for name in languages for phrases in phrases_of(name)[:1])
    return tuple(dict.fromkeys(status for status in found if status))
