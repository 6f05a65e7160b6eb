"""Taking the answers of the web page until somebody stops it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from collective_use.checks import number_between
from collective_use.errors import OutputError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.responses.receive.server import LARGEST, Receiver, checked_origin
from collective_use.responses.receive.store import Store

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def receive_answers(
    out: str | Path,
    *,
    instrument: Instrument | str | Path | None = None,
    origins: Sequence[str] = (),
    host: str = "127.0.0.1",
    port: int = 8765,
    largest: int = LARGEST,
    most: int = 20_000,
    said: Callable[[str], None] | None = None,
) -> int:
    """Take answers that the web page hands in, a file each, until Ctrl+C is pressed.

    Parameters
    ----------
    out
        The folder for the answers.
    instrument
        Take answers of this instrument only.
    origins
        Web addresses whose pages may hand in; without any, pages opened as files and pages of
        this computer.
    host, port
        Where to listen; this computer alone hears by default.
    largest
        Bytes of one answer at most.
    most
        Answers in the folder at most.
    said
        Called with every sentence about what happens, such as ``print``; no address of anybody
        is in it.

    Returns
    -------
    int
        How many answers were taken.

    Raises
    ------
    InputError
        When a number is out of its range or an origin is no web address.
    OutputError
        When the address is taken or the folder cannot be written.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.receive_answers("answers", port=70_000)
    Traceback (most recent call last):
        ...
    collective_use.errors.InputError: port must be a number in [0, 65535], got 70000
    """
    tell = said or (lambda text: None)
    for name, value, high in (("port", port, 65_535), ("largest", largest, 50_000_000)):
        number_between(name, value, 0, high)
    number_between("most", most, 1, 10_000_000)
    bank = None if instrument is None else as_instrument(instrument)
    allowed = [checked_origin(entry) for entry in origins]
    store = Store(Path(out), bank.id if bank else None, most)
    try:
        server = Receiver((host, port), store, origins=allowed, largest=largest, said=tell)
    except OSError as problem:
        reason = problem.strerror or problem
        text = f"{host}:{port}: cannot listen there: {reason}; try another port"
        raise OutputError(text) from problem
    here = f"[{host}]" if ":" in host else host
    number = server.server_address[1]
    tell(f"Answers are taken at http://{here}:{number}/ into {out}/. Stop: Ctrl+C.")
    if host not in LOOPBACK:
        tell(
            "Other computers can reach this address, and what they send is not encrypted: put a "
            "web server with https in front of it."
        )
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        tell(f"Stopped; {store.taken} answers in {out}/.")
    finally:
        server.server_close()
    return store.taken
