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
    from collective_use.checks import number_between
    from collective_use.errors import OutputError
    from collective_use.instrument.library import load_instrument
    from collective_use.responses.receive.server import Receiver, checked_origin
    from collective_use.responses.receive.store import Store

    for name, value, high in (("--port", port, 65535), ("--largest", largest, 50_000_000)):
        number_between(name, value, 0, high)
    number_between("--most", most, 1, 10_000_000)
    bank = load_instrument(instrument) if instrument else None
    origins = [checked_origin(entry) for entry in origin or ()]
    store = Store(out, bank.id if bank else None, most)
    try:
        server = Receiver((host, port), store, origins=origins, largest=largest, said=say)
    except OSError as problem:
        reason = problem.strerror or problem
        text = f"{host}:{port}: cannot listen there: {reason}; try another --port"
        raise OutputError(text) from problem
    here = f"[{host}]" if ":" in host else host
    number = server.server_address[1]
    say(f"Answers are taken at http://{here}:{number}/ into {out}/. Stop: Ctrl+C.")
    if host not in ("127.0.0.1", "localhost", "::1"):
        say(
            "Other computers can reach this address, and what they send is not encrypted: put a "
            "web server with https in front of it."
        )
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        say(f"Stopped; {store.taken} answers in {out}/.")
    finally:
        server.server_close()
    wanted = ("--instrument", instrument) if instrument else ("--instrument", "INSTRUMENT")
    show_next("collective-use", "score", f"{out}", *wanted, "--out", "results", why="Then:")
