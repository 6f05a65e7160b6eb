"""The only door to the screen: names out of files cannot steer the terminal."""

from __future__ import annotations

import re

import typer

from collective_use.singular import one_thing

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]"
)
"""All control signs but line break and tab, and those that turn the direction of writing."""


def on_screen(text: str, *, json: bool = False) -> str:
    r"""Return a text with control signs spelled out.

    Parameters
    ----------
    text
        What is to be shown.
    json
        Spell them as JSON does, so that the text stays one document.

    Examples
    --------
    >>> on_screen("Team \x1b[2J"), on_screen("\x9b", json=True)
    ('Team \\x1b[2J', '\\u009b')
    """

    def spelled(hit: re.Match[str]) -> str:
        number = ord(hit.group())
        return f"\\u{number:04x}" if json or number > 0xFF else f"\\x{number:02x}"

    return _STEERING.sub(spelled, text.replace("\r\n", "\n"))


def put(text: str = "", *, err: bool = False, nl: bool = True, json: bool = False) -> None:
    """Print a text on the screen, control signs spelled out.

    Parameters
    ----------
    text
        What is to be shown.
    err
        Whether it goes to standard error.
    nl
        Whether a line break follows.
    json
        Whether it is a JSON document.
    """
    typer.echo(on_screen(text if json else one_thing(text), json=json), err=err, nl=nl)
