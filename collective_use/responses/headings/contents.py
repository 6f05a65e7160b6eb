"""What identifies a person inside a cell: addresses, numbers of telephones and identity cards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("e-mail address", re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z\u4e00-\u9fff]{2,}")),
    ("e-mail address", re.compile(r"[\w.+%-]+\s*[(\[]\s*(?:at|AT)\s*[)\]]\s*[\w-]+\.[\w.-]+")),
    (
        "identity number",
        re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0\d|1[0-2])\d{5}[\dXx](?!\w)"),
    ),
    (
        "telephone number",
        re.compile(r"(?<![\w.])(?:\+|00)\d{1,3}[ /.()-]*(?:\d[ /.()-]?){6,12}\d(?!\w)"),
    ),
    ("telephone number", re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")),
    ("telephone number", re.compile(r"(?<![\w.])0\d{1,4}[ /-]\d{3,4}[ /-]?\d{3,5}(?!\w)")),
    (
        "telephone number",
        re.compile(r"\(\d{3}\) ?\d{3}-\d{4}(?!\d)|(?<!\w)\d{3}-\d{3}-\d{4}(?!\w)"),
    ),
    (
        "IP address",
        re.compile(
            r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])"
        ),
    ),
    ("IP address", re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){5,7}[0-9a-fA-F]{1,4}(?![\w:])")),
    ("coordinates", re.compile(r"-?\d{1,2}\.\d{4,}\s*[,; ]\s*-?\d{1,3}\.\d{4,}")),
)
_MANY = 10_000
"""Texts that are looked through at a time."""
_DIGITS = re.compile(r"\d[\d\s/.,()+-]{6}")
_COLONS = re.compile(r"(?:[0-9a-fA-F]{1,4}:){4}")


def _could_be(text: str) -> bool:
    """Tell what nearly no cell holds: signs without which there is no personal detail."""
    if "@" in text or "(at" in text.lower() or "[at" in text.lower():
        return True
    return bool(_DIGITS.search(text)) or (":" in text and bool(_COLONS.search(text)))


def personal_parts(text: str) -> tuple[str, ...]:
    """Return what kinds of personal details a text holds.

    Examples
    --------
    >>> personal_parts("ask anna@example.org or +49 30 1234567"), personal_parts("since 2019")
    (('e-mail address', 'telephone number'), ())
    """
    if not _could_be(text):
        return ()
    return tuple(dict.fromkeys(kind for kind, shape in _SHAPES if shape.search(text)))


def without_parts(text: str) -> str:
    """Return a text with personal details replaced by what they were.

    Examples
    --------
    >>> without_parts("ask anna@example.org")
    'ask [e-mail address]'
    """
    if not _could_be(text):
        return text
    for kind, shape in _SHAPES:
        text = shape.sub(f"[{kind}]", text)
    return text


def kinds_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of personal details in several texts.

    Examples
    --------
    >>> kinds_in(["p1", "anna@example.org"]), kinds_in(["p1", "p2"])
    (('e-mail address',), ())
    """
    found: dict[str, None] = {}
    # One search through many texts is many times faster than one through each.
    rest = iter(texts)
    while listed := list(islice(rest, _MANY)):
        if _could_be("\x00".join(listed)):
            found |= dict.fromkeys(kind for text in listed for kind in personal_parts(text))
    return tuple(found)
