"""The command `report`: what stops it stops it before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from collective_use.cli.main import main


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--r-script", "check.R"], "--r-script needs the answers"),
        (["--mplus", "mplus"], "--mplus needs the answers"),
        (["--references", "apa"], "references must be one of"),
        (["--letterhead", "no.yaml"], "no.yaml"),
    ],
)
def test_what_is_wrong_is_said_before_the_page_is_written(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    more = ["--group-reports", "pages"] if "--letterhead" in flags else []
    assert main(["report", str(folder), "--out", "r.html", *flags, *more]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []
