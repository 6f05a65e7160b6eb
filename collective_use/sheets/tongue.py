"""Names of sheets, headings and choices of workbooks in a language, and back to English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from collective_use.phrases import languages, said
from collective_use.phrases.book import book_of
from collective_use.sheets.spreadsheet_read import Sheet

_MARK = "sheet: "
"""What the phrase files put before such a word, which means something else in a table."""


def tongue(language: str | None) -> str | None:
    """Return a language that phrase files speak, or None for English.

    Examples
    --------
    >>> tongue("zh"), tongue("xx"), tongue(None)
    ('zh', None, None)
    """
    return language if language in languages()[1:] else None


def word(language: str | None, english: str, place: str = "sheet") -> str:
    """Return a sheet's name, a heading or a choice in a language.

    Parameters
    ----------
    language
        Two letters; English where None.
    english
        The word.
    place
        Where it stands: on a ``sheet``, or on the ``page`` of a codebook.

    Examples
    --------
    >>> word("zh", "remark"), word(None, "remark")
    ('备注', 'remark')
    """
    key = f"{place}: {english}"
    found = said(language, key)
    return english if found == key else found


def in_english(name: str) -> str:
    """Return the English of such a word in whichever language; itself where it is none.

    Examples
    --------
    >>> in_english("备注"), in_english("zh")
    ('remark', 'zh')
    """
    return _backwards().get(name, name)


@cache
def _backwards() -> Mapping[str, str]:
    return {
        other: key.removeprefix(_MARK)
        for language in languages()[1:]
        for key, other in book_of(language).joints.items()
        if key.startswith(_MARK)
    }


def sheets_in_english(book: Mapping[str, Sheet]) -> dict[str, Sheet]:
    """Return a workbook by the English names of its sheets and headings; places stay."""
    return {in_english(name): _table(sheet) for name, sheet in book.items()}


def _table(sheet: Sheet) -> Sheet:
    headings = {in_english(heading): place for heading, place in sheet.headings.items()}
    rows = tuple(
        (number, {in_english(heading): cell for heading, cell in cells.items()})
        for number, cells in sheet.rows
    )
    return Sheet(sheet.file, sheet.name, headings, rows)
