"""`collective-use verify`: whether a sealed plan is as it was written, and kept."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options

app = typer.Typer(add_completion=False, rich_markup_mode=None)

EXIT_CHANGED = 3
"""Apart from 1 (a fault of the program) and 2 (wrong input)."""


@app.command()
def verify(
    place: Annotated[
        str, typer.Argument(metavar="[SEAL]", help="A sealed file, a study file or its folder.")
    ] = "study.seal.json",
    deposited: Annotated[
        str | None, typer.Option("--hash", help="The hash that was deposited elsewhere.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Check a sealed plan, and the study beside it against the plan.

    Exits with 3 when the file was changed or the study deviates, each place named.

    \b
    Examples:
      collective-use verify my_study
      collective-use verify study.seal.json --hash 2a1fa69b...
    """
    from collective_use.cli import console
    from collective_use.study.sealing.seal import verify_study

    checked = verify_study(place, hash=deposited)
    if as_json:
        console.show_json(checked.to_dict())
    else:
        console.show(checked.tables())
    if not checked.holds or checked.deviations:
        raise typer.Exit(EXIT_CHANGED)
