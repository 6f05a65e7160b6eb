"""A Word document under construction: paragraphs in every language, tables, what stays together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.accepted import WordPart
from collective_use.questionnaire.form.content import Texts
from collective_use.questionnaire.form.direction import direction
from collective_use.questionnaire.paper.word.breaks import margin_for_last_line
from collective_use.questionnaire.paper.word.elements import (
    GREY,
    RULE,
    element,
    inset,
    line,
    put,
)

INDENT_CM = 0.75
"""Where a text begins that has a number or a box before it."""
_MARGIN_CM = 0.08


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document with the languages of its texts and the width between its margins.

    Attributes
    ----------
    document
        Of the Word library.
    languages
        The languages of every text tuple, in order.
    width
        In cm.
    """

    document: WordPart
    languages: tuple[str, ...]
    width: float

    @property
    def turned(self) -> bool:
        """Whether the first language is written from right to left."""
        return direction(self.languages[0]) == "rtl"

    def paragraph(self, *, keep: bool = False, before: float = 2, after: float = 2) -> WordPart:
        """Add a paragraph; space in points; `keep` holds it on the page of the next one."""
        return self.tight(self.document.add_paragraph(), keep=keep, before=before, after=after)

    def tight(
        self,
        paragraph: WordPart,
        *,
        center: bool = False,
        keep: bool = False,
        before: float = 2,
        after: float = 2,
    ) -> WordPart:
        """Set the space around a paragraph, and which way it is written."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after = Pt(before), Pt(after)
        if keep:
            shape.keep_with_next = True
        if center:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if self.turned:
            put(paragraph._p.get_or_add_pPr(), element("w:bidi"))
        return paragraph

    def hang(self, paragraph: WordPart, indent: float = INDENT_CM) -> WordPart:
        """Let the second line of a paragraph begin under the text, not under its number."""
        from docx.shared import Cm

        shape = paragraph.paragraph_format
        shape.left_indent, shape.first_line_indent = Cm(indent), Cm(-indent)
        shape.tab_stops.add_tab_stop(Cm(indent))
        return paragraph

    def say(
        self,
        paragraph: WordPart,
        texts: Texts,
        *,
        size: float = 9.5,
        bold: bool = False,
        color: str = "",
        between: str = "\n",
    ) -> WordPart:
        """Write a text in every language, the second and later ones smaller and lighter."""
        pairs = list(zip(texts, self.languages, strict=False))
        shown = [pair for i, pair in enumerate(pairs) if pair[0] and (not i or pair[0] != texts[0])]
        for i, (text, language) in enumerate(shown):
            first = i == 0
            self.write(
                paragraph,
                text if first else between + text,
                language,
                size=size if first or between != "\n" else size * 0.9,
                bold=bold,
                color=color or ("" if first else GREY),
            )
        return paragraph

    def write(
        self,
        paragraph: WordPart,
        text: str,
        language: str = "",
        *,
        size: float = 9.5,
        bold: bool = False,
        italic: bool = False,
        color: str = "",
    ) -> WordPart:
        """Add a run; sizes and weight hold for letters of every script."""
        run = paragraph.add_run(self._turned_back(text, language))
        style = run._r.get_or_add_rPr()
        half = str(round(size * 2))
        marks = [element("w:sz", w_val=half), element("w:szCs", w_val=half)]
        marks += [element("w:b"), element("w:bCs")] if bold else []
        marks += [element("w:i"), element("w:iCs")] if italic else []
        marks += [element("w:color", w_val=color)] if color else []
        if language and direction(language) == "rtl":
            marks += [element("w:rtl"), element("w:lang", w_bidi=language)]
        for mark in marks:
            put(style, mark)
        return run

    def spare_last_line(self, paragraph: WordPart, texts: Texts, width: float) -> None:
        """Give a paragraph a margin, so that no Chinese character stands alone on a line."""
        from docx.shared import Cm

        sizes = (9.5 if place == 0 else 9.5 * 0.9 for place in range(len(texts)))
        margins = (
            margin_for_last_line(text, width, size) for text, size in zip(texts, sizes, strict=True)
        )
        margin = max(margins, default=0.0)
        if margin:
            paragraph.paragraph_format.right_indent = Cm(margin)

    def _turned_back(self, text: str, language: str) -> str:
        """Mark the ends of lines that run against the paragraph, so that their stops stay put."""
        way = direction(language or self.languages[0])
        if way == direction(self.languages[0]):
            return text
        mark = "\u200f" if way == "rtl" else "\u200e"
        return "\n".join(f"{mark}{line}{mark}" if line else "" for line in text.split("\n"))

    def number(self, paragraph: WordPart, number: int | None) -> None:
        """Write the number of a question before its text."""
        from collective_use.questionnaire.paper.word.elements import ACCENT

        said = "" if number is None else f"{number}."
        self.write(paragraph, f"{said}\t", bold=True, color=ACCENT)

    def table(
        self,
        rows: int,
        widths: Sequence[float],
        *,
        rules: bool = False,
        indent: float = 0.0,
    ) -> WordPart:
        """Add a table whose grid and cells agree on the widths in cm, as Word needs."""
        from docx.enum.table import WD_ALIGN_VERTICAL
        from docx.shared import Cm

        table = self.document.add_table(rows=rows, cols=len(widths))
        table.autofit = False
        _shape(table, rules, indent, self.turned)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for row in table.rows:
            row._tr.get_or_add_trPr().append(element("w:cantSplit"))
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Cm(width)
                cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        return table

    def box(self, margin: float, *, width: float = 0.0, indent: float = 0.0) -> WordPart:
        """Add a frame of one cell, as wide as the page if no width is given, and return it."""
        cell = self.table(1, [width or self.width], indent=indent).rows[0].cells[0]
        inset(cell, margin)
        return cell

    def gap(self, points: float = 3, *, keep: bool = False) -> None:
        """Add a little space: two tables in a row would become one."""
        from docx.enum.text import WD_LINE_SPACING
        from docx.shared import Pt

        paragraph = self.paragraph(keep=keep, before=0, after=0)
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        paragraph.paragraph_format.line_spacing = Pt(points)


def _shape(table: WordPart, rules: bool, indent: float, turned: bool) -> None:
    properties = table._tbl.tblPr
    if rules:
        borders = element("w:tblBorders")
        for side in ("bottom", "insideH"):
            borders.append(line(side, RULE, 4))
        put(properties, borders)
    margins = element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w_w=str(round(_MARGIN_CM * 567)), w_type="dxa"))
    put(properties, margins)
    put(properties, element("w:tblInd", w_w=str(round(indent * 567)), w_type="dxa"))
    if turned:
        put(properties, element("w:bidiVisual"))


def keep_row(row: WordPart) -> None:
    """Hold a row of a table on the page of the next one."""
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def keep_rows(rows: Sequence[WordPart], *, whole: bool) -> None:
    """Hold rows together: all of them, or so that no page holds a single one.

    The first of `rows` may be the heading of a grid; the last row is never held to what follows.
    """
    last = len(rows) - 1
    for place, row in enumerate(rows[:-1]):
        if whole or place < 2 or place == last - 1:
            keep_row(row)
