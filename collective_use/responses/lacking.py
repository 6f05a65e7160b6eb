"""Items that no column answers: named, with the heading that may be meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collective_use.checks import quoted
from collective_use.errors import DataWarning, warn
from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import BY_OPTION, base_name, form_items
from collective_use.record import Record
from collective_use.responses.answers.stack import Piece, all_missing
from collective_use.responses.coded import Coded
from collective_use.responses.headings.nearest import near_heading


def note_items(
    instrument: Instrument,
    form: str | None,
    answers: Coded,
    pieces: Sequence[Piece],
    record: Record,
) -> Record:
    """Record items without a column, and items that nobody answered.

    A measure of which some items are there and others are not, and an item that a heading may
    mean, deserve a look; a measure that was not asked at all is only noted.
    """
    there = {column.item for piece in pieces for column in piece.block.columns.values()}
    asked = form_items(instrument.get_form(form)) if form else [i.id for i in instrument.items]
    items = {item.id: item for item in instrument.items}
    lacking = [name for name in asked if _expected(items[name]) and name not in there]
    headings = list(dict.fromkeys(heading for piece in pieces for heading in piece.open))
    near = {name: hit for name in lacking if (hit := _near(items[name], headings))}
    record = _misspelt(near, record)
    partly = _partly(instrument, lacking, there, set(near))
    if partly:
        text = f"No column for {quoted(partly)}, though other items of the measure are there."
        record = record.note(
            "responses", "warning", text, count=len(partly), of="items", what=partly
        )
    rest = [n for n in lacking if n not in near and n not in partly and items[n].kind == "likert"]
    if rest:
        whose = f"form {form!r}" if form else f"instrument {instrument.id!r}"
        text = f"Items of {whose} that the exports do not hold: {quoted(rest)}."
        record = record.note("responses", "note", text, count=len(rest), of="items", what=rest)
    empty = all_missing(answers)
    if empty:
        text = f"Nobody answered {quoted(empty)}."
        warn(text, DataWarning)
        record = record.note("responses", "warning", text, count=len(empty), of="items", what=empty)
    return record


def _expected(item: Item) -> bool:
    return item.role not in ("key", "group") and item.kind not in ("code", "auto")


def _near(item: Item, headings: Sequence[str]) -> str | None:
    """Return the heading that may be an item misspelt, by its name or by its text."""
    names = {item.id, base_name(item), *item.platform_names.values()}
    if item.kind in BY_OPTION:
        names |= {f"{name}_{option.code}" for name in names for option in item.options}
    return near_heading([*names, *item.text.values()], headings)


def _misspelt(near: dict[str, str], record: Record) -> Record:
    if not near:
        return record
    pairs = [f"{name} is missing; did you mean {hit!r}?" for name, hit in near.items()]
    text = " ".join(pairs) + " Rename the column, or say so with a column map (--map)."
    warn(text, DataWarning)
    return record.note("responses", "warning", text, count=len(near), of="items", what=near)


def _partly(
    instrument: Instrument, lacking: Iterable[str], there: set[str], named: set[str]
) -> list[str]:
    """Return the items without a column in measures of which other items have one."""
    gone = set(lacking) - named
    found: dict[str, None] = {}
    for measure in instrument.measures:
        if there & set(measure.items):
            found |= dict.fromkeys(name for name in measure.items if name in gone)
    return list(found)
