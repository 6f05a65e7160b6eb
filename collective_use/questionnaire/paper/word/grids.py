"""Grids, rosters and lists of options in Word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from collective_use.accepted import WordPart
from collective_use.questionnaire.form.content import Choice, Question, Row, Texts
from collective_use.questionnaire.form.words import in_all, words
from collective_use.questionnaire.paper.fields import NO_CODE, column_of, is_statements
from collective_use.questionnaire.paper.word.breaks import Heads, heads_of, width_cm
from collective_use.questionnaire.paper.word.elements import (
    ACCENT,
    GREY,
    SOFT,
    checkbox,
    edge,
    element,
    entry,
    shade,
)
from collective_use.questionnaire.paper.word.sheet import INDENT_CM, Sheet, keep_row, keep_rows

KEPT_WHOLE = 22
"""A roster or a list of at most this many lines moves to the next page whole."""
_WRITTEN = {"points": 2.4, "nominate": 5.6}
"""Width in cm of a column to write in."""


def code_of(choice: Choice) -> str:
    """Return an option's code as boxes carry it."""
    return NO_CODE if choice.code is None else str(choice.code)


def answer_grid(sheet: Sheet, question: Question) -> None:
    """Add a grid of statements or a roster with one box for each answer."""
    columns = question.columns
    heads = heads_of(columns, sheet.width)
    table = _table(sheet, question, [heads.width] * len(columns))
    _head(sheet, table.rows[0], [choice.label for choice in columns], heads)

    def mark(paragraph: WordPart, row: Row, choice: Choice) -> None:
        if question.kind == "roles":
            checkbox(paragraph, f"{column_of(question, row, choice.code)}=1")
        else:
            name = f"{column_of(question, row)}={code_of(choice)}"
            checkbox(paragraph, name, one_of_several=True)

    _fill(sheet, table, question, columns, mark)
    _part_missing(table, columns)
    _keep(table, question)


def single_grid(sheet: Sheet, question: Question) -> None:
    """Add a roster with one column: to tick, to name somebody, to give points."""
    label, mark = _single(sheet, question)
    width = _WRITTEN.get(question.kind, 2.4)
    table = _table(sheet, question, [width])
    _head(sheet, table.rows[0], [label], Heads(width))
    _fill(sheet, table, question, [Choice(1, label)], mark)
    _keep(table, question)
    if question.total is not None:
        keep_row(table.rows[-1])
        _total(sheet, question.total, width)


def _single(
    sheet: Sheet, question: Question
) -> tuple[Texts, Callable[[WordPart, Row, Choice], None]]:
    every = words(sheet.languages)

    def tick(paragraph: WordPart, row: Row, _: Choice) -> None:
        checkbox(paragraph, f"{column_of(question, row)}=1")

    def write(paragraph: WordPart, row: Row, _: Choice) -> None:
        entry(paragraph, column_of(question, row), width=24 if question.kind == "nominate" else 6)

    if question.kind == "ticks":
        return tuple(every["tick"]), tick
    if question.kind == "nominate":
        return tuple(in_all("named", sheet.languages)), write
    return tuple(every["points"]), write


def _table(sheet: Sheet, question: Question, widths: Sequence[float]) -> WordPart:
    text = sheet.width - sum(widths)
    return sheet.table(len(question.rows) + 1, [text, *widths], rules=True)


def _head(sheet: Sheet, row: WordPart, labels: Sequence[Texts], heads: Heads) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL

    row._tr.get_or_add_trPr().append(element("w:tblHeader"))
    sheet.tight(row.cells[0].paragraphs[0])
    for cell, label in zip(row.cells[1:], labels, strict=True):
        lines = tuple("\n".join(heads.lines(text)) for text in label)
        cell.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
        paragraph = sheet.tight(cell.paragraphs[0], center=True, before=1, after=1)
        sheet.say(paragraph, lines, size=heads.size)


def _fill(
    sheet: Sheet,
    table: WordPart,
    question: Question,
    columns: Sequence[Choice],
    mark: Callable[[WordPart, Row, Choice], None],
) -> None:
    for number, (line, row) in enumerate(zip(table.rows[1:], question.rows, strict=True)):
        first, *others = line.cells
        _line(sheet, first, question, row)
        for cell, choice in zip(others, columns, strict=True):
            mark(sheet.tight(cell.paragraphs[0], center=True), row, choice)
        if number % 2:
            for cell in (first, *others):
                shade(cell, SOFT)


def _line(sheet: Sheet, cell: WordPart, question: Question, row: Row) -> None:
    """Write what stands at the head of a line: a statement, a person, or room for a name."""
    paragraph = sheet.hang(sheet.tight(cell.paragraphs[0], before=3, after=3))
    sheet.number(paragraph, row.number)
    if any(row.text):
        sheet.say(paragraph, row.text)
        sheet.spare_last_line(paragraph, row.text, cell.width.cm - INDENT_CM - 0.16)
    else:
        entry(paragraph, f"{column_of(question, row)}_name", width=30)
    if row.note:
        sheet.write(paragraph, f"  {row.note}", size=7.5, color=GREY)


def _part_missing(table: WordPart, columns: Sequence[Choice]) -> None:
    """Draw a line before the answers that are none: don't know, no such occasion."""
    for place in range(1, len(columns)):
        if columns[place].missing and not columns[place - 1].missing:
            for row in table.rows:
                edge(row.cells[place + 1], ACCENT, 6, "left")


def _keep(table: WordPart, question: Question) -> None:
    whole = not is_statements(question) and len(question.rows) <= KEPT_WHOLE
    keep_rows(list(table.rows), whole=whole)


def _total(sheet: Sheet, total: float, width: float) -> None:
    table = sheet.table(1, [sheet.width - width, width])
    left, right = table.rows[0].cells
    sheet.say(sheet.tight(left.paragraphs[0]), tuple(words(sheet.languages)["total"]), bold=True)
    paragraph = sheet.tight(right.paragraphs[0], center=True)
    sheet.write(paragraph, f"{total:g}", bold=True)


def option_list(sheet: Sheet, question: Question) -> None:
    """Add the options of a question, in up to three columns, all on one page."""
    columns = _columns(question)
    lines = -(-len(question.columns) // columns)
    width = (sheet.width - INDENT_CM) / columns
    table = sheet.table(lines, [width] * columns, indent=INDENT_CM)
    rows = list(table.rows)
    several = question.kind == "checklist"
    for place, choice in enumerate(question.columns):
        cell = rows[place // columns].cells[place % columns]
        paragraph = sheet.hang(sheet.tight(cell.paragraphs[0], before=1, after=1), 0.65)
        name = column_of(question, None, choice.code if several else None)
        value = "1" if several else code_of(choice)
        checkbox(paragraph, f"{name}={value}", one_of_several=not several)
        paragraph.add_run("\t")
        sheet.say(paragraph, choice.label)
    keep_rows(rows, whole=True)


def _columns(question: Question) -> int:
    longest = max(width_cm(text, 9.5) for choice in question.columns for text in choice.label)
    if longest > 8:
        return 1
    return 2 if longest > 3.8 or len(question.columns) < 5 else 3
