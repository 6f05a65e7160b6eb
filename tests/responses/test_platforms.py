"""Small files in each platform's layout become the same codes."""

from __future__ import annotations

import json

import numpy as np
import openpyxl
import pytest

import collective_use as cu
from collective_use.responses.files.open import read_raw
from collective_use.responses.readers import platform_ids, read_layout

GROUPS = ["a", "b"]
USE = [[3.0, 1.0], [1.0, np.nan]]
CHECK = [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]


def assert_same(responses, platform: str) -> None:
    assert responses.persons["group"].tolist() == GROUPS
    np.testing.assert_array_equal(responses.answers[["use1", "use2"]], USE)
    np.testing.assert_array_equal(responses.answers[["chk1_1", "chk1_2", "chk1_3"]], CHECK)
    assert responses.reasons["use2"].tolist() == ["", "dont_know"]
    assert platform in platform_ids()


LIMESURVEY = {
    "codes": '"id","submitdate","lastpage","startlanguage","seed","team","griduse1[use1]",'
    '"griduse1[use2]","chk1[1]","chk1[2]","chk1[3]"',
    "code and text": '"id. Response ID","submitdate. Date submitted","lastpage. Last page",'
    '"startlanguage. Start language","seed. Seed","team. Team",'
    '"griduse1[use1]. How far? [We use data.]","griduse1[use2]. How far? [We ignore data.]",'
    '"chk1[1]. What do you bring? [Money, or grants]","chk1[2]. What do you bring? [Staff]",'
    '"chk1[3]. What do you bring? [Rooms]"',
    "text": '"Antwort ID","Datum Abgeschickt","Letzte Seite","Start-Sprache","Zufallsstartwert",'
    '"team","How far?  [ We use data.]","How far?  [We ignore data. ]",'
    '"What do you bring? [Money, or grants]","What do you bring? [Staff]",'
    '"What do you bring? [Rooms]"',
    "expression": '"id","submitdate","lastpage","startlanguage","seed","team","griduse1_use1",'
    '"griduse1_use2","chk1_1","chk1_2","chk1_3"',
}


@pytest.mark.parametrize("style", LIMESURVEY)
@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("labels", [False, True])
def test_limesurvey(write, small, style, mark, labels):
    head = LIMESURVEY[style].replace('","', f'"{mark}"')
    rows = [
        ["1", "2026-01-01", "9", "en", "7", "a", "3", "1", "Y", "N", "Y"],
        ["2", "2026-01-02", "9", "zh", "8", "b", "1", "88", "N", "Y", "N"],
        ["3", "", "2", "en", "9", "b", "1", "N/A", "N/A", "N/A", "N/A"],
    ]
    if labels:
        rows[0][6:] = [" Agree", "Disagree", "Yes", "No", "Yes"]
        rows[1][6:] = ["不同意", "不清楚", "No", "Yes", "No"]
    lines = [mark.join(f'"{cell}"' for cell in row) for row in rows]
    text = "\r\n".join([head, *lines, "", ""])
    responses = cu.read_responses(write(text, "e.csv", "utf-8-sig"), small, group="team")
    assert read_layout(read_raw(write(text))).platform == "limesurvey"
    assert_same(responses, "limesurvey")
    assert responses.persons["language"].tolist() == ["en", "zh"]


def test_limesurvey_that_never_got_there(write, small):
    text = (
        '"id";"submitdate";"lastpage";"startlanguage";"team";"use1";"use2"\n'
        '"1";"2026-01-01";"1";"en";"a";"N/A";"1"\n"2";"2026-01-01";"1";"en";"a";"2";"1"\n'
    )
    responses = cu.read_responses(write(text), small)
    assert responses.reasons["use1"].tolist() == ["not_shown", ""]


def test_limesurvey_default_answer_codes(write, small):
    text = (
        '"id";"submitdate";"lastpage";"startlanguage";"team";"use1";"rat1[1]"\n'
        '"1";"2026-01-01";"1";"en";"a";"A3";"1"\n"2";"2026-01-01";"1";"en";"a";"A1";"0"\n'
    )
    assert cu.read_responses(write(text), small).answers["use1"].tolist() == [3.0, 1.0]
    with pytest.raises(cu.ScaleValueError, match="rat1_1: 'A1'"):  # its codes start at 0
        cu.read_responses(write(text.replace('"1"\n', '"A1"\n')), small)


