"""A survey that is counted where it lies: how far it is, and what is printed when it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from collective_use.cli import console
from collective_use.cli.waiting import left_in_words, line_of_progress

if TYPE_CHECKING:
    from collective_use.study.large.road import Road
    from collective_use.study.large.run import LargeRun
    from collective_use.study.settings import Study

SHARES = {"read": 4.0, "groups": 3.0, "write": 1.0}
"""Usual seconds of each stage; only their proportions are used."""

EVERY = {True: 0.5, False: 5.0}
"""Seconds between two lines on a terminal, and in a file or pipe."""


def score_where_it_lies(study: Study, road: Road, *, progress: bool, as_json: bool) -> None:
    """Score a large survey and print what came out.

    Parameters
    ----------
    study
        Its settings.
    road
        Where it lies, and why it is counted there.
    progress
        Whether to tell how far it is also where nobody sits at a terminal.
    as_json
        Print one JSON document instead.
    """
    from collective_use.study.large.run import run_large

    if not as_json and road.why:
        console.say(f"{road.why}\n")
    shown = progress or sys.stderr.isatty()
    with telling(study.lang) if shown else nullcontext():
        done = run_large(study, road)
    show(done, study, as_json)


def show(done: LargeRun, study: Study, as_json: bool) -> None:
    """Print the measures, what was left out and where the files are; or one JSON document."""
    console.speak(study.lang)
    if as_json:
        content = {"folder": str(done.folder), "run": done.run, "measures": done.measures}
        console.show_json(content | {"models": {}})
        return
    for text in done.said[1:]:
        console.say(f"{text}\n")
    persons, groups = done.run["counts"]["persons"], done.run["counts"]["groups"]
    console.say(f"{persons:,} persons in {groups:,} groups.\n")
    console.show(done.tables()[:-1])
    console.say("table1.csv, methods.md and facet scores of groups are not made from counts.\n")
    console.show_files(done.folder, done.files)


@contextmanager
def telling(
    language: str | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """Tell on the error stream how far the work inside is: rows, rows a second, time left.

    Parameters
    ----------
    language
        Of the words; English where there are none.
    clock
        Seconds of a clock that never goes back.
    """
    from collective_use.progress import Forecast, listening
    from collective_use.report.phrases import BASE, languages, phrases_in

    phrases = phrases_in(language if language in languages() else BASE)
    forecast = Forecast(SHARES, clock)
    terminal = sys.stderr.isatty()
    last = begun = clock()
    first: int | None = None

    def told(name: str, done: int, total: int) -> None:
        nonlocal last, first
        if first is None and name == "read":
            # what an interrupted run had read took no time now
            first = done
        now = clock()
        if now - last < EVERY[terminal] or name not in SHARES:
            return
        last = now
        parts = [phrases.word(f"terminal.progress.{name}")]
        if name == "read":
            rate = (done - (first or 0)) / max(now - begun, 1e-9)
            said = phrases.word("terminal.progress.rows")
            parts.append(said.format(done=f"{done:,}", total=f"{total:,}", rate=f"{rate:,.0f}"))
        else:
            parts.append(f"{done}/{total}")
        parts.append(left_in_words(forecast.left(name, done, total)))
        line_of_progress(" ".join(parts), over=terminal)

    try:
        with listening(told):
            yield
    finally:
        if terminal:
            line_of_progress("")
