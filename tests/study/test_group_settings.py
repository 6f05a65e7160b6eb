"""Settings of aggregation reach it from a study file and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.instrument.library import sample_path
from collective_use.study.run import run_study
from collective_use.study.settings import read_study, study_from

FULL = "full_for_the_analyst_only"


@pytest.fixture(scope="module")
def export(tmp_path_factory) -> Path:
    frame = pd.read_csv(sample_path("lq2002.csv")).head(300)
    path = tmp_path_factory.mktemp("lq") / "export.csv"
    frame.to_csv(path, index=False)
    return path


def test_the_seed_of_a_study_is_that_of_aggregate(export: Path, tmp_path: Path) -> None:
    study = study_from(
        {
            "instrument": "lq2002",
            "exports": str(export),
            "seed": 3,
            "full": True,
            "out": str(tmp_path / "r"),
        }
    )
    done = run_study(study)
    scores = cu.score(cu.read_responses(export, "lq2002"))
    same = cu.aggregate(scores, seed=3)
    written = pd.read_csv(tmp_path / "r" / FULL / "agreement.csv")["p_chance"]
    expected = same.agreement_frame()["p_chance"].to_numpy(float)
    assert written.to_numpy(float) == pytest.approx(expected, nan_ok=True)
    assert done.outcome.groups.agreement_frame()["p_chance"].equals(
        same.agreement_frame()["p_chance"]
    )


def test_measures_nulls_and_repetitions_are_settings(export: Path, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        f"instrument: lq2002\nexports: {export}\nmeasures: [lead]\nrepetitions: 0\n"
        "null_distributions: [slight_skew, uniform]\n",
        encoding="utf-8",
    )
    groups = run_study(read_study(file)).outcome.groups
    assert list(groups.evidence) == ["lead"]
    assert groups.evidence["lead"].summary["null"] == "slight_skew"
    assert "p_chance" not in groups.agreement_frame()


def test_an_unknown_null_or_measure_is_named(export: Path) -> None:
    with pytest.raises(cu.InputError, match="did you mean 'slight_skew'"):
        study_from(
            {"instrument": "lq2002", "exports": str(export), "null_distributions": "slight_skwe"}
        )
    with pytest.raises(cu.InputError, match="did you mean 'lead'"):
        run_study(study_from({"instrument": "lq2002", "exports": str(export), "measures": "laed"}))


def test_the_command_line_sets_them_too(export: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from collective_use.cli.main import app

    out = tmp_path / "out"
    done = CliRunner().invoke(
        app,
        ["score", str(export), "-i", "lq2002", "-o", str(out), "--measure", "lead",
         "--null", "moderate_skew", "--repetitions", "0", "--seed", "5", "--voice", "member"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    settings = json.loads((out / "run.json").read_text(encoding="utf-8"))["settings"]
    assert settings["measures"] == ["lead"]
    assert settings["null_distributions"] == ["moderate_skew"]
    assert (settings["repetitions"], settings["seed"]) == (0, 5)
