"""Answers in words, wrapped for a terminal."""

from __future__ import annotations

import textwrap

from collective_use.report.document import Answer
from collective_use.report.effects import main_model
from collective_use.report.first import answers, cares, sample_sentence
from collective_use.report.material import Material
from collective_use.report.sentences import plain_text
from collective_use.wide_text import display_width, folded

WIDTH = 92
MOST_CARES = 6
"""So many things to be careful about are printed; the report has all."""


def wrapped(text: str, *, first: str = "", rest: str = "", width: int = WIDTH) -> str:
    """Wrap a text; Chinese, which has no blanks to break at, by the columns that it takes.

    Examples
    --------
    >>> print(wrapped("one two", first="- ", rest="  ", width=6))
    - one
      two
    >>> print(wrapped("小组之间有差异", width=8))
    小组之间
    有差异
    """
    if display_width(text) == len(text):
        return textwrap.fill(
            text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
    lines = folded(text, width - display_width(first)).splitlines()
    return "\n".join((first if k == 0 else rest) + line for k, line in enumerate(lines))


def head(material: Material) -> str:
    """Return what was studied, and who answered."""
    title = material.text(material.instrument.title, material.instrument.id)
    named = material.say("terminal.version", title=title, version=material.instrument.version)
    rates = [row.value("response_rate") for row in material.rows("groups.csv")]
    known = any(rate == rate for rate in rates)
    sample = plain_text(sample_sentence(material))
    unknown = "" if known else material.word("gap") + material.word("terminal.no_rate")
    return f"{plain_text(named)}\n{wrapped(sample + unknown)}"


def in_short(material: Material) -> str:
    """Return the answers of the first screen, and what to be careful about."""
    found: list[Answer] = list(answers(material))
    if main_model(material) is None:
        found = found[:2]
    parts = [material.word("terminal.short")]
    for one in found:
        text = f"{one.question} {plain_text(one.words)}"
        parts.append(wrapped(text, first="  ", rest="  "))
    listed = [plain_text(sentence) for sentence in cares(material)]
    if listed:
        parts += ["", material.word("first.care.question")]
        parts += [wrapped(text, first="  - ", rest="    ") for text in listed[:MOST_CARES]]
    left = len(listed) - MOST_CARES
    if left > 0:
        more = plain_text(material.say("terminal.left", left=str(left), all=str(len(listed))))
        parts.append(wrapped(more, first="  ", rest="  "))
    return "\n".join(parts)
