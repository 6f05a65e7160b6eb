"""Wording: two thoughts in one statement, negations, absolutes, length and reading level.

Words are searched, not understood: each finding asks a person to look, and many are fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from collective_use.cutoffs import Cutoff
from collective_use.instrument.lint import readability
from collective_use.instrument.lint.rules import Finding
from collective_use.instrument.model import Instrument, Item

_DOUBLE = {
    "en": re.compile(r"\b(and|or|and/or|as well as|along with)\b", re.IGNORECASE),
    "zh": re.compile(
        r"以及|或者|并且|而且|同时|、|(?<![平温缓柔祥随])和(?![谐平睦解])|(?<![涉以普])及(?![时格])"
    ),
}
_NEGATION = {
    "en": re.compile(
        r"\b(not|no|none|never|nobody|nothing|nowhere|neither|nor|without|cannot|\w+n['’]t)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"不(?![同断少仅过])|没有?|未(?!来)|无(?!论)|(?<![是除并])非(?!常)|从不|毫无"),
}
_ABSOLUTE = {
    "en": re.compile(
        r"\b(always|never|all|every|everyone|everybody|everything|nobody|none|no one|"
        r"completely|entirely|totally|absolutely)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"总是|从不|从来|所有|全部|每个|每次|每位|一切|完全|绝对|永远|人人"),
}
_SEARCHES = (
    (
        "double_barrelled",
        _DOUBLE,
        "one thought in one statement; split it if somebody could agree with half of it",
    ),
    (
        "negation",
        _NEGATION,
        "say what is rather than what is not; a reverse item is an opposite, not a negation",
    ),
    (
        "absolute",
        _ABSOLUTE,
        "a word that leaves room; few can agree with all or always",
    ),
)


def statements(instrument: Instrument) -> tuple[Item, ...]:
    """Return the statements that measure: what the rules of wording apply to."""
    return tuple(i for i in instrument.items if i.kind == "likert" and i.role == "measure")


def findings(instrument: Instrument, rules: Mapping[str, Cutoff]) -> Iterator[Finding]:
    """Look through the wording of every statement in every language."""
    for item in statements(instrument):
        for language, text in item.text.items():
            yield from _searched(item, language, text)
            yield from _length(item, language, text, rules)
    yield from _level(instrument, rules)
    yield from _unsearched(instrument)


def _unsearched(instrument: Instrument) -> Iterator[Finding]:
    """Note the languages in which no words are searched: nothing found there says nothing."""
    spoken = {language for item in statements(instrument) for language in item.text}
    for language in sorted(spoken):
        if language.split("-")[0] not in _DOUBLE:
            found = "the wording was not searched: words are known for English and Chinese only"
            right = "let somebody who speaks it look for two thoughts, negations and absolutes"
            yield Finding("note", "not_searched", "all statements", found, right, language)


def _searched(item: Item, language: str, text: str) -> Iterator[Finding]:
    for rule, patterns, right in _SEARCHES:
        pattern = patterns.get(language.split("-")[0])
        matches = pattern.finditer(text) if pattern else ()
        hits = list(dict.fromkeys(match.group() for match in matches))
        if hits:
            found = f"{', '.join(repr(hit) for hit in hits)} in: {text}"
            yield Finding("look", rule, f"item {item.id!r}", found, right, language)


def _length(item: Item, language: str, text: str, rules: Mapping[str, Cutoff]) -> Iterator[Finding]:
    chinese = readability.is_chinese(language)
    rule = rules["item_characters" if chinese else "item_words"]
    count = readability.length(text, language)
    unit = "characters" if chinese else "words"
    if not rule.passes(count):
        right = f"at most {rule.value:g} {unit} ({rule.source})"
        yield Finding("look", "too_long", f"item {item.id!r}", f"{count} {unit}", right, language)
    level = readability.grade([text]) if language.split("-")[0] == "en" else None
    rule = rules["item_grade"]
    if level is not None and not rule.passes(level):
        right = f"a grade of at most {rule.value:g}: shorter words, shorter sentence"
        found = f"Flesch-Kincaid grade {level:.1f} in: {text}"
        yield Finding("look", "reading_level", f"item {item.id!r}", found, right, language)


def _level(instrument: Instrument, rules: Mapping[str, Cutoff]) -> Iterator[Finding]:
    for row in levels(instrument):
        rule = rules["bank_grade"]
        if isinstance(row["grade"], float) and not rule.passes(row["grade"]):
            found = f"Flesch-Kincaid grade {row['grade']:.1f} over all statements"
            right = f"a grade of at most {rule.value:g} ({rule.source})"
            language = str(row["language"])
            yield Finding("look", "reading_level", "all statements", found, right, language)


def levels(instrument: Instrument) -> list[dict[str, float | str | int | None]]:
    """Return, for each language, the mean length of statements and their grade."""
    rows: list[dict[str, float | str | int | None]] = []
    for language in (*instrument.languages, *instrument.draft_languages):
        texts = [item.text[language] for item in statements(instrument) if language in item.text]
        if not texts:
            continue
        lengths = [readability.length(text, language) for text in texts]
        english = language.split("-")[0] == "en"
        rows.append(
            {
                "language": language,
                "statements": len(texts),
                "unit": "characters" if readability.is_chinese(language) else "words",
                "mean_length": sum(lengths) / len(lengths),
                "longest": max(lengths),
                "grade": readability.grade(texts) if english else None,
            }
        )
    return rows
