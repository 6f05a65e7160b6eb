"""init and simulate from the command line."""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path

import pytest

from collective_use.cli.flags import settings_of
from collective_use.cli.main import main


def test_init_begins_a_study_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "my study")
    assert main(["init", folder, "--instrument", "lq2002"]) == 0
    text = capsys.readouterr().out
    assert "study.yaml" in text
    assert "collective-use run" in text
    assert "instrument: lq2002" in (tmp_path / "my study" / "study.yaml").read_text("utf-8")
    assert main(["init", folder]) == 2
    assert "there already" in capsys.readouterr().err


def test_init_checks_the_instrument(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "a"), "--instrument", "lq2020"]) == 2
    assert "did you mean 'lq2002'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_simulate_writes_a_folder_and_says_what_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "trial"
    assert main(["simulate", "lq2002", "--groups", "5", "--seed", "2", "--out", str(out)]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {"export.csv", "members.csv", "informants.csv", "truth.json", "run.json"}
    assert json.loads((out / "truth.json").read_text("utf-8"))["groups_drawn"] == 5
    assert "collective-use score" in capsys.readouterr().out
    assert main(["simulate", "lq2002", "--groups", "0", "--out", str(out)]) == 2
    assert "groups must be" in capsys.readouterr().err


def test_simulate_switches_modules_on_and_says_what_has_no_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", "collective_data_use", "--groups", "4", "--out"]
    assert main([*words, str(tmp_path / "a")]) == 0
    assert "con_ties" in capsys.readouterr().out
    assert "ntf1_1" not in (tmp_path / "a" / "export.csv").read_text("utf-8").split("\n")[0]
    assert main([*words, str(tmp_path / "b"), "--module", "all"]) == 0
    text = capsys.readouterr().out
    assert "Without answers" not in text
    assert "--informants" in text
    assert main([*words, str(tmp_path / "c"), "--module", "tie"]) == 2
    assert "did you mean 'ties'" in capsys.readouterr().err


def test_simulated_files_hold_nothing_that_the_instrument_does_not_ask_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, out = str(tmp_path / "mine"), str(tmp_path / "trial")
    assert main(["instrument", "new", mine]) == 0
    assert main(["simulate", mine, "--groups", "6", "--out", out]) == 0
    export, members = f"{out}/export.csv", f"{out}/members.csv"
    results = str(tmp_path / "results")
    score = ["score", export, "--instrument", mine, "--members", members, "--out", results]
    capsys.readouterr()
    assert main(score) == 0
    assert "not the instrument's" not in capsys.readouterr().out
    assert main(["simulate", "lq2002", "--groups", "5", "--out", out]) == 0
    assert "--informants" not in capsys.readouterr().out


@pytest.mark.parametrize("command", ["score", "validate", "fit", "run"])
def test_every_shared_option_reaches_the_study(command):
    """What a command takes is a setting by its own name or a flag that is translated."""
    module = importlib.import_module(f"collective_use.cli.{command}")
    names = list(inspect.signature(getattr(module, command)).parameters)
    translated = {"exports", "study", "as_json", "thorough", "language", "country", "wave"}
    translated |= {"large", "progress"} if command == "score" else set()  # of the road, no setting
    for name in set(names) - translated:
        value = ["icc1=1"] if name in ("cutoff", "missing_code", "screen") else ["x"]
        assert settings_of({name: value}), name
    assert len(names) == len(set(names))
