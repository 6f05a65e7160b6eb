"""Run the program as ``python -m collective_use``; also the command ``collective-use``."""

from __future__ import annotations

import signal
import sys


def run() -> None:
    """Run the program; an interrupt is one sentence however early, and none when all is done."""
    try:
        from collective_use.cli.main import run as begin

        begin()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was left half-written.\n")
        sys.exit(130)
    finally:
        # What Python tidies up from here on takes a moment; everything is written and said.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    run()
