"""An export given where the members file belongs is named, by every command that takes one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.errors import InputError
from collective_use.questionnaire.form.members import read_rosters
from collective_use.questionnaire.online.publish import publish_form

FORMS = Path(__file__).parent / "forms"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    frame = pd.read_csv(cu.sample_path("lq2002.csv")).head(6)
    frame = frame.rename(columns=str.lower).rename(columns={"compid": "group"})
    path = tmp_path / "answers.csv"
    frame.assign(member=range(6)).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    "words", [("publish", "lq2002", "--to", "web"), ("questionnaire", "lq2002", "--personal")]
)
def test_an_export_is_no_members_file(words, export, tmp_path, capsys):
    out = tmp_path / "forms"
    assert main([*words, "--members", str(export), "--out", f"{out}/"]) == 2
    text = capsys.readouterr().err
    assert "answers.csv holds answers (columns 'lead01'" in text
    assert "it is an export, not the members file" in " ".join(text.split())
    assert not out.exists()


def test_the_functions_say_the_same(export):
    for call in (
        lambda: cu.publish("lq2002", "web", members=export),
        lambda: cu.questionnaire("lq2002", members=export, personal=True),
    ):
        with pytest.raises(InputError, match="it is an export, not the members file"):
            call()


@pytest.mark.parametrize("to", ["xlsform", "qualtrics", "limesurvey", "redcap"])
@pytest.mark.parametrize(
    ("name", "said"), [("=1+1", "takes for formulas"), ("Bo <b>Chen</b>", "markup in them")]
)
def test_a_name_that_a_program_would_take_for_more_is_named(to, name, said, tmp_path):
    bank = cu.load_instrument(FORMS / "departments_optional.yaml")
    members = tmp_path / "members.csv"
    members.write_text(f"group,member,name\nA,r1,{name}\nA,r2,Ida\n", encoding="utf-8")
    rosters = read_rosters(members)
    with pytest.warns(cu.DataWarning, match=said) as seen:
        publish_form(bank, to, modules=["all"], rosters=rosters, draft=True)
    assert any(repr(name) in str(warning.message) for warning in seen)
