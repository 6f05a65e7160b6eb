"""Values of flags that hold nothing: `--group ""` is no wish, and no group either."""

from __future__ import annotations

from collective_use.accepted import ClickPart, Given
from collective_use.errors import InputError


def refuse_empty(command: ClickPart) -> None:
    """Let a command refuse options and arguments that are given without a value in them.

    A shell puts an empty text where a variable was not set: taken as if nothing had been said, the
    command would do something else than was asked for.

    Parameters
    ----------
    command
        As typer made it; each of its parameters is watched from here on.
    """
    for parameter in command.params:
        parameter.consume_value = _watched(parameter)


def _watched(parameter: ClickPart) -> ClickPart:
    consume = parameter.consume_value

    def consumed(context: ClickPart, given: ClickPart) -> ClickPart:
        value, source = consume(context, given)
        if getattr(source, "name", "") == "COMMANDLINE" and holds_nothing(value):
            raise InputError(
                f"{_called(parameter)} must hold something, got an empty text: leave it out, or "
                "say what is meant"
            )
        return value, source

    return consumed


def holds_nothing(value: Given) -> bool:
    """Tell whether a value of the command line, or one of several, is an empty text.

    Examples
    --------
    >>> holds_nothing(""), holds_nothing(("a", "")), holds_nothing(" "), holds_nothing(None)
    (True, True, False, False)
    """
    several = value if isinstance(value, (list, tuple)) else (value,)
    return any(isinstance(one, str) and not one for one in several)


def _called(parameter: ClickPart) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name).upper()
    return next((name for name in parameter.opts if name.startswith("--")), parameter.opts[0])
