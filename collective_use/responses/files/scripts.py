"""How much a reading in each encoding looks like words of the people who use it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

HIGH = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W\d_]+")
_RARE = frozenset("\u017d\u017e\u0160\u0161\u0178\u0152\u0153\u0192")
_TYPOGRAPHIC = frozenset("‘’“”–—…€£°§«»½®™©¿¡²³±·•×\u00a0\u00ad")

_QUOTES = frozenset("‘’“”«»–—…¿¡\u00a0\u00ad")
"""Signs that stand beside letters and beside each other."""


def _classes(*rows: tuple[int, int, int, int, int, float]) -> Callable[[bytes], float]:
    """Return the log probability of a character from classes of common ones.

    Each class: first and last lead byte, first and last trail byte, how many characters it has,
    and the share of ordinary text that it makes up.
    """

    def log_probability(pair: bytes) -> float:
        if len(pair) == 2:
            for low, high, start, stop, size, share in rows:
                if low <= pair[0] <= high and start <= pair[1] <= stop:
                    return math.log(share / size)
        return _NEVER

    return log_probability


_NEVER = math.log(1e-7)
"""Of a character that ordinary text does not hold."""
_RARELY = math.log(0.03 / 3000)
"""Below it are characters of the second level, a few in a hundred of ordinary text."""
_EAST = {
    "gb18030": _classes(
        (0xB0, 0xD7, 0xA1, 0xFE, 3755, 0.93),
        (0xD8, 0xF7, 0xA1, 0xFE, 3008, 0.02),
        (0xA1, 0xA3, 0xA1, 0xFE, 282, 0.05),
    ),
    "big5": _classes(
        (0xA4, 0xC6, 0x40, 0xFE, 5401, 0.93),
        (0xC9, 0xF9, 0x40, 0xFE, 7652, 0.02),
        (0xA1, 0xA3, 0x40, 0xFE, 408, 0.05),
    ),
    "shift_jis": _classes(
        (0x82, 0x82, 0x9F, 0xF1, 83, 0.3),
        (0x83, 0x83, 0x40, 0x96, 86, 0.15),
        (0x88, 0x98, 0x40, 0xFC, 2965, 0.46),
        (0x81, 0x82, 0x40, 0xFC, 200, 0.08),
        (0x98, 0xEA, 0x40, 0xFC, 3390, 0.01),
    ),
    "euc_jp": _classes(
        (0xA4, 0xA4, 0xA1, 0xF3, 83, 0.3),
        (0xA5, 0xA5, 0xA1, 0xF6, 86, 0.15),
        (0xB0, 0xCF, 0xA1, 0xFE, 2965, 0.46),
        (0xA1, 0xA3, 0xA1, 0xFE, 200, 0.08),
        (0xD0, 0xF4, 0xA1, 0xFE, 3390, 0.01),
    ),
    "euc_kr": _classes(
        (0xB0, 0xC8, 0xA1, 0xFE, 2350, 0.93),
        (0xCA, 0xFD, 0xA1, 0xFE, 4888, 0.02),
        (0xA1, 0xA3, 0xA1, 0xFE, 282, 0.05),
    ),
}
"""East Asian encodings: rows of their character sets, the common ones first."""
_RARE_TODAY = {"euc_jp": math.log(0.05), "euc_kr": math.log(0.05), "shift_jis": math.log(0.2)}
"""How likely an encoding is before anything is read, beside the two of Chinese."""


def east_asian(text: str, codec: str) -> tuple[float, float]:
    """Return the share of common characters in a reading, and its log likelihood."""
    high = "".join(HIGH.findall(text))[:20_000]
    logs = [_EAST[codec](char.encode(codec, "replace")) for char in high]
    if not logs:
        return 0.0, 0.0
    # One sign behind a Latin letter is rather an apostrophe of another encoding.
    beside = len(re.findall(r"(?<=[A-Za-z])[^\x00-\x7f](?![^\x00-\x7f])", text[:200_000]))
    good = sum(1.0 if log > _RARELY else 0.3 if log > _NEVER else 0.0 for log in logs) - beside
    # A lone sign is no text: Big5 makes one of a degree sign and the letter behind it.
    share = max(good, 0.0) / len(logs) * (0.6 if len(logs) < 2 else 1.0)
    # A character that comes again says nothing new about the encoding.
    once = [_EAST[codec](char.encode(codec, "replace")) for char in dict.fromkeys(high)]
    return share, sum(once) + _RARE_TODAY.get(codec, 0.0)


def _words(text: str, inside: Callable[[str], bool]) -> tuple[int, int]:
    """Count the letters beyond ASCII, and those in words that some language could have."""
    total = good = 0
    for word in _WORD.findall(text[:200_000]):
        high = [char for char in word if char > "\x7f"]
        if not high:
            continue
        total += len(high)
        cased = word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower())
        if (cased or word.lower() == word.upper()) and inside(word):
            good += len(high)
    return total, good


def _alphabet(letters: str, frequent: str) -> Callable[[str], float]:
    """Score a reading by whole words in one alphabet, and how common their letters are."""
    alphabet, often = frozenset(letters), frozenset(frequent)

    def score(text: str) -> float:
        total, good = _words(text, lambda word: set(word.lower()) <= alphabet)
        high = [c for c in "".join(HIGH.findall(text))[:20_000].lower() if c in alphabet]
        if total < 3 or not high:
            return 0.0
        # Few letters say nothing about how often they are used.
        usual = sum(char in often for char in high) / len(high) if len(set(high)) >= 6 else 1.0
        strange = len([c for c in _strangers(text) if c not in alphabet])
        return max(0.0, good / total - strange / total) * min(1.0, usual / 0.6)

    return score


def _strangers(text: str) -> list[str]:
    """Return the signs beyond ASCII that are neither letters nor usual in print."""
    high = "".join(HIGH.findall(text))[:20_000]
    return [char for char in high if not char.isalpha() and char not in _TYPOGRAPHIC]


def _has_latin(word: str) -> bool:
    """Tell whether a word is Latin with few accents; whole words of accented letters are not."""
    plain = len(word) == 1 or re.search("[A-Za-z]", word) is not None
    return plain and not re.search(r"[^\x00-\x7f]{3}", word)


def _odd_runs(text: str) -> int:
    """Count signs in runs that no Western text holds: a multiplication sign before an accent."""
    runs = [run for run in HIGH.findall(text)[:20_000] if len(run) > 1]
    return sum(len(run) for run in runs if any(not c.isalpha() and c not in _QUOTES for c in run))


def _western(text: str) -> float:
    """Score a reading as Western European: single accented letters within Latin words."""
    total, good = _words(text, _has_latin)
    rare = sum(char in _RARE for char in text[:200_000])
    marks = [c for c in "".join(HIGH.findall(text))[:20_000] if not c.isalpha()]
    known = sum(char in _TYPOGRAPHIC for char in marks) - _odd_runs(text)
    inside = len(re.findall(r"(?<=[A-Za-z])[^\w\s\u2019\x00-\x7f](?=[a-z])", text[:200_000]))
    if not total + len(marks):
        return 0.0
    return max(0.0, good - 0.5 * rare + known - inside) / (total + len(marks))


_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ"
_GREEK = "αβγδεζηθικλμνξοπρςστυφχψωάέήίόύώϊ"
_OFTEN_CYRILLIC = "оеаинтсрвлікмдпу"
_OFTEN_GREEK = "αοιετσνηυρπκςλμόίά"


@dataclass(frozen=True, slots=True)
class Script:
    """An encoding that is tried.

    Attributes
    ----------
    codec
        Python's name, which ``encoding=`` takes.
    score
        How plausible a reading is, from 0 to 1; None where it goes by the table of characters.
    shown
        What it is called in the record.
    """

    codec: str
    score: Callable[[str], float] | None
    shown: str = ""


SCRIPTS = (
    *(Script(codec, None) for codec in _EAST),
    Script("cp1251", _alphabet(_CYRILLIC, _OFTEN_CYRILLIC), "windows-1251"),
    Script("koi8_r", _alphabet(_CYRILLIC, _OFTEN_CYRILLIC)),
    Script("cp1253", _alphabet(_GREEK, _OFTEN_GREEK), "windows-1253"),
    Script("cp1252", _western, "windows-1252"),
    Script("mac_roman", lambda text: 0.85 * _western(text), "mac-roman"),
)
