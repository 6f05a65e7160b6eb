"""Columns of texts become columns of codes and reasons; what does not fit is collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import ScaleValueError
from collective_use.instrument.model import MissingReason
from collective_use.responses.answers.codes import Key, decode_texts, nearest_label
from collective_use.responses.files.raw import Raw, used_texts
from collective_use.responses.headings.wording import normal

REASONS: tuple[str, ...] = ("", *get_args(MissingReason))
"""Why an answer is missing, "" for an answer that is not."""
REASON_DTYPE = pd.CategoricalDtype(REASONS)
_PLACE = {reason: place for place, reason in enumerate(REASONS)}
UNANSWERED = _PLACE["unanswered"]
NOT_SHOWN = _PLACE["not_shown"]
INVALID = _PLACE["invalid"]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Cells of one column that are neither a code nor a label of the scale.

    Attributes
    ----------
    column
        What the column is.
    text
        What stands in the cells.
    rows
        Data rows, from 1.
    """

    column: str
    text: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Cells:
    """One column decoded.

    Attributes
    ----------
    values
        (rows,) codes, NaN when missing.
    reasons
        (rows,) places in `REASONS`, int8.
    misfits
        What did not fit.
    relabelled
        True when the value labels of the file gave other codes than its values.
    """

    values: np.ndarray
    reasons: np.ndarray
    misfits: tuple[Misfit, ...] = ()
    relabelled: bool = False


@dataclass(frozen=True)
class FileWords:
    """What a file says about the values of one column.

    Attributes
    ----------
    labels
        Labels by value.
    missing
        Values that the file declares missing.
    platform
        What the platform writes for missing answers, with the reason.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    platform: Mapping[str, str] = field(default_factory=dict)


def _by_file_labels(texts: list[str], key: Key, words: FileWords) -> list[str] | None:
    """Return the labels of the values where all of them are labels of the scale."""
    if not words.labels or not key.labels:
        return None
    answered = [text for text in texts if text and text not in words.missing]
    labels = [words.labels.get(text, "") for text in answered]
    known = [normal(label) in key.labels or normal(label) in key.missing for label in labels]
    if not answered or not all(known):
        return None
    return [words.labels.get(text, text) for text in texts]


def _declared_missing(text: str, key: Key, words: FileWords) -> str:
    label = normal(words.labels.get(text, ""))
    return key.missing.get(text) or key.missing.get(label) or "unanswered"


def decode_cells(
    name: str, column: pd.Series, key: Key, words: FileWords, rows: np.ndarray
) -> Cells:
    """Decode one column.

    Parameters
    ----------
    name
        What the column is called in messages.
    column
        (rows,) categorical texts.
    key
        The item's key.
    words
        What the file says about its values.
    rows
        (rows,) data row numbers, for messages.

    Examples
    --------
    >>> from collective_use.responses.answers.codes import number_key
    >>> from collective_use.responses.files.raw import categorical
    >>> column = pd.Series(categorical(["1", "", "2"]))
    >>> decode_cells("x", column, number_key(), FileWords(), np.arange(3)).values.tolist()
    [1.0, nan, 2.0]
    """
    texts, codes = used_texts(column)
    labels = _by_file_labels(texts, key, words)
    decoded = decode_texts(labels or texts, key, words.platform)
    values, reasons = decoded.values, decoded.reasons
    for place, text in enumerate(texts):
        if text in words.missing:
            values[place], reasons[place] = np.nan, _declared_missing(text, key, words)
    changed = labels is not None and _differs(decode_texts(texts, key, {}).values, values)
    misfits = tuple(
        Misfit(name, text, tuple(int(row) for row in rows[codes == place]))
        for place, text in enumerate(texts)
        if reasons[place] == "invalid"
    )
    places = np.asarray([_PLACE[reason] for reason in reasons], dtype=np.int8)
    if not len(texts):
        return Cells(np.empty(0), np.empty(0, dtype=np.int8))
    return Cells(values[codes], places[codes], misfits, changed)


def _differs(plain: np.ndarray, labelled: np.ndarray) -> bool:
    both = ~np.isnan(labelled)
    return bool((plain[both] != labelled[both]).any())


def _would_be_right(key: Key) -> str:
    if not key.valid:
        if key.least is None:
            return "a number"
        if key.most is not None:
            return f"a number from {key.least:g} to {key.most:g}"
        return f"a number of at least {key.least:g}"
    codes = sorted(key.valid)
    whole = codes == [codes[0] + step for step in range(len(codes))] and len(codes) > 2
    span = f"{codes[0]:g} to {codes[-1]:g}" if whole else ", ".join(f"{c:g}" for c in codes)
    missing = [code for code in key.missing if code.lstrip("-").isdigit()]
    return span + (f", or {', '.join(missing)} for missing" if missing else "")


def _labels(key: Key) -> str:
    """List every label of the scale, and of the answers that count as missing."""
    if key.tick:
        return ""
    shown = f"; labels {quoted(key.shown, most=40)}" if key.shown else ""
    missing = f"; labels for missing {quoted(key.shown_missing, most=40)}"
    return shown + (missing if key.shown_missing else "")


def misfit_error(raw: Raw, misfits: list[Misfit], keys: Mapping[str, Key]) -> ScaleValueError:
    """Return the error that lists every column with values outside its scale."""
    file = raw.name
    columns = dict.fromkeys(entry.column for entry in misfits)
    lines = []
    for name in list(columns)[:25]:
        key = keys[name]
        found = []
        for entry in [part for part in misfits if part.column == name][:8]:
            hit = nearest_label(entry.text, key)
            hint = f", did you mean {hit!r}?" if hit else ""
            found.append(f"{entry.text!r} in {raw.places(entry.rows)}{hint}")
        right = f"right would be {_would_be_right(key)}{_labels(key)}"
        lines.append(f"  {name}: {'; '.join(found)}; {right}")
    if len(columns) > 25:
        lines.append(f"  and {len(columns) - 25} columns more")
    number = len(columns)
    head = f"{file}: {number} column{'s hold' if number > 1 else ' holds'} values outside the scale"
    tail = "Correct the export, or read with invalid='missing' to count them as missing."
    return ScaleValueError("\n".join([head, *lines, tail]))
