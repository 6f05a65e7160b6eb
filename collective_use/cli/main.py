"""The program: its help, its commands on demand, its errors as sentences."""

from __future__ import annotations

import errno
import importlib
import io
import os
import re
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.core import TyperGroup

from collective_use._version import __version__
from collective_use.accepted import Arguments, ClickPart
from collective_use.cli.commands import COMMANDS
from collective_use.cli.console import speak, spoken
from collective_use.cli.filled import refuse_empty
from collective_use.cli.help import help_told
from collective_use.cli.terminal import put
from collective_use.errors import CollectiveUseError

PROGRAM = "collective-use"
EXIT_INPUT = 2
EXIT_UNEXPECTED = 1
EXIT_INTERRUPTED = 130
_LACKING = {
    "no members file": "--members members.csv",
    "no file of informants": "--informants informants.csv",
}
_SUBJECTS = {
    "minimum_answered must": "--minimum-answered must",
    "the delimiter must": "--delimiter must",
    "disclosure_size must": "--cutoff disclosure_size must",
}
_FLAGS = {
    "invalid='missing'": "--invalid missing",
    "column_map=": "--map FILE",
    "delimiter=": "--delimiter",
    "encoding=": "--encoding",
    "keep_personal=": "--keep-personal",
}
"""What messages call an argument of Python, and what it is called on the command line: said of
it, which every language puts first, and in passing."""

_PLACES = {
    errno.ENAMETOOLONG, errno.ELOOP, errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM,
    errno.ENOTDIR, errno.EISDIR, errno.EFBIG, errno.EIO,
}  # fmt: skip
"""What a system says of a place that was named, not of this program."""

_PLACED = re.compile(r"\S.*?:\d+:\d+: ")


