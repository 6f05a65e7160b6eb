"""A plain table: one heading row, one row for each respondent."""

from __future__ import annotations

from collective_use.responses.files.raw import Raw
from collective_use.responses.headings.personal import is_personal
from collective_use.responses.headings.wording import clean_heading
from collective_use.responses.readers.export import Export, Heading


def plain_headings(raw: Raw) -> tuple[Heading, ...]:
    """Return the headings of a table whose first row names its columns.

    A column without a heading and without any content is left out: writers that end each line
    with a delimiter make one.
    """
    questions = raw.questions or ("",) * len(raw.names)
    return tuple(
        Heading(place, clean_heading(name), question)
        for place, (name, question) in enumerate(zip(raw.names, questions, strict=True))
        if clean_heading(name)
    )


class PlainReader:
    """Any table with one heading row: csv, workbook, SPSS, Stata, Parquet."""

    platform = "plain"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether a file has this layout: the last resort, so always."""
        return True

    def read(self, raw: Raw) -> Export:
        """Take the headings as they are."""
        headings = plain_headings(raw)
        personal = frozenset(entry.place for entry in headings if is_personal(entry.name))
        return Export(raw, self.platform, headings, personal=personal)
