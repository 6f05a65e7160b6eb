"""Options that several commands share: what each is called, says and begins with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, TypeAlias, get_args

import typer

from collective_use.accepted import Given, Option
from collective_use.cli.console import speak

Flags: TypeAlias = Mapping[str, Given]
"""What was given on the command line, by the names of the parameters."""

Exports = Annotated[
    list[str], typer.Argument(metavar="EXPORT", help="Survey exports; several are stacked.")
]
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
MapFile = Annotated[
    str | None,
    typer.Option("--map", metavar="FILE", help="A file that says what headings mean."),
]
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
UntickedConsent = Annotated[
    str | None,
    typer.Option(
        metavar="WHAT",
        help="Persons who left a needed consent empty: drop (default), keep if held elsewhere.",
    ),
]
Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="Encoding of the exports, instead of guessing.")
]
Delimiter = Annotated[
    str | None,
    typer.Option(metavar="CHARACTER", help="Delimiter of the exports, instead of guessing."),
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
    typer.Option("--full", help="Exact figures, too, in a folder for the analyst only."),
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
Lang = Annotated[
    str | None,
    typer.Option("--lang", metavar="CODE", help="Language of what is printed and named: en, zh."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]

SHARED: Mapping[str, Option] = MappingProxyType(
    {
        "exports": Exports,
        "out": Out,
        "instrument": Instrument,
        "group": Group,
        "members": Members,
        "informants": Informants,
        "form": Form,
        "platform": Platform,
        "invalid": Invalid,
        "previews": Previews,
        "unfinished": Unfinished,
        "duplicates": Duplicates,
        "unticked_consent": UntickedConsent,
        "missing_code": MissingCode,
        "answers_as": AnswersAs,
        "decimal": Decimal,
        "map_file": MapFile,
        "minimum_answered": MinimumAnswered,
        "minimum_group": MinimumGroup,
        "cutoff": Cutoff,
        "measure": Measures,
        "null": Nulls,
        "repetitions": Repetitions,
        "voice": Voice,
        "screen": Screen,
        "careless": Careless,
        "member": Member,
        "partner": Partner,
        "parent": Parent,
        "weight": Weight,
        "language": Language,
        "country": Country,
        "wave": Wave,
        "encoding": Encoding,
        "delimiter": Delimiter,
        "sheet": Sheet,
        "full": Full,
        "lang": Lang,
        "as_json": AsJson,
    }
)
"""The options of the commands that read exports, by the name of the parameter."""

_NAMES = tuple(SHARED)
READING: tuple[str, ...] = _NAMES[_NAMES.index("group") : _NAMES.index("measure")]
"""How exports are read, and what is scored and aggregated."""

AGGREGATING: tuple[str, ...] = ("measure", "null", "repetitions")
"""Which evidence is computed."""

PLACES: tuple[str, ...] = _NAMES[_NAMES.index("member") : _NAMES.index("full")]
"""Columns of the exports, what is declared of them, and how the files are opened."""


def takes(
    *names: str, options: Mapping[str, Option] = SHARED
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command its options: shared ones by name, and its own, in this order.

    The command is called with its own options and with `flags`, which holds all of them.

    Parameters
    ----------
    names
        Names in `options` or of parameters of the command, in the order of the help.
    options
        Options by the name of the parameter.

    Examples
    --------
    >>> @takes("instrument", "draft", "full")
    ... def shown(flags: Flags, draft: bool = False) -> None:
    ...     print(sorted(flags), draft)
    >>> list(inspect.signature(shown).parameters)
    ['instrument', 'draft', 'full']
    >>> shown(instrument="starter", draft=True, full=False)
    ['draft', 'full', 'instrument'] True
    """

    def given(command: Callable[..., None]) -> Callable[..., None]:
        own = dict(inspect.signature(command, eval_str=True).parameters)
        del own["flags"]
        # every parameter has its place, and every place is known
        parameters = [own.get(name) or _parameter(name, options[name]) for name in names]

        def called(**flags: Given) -> None:
            speak(flags.get("lang"))
            command(flags=flags, **{name: flags[name] for name in own})

        called.__name__, called.__doc__ = command.__name__, command.__doc__
        called.__module__ = command.__module__
        called.__annotations__ = {p.name: p.annotation for p in parameters}
        signature = inspect.Signature(
            [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
        )
        called.__signature__ = signature  # type: ignore[attr-defined]
        return called

    return given


def _parameter(name: str, option: Option) -> inspect.Parameter:
    kind = get_args(option)[0]
    default: Given = {bool: False, list[str]: inspect.Parameter.empty}.get(kind)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=option
    )
