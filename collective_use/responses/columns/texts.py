"""Which column of an export is which item, by the question text, where codes are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collective_use.checks import quoted
from collective_use.errors import ReadError
from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import BY_OPTION, BY_POSITION, Column, column_name
from collective_use.responses.columns.match import JOINED, LISTS
from collective_use.responses.headings.wording import bare, normal, together
from collective_use.responses.readers.export import Export, Heading

_NUMBERING = re.compile(r"^(q?\d{1,3}[a-z]?\s*[.):]\s+|\d{1,3}、\s*)")
# A point, colon, dash or stroke within a word parts nothing, except in scripts without blanks.
_MARK = re.compile(
    r"\s*>>\s*|\s*\[|\s*[\u2014\u2015]+\s*|\s+[-\u2013/|]\s+|[:.]\s+|[-/:.](?=[^\x00-\x7f])"
    r"|(?<=[^\x00-\x7f])[-/:.\u3002]|/"
)
_AT_END = re.compile(r"(\d{1,2})\D*$")


@dataclass(frozen=True)
class Texts:
    """Items by their wording, all languages together.

    Attributes
    ----------
    items
        Ids by question text.
    options
        Columns by question text and option label.
    stems
        Item ids by the question above their response scale.
    """

    items: Mapping[str, tuple[str, ...]]
    options: Mapping[tuple[str, str], tuple[Column, ...]]
    stems: Mapping[str, frozenset[str]]


def wording(instrument: Instrument) -> Texts:
    """Return an instrument's texts, read backwards."""
    items: dict[str, list[str]] = {}
    options: dict[tuple[str, str], list[Column]] = {}
    stems: dict[str, set[str]] = {}
    for item in instrument.items:
        for text in {bare(text) for text in together(item.text)}:
            items.setdefault(text, []).append(item.id)
            if item.kind not in BY_OPTION:
                continue
            for option in item.options:
                column = Column(
                    column_name(item, option=option.code), item.id, item.kind, None, option.code
                )
                for label in {bare(label) for label in together(option.label)}:
                    options.setdefault((text, label), []).append(column)
        if item.scale:
            for stem in instrument.get_scale(item.scale).stem.values():
                stems.setdefault(bare(stem), set()).add(item.id)
    return Texts(
        {text: tuple(ids) for text, ids in items.items()},
        {pair: tuple(columns) for pair, columns in options.items()},
        {stem: frozenset(ids) for stem, ids in stems.items()},
    )


def spellings(text: str, *, deep: bool = True) -> list[str]:
    """Return a heading as it may stand in an instrument: whole, without number, its tails.

    Platforms put the question before a line of a grid, with their own mark between; tails are
    left out where `deep` is False.

    Examples
    --------
    >>> spellings("3. How far do you agree? - We use data.")[:2]
    ['3. how far do you agree? - we use data', 'how far do you agree? - we use data']
    >>> spellings("How far? >> We use data.")[-1], spellings("How far? [We use data.]")[-1]
    ('we use data', 'we use data')
    """
    whole = bare(text)
    found = [whole, bare(_NUMBERING.sub("", normal(text)))]
    found += [bare(tail) for _, tail in tails(text)] if deep else []
    return [entry for entry in dict.fromkeys(found) if entry]


def tails(text: str) -> list[tuple[str, str]]:
    """Return a heading cut at each mark that may part a question from its line, longest tail first.

    Examples
    --------
    >>> tails("How far? [We use data.]")
    [('how far?', 'we use data.')]
    """
    plain = normal(text)
    found = []
    for mark in _MARK.finditer(plain):
        tail = plain[mark.end() :].strip()
        if mark[0].lstrip().startswith("["):
            tail = tail.removesuffix("]")
        head = plain[: mark.start()].strip()
        if head and tail:
            found.append((head, tail))
    return found


def _of_option(heading: Heading, texts: Texts) -> list[Column]:
    pairs = [(heading.question, heading.part)] if heading.part else []
    pairs += [pair for text in (heading.question, heading.name) for pair in tails(text)]
    for question, part in pairs:
        for spelling in spellings(question):
            hits = texts.options.get((spelling, bare(part)))
            if hits:
                return list(hits)
    return []


