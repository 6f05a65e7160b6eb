"""Whether a file has the layout that a profile describes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from collective_use.platforms.profile import Profile, Recognize, squeezed
from collective_use.responses.files.raw import Raw, used_texts
from collective_use.responses.headings.wording import as_number, clean_heading, normal
from collective_use.responses.readers.times import all_times

_NOBODY = frozenset(("anonymous", "anonym", "anonyme", "an\u00f3nimo", "\u533f\u540d", ""))


_LOOKED_AT = 300
"""Rows whose cells are looked at to recognize a layout."""


def heading_key(name: str) -> str:
    """Return a heading as headings are compared: letters and digits, or the sign itself.

    Examples
    --------
    >>> heading_key("Start time"), heading_key("#")
    ('starttime', '#')
    """
    return squeezed(clean_heading(name)) or clean_heading(name)


def fits(profile: Profile, raw: Raw) -> bool:
    """Tell whether a file has the layout of a profile.

    Examples
    --------
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> profile = Profile(recognize={"columns": ["lfdn", "tester"]})
    >>> fits(profile, Raw(Path("x.csv"), "csv", ("lfdn", "tester"), pd.DataFrame()))
    True
    """
    return any(_holds(conditions, raw) for conditions in profile.recognize)


def _holds(conditions: Recognize, raw: Raw) -> bool:
    names = [heading_key(name) for name in raw.names]
    if conditions.kinds and raw.kind not in conditions.kinds:
        return False
    if conditions.first and not any(_begin(names, first) for first in conditions.first):
        return False
    there = set(names)
    own = {heading_key(name) for name in conditions.columns}
    least = len(own) if conditions.at_least is None else conditions.at_least
    if len(own & there) < least:
        return False
    if there & {heading_key(name) for name in conditions.without}:
        return False
    if conditions.heading and not any(
        re.search(conditions.heading, clean_heading(name)) for name in raw.names
    ):
        return False
    return _cells_fit(conditions.cells, raw)


def _begin(names: Sequence[str], first: Sequence[str]) -> bool:
    return list(names[: len(first)]) == [heading_key(name) for name in first]


def _cells_fit(kinds: Sequence[str], raw: Raw) -> bool:
    if not kinds:
        return True
    if len(raw.names) < len(kinds):
        return False
    # Without rows nobody can tell; the message about an empty file is better than none.
    return all(_is_kind(kind, raw, place) for place, kind in enumerate(kinds))


def _is_kind(kind: str, raw: Raw, place: int) -> bool:
    top = raw.cells[place].iloc[:_LOOKED_AT]
    texts = [text.strip() for text in used_texts(top)[0]] if len(raw.cells) else []
    filled = [text for text in texts if text]
    if kind == "time":
        return not texts or all_times(texts)
    if kind == "number":
        return bool(filled) and all(as_number(text) is not None for text in filled)
    if kind == "account":
        return all("@" in text or normal(text) in _NOBODY for text in texts)
    return True
