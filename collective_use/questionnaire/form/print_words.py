"""Lines of forms put together from words: what answering takes, what to leave out, the state."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.instrument.model import LanguageStatus
from collective_use.questionnaire.form.phrases import bundled, phrases_of
from collective_use.questionnaire.form.words import word


def facts_line(language: str, minutes: int, statements: int, questions: int) -> str:
    """Return what answering takes, for the first page.

    Examples
    --------
    >>> facts_line("en", 9, 43, 7)
    'About 9 minutes · 43 statements · 7 questions'
    >>> facts_line("zh", 10, 0, 16)
    '约需10分钟 · 16个问题'
    """
    parts = [word("facts", language).format(minutes=minutes)] if minutes else []
    for name, count in (("statement", statements), ("question", questions)):
        if count:
            key = f"one_{name}" if count == 1 else f"{name}s"
            parts.append(word(key, language).format(n=count))
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
    return word("skip" if len(numbers) > 1 else "skip_one", language).format(numbers=joined)


def state_of(status: LanguageStatus) -> str:
    """Return how far the wording has been tested, in its own language where words are known.

    Examples
    --------
    >>> state_of(LanguageStatus(language="zh", translation="draft", statement="A draft."))
    '译文初稿，尚未经母语者独立审校，也未预测试。'
    >>> state_of(LanguageStatus(language="en", translation="original", statement="Not piloted."))
    'Not piloted.'
    """
    known = next((found.states for found in phrases_of(status.language) if found.states), None)
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
    name = next((p.gaps[mark] for p in phrases_of(language) if mark in p.gaps), "")
    return f"【{name}】" if name else f"[{mark}]"


def gap_names() -> tuple[str, ...]:
    """Return the gaps that forms and letters of this package may have.

    Examples
    --------
    >>> "NAME OF STUDY" in gap_names()
    True
    """
    return tuple(dict.fromkeys(mark for phrases in bundled().values() for mark in phrases.gaps))
