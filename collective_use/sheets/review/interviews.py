"""Sheets for cognitive interviews: how people understand a question, one language at a time.

Probes follow Willis (2005), Cognitive interviewing: comprehension, retrieval, judgement,
response (the stages of Tourangeau 1984).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from collective_use.checks import one_of
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument, Item
from collective_use.output import written
from collective_use.sheets.review.judges import judged_items
from collective_use.sheets.spreadsheet import (
    SheetColumn,
    add_table,
    add_words,
    book_bytes,
    encode_text,
    new_book,
)

_PROBES = {
    "en": (
        "Please say this question in your own words.",
        "Which people, meetings or data did you think of? From which period?",
        "How did you arrive at your answer? How sure are you?",
        "Did an answer that you wanted to give fail to be there?",
    ),
    "zh": (
        "请用您自己的话说一遍这道题的意思。",
        "作答时您想到了哪些人、哪些会议或哪些数据？是哪段时间的？",
        "您是怎样得出这个答案的？有多大把握？",
        "有没有您想选、但选项里没有的答案？",
    ),
}
_WORDS = {
    "en": (
        "Cognitive interview",
        (
            ("Interview code", "> "),
            ("Interviewer, date", "> "),
            ("Group type, role of the respondent", "> "),
            ("Before", "Ask for consent, also for recording. Say that questions are tested, not the"
             " person, and that thinking aloud helps."),
            ("For each question", "Read it out or show it, let the person answer, then use the"
             " probes that fit; not every probe for every question. Note words, not your summary."),
            ("Problem code", "0 none, 1 words, 2 whom or what it is about, 3 period or memory,"
             " 4 judging, 5 answer options, 6 sensitive."),
            ("Afterwards", "One row counts as a problem when two of five people had it."),
        ),
        ("no", "item", "question", "answer options", "answer given", "said about it",
         "problem code", "severity", "proposal"),
    ),
    "zh": (
        "认知访谈记录表",
        (
            ("访谈编号", "> "),
            ("访谈员、日期", "> "),
            ("小组类型、受访者角色", "> "),
            ("开始前", "请先征得同意（包括录音）。"
             "说明要检验的是题目而不是受访者，边想边说会很有帮助。"),
            ("每道题", "读出或展示题目，请受访者作答，再选用合适的追问（不必每题都问全部追问）。"
             "请记录原话，不要只记概括。"),
            ("问题代码", "0 无，1 用词，2 所指对象，3 时间或记忆，4 判断，5 选项，6 敏感。"),
            ("结束后", "五人中有两人出现同一问题，即视为该题有问题。"),
        ),
        ("序号", "题目编号", "题目", "选项", "所选答案",
         "受访者的说法", "问题代码", "严重程度", "修改建议"),
    ),
}  # fmt: skip
_SHEETS = {"en": ("read me", "interview", "probes"), "zh": ("说明", "访谈", "追问")}


def interview_sheets(
    instrument: Instrument | str | Path,
    language: str | None = None,
    *,
    form: str | None = None,
    path: str | Path | None = None,
) -> bytes:
    """Write the workbook of one cognitive interview.

    Parameters
    ----------
    instrument
        The item bank.
    language
        The language of the interview; the first of the instrument by default. Instructions
        are in that language where we have them (English, Chinese), otherwise in English.
    form
        Only the items of this form.

    path
        Where to write it too; nowhere when None.

    Returns
    -------
    bytes
        An ``.xlsx`` file: instructions, one row for each question, probes.

    Raises
    ------
    InputError
        When the language or the form is not the instrument's.

    Examples
    --------
    >>> import collective_use as cu
    >>> interview_sheets(cu.load_instrument("starter"))[:2]
    b'PK'
    """
    instrument = as_instrument(instrument)
    code = language or instrument.languages[0]
    one_of("language", code, (*instrument.languages, *instrument.draft_languages))
    said = code if code in _WORDS else "en"
    title, lines, headings = _WORDS[said]
    names = _SHEETS[said]
    book = new_book(f"{title}: {instrument.id}")
    listed = list(lines)
    group = instrument.definitions.get(code)
    if group:
        listed.append(("Definitions" if said == "en" else "用语说明", group))
    shown = instrument.title.get(code, instrument.id)
    add_words(book, names[0], f"{title}: {shown} ({instrument.version})", listed)
    rows = [
        [place, item.id, encode_text(item.text[code]), _answers(instrument, item, code)]
        + [None] * 5
        for place, item in enumerate(judged_items(instrument, form), start=1)
        if code in item.text
    ]
    add_table(book, names[1], _columns(headings), rows)
    probes = list(enumerate(_PROBES[said], start=1))
    columns = [SheetColumn(headings[0], 6, number=True), SheetColumn(names[2], 90)]
    add_table(book, names[2], columns, probes)
    return written(book_bytes(book), path)


def _columns(headings: Sequence[str]) -> list[SheetColumn]:
    widths = (5, 9, 42, 26, 14, 46, 10, 10, 36)
    choices: dict[int, tuple[str, ...]] = {6: tuple("0123456"), 7: tuple("0123")}
    return [
        SheetColumn(
            name,
            width,
            choices.get(place, ()),
            strict=False,
            entry=place > 3,
            number=place in (0, 6, 7),
        )
        for place, (name, width) in enumerate(zip(headings, widths, strict=True))
    ]


def _answers(instrument: Instrument, item: Item, language: str) -> str | None:
    options = list(item.options)
    if item.scale:
        scale = instrument.get_scale(item.scale)
        options = list(scale.options)
    lines = [f"{option.code} {option.label.get(language, '')}" for option in options]
    return "\n".join(lines) or None
