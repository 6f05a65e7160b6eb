"""Exports of Qualtrics: three heading rows, two, one; numeric and choice text."""

from __future__ import annotations

import csv
import io
import json

import pytest

import collective_use as cu

META = [
    ("StartDate", "Anfangsdatum", "startDate"),
    ("EndDate", "Enddatum", "endDate"),
    ("Status", "Antworttyp", "status"),
    ("IPAddress", "IP-Adresse", "ipAddress"),
    ("Progress", "Aktueller Stand", "progress"),
    ("Duration (in seconds)", "Dauer (in Sekunden)", "duration"),
    ("Finished", "Beendet", "finished"),
    ("RecordedDate", "Erfassungsdatum", "recordedDate"),
    ("ResponseId", "Antwort-ID", "_recordId"),
    ("RecipientEmail", "E-Mail des Empfängers", "recipientEmail"),
    ("DistributionChannel", "Verteilungskanal", "distributionChannel"),
    ("UserLanguage", "Benutzersprache", "userLanguage"),
]
ITEMS = [
    ("team", "Team\nof yours", "QID1_TEXT"),
    ("use1", "We use data.", "QID2_1"),
    ("use2", "We ignore data.", "QID2_2"),
]


def person(
    number, status="0", finished="1", channel="anonymous", language="EN", answers=("a", 1, 2)
):
    return [
        "2026-01-01 10:00:00",
        "2026-01-01 10:05:00",
        status,
        "192.0.2.1",
        "100",
        str(300 + number),
        finished,
        "2026-01-01 10:05:01",
        f"R_{number}",
        "",
        channel,
        language,
        *map(str, answers),
    ]


def export(rows, depth=3, *, lower=False) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    columns = META + ITEMS
    writer.writerow([name.lower().replace(" ", "_") if lower else name for name, _, _ in columns])
    if depth == 3:
        writer.writerow([question for _, question, _ in columns])
        writer.writerow(
            [json.dumps({"ImportId": key}, separators=(",", ":")) for *_, key in columns]
        )
    writer.writerows(rows)
    return out.getvalue()


ROWS = [
    person(1, status="1"),
    person(2, channel="preview"),
    person(3, finished="0"),
    person(4, answers=("a", 3, -99)),
    person(5, language="ZH-S", answers=("b", "同意", "1")),
    person(5, language="ZH-S", answers=("b", "不同意", "88")),
    person(6, answers=("b", "2", "2")),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_three_rows(write, small, encoding):
    responses = cu.read_responses(write(export(ROWS), encoding=encoding), small)
    assert responses.persons["row"].tolist() == [4, 6, 7]
    assert responses.persons["language"].tolist() == ["en", "zh", "en"]
    assert responses.persons["duration"].tolist() == [304.0, 305.0, 306.0]
    assert responses.answers["use1"].tolist() == [3.0, 1.0, 2.0]
    assert responses.reasons["use2"].tolist() == ["unanswered", "dont_know", ""]
    left = {e.text.split(": ")[1]: e.count for e in responses.record.of_kind("left out")}
    assert left["Preview and test rows."] == 2
    assert left["Rows that were never sent off."] == 1
    assert left["Same response id; the last one stays."] == 1
    personal = [e for e in responses.record.entries if "identify persons" in e.text]
    assert personal[0].what == ("IPAddress", "RecipientEmail")


def test_a_misspelt_heading_known_by_the_wording_below_it_is_said(write, small):
    """Qualtrics writes the question below the name; a mistyped name is read by it, and said."""
    exact = cu.read_responses(write(export(ROWS)), small)
    assert "wording of their questions" not in str(exact.record)
    text = export(ROWS)
    head = text.splitlines()[0]
    assert head.endswith(",use2")
    typo = text.replace(head, head.removesuffix("use2") + "usse2", 1)
    back = cu.read_responses(write(typo, "typo.csv"), small)
    assert back.to_frame().drop(columns="export").equals(exact.to_frame().drop(columns="export"))
    said = [e for e in back.record.entries if "wording of their questions" in e.text]
    assert [(e.kind, e.count, e.what) for e in said] == [("decision", 1, ("usse2 as use2",))]


def test_everything_can_be_kept(write, small):
    responses = cu.read_responses(
        write(export(ROWS)), small, previews="keep", unfinished="keep", duplicates="keep"
    )
    assert len(responses.persons) == 7


def test_choice_text_mode(write, small):
    rows = [
        person(1, status="Survey Preview", finished="True", answers=("a", "Agree", "Agree")),
        person(2, status="IP Address", finished="False", answers=("a", "Agree", "Agree")),
        person(3, status="IP Address", finished="True", answers=("a", "Agree", "Don't know")),
        person(4, status="IP Address", finished="True", answers=("a", "Disagree", "Agree")),
    ]
    responses = cu.read_responses(write(export(rows)), small)
    assert responses.persons["row"].tolist() == [3, 4]
    assert responses.answers["use1"].tolist() == [3.0, 1.0]


def test_cleaned_file_with_one_heading_row(write, small):
    text = export([person(1, status=""), person(2, finished="FALSE", status="")], 1, lower=True)
    responses = cu.read_responses(write(text), small)
    assert responses.persons["row"].tolist() == [1]
    assert any("with 1 heading rows" in e.text for e in responses.record.entries)


def test_legacy_export_with_two_heading_rows(write, small):
    text = (
        "V1,V2,V3,V4,V5,V6,V7,V8,V9,V10,team,use1,use2,LocationLatitude,\n"
        "ResponseID,ResponseSet,Name,ExternalDataReference,EmailAddress,IPAddress,Status,StartDate,"
        "EndDate,Finished,Team,We use data.,We ignore data.,LocationLatitude,\n"
        "R_1,Default,Anonym,,,192.0.2.1,0,2026-01-01,2026-01-01,1,a,2,3,46.0,\n"
        "R_2,Default,Anonym,,,192.0.2.1,1,2026-01-01,2026-01-01,1,a,2,3,46.0,\n"
    )
    responses = cu.read_responses(write(text, encoding="utf-8-sig"), small)
    assert responses.persons["row"].tolist() == [1]
    assert responses.answers.to_numpy().tolist() == [[2.0, 3.0]]


def test_answers_numbered_from_one_are_noticed(write, small):
    rows = "".join(f"2026,0,1,R_{n},EN,a,{1 + n % 2},1\n" for n in range(30))
    text = "StartDate,Progress,Finished,ResponseId,RecordedDate,team,rat1_1,use1\n" + rows
    with pytest.warns(cu.DataWarning, match="code 0 to 'rat1'.*recode values"):
        cu.read_responses(write(text), small)
