"""Which measures may be read as properties of groups: the words of the tables, sorted."""

from __future__ import annotations

import re

from collective_use.report.material import Material
from collective_use.report.rows import Row

SHARED = ("referent_shift", "direct_consensus")
"""Compositions that ask members to agree."""

SUPPORTED = "supported"
NOT_COMPUTED = "not computed"
OPEN = ("no check needed", NOT_COMPUTED)


_ONE_NULL = re.compile(r"supported under the (?P<null>.+) null only")


def verdict_word(text: str, material: Material) -> str:
    """Return a verdict in the report's language; one under a single null names it.

    Examples
    --------
    >>> from collective_use.report.phrases import phrases_in
    >>> from collective_use.instrument.library import load_instrument
    >>> material = Material(load_instrument("lq2002"), phrases_in("en"), {}, {})
    >>> verdict_word("supported under the uniform null only", material)
    'supported under the uniform null only'
    """
    one = _ONE_NULL.fullmatch(text)
    if one is None:
        return material.phrases.term("verdict", text)
    null = material.phrases.term("null", one["null"])
    return material.word("verdict.null_only").format(null=null)


def shared_rows(material: Material) -> list[Row]:
    """Return the rows of measures.csv of measures that members should share."""
    return [
        row
        for row in material.rows("measures.csv")
        if row.text("composition") in SHARED and row.text("verdict") not in OPEN
    ]


def supported(rows: list[Row]) -> list[Row]:
    """Return those that are supported without reserve."""
    return [row for row in rows if row.text("verdict") == SUPPORTED]


def listed(names: list[str], material: Material, most: int = 4) -> str:
    """Join names as a reader wants them, at most so many.

    Examples
    --------
    >>> from collective_use.report.phrases import phrases_in
    >>> from collective_use.instrument.library import load_instrument
    >>> material = Material(load_instrument("lq2002"), phrases_in("en"), {}, {})
    >>> listed(["a", "b", "c"], material), listed(list("abcdefg"), material)
    ('a, b, c', 'a, b, c, d and 3 more')
    """
    first = material.word("comma").join(names[:most])
    left = len(names) - most
    return first if left <= 0 else material.word("and_more").format(first=first, n=left)
