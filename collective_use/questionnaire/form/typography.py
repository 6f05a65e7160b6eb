"""How texts are set: quotation marks and colons of a language, words that stay together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

_QUOTES = {
    "de": "„“‚‘",
    "cs": "„“‚‘",
    "fr": "«»“”",
    "it": "«»“”",
    "es": "«»“”",
    "pt": "“”‘’",
    "ru": "«»„“",
    "pl": "„”‚’",
    "ja": "「」『』",
}
"""Opening and closing marks, outer and inner (Unicode CLDR 44, delimiters)."""
_ENGLISH = "“”‘’"
_OPENS = re.compile(r"(^|[\s(\[{—–/“‘„‚«「『：:，。；])$")

CJK = re.compile(r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""A Chinese character (also of Japanese and old Korean writing)."""
_CLOSING = "，。、；：！？）》」』”’％…·"
_OPENING = "（《「『“‘"


def typographic(text: str, language: str) -> str:
    """Return a text with the quotation marks and apostrophes of its language.

    Straight marks are typed, curly ones are printed. Marks that are curly already stay.

    Examples
    --------
    >>> typographic('Choose "Don\\'t know" here.', "en")
    'Choose “Don’t know” here.'
    >>> typographic('Das heißt "Gruppe".', "de")
    'Das heißt „Gruppe“.'
    """
    marks = _QUOTES.get(language.split("-")[0], _ENGLISH)
    result: list[str] = []
    for place, letter in enumerate(text):
        before = text[place - 1] if place else ""
        if letter == '"':
            result.append(marks[0] if _OPENS.search(before) else marks[1])
        elif letter == "'":
            inside = before.isalnum() or not _OPENS.search(before)
            result.append("’" if inside else marks[2])
        else:
            result.append(letter)
    return "".join(result)


def colon(language: str) -> str:
    """Return the colon of a language, with the space that belongs to it.

    Examples
    --------
    >>> [f"a{colon(language)}b" for language in ("en", "fr", "zh-Hans")]
    ['a: b', 'a\\xa0: b', 'a：b']
    """
    return {"zh": "：", "ja": "：", "fr": "\u00a0: "}.get(language.split("-")[0], ": ")


_WORDS = (
    "非常 比较 有点 有一点 完全 一点也 一点也不 很 稍微 十分 极其 基本 几乎 大约 至少 最多 没有过 "
    "这样的 这类 场合 不清楚 不知道 不适用 不了解 有所了解 了解 熟悉 精通 同意 不同意 反对 不反对 "
    "既不同意 也不反对 满意 不满意 认真 不认真 自在 不自在 重要 不重要 符合 不符合 可能 "
    "不可能 从未 从不 很少 极少 较少 有时 较常 经常 总是 每天 每天或 几乎每天 每周 每月 每年 "
    "一次 一两次 一般 毫无 影响 起决定 作用 提请 大家 注意 某个 数据 问题 提出 下一步 做法 "
    "争执后 争执 促使 重新 合作 对外 代表 小组 发言 成员 编号 分值 勾选"
)
_ALWAYS = frozenset(_WORDS.split())
_LONGEST_REST = 4


def words_of(labels: Iterable[str]) -> frozenset[str]:
    """Return the words that a set of labels shows by itself: labels that stand in others.

    Examples
    --------
    >>> sorted(words_of(["赞成", "非常赞成", "反对"]))
    ['赞成']
    """
    known = {label for label in labels if len(label) > 1 and CJK.search(label)}
    return frozenset(
        label for label in known if any(label != other and label in other for other in known)
    )


