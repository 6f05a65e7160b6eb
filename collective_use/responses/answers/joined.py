"""Several answers in one cell: taken apart into one column for each option."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import BY_ROLE, Column, column_name, roster_length
from collective_use.responses.answers.cells import (
    INVALID,
    UNANSWERED,
    Cells,
    FileWords,
    Misfit,
    plain_code,
)
from collective_use.responses.answers.codes import Key, scale_key
from collective_use.responses.answers.convention import evidence
from collective_use.responses.answers.decode import code_and_label
from collective_use.responses.columns.match import JOINED
from collective_use.responses.headings.wording import as_number, bare, normal, together
from collective_use.responses.headings.words import EMPTY_WORDS

_PARTS = re.compile(r"[;,|┋]+|(?<!\d)、")
_MARKS = " ;,|┋、"
_BLANKS = re.compile(r"[\s;,|┋、]+")
_FREE_TEXT = re.compile(r"\s*〖[^〗]*〗$")
_WHOLE = re.compile(r"(\d+)\.0+$")
_NUMBERED = re.compile(r"[(\[]?(-?\d{1,4})[)\]]?\s*[-=:.)]*\s*")
_AT_END = re.compile(r"\d{1,4}$")


@dataclass(frozen=True)
class Split:
    """A column of several answers, taken apart.

    Attributes
    ----------
    cells
        Decoded columns with what they are, one for each option.
    misfits
        Parts of cells that are no option.
    key
        What may stand in the cells, for messages.
    note
        How the cells were read, where the column had to settle it.
    """

    cells: Mapping[str, tuple[Column, Cells]]
    misfits: tuple[Misfit, ...]
    key: Key
    note: str = ""


def is_joined(column: Column) -> bool:
    """Tell whether a column holds several answers in one cell."""
    if column.kind in JOINED:
        return column.position is None and column.option is None
    return column.kind in BY_ROLE and column.option is None


def split_cell(
    text: str, spellings: Mapping[str, int], codes: Mapping[str, int] | None = None
) -> tuple[set[int], list[str]]:
    """Take a cell apart: the options it names, and what is none.

    Options are parted by ``;``, ``,``, ``|``, a line, ``┋`` or ``、``, by a blank only where
    every part is a code. The longest label that fits is taken first, so that a label may hold a
    comma; it ends at a mark or with the cell.

    Examples
    --------
    >>> split_cell("Money, or grants, Staff, golf", {"money, or grants": 1, "staff": 2})
    ({1, 2}, ['golf'])
    >>> split_cell("1 3", {}, {"1": 1, "3": 3}), split_cell("1 friend", {}, {"1": 1})
    (({1, 3}, []), (set(), ['1 friend']))
    """
    known = codes or {}
    parts = [_whole(part) for part in _BLANKS.split(normal(text).strip(_MARKS)) if part]
    if parts and all(part in known for part in parts):
        return {known[part] for part in parts}, []
    everything = {**spellings, **known}
    ordered = sorted(everything, key=len, reverse=True)
    lines = re.sub(r"[\r\n]+", ";", text.strip())
    rest, found, strange = normal(lines).strip(_MARKS), set(), []
    while rest:
        label, tail = _first(rest, ordered)
        lead = _NUMBERED.match(rest)
        if label is None and lead:
            label, tail = _first(rest[lead.end() :], ordered)
            label = label if label and everything[label] == int(lead[1]) else None
        if label is None:
            part, _, tail = _cut(rest)
            code = everything.get(_whole(_FREE_TEXT.sub("", part)))
            if code is None:
                strange.append(part)
            else:
                found.add(code)
        else:
            found.add(everything[label])
        rest = tail.strip(_MARKS)
    return found, strange


def _first(rest: str, ordered: Sequence[str]) -> tuple[str | None, str]:
    """Return the longest label that a text begins with, and what follows it."""
    for label in ordered:
        if rest.startswith(label):
            tail = rest[len(label) :].lstrip(" .")
            if not tail or tail[0] in ";,|┋、":
                return label, tail
    return None, ""


def _cut(rest: str) -> tuple[str, str, str]:
    found = _PARTS.search(rest)
    if found is None:
        return rest.strip(), "", ""
    return rest[: found.start()].strip(), found[0], rest[found.end() :]


def _whole(part: str) -> str:
    found = _WHOLE.match(part)
    return found[1] if found else part


def split_column(
    name: str,
    texts: list[str],
    codes: np.ndarray,
    column: Column,
    instrument: Instrument,
    words: FileWords,
    rows: np.ndarray,
) -> Split:
    """Take a column of several answers apart.

    A part that is no option makes the cell invalid: what it does name is ticked, of the other
    options nothing is known.

    Parameters
    ----------
    name
        What the column is called in messages.
    texts, codes
        Its different texts, and (rows,) which one each row has.
    column
        What the column is.
    instrument
        The instrument.
    words
        What stands for no answer.
    rows
        (rows,) data row numbers, for messages.
    """
    item = instrument.get_item(column.item)
    lists, targets = _targets(instrument, item, column, texts)
    lists, note = _settled(lists, texts)
    parts = [_parts(text, lists, words) for text in texts]
    misfits = [
        Misfit(name, text, tuple(rows[codes == place].tolist()), why)
        for place, part in enumerate(parts)
        for text, why in part.odd
    ]
    # Of roles only ticks are written: nothing ticked for one member is no skipped question.
    off = np.nan if item.kind in BY_ROLE else 0.0
    cells = {t.name: (t, _ticks(parts, codes, _wanted(t), off)) for t in targets}
    return Split(cells, tuple(misfits), lists.key, note)


@dataclass(frozen=True)
class _Lists:
    """What may stand in the cells: options by label and by code, and what may be either."""

    key: Key
    labels: Mapping[str, int]
    codes: Mapping[str, int]
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Cell:
    """One cell taken apart: what it names, what is not understood and why, whether it is empty."""

    found: frozenset[int] = frozenset()
    odd: tuple[tuple[str, str], ...] = ()
    empty: bool = False


def _parts(text: str, lists: _Lists, words: FileWords) -> _Cell:
    if _gone(text, words):
        return _Cell(empty=True)
    found, strange = split_cell(text, lists.labels, lists.codes)
    odd = []
    for part in strange:
        both = code_and_label(part, lists.key)
        if part in lists.doubtful:
            odd.append((part, "a code or a label?"))
        elif both is not None and not both[1]:
            found.add(int(both[0]))
        else:
            odd.append((part, ""))
    return _Cell(frozenset(found), tuple(odd))


def _wanted(column: Column) -> int:
    return (column.option if column.option is not None else column.position) or 0


def _ticks(parts: Sequence[_Cell], codes: np.ndarray, wanted: int, off: float) -> Cells:
    """Return the column of one option."""
    values, reasons = [], []
    for part in parts:
        ticked = wanted in part.found
        values.append(1.0 if ticked else np.nan if part.empty or part.odd else off)
        known = ticked or values[-1] == values[-1]
        reasons.append(0 if known else INVALID if part.odd else UNANSWERED)
    return Cells(
        np.asarray([*values, np.nan]),
        np.asarray([*reasons, UNANSWERED], dtype=np.int8),
        codes,
    )


def _gone(text: str, words: FileWords) -> bool:
    code = plain_code(text)
    return (
        normal(text) in EMPTY_WORDS
        or text in words.missing
        or text in words.platform
        or code in words.platform
        or code in words.declared
    )


def _settled(lists: _Lists, texts: Iterable[str]) -> tuple[_Lists, str]:
    """Keep codes or labels where the labels of a list are numbers, as the column shows."""
    key = lists.key
    if not key.numeric:
        return lists, ""
    parts = [part for text in texts for part in _PARTS.split(normal(text.replace("\n", ";")))]
    shown = evidence([*parts, *(p for part in parts for p in part.split())], key)
    words = {text: code for text, code in lists.labels.items() if as_number(text) is None}
    if shown == {"codes"}:
        return _Lists(key, words, lists.codes), f"the numbers are codes of {key.name}"
    labels = {f"{number:g}": int(code) for number, code in key.numeric.items()}
    if shown == {"labels"}:
        return _Lists(key, words, labels), f"the numbers are labels of {key.name}"
    both = {*lists.codes, *labels}
    doubtful = frozenset(text for text in both if lists.codes.get(text) != labels.get(text))
    sure = {text: code for text, code in lists.codes.items() if text not in doubtful}
    return _Lists(key, words, sure, doubtful), ""


def _targets(
    instrument: Instrument, item: Item, column: Column, texts: list[str]
) -> tuple[_Lists, list[Column]]:
    """Return what may stand in the cells, and the columns that it makes."""
    if item.kind == "roster_binary":
        most = roster_length(instrument, item) or 99
        parts = {part for text in texts for part in _BLANKS.split(normal(text))}
        numbers = [int(found[0]) for part in parts if (found := _AT_END.search(_whole(part)))]
        last = max((number for number in numbers if number <= most), default=0)
        places = range(1, last + 1)
        names = {normal(column_name(item, position=place)): place for place in places}
        known = {str(place): place for place in places}
        targets = [
            Column(column_name(item, position=p), item.id, item.kind, p, None) for p in places
        ]
        return _Lists(Key(frozenset(map(float, range(1, most + 1)))), names, known), targets
    spellings = {}
    for option in item.options:
        for label in together(option.label):
            for spelling in {normal(label), bare(label)} - {""}:
                spellings[spelling] = option.code
    known = {str(option.code): option.code for option in item.options}
    targets = [
        Column(
            column_name(item, position=column.position, option=option.code),
            item.id,
            item.kind,
            column.position,
            option.code,
        )
        for option in item.options
    ]
    return _Lists(scale_key(instrument, item), spellings, known), targets
