"""Marks that a platform would act on: escaped where it can be, refused by name where it cannot."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.controls import require_visible
from collective_use.questionnaire.form.texts import changed_texts

APART = "\u200b"
"""An invisible character that parts two signs of a mark; readers pass over it."""


def escaped(content: FormContent, escape: Callable[[str], str]) -> FormContent:
    """Return a form whose texts a platform shows as they were written.

    Parameters
    ----------
    content
        The form; names on rosters, which the platform fills in, stay.
    escape
        What the platform's marks become.

    Raises
    ------
    InputError
        When a text holds a control character; it names the item and the character.
    """

    def change(text: str, where: str) -> str:
        require_visible(text, where)
        return escape(text)

    return changed_texts(content, change)


def as_html(text: str) -> str:
    """Return a text for a place that holds HTML: nothing in it is a tag, lines stay lines.

    Examples
    --------
    >>> as_html("a < b & <b>c</b>\\nd")
    'a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;<br>d'
    """
    return html.escape(text, quote=False).replace("\n", "<br>")


def parted(text: str, marks: str) -> str:
    """Return a text with an invisible character after the first sign of each mark.

    Parameters
    ----------
    text
        The text.
    marks
        A regular expression for what begins a mark.

    Examples
    --------
    >>> parted("${cost} or $ 5", r"\\$(?=\\{)").replace(APART, "~")
    '$~{cost} or $ 5'
    """
    return re.sub(marks, lambda hit: hit.group(0) + APART, text)
