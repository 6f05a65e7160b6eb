"""Which encoding an old text file has: told apart by what each reading would look like.

Any bytes are some text in most encodings, so a reading counts only as far as its letters are those
that people of that script use often. Two readings that look alike are not chosen between.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from collective_use.errors import ReadError
from collective_use.responses.files.scripts import HIGH, SCRIPTS, Script, east_asian

_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
SAMPLE = 200_000
"""Bytes of the lines with letters beyond ASCII that are looked at."""
PLAUSIBLE = 0.8
"""The share of a reading that has to look like words."""
CLEARER = 0.12
"""How much more plausible than all others the chosen reading has to be."""
CLEARER_LETTERS = 0.35
"""The same between two alphabets, whose letters are all letters of the other."""
ALPHABETS = frozenset(("cp1251", "koi8_r", "cp1253"))
LATIN = frozenset(("cp1252", "mac_roman"))
LIKELIER = math.log(20)
"""How much likelier an East Asian reading has to be than another."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One encoding that reads the bytes, how plausibly, and an excerpt of what it reads."""

    script: Script
    score: float
    excerpt: str
    likelihood: float | None = None


def readings(data: bytes) -> list[Reading]:
    """Return the encodings that read some bytes, the most plausible first.

    Examples
    --------
    >>> readings("\u696d\u52d9\u90e8\u9580\u7b2c\u4e00".encode("big5"))[0].script.codec
    'big5'
    """
    sample = _sample(data)
    found = []
    for script in SCRIPTS:
        try:
            text = sample.decode(script.codec)
        except UnicodeDecodeError:
            continue
        excerpt = next(iter(HIGH.findall(text)), "")[:12]
        if script.score is None:
            share, likelihood = east_asian(text, script.codec)
            found.append(Reading(script, share, excerpt, likelihood))
        else:
            found.append(Reading(script, script.score(text), excerpt))
    return sorted(found, key=lambda r: (-round(r.score, 2), -(r.likelihood or 0.0)))


def _sample(data: bytes) -> bytes:
    """Return the lines with bytes beyond ASCII, as far as they are needed."""
    lines, size = [], 0
    for line in data.split(b"\n"):
        if _HIGH_BYTES.search(line):
            lines.append(line)
            size += len(line)
            if size > SAMPLE:
                break
    return b"\n".join(lines)


def guess(data: bytes, name: str) -> Script:
    """Return the encoding of bytes that are no UTF-8.

    Parameters
    ----------
    data
        The content.
    name
        The file's name, for messages.

    Raises
    ------
    ReadError
        When several readings are as plausible, or none is; the message shows what each reads.

    Examples
    --------
    >>> guess("Zo\u00eb, M\u00fcller".encode("cp1252"), "x.csv").shown
    'windows-1252'
    """
    every = readings(data)
    found = [reading for reading in every if reading.score >= PLAUSIBLE]
    if not found and _few_signs(data):
        return next(script for script in SCRIPTS if script.codec == "cp1252")
    if not found:
        raise _unclear(name, _some(every), "in none of the known encodings is it words")
    east = sorted((r for r in found if r.likelihood is not None), key=_unlikely)
    best = east[0] if east and east[0].score >= found[0].score - CLEARER else found[0]
    rivals = [r for r in every if r is not best and r.excerpt != best.excerpt and _rivals(best, r)]
    if rivals:
        raise _unclear(name, [best, *rivals], "several encodings read it")
    if best.script.codec in LATIN and _words_beyond_ascii(data):
        others = [r for r in every if r is not best and r.excerpt != best.excerpt]
        raise _unclear(name, [best, *others[:4]], "whole words lie beyond ASCII")
    return best.script


def _words_beyond_ascii(data: bytes) -> bool:
    """Tell whether half of the words with such letters hold no other: Latin words do."""
    words = re.findall(rb"[A-Za-z\x80-\xff]+", _sample(data))
    beyond = [word for word in words if _HIGH_BYTES.search(word)]
    whole = [word for word in beyond if len(word) > 1 and not re.search(rb"[A-Za-z]", word)]
    return 2 * len(whole) >= len(beyond) > 0 and bool(whole)


def _few_signs(data: bytes) -> bool:
    """Tell whether there is so little beyond ASCII that it can be signs only, no names."""
    runs = re.findall(rb"[\x80-\xff]+", data[:5_000_000])
    return len(set(runs)) <= 3 and max(map(len, runs)) <= 2 and sum(map(len, runs)) * 50 < len(data)


def _some(found: list[Reading]) -> list[Reading]:
    """Return a few readings of each kind, to choose from."""
    east = sorted((r for r in found if r.likelihood is not None), key=_unlikely)
    return [*east[:3], *[r for r in found if r.likelihood is None][:3]]


def _unlikely(reading: Reading) -> float:
    return -(reading.likelihood or 0.0)


def _rivals(best: Reading, other: Reading) -> bool:
    """Tell whether two readings are too close to choose between."""
    if best.likelihood is not None and other.likelihood is not None:
        return other.score >= PLAUSIBLE and best.likelihood - other.likelihood < LIKELIER
    if {best.script.codec, other.script.codec} <= ALPHABETS:
        return other.score > 0 and best.score - other.score < CLEARER_LETTERS
    return other.score >= PLAUSIBLE and best.score - other.score < CLEARER


def _unclear(name: str, found: list[Reading], why: str) -> ReadError:
    shown = "; ".join(f"{r.script.codec} reads {r.excerpt!r}" for r in found)
    first = found[0].script.codec if found else "gb18030"
    return ReadError(
        f"{name}: the encoding is not UTF-8, and {why}{': ' if shown else ''}{shown}. Say which "
        f"with encoding= (--encoding {first}), or save the file as UTF-8"
    )


def declared_codec(data: bytes, name: str) -> str | None:
    """Return the encoding of texts whose file does not say it; None where they are plain ASCII.

    Raises
    ------
    ReadError
        As `guess`.

    Examples
    --------
    >>> declared_codec(b"plain", "x.dta"), declared_codec("\u90e8\u95e8".encode(), "x.dta")
    (None, 'utf-8')
    """
    if data.isascii():
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        script = guess(data, name)
        return script.shown or script.codec
    return "utf-8"


def almost_utf8(data: bytes, name: str) -> ReadError | None:
    """Return the error for a file that is UTF-8 but for a few bytes; None where it is not.

    Examples
    --------
    >>> almost_utf8("\u00e9\u00e8\u00e0\u00fc".encode() * 9 + b"\\xff", "x.csv") is not None
    True
    """
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(len(run) for run in HIGH.findall(text[:2_000_000])) - bad
    if good < 4 or bad * 4 > good:
        return None
    line = text[: text.index("\ufffd")].count("\n") + 1
    return ReadError(
        f"{name}: the file is UTF-8 but for {bad} place{'s' if bad > 1 else ''}, the first in line "
        f"{line}: it was cut or joined from two encodings. Export it again, or give encoding="
    )
