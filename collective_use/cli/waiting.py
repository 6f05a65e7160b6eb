"""How far a long command is, and the time left: one line on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from collective_use.cli.terminal import on_screen

PATIENCE = 2.0
"""Seconds without a word; what is done by then needs none."""

SHARES = {"read": 3.0, "score": 0.2, "groups": 5.5, "validate": 4.0, "models": 4.0,
          "write": 1.0, "report": 1.5}  # fmt: skip
"""Usual seconds of each stage on the bundled sample; only their proportions are used."""

THOROUGH = 25.0
"""How many times as long a thorough validation takes."""


def shares_of(*, validation: str | None, models: int, report: bool) -> dict[str, float]:
    """Return the usual shares of a study's stages.

    Parameters
    ----------
    validation
        quick, thorough, or None.
    models
        How many are fitted.
    report
        Whether the page is written.

    Examples
    --------
    >>> list(shares_of(validation=None, models=0, report=False))
    ['read', 'score', 'groups', 'write']
    """
    times = {
        "validate": {None: 0.0, "quick": 1.0}.get(validation, THOROUGH),
        "models": float(models), "report": float(report),
    }  # fmt: skip
    found = {name: share * times.get(name, 1.0) for name, share in SHARES.items()}
    return {name: share for name, share in found.items() if share > 0.0}


@contextmanager
def waiting(
    shares: Mapping[str, float],
    language: str | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Show how far the work inside is, once it takes longer than a moment.

    Parameters
    ----------
    shares
        From `shares_of`.
    language
        Of the words; English where there are none.
    clock
        Seconds of a clock that never goes back.
    """
    from collective_use.progress import Forecast, listening

    if not sys.stderr.isatty():
        yield
        return
    forecast = Forecast(shares, clock)
    words = _words(language)

    def told(name: str, done: int, total: int) -> None:
        if clock() - forecast.started >= PATIENCE:
            line_of_progress(f"{words[name]} … {left_in_words(forecast.left(name, done, total))}")

    try:
        with listening(told):
            yield
    finally:
        line_of_progress("")


def left_in_words(seconds: float | None) -> str:
    """Return the time that is left, no finer than it is known.

    Examples
    --------
    >>> left_in_words(7.4), left_in_words(200.0), left_in_words(None)
    ('~ 8 s', '~ 4 min', '')
    """
    if seconds is None:
        return ""
    if seconds < 100:
        return f"~ {max(1, int(seconds) + 1)} s"
    return f"~ {int(seconds / 60) + 1} min"


def _words(language: str | None) -> dict[str, str]:
    from collective_use.report.phrases import BASE, languages, phrases_in

    phrases = phrases_in(language if language in languages() else BASE)
    return {name: phrases.word(f"terminal.progress.{name}") for name in (*SHARES, "pages")}


def line_of_progress(text: str, *, over: bool = True) -> None:
    """Write a line on the error stream: over the one that stands there, or below it."""
    safe = on_screen(text)
    sys.stderr.write(f"\r\x1b[2K{safe}" if over else f"{safe}\n")
    sys.stderr.flush()
