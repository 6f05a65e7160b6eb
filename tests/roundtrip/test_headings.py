"""Our layouts write the headings that real exports have, cell by cell.

The expected rows are restated from real files: sample exports of ropensci/qualtRics (MIT), a
LimeSurvey survey of jerome-pfeiffer1/modeling-languages-for-digital-twins (CC BY 4.0), REDCap
test projects of OuhscBbmc/REDCapR, and forms of kobotoolbox/formpack.
"""

from __future__ import annotations

import csv
import io

import pytest

from collective_use.platforms.layouts import (
    QUALTRICS,
    QUALTRICS_LEGACY,
    Field,
    delimited,
    import_id,
    kobo_heading,
    limesurvey_heading,
    qualtrics_heading,
    redcap_heading,
)

QUALTRICS_NAMES = (
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,"
    "ResponseId,RecipientLastName,RecipientFirstName,RecipientEmail,ExternalReference,"
    "LocationLatitude,LocationLongitude,DistributionChannel,UserLanguage,Q1,Q2"
)
QUALTRICS_IDS = (
    '"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}",'
    '"{""ImportId"":""ipAddress""}","{""ImportId"":""progress""}","{""ImportId"":""duration""}",'
    '"{""ImportId"":""finished""}","{""ImportId"":""recordedDate""}",'
    '"{""ImportId"":""_recordId""}","{""ImportId"":""recipientLastName""}",'
    '"{""ImportId"":""recipientFirstName""}","{""ImportId"":""recipientEmail""}",'
    '"{""ImportId"":""externalDataReference""}","{""ImportId"":""locationLatitude""}",'
    '"{""ImportId"":""locationLongitude""}","{""ImportId"":""distributionChannel""}",'
    '"{""ImportId"":""userLanguage""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}"'
)
LEGACY = (
    "V1,V2,V3,V4,V5,V6,V7,V8,V9,V10,Q1,Q2",
    "ResponseID,ResponseSet,Name,ExternalDataReference,EmailAddress,IPAddress,Status,StartDate,"
    "EndDate,Finished,This is a multiple choice question.,This is a free text question.",
)
REAL_QUESTIONS = (
    Field("Q1", text="This is a multiple choice question."),
    Field("Q2", text="This is a free text question."),
)


def cells(line: str, mark: str = ",") -> list[str]:
    return next(csv.reader(io.StringIO(line), delimiter=mark))


def test_qualtrics_names_and_import_ids():
    heads = [qualtrics_heading(field) for field in REAL_QUESTIONS]
    assert [own[0] for own in QUALTRICS] + [head[0] for head in heads] == cells(QUALTRICS_NAMES)
    ids = [import_id(name) for name in (*(own[2] for own in QUALTRICS), "QID1", "QID2_TEXT")]
    assert ids == cells(QUALTRICS_IDS)
    assert delimited([ids], ",").decode() == QUALTRICS_IDS + "\r\n"
    assert [head[1] for head in heads] == [field.text for field in REAL_QUESTIONS]


def test_qualtrics_legacy_rows():
    heads = [qualtrics_heading(field) for field in REAL_QUESTIONS]
    rows = list(zip(*QUALTRICS_LEGACY, strict=True))
    assert [*rows[0], *(head[0] for head in heads)] == cells(LEGACY[0])
    assert [*rows[1], *(head[1] for head in heads)] == cells(LEGACY[1])


LIMESURVEY = {
    "What is your professional background? [Mechanical engineering]": (
        "What is your professional background?",
        "Mechanical engineering",
    ),
    "In your opinion, what goals are being pursued with the use of digital twins? Rate how "
    "important the following goals are to you.  [Homologation: vehicle acceptance/type approval]": (
        "In your opinion, what goals are being pursued with the use of digital twins? Rate how "
        "important the following goals are to you. ",
        "Homologation: vehicle acceptance/type approval",
    ),
    "In your opinion, what goals are being pursued with the use of digital twins? Rate how "
    "important the following goals are to you.  [ Monitoring: Analysis of runtime and historical "
    "data]": (
        "In your opinion, what goals are being pursued with the use of digital twins? Rate how "
        "important the following goals are to you. ",
        " Monitoring: Analysis of runtime and historical data",
    ),
    "What other goals (not mentioned above) are being pursued with the use of digital twins? "
    "(Separate different goals with a comma).": (
        "What other goals (not mentioned above) are being pursued with the use of digital twins? "
        "(Separate different goals with a comma).",
        "",
    ),
}


@pytest.mark.parametrize("heading", LIMESURVEY)
def test_limesurvey_text(heading):
    question, part = LIMESURVEY[heading]
    field = Field("DZZ1", "SQ001" if part else "", text=question, part_text=part)
    assert limesurvey_heading(field, "text") == heading


def test_redcap_names():
    boxes = [Field("check_one", str(n)) for n in range(1, 5)]
    boxes += [Field("check_two", letter) for letter in "abcde"]
    real = (
        "record_id,form_1_complete,check_one___1,check_one___2,check_one___3,check_one___4,"
        "check_two___a,check_two___b,check_two___c,check_two___d,check_two___e,desired_result,"
        "form_2_complete"
    )
    fields = [
        Field("record_id"),
        Field("form_1_complete"),
        *boxes,
        Field("desired_result"),
        Field("form_2_complete"),
    ]
    assert [redcap_heading(field) for field in fields] == cells(real)


KOBO_QUESTION = "What_kind_of_symmetry_do_you_have"
KOBO = {
    "groups": (
        '"start";"end";"external_characteristics/What_kind_of_symmetry_do_you_have";'
        '"external_characteristics/What_kind_of_symmetry_do_you_have/spherical";'
        '"external_characteristics/What_kind_of_symmetry_do_you_have/radial";'
        '"external_characteristics/What_kind_of_symmetry_do_you_have/bilateral";'
        '"external_characteristics/How_many_segments_does_your_body_have"'
    ),
    "names": (
        '"start";"end";"What_kind_of_symmetry_do_you_have";'
        '"What_kind_of_symmetry_do_you_have/spherical";'
        '"What_kind_of_symmetry_do_you_have/radial";'
        '"What_kind_of_symmetry_do_you_have/bilateral";"How_many_segments_does_your_body_have"'
    ),
    "labels": (
        '"start";"end";"What kind of symmetry do you have?";'
        '"What kind of symmetry do you have?/Spherical";'
        '"What kind of symmetry do you have?/Radial";'
        '"What kind of symmetry do you have?/Bilateral";"How many segments does your body have?"'
    ),
}


@pytest.mark.parametrize("style", KOBO)
def test_kobo_headings(style):
    above = ("external_characteristics",)
    text = "What kind of symmetry do you have?"
    parts = ("", "Spherical", "Radial", "Bilateral")
    fields = [
        Field("start", text="start"),
        Field("end", text="end"),
        *(Field(KOBO_QUESTION, p.lower(), text=text, part_text=p, above=above) for p in parts),
        Field(
            "How_many_segments_does_your_body_have",
            text="How many segments does your body have?",
            above=above,
        ),
    ]
    heads = [kobo_heading(field, style) for field in fields]
    assert heads == cells(KOBO[style], ";")
    assert delimited([heads], ";", quoted=True).decode() == KOBO[style] + "\r\n"
