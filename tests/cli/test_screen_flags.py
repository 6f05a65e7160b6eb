"""score --screen and --careless: rules against careless answers, as flags."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from collective_use.cli.main import main
from collective_use.instrument.library import sample_path

EXPORT = str(sample_path("messy") / "export.csv")
WORDS = ["score", EXPORT, "--instrument", "collective_data_use", "--measure", "pim"]


def scored(out: Path, *more: str) -> tuple[pd.DataFrame, int, dict[str, object]]:
    assert main([*WORDS, "--out", str(out), *more]) == 0
    run = json.loads((out / "run.json").read_text("utf-8"))
    return pd.read_csv(out / "screening.csv"), run["counts"]["persons"], run["settings"]


def test_rules_leave_out_whom_they_flag_or_only_flag(tmp_path: Path) -> None:
    rules = ("--screen", "longstring=6", "--screen", "instructed")
    table, stay, settings = scored(tmp_path / "a", *rules)
    assert settings["screening"] == {"longstring": 6, "instructed": True}
    assert 0 < table["flagged"].sum() == len(table) - stay
    kept, all_stay, settings = scored(tmp_path / "b", *rules, "--careless", "keep")
    assert settings["careless"] == "keep"
    assert kept["flagged"].equals(table["flagged"])
    assert all_stay == len(table)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--screen", "longstrin=6"], "did you mean 'longstring'"),
        (["--screen", "longstring=many"], "longstring=10"),
        (["--screen", "=3"], "longstring=10"),
        (["--screen", "longstring", "--careless", "maybe"], "careless"),
    ],
)
def test_bad_rules_write_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert main([*WORDS, "--out", str(tmp_path / "a"), *more]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
