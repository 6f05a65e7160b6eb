"""Printing: tables that fit the terminal, plain text when piped, JSON for machines."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from collective_use.accepted import Plain
from collective_use.cli.terminal import on_screen, put
from collective_use.results import Table, cell_text, table_text


def show(tables: Iterable[Table]) -> None:
    """Print tables: drawn for a terminal's width, aligned text when piped."""
    for table in tables:
        if sys.stdout.isatty():
            _draw(table)
        else:
            put(table_text(table))
        put()


def say(text: str) -> None:
    """Print a sentence."""
    put(text)


def show_json(content: Plain) -> None:
    """Print one JSON document."""
    from collective_use.output import json_bytes

    put(json_bytes(content).decode("utf-8"), nl=False, json=True)


def show_files(folder: Path, files: Iterable[tuple[str, str]]) -> None:
    """Print where the files are, each with what it holds."""
    put(f"Written to {folder}")
    listed = list(files)
    width = max((len(name) for name, _ in listed), default=0)
    for name, meaning in listed:
        put(f"  {name:<{width}}  {meaning}".rstrip())


def show_next(*words: object, why: str) -> None:
    """Print the next command, ready to copy."""
    put(f"\n{why}\n  {shlex.join(str(word) for word in words)}")


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
