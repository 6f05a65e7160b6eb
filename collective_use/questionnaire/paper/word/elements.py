"""Pieces of Word's language that its library lacks: controls, shades, borders, fields."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType

from collective_use.accepted import Node, WordPart

ACCENT = "0B5D6B"
SOFT = "EEF4F5"
RULE = "B9C9CC"
GREY = "506068"
WHITE = "FFFFFF"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_MARKS_FONT = "MS Gothic"
_SQUARE = ("2612", "2610")
_CIRCLE = ("25CF", "25CB")
"""Signs for ticked and not ticked, as code points."""


def element(tag: str, **attributes: str) -> Node:
    """Return an element; ``w_val`` is the attribute ``w:val``."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    node = OxmlElement(tag)
    for name, value in attributes.items():
        node.set(qn(name.replace("_", ":", 1)), value)
    return node


def name_of(tag: str) -> str:
    """Return the full name of a tag of Word's main language."""
    from docx.oxml.ns import qn

    return str(qn(f"w:{tag}"))


_ORDERS: Mapping[str, str] = MappingProxyType(
    {
        "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign",
        "tblPr": "tblStyle tblpPr bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc "
        "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption "
        "tblDescription",
        "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs "
        "wordWrap bidi snapToGrid spacing ind contextualSpacing jc outlineLvl rPr sectPr",
        "rPr": "rStyle rFonts b bCs i iCs color sz szCs u shd rtl cs lang",
        "sectPr": "headerReference footerReference type pgSz pgMar pgNumType cols titlePg bidi "
        "docGrid",
    }
)
"""The order that the schema of the format fixes (ECMA-376, part 1); Word refuses another."""


def put(parent: Node, node: Node) -> None:
    """Add a property where the schema wants it, in place of one of the same name."""
    order = _ORDERS[parent.tag.partition("}")[2]].split()
    place = order.index(node.tag.partition("}")[2])
    after = {name_of(name) for name in order[place + 1 :]}
    for old in parent.findall(node.tag):
        parent.remove(old)
    follower = next((child for child in parent if child.tag in after), None)
    if follower is None:
        parent.append(node)
    else:
        follower.addprevious(node)


def line(side: str, color: str, size: int) -> Node:
    """Return a border; size in eighths of a point."""
    return element(f"w:{side}", w_val="single", w_sz=str(size), w_space="0", w_color=color)


def shade(cell: WordPart, color: str) -> None:
    """Fill the ground of a cell."""
    put(cell._tc.get_or_add_tcPr(), element("w:shd", w_val="clear", w_color="auto", w_fill=color))


def edge(cell: WordPart, color: str, size: int, *sides: str) -> None:
    """Draw edges of a cell: ``top``, ``left``, ``bottom``, ``right``; left is where lines begin."""
    borders = element("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        if side in sides:
            borders.append(line(side, color, size))
    put(cell._tc.get_or_add_tcPr(), borders)


def _control(name: str) -> tuple[Node, Node]:
    control, properties = element("w:sdt"), element("w:sdtPr")
    properties.append(element("w:alias", w_val=name))
    properties.append(element("w:tag", w_val=name[:64]))
    control.append(properties)
    return control, properties


def _filled(control: Node, text: str, style: WordPart = None) -> None:
    content, run, said = element("w:sdtContent"), element("w:r"), element("w:t")
    if style is not None:
        run.append(style)
    said.text = text
    run.append(said)
    content.append(run)
    control.append(content)


def checkbox(paragraph: WordPart, name: str, *, one_of_several: bool = False) -> None:
    """Add a box that a click ticks, round where only one of several may be ticked."""
    from lxml import etree

    control, properties = _control(name)
    box = etree.SubElement(properties, f"{{{_W14}}}checkbox", nsmap={"w14": _W14})
    etree.SubElement(box, f"{{{_W14}}}checked").set(f"{{{_W14}}}val", "0")
    signs = _CIRCLE if one_of_several else _SQUARE
    for state, code in zip(("checkedState", "uncheckedState"), signs, strict=True):
        node = etree.SubElement(box, f"{{{_W14}}}{state}")
        node.set(f"{{{_W14}}}val", code)
        node.set(f"{{{_W14}}}font", _MARKS_FONT)
    style = element("w:rPr")
    fonts = {"w_ascii": _MARKS_FONT, "w_eastAsia": _MARKS_FONT, "w_hAnsi": _MARKS_FONT}
    # The font of East Asia gives the circle its full width beside Latin text.
    style.append(element("w:rFonts", **fonts, w_hint="eastAsia"))
    style.append(element("w:sz", w_val="24"))
    _filled(control, chr(int(signs[1], 16)), style)
    paragraph._p.append(control)


def entry(paragraph: WordPart, name: str, value: str = "", width: int = 16) -> None:
    """Add a control to type into, named as the column that it becomes: a line until then."""
    control, properties = _control(name)
    if not value:
        properties.append(element("w:showingPlcHdr"))
    properties.append(element("w:text"))
    style = element("w:rPr")
    style.append(element("w:b") if value else element("w:color", w_val=RULE))
    _filled(control, value or "_" * width, style)
    paragraph._p.append(control)


def inset(cell: WordPart, width: float) -> None:
    """Set the space in cm between the sides of a cell and its text."""
    margins = element("w:tcMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w_w=str(round(width * 567)), w_type="dxa"))
    put(cell._tc.get_or_add_tcPr(), margins)


def field(paragraph: WordPart, code: str, style: WordPart) -> None:
    """Add a field that the program fills in: a page number, the number of pages.

    `style` holds the properties of a run, for all of its parts.
    """
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", "1"), ("end", "")):
        run = paragraph.add_run()
        run._r.append(deepcopy(style))
        if kind == "shown":
            run.text = text
        elif kind:
            run._r.append(element("w:fldChar", w_fldCharType=kind))
        else:
            instruction = element("w:instrText")
            instruction.text = text
            run._r.append(instruction)


def keep_part(document: WordPart, text: str, place: str) -> None:
    """Keep a text as a part of the file that programs carry along and nobody sees."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    part = Part(PackURI(place), "application/xml", text.encode("utf-8"), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
