"""What a caller may decide about reading, with the defaults stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from collective_use.checks import one_of

Invalid = Literal["error", "missing"]
Rows = Literal["drop", "keep"]
Duplicates = Literal["last", "first", "keep"]
KEYS = ("parent", "member", "partner", "language", "country", "wave", "weight", "duration")
"""Key columns beside the group, as `instrument.model.Columns` names them."""


@dataclass(frozen=True)
class Options:
    """How to read.

    Attributes
    ----------
    invalid
        Values outside the scale: ``"error"`` (default) or ``"missing"`` with a count.
    previews
        Preview and test rows: ``"drop"`` (default) or ``"keep"``.
    unfinished
        Rows that were never sent off: ``"drop"`` (default) or ``"keep"``.
    duplicates
        Several submissions of one person: keep the ``"last"`` (default), the ``"first"``, or all.
    keep_personal
        Whether columns that identify persons are kept.
    group
        The group column, where it is not the instrument's.
    columns
        Other key columns by role, where they are not the instrument's.
    renamed
        Column map: what a heading is (a column name, a key, or ``ignore``).
    """

    invalid: Invalid = "error"
    previews: Rows = "drop"
    unfinished: Rows = "drop"
    duplicates: Duplicates = "last"
    keep_personal: bool = False
    group: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_of("invalid", self.invalid, ("error", "missing"))
        one_of("previews", self.previews, ("drop", "keep"))
        one_of("unfinished", self.unfinished, ("drop", "keep"))
        one_of("duplicates", self.duplicates, ("last", "first", "keep"))
        for role in self.columns:
            one_of("columns", role, KEYS)
