"""The few words a form needs that no instrument file holds: page, total, points, thank you."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "draft": "DRAFT",
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
        "agree": "I agree.",
        "ask_consent": "Please tick the box above to take part; otherwise simply close this page.",
        "kept_here": "Your answers stay in this browser until you save them. Nothing is sent.",
        "begin": "Begin",
        "back": "Back",
        "next": "Next",
        "open": "Lines without an answer: {n}. Answer them, or press Next again to go on.",
        "save": "Save my answers as a file",
        "save_text": "Save your answers and send the file to the person who invited you.",
        "saved": "The file is in your downloads folder.",
        "forget": "Remove my answers from this browser",
    },
    "zh": {
        "draft": "试用稿",
        "page": "第",
        "of": "页，共",
        "of_end": "页",
        "group_code": "小组编号",
        "member_code": "您的成员编号",
        "definitions": "本问卷中的用语",
        "consent": "知情同意",
        "points": "分值",
        "total": "合计",
        "tick": "勾选",
        "thanks": "感谢您的作答。",
        "copy_for": "填答人",
        "name": "姓名",
        "agree": "我同意。",
        "ask_consent": "如愿意参加，请勾选上方方框；如不愿意，直接关闭本页即可。",
        "kept_here": "在您保存为文件之前，答案只保留在本浏览器中，不会发送到任何地方。",
        "begin": "开始",
        "back": "上一页",
        "next": "下一页",
        "open": "本页有 {n} 题尚未作答。请补答，或再次点击“下一页”跳过。",
        "save": "把我的答案保存为文件",
        "save_text": "请保存答案，并把文件发给邀请您的人。",
        "saved": "文件已在您的下载文件夹中。",
        "forget": "从本浏览器中清除我的答案",
    },
}
LANGUAGE_NAMES = {"en": "English", "zh": "中文", "de": "Deutsch", "fr": "Français", "es": "Español"}
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
    "forget",
)
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
