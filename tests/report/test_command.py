"""The command `report`: what stops it stops it before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.study.report import material_of


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


@pytest.mark.parametrize(
    "text",
    [
        "[]", "3", "{}", '{"instrument": 3}', "[" * 100_000,
        '{"instrument": {"id": "lq2002", "version": "1"}, "settings": 3}',
    ],
)  # fmt: skip
def test_a_folder_whose_account_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(cu.CollectiveUseError, match=r"run\.json"):
        material_of(tmp_path, "en")
