"""One thread for small matrices: more cost up to twenty times the time on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from collective_use.sem.engines.core import thread_controller

P = ParamSpec("P")
R = TypeVar("R")


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
