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
        "next_person": "Next person: clear this browser",
        "not_you": "Not you? Begin as another person",
        "unfinished": "There are unfinished answers in this browser, begun {when}.",
        "continue": "They are mine: continue",
        "afresh": "I am another person: begin afresh",
        "shared": "On a shared computer, press the button below before you leave.",
        "send": "Hand in my answers",
        "send_text": "Hand in your answers with the button below.",
        "sending": "Handing in \u2026",
        "sent": "Your answers have arrived. Your receipt:",
        "failed": "Your answers did not get through; nothing is lost. Try again, or save them as a "
        "file and send the file to the person who invited you.",
        "sent_to": "Your answers stay in this browser until you hand them in. Then they go to "
        "{where} and nowhere else.",
        "may_refuse": "You may take part without this: the questions about named colleagues are "
        "then left out.",
        "optional": "You may take part without this.",
        "refused_naming": "If you do not agree to naming colleagues, leave this question out.",
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
        "next_person": "下一位作答者：清除本浏览器中的答案",
        "not_you": "不是您本人？以另一位作答者的身份开始",
        "unfinished": "本浏览器中有未完成的答案，开始于{when}。",
        "continue": "是我的答案：继续作答",
        "afresh": "我是另一位作答者：重新开始",
        "shared": "如果这是公用电脑，离开前请点击下面的按钮。",
        "send": "提交我的答案",
        "send_text": "请点击下面的按钮提交答案。",
        "sending": "正在提交……",
        "sent": "您的答案已送达。回执号：",
        "failed": "答案未能送达，但没有丢失。请重试，或保存为文件并发给邀请您的人。",
        "sent_to": "提交之前，答案只保留在本浏览器中；"
        "提交后只会发送到{where}，不会发送到其他地方。",
        "may_refuse": "不同意也可以参加：涉及具名同事的题目将不会出现。",
        "optional": "不同意也可以参加。",
        "refused_naming": "如果您不同意指名同事，请跳过本题。",
    },
}
LANGUAGE_NAMES = {"en": "English", "zh": "中文", "de": "Deutsch", "fr": "Français", "es": "Español"}
LANGUAGE_NAMES |= {"ar": "العربية", "fa": "فارسی", "he": "עברית", "ur": "اردو"}
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
