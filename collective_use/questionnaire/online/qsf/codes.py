"""Numbers that Qualtrics gives to choices, and the codes that come back instead."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.questionnaire.form.content import Choice

LANGUAGES = {"zh": "ZH-S", "zh-hans": "ZH-S", "zh-hant": "ZH-T", "pt-br": "PT-BR"}
"""Qualtrics' names of languages, where they are not the code in capitals."""


def language_code(language: str) -> str:
    """Return the name of a language at Qualtrics.

    Examples
    --------
    >>> [language_code(language) for language in ("en", "zh", "ar")]
    ['EN', 'ZH-S', 'AR']
    """
    return LANGUAGES.get(language.casefold(), language.upper())


def choice_ids(columns: Sequence[Choice]) -> list[str]:
    """Return the number of each option at Qualtrics, which starts at 1.

    An option's own code where that can be its number; otherwise its place in the list; where two
    would share a number, all take their places.

    Examples
    --------
    >>> choice_ids([Choice(1, ("a",)), Choice(2, ("b",)), Choice(0, ("none",))])
    ['1', '2', '3']
    """
    ids = [
        str(column.code if column.code is not None and column.code > 0 else place)
        for place, column in enumerate(columns, start=1)
    ]
    return ids if len(set(ids)) == len(ids) else [str(n) for n in range(1, len(columns) + 1)]


def recodes(columns: Sequence[Choice]) -> dict[str, str]:
    """Return the recode value of each option: its code in the instrument.

    An option without a code gets the next free number, which no scale knows: an export of numbers
    then names it instead of taking it for an answer.

    Examples
    --------
    >>> recodes([Choice(0, ("never",)), Choice(3, ("daily",)), Choice(None, ("don't know",))])
    {'1': '0', '2': '3', '3': '4'}
    """
    free = max((column.code for column in columns if column.code is not None), default=0)
    values = {}
    for name, column in zip(choice_ids(columns), columns, strict=True):
        if column.code is None:
            free += 1
        values[name] = str(free if column.code is None else column.code)
    return values
