"""What the commands that make forms share: options, gaps to fill, what they say at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from collective_use.accepted import Option, PlainDict
from collective_use.cli.console import say, show_next
from collective_use.cli.options import Flags

if TYPE_CHECKING:
    from collective_use.instrument.model import Instrument

FORM_OPTIONS: Mapping[str, Option] = MappingProxyType(
    {
        "form": Annotated[str | None, typer.Option(help="Which form of the instrument.")],
        "module": Annotated[
            list[str] | None, typer.Option(help="Switch an optional module on; repeat, or 'all'.")
        ],
        "members": Annotated[
            Path | None,
            typer.Option(help="CSV with group, member, name, partner: fills the rosters."),
        ],
        "respondent": Annotated[str | None, typer.Option(help="member (default) or informant.")],
        "seed": Annotated[
            int | None, typer.Option(help="Shuffle items within blocks; recorded on the form.")
        ],
        "fill": Annotated[
            list[str] | None, typer.Option(help='Fill a gap of the texts: "NAME OF STUDY=...".')
        ],
        "fill_from": Annotated[Path | None, typer.Option(help="YAML file that fills all gaps.")],
        "phrases": Annotated[
            Path | None,
            typer.Option(
                help="YAML file with the words of forms in a language: buttons, page, thanks."
            ),
        ],
        "draft": Annotated[bool, typer.Option("--draft", help="Go on although gaps are left.")],
    }
)
"""By the name of the parameter."""


def form_settings(flags: Flags) -> PlainDict:
    """Return the settings of a form that were given, by the names of the Python functions."""
    return {
        "form": flags["form"],
        "language": flags["lang"],
        "modules": flags["module"] or (),
        "respondent": flags["respondent"] or "member",
        "seed": flags["seed"],
        "draft": flags["draft"],
    }


def fills_of(flags: Flags) -> PlainDict:
    """Return what fills the gaps of the texts, single pairs before the file."""
    from collective_use.questionnaire.form.fill import parse_fills, read_fills

    filled = read_fills(flags["fill_from"]) if flags["fill_from"] else {}
    return {**filled, **parse_fills(flags["fill"] or [])}


def show_end(bank: Instrument, flags: Flags, export: str, languages: Sequence[str]) -> None:
    """Say how far the wording was tested, and which command reads the answers."""
    from collective_use.questionnaire.form.words import translation_notes

    tested = (entry.statement for entry in bank.status if not entry.piloted)
    for statement in dict.fromkeys((*tested, *translation_notes(languages))):
        say(f"Note: {statement}")
    show_next(
        "collective-use",
        "score",
        export,
        "--instrument",
        flags["instrument"],
        *(("--form", flags["form"]) if flags["form"] else ()),
        *(("--members", str(flags["members"])) if flags["members"] else ()),
        "--out",
        "results",
        why="When the answers are back:",
    )
