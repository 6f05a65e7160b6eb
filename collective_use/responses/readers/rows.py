"""Rows that are no answers: tests, rows never sent off, rows that a reviewer rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from collective_use.platforms.profile import RowRule
from collective_use.responses.files.raw import Raw, used_texts
from collective_use.responses.headings.wording import as_number, normal
from collective_use.responses.readers.recognize import heading_key


def _spelled(text: str) -> str:
    number = as_number(text)
    return normal(text) if number is None else f"{number:g}"


def rule_place(places: Mapping[str, int], rule: RowRule) -> int | None:
    """Return the column that a rule looks at, by the headings in use."""
    return next((places[heading_key(n)] for n in rule.column if heading_key(n) in places), None)


def rule_rows(raw: Raw, places: Mapping[str, int], rule: RowRule) -> np.ndarray | None:
    """Return for each row whether a rule says that it is no answer; None without its column.

    Examples
    --------
    >>> from pathlib import Path
    >>> from collective_use.responses.files.raw import frame_of
    >>> raw = Raw(Path("x.csv"), "csv", ("tester",), frame_of([["0", "1.0", ""]], 3))
    >>> rule_rows(raw, {"tester": 0}, RowRule(column="tester", values=["1"])).tolist()
    [False, True, False]
    """
    place = rule_place(places, rule)
    if place is None:
        return None
    texts, codes = used_texts(raw.cells[place])
    says = {_spelled(value) for value in rule.values}
    others = {_spelled(value) for value in rule.others}
    said = []
    for text in texts:
        plain = _spelled(text)
        if not plain:
            said.append(rule.empty)
        else:
            said.append(plain in says or bool(others and plain not in others))
    return np.asarray([*said, False], dtype=bool)[codes]


def rows_of(raw: Raw, places: Mapping[str, int], rules: Sequence[RowRule]) -> np.ndarray | None:
    """Return for each row whether any rule says that it is no answer; None without a column."""
    found = [mask for rule in rules if (mask := rule_rows(raw, places, rule)) is not None]
    return np.logical_or.reduce(found) if found else None


def rejected_rows(
    raw: Raw, places: Mapping[str, int], rules: Sequence[RowRule]
) -> tuple[tuple[str, np.ndarray], ...]:
    """Return the rows that were rejected, by reason."""
    found = []
    for rule in rules:
        mask = rule_rows(raw, places, rule)
        if mask is not None and mask.any():
            place = rule_place(places, rule)
            column = raw.names[place] if place is not None else rule.column[0]
            reason = rule.reason or "rejected"
            found.append((f"Rows {reason} ({column}).", mask))
    return tuple(found)
