"""The printed questionnaire: content to PDF by typst, which ships its own compiler."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from collective_use.accepted import Arguments, PlainMapping
from collective_use.checks import one_of
from collective_use.errors import OutputError
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.questionnaire.paper.letters import FONTS, Fonts, require_letters
from collective_use.questionnaire.paper.typeset import template_data

TEMPLATE = Path(__file__).parent / "paper.typ"
PaperSize = Literal["a4", "us-letter"]


def _compile(data: PlainMapping, fonts: Fonts, **options: Arguments) -> bytes:
    import typst

    result = typst.compile(
        str(TEMPLATE),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=fonts.folders,
        ignore_system_fonts=True,
        **options,
    )
    if not isinstance(result, bytes):
        raise OutputError(f"the typesetter must return one document, got {type(result).__name__}")
    return result


def query_template(
    content: FormContent,
    selector: str,
    *,
    paper: PaperSize = "a4",
    letterhead: Letterhead | None = None,
    fonts: Fonts | None = None,
) -> str:
    """Return what the typeset form says of itself under a label, as JSON text."""
    import typst

    added = fonts or Fonts()
    require_letters(content, letterhead, added)
    data = template_data(content, paper=paper, marks=True, qr=True, letterhead=letterhead)
    data["fonts"] = list(added.families)
    return typst.query(
        str(TEMPLATE),
        selector,
        field="value",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=added.folders,
        ignore_system_fonts=True,
    )


def questionnaire_pdf(
    content: FormContent,
    *,
    paper: PaperSize = "a4",
    qr: bool = True,
    letterhead: Letterhead | None = None,
    fonts: Fonts | None = None,
) -> bytes:
    """Typeset a form as a tagged PDF (PDF/UA-1).

    Parameters
    ----------
    content
        The form, from `form_content`.
    paper
        ``a4`` or ``us-letter``.
    qr
        Print the form id as a QR code on the cover.
    letterhead
        Who sends the form: logo, institution, investigator, ethics number, return address, date.
    fonts
        Fonts for letters that those that come along lack, from `find_fonts`.

    Returns
    -------
    bytes
        The PDF file.

    Raises
    ------
    InputError
        When the paper size is unknown, or no font has a letter of the form.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> questionnaire_pdf(form_content(cu.load_instrument("lq2002")))[:5]
    b'%PDF-'
    """
    one_of("paper", paper, ("a4", "us-letter"))
    added = fonts or Fonts()
    require_letters(content, letterhead, added)
    data = template_data(content, paper=paper, marks=False, qr=qr, letterhead=letterhead)
    data["fonts"] = list(added.families)
    return _compile(data, added, format="pdf", pdf_standards=["ua-1"])


_DRAWING = """#let data = json(bytes(sys.inputs.data))
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#image(bytes(data.picture), format: "svg", height: 15mm)"""


def drawn(picture: bytes) -> bytes:
    """Return an .svg picture as a .png of 400 points an inch, for programs that need dots.

    Examples
    --------
    >>> svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"></svg>'
    >>> drawn(svg)[1:4]
    b'PNG'
    """
    import typst

    # typst's types want the text and the folders of fonts to be of one kind
    fonts: Arguments = [str(FONTS)]
    data = json.dumps({"picture": list(picture)})
    result = typst.compile(
        _DRAWING.encode("utf-8"),
        format="png",
        ppi=400.0,
        sys_inputs={"data": data},
        font_paths=fonts,
        ignore_system_fonts=True,
    )
    if not isinstance(result, bytes):
        raise OutputError(f"a picture must be one page, got {type(result).__name__}")
    return result
