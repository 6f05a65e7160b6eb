"""File names for groups and members: safe on every system, unique, still readable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_MOST_BYTES = 120
"""Systems allow 255 bytes; a prefix, an ending and a number must fit beside the name."""
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"]
)
"""Names of devices on Windows, whatever ending follows them."""
_KEPT = frozenset("LMN")
"""Unicode classes kept as they are: letters of every script, their marks, numbers."""
_EMPTY = "unnamed"


def safe_names(names: Sequence[str]) -> dict[str, str]:
    """Return a file name (without ending) for each name.

    A file name holds letters of any script, digits, ``_``, ``-`` and single dots; everything
    else, path separators included, becomes ``-``. No two are alike, not even on systems that
    ignore case or spell accents otherwise, and none is the name of a device. A name that is safe
    already keeps itself; the others step aside with a number.

    Parameters
    ----------
    names
        Names of groups, members or whatever gets a file of its own; repeated names share one.

    Returns
    -------
    dict
        File name by name, in the order given.

    Examples
    --------
    >>> safe_names(["Dept 1", "Dept-1", "../x", "部门一", "CON"])
    {'Dept 1': 'Dept-1-2', 'Dept-1': 'Dept-1', '../x': 'x', '部门一': '部门一', 'CON': 'CON-file'}
    """
    cleaned = {name: _clean(name) for name in names}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    result: dict[str, str] = {}
    for name in sorted(cleaned, key=lambda name: cleaned[name] != name):
        result[name] = _unused(cleaned[name], taken, numbers)
        taken.add(_alike(result[name]))
    return {name: result[name] for name in cleaned}


def _clean(name: str) -> str:
    composed = unicodedata.normalize("NFC", name)
    visible = (c for c in composed if unicodedata.category(c) != "Cf")
    kept = "".join(c if unicodedata.category(c)[0] in _KEPT or c in "_-." else "-" for c in visible)
    text = re.sub(r"\.{2,}", "-", kept)
    text = _short(re.sub(r"-{2,}", "-", text).strip("-. "))
    if text.split(".")[0].casefold() in _RESERVED:
        head, dot, tail = text.partition(".")
        text = f"{head}-file{dot}{tail}"
    return text or _EMPTY


def _short(text: str) -> str:
    """Cut by bytes, between letters: a Chinese letter takes three."""
    return text.encode("utf-8")[:_MOST_BYTES].decode("utf-8", errors="ignore").rstrip("-. ")


def _alike(name: str) -> str:
    """Return what is the same for two names that some system takes for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _unused(name: str, taken: set[str], numbers: dict[str, int]) -> str:
    """Return the name with the first free number; `numbers` remembers which were tried."""
    proposal, alike = name, _alike(name)
    while _alike(proposal) in taken:
        numbers[alike] = numbers.get(alike, 1) + 1
        proposal = f"{name}-{numbers[alike]}"
    return proposal
