"""Texts whose characters take two columns of a terminal: their width, and how they break."""

from __future__ import annotations

import re
import unicodedata

_UNBROKEN = re.compile(r"[^\s\u2e80-\uffef]+|\s|.", re.DOTALL)
"""What stays together on a line: a word in Latin letters, or one wide character."""

_NEVER_FIRST = "，。；：、！？）》”…"


def display_width(text: str) -> int:
    """Count terminal columns: wide East Asian characters take two.

    Examples
    --------
    >>> display_width("ab"), display_width("小组")
    (2, 4)
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def folded(text: str, width: int) -> str:
    """Break a text of wide characters into lines of a width in terminal columns.

    Examples
    --------
    >>> folded("小组之间有差异。", 6).splitlines()
    ['小组之', '间有差', '异。']
    """
    lines = [""]
    for piece in _UNBROKEN.findall(text):
        if display_width(lines[-1] + piece) <= width or piece in _NEVER_FIRST:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    return "\n".join(line.rstrip() for line in lines)
