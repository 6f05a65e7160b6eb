"""Texts become codes by the response scale: codes, labels in any language, missing answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from collective_use.instrument.model import Instrument, Item
from collective_use.responses.headings.wording import as_number, bare, normal, together

EMPTY_WORDS = frozenset(("", "na", "nan", "<na>", "null", "#null!", "#n/a", "#n/v", "."))
"""What statistical programs write for no answer; a label of the scale goes first."""
_TICKED = frozenset(("1", "1.0", "true", "yes", "y", "x", "checked", "selected", "ja", "oui", "是"))
_UNTICKED = frozenset(("0", "0.0", "false", "no", "n", "unchecked", "not selected", "nein", "否"))
_ANSWER_CODE = re.compile(r"^a0*(\d{1,2})$")
_LEADING_CODE = re.compile(r"^\(?(-?\d+)\)?\s*[-=:.)]?\s+(.+)$")


@dataclass(frozen=True)
class Key:
    """How the texts of a column become numbers.

    Attributes
    ----------
    valid
        The codes of the scale; empty when any number is valid.
    labels
        Code by normalised label, all languages together.
    missing
        Reason by normalised label or code of missing answers.
    shown
        Labels as printed, for messages.
    shown_missing
        Labels of answers that count as missing, as printed.
    ambiguous
        Labels that mean different codes in different languages.
    tick
        Whether the column holds ticks.
    named
        Whether any words in a column of ticks are a tick: the name of the person ticked.
    least
        The lowest valid number where any number is valid.
    most
        The highest valid number where any number is valid.
    """

    valid: frozenset[float] = frozenset()
    labels: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    shown_missing: tuple[str, ...] = ()
    ambiguous: frozenset[str] = frozenset()
    tick: bool = False
    named: bool = False
    least: float | None = None
    most: float | None = None


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


def scale_key(instrument: Instrument, item: Item) -> Key:
    """Return the key of an item: its response scale, or its own options.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("collective_data_use")
    >>> key = scale_key(bank, bank.get_item("cdu1"))
    >>> sorted(key.valid)[-1], key.missing["88"]
    (7.0, 'dont_know')
    """
    scale = instrument.get_scale(item.scale) if item.scale else None
    options = scale.options if scale else item.options
    labels: dict[str, float] = {}
    ambiguous = set()
    for option in options:
        for text in together(option.label):
            for spelling in {normal(text), bare(text)} - {""}:
                if labels.setdefault(spelling, float(option.code)) != option.code:
                    ambiguous.add(spelling)
    missing: dict[str, str] = {}
    for entry in scale.missing if scale else ():
        if entry.code is not None:
            missing[str(entry.code)] = entry.reason
        elif entry.reason == "dont_know":
            missing["dk"] = entry.reason
        for text in together(entry.label):
            missing[normal(text)] = missing[bare(text)] = entry.reason
    shown = tuple(text for option in options for text in option.label.values())
    return Key(
        frozenset(float(option.code) for option in options),
        {text: code for text, code in labels.items() if text not in ambiguous},
        missing,
        tuple(dict.fromkeys(shown)),
        tuple(
            dict.fromkeys(
                text for m in (scale.missing if scale else ()) for text in m.label.values()
            )
        ),
        frozenset(ambiguous),
    )


def number_key(least: float | None = None, most: float | None = None) -> Key:
    """Return the key of a column in which any number is valid, or any within limits."""
    return Key(least=least, most=most)


def tick_key(label: Mapping[str, str] | None = None, *, named: bool = False) -> Key:
    """Return the key of a column of ticks; the option's own label counts as a tick."""
    texts = {normal(text): 1.0 for text in together(label or {})}
    return Key(
        frozenset((0.0, 1.0)), texts, {}, tuple((label or {}).values()), tick=True, named=named
    )


def decode_text(text: str, key: Key, extra: Mapping[str, str]) -> tuple[float, str]:
    """Return the code of one text and the reason when it has none.

    Parameters
    ----------
    text
        The cell.
    key
        The item's key.
    extra
        What the platform writes for missing answers, with the reason.

    Examples
    --------
    >>> decode_text("yes", tick_key(), {}), decode_text("x1", number_key(), {})
    ((1.0, ''), (nan, 'invalid'))
    """
    plain = normal(text)
    if plain in key.labels:
        return key.labels[plain], ""
    if plain in key.missing:
        return np.nan, key.missing[plain]
    if key.tick:
        if plain in _TICKED:
            return 1.0, ""
        if plain in _UNTICKED:
            return 0.0, ""
        if key.named and as_number(plain) is None and plain not in {*extra, *EMPTY_WORDS}:
            return 1.0, ""
    number = as_number(plain)
    if number is not None:
        return _decode_number(number, key, extra)
    if plain in extra or text in extra:
        return np.nan, extra.get(plain, extra.get(text, ""))
    if plain in EMPTY_WORDS:
        return np.nan, "unanswered"
    return _decode_words(plain, key)


def _decode_number(number: float, key: Key, extra: Mapping[str, str]) -> tuple[float, str]:
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
    return np.nan, "invalid"


def _decode_words(plain: str, key: Key) -> tuple[float, str]:
    """Read a label without its full stop or with its code in front, or LimeSurvey's ``A3``.

    ``A3`` is the third answer, so it is read only where the codes are 1, 2, 3, ...
    """
    short = bare(plain)
    if short in key.labels:
        return key.labels[short], ""
    if short in key.missing:
        return np.nan, key.missing[short]
    parts = _LEADING_CODE.match(plain)
    if parts and key.labels.get(parts[2].strip()) == float(parts[1]):
        return float(parts[1]), ""
    numbered = _ANSWER_CODE.match(plain)
    if (
        numbered
        and key.valid == set(range(1, len(key.valid) + 1))
        and float(numbered[1]) in key.valid
    ):
        return float(numbered[1]), ""
    return np.nan, "invalid"


def decode_texts(texts: Sequence[str], key: Key, extra: Mapping[str, str]) -> Decoded:
    """Return the codes of many different texts.

    Examples
    --------
    >>> decode_texts(["1", "2,0", ""], number_key(), {}).values.tolist()
    [1.0, 2.0, nan]
    """
    pairs = [decode_text(text, key, extra) for text in texts]
    return Decoded(
        np.asarray([value for value, _ in pairs], dtype=float),
        np.asarray([reason for _, reason in pairs], dtype=object),
    )


def nearest_label(text: str, key: Key) -> str | None:
    """Return the label that a text misspells, or None where it may be another label as well.

    A label is named only when two letters at most, or an eighth of it, are wrong: "Agree
    somewhat" is nearer to "Disagree somewhat" than to "Rather agree", and must not be taken
    for it.

    Examples
    --------
    >>> nearest_label("Aggree", Key(shown=("Agree", "Disagree")))
    'Agree'
    >>> nearest_label("Stimme fast zu", Key(shown=("Stimme gar nicht zu", "Stimme zu")))
    """
    plain = normal(text)
    steps = {}
    for label in (*key.shown, *key.shown_missing):
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
    """Count letters added, left out or changed (Levenshtein 1966)."""
    line = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        above, line = line, [row]
        for place, match in enumerate(other, 1):
            line.append(min(above[place] + 1, line[-1] + 1, above[place - 1] + (letter != match)))
    return line[-1]
