"""Where lines end in Word: headings of answer columns, and the last line of a Chinese text.

Word breaks Chinese between any two characters, and knows no sign that holds two together. A
Chinese character is as wide as it is high in every font, so lines can be made here: those of a
heading from words, for the width of its column; and a text gets a margin that leaves its last
line more than one character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from collective_use.questionnaire.form.content import Choice
from collective_use.questionnaire.form.typography import CJK, pieces, words_of

_HEAD_PT = 6.8
_LEAST_PT = 5.6
_POINT_CM = 2.54 / 72
_LATIN = 0.64
"""Width of a Latin letter by its height, in the wider of the fonts that programs put in."""
_MARGIN_CM = 0.24
_LEAST_CM = {5: 1.9, 6: 1.5}
_LAST = 3
"""Characters that the last line of a Chinese text holds at least."""


def width_cm(text: str, size: float) -> float:
    """Return about how wide a text is.

    Examples
    --------
    >>> width_cm("非常", 7) > width_cm("ab", 7)
    True
    """
    return _ems(text) * size * _POINT_CM


def _ems(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WF" else _LATIN for sign in text)


def unbroken(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the parts of a label that no line may break: words."""
    return pieces(text, known) if CJK.search(text) else tuple(text.split())


@dataclass(frozen=True, slots=True)
class Heads:
    """How the headings of a grid are set.

    Attributes
    ----------
    width
        Of a column in cm.
    size
        Of the letters in points.
    known
        Words that the labels show by themselves.
    """

    width: float
    size: float = _HEAD_PT
    known: Collection[str] = ()

    def lines(self, text: str) -> list[str]:
        """Return a heading as its lines; Latin text is one, which Word wraps between words.

        Examples
        --------
        >>> Heads(1.0).lines("非常不同意")
        ['非常', '不同意']
        >>> Heads(2.0).lines("非常不同意")
        ['非常不同意']
        """
        if not CJK.search(text):
            return [text]
        lines = [""]
        for piece in pieces(text, self.known):
            longer = width_cm(lines[-1] + piece, self.size)
            if lines[-1] and longer > self.width - _MARGIN_CM:
                lines.append("")
            lines[-1] += piece
        return lines


def heads_of(columns: Sequence[Choice], available: float) -> Heads:
    """Return width and size of the headings of a grid, so that no word breaks.

    Parameters
    ----------
    columns
        The answer options.
    available
        The width of the page between its margins, in cm.
    """
    known = words_of(text for choice in columns for text in choice.label)
    labels = (text for choice in columns for text in choice.label)
    parts = (part for label in labels for part in unbroken(label, known))
    widest = max((width_cm(part, _HEAD_PT) for part in parts), default=0.0)
    count = len(columns)
    wanted = max(widest + _MARGIN_CM, _LEAST_CM.get(max(count, 5), 0.95))
    statement = 6.8 if count <= 8 else 5.6
    width = min(wanted, (available - statement) / count, 3.0)
    fits = (width - _MARGIN_CM) / widest if widest else 1.0
    return Heads(width, max(_LEAST_PT, _HEAD_PT * min(1.0, fits)), known)


def margin_for_last_line(text: str, width: float, size: float) -> float:
    """Return the margin in cm that leaves the last line of a Chinese text three characters.

    0 for other texts, and where no margin is needed or would help.

    Parameters
    ----------
    text
        The text.
    width
        The room of a line in cm.
    size
        Of the letters in points.

    Examples
    --------
    >>> margin_for_last_line("一二三四五六七八九十甲", 10 * 10 * 2.54 / 72 + 0.01, 10) > 0
    True
    >>> margin_for_last_line("An English text.", 5.0, 10)
    0.0
    """
    if not CJK.search(text):
        return 0.0
    em = size * _POINT_CM
    most = int(width / em)
    closing = text[-1] in "。！？…"
    length = _ems(text)
    # A closing mark begins no line: it takes the character before it along.
    for room in range(most, max(most - 8, _LAST + 2), -1):
        rest = length % room
        if length <= room or rest == 0 or rest >= _LAST + closing:
            return (most - room) * em
    return 0.0
