"""From an export to a folder of results: right numbers, whole accounts, the same every time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from collective_use.cli.main import main
from collective_use.errors import InputError, NotSupported
from collective_use.instrument.library import instrument_path, sample_path
from collective_use.study.demo import demo_study
from collective_use.study.outputs import FULL, MEANINGS
from collective_use.study.run import StudyRun, run_study
from collective_use.study.settings import study_from

REFERENCE = Path(__file__).resolve().parents[1] / "parity" / "reference" / "agreement"
NAMES = {"LEAD": "lead", "TSIG": "tsig", "HOSTIL": "hostil"}


@pytest.fixture(scope="module")
def army(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("army") / "results"
    sample = str(sample_path("lq2002.csv"))
    assert main(["score", sample, "--instrument", "lq2002", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exact") / "results"
    sample = str(sample_path("lq2002.csv"))
    assert main(["score", sample, "--instrument", "lq2002", "--full", "--out", str(out)]) == 0
    return out


@pytest.fixture
def messy(demo_run: Callable[[str], StudyRun]) -> Path:
    return demo_run("messy").folder


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, dtype={"group": str})


def test_the_folder_holds_what_it_should(army: Path) -> None:
    run = json.loads((army / "run.json").read_text(encoding="utf-8"))
    assert sorted(path.name for path in army.iterdir()) == sorted(MEANINGS) == run["files"]


def test_written_numbers_are_the_reference_numbers(exact: Path) -> None:
    reference = json.loads((REFERENCE / "lq2002.json").read_text(encoding="utf-8"))
    agreement = table(exact, f"{FULL}/agreement.csv")
    measures = table(exact, f"{FULL}/measures.csv").set_index("measure")
    cells = 0
    for name, measure in NAMES.items():
        expected = reference[name]
        mine = agreement[agreement["measure"] == measure].set_index("group")
        mine = mine.loc[expected["grpid"]]
        assert mine["n"].tolist() == expected["gsize"]
        np.testing.assert_allclose(mine["rwg_j"], expected["rwg_j"], rtol=1e-10, atol=1e-14)
        row = measures.loc[measure]
        mean = np.mean(expected["rwg_j"])
        np.testing.assert_allclose(row["rwg_j_mean"], mean, rtol=1e-10)
        icc = expected["scale_icc"]
        for column, key in (("f", "F"), ("df1", "df1"), ("df2", "df2"), ("p", "p")):
            np.testing.assert_allclose(row[column], icc[key], rtol=1e-9)
        cells += len(mine)
    assert cells == 147
    # printed in the literature's usual digits
    assert measures["icc1"].round(7).tolist() == [0.0879562, 0.0803840, 0.0540049]
    assert measures["icc2"].round(6).tolist() == [0.800754, 0.784608, 0.704059]
    assert measures["alpha"].round(6).tolist() == [0.902237, 0.823141, 0.872924]
    assert measures["rwg_j_mean"].round(5).tolist() == [0.86778, 0.58471, 0.56490]


def test_shuffled_rows_give_the_same_groups(army: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(sample_path("lq2002.csv")).sample(frac=1, random_state=1)
    frame.to_csv(tmp_path / "lq2002.csv", index=False)
    out = tmp_path / "results"
    run_study(
        study_from(
            {"instrument": "lq2002", "exports": str(tmp_path / "lq2002.csv"), "out": str(out)}
        )
    )
    for name in ("groups.csv", "agreement.csv", "measures.csv"):
        pd.testing.assert_frame_equal(table(army, name), table(out, name), rtol=1e-12)


def test_two_runs_write_the_same_bytes_and_no_time_or_path(army: Path, tmp_path: Path) -> None:
    sample = str(sample_path("lq2002.csv"))
    out = tmp_path / "elsewhere"
    run_study(
        study_from({"instrument": "lq2002", "exports": sample, "out": str(out)}),
        command="score",
        later_rooms=False,
    )
    for name in MEANINGS:
        if name != "log.json":
            assert (army / name).read_bytes() == (out / name).read_bytes(), name
    text = (out / "run.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert str(Path(sample).parent) not in text
    log = json.loads((out / "log.json").read_text(encoding="utf-8"))
    assert log["exports"] == [Path(sample).name]
    assert str(tmp_path) not in (out / "log.json").read_text(encoding="utf-8")
    assert log["seconds"] >= 0


def test_the_account_of_a_messy_export(messy: Path) -> None:
    truth = json.loads((sample_path("messy") / "truth.json").read_text(encoding="utf-8"))
    run = json.loads((messy / "run.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in run["inputs"]] == [
        "export.csv",
        "members.csv",
        "informants.csv",
    ]
    left = {entry["text"]: entry["count"] for entry in run["left_out"] if entry["of"] == "rows"}
    planted = truth["flawed_rows"]
    counts = sorted(left.values())
    assert len(planted["previews"]) in counts
    assert len(planted["duplicates"]) in counts
    assert run["counts"]["groups"] == 60
    assert run["schema"] == 1
    assert set(run["versions"]) >= {"collective-use", "python", "numpy", "pandas"}
    assert run["settings"]["exports"][0]["file"] == "export.csv"
    groups = table(messy, "groups.csv")
    assert (groups["n"] == 1).sum() == 1
    assert groups.loc[groups["n"] == 1, "reason"].str.contains("at least 3").all()
    assert groups["response_rate"].between(0, 1).all()


def test_dispersion_and_agreement_are_told_apart(messy: Path) -> None:
    measures = table(messy, "measures.csv").set_index("measure")
    assert np.isfinite(measures.loc["pim", "icc1"])
    assert np.isnan(measures.loc["exp_variety", "icc1"])
    assert "rwg" in measures.loc["exp_variety", "refused"]


def test_persons_hold_scores_and_how_many_items_were_answered(army: Path) -> None:
    persons = pd.read_csv(army / "persons.csv")
    raw = pd.read_csv(sample_path("lq2002.csv"))
    items = [f"LEAD{k:02d}" for k in range(1, 12)]
    np.testing.assert_allclose(persons["lead"], raw[items].mean(axis=1), rtol=1e-12)
    assert (persons["lead.answered"] == 11).all()
    assert persons["row"].tolist() == list(range(1, 2043))


def test_a_study_file_runs_and_flags_override(tmp_path: Path) -> None:
    sample = sample_path("lq2002.csv")
    text = f"instrument: lq2002\nexports: '{sample}'\nminimum_group_size: 20\nout: results\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    assert main(["run", str(tmp_path)]) == 0
    first = table(tmp_path / "results", "groups.csv")
    assert first.loc[first["n"] < 20, "lead"].isna().all()
    again = ["run", str(tmp_path), "--minimum-group-size", "3", "--out", str(tmp_path / "b")]
    assert main(again) == 0
    assert table(tmp_path / "b", "groups.csv")["lead"].notna().all()
    run = json.loads((tmp_path / "b" / "run.json").read_text(encoding="utf-8"))
    assert run["settings"]["minimum_group_size"] == 3
    assert run["cutoffs"]["group_size"]["value"] == 3


def test_two_exports_are_stacked_by_wave(tmp_path: Path) -> None:
    sample = str(sample_path("lq2002.csv"))
    out = str(tmp_path / "results")
    words = ["score", sample, sample, "-i", "lq2002", "--wave", "1", "--wave", "2", "--out", out]
    assert main(words) == 0
    groups = table(Path(out), "groups.csv")
    assert len(groups) == 98
    assert sorted(set(groups["wave"].astype(str))) == ["1", "2"]


def test_json_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "results")
    assert main(["demo", "--sample", "lq2002", "--json", "--out", out]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["run"]["counts"] == {"persons": 2042, "groups": 49, "measures": 3}
    assert len(content["measures"]) == 3


def test_what_is_printed_names_files_and_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    assert main(["demo", "--sample", "lq2002", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert f"Written to {out}" in text
    assert "collective-use score export.csv" in text
    assert "\x1b" not in text
    for name in MEANINGS:
        assert name in text


def test_the_summary_has_a_row_for_every_measure(demo_run: Callable[[str], StudyRun]) -> None:
    done = demo_run("clean")
    printed = "\n".join(str(row) for part in done.summary().tables for row in part.rows)
    for measure in done.outcome.instrument.measures:
        assert measure.id in printed


def test_what_no_room_can_do_is_refused(tmp_path: Path) -> None:
    values = {"instrument": "lq2002", "exports": str(sample_path("lq2002.csv"))}
    study = study_from({**values, "screening": {"nope": 1}, "out": str(tmp_path / "a")})
    with pytest.raises((NotSupported, InputError), match="screening"):
        run_study(study)
    assert list(tmp_path.iterdir()) == []


def test_declarations_for_some_exports_only_are_refused(tmp_path: Path) -> None:
    sample = str(sample_path("lq2002.csv"))
    exports = [{"file": sample, "wave": "1"}, {"file": sample}]
    with pytest.raises(InputError, match="all exports or for none"):
        run_study(
            study_from({"instrument": "lq2002", "exports": exports, "out": str(tmp_path / "a")})
        )


def test_a_wish_that_cannot_be_met_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sample must be"):
        demo_study("nope", tmp_path)


def test_a_study_that_names_a_model_gets_it_fitted(tmp_path: Path) -> None:
    bank = instrument_path("lq2002").read_text(encoding="utf-8")
    head = "\nmodels:\n  - id: A\n    way: means\n    syntax: |\n"
    model = head + "      hostil ~ a*lead + tsig\n      two := 2*a\n"
    (tmp_path / "bank.yaml").write_text(bank + model, encoding="utf-8")
    sample = sample_path("lq2002.csv")
    text = f"instrument: bank.yaml\nexports: '{sample}'\nmodels: [A]\nfull: true\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    assert main(["run", str(tmp_path)]) == 0
    out = tmp_path / "results"
    groups = table(out, f"{FULL}/groups.csv")
    design = np.column_stack([np.ones(len(groups)), groups[["lead", "tsig"]]])
    expected = np.linalg.lstsq(design, groups["hostil"], rcond=None)[0]
    estimates = pd.read_csv(out / FULL / "estimates.csv")
    paths = estimates[estimates["op"] == "~"]
    assert paths["rhs"].tolist() == ["lead", "tsig"]
    np.testing.assert_allclose(paths["est"], expected[1:], rtol=1e-5)
    effects = pd.read_csv(out / FULL / "effects.csv")
    np.testing.assert_allclose(effects["est"], 2 * expected[1], rtol=1e-5)
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["models"]["A"]["groups"] == 49
    words = pd.read_csv(out / "dictionary.csv")
    assert words.loc[words["meaning"].isna(), ["file", "column"]].to_numpy().tolist() == []
