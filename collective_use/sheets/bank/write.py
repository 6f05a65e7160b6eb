"""An instrument as a workbook to edit: every part a row, every list a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from collective_use.accepted import Book, Plain, PlainMapping
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import written
from collective_use.sheets.bank.cells import write_cell
from collective_use.sheets.bank.fields import (
    ABOUT,
    READ_ME,
    FieldPlan,
    SheetPlan,
    about_fields,
    sheet_plans,
)
from collective_use.sheets.spreadsheet import (
    SheetColumn,
    add_table,
    add_words,
    book_bytes,
    encode_text,
    new_book,
)

SPARE = 25
"""Formatted empty rows under each table."""

_REFERENCES = {
    "construct": "constructs",
    "scale": "scales",
    "roster": "rosters",
    "consent": "consent",
    "alternative_to": "items",
    "knowledge": "items",
    "source": "sources",
}
_WIDTHS = {"text": 44, "string": 17, "number": 10, "bool": 10, "words": 34, "pairs": 24}
_WIDE = ("citation", "statement", "syntax", "note", "rationale", "watch", "theory", "inferred")

_READ_ME = (
    ("What this is", "The whole instrument {id}, version {version}: each sheet is one of its lists,"
     " each row one part of it. Nothing of the instrument is left out."),
    ("Editing", "Change cells, add rows at the bottom or between, remove rows, move them: the order"
     " of rows is the order in the instrument. Keep the headings in row 1."),
    ("Languages", "A text has one column for each language: text (en), text (zh). For another"
     " language add columns with its code, such as text (de), and name the code on the sheet"
     " about under languages or draft_languages."),
    ("Lists in a cell", "Several ids stand with spaces between them: dl1 dl2 dl3."),
    ("Lists of their own", "The options of items and scales, the facets of constructs, the blocks"
     " of forms have their own sheets; the first column names the part they belong to."),
    ("Empty cells", "An empty cell means the default. A text of nothing at all is written \"\"; a"
     " text in straight quotation marks is read without them."),
    ("Sheets of your own", "A sheet whose name begins with 'notes' is left alone."),
    ("Back", "collective-use instrument from-xlsx FILE.xlsx --out my_instrument"),
    ("", "Everything is checked on the way back; a message names the sheet and the cell. The"
     " comments of the YAML files are not in a workbook: keep those files too."),
)  # fmt: skip


def instrument_to_xlsx(
    instrument: Instrument | str | Path, *, path: str | Path | None = None
) -> bytes:
    """Write an instrument as a workbook that `instrument_from_xlsx` reads back exactly.

    Parameters
    ----------
    instrument
        The item bank.

    path
        Where to write it too; nowhere when None.

    Returns
    -------
    bytes
        An ``.xlsx`` file: a sheet to read, a sheet about the instrument, and one sheet for
        each list (items, item options, scales, ...).

    Raises
    ------
    OutputError
        When a text is longer than a cell can hold (32,767 characters).

    Examples
    --------
    >>> import collective_use as cu
    >>> instrument_to_xlsx(cu.load_instrument("starter"))[:2]
    b'PK'
    """
    instrument = as_instrument(instrument)
    plain = instrument.model_dump(mode="json", by_alias=True)
    book = new_book(f"{instrument.id} {instrument.version}")
    words = {"id": instrument.id, "version": instrument.version}
    title = f"{instrument.id} {instrument.version}"
    add_words(book, READ_ME, title, [(h, t.format(**words)) for h, t in _READ_ME])
    _about(book, plain)
    counts = {plan.name: len(plain[plan.collection]) for plan in sheet_plans() if not plan.inner}
    for plan in sheet_plans():
        languages = _languages(plan, plain)
        columns = [_parent(plan, counts)] if plan.inner else []
        for field in plan.fields:
            columns += _columns(field, languages, counts)
        rows = [_cells(plan, part, languages, owner) for part, owner in _parts(plan, plain)]
        add_table(book, plan.name, columns, rows, spare=SPARE)
    return written(book_bytes(book), path)


def heading(field: FieldPlan, language: str = "") -> str:
    """Return a column's heading.

    Examples
    --------
    >>> heading(FieldPlan(("text",), "text"), "en")
    'text (en)'
    """
    return f"{field.heading} ({language})" if field.kind == "text" else field.heading


def value_at(part: PlainMapping, path: Sequence[str]) -> Plain:
    """Return the value at the end of a path of keys."""
    value: Plain = part
    for key in path:
        value = value[key]
    return value


def _languages(plan: SheetPlan, plain: PlainMapping) -> list[str]:
    """Return the declared languages, and after them any other that a text of the sheet has."""
    found = dict.fromkeys([*plain["languages"], *plain["draft_languages"]])
    for part, _ in _parts(plan, plain):
        for field in plan.fields:
            if field.kind == "text":
                found.update(dict.fromkeys(value_at(part, field.path)))
    return list(found)


def _parts(plan: SheetPlan, plain: PlainMapping) -> list[tuple[PlainMapping, str | None]]:
    if not plan.inner:
        return [(part, None) for part in plain[plan.collection]]
    return [(part, owner["id"]) for owner in plain[plan.collection] for part in owner[plan.inner]]


def _cells(
    plan: SheetPlan, part: PlainMapping, languages: Sequence[str], owner: str | None
) -> list[object]:
    cells: list[object] = [owner] if plan.inner else []
    for field in plan.fields:
        value = value_at(part, field.path)
        if field.kind == "text":
            cells += [encode_text(value[code]) if code in value else None for code in languages]
        else:
            cells.append(write_cell(field, value))
    return cells


def _columns(
    field: FieldPlan, languages: Sequence[str], counts: Mapping[str, int]
) -> list[SheetColumn]:
    if field.kind == "text":
        return [SheetColumn(heading(field, code), _WIDTHS["text"]) for code in languages]
    name = field.path[-1]
    width = 44 if name in _WIDE else _WIDTHS.get(field.kind, 24)
    choices: tuple[str, ...] | str = field.choices
    if len(",".join(field.choices)) > 250:
        choices = ()
    target = _REFERENCES.get(name, "")
    strict = bool(choices)
    if field.kind == "string" and not choices and target in counts:
        choices = _range(target, counts)
    number = field.kind == "number"
    return [SheetColumn(field.heading, width, choices, strict, number=number)]


def _parent(plan: SheetPlan, counts: Mapping[str, int]) -> SheetColumn:
    return SheetColumn(plan.parent, 18, _range(plan.collection, counts), strict=False)


def _range(sheet: str, counts: Mapping[str, int]) -> str:
    return f"='{sheet}'!$A$2:$A${counts[sheet] + SPARE + 1}"


def _about(book: Book, plain: PlainMapping) -> None:
    fields = about_fields()
    known = dict.fromkeys([*plain["languages"], *plain["draft_languages"]])
    for field in fields:
        if field.kind == "text":
            known.update(dict.fromkeys(value_at(plain, field.path)))
    rows = []
    for field in fields:
        value = value_at(plain, field.path)
        texts: list[object]
        if field.kind == "text":
            texts = [encode_text(value[code]) if code in value else None for code in known]
            rows.append([field.heading, None, *texts])
        else:
            rows.append([field.heading, write_cell(field, value), *[None] * len(known)])
    columns = [SheetColumn("field", 20), SheetColumn("value", 40)]
    add_table(book, ABOUT, [*columns, *(SheetColumn(code, 60) for code in known)], rows)
