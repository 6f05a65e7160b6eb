"""What a printed form says of itself to whoever handles the stack: its number and QR code."""

from __future__ import annotations

import io

from collective_use.errors import InputError
from collective_use.questionnaire.form.content import FormContent


def form_number(content: FormContent) -> str:
    """Return a short number of the form for its foot; it names no construct to respondents.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> form_number(form_content(cu.load_instrument("collective_data_use"), seed=3))
    'CDU/0.2.0/short/en/s3'
    """
    name, *rest = content.form_id.split("/")
    parts = [part for part in name.split("_") if part]
    short = "".join(part[0] for part in parts) if len(parts) > 1 else name
    return "/".join([short.upper(), *rest])


def copy_number(content: FormContent) -> str:
    """Return the number of one copy: of the form and, on a personal copy, of group and member."""
    return form_number(content) + _person(content)


def _person(content: FormContent) -> str:
    return f"/{content.group}/{content.member}" if content.member else ""


def qr_picture(content: FormContent, kind: str) -> bytes:
    """Return the QR code of a copy as ``svg`` or ``png``; it holds form, group and member.

    Raises
    ------
    InputError
        When the codes of group and member are too long for one.
    """
    import segno

    text = content.form_id + _person(content)
    try:
        code = segno.make(text, error="m", micro=False)
    except segno.DataOverflowError as error:
        raise InputError(
            f"the codes of group and member are too long for a QR code ({len(text):,} signs with "
            "the form's): give shorter ones"
        ) from error
    buffer = io.BytesIO()
    if kind == "png":
        code.save(buffer, kind="png", border=1, scale=8)
    else:
        code.save(buffer, kind="svg", border=1, dark="#1c2b33")
    return buffer.getvalue()
