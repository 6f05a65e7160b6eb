"""A name that no gap has is named, with the one that may be meant: every command that fills."""

from __future__ import annotations

import pytest

import collective_use as cu
from collective_use.cli.main import main

COMMANDS = {
    "publish": ("publish", "collective_data_use", "--to", "web", "--draft"),
    "questionnaire": ("questionnaire", "collective_data_use", "--draft"),
    "letters": ("letters", "collective_data_use", "--draft"),
}


def called(command: str, *more: str, out: object) -> int:
    ending = "/form.html" if command == "questionnaire" else ""
    return main([*COMMANDS[command], *more, "--out", f"{out}{ending}"])


@pytest.mark.parametrize("command", list(COMMANDS))
def test_a_misspelt_name_of_the_command_line(command, tmp_path, capsys):
    out = tmp_path / "out"
    assert called(command, "--fill", "NAME OF STUDI=x", out=out) == 2
    assert "got 'NAME OF STUDI' (did you mean 'NAME OF STUDY'?)" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("command", ["publish", "questionnaire"])
def test_a_misspelt_name_of_a_file(command, tmp_path, capsys):
    words = tmp_path / "words.yaml"
    words.write_text("NAME OF STUDY: Partners\nCONTAKT: here\n", "utf-8")
    assert called(command, "--fill-from", str(words), out=tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "must be a gap of a form or letter, got 'CONTAKT' (did you mean 'CONTACT'?)" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["questionnaire", "letters"])
def test_a_misspelt_name_of_a_study(command, tmp_path, capsys):
    study = tmp_path / "study.yaml"
    study.write_text("instrument: collective_data_use\nfill:\n  FUNDR: me\n", "utf-8")
    assert called(command, "--study", str(study), out=tmp_path / "out") == 2
    assert "got 'FUNDR' (did you mean 'FUNDER'?)" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["publish", "questionnaire"])
def test_a_file_may_fill_what_other_forms_and_letters_ask(command, tmp_path):
    words = tmp_path / "words.yaml"
    words.write_text("FUNDER: me\nNAME OF ARCHIVE: it\nNAME OF STUDY: Partners\n", "utf-8")
    assert called(command, "--fill-from", str(words), out=tmp_path / "out") == 0


def test_an_instrument_may_have_gaps_of_its_own(tmp_path):
    bank = cu.load_instrument("lq2002")
    bank = bank.model_copy(update={"purpose": {"en": "For [NAME OF PLATOON] only."}})
    words = {"NAME OF PLATOON": "the first"}
    page = cu.publish(bank, "web", fill=words).files["form.html"].decode("utf-8")
    assert "For the first only." in page
    with pytest.raises(cu.InputError, match="did you mean 'NAME OF PLATOON'"):
        cu.publish(bank, "web", fill={"NAME OF PLATON": "x"})
