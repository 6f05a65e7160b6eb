"""A lock on a place, so that two runs never write to it at once."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from collective_use.errors import OutputError

PATIENCE = 30.0


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a place; the system frees it even when the process is killed."""
    path = target.with_name(f".{target.name}.lock")
    deadline = time.monotonic() + PATIENCE
    while True:
        handle = path.open("a+b")
        if _try_lock(handle) and _same_file(handle, path):
            break
        handle.close()
        if time.monotonic() > deadline:
            raise OutputError(
                f"another run has been writing to {target} for over {PATIENCE:.0f} seconds; "
                "wait for it to end, or write to another folder"
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        handle.close()


def _same_file(handle: IO[bytes], path: Path) -> bool:
    """Whether the locked file still is the one at the path: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except OSError:
        return False


def _try_lock(handle: IO[bytes]) -> bool:
    try:
        if os.name == "nt":  # pragma: no cover
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return stat.S_ISREG(os.fstat(handle.fileno()).st_mode)
