"""A table in another language: title, heads, words in cells, notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from collective_use.accepted import Found
from collective_use.phrases.tell import head_told, told
from collective_use.results import Table, cell_text


def table_told(language: str | None, table: Table) -> Table:
    """Return a table in a language; numbers and names pass as they are.

    Parameters
    ----------
    language
        Two letters; English where None.
    table
        As the house makes it.

    Examples
    --------
    >>> table_told("zh", Table("Findings", ("what", "n"), (("supported", 3),))).rows
    (('支持', 3),)
    """
    if not language or language == "en":
        return table
    rows = tuple(tuple(_cell(language, cell) for cell in row) for row in table.rows)
    heads = tuple(head_told(language, head) for head in table.columns)
    notes = tuple(told(language, note) for note in table.notes)
    return replace(table, title=told(language, table.title), columns=heads, rows=rows, notes=notes)


def _cell(language: str, cell: Found) -> Found:
    """Return a word or a sentence in the language; yes and no are words, too."""
    if isinstance(cell, str) or type(cell).__name__ in ("bool", "bool_"):
        return told(language, cell_text(cell))
    return cell


def tables_told(language: str | None, tables: Iterable[Table]) -> tuple[Table, ...]:
    """Return several tables in a language."""
    return tuple(table_told(language, table) for table in tables)
