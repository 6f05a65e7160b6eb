"""`collective-use receive`: take the answers that the web page hands in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collective_use.cli.console import say, show_next

app = typer.Typer(rich_markup_mode=None)


@app.command()
def receive(
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the answers.")],
    instrument: Annotated[
        str | None,
        typer.Option("--instrument", "-i", help="Take answers of this instrument only."),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A web address whose pages may hand in; repeat. Files if not given."),
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen; this computer only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.")] = 8765,
    largest: Annotated[int, typer.Option(help="Bytes of one answer at most.")] = 512_000,
    most: Annotated[int, typer.Option(help="Answers in the folder at most.")] = 20_000,
) -> None:
    """Take answers that the web page hands in, a file each, until you press Ctrl+C.

    \b
    Examples:
      collective-use publish my_instrument/ --to web --hand-in http://127.0.0.1:8765/ --out online
      collective-use receive --out answers --instrument my_instrument/
      collective-use receive --out answers --origin https://survey.example.org
    """
    from collective_use.responses.receive.serve import receive_answers

    receive_answers(
        out, instrument=instrument, origins=origin or (), host=host, port=port, largest=largest,
        most=most, said=say,
    )  # fmt: skip
    wanted = ("--instrument", instrument) if instrument else ("--instrument", "INSTRUMENT")
    show_next("collective-use", "score", f"{out}", *wanted, "--out", "results", why="Then:")
