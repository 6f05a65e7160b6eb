"""From a workbook back to an instrument; what is wrong is named by sheet and cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from collective_use.accepted import Plain, PlainDict, PlainMapping
from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InstrumentError
from collective_use.instrument.load import examine
from collective_use.instrument.model import Instrument
from collective_use.sheets.bank.cells import is_empty, read_cell
from collective_use.sheets.bank.fields import (
    ABOUT,
    NOTES,
    READ_ME,
    FieldPlan,
    SheetPlan,
    about_fields,
    sheet_plans,
)
from collective_use.sheets.spreadsheet import decode_text
from collective_use.sheets.spreadsheet_read import Sheet, as_text, read_book
from collective_use.yaml_source.document import Document, Place, Position, Problem

_BY_LANGUAGE = re.compile(r"(.+) \(([A-Za-z-]+)\)")


def instrument_from_xlsx(path: str | Path) -> Instrument:
    """Read an instrument that was written by `instrument_to_xlsx` and edited by people.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    Instrument
        The checked item bank.

    Raises
    ------
    InstrumentError
        With every problem as ``file, sheet, cell: what was found, what would be right``.
    ReadError
        When the file is no workbook.

    Examples
    --------
    >>> import collective_use as cu, pathlib, tempfile
    >>> bank = cu.load_instrument("starter")
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "starter.xlsx"
    >>> _ = file.write_bytes(cu.instrument_to_xlsx(bank))
    >>> instrument_from_xlsx(file) == bank
    True
    """
    reading = _Reading(Path(path).name, read_book(path))
    instrument, problems = examine(reading.document())
    if problems or instrument is None:
        ordered = dict.fromkeys(str(problem) for problem in problems)
        raise InstrumentError(list(ordered))
    return instrument


class _Reading:
    """Collects values, their places and problems, sheet by sheet."""

    def __init__(self, file: str, book: Mapping[str, Sheet]) -> None:
        self.file = file
        self.book = book
        self.value: PlainDict = {}
        self.values: dict[Place, Position] = {(): Position(file, 1, 1)}
        self.problems: list[Problem] = []
        self.rows: dict[str, dict[str, int]] = {}

    def document(self) -> Document:
        self.check_sheets()
        if ABOUT in self.book:
            self.about(self.book[ABOUT])
        for plan in sheet_plans():
            if plan.name in self.book:
                read = self.inner if plan.inner else self.collection
                read(plan, self.book[plan.name])
        keys = dict(self.values)
        return Document(self.file, self.value, self.values, keys, tuple(self.problems))

    def say(self, position: Position, text: str) -> None:
        self.problems.append(Problem(position, text))

    def check_sheets(self) -> None:
        known = [READ_ME, ABOUT, *(plan.name for plan in sheet_plans())]
        for name, sheet in self.book.items():
            if name not in known and not name.lower().startswith(NOTES):
                self.say(
                    sheet.at(1),
                    f"a sheet must be one of {quoted(known, most=30)}, found {name!r}"
                    f"{did_you_mean(name, known)}; begin its name with 'notes' to keep your own",
                )
        for name in known[1:]:
            if name not in self.book:
                self.say(
                    Position(self.file, 1, 1),
                    f"the sheet {name!r} is missing; keep all sheets, empty ones too",
                )

    def put(self, root: PlainDict, place: Place, path: tuple[str, ...], value: Plain,
            position: Position) -> None:  # fmt: skip
        """Set a value below a part and note where everything on the way stands."""
        for depth, key in enumerate(path[:-1], start=1):
            root = root.setdefault(key, {})
            self.values.setdefault((*place, *path[:depth]), position)
        root[path[-1]] = value
        self.values[(*place, *path)] = position
        if isinstance(value, list):
            for number in range(len(value)):
                self.values[(*place, *path, number)] = position

    def about(self, sheet: Sheet) -> None:
        sheet.need("field", "value")
        fields = {field.heading: field for field in about_fields()}
        for row, cells in sheet.rows:
            name = as_text(cells["field"]).strip()
            field = fields.get(name)
            if field is None:
                self.say(
                    sheet.at(row, "field"),
                    f"a field must be one of {quoted(fields, most=30)}, found {name!r}"
                    f"{did_you_mean(name, fields)}",
                )
                continue
            if field.kind != "text":
                if not is_empty(cells["value"]):
                    at = sheet.at(row, "value")
                    self.put(self.value, (), field.path, read_cell(field, cells["value"]), at)
                continue
            for code, cell in cells.items():
                if code == "field" or is_empty(cell):
                    continue
                at = sheet.at(row, code)
                if code == "value":
                    self.say(at, f"{name} is a text; write it below its language, not below value")
                else:
                    text = decode_text(as_text(cell))
                    self.put(self.value, (), (*field.path, code), text, at)

    def collection(self, plan: SheetPlan, sheet: Sheet) -> None:
        columns = self.columns(plan, sheet)
        entries = self.value.setdefault(plan.collection, [])
        self.values[(plan.collection,)] = sheet.at(1)
        self.rows[plan.collection] = {}
        for row, cells in sheet.rows:
            place: Place = (plan.collection, len(entries))
            part = self.part(sheet, row, cells, columns, place)
            entries.append(part)
            self.rows[plan.collection].setdefault(str(part.get("id")), place[1])  # type: ignore[arg-type]

    def inner(self, plan: SheetPlan, sheet: Sheet) -> None:
        columns = self.columns(plan, sheet)
        if plan.parent not in sheet.headings:
            self.say(sheet.at(1), f"the sheet needs a column {plan.parent!r}: whose rows these are")
            return
        owners = self.rows.get(plan.collection, {})
        for row, cells in sheet.rows:
            name = as_text(cells[plan.parent]).strip()
            if name not in owners:
                self.say(
                    sheet.at(row, plan.parent),
                    f"{plan.parent} must be an id of the sheet {plan.collection!r}, "
                    f"found {name!r}{did_you_mean(name, owners)}",
                )
                continue
            number = owners[name]
            entries = self.value[plan.collection][number].setdefault(plan.inner, [])
            above: Place = (plan.collection, number, plan.inner)
            self.values.setdefault(above, sheet.at(row))
            entries.append(self.part(sheet, row, cells, columns, (*above, len(entries))))

    def columns(self, plan: SheetPlan, sheet: Sheet) -> dict[str, tuple[FieldPlan, str]]:
        """Match headings to fields; report those that are none."""
        fields = {field.heading: field for field in plan.fields}
        found: dict[str, tuple[FieldPlan, str]] = {}
        for name in sheet.headings:
            match = _BY_LANGUAGE.fullmatch(name)
            base, language = match.groups() if match else (name, "")
            field = fields.get(base)
            if field is not None and (field.kind == "text") == bool(language):
                found[name] = (field, language)
            elif not (plan.inner and name == plan.parent):
                right = [
                    f"{f.heading} (en)" if f.kind == "text" else f.heading for f in plan.fields
                ]
                self.say(
                    sheet.at(1, name),
                    f"a heading must be one of {quoted(right, most=40)}, found {name!r}"
                    f"{did_you_mean(name, right)}",
                )
        return found

    def part(
        self,
        sheet: Sheet,
        row: int,
        cells: PlainMapping,
        columns: Mapping[str, tuple[FieldPlan, str]],
        place: Place,
    ) -> PlainDict:
        part: PlainDict = {}
        self.values[place] = sheet.at(row)
        for name, (field, language) in columns.items():
            if is_empty(cells[name]):
                continue
            at = sheet.at(row, name)
            if language:
                text = decode_text(as_text(cells[name]))
                self.put(part, place, (*field.path, language), text, at)
            else:
                self.put(part, place, field.path, read_cell(field, cells[name]), at)
        return part
