"""The paper as a Word document with real styles and tables that can be edited."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from collective_use.output import same_archive
from collective_use.report.document import Cell, Grid, Markdown, Paragraph, Picture
from collective_use.report.paper.pictures import WIDTH_CM, drawn
from collective_use.report.paper.sections import Heading, Paper
from collective_use.report.sentences import plain_text
from collective_use.wide_text import display_width

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.text.paragraph import Paragraph as WordParagraph

_FONTS = {"en": ("Times New Roman", "SimSun"), "zh": ("Times New Roman", "SimSun")}
_HEADINGS = {"en": "SimSun", "zh": "SimHei"}
_THICK = ("single", 12)
_THIN = ("single", 6)
_WIDEST, _NARROWEST = 8.4, 0.95
"""Of a column, in cm."""
_LEAST = 1.8
"""Of a column of words, in cm, beside columns of numbers that have all they need."""

_ONE_PAGE = 24
"""A table of so many rows stays on one page; a longer one breaks between rows."""

_MANY = 8
"""More columns than this: smaller digits, narrow margins of cells."""


def word_paper(paper: Paper) -> bytes:
    """Return a .docx file.

    Tables are APA 7's, which are also the three-line tables of Chinese journals: number and
    title above, rules above and below the head and at the foot, a note. Headings are Word's own
    styles, so that its navigation and table of contents know them.

    Parameters
    ----------
    paper
        From `collective_use.report.paper.sections.paper`.

    Returns
    -------
    bytes
        The same paper gives the same bytes.
    """
    import docx

    document = docx.Document()
    _styles(document, paper.language)
    document.core_properties.title = paper.title
    document.core_properties.author = ""
    document.core_properties.language = "zh-CN" if paper.language == "zh" else "en-GB"
    if paper.title:
        document.add_heading(paper.title, 0)
    tables, figures = _numbers(), _numbers()
    for block in paper.blocks:
        if isinstance(block, Heading):
            document.add_heading(block.text, block.level)
        elif isinstance(block, Paragraph):
            _body(document, plain_text(block.sentence), paper.language)
        elif isinstance(block, Markdown):
            _markdown(document, block.text)
        elif isinstance(block, Grid):
            _table(document, block, next(tables), paper)
        else:
            _figure(document, block, next(figures), paper)
    made = io.BytesIO()
    document.save(made)
    return same_archive(made.getvalue())


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def _styles(document: WordDocument, language: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    latin, eastern = _FONTS.get(language, _FONTS["en"])
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2.5))
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Caption"):
        style = document.styles[name]
        style.font.name = latin
        style.font.color.rgb = RGBColor(0, 0, 0)
        properties = style.element.get_or_add_rPr()
        fonts = properties.find(qn("w:rFonts"))
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        fonts.set(
            qn("w:eastAsia"), eastern if name == "Normal" else _HEADINGS.get(language, eastern)
        )
        fonts.set(qn("w:hAnsi"), latin)
    sizes = {"Normal": 11, "Title": 18, "Heading 1": 14, "Heading 2": 12, "Caption": 11}
    for name, size in sizes.items():
        document.styles[name].font.size = Pt(size)
    document.styles["Normal"].paragraph_format.space_after = Pt(8)
    document.styles["Normal"].paragraph_format.line_spacing = 1.25
    if language == "zh":
        _chinese(document)


def _chinese(document: WordDocument) -> None:
    """Say that the text is Chinese: punctuation then stands at the left of its square."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Caption"):
        properties = document.styles[name].element.get_or_add_rPr()
        for old in properties.findall(qn("w:lang")):
            properties.remove(old)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
        properties.append(language)
    for default in document.styles.element.iter(qn("w:lang")):
        default.set(qn("w:eastAsia"), "zh-CN")
    document.styles["Normal"].font.size = Pt(10.5)
    document.styles["Caption"].font.size = Pt(10.5)


def _body(document: WordDocument, text: str, language: str) -> None:
    """Write a paragraph; a Chinese one begins two characters in."""
    from docx.oxml.ns import qn

    line = document.add_paragraph(text)
    if language == "zh":
        indent = line._p.get_or_add_pPr().get_or_add_ind()
        indent.set(qn("w:firstLineChars"), "200")
        indent.set(qn("w:firstLine"), "420")


