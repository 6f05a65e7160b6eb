"""One thread for small matrices, where more cost up to twenty times the time; several for long
columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")

LONG = 200_000
"""Rows of a column from which on threads gain more than they cost."""

MOST = 4
"""Threads at most: each holds columns of its own."""


@lru_cache(maxsize=1)
def thread_controller() -> ThreadpoolController:
    """Return the controller of linear algebra threads, found once."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def single_threaded(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function with linear algebra on one thread.

    Parameters
    ----------
    function
        What to run.

    Examples
    --------
    >>> single_threaded(len)([1, 2])
    2
    """

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with thread_controller().limit(limits=1):
            return function(*args, **kwargs)

    return inner


def each_of(work: Callable[[A], R], parts: Iterable[A], rows: int) -> list[R]:
    """Return what is made of each part, in order; by several threads where columns are long.

    Parameters
    ----------
    work
        What to do with one part; it must not change what others read.
    parts
        The parts.
    rows
        Rows of the columns that are worked on.

    Examples
    --------
    >>> each_of(abs, [-1, 2], rows=10)
    [1, 2]
    """
    listed = list(parts)
    if rows < LONG or len(listed) < 2:
        return [work(part) for part in listed]
    import os
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST, len(listed))) as pool:
        return list(pool.map(work, listed))
