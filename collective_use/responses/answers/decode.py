"""One text becomes a code, a reason why there is none, or "invalid"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from collective_use.responses.answers.codes import Key
from collective_use.responses.answers.convention import PLAIN, Convention
from collective_use.responses.answers.numbers import is_plain, read_number
from collective_use.responses.headings.wording import as_number, bare, normal
from collective_use.responses.headings.words import EMPTY_WORDS, TICKED, UNTICKED

_ANSWER_CODE = re.compile(r"^a0*(\d{1,2})$")
_LEADING_CODE = re.compile(r"^[(\[]?([-+]?\d+)[)\]]?\s*[-=:.)\u2014\u3001]*\s*(\S.*)$")
_TRAILING_CODE = re.compile(r"^(.*\S)\s*[(\[=:-]\s*([-+]?\d+)\s*[)\]]?$")
_INVALID = (np.nan, "invalid")


@dataclass(frozen=True)
class Decoded:
    """Different texts of a column as numbers.

    Attributes
    ----------
    values
        (texts,) the code, NaN where missing or invalid.
    reasons
        (texts,) "" when valid, otherwise the reason.
    """

    values: np.ndarray
    reasons: np.ndarray


def decode_text(
    text: str, key: Key, extra: Mapping[str, str], how: Convention = PLAIN
) -> tuple[float, str]:
    """Return the code of one text and the reason when it has none.

    Parameters
    ----------
    text
        The cell.
    key
        The item's key.
    extra
        What the platform or the study writes for missing answers, with the reason.
    how
        How the column writes its answers.

    Examples
    --------
    >>> from collective_use.responses.answers.codes import number_key, tick_key
    >>> decode_text("yes", tick_key(), {}), decode_text("x1", number_key(), {})
    ((1.0, ''), (nan, 'invalid'))
    """
    if not key.valid and is_plain(text):
        return _number(float(text), key, extra)
    plain = normal(text)
    if plain in how.doubtful:
        return _INVALID
    number = as_number(plain)
    if number is not None and key.numeric:
        return _code_or_label(number, key, extra, how)
    if plain in key.labels:
        return key.labels[plain], ""
    if plain in key.missing:
        return np.nan, key.missing[plain]
    if key.tick:
        return _tick(plain, number, key, extra, how)
    if not key.valid:
        number = read_number(plain, how.decimal, machine=how.machine)
    if number is not None:
        return _number(number, key, extra)
    why = extra.get(plain, extra.get(text, "unanswered" if plain in EMPTY_WORDS else None))
    return _words(plain, key) if why is None else (np.nan, why)


def _tick(
    plain: str, number: float | None, key: Key, extra: Mapping[str, str], how: Convention
) -> tuple[float, str]:
    if plain in TICKED:
        return 1.0, ""
    if plain in UNTICKED:
        return 0.0, ""
    if plain in extra:
        return np.nan, extra[plain]
    if plain in EMPTY_WORDS:
        return np.nan, "unanswered"
    if number is not None:
        return _number(number, key, extra)
    return (1.0, "") if key.named and not how.coded else _words(plain, key)


def _code_or_label(
    number: float, key: Key, extra: Mapping[str, str], how: Convention
) -> tuple[float, str]:
    """Read a number where labels are numbers: a code or a label, as the column has it."""
    whole = f"{number:g}"
    code = number if number in key.valid else None
    label = key.numeric.get(number)
    if code is None and label is None:
        return _number(number, key, extra)
    if not how.held and code == label and code is not None:
        return code, ""
    value = {"codes": code, "labels": label}.get(how.held)
    if value is not None:
        return value, ""
    return (np.nan, key.missing[whole]) if whole in key.missing else _INVALID


def _number(number: float, key: Key, extra: Mapping[str, str]) -> tuple[float, str]:
    whole = f"{number:g}"
    if number in key.valid:
        return number, ""
    if whole in key.missing:
        return np.nan, key.missing[whole]
    if whole in extra:
        return np.nan, extra[whole]
    above = key.least is None or number >= key.least
    if not key.valid and above and (key.most is None or number <= key.most):
        return number, ""
    return _INVALID


def _words(plain: str, key: Key) -> tuple[float, str]:
    """Read a label without its full stop or with its code, or LimeSurvey's ``A3``.

    ``A3`` is the third answer, so it is read only where the codes are 1, 2, 3, ...
    """
    short = bare(plain)
    if short in key.labels:
        return key.labels[short], ""
    if short in key.missing:
        return np.nan, key.missing[short]
    both = code_and_label(plain, key)
    if both is not None:
        return both
    numbered = _ANSWER_CODE.match(plain)
    places = key.valid == set(range(1, len(key.valid) + 1))
    if numbered and places and float(numbered[1]) in key.valid:
        return float(numbered[1]), ""
    return _INVALID


def code_and_label(plain: str, key: Key) -> tuple[float, str] | None:
    """Read a code and its label in one cell, where the two agree.

    Examples
    --------
    >>> key = Key(frozenset((1.0, 2.0)), {"yes": 1.0, "no": 2.0})
    >>> [code_and_label(text, key) for text in ("1 = yes", "no (2)", "1 - no")]
    [(1.0, ''), (2.0, ''), None]
    """
    lead, trail = _LEADING_CODE.match(plain), _TRAILING_CODE.match(plain)
    pairs = [(lead[1], lead[2])] if lead else []
    pairs += [(trail[2], trail[1])] if trail else []
    for number, words in pairs:
        for label in (words.strip(), bare(words)):
            if key.labels.get(label) == float(number):
                return float(number), ""
            reason = key.missing.get(label)
            if reason is not None and reason == key.missing.get(str(int(number))):
                return np.nan, reason
    return None


def label_of(text: str, key: Key) -> tuple[float | None, str]:
    """Return the code and the reason that a value label of a file stands for; (None, "") if none.

    The number in a label such as ``1 Strongly agree`` is the file's own: only the words count.

    Examples
    --------
    >>> label_of("1 = No", Key(frozenset((1.0, 2.0)), {"yes": 1.0, "no": 2.0}))
    (2.0, '')
    """
    plain = normal(text)
    lead, trail = _LEADING_CODE.match(plain), _TRAILING_CODE.match(plain)
    words = [plain, *([lead[2]] if lead else []), *([trail[1]] if trail else [])]
    for entry in words:
        for label in (entry.strip(), bare(entry)):
            if label in key.labels:
                return key.labels[label], ""
            if label in key.missing and as_number(label) is None:
                return None, key.missing[label]
    number = as_number(plain)
    if number is not None and number in key.valid and not key.numeric:
        return number, ""
    return None, ""
