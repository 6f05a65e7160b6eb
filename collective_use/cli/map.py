"""`collective-use map`: a draft of which heading means which item, to edit and use."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options
from collective_use.cli.console import say, show_next

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("map")
def draft(
    export: Annotated[str, typer.Argument(metavar="EXPORT", help="The survey export.")],
    instrument: options.Instrument = None,
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="FILE", help="The draft to write.")
    ] = "columns.yaml",
    platform: options.Platform = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    sheet: options.Sheet = None,
) -> None:
    """Write a draft of a column map: which heading of an export means which item.

    It is filled in as far as headings and question texts tell; a comment says what speaks for
    each line. Mend it by hand and give it to score.

    \b
    Example:
      collective-use map export.csv --instrument collective_data_use --out columns.yaml
    """
    from collective_use.errors import InputError
    from collective_use.instrument.library import load_instrument
    from collective_use.responses.draft import draft_map

    if instrument is None:
        raise InputError("map needs --instrument: a bundled name or the path of your own")
    text = draft_map(
        export, load_instrument(instrument), out, platform=platform, encoding=encoding,
        delimiter=delimiter, sheet=sheet,
    )  # fmt: skip
    filled = sum(1 for line in text.splitlines() if line.strip() and not line.startswith("#"))
    say(f"{out}: {filled} lines. Look through them, then:")
    show_next(
        "collective-use", "score", export, "--instrument", instrument, "--map", out,
        *(("--platform", platform) if platform else ()), *(("--sheet", sheet) if sheet else ()),
        "--out", "results", why="Score with the map:",
    )  # fmt: skip
