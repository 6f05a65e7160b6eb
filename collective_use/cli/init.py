"""`collective-use init`: begin a study."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options

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
    members: options.Members = None,
    informants: options.Informants = None,
    group: options.Group = None,
    form: options.Form = None,
    map_file: options.MapFile = None,
    lang: options.Lang = None,
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
    from collective_use.study.settings import read_study
    from collective_use.study.template import init_study

    load_instrument(instrument)
    file = init_study(
        folder, instrument=instrument, export=export, members=members, informants=informants,
        group=group, form=form, map_file=map_file, language=lang,
    )  # fmt: skip
    console.say(f"Written: {file}\nOpen it in any editor; every line is explained.")
    settings = read_study(file)
    named = ((members, settings.members), (informants, settings.informants))
    found = [Path(place).name for given, place in named if place and not given]
    if found:
        console.say(f"Found beside the export, and named in the study: {', '.join(found)}")
    elif export and not settings.members:
        console.say("No members.csv beside the export: name one with --members for response rates.")
    console.show_next("collective-use", "run", file, why="Then run the study:")
