"""What each platform would do with a nasty form: read the texts as they were written."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

import collective_use as cu
from collective_use.platforms.limesurvey_codes import answer_code
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.form.typography import typographic
from collective_use.questionnaire.online.publish import publish_form

sys.path.insert(0, str(Path(__file__).parent))
from nasty import CODES, STATEMENTS, TEXTS, nasty

ROSTERED = ("web", "xlsform", "surveyjs", "qualtrics", "limesurvey", "redcap")


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    return nasty(tmp_path_factory.mktemp("nasty"))


@pytest.fixture(scope="module")
def files(bank):
    people = tuple(_member(k) for k in range(1, 13))
    rosters = (Roster("A", people, people),)
    with pytest.warns(cu.DataWarning, match="names with markup in them"):
        return {
            to: publish_form(bank, to, modules=["all"], rosters=rosters, draft=True).files
            for to in ROSTERED
        }


def _member(k: int) -> Member:
    return Member(f"p{k}", f"<Ann> {{{k}}}", place=k)


def shown(text: str) -> str:
    """A text as people see it: entities decoded, invisible signs and white space aside."""
    plain = html.unescape(text.replace("<br>", " ")).replace("\u200b", "")
    return re.sub(r"\s+", " ", plain).strip()


def wanted(k: int) -> str:
    return shown(html.escape(f"{k}: {TEXTS[k % len(TEXTS)]}"))


def test_xlsform_compiles_and_no_cell_is_a_formula(files, tmp_path):
    from pyxform.xls2xform import convert

    path = tmp_path / "form.xlsx"
    path.write_bytes(files["xlsform"]["form.xlsx"])
    assert convert(str(path)).warnings == []
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    head, *rows = book["survey"].iter_rows(values_only=True)
    rows = [dict(zip(head, row, strict=True)) for row in rows]
    label = next(name for name in head if name.startswith("label") and "(en)" in name)
    texts = {row["name"]: row[label] for row in rows if row["name"]}
    for k in range(1, STATEMENTS + 1):
        assert shown(re.sub(r"\\([*_#])", r"\1", html.escape(texts[f"n{k}"]))) == wanted(k)
    asked = [row for row in rows if str(row["name"]) == "grid_tie"]
    assert [row["relevant"] for row in asked] == ["${consent_naming} = 'OK'"]


def limesurvey_rows(files):
    text = files["limesurvey"]["survey.txt"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"))


def test_limesurvey_reads_every_order_code_and_text(files):
    """Re-enacts its importer: one running number, set back at what was met before."""
    number, group, question, orders, met = 0, "", "", {}, {}
    rows = limesurvey_rows(files)
    for row in rows:
        if row["class"] == "G":
            group, number = row["type/scale"], 0
        elif row["class"] in ("Q", "SQ"):
            question = row["name"] if row["class"] == "Q" else question
            key = (group, question, row["class"], row["type/scale"], row["name"])
            parent = (group,) if row["class"] == "Q" else (group, question)
            if key in met:
                number = met[key]
            else:
                met[key] = number
                orders.setdefault(parent, []).append(number)
                number += 1
        elif row["class"] == "A":
            assert re.fullmatch(r"[A-Za-z0-9]{1,5}", row["name"]), row
    assert all(len(found) == len(set(found)) for found in orders.values())
    expression = re.compile(r"\{(?!\s)(?!TOKEN:ATTRIBUTE_\d+\})")
    texts = [row["text"] + row["name"] for row in rows]
    assert not [text for text in texts if expression.search(text)]
    assert not [text for text in texts if re.search(r"<(?!br>)", text)]
    english = {r["name"]: r["text"] for r in rows if r["class"] == "SQ" and r["language"] == "en"}
    assert {shown(english[f"n{k}"]) for k in range(1, STATEMENTS + 1)} == {
        wanted(k) for k in range(1, STATEMENTS + 1)
    }
    tie = next(row for row in rows if row["class"] == "Q" and row["name"] == "tie")
    assert tie["relevance"] == 'consentnaming_1.NAOK == "Y"'


def test_limesurvey_codes_come_back(bank, tmp_path):
    codes = [answer_code(code) for code in (*CODES, -99)]
    assert len(set(codes)) == len(codes)
    head = ["id", "submitdate", "lastpage", "startlanguage", "dept", "person", "gridn1[n40]"]
    rows = [[k, "2024-01-02 10:00:00", 1, "en", "A", f"p{k}", code] for k, code in enumerate(codes)]
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    back = cu.read_responses(tmp_path / "export.csv", bank)
    assert back.answers["n40"].dropna().tolist() == list(CODES)
    assert back.reasons["n40"].iloc[-1] == "dont_know"


def test_redcap_takes_the_dictionary(files):
    text = files["redcap"]["dictionary.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    names = [row["Variable / Field Name"] for row in rows]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,25}", name) for name in names)
    for row in rows:
        piped = re.findall(r"\[([A-Za-z]\w*)\]", row["Field Label"], re.ASCII)
        assert all(re.fullmatch(r"[mp]\d+", name) for name in piped), row["Field Label"]
        assert not re.search(r"<\S", row["Field Label"]), row["Field Label"]
        assert not row["Field Note"].startswith("@")
        assert row["Text Validation Type OR Show Slider Number"] in ("", "integer")
        if row["Field Type"] == "radio":
            listed = row["Choices, Calculations, OR Slider Labels"].split(" | ")
            assert all(re.match(r"-?\d+, \S", choice) for choice in listed), row
    ties = [row for row in rows if re.fullmatch(r"tie_\d+", row["Variable / Field Name"])]
    assert len(ties) == 12
    logic = "Branching Logic (Show field only if...)"
    assert all("[consent_naming(1)] = '1'" in row[logic] for row in ties)
    hidden = [row for row in rows if row["Field Annotation"] == "@HIDDEN-SURVEY"]
    assert len(hidden) == 26  # names of members and partners by place, and their codes


def test_surveyjs_shows_no_variable_but_the_roster(files):
    text = files["surveyjs"]["survey.json"].decode("utf-8")
    survey = json.loads(text)
    elements = json.dumps([e for page in survey["pages"] for e in page["elements"]])
    texts = re.findall(r'"(?:text|title|html|en|ar|default)": "([^"]*)"', elements)
    variables = {name for text in texts for name in re.findall(r"\{(\w+)\}", text)}
    assert variables <= {f"m{k}" for k in range(1, 13)}
    grids = [e for page in survey["pages"] for e in page["elements"] if e["type"] == "matrix"]
    tie = next(grid for grid in grids if grid["rows"][0]["value"] == "tie_1")
    assert tie["visibleIf"] == "{consent_naming} = true"


def test_qsf_has_the_schema_of_a_survey_file(files):
    survey = json.loads(files["qualtrics"]["survey.qsf"])
    parts: dict[str, list] = {}
    for element in survey["SurveyElements"]:
        assert set(element) == {
            "SurveyID",
            "Element",
            "PrimaryAttribute",
            "SecondaryAttribute",
            "TertiaryAttribute",
            "Payload",
        }
        parts.setdefault(element["Element"], []).append(element["Payload"])
    assert {"BL", "FL", "SO", "SQ", "QC", "RS", "PROJ", "STAT", "SCO"} == set(parts)
    blocks = {block["ID"] for block in parts["BL"][0]}
    flow = parts["FL"][0]["Flow"]
    assert {step["ID"] for step in flow if "ID" in step} <= blocks
    fields = [f["Field"] for step in flow for f in step.get("EmbeddedData", [])]
    assert fields[:2] == ["dept", "person"]
    assert {"m12", "roster_codes"} <= set(fields)
    for question in parts["SQ"]:
        for part, order in (("Choices", "ChoiceOrder"), ("Answers", "AnswerOrder")):
            assert list(question.get(part, {})) == question.get(order, [])
            assert all(number.isdecimal() and number != "0" for number in question.get(part, {}))
        piped = set(re.findall(r"\$\{e://Field/(\w+)\}", json.dumps(question)))
        assert piped <= set(fields)
        assert not re.search(r"\$\{(?!e://Field/[mp]\d+\})", json.dumps(question))
        assert "<script" not in json.dumps(question)
    grid = next(q for q in parts["SQ"] if q["DataExportTag"] == "grid_n1")
    assert list(grid["RecodeValues"].values()) == [str(code) for code in (*CODES, -99)]
    assert grid["ChoiceDataExportTags"]["60"] == "n60"
    assert grid["Language"]["AR"]["Choices"]["1"]["Display"].startswith("1: نستخدم")
    tie = next(q for q in parts["SQ"] if q["DataExportTag"] == "tie")
    assert tie["DisplayLogic"]["0"]["0"]["LeftOperand"].endswith("SelectableChoice/1")
    assert all("DisplayLogic" in choice for choice in tie["Choices"].values())
    consent = [q for q in parts["SQ"] if q["DataExportTag"].startswith("consent_")]
    force = [q["Validation"]["Settings"]["ForceResponse"] for q in consent]
    assert force == ["ON", "OFF"]


def test_the_web_page_keeps_texts_as_data(files):
    page = files["web"]["form-A.html"].decode("utf-8")
    assert page.count("<script") == 2
    data = re.search(r'<script type="application/json" id="form">(.*?)</script>', page, re.S)[1]
    assert "<" not in data
    form = json.loads(data)
    assert form["pages"][0]["questions"][0]["rows"][1]["text"][0] == f"2: {TEXTS[2]}"
    assert form["directions"] == ["ltr", "rtl"]


@pytest.mark.parametrize("to", ["wenjuanxing", "tencent", "microsoft_forms"])
def test_a_text_import_refuses_rosters_by_name(bank, to):
    with pytest.raises(cu.InputError, match=r"'tie' \(How often do you ask"):
        publish_form(bank, to, modules=["all"], draft=True)


@pytest.mark.parametrize("to", ["wenjuanxing", "tencent"])
def test_a_text_import_is_one_paragraph_a_question(bank, to):
    text = publish_form(bank, to, draft=True).files["survey.txt"].decode("utf-8")
    paragraphs = text.strip().split("\n\n")
    single = [
        p.split("\n") for p in paragraphs if re.search(r"\[单选题\](\[必答\])?$", p.split("\n")[0])
    ]
    statements = [lines for lines in single if len(lines) == len(CODES) + 2]
    assert len(statements) == STATEMENTS
    for lines in single:
        assert len(re.findall(r"\[\w+题\]", lines[0])) == 1


def test_microsoft_forms_numbers_questions_and_letters_options(bank):
    import docx

    data = publish_form(bank, "microsoft_forms", draft=True).files["survey.docx"]
    lines = [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]
    numbers = [int(m[1]) for line in lines if (m := re.match(r"(\d+)\. ", line))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert sum(line.startswith("L. ") for line in lines) == STATEMENTS


def printed_text(data: bytes, ending: str) -> str:
    if ending == "pdf":
        import pypdf

        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if ending == "html":
        body = re.sub(r"<style>.*?</style>", "", data.decode("utf-8"), flags=re.S)
        return html.unescape(re.sub(r"<[^>]+>", " ", body))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("word/document.xml").decode("utf-8")
    xml = re.sub(r"<w:(br|tab)/>", " ", xml)
    return html.unescape(re.sub(r"<[^>]+>", "", xml))


@pytest.mark.parametrize("ending", ["pdf", "docx", "html"])
def test_paper_prints_texts_as_they_are_written(bank, ending):
    data = cu.questionnaire(bank, format=ending, language="en", modules=["all"], draft=True)
    said = re.sub(r"\s+", "", printed_text(data, ending))
    for k in range(1, STATEMENTS + 1):
        text = typographic(f"{k}: {TEXTS[k % len(TEXTS)]}", "en")
        assert re.sub(r"\s+", "", text) in said, text


def test_publishing_is_whole_or_not_at_all(bank, tmp_path):
    cu.publish(bank, "redcap", tmp_path / "online", draft=True)
    assert {p.name for p in (tmp_path / "online").iterdir()} == {"dictionary.csv", "run.json"}
    with pytest.raises(cu.InputError):
        cu.publish(bank, "tencent", tmp_path / "text", modules=["all"], draft=True)
    assert not (tmp_path / "text").exists()
    foreign = tmp_path / "mine"
    foreign.mkdir()
    (foreign / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(cu.OutputError):
        cu.publish(bank, "redcap", foreign, draft=True)
    assert [p.name for p in foreign.iterdir()] == ["notes.txt"]
