"""Words that a form for Chinese offices should avoid, each with the reason and a better word.

From one desk review of this package's own Chinese by a reader of mainland usage, not from data:
each finding asks a person to look. A word is fine where it means something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from collective_use.cutoffs import Cutoff
from collective_use.instrument.check.texts import shown_to_respondents, texts
from collective_use.instrument.lint.rules import Finding
from collective_use.instrument.model import Instrument

AVOIDED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "小圈子": (
            "搞小圈子 is a breach of Party discipline: to agree is an accusation",
            "几个部分",
        ),
        "敏感数据": (
            "a legal class (敏感个人信息, 涉密): to speak about it would be an offence",
            "让人为难的数据问题",
        ),
        "指明方向": ("a set phrase for top leaders: nobody says it of a colleague", "引导工作方向"),
        "引领": ("a word of the Party: nobody says it of a colleague", "牵头, 带动"),
        "部门利益": ("an accusation (部门利益 before the common good)", "诉求"),
        "存在的问题": ("the phrase of inspections and self-criticism", "工作中遇到的难题"),
        "检查": ("inspection from above; colleagues check otherwise", "核对, 查看"),
        "存在分歧": ("heavy in offices where unity is a norm: it is underreported", "不同看法"),
        "异议": ("a legal term to officials (行政异议)", "不同意见"),
        "合作方": ("a partner outside the group, and a contract word (甲方, 乙方)", "参与方"),
        "此人": ("the language of files and police reports", "这位成员"),
        "外部机构": ("reads as a third party or a foreign body", "小组以外的单位（如上级部门）"),
        "自发": ("spontaneous, unorganized; slightly sensitive", "主动"),
        "束之高阁": ("a literary, reproachful idiom", "被搁置一旁"),
        "频繁": ("incessant, slightly a reproach: the top end is avoided", "经常, 非常经常"),
        "小组成员": (
            "without 的 it reads as “we members”: the referent becomes the person",
            "小组的成员",
        ),
        "强制": ("says compulsion, not how far something is required", "设立的强制性"),
    }
)
"""By the word: why it is avoided, and what to write."""
_ITSELF = {
    "小组成员": re.compile(r"(?<=我们)小组成员"),
    "检查": re.compile(r"(?<!体格)(?<!身体)(?<!健康)检查(?!站|点|表)"),
    "强制": re.compile(r"强制程度"),
    "自发": re.compile(r"自发(?!性疾病|电)"),
}
"""Where only a part of a word's uses is meant."""


def findings(instrument: Instrument, _: Mapping[str, Cutoff]) -> Iterator[Finding]:
    """Look for such words in every Chinese text that respondents read."""
    for place, text in texts(instrument):
        if not shown_to_respondents(place):
            continue
        for language, said in text.items():
            if language.split("-")[0] == "zh":
                yield from _found(instrument, place, language, said)


def _found(
    instrument: Instrument, place: tuple[str | int, ...], language: str, said: str
) -> Iterator[Finding]:
    for word, (reason, better) in AVOIDED.items():
        if _ITSELF.get(word, re.compile(word)).search(said):
            right = f"for example {better}. {word}: {reason}"
            found = f"{word!r} in: {said}"
            yield Finding("look", "avoided_word", _where(instrument, place), found, right, language)


def _where(instrument: Instrument, place: tuple[str | int, ...]) -> str:
    """Name the part that a text belongs to."""
    if len(place) > 1 and isinstance(place[1], int):
        parts = getattr(instrument, str(place[0]))
        return f"{str(place[0]).removesuffix('s')} {parts[place[1]].id!r}"
    return f"{place[0]!s}"
