"""Columns of texts become columns of codes and reasons; what does not fit is collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
import pandas as pd

from collective_use.instrument.model import MissingReason
from collective_use.responses.answers.codes import Key
from collective_use.responses.answers.convention import PLAIN, Convention
from collective_use.responses.answers.decode import decode_text
from collective_use.responses.answers.numbers import is_doubtful
from collective_use.responses.answers.value_labels import Translation, translate
from collective_use.responses.headings.wording import as_number, normal

REASONS: tuple[str, ...] = ("", *get_args(MissingReason))
"""Why an answer is missing, "" for an answer that is not."""
REASON_DTYPE = pd.CategoricalDtype(list(REASONS))
_PLACE = {reason: place for place, reason in enumerate(REASONS)}
UNANSWERED = _PLACE["unanswered"]
NOT_SHOWN = _PLACE["not_shown"]
INVALID = _PLACE["invalid"]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Cells of one column that are not understood.

    Attributes
    ----------
    column
        What the column is.
    text
        What stands in the cells.
    rows
        Data rows, from 1.
    why
        What it may be, where it may be two things; "" otherwise.
    """

    column: str
    text: str
    rows: tuple[int, ...]
    why: str = ""


@dataclass(frozen=True)
class Cells:
    """One column decoded, held as its different cells and which of them each row has.

    Attributes
    ----------
    levels
        (levels,) codes, NaN when missing.
    level_reasons
        (levels,) places in `REASONS`, int8.
    which
        (rows,) the level of each row, in the smallest whole numbers; None where every row is one.
    misfits
        What did not fit.
    relabelled
        True when the value labels of the file gave other codes than its values.
    unknown
        Value labels of the file, in use, that are none of the scale's.
    mirrored
        True when values between labelled ends were counted from them.
    """

    levels: np.ndarray
    level_reasons: np.ndarray
    which: np.ndarray | None = None
    misfits: tuple[Misfit, ...] = ()
    relabelled: bool = False
    unknown: tuple[str, ...] = ()
    mirrored: bool = False

    @property
    def values(self) -> np.ndarray:
        """(rows,) codes, NaN when missing."""
        return self.levels if self.which is None else self.levels[self.which]

    @property
    def reasons(self) -> np.ndarray:
        """(rows,) places in `REASONS`, int8."""
        return self.level_reasons if self.which is None else self.level_reasons[self.which]

    def rows(self, keep: np.ndarray) -> Cells:
        """Return some of the rows, without what was said of all."""
        if self.which is None:
            return Cells(self.levels[keep], self.level_reasons[keep])
        return Cells(self.levels, self.level_reasons, self.which[keep])


@dataclass(frozen=True)
class FileWords:
    """What a file and its reader say about the values of one column.

    Attributes
    ----------
    labels
        Labels by value.
    missing
        Values that the file declares missing.
    platform
        What the platform or the study writes for missing answers, with the reason.
    declared
        What the study declares missing for this very item, with the reason; it goes before the
        codes of the scale.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    platform: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)


def plain_code(text: str) -> str:
    """Return a text as missing codes are compared: ``-99.0`` is ``-99``.

    Examples
    --------
    >>> plain_code("-99.0"), plain_code(" N/A ")
    ('-99', 'n/a')
    """
    plain = normal(text)
    number = as_number(plain)
    return plain if number is None else f"{number:g}"


def _declared_missing(text: str, key: Key, words: FileWords) -> str:
    label = normal(words.labels.get(text, ""))
    return key.missing.get(text) or key.missing.get(label) or "unanswered"


def decode_value(
    text: str, key: Key, words: FileWords, how: Convention, told: Translation
) -> tuple[float, str]:
    """Return the code of one text and its reason, with all that the file says about it."""
    if words.declared:
        code = plain_code(text)
        if code in words.declared:
            return np.nan, words.declared[code]
    if text in words.missing:
        return np.nan, _declared_missing(text, key, words)
    if text in told.codes:
        return told.codes[text], ""
    if text in told.missing:
        return np.nan, told.missing[text]
    if text in told.refused:
        return np.nan, "invalid"
    value, reason = decode_text(text, key, words.platform, how)
    # Beside labels that say otherwise a bare number is no code, whatever it looks like.
    if told.closed and reason == "" and as_number(text) is not None:
        return np.nan, "invalid"
    return value, reason


def decode_cells(
    name: str,
    texts: list[str],
    codes: np.ndarray,
    key: Key,
    words: FileWords,
    rows: np.ndarray,
    how: Convention = PLAIN,
) -> Cells:
    """Decode one column.

    Parameters
    ----------
    name
        What the column is called in messages.
    texts, codes
        Its different texts, and (rows,) which one each row has; see `used_texts`.
    key
        The item's key.
    words
        What the file says about its values.
    rows
        (rows,) data row numbers, for messages.
    how
        How the column writes its answers.

    Examples
    --------
    >>> from collective_use.responses.answers.codes import number_key
    >>> codes = np.array([0, 1, 2])
    >>> found = decode_cells("x", ["1", "", "2"], codes, number_key(), FileWords(), np.arange(3))
    >>> found.values.tolist()
    [1.0, nan, 2.0]
    """
    if not texts:
        return Cells(np.empty(0), np.empty(0, dtype=np.int8))
    told = translate(words.labels, key) if words.labels else Translation()
    pairs = [decode_value(text, key, words, how, told) for text in texts]
    values = np.asarray([value for value, _ in pairs], dtype=float)
    places = np.asarray([_PLACE[reason] for _, reason in pairs], dtype=np.int8)
    wrong = [(place, text) for place, text in enumerate(texts) if places[place] == INVALID]
    misfits = tuple(
        Misfit(name, _shown(t, words), tuple(rows[codes == place].tolist()), _why(t, key, how))
        for place, t in wrong
    )
    kept = [text for place, text in enumerate(texts) if not np.isnan(values[place])]
    used = [told.unknown[text] for text in kept if text in told.unknown]
    moved = [t for t in texts if t in told.codes and as_number(t) != told.codes[t]]
    mirrored = told.mirrored and any(t in told.codes and t not in words.labels for t in texts)
    return Cells(values, places, codes, misfits, bool(moved), tuple(dict.fromkeys(used)), mirrored)


def _shown(text: str, words: FileWords) -> str:
    label = words.labels.get(text)
    return f"{text} ({label})" if label else text


def _why(text: str, key: Key, how: Convention) -> str:
    """Say what a number may be, where it may be a code or a label, or have two decimal marks."""
    if normal(text) in how.doubtful:
        return "ticked or not?"
    number = as_number(normal(text))
    if key.numeric and number is not None and {number} & {*key.valid, *key.numeric}:
        return "a code or a label?"
    return "thousands or decimals?" if not key.valid and is_doubtful(text) else ""
