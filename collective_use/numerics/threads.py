"""One thread for small matrices: more cost up to twenty times the time on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


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
