"""`collective-use placement`: where people put the words of scales, in each language."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collective_use.cli.console import say, show, show_json, show_next

app = typer.Typer(
    help="Test whether the words of scales stand at the same places in two languages.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command("make")
def make_command(
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new folder for the test.")],
    scale: Annotated[
        list[str] | None, typer.Option(help="Only this scale; repeat. All with five steps if none.")
    ] = None,
) -> None:
    """Make the placement test of an instrument's scales: a form with a number for each word.

    \b
    Example:
      collective-use placement make collective_data_use --scale agree7 --out placement
    """
    from collective_use.instrument.placement import placement_test
    from collective_use.sheets.bank.yaml import write_instrument_folder

    test = placement_test(instrument, scale or ())
    place = write_instrument_folder(test, out)
    say(f"Written to {place}: {len(test.measures)} scales, {len(test.items) - 2} words.")
    say("Ask about thirty people of each language; give each copy another --seed.")
    words = ("collective-use", "questionnaire", place, "--seed", "1", "--out", "form1.pdf")
    show_next(*words, why="Print it, or publish it:")


@app.command("show")
def show_command(
    export: Annotated[list[Path], typer.Argument(help="The answers; several files are stacked.")],
    instrument: Annotated[
        str, typer.Option("--instrument", "-i", help="The folder that `placement make` wrote.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show where the words stand: medians, quartiles, overlaps, orders.

    \b
    Example:
      collective-use placement show answers.csv --instrument placement
    """
    from collective_use.responses.read import read_responses
    from collective_use.scores.placement import placement_results

    found = placement_results(read_responses(list(export), instrument))
    if as_json:
        show_json(found.to_dict())
    else:
        show(found.tables())
