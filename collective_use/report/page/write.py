"""From documents to one HTML page."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from collective_use.output.policy import page_policy
from collective_use.report.document import (
    Block,
    Cell,
    Document,
    Grid,
    Listing,
    Markdown,
    Paragraph,
    Picture,
)
from collective_use.report.sentences import Number, Sentence

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

FOLDER = Path(__file__).parent
ROWS = 12
"""From so many rows on, a table can be filtered."""

LONG = 25
"""A longer table is folded away until it is asked for."""


def page(documents: Sequence[Document], *, thresholds: str = "") -> str:
    """Return the page of one report in one or more languages; the first is shown first.

    Parameters
    ----------
    documents
        The same report, a language each.
    thresholds
        The table of verdicts for moving cut-offs, as JSON; empty for none.
    """
    style = (FOLDER / "style.css").read_text(encoding="utf-8")
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    first = documents[0]
    data = json.dumps(
        {"meanings": first.meanings, "words": {d.language: d.words for d in documents}},
        ensure_ascii=False, sort_keys=True,
    ).replace("<", "\\u003c")  # fmt: skip
    template = _environment().get_template("page.html")
    return template.render(
        documents=documents, first=first, style=style, script=script, data=data,
        thresholds=thresholds.replace("<", "\\u003c"), policy=page_policy(script),
    )  # fmt: skip


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "sentence": sentence_html,
        "cell": cell_html,
        "markdown": markdown_html,
        "svg": unique_ids,
    }
    environment.globals |= {"kind_of": kind_of, "ROWS": ROWS, "LONG": LONG}
    return environment


def kind_of(block: Block) -> str:
    """Return the name of a block's template."""
    kinds = {
        Paragraph: "paragraph", Listing: "listing", Grid: "grid", Picture: "picture",
        Markdown: "markdown",
    }  # fmt: skip
    return kinds[type(block)]


def sentence_html(sentence: Sentence) -> Markup:
    """Return a sentence with its numbers to be clicked."""
    from markupsafe import Markup, escape

    return Markup("").join(
        _number(piece) if isinstance(piece, Number) else escape(piece) for piece in sentence
    )


def cell_html(cell: Cell) -> Markup:
    """Return a cell of a table."""
    from markupsafe import Markup, escape

    if isinstance(cell, tuple):
        return Markup('<span class="l">{}</span>').format(sentence_html(cell))
    return _number(cell) if isinstance(cell, Number) else escape(cell)


def _number(number: Number) -> Markup:
    from markupsafe import Markup

    source = number.source
    if source is None or number.text == "–":
        return Markup('<span class="v">{}</span>').format(number.text)
    return Markup(
        '<span class="n" data-f="{}" data-r="{}" data-c="{}" title="{} · {} · {}">{}</span>'
    ).format(source.file, source.row, source.column, source.file, source.row, source.column,
             number.text)  # fmt: skip


def markdown_html(text: str) -> Markup:
    """Return a text in Markdown as HTML; HTML inside it stays text."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return Markup(re.sub(r"<(/?)h(\d)>", _deeper, rendered))


def _deeper(found: re.Match[str]) -> str:
    return f"<{found[1]}h{min(6, int(found[2]) + 2)}>"


def unique_ids(svg: str, prefix: str) -> Markup:
    """Return a picture whose ids are its own, so that two pictures on a page do not share any."""
    from markupsafe import Markup

    named = re.sub(r'id="(to-[a-z]+)"', rf'id="{prefix}-\1"', svg)
    return Markup(re.sub(r"url\(#(to-[a-z]+)\)", rf"url(#{prefix}-\1)", named))
