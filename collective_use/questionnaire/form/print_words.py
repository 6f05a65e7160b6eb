"""Words that only printed forms need: the cover, the letterhead, how to answer, the state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from collective_use.instrument.model import LanguageStatus
from collective_use.questionnaire.form.words import word

_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "facts": "About {minutes} minutes",
            "statements": "{n} statements",
            "one_statement": "1 statement",
            "questions": "{n} questions",
            "one_question": "1 question",
            "how": (
                "Please mark one circle in each line. To change an answer, cross it out and mark "
                "another."
            ),
            "skip": "If you leave this box empty, please leave out questions {numbers}.",
            "skip_one": "If you leave this box empty, please leave out question {numbers}.",
            "return_to": "Please return this questionnaire to:",
            "investigator": "Principal investigator",
            "ethics": "Ethics approval",
            "date": "Date",
            "contact": "Contact",
            "named": "Name of the member",
        },
        "zh": {
            "facts": "约需{minutes}分钟",
            "statements": "{n}个陈述题",
            "one_statement": "1个陈述题",
            "questions": "{n}个问题",
            "one_question": "1个问题",
            "how": "每行请选一个圆圈作答。如需更改，请划去原答案，再选另一个。",
            "skip": "如不勾选，请跳过第{numbers}题。",
            "skip_one": "如不勾选，请跳过第{numbers}题。",
            "return_to": "请将问卷交回：",
            "investigator": "项目负责人",
            "ethics": "伦理审查批准号",
            "date": "日期",
            "contact": "联系方式",
            "named": "成员姓名",
        },
    }
)
_STATES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "zh": {
            "original": "原文",
            "draft": "译文初稿，尚未经母语者独立审校",
            "reviewed": "译文已经审校",
            "adjudicated": "译文已经审定",
            "back_translated": "译文已经回译核对",
            "piloted": "{state}，已预测试。",
            "unpiloted": "{state}，也未预测试。",
            "unpiloted_only": "{state}，尚未预测试。",
        }
    }
)
_GAPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "zh": {
            "NAME OF STUDY": "研究名称",
            "INSTITUTION": "研究机构",
            "ETHICS BODY AND NUMBER": "伦理审查机构及批准号",
            "DATE OF DELETION": "删除日期",
            "SMALLEST GROUP REPORTED": "报告的最小小组人数",
            "CONTACT": "联系人及联系方式",
            "DATE FOR OPTING OUT": "退出列名的截止日期",
            "NAME OF ARCHIVE": "数据存档机构",
            "DATE OF DELETION OF ANSWERS": "作答数据删除日期",
            "FUNDER": "资助方",
            "REWARD OR NONE": "报酬（如无，请写“无”）",
            "WHO GAVE THE LIST": "提供名单的单位",
            "RECIPIENT ABROAD": "境外接收方",
            "CONTACT OF RECIPIENT ABROAD": "境外接收方联系方式",
            "RECIPIENT": "接收方",
            "CONTACT OF RECIPIENT": "接收方联系方式",
            "APPROVAL OF FOREIGN-RELATED SURVEY": "涉外调查批准文号",
            "NAME OF UNIT": "单位名称",
            "DATE": "日期",
        }
    }
)
"""What the gaps of consent texts are called in a language, shown in drafts."""


def print_word(name: str, language: str) -> str:
    """Return one word of the printed form, in English where there is no other.

    Examples
    --------
    >>> print_word("ethics", "zh"), print_word("ethics", "fr")
    ('伦理审查批准号', 'Ethics approval')
    """
    return _WORDS.get(language.split("-")[0], _WORDS["en"])[name]


def facts_line(language: str, minutes: int, statements: int, questions: int) -> str:
    """Return what answering takes, for the first page.

    Examples
    --------
    >>> facts_line("en", 9, 43, 7)
    'About 9 minutes · 43 statements · 7 questions'
    >>> facts_line("zh", 10, 0, 16)
    '约需10分钟 · 16个问题'
    """
    parts = [print_word("facts", language).format(minutes=minutes)] if minutes else []
    for name, count in (("statement", statements), ("question", questions)):
        if count:
            key = f"one_{name}" if count == 1 else f"{name}s"
            parts.append(print_word(key, language).format(n=count))
    return " · ".join(parts)


def skip_line(language: str, numbers: Sequence[int]) -> str:
    """Return which questions a consent that is refused lets out; "" for none.

    Examples
    --------
    >>> skip_line("en", [44, 45, 46, 48])
    'If you leave this box empty, please leave out questions 44–46, 48.'
    """
    if not numbers:
        return ""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    listed = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    joined = ("、" if language.startswith("zh") else ", ").join(listed)
    return print_word("skip" if len(numbers) > 1 else "skip_one", language).format(numbers=joined)


def state_of(status: LanguageStatus) -> str:
    """Return how far the wording has been tested, in its own language where words are known.

    Examples
    --------
    >>> state_of(LanguageStatus(language="zh", translation="draft", statement="A draft."))
    '译文初稿，尚未经母语者独立审校，也未预测试。'
    >>> state_of(LanguageStatus(language="en", translation="original", statement="Not piloted."))
    'Not piloted.'
    """
    known = _STATES.get(status.language.split("-")[0])
    if known is None:
        return status.statement
    end = "piloted" if status.piloted else "unpiloted"
    if end == "unpiloted" and status.translation != "draft":
        end = "unpiloted_only"
    return known[end].format(state=known[status.translation])


def gap_name(mark: str, language: str) -> str:
    """Return a gap as a draft shows it: its name in the language, where there is one.

    Examples
    --------
    >>> gap_name("CONTACT", "zh"), gap_name("CONTACT", "en")
    ('【联系人及联系方式】', '[CONTACT]')
    """
    name = _GAPS.get(language.split("-")[0], {}).get(mark)
    return f"【{name}】" if name else f"[{mark}]"


def in_all(name: str, languages: Sequence[str]) -> list[str]:
    """Return a word of forms in every language of a form."""
    return [word(name, language) for language in languages]


def printed_in_all(name: str, languages: Sequence[str]) -> list[str]:
    """Return a word of printed forms in every language of a form."""
    return [print_word(name, language) for language in languages]
