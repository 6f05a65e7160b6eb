"""The printed questionnaire: content to PDF by typst, which ships its own compiler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from collective_use.checks import one_of
from collective_use.errors import OutputError
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.words import words

FONTS = Path(__file__).parent / "fonts"
TEMPLATE = Path(__file__).parent / "paper.typ"
PaperSize = Literal["a4", "us-letter"]


def _qr_svg(text: str) -> str:
    import io

    import segno

    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="svg", border=1, dark="#1c2b33")
    return buffer.getvalue().decode("utf-8")


def _choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    return {**choice, "value": "none" if choice["code"] is None else str(choice["code"])}


def template_data(content: FormContent, *, paper: str, marks: bool, qr: bool) -> dict[str, Any]:
    """Return what the typst template reads, as plain values.

    Parameters
    ----------
    content
        The form.
    paper
        ``a4`` or ``us-letter``.
    marks
        Whether answer boxes leave their position behind, for fillable copies and scanning.
    qr
        Whether the form id is printed as a QR code.
    """
    data = asdict(content)
    for page in data["pages"]:
        for question in page["questions"]:
            question["columns"] = [_choice(choice) for choice in question["columns"]]
            total = question["total"]
            question["total"] = "" if total is None else f"{total:g}"
    code = content.form_id + (f"/{content.group}/{content.member}" if content.member else "")
    return {
        **data,
        "lang": content.languages[0],
        "paper": paper,
        "marks": marks,
        "qr": _qr_svg(code) if qr else "",
        "copy": content.form_id if not content.member else code,
        "words": words(content.languages),
    }


def _compile(data: Mapping[str, Any], **options: Any) -> bytes:
    import typst

    result = typst.compile(
        str(TEMPLATE),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        **options,
    )
    if not isinstance(result, bytes):
        raise OutputError(f"the typesetter must return one document, got {type(result).__name__}")
    return result


def query_template(content: FormContent, selector: str, *, paper: PaperSize = "a4") -> str:
    """Return what the typeset form says of itself under a label, as JSON text."""
    import typst

    data = template_data(content, paper=paper, marks=True, qr=True)
    return typst.query(
        str(TEMPLATE),
        selector,
        field="value",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
    )


def questionnaire_pdf(content: FormContent, *, paper: PaperSize = "a4", qr: bool = True) -> bytes:
    """Typeset a form as a tagged PDF (PDF/UA-1).

    Parameters
    ----------
    content
        The form, from `form_content`.
    paper
        ``a4`` or ``us-letter``.
    qr
        Print the form id as a QR code on the cover.

    Returns
    -------
    bytes
        The PDF file.

    Raises
    ------
    InputError
        When the paper size is unknown.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> questionnaire_pdf(form_content(cu.load_instrument("lq2002")))[:5]
    b'%PDF-'
    """
    one_of("paper", paper, ("a4", "us-letter"))
    data = template_data(content, paper=paper, marks=False, qr=qr)
    return _compile(data, format="pdf", pdf_standards=["ua-1"])
