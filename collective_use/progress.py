"""How far a long call is: told by whoever works, heard by whoever shows it.

A room says `step(name, done, total)` and knows nothing of screens. Who wants to know listens with
`listening`; when nobody does, a call costs next to nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

Listener = Callable[[str, int, int], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


def step(name: str, done: int = 0, total: int = 1) -> None:
    """Say how far a stage of the work is.

    Parameters
    ----------
    name
        The stage, by the name of its row in a table of shares.
    done, total
        Pieces that are done, of how many.

    Examples
    --------
    >>> heard = []
    >>> with listening(lambda *said: heard.append(said)):
    ...     step("groups", 3, 28)
    >>> heard
    [('groups', 3, 28)]
    """
    told = _LISTENER.get()
    if told is not None:
        told(name, done, total)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear every `step` that is said inside.

    Parameters
    ----------
    listener
        Called with the stage, pieces done, pieces in all.
    """
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


@dataclass
class Forecast:
    """How much time is left of several stages, by the shares that they usually take.

    Attributes
    ----------
    shares
        Stage to its usual share of the time, in the order of the work; stages that are never
        said count as done when a later one begins.
    clock
        Seconds of a clock that never goes back.

    Examples
    --------
    >>> seconds = iter([0.0, 10.0])
    >>> forecast = Forecast({"read": 1.0, "groups": 3.0}, clock=lambda: next(seconds))
    >>> forecast.left("groups", 1, 3)
    10.0
    """

    shares: Mapping[str, float]
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def left(self, name: str, done: int, total: int) -> float | None:
        """Return the seconds that are left; None while nothing is known yet."""
        names = list(self.shares)
        if name not in names:
            return None
        before = sum(self.shares[other] for other in names[: names.index(name)])
        now = before + self.shares[name] * (done / total if total else 0.0)
        if now <= 0.0:
            return None
        spent = self.clock() - self.started
        return spent * (sum(self.shares.values()) - now) / now
