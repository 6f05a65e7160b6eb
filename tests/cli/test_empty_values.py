"""An empty text is no value: every flag and argument of every command refuses it by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from collective_use.cli.commands import COMMANDS
from collective_use.cli.main import app, main


def parameters(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command's words with each of its parameters that take a value."""
    inside = getattr(command, "commands", {})
    for name, part in inside.items():
        yield from parameters(part, (*words, name))
    if not inside:
        yield from ((words, one) for one in command.params if not getattr(one, "is_flag", False))


def every() -> list[tuple[tuple[str, ...], Any]]:
    program = typer.main.get_command(app)
    found = [
        pair for name in COMMANDS for pair in parameters(program.get_command(None, name), (name,))
    ]  # type: ignore[attr-defined]
    return [(words, one) for words, one in found if one.name != "help"]


EVERY = every()


@pytest.mark.parametrize(("words", "parameter"), EVERY)
def test_an_empty_value_is_refused_by_name(words, parameter, capsys):
    argument = parameter.param_type_name == "argument"
    names = [name for name in parameter.opts if name.startswith("-")]
    given = [""] if argument else [names[0], *[""] * parameter.nargs]
    assert main([*words, *given]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "must hold something, got an empty text" in said
    named = said.removeprefix("Error: ").partition(" must")[0]
    assert named == named.upper() if argument else named in names


def test_all_commands_are_among_them():
    assert {words[0] for words, _ in EVERY} == set(COMMANDS)
    assert len(EVERY) > 250


def test_a_blank_is_a_value_and_a_flag_left_out_keeps_what_it_begins_with(tmp_path, capsys):
    export = tmp_path / "a.csv"
    export.write_text("COMPID LEAD01\n1 2\n", "utf-8")
    base = ["score", str(export), "-i", "lq2002", "--out", str(tmp_path / "out")]
    main([*base, "--delimiter", " "])
    assert "empty text" not in capsys.readouterr().err
    # its default is an empty text
    assert main(["publish", "lq2002", "--to", "web", "--out", str(tmp_path / "web")]) == 0
