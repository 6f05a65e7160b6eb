"""The tutorial's commands and code run as they stand, in order, in an empty folder."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from collective_use.cli.main import PROGRAM, main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"<!-- run -->\n```(\w+)\n(.*?)```", re.DOTALL)


def test_the_tutorial_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 5
    monkeypatch.chdir(tmp_path)
    for language, body in blocks:
        if language == "python":
            exec(compile(body, str(PAGE), "exec"), {"__name__": "tutorial"})
            continue
        for line in body.strip().splitlines():
            program, *words = shlex.split(line)
            assert program == PROGRAM
            assert main(words) == 0, capsys.readouterr().err
    written = {place.name for place in tmp_path.iterdir()}
    assert {"demo", "army", "my_study", "trial", "trial_results", "groups.csv"} <= written
