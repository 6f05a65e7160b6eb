"""Options that several commands share, and how flags become settings of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collective_use.errors import InputError

if TYPE_CHECKING:
    from collective_use.study.settings import Study

Out = Annotated[
    str | None, typer.Option("--out", "-o", metavar="DIR", help="The folder of results.")
]
Instrument = Annotated[
    str | None,
    typer.Option(
        "--instrument",
        "-i",
        metavar="NAME_OR_PATH",
        help="A bundled name, or a YAML file or folder.",
    ),
]
Group = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="The column that holds the group.")
]
Parent = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="The column of a unit above the group.")
]
Member = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="The column that holds the person's code.")
]
Partner = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="The column of the person's organisation.")
]
Weight = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column of survey weights.")]
Language = Annotated[
    list[str] | None,
    typer.Option(metavar="CODE", help="Declare the language: once for all exports, or each."),
]
Country = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Declare the country: once for all exports, or each."),
]
Wave = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Declare the wave: once for all exports, or each."),
]
Members = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Who was asked (group, member): makes response rates true."),
]
Informants = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="What key informants say of groups: a row a group."),
]
Form = Annotated[str | None, typer.Option(metavar="FORM", help="The form that was fielded.")]
Platform = Annotated[
    str | None,
    typer.Option(
        metavar="NAME_OR_FILE",
        help="The survey platform, where it is not recognized, or a platform file (.yaml).",
    ),
]
MAP = typer.Option("--map", metavar="FILE", help="A file that says what headings mean.")
Previews = Annotated[
    str | None, typer.Option(metavar="WHAT", help="Preview rows: drop (default) or keep.")
]
Unfinished = Annotated[
    str | None, typer.Option(metavar="WHAT", help="Rows never sent off: drop (default) or keep.")
]
Duplicates = Annotated[
    str | None,
    typer.Option(metavar="WHAT", help="Second submissions: last (default), first or keep."),
]
Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="Of the exports, instead of guessing.")
]
Delimiter = Annotated[
    str | None, typer.Option(metavar="CHARACTER", help="Of the exports, instead of guessing.")
]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="The sheet of a workbook.")]
Invalid = Annotated[
    str | None,
    typer.Option(metavar="WHAT", help="Answers outside the scale: error (default) or missing."),
]
MissingCode = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE[=REASON]",
        help="A code for no answer, such as -99 or 98=refused or age:999; repeat.",
    ),
]
AnswersAs = Annotated[
    str | None,
    typer.Option(metavar="WHAT", help="Where labels are numbers: are these codes or labels?"),
]
Decimal = Annotated[
    str | None,
    typer.Option(metavar="MARK", help="The decimal mark of numbers: a point or a comma."),
]
MinimumAnswered = Annotated[
    float | None,
    typer.Option(metavar="NUMBER", help="Items needed for a score: a share up to 1, or a number."),
]
MinimumGroup = Annotated[
    int | None,
    typer.Option("--minimum-group-size", metavar="NUMBER", help="Smaller groups get no value (3)."),
]
Cutoff = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="Another value for a rule of thumb: icc1=0.10."),
]
Screen = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULE[=VALUE]",
        help="A rule that leaves careless answers out, such as longstring=10; repeat.",
    ),
]
Careless = Annotated[
    str | None,
    typer.Option(metavar="WHAT", help="Persons whom a rule flags: drop (default) or keep."),
]
Full = Annotated[
    bool,
    typer.Option("--full", help="Exact tables of groups, too, in a folder for the analyst only."),
]
Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", metavar="ID", help="Only these measures; repeat. All by default."),
]
Nulls = Annotated[
    list[str] | None,
    typer.Option(
        "--null",
        metavar="NAME",
        help="What stands for no agreement: uniform, slight_skew ...; repeat, the first judges.",
    ),
]
Repetitions = Annotated[
    int | None,
    typer.Option(metavar="NUMBER", help="Draws for the chance of agreement (2000); 0 for none."),
]
Voice = Annotated[
    str | None,
    typer.Option(metavar="WHO", help="Who counts alike in a group: member (default) or partner."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]


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


def missing_codes_of(texts: Sequence[str] | None) -> dict[str, Any] | None:
    """Read codes for no answer: ``-99``, ``98=refused``, ``age:999`` for one item.

    Examples
    --------
    >>> missing_codes_of(["-99", "98=refused", "age:999"])
    {'-99': 'unanswered', '98': 'refused', 'age': {'999': 'unanswered'}}
    """
    result: dict[str, Any] = {}
    for text in texts or ():
        code, _, reason = text.partition("=")
        item, colon, own = code.partition(":")
        reason = reason.strip() or "unanswered"
        if colon:
            result.setdefault(item.strip(), {})[own.strip()] = reason
        else:
            result[code.strip()] = reason
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


def column_flags(**columns: str | None) -> dict[str, Any]:
    """Return the key columns that were named."""
    return {name: column for name, column in columns.items() if column is not None}


def group_flags(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of aggregation among the flags."""
    return {
        "measures": tuple(flags.get("measure") or ()) or None,
        "null_distributions": tuple(flags.get("null") or ()) or None,
        "repetitions": flags.get("repetitions"),
        "voice": flags.get("voice"),
    }


def study_of(command: str, flags: Mapping[str, Any]) -> Study:
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
    same = (
        "instrument", "out", "members", "informants", "form", "platform", "invalid", "previews",
        "unfinished", "duplicates", "minimum_answered", "encoding", "delimiter", "sheet",
        "answers_as", "decimal",
    )  # fmt: skip
    columns = {name: flags[name] for name in ("group", "member", "partner", "parent", "weight")}
    given = {
        **{name: flags.get(name) for name in same},
        "missing_codes": missing_codes_of(flags.get("missing_code")),
        "exports": exports_with(
            flags["exports"], flags["language"], flags["country"], flags["wave"]
        ),
        "columns": column_flags(**columns),
        "map": flags["map_file"],
        "minimum_group_size": flags["minimum_group"],
        "cutoffs": cutoffs_of(flags["cutoff"]),
        "screening": screening_of(flags.get("screen")),
        "careless": flags.get("careless"),
        "full": flags.get("full") or None,
        "models": tuple(flags.get("model") or ()) or None,
        "validation": flags.get("validation"),
        **group_flags(flags),
        "seed": flags.get("seed"),
    }
    return study_from({key: value for key, value in given.items() if value is not None})
