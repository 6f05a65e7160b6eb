"""Commands for codebook, sheets, workbooks and the monitor: files, exit codes, next steps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collective_use.cli.main import main
from collective_use.instrument.library import data_folder

SAMPLE = data_folder("data_samples") / "messy"


@pytest.fixture
def run(capsys):
    def call(*words, exits=0):
        status = main([str(word) for word in words])
        said = capsys.readouterr()
        assert status == exits, said.err
        return said.out + said.err

    return call


def test_monitor_writes_table_page_and_reminders(run, tmp_path):
    said = run("monitor", SAMPLE / "export.csv", "-i", "collective_data_use", "--members",
               SAMPLE / "members.csv", "--out", tmp_path / "f.html", "--out", tmp_path / "f.csv",
               "--reminders", tmp_path / "r.csv")  # fmt: skip
    assert "Groups against the gates" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", "f.html", "r.csv"]
    assert (tmp_path / "r.csv").read_text().startswith("group,member,partner\n")


def test_monitor_as_json(run):
    said = run("monitor", SAMPLE / "export.csv", "-i", "collective_data_use", "--members",
               SAMPLE / "members.csv", "--json")  # fmt: skip
    assert json.loads(said)["totals"]["groups"] == 60


def test_score_and_monitor_hold_out_who_ticked_nothing_unless_told(run, tmp_path):
    forms = Path(__file__).parent.parent / "questionnaire" / "forms"
    bank = forms / "departments_optional.yaml"
    export = tmp_path / "export.csv"
    export.write_text(
        "dept,person,saf1,consent_participation\nROAD,r1,3,1\nROAD,r2,3,\nROAD,r3,3,\n", "utf-8"
    )
    keep = ("--unticked-consent", "keep")
    watch = ("monitor", export, "-i", bank, "--members", forms / "departments_members.csv")
    assert "2 persons left out" in run(*watch)
    assert json.loads(run(*watch, *keep, "--json"))["totals"]["answered"] == 3
    said = run("score", export, "-i", bank, "--out", tmp_path / "kept", *keep)
    assert "held" in said
    assert '"unticked_consent": "keep"' in (tmp_path / "kept" / "run.json").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("monitor", "none.csv", "-i", "lq2002", "--members", "none.csv"),
        ("codebook", "lq2002", "--out", "x.pdf"),
        ("instrument", "from-xlsx", "none.xlsx", "--out", "x"),
        ("sheets", "translation", "lq2002", "--to", "zh", "--out", "x.xlsx"),
    ],
)
def test_wrong_input_is_one_sentence(run, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = run(*words, exits=2)
    assert said.startswith("Error: ")
    assert not list(tmp_path.iterdir())


def test_instrument_to_a_workbook_and_back(run, tmp_path):
    run("instrument", "to-xlsx", "starter", "--out", tmp_path / "s.xlsx")
    said = run("instrument", "from-xlsx", tmp_path / "s.xlsx", "--out", tmp_path / "bank")
    assert "14 items" in said
    assert "instrument lint" in said
    assert (tmp_path / "bank" / "instrument.yaml").is_file()


def test_codebook_and_sheets(run, tmp_path):
    run("codebook", "starter", "--out", tmp_path / "c.html")
    run("codebook", "starter", "--out", tmp_path / "c.csv")
    run("sheets", "judges", "starter", "--judge", "anna", "--judge", "bo", "--out", tmp_path / "j")
    said = run("sheets", "read-judges", tmp_path / "j" / "anna.xlsx", tmp_path / "j" / "bo.xlsx",
               "-i", "starter", "--out", tmp_path / "ratings.csv")  # fmt: skip
    assert "2 judges" in said
    run("sheets", "interviews", "starter", "--out", tmp_path / "i.xlsx")
    book = tmp_path / "zh.xlsx"
    run("sheets", "translation", "collective_data_use", "--to", "zh", "--out", book)
    said = run("sheets", "read-translation", book, "-i", "collective_data_use", "--out",
               tmp_path / "bank")  # fmt: skip
    assert "Texts changed: 0" in said
