"""How the flags of a command become settings of a study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from collective_use.accepted import PlainDict
from collective_use.errors import InputError

if TYPE_CHECKING:
    from collective_use.cli.options import Flags
    from collective_use.study.settings import Study

_AS_THEY_ARE = (
    "instrument", "out", "members", "informants", "form", "platform", "invalid", "previews",
    "unfinished", "duplicates", "minimum_answered", "encoding", "delimiter", "sheet", "answers_as",
    "decimal", "unticked_consent", "careless", "validation", "lang", "repetitions",
    "voice", "seed",
)  # fmt: skip
"""Flags that are settings of the same name."""


def exports_with(
    files: Sequence[str],
    language: Sequence[str] | None,
    country: Sequence[str] | None,
    wave: Sequence[str] | None,
) -> list[dict[str, str]]:
    """Pair exports with what is declared for them.

    Raises
    ------
    InputError
        When a declaration is given neither once nor once for each export.

    Examples
    --------
    >>> exports_with(["a.csv", "b.csv"], None, ["CN"], ["1", "2"])[1]
    {'file': 'b.csv', 'country': 'CN', 'wave': '2'}
    """
    entries: list[dict[str, str]] = [{"file": file} for file in files]
    for name, values in (("language", language), ("country", country), ("wave", wave)):
        if not values:
            continue
        if len(values) not in (1, len(files)):
            raise InputError(
                f"--{name} must be given once, or once for each of the {len(files)} exports, "
                f"got {len(values)} times"
            )
        for entry, value in zip(entries, list(values) * len(files), strict=False):
            entry[name] = value
    return entries


def cutoffs_of(texts: Sequence[str] | None) -> dict[str, float]:
    """Read ``name=value`` pairs.

    Raises
    ------
    InputError
        When a text is no such pair.

    Examples
    --------
    >>> cutoffs_of(["icc1=0.1"])
    {'icc1': 0.1}
    """
    result = {}
    for text in texts or ():
        name, _, value = text.partition("=")
        try:
            result[name.strip()] = float(value)
        except ValueError:
            raise InputError(
                f"--cutoff must be a name and a number such as icc1=0.10, got {text!r}"
            ) from None
    return result


MissingCodes: TypeAlias = dict[str, str | dict[str, str]]
"""A code to the reason for no answer, or an item to its own codes."""


def missing_codes_of(texts: Sequence[str] | None) -> MissingCodes | None:
    """Read codes for no answer: ``-99``, ``98=refused``, ``age:999`` for one item.

    Examples
    --------
    >>> missing_codes_of(["-99", "98=refused", "age:999"])
    {'-99': 'unanswered', '98': 'refused', 'age': {'999': 'unanswered'}}
    """
    result: MissingCodes = {}
    for text in texts or ():
        code, _, reason = text.partition("=")
        item, colon, own = code.partition(":")
        reason = reason.strip() or "unanswered"
        if not (own if colon else code).strip():
            raise InputError(f"--missing-code must name a code, such as -99, got {text!r}")
        if not colon:
            result[code.strip()] = reason
            continue
        of_item = result.setdefault(item.strip(), {})
        if isinstance(of_item, str):
            raise InputError(f"--missing-code {text} names an item that was given as a code before")
        of_item[own.strip()] = reason
    return result or None


def screening_of(texts: Sequence[str] | None) -> dict[str, float | bool]:
    """Read screening rules: a name alone keeps the rule's default value.

    Raises
    ------
    InputError
        When a rule has no name, or a value that is no number.

    Examples
    --------
    >>> screening_of(["longstring=10", "instructed"])
    {'longstring': 10.0, 'instructed': True}
    """
    result: dict[str, float | bool] = {}
    for text in texts or ():
        name, sign, value = (part.strip() for part in text.partition("="))
        try:
            result[name] = float(value) if sign else True
        except ValueError:
            name = ""
        if not name:
            raise InputError(
                "--screen must be a rule, or a rule and a number such as longstring=10, "
                f"got {text!r}"
            )
    return result


def column_flags(**columns: str | None) -> dict[str, str]:
    """Return the key columns that were named."""
    return {name: column for name, column in columns.items() if column is not None}


def settings_of(flags: Flags) -> PlainDict:
    """Return the settings that flags give; those that were not given are left out.

    Parameters
    ----------
    flags
        Values by the names that the options have in the command's signature.

    Examples
    --------
    >>> settings_of({"instrument": "starter", "group": "TEAM", "full": False, "cutoff": None})
    {'instrument': 'starter', 'columns': {'group': 'TEAM'}}
    """
    columns = ("group", "member", "partner", "parent", "weight")
    given = {
        **{name: flags.get(name) for name in _AS_THEY_ARE},
        "columns": column_flags(**{name: flags.get(name) for name in columns}),
        "missing_codes": missing_codes_of(flags.get("missing_code")),
        "map": flags.get("map_file"),
        "minimum_group_size": flags.get("minimum_group"),
        "cutoffs": cutoffs_of(flags.get("cutoff")),
        "screening": screening_of(flags.get("screen")),
        "full": flags.get("full") or None,
        "models": tuple(flags.get("model") or ()),
        "measures": tuple(flags.get("measure") or ()),
        "null_distributions": tuple(flags.get("null") or ()),
    }
    return {
        key: value for key, value in given.items() if value is not None and value not in ({}, ())
    }


def study_of(command: str, flags: Flags) -> Study:
    """Turn the flags of a command that reads exports into a study.

    Parameters
    ----------
    command
        Its name, for messages.
    flags
        Values by the names that the options have in the command's signature.

    Raises
    ------
    InputError
        When there is no instrument or no folder for results.
    """
    from collective_use.study.settings import study_from

    if flags["instrument"] is None:
        raise InputError(
            f"{command} needs --instrument: a bundled name (see 'collective-use instrument list') "
            "or the path of your own"
        )
    if flags["out"] is None:
        raise InputError(f"{command} needs --out: the folder that results go to, such as results")
    exports = exports_with(flags["exports"], flags["language"], flags["country"], flags["wave"])
    return study_from({**settings_of(flags), "exports": exports})
