"""What grows with the square of a group, or with their number, ends at a limit that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.questionnaire.form import limits
from collective_use.questionnaire.form.limits import FormLimits
from collective_use.questionnaire.form.members import read_rosters
from collective_use.questionnaire.online.publish import publish_form
from collective_use.questionnaire.paper.batch import copy_names

FORMS = Path(__file__).parent / "forms"
BANK = FORMS / "departments_optional.yaml"
"""An instrument with rosters; lq2002 has none."""

LISTS = {"qualtrics": "contacts.csv", "limesurvey": "participants.csv"}


def people(folder: Path, *sizes: int) -> Path:
    path = folder / "members.csv"
    rows = [f"g{g},m{i},Name {i}" for g, size in enumerate(sizes) for i in range(size)]
    path.write_text("\n".join(["group,member,name", *rows]) + "\n", "utf-8")
    return path


def test_a_hundred_thousand_copies_are_refused_before_one_is_made(tmp_path, capsys):
    made = ("questionnaire", "lq2002", "--personal", "--members", str(people(tmp_path, 100_000)))
    assert main([*made, "--out", f"{tmp_path}/copies/"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "at most 5,000 copies are made at once, the members file asks for 100,000" in said
    assert "group by group (--group)" in said
    assert not (tmp_path / "copies").exists()


def test_lines_of_rosters_are_counted_where_each_copy_lists_its_group(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "FORM_LIMITS", FormLimits(lines=24))
    members = people(tmp_path, 5)
    with pytest.raises(cu.InputError, match=r"at most 24 lines of rosters .* would have 25,"):
        cu.questionnaire(BANK, personal=True, members=members, modules=["all"], draft=True)
    assert cu.questionnaire(BANK, members=members, modules=["all"], draft=True)
    # without rosters nobody is listed
    assert cu.questionnaire("lq2002", personal=True, members=members, format="html")


@pytest.mark.parametrize("to", ["web", "xlsform", "qualtrics", "limesurvey", "redcap", "surveyjs"])
def test_a_roster_longer_than_any_is_refused(to, tmp_path):
    rosters = read_rosters(people(tmp_path, 1_001, 2))
    bank = cu.load_instrument(BANK)
    with pytest.raises(cu.InputError, match="at most 1,000 places, got a group with 1,001"):
        publish_form(bank, to, rosters=rosters, modules=["all"], draft=True)


def test_pages_and_lists_have_their_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "FORM_LIMITS", FormLimits(pages=2, cells=50))
    rosters = read_rosters(people(tmp_path, 3, 3, 3))
    with pytest.raises(cu.InputError, match=r"at most 2 web pages .* the members file has 3"):
        publish_form(cu.load_instrument("lq2002"), "web", rosters=rosters)
    bank = cu.load_instrument(BANK)
    for to in ("qualtrics", "limesurvey", "redcap", "xlsform"):
        with pytest.raises(cu.InputError, match="must have at most 50 cells, got 90:"):
            publish_form(bank, to, rosters=rosters, modules=["all"], draft=True)


@pytest.mark.parametrize("to", list(LISTS))
def test_a_form_without_rosters_takes_no_names_along(to, tmp_path):
    rosters = read_rosters(people(tmp_path, 1_500))
    form = publish_form(cu.load_instrument("lq2002"), to, rosters=rosters)
    lines = form.files[LISTS[to]].decode("utf-8-sig").splitlines()
    assert len(lines) == 1_501
    assert lines[1].count("g0") >= 1
    assert "m0" in lines[1]
    assert "Name" not in form.files[LISTS[to]].decode("utf-8")
    assert (
        "members.csv"
        not in publish_form(cu.load_instrument("lq2002"), "xlsform", rosters=rosters).files
    )


def test_limesurvey_asks_no_code_that_the_participants_bring_along(tmp_path):
    rosters = read_rosters(people(tmp_path, 2))
    bank = cu.load_instrument("lq2002")
    known, asked = (
        publish_form(bank, "limesurvey", rosters=given).files["survey.txt"].decode("utf-8")
        for given in (rosters, ())
    )
    assert "{TOKEN:ATTRIBUTE_1}" in known
    assert "{TOKEN:ATTRIBUTE_1}" not in asked


def test_codes_that_join_to_the_same_text_stay_apart_in_any_number():
    pairs = [(f"a-{i}", "b") for i in range(300)] + [("a", f"{i}-b") for i in range(300)]
    names = copy_names(pairs)
    assert len({name.casefold() for name in names.values()}) == 600
    assert copy_names([("x", "1"), ("y", "1")])["x", "1"] == "form-x-1.pdf"


def test_a_name_of_a_million_signs_is_refused(tmp_path, capsys):
    path = tmp_path / "members.csv"
    path.write_text(f"group,member\n{'g' * 1_000_000},1\n", "utf-8")
    for words in (
        ("publish", "lq2002", "--to", "web"),
        ("questionnaire", "lq2002", "--personal"),
        ("score", cu.sample_path("lq2002.csv"), "-i", "lq2002"),
    ):
        assert main([*map(str, words), "--members", str(path), "--out", f"{tmp_path}/o/"]) == 2
        said = capsys.readouterr().err
        assert "at most" in said or "cannot be parted into cells" in said
        assert len(said) < 400
        assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("column", ["group", "member", "name", "partner"])
def test_each_code_and_name_has_its_limit(column, tmp_path):
    cells = {"group": "g", "member": "m", "name": "n", "partner": "p"}
    path = tmp_path / "members.csv"
    for length, fits in ((500, True), (501, False)):
        row = ",".join({**cells, column: "x" * length}.values())
        path.write_text(f"{','.join(cells)}\n{row}\n", "utf-8")
        if fits:
            assert read_rosters(path)
            continue
        with pytest.raises(cu.ReadError, match=f"members.csv:2: {column} must have at most 500"):
            read_rosters(path)


def test_the_group_of_an_export_has_it_too(tmp_path):
    export = tmp_path / "export.csv"
    export.write_text(f"COMPID,LEAD01,LEAD02\n{'g' * 501},1,2\nb,1,2\n", "utf-8")
    with pytest.raises(cu.ReadError, match=r"export.csv: group must have at most 500 signs"):
        cu.read_responses(export, "lq2002")
