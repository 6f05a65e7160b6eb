"""Definitions of every bundled instrument obey their platform's rules."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path

from collective_use.questionnaire.online.publish import publish_form

sys.path.insert(0, str(Path(__file__).parent))
from conftest import form_of


def files(bank, platform):
    form = form_of(bank)
    modules = ["all"] if bank.get_form(form).modules else ()
    return publish_form(bank, platform, form=form, modules=modules, places=4, draft=True).files


def test_xlsform_compiles_without_a_warning(bank, tmp_path):
    from pyxform.xls2xform import convert

    path = tmp_path / "form.xlsx"
    path.write_bytes(files(bank, "xlsform")["form.xlsx"])
    assert convert(str(path)).warnings == []


def test_redcap_field_names(bank):
    text = files(bank, "redcap")["dictionary.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    names = [row["Variable / Field Name"] for row in rows]
    assert len(rows[0]) == 18
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,25}", name) for name in names)
    logic = " ".join(row["Branching Logic (Show field only if...)"] for row in rows)
    assert set(re.findall(r"\[(\w+)\]", logic)) <= set(names)


CLASSES = {"S", "SL", "G", "Q", "SQ", "A"}
TYPES = set("F:MKQLNSX*")
READ = {"class", "id", "type/scale", "name", "relevance", "text", "language", "mandatory"}


def test_limesurvey_rows_are_what_the_importer_reads(bank):
    text = files(bank, "limesurvey")["survey.txt"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"))
    assert set(rows[0]) >= READ
    assert {row["class"] for row in rows} <= CLASSES
    questions: dict[str, list[str]] = {}
    now = ""
    for row in rows:
        if row["class"] == "Q":
            now = row["name"]
            assert row["type/scale"] in TYPES
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", now), now
            questions.setdefault(now, []).append(row["id"])
        elif row["class"] in ("SQ", "A"):
            assert now, "a line or answer without a question"
            assert row["type/scale"] in ("0", "1")
    assert all(len(set(ids)) == 1 for ids in questions.values())
    assert all(len(ids) == len(bank.languages) for ids in questions.values())


def test_qualtrics_names(bank):
    survey = json.loads(files(bank, "qualtrics")["survey.qsf"])
    asked = [e["Payload"] for e in survey["SurveyElements"] if e["Element"] == "SQ"]
    names = [question["DataExportTag"] for question in asked]
    assert len(names) == len(set(names))
    numbers = [question["QuestionID"] for question in asked]
    flow = next(e["Payload"] for e in survey["SurveyElements"] if e["Element"] == "BL")
    placed = [part["QuestionID"] for block in flow for part in block["BlockElements"]]
    assert placed == numbers


def test_surveyjs_names(bank):
    survey = json.loads(files(bank, "surveyjs")["survey.json"])
    names = [element["name"] for page in survey["pages"] for element in page["elements"]]
    assert len(names) == len(set(names))
