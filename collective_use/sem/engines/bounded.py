"""A time limit for a call that may never return."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class OutOfTime(Exception):
    """The call was stopped."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, or stop it.

    The call runs in a thread of its own, into which an exception is raised when its time is over.

    Parameters
    ----------
    seconds
        How long it may take.
    call
        Without arguments.

    Raises
    ------
    OutOfTime
        When it did not return in time.

    Examples
    --------
    >>> within(5.0, lambda: 1 + 1)
    2
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # handed to the caller's thread below
            errors.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive() and worker.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident), ctypes.py_object(OutOfTime)
        )
        worker.join(5.0)
        raise OutOfTime(f"stopped after {seconds:g} s")
    if errors:
        raise errors[0]
    return results[0]
