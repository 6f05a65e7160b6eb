"""Pictures of the page for paper: typst, which draws the forms, turns SVG into PNG and PDF."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

from collective_use.errors import OutputError
from collective_use.questionnaire.paper.letters import FONTS

WIDTH_CM = 16.0
PPI = 300
_PAGE = """#set document(date: none)
#set page(width: auto, height: auto, margin: 1pt)
#image("picture.svg", width: {width}cm)
"""


def drawn(svg: str, kind: Literal["png", "pdf"] = "png", width: float = WIDTH_CM) -> bytes:
    """Return a picture in a format that Word and LaTeX take.

    Parameters
    ----------
    svg
        The picture.
    kind
        ``png`` (300 dots an inch) or ``pdf`` (lines stay lines).
    width
        In cm.

    Raises
    ------
    OutputError
        When the picture cannot be drawn.

    Examples
    --------
    >>> svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0L4 4"/></svg>'
    >>> drawn(svg, width=1)[1:4]
    b'PNG'
    """
    import typst

    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "picture.svg").write_text(svg, encoding="utf-8")
        source = Path(place) / "page.typ"
        source.write_text(_PAGE.format(width=width), encoding="utf-8")
        made = typst.compile(
            str(source),
            format=kind,
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            ppi=PPI if kind == "png" else None,
        )
    if not isinstance(made, bytes):
        raise OutputError("the picture must be one page")
    return made