def _of_item(heading: Heading, texts: Texts, instrument: Instrument, *, deep: bool) -> list[Column]:
    for text in (heading.part, heading.question, heading.name):
        for spelling in spellings(text, deep=deep):
            ids = texts.items.get(spelling, ())
            under = set(texts.stems.get(bare(heading.question), frozenset()))
            for head, tail in tails(text):
                if bare(tail) == spelling:
                    under |= texts.stems.get(bare(head), frozenset())
            chosen = [name for name in ids if name in under] or list(ids)
            columns = [
                column
                for column in (_whole(instrument.get_item(name), heading) for name in chosen)
                if column is not None
            ]
            if columns:
                return columns
    return []


def _whole(item: Item, heading: Heading) -> Column | None:
    """Return the column that an item's own text heads: one answer, ticks in a cell, a place."""
    if item.kind not in LISTS:
        return Column(column_name(item), item.id, item.kind)
    if heading.part and item.kind in BY_POSITION:
        number = _AT_END.search(heading.part)
        if number is None:
            return None
        position = int(number[1])
        name = column_name(item, position=position)
        return Column(name, item.id, item.kind, position)
    if item.kind in JOINED and not heading.part:
        return Column(column_name(item), item.id, item.kind)
    return None


def text_candidates(
    export: Export, instrument: Instrument, taken: Mapping[int, Column], closed: Iterable[int]
) -> dict[int, list[Column]]:
    """Return for each open column what its text may mean, by place.

    Parameters
    ----------
    export
        The export.
    instrument
        The instrument.
    taken
        Columns already matched by name: their items are settled.
    closed
        Places that are keys, ignored or the platform's own.
    """
    texts = wording(instrument)
    settled = {column.name for column in taken.values()} | {
        column.item for column in taken.values() if column.kind not in LISTS
    }
    shut = {*taken, *closed, *export.technical}
    found: dict[int, list[Column]] = {}
    # Whole headings first: a tail is only a guess beside them.
    for deep in (False, True):
        here: dict[int, list[Column]] = {}
        for heading in export.headings:
            if heading.place in shut or heading.place in found:
                continue
            hits = _of_option(heading, texts) or _of_item(heading, texts, instrument, deep=deep)
            hits = [column for column in hits if column.name not in settled]
            if hits:
                here[heading.place] = hits
        found |= here
        settled |= {hits[0].name for hits in here.values() if len(hits) == 1}
    return dict(sorted(found.items()))


def known_by_wording(
    export: Export, instrument: Instrument, matched: Mapping[int, Column]
) -> dict[str, str]:
    """Return headings that say nothing of their item, whose question text does: ``q_a`` for use1.

    Parameters
    ----------
    export
        The export.
    instrument
        The instrument.
    matched
        Columns matched by their text, by place.
    """
    texts = wording(instrument)
    found = {}
    for heading in export.headings:
        column = matched.get(heading.place)
        if column is None:
            continue
        alone = Heading(heading.place, heading.name)
        hits = _of_option(alone, texts) or _of_item(alone, texts, instrument, deep=True)
        if not hits:
            found[heading.name] = column.name
    return found


def match_texts(
    export: Export, instrument: Instrument, taken: Mapping[int, Column], closed: Iterable[int]
) -> dict[int, Column]:
    """Return columns that carry an item's text, by place; see `text_candidates`.

    Raises
    ------
    ReadError
        When a text belongs to several items; the message lists them.
    """
    found = text_candidates(export, instrument, taken, closed)
    names = {heading.place: heading.name for heading in export.headings}
    unclear = [
        f"  column {place + 1} ({names[place][:60]!r}) may be "
        f"{quoted(column.name for column in hits)}"
        for place, hits in found.items()
        if len(hits) > 1
    ]
    if unclear:
        head = f"{export.raw.name}: question texts that belong to several items:"
        tail = "Say which is meant with column_map= (collective-use map writes a draft)."
        raise ReadError("\n".join([head, *unclear, tail]))
    return {place: hits[0] for place, hits in found.items()}
