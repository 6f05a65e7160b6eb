"""Printing: plain when piped, drawn to the width of a terminal, JSON for machines."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from collective_use.cli import console
from collective_use.cli.flags import cutoffs_of, exports_with
from collective_use.errors import InputError
from collective_use.results import Table

TABLE = Table("Sizes [of] groups", ("group", "n"), (("小组", 3), ("[b]", 10.5)), ("A note.",))


def test_piped_tables_are_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    console.show([TABLE])
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "[b]" in text
    assert "小组" in text


def test_drawn_tables_fit_and_take_brackets_as_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    wide = Table("W", tuple(f"column {i}" for i in range(6)), (tuple("abcdef"),))
    console.show([TABLE, wide])
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "[b]" in text
    assert max(len(line) for line in text.splitlines()) <= 40


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_json({"a": float("nan"), "b": "小组"})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": "小组"}


def test_the_next_command_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_files(Path("my results"), [("a.csv", "rows")])
    console.show_next("collective-use", "run", "my study", why="Next:")
    assert "collective-use run 'my study'" in capsys.readouterr().out


def test_declarations_pair_with_exports() -> None:
    assert exports_with(["a", "b"], ["en"], None, ["1", "2"]) == [
        {"file": "a", "language": "en", "wave": "1"},
        {"file": "b", "language": "en", "wave": "2"},
    ]
    with pytest.raises(InputError, match="once for each of the 3 exports"):
        exports_with(["a", "b", "c"], None, None, ["1", "2"])


def test_cutoffs_are_read() -> None:
    assert cutoffs_of(["icc1=.1", "rwg_j = 0.8"]) == {"icc1": 0.1, "rwg_j": 0.8}
    for text in ("icc1", "icc1=", "icc1=high"):
        with pytest.raises(InputError, match="such as"):
            cutoffs_of([text])