class LazyCommands(TyperGroup):
    """The commands of the table; a command's file is imported when it is called."""

    def list_commands(self, ctx: ClickPart) -> list[str]:
        """Return the names, as in the table."""
        return list(COMMANDS)

    def get_command(self, ctx: ClickPart, cmd_name: str) -> ClickPart | None:
        """Load one command, or return None when there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"collective_use.cli.{entry.module}")
        return help_told(_speaking(typer.main.get_command(module.app)))

    def format_commands(self, ctx: ClickPart, formatter: ClickPart) -> None:
        """List the commands by section without importing any."""
        for section in dict.fromkeys(entry.section for entry in COMMANDS.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [(name, e.summary) for name, e in COMMANDS.items() if e.section == section]
                )


app = typer.Typer(
    cls=LazyCommands,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _speaking(command: ClickPart) -> ClickPart:
    """Give a command, and those inside it, `--lang`, and let them refuse empty values."""
    for part in getattr(command, "commands", {}).values():
        _speaking(part)
    if not any(parameter.name == "lang" for parameter in command.params):
        command.params.append(_lang())
    refuse_empty(command)
    return command


def _lang() -> ClickPart:
    """Return `--lang` for commands that leave it to the program."""
    bare = typer.Typer(add_completion=False, rich_markup_mode=None)

    @bare.command()
    def speaking(
        lang: Annotated[
            str | None, typer.Option(metavar="CODE", help="Language of what is printed: en, zh.")
        ] = None,
    ) -> None:
        """Do nothing: it lends its option."""

    option = next(p for p in typer.main.get_command(bare).params if p.name == "lang")
    option.expose_value = False
    return option


def _language(words: list[str]) -> str | None:
    """Return the language that the words ask for, also where they cannot be parsed."""
    for word, following in zip(words, (*words, "")[1:], strict=True):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return None


def _print_version(wanted: bool) -> None:
    if wanted:
        put(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    traceback: Annotated[
        bool,
        typer.Option("--traceback", help="Show where in the program an error arose."),
    ] = False,
) -> None:
    """From a survey export to constructs that belong to groups.

    \b
    The shortest way to a result:
      collective-use demo --out demo
    Your own data:
      collective-use score export.csv --instrument collective_data_use --out results

    Each command explains itself: collective-use score --help
    """


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the program and end the process with its exit code.

    Parameters
    ----------
    arguments
        The words after the program's name; by default those of the command line.
    """
    sys.exit(main(list(sys.argv[1:] if arguments is None else arguments)))


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        The words after the program's name.

    Returns
    -------
    int
        0 when all went well, 2 for wrong input, 1 for a fault of the program, 130 when
        interrupted.

    Examples
    --------
    >>> main(["--version"])
    collective-use ...
    0
    """
    import warnings

    trace = "--traceback" in arguments
    words = [word for word in arguments if word != "--traceback"]
    with warnings.catch_warnings():
        _prepare_streams(trace)
        return _called(words, trace)


def _called(words: list[str], trace: bool) -> int:
    speak(_language(words))
    try:
        command = help_told(_speaking(typer.main.get_command(app)))
        status = command.main(words, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough; point stdout away so that exit is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        status = EXIT_INTERRUPTED
    except CollectiveUseError as problem:
        if trace:
            raise
        text = spoken(_as_error(_subject(str(problem))))
        put(_in_flags(text), err=True)
        return EXIT_INPUT
    except Exception as problem:
        if _is_usage_error(problem):
            usage = io.StringIO()
            problem.show(usage)  # type: ignore[attr-defined]
            _complain(usage.getvalue().rstrip("\n"))
            _suggest(words)
            return int(problem.exit_code)  # type: ignore[attr-defined]
        if trace:
            raise
        place = _of_a_place(problem)
        _complain(_as_error(place) if place else _unexpected(problem))
        return EXIT_INPUT if place else EXIT_UNEXPECTED
    if status == EXIT_INTERRUPTED:
        _complain("Interrupted; nothing was left half-written.")
    return status if isinstance(status, int) else 0


def _of_a_place(problem: Exception) -> str:
    """Say what is wrong with a file or folder that was named; "" where the program is at fault."""
    if isinstance(problem, OSError) and problem.errno in _PLACES:
        name = str(problem.filename or "a file")
        return (
            f"{name if len(name) < 200 else name[:100] + '...'} cannot be used: {problem.strerror}"
        )
    # Python 3.11 and 3.12 have no OSError for a link that leads to itself.
    if isinstance(problem, RuntimeError) and str(problem).startswith("Symlink loop from"):
        return f"{problem}: name the place that is meant"
    return ""


_TOLD, _WORD = 50, 200
"""Problems of a file, and signs of a word, that a terminal is told: nobody reads two megabytes."""

_LONG = re.compile(rf"\S{{{2 * _WORD},}}")


def _as_error(text: str) -> str:
    """Count the problems of a file where a message lists several, one a line."""
    text = _LONG.sub(lambda word: f"{word[0][:_WORD]}...", text)
    lines = text.splitlines()
    if len(lines) > 1 and all(_PLACED.match(line) for line in lines):
        more = [f"And {len(lines) - _TOLD} more."] if len(lines) > _TOLD else []
        return "\n".join((f"Error: {len(lines)} problems:", *lines[:_TOLD], *more))
    return f"Error: {text}"


def _in_flags(text: str) -> str:
    """Say what to type here where a message names an argument of Python in passing."""
    for python, flag in _FLAGS.items():
        text = re.sub(rf"(?<![\w-]){python}", flag, text, flags=re.ASCII)
    return text


def _subject(text: str) -> str:
    """Say what to type here where a message is about an argument of Python, or a file lacks."""
    for python, flag in _SUBJECTS.items():
        text = re.sub(rf"(?<![\w-]){python}", flag, text)
    for lacking, flag in _LACKING.items():
        if lacking in text.lower() and flag not in text:
            text = f"{text.rstrip('. ')}; give it with {flag}"
    return text


def _suggest(words: list[str]) -> None:
    """Name the nearest command when the first word is none."""
    from collective_use.checks import nearest

    first = next((word for word in words if not word.startswith("-")), "")
    hit = None if first in COMMANDS else nearest(first, COMMANDS)
    if hit:
        _complain(f"Did you mean: {PROGRAM} {hit}")


def _is_usage_error(problem: Exception) -> bool:
    # typer carries click inside in new releases and imports it in old ones: go by name.
    return any(parent.__name__ == "ClickException" for parent in type(problem).__mro__)


def _unexpected(problem: Exception) -> str:
    return (
        f"Something went wrong inside the program ({type(problem).__name__}: {problem}).\n"
        "This is a fault of the program, not yours. Add --traceback to the same command to see "
        "where it arose, and please report it."
    )


def _complain(text: str) -> None:
    put(spoken(text), err=True)


def _prepare_streams(trace: bool) -> None:
    """Print warnings as sentences, and never fail on a character a terminal cannot show."""
    import warnings

    from collective_use.errors import CollectiveUseWarning

    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")

    def show(
        message: Warning | str, category: type[Warning], *rest: Arguments, **more: Arguments
    ) -> None:
        if issubclass(category, CollectiveUseWarning):
            _complain(f"Warning: {message} [{category.__name__}]")
        elif trace:
            _complain(f"{category.__name__}: {message}")

    warnings.filterwarnings("always", category=CollectiveUseWarning)
    warnings.showwarning = show
