"""Files that are counted as one survey have the same columns; a folder or pattern hides them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    frame = pd.read_csv(cu.sample_path("lq2002.csv"))
    for name, rows in (("a", frame.iloc[:900]), ("b", frame.iloc[900:])):
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
        rows.to_parquet(tmp_path / f"{name}.parquet", index=False)
    return tmp_path


def scored(pattern: Path, out: Path, *more: str) -> int:
    words = ("score", str(pattern), "-i", "lq2002", "--repetitions", "0", "--out", str(out))
    return main([*words, *more])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_column_that_one_file_lacks_is_named(ending, parts, tmp_path, capsys):
    out = tmp_path / "out"
    assert scored(parts / f"*.{ending}", out) == 0
    frame = pd.read_csv(parts / "b.csv").rename(columns={"LEAD01": "LEAD_1"})
    frame.to_csv(parts / "b.csv", index=False)
    frame.to_parquet(parts / "b.parquet", index=False)
    assert scored(parts / f"*.{ending}", tmp_path / "other") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"b.{ending} has other columns than a.{ending}" in said
    assert "it lacks 'LEAD01' and it has 'LEAD_1' beside" in said
    assert not (tmp_path / "other").exists()
    with pytest.raises(cu.ReadError, match="has other columns than"):
        cu.count_survey(str(parts / f"*.{ending}"), "lq2002", group="COMPID")


def test_the_order_of_columns_is_free(parts, tmp_path):
    frame = pd.read_csv(parts / "b.csv")
    frame[list(frame)[::-1]].to_csv(parts / "b.csv", index=False)
    assert scored(parts / "*.csv", tmp_path / "out") == 0


def test_a_pattern_of_one_file_is_called_so(parts, tmp_path, capsys):
    assert scored(parts / "a*.csv", tmp_path / "out") == 0
    assert "a*.csv is a folder or a pattern: it is counted where it lies" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["validate", "score --no-large"])
def test_commands_that_take_no_pattern_say_who_does(command, parts, tmp_path, capsys):
    words = [*command.split(), str(parts / "*.csv"), "-i", "lq2002", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "a pattern is taken by score alone" in " ".join(capsys.readouterr().err.split())
