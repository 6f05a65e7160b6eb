"""Labels of groups, kinds and partners: one label, one group, in whatever type it comes."""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Array, Label, Labels, Values
from collective_use.errors import InputError

JOINED = " / "
"""Between the parts of a label that several columns make up."""


def raw_labels(labels: Labels) -> pd.Series:
    """Return one label a row, without an index, missing ones as missing.

    Several columns (a frame, a MultiIndex, tuples, a two-dimensional array) make one label each
    row, joined by `JOINED`. numpy makes a list of texts and NaN one of texts, and NaN the text
    "nan": that is missing, too.

    Examples
    --------
    >>> raw_labels(["a", float("nan")]).isna().tolist()
    [False, True]
    >>> raw_labels(pd.DataFrame({"site": ["x", "x"], "team": [1, 2.0]})).tolist()
    ['x / 1', 'x / 2']
    """
    if isinstance(labels, pd.MultiIndex):
        labels = labels.to_frame(index=False)
    if isinstance(labels, (pd.Series, pd.Index)):
        return pd.Series(labels.array, dtype=labels.dtype)
    if isinstance(labels, pd.DataFrame):
        return _joined([raw_labels(labels.iloc[:, k]) for k in range(labels.shape[1])])
    if isinstance(labels, (list, tuple)):
        if any(isinstance(entry, (list, tuple)) for entry in labels):
            return _of_rows(labels)
        return pd.Series(list(labels), dtype=object)
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] > 1:
        return _joined([raw_labels(array[:, k]) for k in range(array.shape[1])])
    series = pd.Series(array.ravel())
    return series.mask(series.isin(["nan", "None"])) if array.dtype.kind == "U" else series


def _of_rows(rows: list[Label] | tuple[Label, ...]) -> pd.Series:
    widths = {len(row) if isinstance(row, (list, tuple)) else 1 for row in rows}
    if len(widths) > 1:
        raise InputError(
            f"labels must have the same number of parts in every row, got {sorted(widths)}"
        )
    return raw_labels(pd.DataFrame(list(rows)))


def _joined(columns: list[pd.Series]) -> pd.Series:
    texts = [labels_of(column) for column in columns]
    if not texts:
        raise InputError("groups must have at least one column of labels, got none")
    whole = texts[0]
    for part in texts[1:]:
        whole = whole + JOINED + part
    return whole


def label_text(label: object) -> str:
    """Write a label: 1, 1.0 and "1" are one; spaces around it do not count.

    Examples
    --------
    >>> label_text(1.0), label_text(" 1 "), label_text(1.5), label_text(True)
    ('1', '1', '1.5', 'True')
    """
    if type(label) is str:
        return label.strip()
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return str(label).strip()


def factorized(labels: Labels) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Return (N,) codes of labels, -1 where missing, and their texts in order of appearance.

    Blank labels are missing.

    Examples
    --------
    >>> codes, texts = factorized([1, 1.0, "1", "", None, 2])
    >>> codes.tolist(), texts.tolist()
    ([0, 0, 0, -1, -1, 1], ['1', '2'])
    """
    raw = raw_labels(labels)
    first, found = pd.factorize(raw)
    plain = pd.api.types.infer_dtype(found, skipna=False)
    if plain == "mixed" and any(isinstance(label, tuple) for label in found):
        return factorized(_of_rows(raw.tolist()))
    listed = found.tolist()
    texts = [x.strip() for x in listed] if plain == "string" else [label_text(x) for x in listed]
    if texts == listed and "" not in texts:
        return first.astype(np.intp, copy=False), np.array(texts, dtype=object)
    same, names = pd.factorize(np.array(texts, dtype=object))
    blank = np.flatnonzero(names == "")
    if len(blank):
        same = np.where(same == blank[0], -1, same - (same > blank[0]))
        names = np.delete(names, blank[0])
    return np.where(first < 0, -1, np.append(same, -1)[first]).astype(np.intp), names


@dataclass(frozen=True, slots=True)
class _Last:
    """The labels that were ordered last: one survey is asked about again and again."""

    array: weakref.ref[Array]
    content: Array
    codes: NDArray[np.intp]
    names: tuple[str, ...]


_last: list[_Last] = []
_LONG = 20_000


def ordered(labels: Labels) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return (N,) places of labels among their texts in natural order, -1 where missing.

    Examples
    --------
    >>> codes, names = ordered(["g10", "g2", None])
    >>> codes.tolist(), names
    ([1, 0, -1], ('g2', 'g10'))
    """
    array = labels.to_numpy() if isinstance(labels, pd.Series) and len(labels) > _LONG else None
    if array is not None and array.dtype == object and _last and _last[0].array() is array.base:
        last = _last[0]
        if len(last.content) == len(array) and bool((last.content == array).all()):
            return last.codes, last.names
    codes, texts = factorized(labels)
    order = natural_places(texts.tolist()).argsort(kind="stable")
    place = np.full(len(order) + 1, -1, dtype=np.intp)
    place[order] = np.arange(len(order))
    codes, names = place[codes], tuple(texts[order])
    if array is not None and array.dtype == object and array.base is not None:
        _last[:] = [_Last(weakref.ref(array.base), array.copy(), codes, names)]
    return codes, names


