"""Printing: tables that fit the terminal, plain text when piped, JSON for machines."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path

from collective_use.accepted import Plain
from collective_use.cli.terminal import on_screen, put
from collective_use.results import Table, cell_text, table_text

_LANGUAGE: ContextVar[str | None] = ContextVar("language of the terminal", default=None)


def speak(language: str | None) -> None:
    """Choose the language of what is printed from here on.

    Parameters
    ----------
    language
        As `--lang` gives it, the first of ``zh+en``; English where no phrase file speaks it.
    """
    first = (language or "").partition("+")[0]
    if first:
        from collective_use.phrases import languages

        first = first if first in languages()[1:] else ""
    _LANGUAGE.set(first or None)


def language() -> str | None:
    """Return the language of the terminal; None for English."""
    return _LANGUAGE.get()


def speak_as(study: str | Path) -> None:
    """Speak the language of a study file, where the command line asks for none.

    Parameters
    ----------
    study
        The file or its folder; it need not be a sound study, since its faults are told, too.
    """
    if _LANGUAGE.get() is None:
        from collective_use.study.language import language_in

        speak(language_in(study))


def spoken(text: str) -> str:
    """Return a text in the language of the terminal.

    Examples
    --------
    >>> speak("zh")
    >>> spoken("supported")
    '支持'
    >>> speak(None)
    """
    language = _LANGUAGE.get()
    if language is None:
        return text
    from collective_use.phrases import told

    return told(language, text)


def show(tables: Iterable[Table]) -> None:
    """Print tables: drawn for a terminal's width, aligned text when piped."""
    for table in map(_spoken_table, tables):
        if sys.stdout.isatty():
            _draw(table)
        else:
            put(table_text(table))
        put()


def say(text: str) -> None:
    """Print a sentence."""
    put(spoken(text))


def show_json(content: Plain) -> None:
    """Print one JSON document."""
    from collective_use.output import json_bytes

    put(json_bytes(content).decode("utf-8"), nl=False, json=True)


def show_files(folder: Path, files: Iterable[tuple[str, str]]) -> None:
    """Print where the files are, each with what it holds."""
    put(spoken(f"Written to {folder}"))
    listed = [(name, spoken(meaning)) for name, meaning in files]
    width = max((len(name) for name, _ in listed), default=0)
    for name, meaning in listed:
        put(f"  {name:<{width}}  {meaning}".rstrip())


def show_next(*words: object, why: str) -> None:
    """Print the next command, ready to copy."""
    put(f"\n{spoken(why)}\n  {shlex.join(str(word) for word in words)}")


def _spoken_table(table: Table) -> Table:
    language = _LANGUAGE.get()
    if language is None:
        return table
    from collective_use.phrases import table_told

    return table_told(language, table)


def _draw(table: Table) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(
        box=box.SIMPLE_HEAD,
        title=Text(on_screen(table.title), style="bold"),
        title_justify="left",
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_header=any(table.columns),
    )
    for position, column in enumerate(table.columns):
        numeric = any(isinstance(row[position], (int, float)) for row in table.rows)
        drawn.add_column(
            Text(on_screen(column)), justify="right" if numeric else "left", overflow="fold"
        )
    for row in table.rows:
        drawn.add_row(*(Text(on_screen(cell_text(value, table.digits))) for value in row))
    console = Console(highlight=False)
    console.print(drawn)
    for note in table.notes:
        console.print(Text(on_screen(note), style="dim"))
