"""How far a long analysis is, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a validation is.

    Attributes
    ----------
    step
        What begins now, in words; empty at the end.
    done, steps
        Steps done, and all of them.
    share
        Part of the work that is done, 0 to 1, by what steps usually cost.
    spent, left
        Seconds since the beginning, and expected until the end; `left` is None before anything
        is done.

    Examples
    --------
    >>> print(Progress("models", 1, 4, 0.25, 3.0, 9.0))
    2 of 4, about 9 s left: models
    """

    step: str
    done: int
    steps: int
    share: float
    spent: float
    left: float | None

    def __str__(self) -> str:
        """Return a line to print."""
        if not self.step:
            return f"Done in {_time(self.spent)}."
        rest = "" if self.left is None else f", about {_time(self.left)} left"
        return f"{self.done + 1} of {self.steps}{rest}: {self.step}"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


Told: TypeAlias = Callable[[Progress], None]
"""Is told how far it is when a step begins, and at the end."""


_listener: ContextVar[Told | None] = ContextVar("listener", default=None)


@contextmanager
def telling(told: Told) -> Iterator[None]:
    """Tell somebody how far every validation inside is, however deep it is called.

    Parameters
    ----------
    told
        Is called as in `validate(progress=)`.

    Examples
    --------
    >>> seen = []
    >>> with telling(seen.append):
    ...     Clock([("items", 1)], None).end()
    >>> seen[0].share
    1.0
    """
    token = _listener.set(told)
    try:
        yield
    finally:
        _listener.reset(token)


class Clock:
    """Tells how far it is, by the usual cost of each step.

    Parameters
    ----------
    steps
        Name and usual cost of each step, in order, in any unit.
    told
        Whom to tell; when None, whom `telling` named, or nobody.

    Examples
    --------
    >>> seen = []
    >>> clock = Clock([("items", 1), ("models", 3)], seen.append)
    >>> clock.begin("items"); clock.begin("models"); clock.end()
    >>> [(p.step, p.share) for p in seen]
    [('items', 0.0), ('models', 0.25), ('', 1.0)]
    """

    def __init__(self, steps: Sequence[tuple[str, float]], told: Told | None) -> None:
        self.steps, self.told = list(steps), told or _listener.get()
        self.whole = sum(cost for _, cost in steps) or 1.0
        self.started = time.monotonic()

    def begin(self, step: str) -> None:
        """Say that a step begins; all before it are done."""
        names = [name for name, _ in self.steps]
        self._say(step, names.index(step))

    def end(self) -> None:
        """Say that all is done."""
        self._say("", len(self.steps))

    def _say(self, step: str, done: int) -> None:
        if self.told is None:
            return
        share = sum(cost for _, cost in self.steps[:done]) / self.whole
        spent = time.monotonic() - self.started
        left = spent * (1 - share) / share if share else None
        self.told(Progress(step, done, len(self.steps), share, spent, left))
