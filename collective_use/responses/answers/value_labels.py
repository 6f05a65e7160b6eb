"""Value labels of a file: what its numbers mean, decided once for each set of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from collective_use.responses.answers.codes import Key
from collective_use.responses.answers.decode import label_of
from collective_use.responses.headings.nearest import nearest_label
from collective_use.responses.headings.wording import as_number, normal
from collective_use.responses.headings.words import TICKED, UNTICKED, means_no_answer


@dataclass(frozen=True)
class Translation:
    """What the values of a labelled column mean.

    Attributes
    ----------
    codes
        Code by value, where labels and values differ; empty where values are the codes.
    missing
        Reason by value, for labels of answers that count as missing.
    refused
        Label by value that cannot be translated: such cells are invalid.
    unknown
        Label by value that is none of the scale's, where the value was read as it is.
    closed
        Whether values without a label are refused too.
    mirrored
        Whether values between labelled ends were counted from them.
    """

    codes: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    mirrored: bool = False


def translate(labels: Mapping[str, str], key: Key) -> Translation:
    """Return what the values of a column mean by their labels.

    Where labels and values contradict each other the labels are followed, and a value that
    cannot be translated is refused. Where they agree, the values are the codes. Only the set of
    labels decides, so that columns that share it are read alike.

    Examples
    --------
    >>> key = Key(frozenset((1.0, 2.0, 3.0)), {"no": 1.0, "yes": 3.0}, shown=("no", "yes"))
    >>> dict(translate({"1": "Yes", "3": "No", "2": "Mabye"}, key).codes)
    {'1': 3.0, '3': 1.0}
    """
    if key.tick:
        return _ticks(labels, key)
    if not key.valid:
        gone = {value: "unanswered" for value, text in labels.items() if _no_answer(text)}
        return Translation(missing=gone)
    codes: dict[str, float] = {}
    missing: dict[str, str] = {}
    strange: dict[str, str] = {}
    for value, label in labels.items():
        code, reason = label_of(label, key)
        if code is not None:
            codes[value] = code
        elif reason:
            missing[value] = reason
        else:
            strange[value] = label
    if any(as_number(value) != code for value, code in codes.items()):
        return _contradicting(labels, codes, missing, strange, key)
    refused = {value: label for value, label in strange.items() if _misleads(value, label, key)}
    unknown = {value: label for value, label in strange.items() if value not in refused}
    return Translation({}, missing, refused, unknown)


def _no_answer(label: str) -> bool:
    return means_no_answer(normal(label))


def _misleads(value: str, label: str, key: Key) -> bool:
    """Tell whether an unknown label speaks against the code that its value would be."""
    if as_number(value) not in key.valid:
        return False
    if _no_answer(label):
        return True
    near = nearest_label(label, key.shown)
    return near is not None and key.labels.get(normal(near)) != as_number(value)


def _contradicting(
    labels: Mapping[str, str],
    codes: dict[str, float],
    missing: dict[str, str],
    strange: dict[str, str],
    key: Key,
) -> Translation:
    step = _mirror(codes, key)
    inner = {}
    if step is not None:
        low, turn = step
        for code in key.valid:
            value = f"{low + turn * code:g}"
            if value not in labels:
                inner[value] = code
    return Translation({**codes, **inner}, missing, strange, {}, closed=True, mirrored=bool(inner))


def _mirror(codes: Mapping[str, float], key: Key) -> tuple[float, int] | None:
    """Return start and direction of values that run evenly between labelled ends, or None.

    The value of code c is start + direction * c; both ends of the scale have to be labelled, and
    every other label has to lie on the line.
    """
    values = {code: as_number(value) for value, code in codes.items()}
    low, high = min(key.valid), max(key.valid)
    first, last = values.get(low), values.get(high)
    if first is None or last is None or len(values) != len(codes):
        return None
    turn = 1 if last > first else -1
    start = first - turn * low
    even = all(value == start + turn * code for code, value in values.items())
    return (start, turn) if even else None


def _ticks(labels: Mapping[str, str], key: Key) -> Translation:
    """Return which values are ticks by their labels: yes and no, chosen and not chosen."""
    codes: dict[str, float] = {}
    missing: dict[str, str] = {}
    strange: dict[str, str] = {}
    for value, label in labels.items():
        plain = normal(label)
        if plain in key.labels or plain in TICKED:
            codes[value] = 1.0
        elif plain in UNTICKED or _denies(plain, key):
            codes[value] = 0.0
        elif means_no_answer(plain):
            missing[value] = "unanswered"
        else:
            strange[value] = label
    plainly = all(as_number(value) == code for value, code in codes.items())
    if plainly and all(as_number(value) in key.valid for value in strange):
        return Translation({}, missing, {}, strange)
    return Translation(codes, missing, strange, {}, closed=True)


def _denies(plain: str, key: Key) -> bool:
    """Tell whether a label is the option's own with a word for not in front."""
    words = plain.replace(":", " ").split()
    if not words or words[0] not in ("not", "no", "nicht", "kein", "keine", "non", "pas", "未"):
        return False
    rest = " ".join(words[1:])
    return rest in key.labels or rest in TICKED
