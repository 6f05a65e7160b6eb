"""How hard a text is to read: words, syllables, characters, and a grade for English.

English is graded by Flesch and Kincaid (Kincaid, Fishburne, Rogers & Chissom 1975, Naval
Technical Training Command, Research Branch Report 8-75): 0.39 words per sentence + 11.8
syllables per word - 15.59. Chinese has no agreed grade; its length is counted in characters.
For other languages only words are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_SENTENCE = re.compile(r"[.!?。！？]+(?=\s|$|[^.!?。！？\s])")


def words(text: str) -> list[str]:
    """Return the words of a text in an alphabetic script.

    Examples
    --------
    >>> words("Our group's data, twice-checked.")
    ['Our', "group's", 'data', 'twice-checked']
    """
    return _WORD.findall(text)


def characters(text: str) -> int:
    """Count Chinese characters.

    Examples
    --------
    >>> characters("我们小组（2个）")
    5
    """
    return len(_HAN.findall(text))


def is_chinese(language: str) -> bool:
    """Tell whether a language is written in characters that are counted one by one.

    Examples
    --------
    >>> is_chinese("zh"), is_chinese("zh-Hant"), is_chinese("en")
    (True, True, False)
    """
    return language.split("-")[0] == "zh"


def length(text: str, language: str) -> int:
    """Count words, or characters in Chinese.

    Examples
    --------
    >>> length("We use data.", "en"), length("我们使用数据。", "zh")
    (3, 6)
    """
    return characters(text) if is_chinese(language) else len(words(text))


def sentences(text: str) -> int:
    """Count sentences; a text without a full stop is one.

    Examples
    --------
    >>> sentences("One. Two! Three"), sentences("One")
    (3, 1)
    """
    parts = [part for part in _SENTENCE.split(text) if part.strip()]
    return max(1, len(parts))


def syllables(word: str) -> int:
    """Estimate the syllables of an English word: groups of vowels, without a silent e.

    Examples
    --------
    >>> [syllables(word) for word in ("data", "use", "performance", "people", "used")]
    [2, 1, 3, 2, 1]
    """
    word = re.sub(r"[^a-z]", "", word.casefold())
    groups = len(_VOWELS.findall(word))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscgzx]es$|[aeiou]le$", word)
    return max(1, groups - (1 if silent and groups > 1 else 0))


def grade(texts: Iterable[str]) -> float | None:
    """Return the Flesch-Kincaid grade of English texts read as one; None without words.

    Examples
    --------
    >>> round(grade(["The cat sat on the mat."]), 2)
    -1.45
    """
    count_words = count_sentences = count_syllables = 0
    for text in texts:
        found = words(text)
        count_words += len(found)
        count_sentences += sentences(text) if found else 0
        count_syllables += sum(syllables(word) for word in found)
    if not count_words:
        return None
    return 0.39 * count_words / count_sentences + 11.8 * count_syllables / count_words - 15.59
