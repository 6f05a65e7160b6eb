"""`collective-use run`: all that a study file asks for."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options
from collective_use.cli.flags import settings_of

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
@options.takes(
    "study", "out", "instrument", *options.READING, *options.AGGREGATING, "voice", "model", "seed",
    "full", "lang", "as_json",
)  # fmt: skip
def run(
    flags: options.Flags,
    study: Annotated[
        str, typer.Argument(metavar="[STUDY]", help="A study file, or a folder with study.yaml.")
    ] = "study.yaml",
    model: Annotated[
        list[str] | None, typer.Option(help="A structural model to fit; repeat for several.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="For everything drawn by chance.")] = None,
) -> None:
    """Run a study: all that its study.yaml asks for, into one folder.

    A flag overrides the file for this run; run.json says what was used.

    \b
    Examples:
      collective-use run
      collective-use run my_study/ --out trial --cutoff icc1=0.10
    """
    from collective_use.cli.console import speak_as
    from collective_use.cli.done import show_done, waiting_for
    from collective_use.cli.memory import one_pool
    from collective_use.study.run import run_study
    from collective_use.study.settings import as_study, overridden

    speak_as(study)
    whole = overridden(as_study(study), settings_of(flags))
    with one_pool(), waiting_for(whole):
        done = run_study(whole)
    show_done(done, flags["as_json"])
