"""`collective-use init`: begin a study."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def init(
    folder: Annotated[str, typer.Argument(help="A new or existing folder.")],
    instrument: Annotated[
        str, typer.Option("--instrument", "-i", help="A bundled name or the path of your own.")
    ] = "collective_data_use",
    export: Annotated[
        str | None, typer.Option(help="A survey export, if there is one already.")
    ] = None,
) -> None:
    """Begin a study: write a study.yaml whose comments explain every decision.

    \b
    Examples:
      collective-use init my_study
      collective-use init my_study --instrument lq2002 --export answers.csv
    """
    from pathlib import Path

    from collective_use.cli import console
    from collective_use.instrument.library import load_instrument
    from collective_use.study.template import begin_study

    load_instrument(instrument)
    named = str(Path(instrument).resolve()) if Path(instrument).exists() else instrument
    file = begin_study(folder, instrument=named, export=export)
    console.say(f"Written: {file}\nOpen it in any editor; every line is explained.")
    console.show_next("collective-use", "run", file, why="Then run the study:")
