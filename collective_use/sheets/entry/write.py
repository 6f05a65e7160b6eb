"""An entry sheet: a row for each form on paper, a column for each answer, typed twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from collective_use.accepted import Worksheet
from collective_use.checks import one_of, whole_number
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Form, Instrument, Item
from collective_use.output import write_file
from collective_use.platforms.columns import Column, instrument_columns
from collective_use.sheets.spreadsheet import (
    SheetColumn,
    add_table,
    add_words,
    book_bytes,
    new_book,
)

ENTRIES = ("Entry 1", "Entry 2")
"""The two sheets; the reader knows the workbook by them and compares them cell by cell."""
PAPER = "paper"
"""The number written on each form of paper, by which the two entries are compared."""
_TICKS = ("checklist", "roster_binary", "roster_roles")
_WORDS = ("text", "month", "code", "roster_nominate")


def entry_sheet(
    instrument: Instrument | str | Path,
    path: str | Path | None = None,
    *,
    form: str | None = None,
    modules: Iterable[str] = (),
    rows: int = 100,
    places: int = 8,
    members: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Write a workbook for typing in answers from paper.

    Each answer has a column, named as `read_responses` knows it, that takes only the codes on
    the form. A second person types all forms again on the second sheet; on reading the two are
    compared, and what differs is listed.

    Parameters
    ----------
    instrument
        The item bank, its bundled name, or its path.
    path
        Where to write it; nothing is written when None.
    form
        Which form; the default one when None.
    modules
        Optional modules that were switched on, or ``("all",)``.
    rows
        How many forms there is room for.
    places
        How many members or partners a roster has columns for.
    members
        Group and member code of each row, where they are known.

    Returns
    -------
    bytes
        The workbook.

    Raises
    ------
    InputError
        When form or module is unknown, or there is no row.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.entry_sheet("lq2002")[:2]
    b'PK'
    """
    bank = as_instrument(instrument)
    if not members:
        whole_number("rows", rows, at_least=1)
    whole_number("places", places, at_least=1)
    chosen = _form(bank, form)
    columns = _columns(bank, chosen, tuple(modules), places)
    group, member = (bank.columns.group or "group"), (bank.columns.member or "member")
    headed = [_key(PAPER, "The number written on the paper form."), _key(group, "Group code.")]
    headed.append(_key(member, "Member code."))
    headed += [_sheet_column(bank, column) for column in columns]
    listed = list(members) or [("", "")] * rows
    filled = [
        [number, who[0] or None, who[1] or None, *([None] * len(columns))]
        for number, who in enumerate(listed, start=1)
    ]
    book = new_book(f"{bank.id} entry")
    add_words(book, "Read me", f"Entry sheet of {bank.id} {bank.version}", _help(bank, chosen))
    for name in ENTRIES:
        _limits(add_table(book, name, headed, filled), bank, columns, len(filled) + 1)
    content = book_bytes(book)
    if path is not None:
        write_file(Path(path), content)
    return content


def _form(bank: Instrument, form: str | None) -> Form | None:
    if form is None and not bank.forms:
        return None
    if form is not None:
        one_of("form", form, [entry.id for entry in bank.forms])
    return bank.get_form(form)


def _columns(
    bank: Instrument, form: Form | None, modules: Sequence[str], places: int
) -> tuple[Column, ...]:
    """Return the columns of the items asked: no keys, no alternative beside its twin."""
    if form is None:
        wanted = [item.id for item in bank.items]
    else:
        for module in modules:
            one_of("module", module, ["all", *(entry.id for entry in form.modules)])
        on = {m.id for m in form.modules if m.default_on or m.id in modules or "all" in modules}
        blocks = [b for b in form.blocks if b.module is None or b.module in on]
        wanted = [i for b in blocks if b.respondent == "member" for i in b.items]
    items = {item.id: item for item in bank.items}
    kept = [
        name
        for name in dict.fromkeys(wanted)
        if items[name].role != "key"
        and items[name].kind != "auto"
        and items[name].alternative_to not in wanted
    ]
    return instrument_columns(bank, kept, positions=places)


def _key(name: str, help_text: str) -> SheetColumn:
    return SheetColumn(name, width=12, entry=True, help=help_text)


def _text(item: Item, bank: Instrument) -> str:
    return item.text.get(bank.languages[0], "") if bank.languages else item.id


def _codes(bank: Instrument, item: Item) -> tuple[str, ...]:
    if item.kind in _TICKS:
        return ("0", "1")
    if item.scale is None:
        return tuple(str(option.code) for option in item.options)
    scale = bank.get_scale(item.scale)
    offered = [entry.code for entry in scale.missing if entry.offered and entry.code is not None]
    return tuple(str(code) for code in [*(option.code for option in scale.options), *offered])


def _sheet_column(bank: Instrument, column: Column) -> SheetColumn:
    item = bank.get_item(column.item)
    words = item.kind in _WORDS
    part = next((o.label for o in item.options if o.code == column.option), {})
    said = [_text(item, bank), part.get(bank.languages[0], "")]
    said.append(f"Place {column.position} of the roster." if column.position else "")
    free = words or item.kind in ("number", "allocation")
    codes = () if free else _codes(bank, item)
    # A drop-down list holds at most 255 characters in a workbook.
    choices = codes if len(",".join(codes)) <= 250 else ()
    return SheetColumn(
        column.name,
        width=max(8, len(column.name) + 2),
        choices=choices,
        entry=True,
        number=not words,
        help=" / ".join(part for part in said if part),
    )


def _limits(sheet: Worksheet, bank: Instrument, columns: Sequence[Column], last: int) -> None:
    """Let columns of numbers take numbers only."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for place, column in enumerate(columns, start=4):
        item = bank.get_item(column.item)
        if item.kind not in ("number", "allocation"):
            continue
        most = item.total if item.kind == "allocation" and item.total else 1_000_000_000
        rule = DataValidation(
            type="decimal", operator="between", formula1="0", formula2=f"{most:g}", allow_blank=True
        )
        rule.showErrorMessage, rule.error = True, f"Please type a number from 0 to {most:g}."
        letter = get_column_letter(place)
        rule.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(rule)


def _help(bank: Instrument, form: Form | None) -> list[tuple[str, str]]:
    name = f"form {form.id!r}" if form else "all items"
    return [
        ("What it is for", f"Typing in paper forms of {bank.id} {bank.version}, {name}."),
        (
            "First",
            "Number the forms of paper: the number goes into the column 'paper'.",
        ),
        ("Then", "One person types all forms on 'Entry 1', another all of them on 'Entry 2'."),
        ("Codes", "Type the number printed with the answer; boxes are 1 ticked and 0 not ticked."),
        ("No answer", "Leave the cell empty."),
        ("Two answers", "Leave the cell empty too, and note it on the paper."),
        (
            "Rosters",
            "net1_3 is about the third person of the group in the members file.",
        ),
        (
            "At the end",
            "collective-use score entry.xlsx: where the two entries differ is listed.",
        ),
    ]
