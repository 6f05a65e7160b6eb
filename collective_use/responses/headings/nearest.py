"""Which label a text misspells."""

from __future__ import annotations

from collections.abc import Iterable

from collective_use.responses.headings.wording import normal


def nearest_label(text: str, labels: Iterable[str]) -> str | None:
    """Return the label that a text misspells, or None where it may be another label as well.

    A label is named only when two letters at most, or an eighth of it, are wrong: "Agree
    somewhat" is nearer to "Disagree somewhat" than to "Rather agree", and must not be taken
    for it.

    Examples
    --------
    >>> nearest_label("Aggree", ["Agree", "Disagree"])
    'Agree'
    >>> nearest_label("Stimme fast zu", ["Stimme gar nicht zu", "Stimme zu"])
    """
    plain = normal(text)
    steps = {}
    for label in labels:
        size = len(normal(label))
        # One sign of Chinese is a word: 同意 and 不同意 are one sign apart.
        if any(sign >= "\u2e80" for sign in label):
            continue
        found = _edits(plain, normal(label))
        if found <= min(max(2, size // 8), size // 4):
            steps[label] = found
    least = min(steps.values(), default=0)
    hits = [label for label, found in steps.items() if found == least]
    return hits[0] if len(hits) == 1 else None


def _edits(one: str, other: str) -> int:
    """Count letters added, left out or changed, and neighbours that changed places.

    Damerau 1964, Communications of the ACM 7:171.
    """
    lines = [list(range(len(other) + 1))]
    for row, letter in enumerate(one, 1):
        above, line = lines[-1], [row]
        for place, match in enumerate(other, 1):
            steps = min(above[place] + 1, line[-1] + 1, above[place - 1] + (letter != match))
            if row > 1 and place > 1 and one[row - 2 : row] == match + other[place - 2]:
                steps = min(steps, lines[-2][place - 2] + 1)
            line.append(steps)
        lines.append(line)
    return lines[-1][-1]


def near_heading(names: Iterable[str], headings: Iterable[str]) -> str | None:
    """Return the heading that misspells one of some names, or None.

    Short names differ by their numbers (``saf1``, ``saf2``): the letters may be wrong, the
    number at the end may not.

    Examples
    --------
    >>> near_heading(["saf2"], ["saf1", "safe2", "weather"]), near_heading(["saf2"], ["saf1"])
    ('safe2', None)
    >>> near_heading(["lead01"], ["LAED01"]), near_heading(["lead01"], ["LEAD1"])
    ('LAED01', 'LEAD1')
    """
    best: tuple[int, str] | None = None
    for heading in headings:
        for name in names:
            one, other = normal(name), normal(heading)
            if _number(one) != _number(other) or min(len(one), len(other)) < 3:
                continue
            steps = _edits(one, other)
            if steps <= max(1, len(one) // 5) and (best is None or steps < best[0]):
                best = (steps, heading)
    return best[1] if best else None


def _number(text: str) -> str:
    return text[len(text.rstrip("0123456789_")) :].replace("_", "").lstrip("0")
