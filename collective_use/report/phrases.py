"""The words of a report by language: a file a language, so that others can add one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from collective_use.checks import did_you_mean, quoted
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.phrases import told
from collective_use.report.sentences import Sentence, filled

FOLDER = Path(__file__).parent / "words"
BASE = "en"


@dataclass(frozen=True)
class Phrases:
    """What a report says in one language.

    Attributes
    ----------
    language
        Such as ``en`` or ``zh``.
    words
        By the names of ``words/en.yaml``.
    """

    language: str
    words: Mapping[str, str]

    def word(self, key: str) -> str:
        """Return a word; KeyError for a name that the file of the language does not hold."""
        return self.words[key]

    def say(self, key: str, **values: object) -> Sentence:
        """Return a sentence with its numbers filled in.

        Where the file holds the name with ``.one``, that sentence is taken when the value of
        ``n`` reads "1".
        """
        values = {name: self._told(value) for name, value in values.items()}
        one = f"{key}.one"
        alone = str(values.get("n", "")) == "1" and one in self.words
        return filled(self.words[one if alone else key], values)

    def _told(self, value: object) -> object:
        """Return what fills a gap in the language: a reason, a rule, the way of a fit."""
        return told(self.language, str(value)) if isinstance(value, (str, Cutoff)) else value

    def term(self, group: str, text: str) -> str:
        """Return what a fixed word of a table, such as a verdict, is called; itself if unknown.

        Examples
        --------
        >>> phrases_in("zh").term("verdict", "supported")
        '支持'
        """
        return self.words.get(f"{group}.{text}", text)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that a report can be written in.

    Examples
    --------
    >>> languages()
    ('en', 'zh')
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def phrases_in(language: str) -> Phrases:
    """Return the words of a language.

    Raises
    ------
    InputError
        When there is no file for the language.

    Examples
    --------
    >>> phrases_in("en").word("contents")
    'Contents'
    """
    if language not in languages():
        raise InputError(
            f"language must be one of {quoted(languages())}, got {language!r}"
            f"{did_you_mean(language, languages())}"
        )
    text = (FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    return Phrases(language, {str(key): str(value) for key, value in yaml.safe_load(text).items()})


def report_languages(wanted: bool | str) -> tuple[str, ...]:
    """Read ``true``, ``en``, ``zh`` or ``en+zh``; the first is shown first.

    Raises
    ------
    InputError
        For a language that no phrase file speaks.

    Examples
    --------
    >>> report_languages(True), report_languages("zh+en")
    (('en',), ('zh', 'en'))
    """
    if wanted is True:
        return ("en",)
    names = tuple(part.strip() for part in str(wanted).split("+") if part.strip())
    unknown = [name for name in names if name not in languages()]
    if unknown or not names:
        raise InputError(
            f"the language of a report must be one or more of {quoted(languages())}, joined by "
            f"'+', got {wanted!r}"
        )
    return names
