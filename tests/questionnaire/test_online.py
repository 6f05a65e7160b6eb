"""Definitions for survey platforms: valid by the platform's rules, columns as read back."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

import collective_use as cu
from collective_use.platforms.columns import instrument_columns
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.publish import PLATFORMS, publish_form

BY_TEXT = ("wenjuanxing", "tencent", "microsoft_forms")
"""Platforms that import a text, which carries no roster."""


@pytest.fixture(scope="module")
def rosters(roster):
    return (Roster("G1", roster, roster), Roster("G2", roster[:4], roster[:4]))


@pytest.fixture(scope="module")
def published(bank, rosters):
    return {
        name: publish_form(bank, name, modules=["all"], rosters=rosters, draft=True)
        for name in PLATFORMS
        if name not in BY_TEXT
    }


@pytest.mark.parametrize("platform", PLATFORMS)
def test_gaps_stop_publishing(bank, platform):
    with pytest.raises(cu.InputError, match="gaps to fill in"):
        publish_form(bank, platform)


def test_unknown_platform(bank):
    with pytest.raises(cu.InputError, match="platform must be one of"):
        publish_form(bank, "kobo toolbox")


def test_kobo_takes_an_xlsform(bank):
    assert list(publish_form(bank, "kobo", draft=True).files) == ["form.xlsx"]


def test_xlsform_compiles_without_a_warning(published, tmp_path):
    from pyxform.xls2xform import convert

    path = tmp_path / "form.xlsx"
    path.write_bytes(published["xlsform"].files["form.xlsx"])
    result = convert(str(path))
    assert result.warnings == []
    for name in ("cdu1", "net1_3", "alc1_2", "chk1", "wkw1_4"):
        assert f"/{name}" in result.xform, name
    rows = list(csv.reader(io.StringIO(published["xlsform"].files["members.csv"].decode())))
    assert rows[1][:2] == ["G1", "Person 1"]


def survey_elements(published):
    survey = json.loads(published["surveyjs"].files["survey.json"])
    return survey, [element for page in survey["pages"] for element in page["elements"]]


def test_surveyjs_names_are_unique_and_rows_are_columns(bank, published):
    survey, elements = survey_elements(published)
    names = [element["name"] for element in elements]
    assert len(names) == len(set(names))
    known = {column.name for column in instrument_columns(bank)}
    rows = [row["value"] for element in elements for row in element.get("rows", [])]
    assert set(rows) <= known
    assert survey["title"]["zh-cn"] == f"[试用稿] {bank.form_title['zh']}"


def test_redcap_dictionary_obeys_the_rules(published):
    text = published["redcap"].files["dictionary.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows[0]) == 18
    names = [row["Variable / Field Name"] for row in rows]
    assert names[0] == "record_id"
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,25}", name) for name in names)
    kinds = {"text", "radio", "checkbox", "descriptive", "calc"}
    for row in rows:
        assert row["Field Type"] in kinds
        if row["Field Type"] in ("radio", "checkbox"):
            options = row["Choices, Calculations, OR Slider Labels"].split(" | ")
            assert all(re.match(r"-?\w+, \S", option) for option in options), row
    matrices: dict[str, set[str]] = {}
    for row in rows:
        if row["Matrix Group Name"]:
            key = row["Choices, Calculations, OR Slider Labels"] + row["Field Type"]
            matrices.setdefault(row["Matrix Group Name"], set()).add(key)
    assert matrices
    assert all(len(kinds) == 1 for kinds in matrices.values())


def test_limesurvey_codes_and_languages(bank, published):
    text = published["limesurvey"].files["survey.txt"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    codes = [row["name"] for row in rows if row["class"] == "Q" and row["language"] == "en"]
    assert len(codes) == len(set(codes))
    for row in rows:
        if row["class"] in ("Q", "SQ"):
            assert re.fullmatch(r"[A-Za-z0-9]{1,20}", row["name"]), row
        if row["class"] == "A":
            assert re.fullmatch(r"[A-Za-z0-9]{1,5}", row["name"]), row
    written = [row["language"] for row in rows if row["class"] in ("G", "Q", "SQ", "A")]
    assert written == sorted(written)  # the base language whole, then a full copy
    assert written.count("en") == written.count("zh-Hans")
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    assert settings["additional_languages"] == "zh-Hans"
    assert settings["anonymized"] == "N"  # otherwise every participant attribute is empty


def test_limesurvey_groups_are_numbered_the_same_in_every_language(published):
    """The importer knows a group again in the next language by its number alone."""
    text = published["limesurvey"].files["survey.txt"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    groups = [(r["type/scale"], r["language"]) for r in rows if r["class"] == "G"]
    assert len(groups) == len(set(groups)) > 4
    english = [number for number, language in groups if language == "en"]
    assert english == [str(n) for n in range(1, len(english) + 1)]
    assert english == [number for number, language in groups if language == "zh-Hans"]


def test_limesurvey_attributes_are_those_of_the_participants(published):
    files = published["limesurvey"].files
    head = next(csv.reader(io.StringIO(files["participants.csv"].decode("utf-8-sig"))))
    named = dict(re.fullmatch(r"(attribute_\d+) <(\w+)>", name).groups()[::-1] for name in head[4:])
    rows = list(
        csv.DictReader(io.StringIO(files["survey.txt"].decode("utf-8-sig")), delimiter="\t")
    )
    lines = [r for r in rows if r["class"] == "SQ" and "TOKEN" in r["text"]]
    assert lines
    assert {"m1", "p1", "group_code", "member_code"} <= set(named)
    for row in lines:
        number = row["name"]
        who = {named[f"m{number}"].upper(), named[f"p{number}"].upper()}
        assert row["text"] in {f"{{TOKEN:{name}}}" for name in who}
        assert row["relevance"] == f"!is_empty({row['text'][1:-1]})"
    keys = {r["name"]: r["default"] for r in rows if r["class"] == "Q" and r["default"]}
    assert keys == {
        "groupcode": "{TOKEN:ATTRIBUTE_1}",
        "membercode": "{TOKEN:ATTRIBUTE_2}",
    }


def test_qualtrics_names_are_items_and_rosters_are_piped(bank, published):
    files = published["qualtrics"].files
    survey = json.loads(files["survey.qsf"])
    asked = [e["Payload"] for e in survey["SurveyElements"] if e["Element"] == "SQ"]
    names = [question["DataExportTag"] for question in asked]
    assert len(names) == len(set(names))
    rows = [name for q in asked for name in (q.get("ChoiceDataExportTags") or {}).values()]
    assert {"cdu1", "net1_3"} <= set(rows)
    assert len(rows) == len(set(rows))
    assert b"${e://Field/m12}" in files["survey.qsf"]
    contacts = list(csv.DictReader(io.StringIO(files["contacts.csv"].decode("utf-8-sig"))))
    assert len(contacts) == 16
    assert contacts[0]["m1"] == "Person 1"
    assert contacts[-1]["m5"] == ""
    assert contacts[-1]["roster_codes"] == "m01|m02|m03|m04"


def test_what_a_platform_cannot_carry_is_said(published):
    assert any("own line" in sentence for sentence in published["qualtrics"].cannot)
    assert any("sum of points" in sentence for sentence in published["redcap"].cannot)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_draft_says_so_and_names_its_gaps(bank, platform):
    form = publish_form(bank, platform, draft=True)
    assert any("draft" in step and "NAME OF STUDY" in step for step in form.steps)
    shuffles = platform in ("surveyjs", "limesurvey", "qualtrics")
    assert any("not shuffled" in sentence for sentence in form.cannot) != shuffles
    text = b"".join(form.files.values())
    if platform not in ("xlsform", "microsoft_forms", "redcap"):  # no title there, or in a zip
        text = text.replace("​".encode(), b"")
        assert b"[DRAFT] " in text
        assert "[试用稿] ".encode() in text
    shuffled = publish_form(bank, platform, draft=True, seed=7)
    assert not any("not shuffled" in sentence for sentence in shuffled.cannot)


def test_statements_are_shuffled_where_the_platform_can(bank):
    survey = json.loads(publish_form(bank, "surveyjs", draft=True).files["survey.json"])
    elements = [element for page in survey["pages"] for element in page["elements"]]
    grids = [e for e in elements if e["name"].startswith("grid_") and "rowOrder" in e]
    assert grids
    assert {grid["rowOrder"] for grid in grids} == {"random"}
    text = publish_form(bank, "limesurvey", draft=True).files["survey.txt"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    assert {r["type/scale"] for r in rows if r["random_order"] == "1"} == {"F"}
    seeded = publish_form(bank, "surveyjs", draft=True, seed=7).files["survey.json"]
    assert b"rowOrder" not in seeded  # one order for all was asked for


def test_the_group_is_asked_for_without_an_item_of_its_own():
    form = publish_form(cu.load_instrument("lq2002"), "limesurvey")
    rows = csv.DictReader(io.StringIO(form.files["survey.txt"].decode("utf-8-sig")), delimiter="\t")
    assert {"compid": "Group code"}.items() <= {r["name"]: r["text"] for r in rows}.items()
    assert not any("no code of the group" in sentence for sentence in form.cannot)


def test_web_pages_one_a_group_without_strangers(published):
    files = published["web"].files
    assert sorted(files) == ["form-G1.html", "form-G2.html", "groups.csv"]
    assert b"Person 9" in files["form-G1.html"]
    assert b"Person 9" not in files["form-G2.html"]


def test_the_informants_form_asks_about_the_group(bank):
    published = publish_form(bank, "redcap", respondent="informant", draft=True)
    text = published.files["dictionary.csv"].decode("utf-8-sig")
    names = [row["Variable / Field Name"] for row in csv.DictReader(io.StringIO(text))]
    assert {"k5", "k6", "k8"} <= set(names)
    assert "cdu1" not in names