def test_redcap_raw_and_labels(write, small):
    raw = (
        "record_id,redcap_event_name,redcap_survey_identifier,questionnaire_timestamp,team,use1,use2,"
        "chk1___1,chk1___2,chk1___3,questionnaire_complete\n"
        '1,e1,,"2026-01-01 10:00:00",a,3,1,1,0,1,2\n2,e1,,[not completed],b,1,88,0,1,0,2\n'
    )
    assert read_layout(read_raw(write(raw))).platform == "redcap"
    assert_same(cu.read_responses(write(raw), small), "redcap")
    labels = (
        '"Record ID","Survey Timestamp",team,"We use data.","We ignore data.",'
        '"What do you bring? (choice=Money, or grants)","What do you bring? (choice=Staff)",'
        '"What do you bring? (choice=Rooms)",Complete?,Complete?\n'
        "1,x,a,Agree,Disagree,Checked,Unchecked,Checked,Complete,Complete\n"
        "2,y,b,Disagree,Don't know,Unchecked,Checked,Unchecked,Complete,Incomplete\n"
    )
    assert_same(cu.read_responses(write(labels), small), "redcap")


def test_surveymonkey(write, small):
    text = (
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,"
        "Last Name,Custom Data 1,team,How far?,,What do you bring?,,\n"
        ',,,,,,,,,Open-Ended Response,We use data.,We ignore data.,"Money, or grants",Staff,Rooms\n'
        '1,9,x,y,192.0.2.1,,,,,a,Agree,Disagree,"Money, or grants",,Rooms\n'
        "2,9,x,y,192.0.2.1,,Zoë,,,b,Disagree,Don\u2019t know,,Staff,\n"
    )
    responses = cu.read_responses(write(text, "e.csv", "cp1252"), small)
    assert_same(responses, "surveymonkey")
    personal = next(e for e in responses.record.entries if "identify persons" in e.text)
    assert personal.count == 5


def test_google_forms(write, small):
    text = (
        "Timestamp,team,How far? [We use data.],How far? [We ignore data.],What do you bring?\n"
        '1/1/2026 10:00:00,a,Agree,Disagree,"Money, or grants, Rooms"\n'
        '1/1/2026 10:00:00,b,Disagree,Don\u2019t know,"Staff"\n'
    )
    responses = cu.read_responses(write(text), small)
    assert_same(responses, "google_forms")


def test_free_text_among_ticks_is_named(write, small):
    text = 'Timestamp,team,We use data.,What do you bring?\nx,a,Agree,"Staff, a song"\n'
    text += 'x,a,Agree,"Money, or grants, Rooms"\n'
    with pytest.raises(cu.ScaleValueError, match=r"chk1: 'a song' in answer 1 \(line 2 of"):
        cu.read_responses(write(text), small)
    responses = cu.read_responses(write(text), small, invalid="missing")
    assert responses.answers[["chk1_1", "chk1_2", "chk1_3"]].isna().to_numpy().tolist() == [
        [True, False, True],
        [False, False, False],
    ]
    assert responses.reasons["chk1_1"].tolist() == ["invalid", ""]


def test_google_workbook_with_test_responses(tmp_path, small):
    book = openpyxl.Workbook()
    book.active.title = "Test Responses"
    for sheet, group in ((book.active, "test"), (book.create_sheet("Form Responses 1"), "a")):
        sheet.append(["Timestamp", "team", "We use data."])
        sheet.append(["x", group, "Agree"])
    book.save(tmp_path / "e.xlsx")
    responses = cu.read_responses(tmp_path / "e.xlsx", small)
    assert responses.persons["group"].tolist() == ["a"]
    assert "'Test Responses'" in responses.record.entries[0].text


def test_microsoft_forms(tmp_path, small):
    book = openpyxl.Workbook()
    book.active.append(
        [
            "ID",
            "Start time",
            "Completion time",
            "Email",
            "Name",
            "Last modified time",
            "team",
            "We use\u00a0data.",
            "We ignore data.",
            "What do you bring?",
            "Anything?",
            "Anything?\u00a0",
        ]
    )
    book.active.append(
        [
            1,
            "x",
            "y",
            "anonymous",
            None,
            None,
            "a",
            "Agree",
            "Disagree",
            "Money, or grants;Rooms;",
            "p",
            "q",
        ]
    )
    book.active.append(
        [2, "x", "y", "anonymous", None, None, "b", "Disagree", "Don't know", "Staff;", "r", "s"]
    )
    book.save(tmp_path / "e.xlsx")
    assert_same(cu.read_responses(tmp_path / "e.xlsx", small), "microsoft_forms")


@pytest.mark.parametrize("style", ["name", "group", "label"])
def test_kobo(write, small, style):
    heads = {
        "name": ["team", "use1", "use2", "chk1", "chk1/1", "chk1/2", "chk1/3"],
        "group": ["keys/team", "p/use1", "p/use2", "p/chk1", "p/chk1/1", "p/chk1/2", "p/chk1/3"],
        "label": [
            "team",
            "We use data.",
            "We ignore data.",
            "What do you bring?",
            "What do you bring?/Money, or grants",
            "What do you bring?/Staff",
            "What do you bring?/Rooms",
        ],
    }
    rows = [
        ["start", "end", *heads[style], "_id", "_uuid", "_submission_time", "__version__"],
        ["x", "y", "a", "3", "1", "1 3", "1", "0", "1", "1", "u1", "t", "v"],
        [
            "x",
            "y",
            "b",
            "不同意" if style == "label" else "1",
            "88",
            "2",
            "0",
            "1",
            "0",
            "2",
            "u2",
            "t",
            "v",
        ],
    ]
    text = "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows)
    assert read_layout(read_raw(write(text))).platform == "kobo"
    assert_same(cu.read_responses(write(text), small), "kobo")