def _caption(document: WordDocument, kind: str, number: int, title: str, language: str) -> None:
    """Write number and title: in two lines as APA has it, in one above the table in Chinese."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    if language == "zh":
        only = document.add_paragraph(style="Caption")
        only.paragraph_format.keep_with_next = True
        only.alignment = WD_ALIGN_PARAGRAPH.CENTER
        only.add_run(f"{kind}{number}　{title}").bold = False
        return
    line = document.add_paragraph(style="Caption")
    line.paragraph_format.keep_with_next = True
    line.add_run(f"{kind} {number}").bold = True
    below = document.add_paragraph(style="Caption")
    below.paragraph_format.keep_with_next = True
    run = below.add_run(title)
    run.bold, run.italic = False, True


def _table(document: WordDocument, grid: Grid, number: int, paper: Paper) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    chinese = paper.language == "zh"
    _caption(document, paper.words["table"], number, grid.title, paper.language)
    table = document.add_table(rows=1, cols=len(grid.columns))
    table.autofit = False
    for cell, column in zip(table.rows[0].cells, grid.columns, strict=True):
        cell.text = column.heading
    for row in grid.rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = cell_text(value)
    size = (9 if chinese else 9.5) if len(grid.columns) <= _MANY else 7.5
    last = len(table.rows) - 1
    for k, line in enumerate(table.rows):
        for cell, column in zip(line.cells, grid.columns, strict=True):
            text = cell.paragraphs[0]
            text.paragraph_format.space_after = Pt(1)
            text.paragraph_format.line_spacing = 1.0
            text.paragraph_format.keep_with_next = _kept(k, last, note=bool(grid.note))
            if column.numeric:
                text.alignment = WD_ALIGN_PARAGRAPH.CENTER if chinese else WD_ALIGN_PARAGRAPH.RIGHT
            for run in text.runs:
                run.font.size = Pt(size)
    if len(grid.columns) > _MANY:
        _narrow_cells(table)
    _widths(table, grid)
    _rules(table)
    if grid.note:
        _note(document, paper, grid.note)
    document.add_paragraph()


def _kept(row: int, last: int, *, note: bool) -> bool:
    """Tell whether a row stays with the next: a long table breaks, but not at its ends."""
    if row == last:
        return note
    return last <= _ONE_PAGE or row < 2 or row >= last - 1


def _narrow_cells(table: WordTable) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "20")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    # the schema has margins before the look of the table
    properties.insert(len(properties) if look is None else properties.index(look), margins)


def _widths(table: WordTable, grid: Grid) -> None:
    """Give each column the share of the page that its text asks for, the first at the most."""
    from docx.shared import Cm

    wanted = []
    for k, column in enumerate(grid.columns):
        longest = max(
            [_longest(column.heading)] + [display_width(cell_text(row[k])) for row in grid.rows]
        )
        wide = _WIDEST if len(grid.columns) <= _MANY else _WIDEST / 2
        wanted.append(min(wide, max(_NARROWEST, longest * 0.22 + 0.45)))
    widths = _fitted(wanted, [column.numeric for column in grid.columns])
    widths[0] += max(0.0, min(_WIDEST - widths[0], WIDTH_CM - sum(widths)))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)


def _fitted(wanted: list[float], numeric: list[bool]) -> list[float]:
    """Make columns fit the page: words give way, since a number that is broken cannot be read."""
    fixed = sum(width for width, number in zip(wanted, numeric, strict=True) if number)
    words = sum(wanted) - fixed
    room = WIDTH_CM - fixed
    if words > 0 and room >= _LEAST * numeric.count(False):
        scale = min(1.0, room / words)
        return [
            width if number else width * scale
            for width, number in zip(wanted, numeric, strict=True)
        ]
    scale = min(1.0, WIDTH_CM / sum(wanted))
    return [width * scale for width in wanted]


def _longest(text: str) -> int:
    return max((display_width(word) for word in text.split()), default=0)


def _note(document: WordDocument, paper: Paper, text: str) -> None:
    from docx.shared import Pt

    line = document.add_paragraph()
    line.paragraph_format.space_before = Pt(3)
    chinese = paper.language == "zh"
    first = line.add_run(paper.words["note"] + ("" if chinese else " "))
    first.italic = not chinese
    second = line.add_run(text)
    first.font.size = second.font.size = Pt(9)


def _rules(table: WordTable) -> None:
    """Draw three rules: above and below the head, and at the foot; repeat the head on pages."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    last = len(table.rows) - 1
    for k, row in enumerate(table.rows):
        for cell in row.cells:
            borders = OxmlElement("w:tcBorders")
            sides = {"top": _THICK} if k == 0 else {}
            sides |= {"bottom": _THIN} if k == 0 else {"bottom": _THICK} if k == last else {}
            for side in ("top", "bottom"):
                if side in sides:
                    kind, width = sides[side]
                    edge = OxmlElement(f"w:{side}")
                    edge.set(qn("w:val"), kind)
                    edge.set(qn("w:sz"), str(width))
                    edge.set(qn("w:color"), "000000")
                    borders.append(edge)
            cell._tc.get_or_add_tcPr().append(borders)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _figure(document: WordDocument, picture: Picture, number: int, paper: Paper) -> None:
    from docx.shared import Cm

    caption = (document, paper.words["figure"], number, picture.title, paper.language)
    if paper.language != "zh":
        _caption(*caption)
    document.add_picture(io.BytesIO(drawn(picture.svg)), width=Cm(WIDTH_CM))
    shape = document.inline_shapes[len(document.inline_shapes) - 1]
    shape._inline.docPr.set("descr", picture.alt)
    if paper.language == "zh":
        _caption(*caption)  # a figure's title stands below it in Chinese
    if picture.note:
        _note(document, paper, picture.note)


def cell_text(cell: Cell) -> str:
    """Return a cell of a table as text.

    Examples
    --------
    >>> from collective_use.report.sentences import Number
    >>> cell_text(("a ", Number(1.0, "1"))), cell_text("b")
    ('a 1', 'b')
    """
    return plain_text(cell) if isinstance(cell, tuple) else str(cell)


def _markdown(document: WordDocument, text: str) -> None:
    """Write the paragraphs, lists and emphasis of a text in Markdown."""
    from markdown_it import MarkdownIt

    style = "Normal"
    line: WordParagraph | None = None
    for token in MarkdownIt("commonmark", {"html": False}).parse(text):
        if token.type == "heading_open":
            document.add_heading("", int(token.tag[1]))
            line = document.paragraphs[-1]
        elif token.type == "list_item_open":
            style = "List Bullet"
        elif token.type == "list_item_close":
            style = "Normal"
        elif token.type == "paragraph_open":
            line = document.add_paragraph(style=style)
        elif token.type == "inline" and line is not None:
            bold = italic = False
            for part in token.children or ():
                bold = {"strong_open": True, "strong_close": False}.get(part.type, bold)
                italic = {"em_open": True, "em_close": False}.get(part.type, italic)
                said = " " if part.type == "softbreak" else part.content
                if said:
                    run = line.add_run(said)
                    run.bold, run.italic = bold, italic
