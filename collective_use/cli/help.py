"""Help in the language of the terminal: every text told, lines as wide as their characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from collective_use.accepted import ClickPart
from collective_use.cli.console import language, spoken
from collective_use.wide_text import display_width, folded

_WIDEST_TERM = 30
_AS_IT_IS = "\b"
"""What click takes for a paragraph whose lines stay as they are."""
_PLACES = {"OPTIONS": "Options", "ARGS": "Arguments", "COMMAND": "Commands"}
_NEEDED = re.compile(r"\s*\[(required|default: .*)\]\Z")


class ToldHelp:
    """What click writes help with, in the language of the terminal.

    It stands in for click's formatter, which counts a Chinese character as one column and knows
    no phrases. Each command's context is given this class by `help_told`.

    Parameters
    ----------
    width, max_width
        Columns of the terminal, as click knows them.

    Examples
    --------
    >>> help = ToldHelp(width=40)
    >>> help.write_dl([("--out DIR", "The folder of results.")])
    >>> help.getvalue().strip()
    '--out DIR  The folder of results.'
    """

    def __init__(self, width: int | None = None, max_width: int | None = None) -> None:
        from shutil import get_terminal_size

        widest = 80 if max_width is None else max_width
        self.width = width or max(min(get_terminal_size().columns, widest) - 2, 50)
        self.current_indent = 0
        self._pieces: list[str] = []

    def getvalue(self) -> str:
        """Return all that was written."""
        return "".join(self._pieces)

    def write(self, text: str) -> None:
        """Write a text as it is."""
        self._pieces.append(text)

    def indent(self) -> None:
        """Begin what is set in."""
        self.current_indent += 2

    def dedent(self) -> None:
        """End what is set in."""
        self.current_indent -= 2

    def write_paragraph(self) -> None:
        """Leave a line between parts."""
        if self._pieces:
            self.write("\n")

    def write_heading(self, heading: str) -> None:
        """Write the head of a section."""
        self.write(f"{' ' * self.current_indent}{spoken(heading)}：\n")

    def write_usage(self, program: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        for word, heading in _PLACES.items():
            args = re.sub(rf"\b{word}\b", spoken(heading), args)
        self._lines(spoken(f"Usage: {program} {args}"), hang=6)

    def write_text(self, text: str) -> None:
        """Write paragraphs; those that begin with a backspace keep their lines."""
        parts = []
        for part in re.split(r"\n\s*\n", text.strip("\n")):
            if part.lstrip().startswith(_AS_IT_IS):
                lines = part.lstrip().removeprefix(_AS_IT_IS).strip("\n").split("\n")
                margin = " " * self.current_indent
                parts.append("".join(f"{margin}{_told_line(line)}\n" for line in lines))
            else:
                parts.append(self._broken(spoken(" ".join(part.split()))))
        self.write("\n".join(parts))

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = _WIDEST_TERM, col_spacing: int = 2
    ) -> None:
        """Write terms, each with what it means beside it."""
        widest = max((display_width(term) for term, _ in rows), default=0)
        column = min(widest, col_max) + col_spacing + self.current_indent
        for term, meaning in rows:
            head = f"{' ' * self.current_indent}{term}"
            lines = folded(_told_meaning(meaning), self.width - column).split("\n")
            if display_width(head) + col_spacing > column:
                self.write(f"{head}\n")
                head = ""
            for line in lines:
                gap = " " * (column - display_width(head))
                self.write(f"{head}{gap}{line}".rstrip() + "\n")
                head = ""

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Head what follows, and set it in."""
        self.write_paragraph()
        self.write_heading(name)
        self.indent()
        try:
            yield
        finally:
            self.dedent()

    @contextmanager
    def indentation(self) -> Iterator[None]:
        """Set in what follows."""
        self.indent()
        try:
            yield
        finally:
            self.dedent()

    def _lines(self, text: str, hang: int) -> None:
        first, *others = folded(text, self.width - hang).split("\n")
        self.write(f"{first}\n" + "".join(f"{' ' * hang}{line}\n" for line in others))

    def _broken(self, text: str) -> str:
        margin = " " * self.current_indent
        lines = folded(text, self.width - self.current_indent).split("\n")
        return "".join(f"{margin}{line}\n" for line in lines)


def _told_line(line: str) -> str:
    """Tell a line that is no command."""
    bare = line.strip()
    return line if bare.startswith(("collective-use ", "#", "--")) else spoken(line)


def _told_meaning(meaning: str) -> str:
    """Tell what an option means, and what stands in brackets behind it."""
    found = _NEEDED.search(meaning)
    if not found:
        return spoken(meaning)
    name, colon, value = found[1].partition(": ")
    return f"{spoken(meaning[: found.start()])}[{spoken(name)}{'：' if colon else ''}{value}]"


def help_told(command: ClickPart) -> ClickPart:
    """Give a command, and those inside it, help in the language of the terminal.

    Parameters
    ----------
    command
        As it is; English leaves it so.
    """
    if language() is None:
        return command
    own = command.context_class
    command.context_class = type("Context", (own,), {"formatter_class": ToldHelp})
    for inside in _inside(command):
        summary = (inside.help or "").replace(_AS_IT_IS, "").strip().split("\n\n")[0]
        # click cuts a summary by its number of characters, at a blank that Chinese lacks
        inside.short_help = spoken(" ".join(summary.split()))
        help_told(inside)
    return command


def _inside(command: ClickPart) -> Iterable[ClickPart]:
    return getattr(command, "commands", {}).values()
