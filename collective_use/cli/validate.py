"""`collective-use validate`: what the answers say of the scales."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options
from collective_use.cli.flags import study_of

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
@options.takes(
    "exports",
    "instrument",
    "thorough",
    "out",
    *options.READING,
    *options.PLACES,
    "seed",
    "full",
    "lang",
    "as_json",
)
def validate(
    flags: options.Flags,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Also fit rivals, levels and factors (minutes).")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="For everything drawn by chance.")
    ] = None,
) -> None:
    """Score an export and look through its scales: what is wrong, passed, was not checked.

    Items that run against their scale or load on another construct, scales that are not reliable,
    constructs that persons or groups do not tell apart. Writes what score writes, and
    validation.txt with a table for each question, validation_*.csv.

    \b
    Examples:
      collective-use validate export.csv --instrument collective_data_use --out results
      collective-use validate export.csv -i my_scale.yaml --thorough -o results
    """
    from collective_use.cli.done import show_done, waiting_for
    from collective_use.study.run import run_study

    study = study_of("validate", {**flags, "validation": "thorough" if thorough else "quick"})
    with waiting_for(study):
        done = run_study(study, command="validate")
    show_done(done, flags["as_json"])