def pieces(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Cut a Chinese label into pieces that a line may end between; other texts stay whole.

    Longest match from the left with the words known; what is left over stays together up to four
    characters, so that no line holds a single one.

    Examples
    --------
    >>> pieces("非常不同意"), pieces("没有过这样的场合"), pieces("Very often")
    (('非常', '不同意'), ('没有过', '这样的', '场合'), ('Very often',))
    """
    if not CJK.search(text):
        return (text,)
    words = sorted({*_ALWAYS, *known} - {text}, key=len, reverse=True)
    found: list[str] = []
    rest = ""
    place = 0
    while place < len(text):
        word = next((w for w in words if text.startswith(w, place)), "")
        if word:
            found += [*_rest(rest), word]
            rest, place = "", place + len(word)
        else:
            rest, place = rest + text[place], place + 1
    return tuple(_joined([*found, *_rest(rest)]))


def _rest(text: str) -> list[str]:
    """Cut what no word covers: short enough stays whole, longer goes by pairs."""
    if len(text) <= _LONGEST_REST:
        return [text] if text else []
    cut = [text[place : place + 2] for place in range(0, len(text), 2)]
    return [*cut[:-2], cut[-2] + cut[-1]] if len(cut[-1]) == 1 else cut


def _joined(found: Sequence[str]) -> list[str]:
    """Put single characters and marks to their neighbour: none begins or ends a line alone."""
    result: list[str] = []
    for piece in found:
        opened = bool(result) and (len(result[-1]) == 1 or result[-1][-1] in _OPENING)
        if result and (opened or len(piece) == 1 or piece[0] in _CLOSING):
            result[-1] += piece
        else:
            result.append(piece)
    return result


def bigrams(texts: Iterable[str]) -> Counter[str]:
    """Count pairs of neighbouring Chinese characters: what stands together often is a word.

    Examples
    --------
    >>> bigrams(["绩效数据", "绩效"])["绩效"]
    2
    """
    found: Counter[str] = Counter()
    for text in texts:
        found.update(a + b for a, b in pairwise(text) if CJK.match(a) and CJK.match(b))
    return found


_LONGEST_TAIL = 6
_AFTER = "的了会被由把在与和，、；：）”"
"""Characters and marks after which a line ends well."""


def tail(text: str, pairs: Mapping[str, int] | None = None, least: int = 3) -> tuple[str, str]:
    """Cut a Chinese text before its last characters, which must share a line.

    Parameters
    ----------
    text
        The text.
    pairs
        How often pairs of characters stand together in the whole form (see `bigrams`): the cut
        is made where the fewest words would break.
    least
        The characters that the last line holds at least, closing marks not counted.

    Returns
    -------
    tuple of str
        What comes before, and what stays together; the second is empty where the text is not
        Chinese or too short to need it. In other texts a space that does not break keeps a short
        last word from standing alone.

    Examples
    --------
    >>> tail("我们小组的各参与方主动查看绩效数据。", {"绩效": 9, "查看": 2})
    ('我们小组的各参与方主动查看', '绩效数据。')
    >>> tail("Some partners of our group have a say in it.")
    ('Some partners of our group have a say in\\xa0it.', '')
    """
    if not CJK.search(text):
        return _kept_words(text), ""
    end = len(text.rstrip(_CLOSING))
    if end - least <= least or not CJK.search(text[end - least : end]):
        return text, ""
    cuts = [end - size for size in range(least, _LONGEST_TAIL + 1) if end - size > least]
    cuts = [place for place in cuts if _may_cut(text, place)]
    if not cuts:
        return text, ""
    best = min(cuts, key=lambda place: (_cost(text, place, pairs or {}), -place))
    return text[:best], text[best:]


def _may_cut(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    latin = before.isascii() and after.isascii()
    return not latin and after not in _CLOSING and before not in _OPENING


def _cost(text: str, place: int, pairs: Mapping[str, int]) -> float:
    """Return how bad it is to break a text at a place."""
    before = text[place - 1]
    if before in _AFTER:
        return 0.0
    return 1.0 + pairs.get(text[place - 1 : place + 1], 0)


_SHORT_WORD = 4


def _kept_words(text: str) -> str:
    """Bind a short last word to the one before it, where the text is long enough to break."""
    before, space, last = text.rpartition(" ")
    if space and len(last) <= _SHORT_WORD and before.count(" ") > 2:
        return f"{before}\u00a0{last}"
    return text
