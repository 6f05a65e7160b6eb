"""Records of several rows, forms never sent off, and rows that a reviewer or a filter rejected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import collective_use as cu
from collective_use.responses.files.open import read_raw
from collective_use.responses.readers import read_layout

BANK = Path(__file__).with_name("lab_data.yaml")


def read(write, text: str, **options):
    return cu.read_responses(write(text), BANK, **options)


def waves(responses) -> dict[str, tuple[float, float]]:
    frame = responses.to_frame()
    keys = frame["member"] + "@" + frame.get("wave", frame["member"].map(lambda _: ""))
    return dict(zip(keys, zip(frame["q1"], frame["q2"], strict=True), strict=True))


EVENTS = {"p1@wave_1": (4, 2), "p1@wave_2": (5, 1), "p2@wave_1": (3, 3)}


def test_events_are_waves_not_second_submissions(write):
    text = (
        "record_id,redcap_event_name,lab,pid,q1,q2,survey_complete\n1,wave_1_arm_1,A,p1,4,2,2\n"
        "1,wave_2_arm_1,A,p1,5,1,2\n2,wave_1_arm_2,A,p2,3,3,2\n"
    )
    assert waves(read(write, text)) == EVENTS


def test_keys_of_the_first_event_hold_for_the_record(write):
    text = (
        "record_id,redcap_event_name,lab,pid,q1,q2,keys_complete,survey_complete\n"
        "1,baseline_arm_1,A,p1,,,2,\n1,wave_1_arm_1,,,4,2,,2\n1,wave_2_arm_1,,,5,1,,2\n"
        "2,baseline_arm_1,A,p2,,,2,\n2,wave_1_arm_1,,,3,3,,2\n"
    )
    responses = read(write, text)
    assert waves(responses) == EVENTS
    filled = next(e for e in responses.record.entries if "were filled in" in e.text)
    assert filled.count == 6


def test_keys_that_differ_within_a_record_are_not_filled(write):
    text = (
        "record_id,redcap_event_name,lab,pid,q1,q2,survey_complete\n1,w1_arm_1,A,p1,4,2,2\n"
        "1,w2_arm_1,B,p1,5,1,2\n1,w3_arm_1,,p1,3,3,2\n"
    )
    responses = read(write, text)
    assert responses.persons["group"].tolist() == ["A", "B"]
    assert "Rows without a group. (1 row)" in str(responses.record)


def test_repeat_instances_are_waves(write):
    text = (
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,lab,pid,keys_complete,q1,q2,"
        "survey_complete\n1,,,A,p1,2,,,\n1,survey,1,,,,4,2,2\n1,survey,2,,,,5,1,2\n"
    )
    assert waves(read(write, text)) == {"p1@1": (4, 2), "p1@2": (5, 1)}


def test_labels_of_events_lose_their_arm(write):
    text = (
        '"Record ID","Event Name",lab,pid,"We use data in meetings.","Mistakes are hidden.",'
        "Complete?\n1,Spring (Arm 1: Labs),A,p1,Agree,Disagree,Complete\n"
        "1,Autumn (Arm 1: Labs),A,p1,Strongly agree,Strongly disagree,Complete\n"
    )
    assert waves(read(write, text)) == {"p1@Spring": (4, 2), "p1@Autumn": (5, 1)}


NOT_SENT = (
    "record_id,lab,pid,q1,q2,survey_timestamp,survey_complete\n"
    "1,A,p1,4,2,2024-01-01 10:00:00,2\n2,A,p2,3,,[not completed],0\n3,A,p3,5,5,,1\n"
)


def test_forms_never_sent_off_are_unfinished(write):
    responses = read(write, NOT_SENT)
    assert responses.persons["member"].tolist() == ["p1", "p3"]
    assert "never sent off. (1 row)" in str(responses.record)
    assert len(read(write, NOT_SENT, unfinished="keep").persons) == 3


def test_a_form_not_sent_beside_one_that_was_loses_its_answers_only(write):
    text = (
        "record_id,lab,pid,q1,one_complete,q2,chk1___1,chk1___2,two_complete\n"
        "1,A,p1,4,2,2,1,0,2\n2,A,p2,5,2,1,1,0,0\n3,A,p3,,2,3,0,1,0\n"
    )
    responses = read(write, text)
    assert responses.persons["member"].tolist() == ["p1", "p2"]
    np.testing.assert_array_equal(responses.answers["q2"], [2, np.nan])
    assert "Answers of forms that were never sent off, beside others. (3 cells)" in str(
        responses.record
    )
    kept = read(write, text, unfinished="keep")
    np.testing.assert_array_equal(kept.answers["q2"], [2, 1, 3])


def test_the_minus_sign_of_a_code_is_an_underscore(write):
    text = (
        "record_id,lab,pid,q1,q2,chk1___1,chk1___2,chk1____99,form_complete\n"
        "1,A,p1,1,2,1,0,0,2\n2,A,p2,3,2,0,0,1,2\n"
    )
    answers = read(write, text).answers
    assert answers["chk1_-99"].tolist() == [0, 1]
    assert answers["chk1_1"].tolist() == [1, 0]


REVIEWED = {
    "KoBo, label": (
        "lab,pid,q1,q2,_id,_uuid,_submission_time,_validation_status\n"
        "A,p1,4,2,1,u1,t,Approved\nA,p2,4,2,2,u2,t,Not Approved\nA,p3,1,1,3,u3,t,On Hold\n"
    ),
    "KoBo, uid": (
        "lab,pid,q1,q2,_id,_uuid,_submission_time,_validation_status/uid\n"
        "A,p1,4,2,1,u1,t,validation_status_approved\n"
        "A,p2,4,2,2,u2,t,validation_status_not_approved\nA,p3,1,1,3,u3,t,\n"
    ),
    "ODK": (
        "SubmissionDate,start,end,keys-lab,keys-pid,b1-q1,b1-q2,meta-instanceID,KEY,ReviewState\n"
        "t,t,t,A,p1,4,2,u1,u1,approved\nt,t,t,A,p2,4,2,u2,u2,rejected\nt,t,t,A,p3,1,1,u3,u3,\n"
    ),
    "SurveyCTO": (
        "SubmissionDate,lab,pid,q1,q2,instanceID,KEY,review_status\n"
        "t,A,p1,4,2,u1,u1,APPROVED\nt,A,p2,4,2,u2,u2,REJECTED\nt,A,p3,1,1,u3,u3,\n"
    ),
}


@pytest.mark.parametrize("platform", REVIEWED)
def test_rows_that_a_reviewer_rejected_are_left_out_with_the_reason(write, platform):
    file = write(REVIEWED[platform])
    assert read_layout(read_raw(file)).platform == "kobo"
    responses = cu.read_responses(file, BANK)
    assert responses.persons["member"].tolist() == ["p1", "p3"]
    assert "that a reviewer" in str(responses.record)
    assert len(cu.read_responses(file, BANK, previews="keep").persons) == 3


@pytest.mark.parametrize(
    "row", ['{"ImportId":"x"}', "{'ImportId': 'x'}", "{&quot;ImportId&quot;:&quot;x&quot;}"]
)
@pytest.mark.parametrize("status", [("0", "8", "1"), ("IP Address", "Spam", "Survey Preview")])
def test_qualtrics_spam_and_previews_are_told_apart(write, status, row):
    cell = '"' + row.replace('"', '""') + '"'
    text = (
        "Status,Finished,lab,pid,q1,q2\nStatus,Finished,Lab,Code,One,Two\n"
        + ",".join([cell.replace("x", "status"), cell.replace("x", "finished"), *[cell] * 4])
        + f"\n{status[0]},1,A,p1,4,2\n{status[1]},1,A,p2,4,2\n{status[2]},1,A,p3,4,2\n"
    )
    responses = read(write, text)
    assert responses.persons["member"].tolist() == ["p1"]
    said = str(responses.record)
    assert "took for spam (Status). (1 row)" in said
    assert "Preview and test rows. (1 row)" in said


def test_the_last_submission_is_the_last_in_time(write):
    """Jotform and ODK Central write the newest first."""
    head = "Submission Date,Your lab,Your code,We use data in meetings.,Mistakes are hidden.\n"
    newest = "2024-01-03 09:00:00,A,p1,Agree,Agree\n2024-01-02 10:00:00,A,p1,Disagree,Disagree\n"
    assert read(write, head + newest).answers["q1"].tolist() == [4]
    first = read(write, head + newest, duplicates="first")
    assert first.answers["q1"].tolist() == [2]
    unsure = newest.replace("2024-01-03", "2/1/2024").replace("2024-01-02", "1/2/2024")
    assert read(write, head + unsure).answers["q1"].tolist() == [2]  # the last in the file
    told = newest.replace("2024-01-03", "13/1/2024").replace("2024-01-02", "12/1/2024")
    assert read(write, head + told).answers["q1"].tolist() == [4]