def labels_of(labels: Labels) -> pd.Series:
    """Return the text of each label, missing where there is none; an index is kept.

    Examples
    --------
    >>> labels_of([1.0, "b", ""]).tolist()
    ['1', 'b', nan]
    """
    codes, texts = factorized(labels)
    index = labels.index if isinstance(labels, (pd.Series, pd.DataFrame)) else None
    values = np.append(texts, np.array([np.nan], dtype=object))[codes]
    return pd.Series(values, index=index, dtype=object)


def known_label_of(labels: pd.Series) -> pd.Series:
    """Return the text of each label, "" where there is none."""
    texts = labels_of(labels)
    return texts.where(texts.notna(), "")


def aligned(values: Values, labels: Labels, *, name: str = "groups") -> Values:
    """Return labels in the order of the values, by their index where both have one.

    Raises
    ------
    InputError
        When the two indexes do not hold the same rows once each.

    Examples
    --------
    >>> v, g = pd.Series([5, 1], index=[1, 0]), pd.Series(["a", "b"], index=[0, 1])
    >>> aligned(v, g).tolist()
    ['b', 'a']
    """
    pandas = (pd.Series, pd.DataFrame)
    if not (isinstance(values, pandas) and isinstance(labels, pandas)):
        return labels
    if values.index.equals(labels.index) or len(values) != len(labels):
        return labels
    mine, other = values.index, labels.index
    if mine.is_unique and other.is_unique and mine.isin(other).all():
        return labels.reindex(mine)
    odd = next((row for row in mine if row not in other), "a row that comes twice")
    raise InputError(
        f"{name} must have the index of the values, got two that differ ({odd!r} is one); "
        f"to match them by position, pass {name}.to_numpy()"
    )


def natural_order(labels: pd.Series) -> pd.Series:
    """Return sort keys in which numbers inside labels count by value.

    Examples
    --------
    >>> s = pd.Series(["g10", "g2", "b"])
    >>> list(s.iloc[natural_order(s).argsort()])
    ['b', 'g2', 'g10']
    """
    return pd.Series(natural_places(labels.astype(str).tolist()), index=labels.index)


def natural_places(texts: list[str]) -> NDArray[np.int64]:
    """Return sort keys of texts in which numbers inside them count by value."""
    numbers = _same_prefix(texts)
    if numbers is not None:
        return numbers
    keys = [_pieces(label) for label in texts]
    place = {key: i for i, key in enumerate(sorted(set(keys)))}
    return np.array([place[key] for key in keys], dtype=np.int64)


def _same_prefix(texts: list[str]) -> NDArray[np.int64] | None:
    """Return the numbers of labels that differ in one number only, such as T1 to T9000."""
    if not texts:
        return None
    low, high = min(texts), max(texts)
    same = next((k for k, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    prefix = low[:same].rstrip("0123456789")
    if re.search(r"\d", prefix) or max(map(len, texts)) - len(prefix) > 15:
        return None
    rest = [text[len(prefix) :] for text in texts]
    joined = "".join(rest)
    if not (joined.isascii() and joined.isdigit()) or "" in rest:
        return None
    numbers = np.array(list(map(int, rest)), dtype=np.int64)
    # 01 and 1 are two labels: a number must say how long its text is
    digits = np.char.str_len(numbers.astype("U")) if joined.find("0") >= 0 else None
    if digits is not None and int(digits.sum()) != len(joined):
        return None
    return numbers


def _pieces(label: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Part a label into words and numbers; ties between 01 and 1 go by the label itself."""
    parts = [part for part in re.split(r"(\d+)", label) if part]
    keys = ((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
    return tuple(keys), label
