"""Run the program as ``python -m collective_use``; also the command ``collective-use``."""

from __future__ import annotations

import sys


def run() -> None:
    """Run the program; an interrupt while it still loads ends it as quietly as a later one."""
    try:
        from collective_use.cli.main import run as begin
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was left half-written.\n")
        sys.exit(130)
    begin()


if __name__ == "__main__":
    run()
