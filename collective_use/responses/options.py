"""What a caller may decide about reading, with the defaults stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from collective_use.checks import did_you_mean, one_of
from collective_use.errors import InputError
from collective_use.instrument.model import MissingReason
from collective_use.responses.headings.wording import as_number, normal

Invalid = Literal["error", "missing"]
Rows = Literal["drop", "keep"]
Duplicates = Literal["last", "first", "keep"]
Code: TypeAlias = str | int | float
Codes: TypeAlias = Code | Iterable[Code] | Mapping[Code, str]
MissingCodes: TypeAlias = Codes | Mapping[str, "Codes"] | None
"""Codes for no answer: for all items, or by item; with a reason each, or ``unanswered``."""
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
    unticked_consent
        Persons who left a consent empty that taking part needs: ``"drop"`` (default) or
        ``"keep"``, where their consent is held elsewhere.
    group
        The group column, where it is not the instrument's.
    columns
        Other key columns by role, where they are not the instrument's.
    renamed
        Column map: what a heading is (a column name, a key, or ``ignore``).
    missing_codes
        Reasons by code, by item; under ``""`` those for every item. See `missing_codes_of`.
    answers_as
        What numbers are where the labels of a scale are numbers: ``"codes"`` or ``"labels"``;
        None settles it by the column.
    decimal
        The decimal mark of numbers; None settles it by the column.
    """

    invalid: Invalid = "error"
    previews: Rows = "drop"
    unfinished: Rows = "drop"
    duplicates: Duplicates = "last"
    keep_personal: bool = False
    group: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    missing_codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answers_as: Literal["codes", "labels"] | None = None
    decimal: Literal[".", ","] | None = None
    unticked_consent: Rows = "drop"

    def __post_init__(self) -> None:
        one_of("invalid", self.invalid, ("error", "missing"))
        one_of("previews", self.previews, ("drop", "keep"))
        one_of("unfinished", self.unfinished, ("drop", "keep"))
        one_of("duplicates", self.duplicates, ("last", "first", "keep"))
        one_of("unticked_consent", self.unticked_consent, ("drop", "keep"))
        one_of("answers_as", self.answers_as, (None, "codes", "labels"))
        one_of("decimal", self.decimal, (None, ".", ","))
        for role in self.columns:
            one_of("columns", role, KEYS)


def missing_codes_of(codes: MissingCodes, items: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return reasons by code, by item; under ``""`` those for every item.

    Parameters
    ----------
    codes
        ``-99``, ``[-99, 999]``, ``{999: "refused"}``, or any of these by item:
        ``{"age": [999]}``.
    items
        The ids of the items.

    Raises
    ------
    InputError
        When a reason is none of the reasons for missing answers.

    Examples
    --------
    >>> missing_codes_of({"age": 999}, ["age"]), missing_codes_of([-99.0], [])
    ({'age': {'999': 'unanswered'}}, {'': {'-99': 'unanswered'}})
    """
    if codes is None:
        return {}
    if not isinstance(codes, Mapping):
        return {"": _reasons(codes)}
    known = set(items)
    found = {str(name): _reasons(value) for name, value in codes.items() if name in known}
    for name, value in codes.items():
        if name not in known and isinstance(value, (Mapping, list, tuple, set)):
            raise InputError(
                f"missing_codes must name an item of the instrument, got {str(name)!r}"
                f"{did_you_mean(str(name), known)}"
            )
    rest: dict[Code, str] = {c: str(why) for c, why in codes.items() if c not in known}
    if rest:
        found[""] = _reasons(rest)
    return found


def _reasons(codes: Codes) -> dict[str, str]:
    """Return reasons by code as it is compared: ``-99.0`` is ``-99``."""
    pairs: list[tuple[Code, str]]
    if isinstance(codes, Mapping):
        pairs = [(code, str(why)) for code, why in codes.items()]
    elif isinstance(codes, (str, int, float)):
        pairs = [(codes, "unanswered")]
    else:
        pairs = [(code, "unanswered") for code in codes]
    for code, why in pairs:
        if why not in get_args(MissingReason):
            allowed = ", ".join(get_args(MissingReason))
            raise InputError(
                f"missing_codes must give {str(code)!r} a reason among {allowed}, got {why!r}"
            )
    return {_plain(str(code)): why for code, why in pairs}


def _plain(code: str) -> str:
    number = as_number(code)
    return normal(code) if number is None else f"{number:g}"