def test_surveyjs(tmp_path, small):
    rows = [
        {
            "team": "a",
            "grid_use1": {"use1": 3, "use2": "1"},
            "chk1": ["1", "3"],
            "net2": ["net2_1", "net2_3"],
            "rol1_2": [1],
            "locale": "en",
        },
        {
            "team": "b",
            "grid_use1": {"use1": 1, "use2": "88"},
            "chk1": [2],
            "locale": "zh-cn",
            "net2": ["net2_2"],
            "rol1_2": [1, 2],
        },
    ]
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(rows))
    responses = cu.read_responses(path, small)
    assert_same(responses, "surveyjs")
    np.testing.assert_array_equal(responses.rosters["net2"], [[1, 0, 1], [0, 1, 0]])
    np.testing.assert_array_equal(responses.rosters["rol1"], [[1, 0], [1, 1]])


def test_web_page_files_in_a_folder(tmp_path, small):
    for name, group, answers in (
        ("x", "a", {"use1": "3", "use2": "1", "chk1_1": "1", "chk1_2": "0", "chk1_3": "1"}),
        ("y", "b", {"use1": "1", "use2": "dk", "chk1_1": "0", "chk1_2": "1", "chk1_3": "0"}),
    ):
        file = {
            "format": "collective-use answers",
            "schema": 1,
            "instrument": "small",
            "version": "1",
            "form": "whole",
            "language": "en",
            "keys": {"team": group, "who": name},
            "started": "s",
            "finished": "f",
            "duration": 300,
            "seconds": {"page1": 12.5},
            "consent": {"participation": True},
            "answers": answers,
        }
        if name == "y":
            file["answers"]["use2"] = "88"
        (tmp_path / f"answers-{name}.json").write_text(json.dumps(file))
    responses = cu.read_responses(tmp_path, small)
    assert_same(responses, "web")
    assert responses.persons["member"].tolist() == ["x", "y"]
    assert responses.persons["duration"].tolist() == [300.0, 300.0]
    assert responses.persons["seconds_page1"].tolist() == [12.5, 12.5]
    both = [tmp_path / "answers-x.json", tmp_path / "answers-y.json"]
    assert_same(cu.read_responses(both, small), "web")
    single = cu.read_responses(tmp_path / "answers-x.json", small)
    assert len(single.persons) == 1


def test_formr(tmp_path, small):
    rows = [
        {
            "session": "s1",
            "created": "x",
            "modified": "x",
            "ended": "y",
            "team": "a",
            "use1": "3",
            "use2": "1",
            "chk1": "1, 3",
        },
        {
            "session": "s2",
            "created": "x",
            "modified": "x",
            "ended": "y",
            "team": "b",
            "use1": "1",
            "use2": "88",
            "chk1": "2",
        },
        {
            "session": "s3",
            "created": "x",
            "modified": "x",
            "ended": None,
            "team": "b",
            "use1": "1",
            "use2": None,
            "chk1": None,
        },
    ]
    path = tmp_path / "formr.json"
    path.write_text(json.dumps(rows))
    assert_same(cu.read_responses(path, small), "formr")


def test_json_that_is_no_export(write, small):
    with pytest.raises(cu.ReadError, match=r"e\.json:1:2: no valid JSON"):
        cu.read_responses(write("{nonsense", "e.json"), small)
    with pytest.raises(cu.ReadError, match="an object of answers or a list of them, got int"):
        cu.read_responses(write("3", "e.json"), small)


def test_platform_can_be_said(write, small):
    text = "Timestamp,team,use1\nx,a,1\n"
    responses = cu.read_responses(write(text), small, platform="plain")
    assert any("'Timestamp'" in entry.text for entry in responses.record.entries)
    with pytest.raises(cu.InputError, match="platform must be one of"):
        cu.read_responses(write(text), small, platform="googleforms")


def test_a_text_of_several_items_is_an_error_that_lists_them(write, small):
    twin = small.get_item("use1").model_copy(update={"id": "use9"})
    double = small.model_copy(update={"items": (*small.items, twin)})
    text = "Timestamp,team,We use data.\nx,a,1\n"
    with pytest.raises(cu.ReadError, match=r"column 3 \('We use data\.'\) may be 'use1', 'use9'"):
        cu.read_responses(write(text), double)
    mapped = cu.read_responses(write(text), double, column_map={"We use data.": "use9"})
    assert mapped.answers.columns.tolist() == ["use9"]
    with pytest.raises(cu.ReadError, match="are both 'use1'"):
        cu.read_responses(write("Timestamp,team,We use data.,1. We use data.\nx,a,1,2\n"), small)
