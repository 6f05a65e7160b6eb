"""The few words a form needs that no instrument file holds: page, total, points, thank you."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "page": "Page",
        "of": "of",
        "of_end": "",
        "group_code": "Group code",
        "member_code": "Your member code",
        "definitions": "What we mean by the words in this questionnaire",
        "consent": "Your consent",
        "points": "Points",
        "total": "Total",
        "tick": "Tick",
        "thanks": "Thank you for your answers.",
        "copy_for": "Copy for",
        "name": "Name",
    },
    "zh": {
        "page": "第",
        "of": "页，共",
        "of_end": "页",
        "group_code": "小组编号",
        "member_code": "您的成员编号",
        "definitions": "本问卷中的用语",
        "consent": "知情同意",
        "points": "分数",
        "total": "合计",
        "tick": "勾选",
        "thanks": "感谢您的作答。",
        "copy_for": "收件人",
        "name": "姓名",
    },
}
LISTED = ("member_code", "points", "total", "tick", "thanks")
"""Words printed in every language of the form; the others appear in its first language."""


def word(name: str, language: str) -> str:
    """Return one word in a language, in English where we have no other.

    Examples
    --------
    >>> word("total", "zh"), word("total", "fr")
    ('合计', 'Total')
    """
    return _WORDS.get(language, _WORDS["en"])[name]


def words(languages: Sequence[str]) -> dict[str, str | list[str]]:
    """Return all words for a form.

    Examples
    --------
    >>> words(["en", "zh"])["total"]
    ['Total', '合计']
    """
    return {
        name: [word(name, language) for language in languages]
        if name in LISTED
        else word(name, languages[0])
        for name in _WORDS["en"]
    }
