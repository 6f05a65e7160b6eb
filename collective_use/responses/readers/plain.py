"""A plain table: one heading row, one row for each respondent."""

from __future__ import annotations

from dataclasses import replace

from collective_use.responses.files.entry import PAPER
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
    """Any table with one heading row."""

    platform = "plain"
    kinds: tuple[str, ...] = ()
    """The kinds of file that are this platform's; any where there is none."""

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether a file is of this kind."""
        return not self.kinds or raw.kind in self.kinds

    def read(self, raw: Raw) -> Export:
        """Take the headings as they are."""
        headings = plain_headings(raw)
        personal = frozenset(entry.place for entry in headings if is_personal(entry.name))
        return Export(raw, self.platform, headings, personal=personal)


class SpssReader(PlainReader):
    """SPSS files: names of variables, with their labels."""

    platform = "spss"
    kinds = ("sav", "por")


class StataReader(PlainReader):
    """Stata files: names of variables, with their labels."""

    platform = "stata"
    kinds = ("dta",)


class SasReader(PlainReader):
    """SAS files: names of variables, with their labels."""

    platform = "sas"
    kinds = ("sas7bdat", "xpt")


class ExcelReader(PlainReader):
    """Workbooks that no survey platform wrote."""

    platform = "excel"
    kinds = ("xlsx",)


class PaperReader(PlainReader):
    """Fillable forms: each field carries the name of its column."""

    platform = "paper"
    kinds = ("form",)

    def read(self, raw: Raw) -> Export:
        """Take the headings as they are; a form of one language says which."""
        export = super().read(raw)
        if "language" not in raw.names:
            return export
        place = raw.names.index("language")
        return replace(export, fields={"language": place}, technical=frozenset((place,)))


class EntrySheetReader(PlainReader):
    """Workbooks into which paper forms were typed."""

    platform = "entry_sheet"
    kinds = ("entry",)

    def read(self, raw: Raw) -> Export:
        """Take the headings as they are; the number of the paper form tells rows apart."""
        export = super().read(raw)
        place = raw.names.index(PAPER)
        return replace(export, fields={"response": place}, technical=frozenset((place,)))
