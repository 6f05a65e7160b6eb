"""Out and back: every form we publish, answered in its platform's layout, gives the same codes.

The headings are built from the published definition by each platform's own rules of export, not
by our readers' code.
"""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import collective_use as cu
from collective_use.platforms.columns import form_items, instrument_columns
from collective_use.questionnaire.online.publish import publish_form

PLACES = 4
PERSONS = 8
TICKS = ("checklist", "roster_binary", "roster_roles")


@pytest.fixture(scope="module")
def bank():
    return cu.load_instrument("collective_data_use")


@pytest.fixture(scope="module")
def truth(bank) -> pd.DataFrame:
    """Random answers to everything, by plain column name."""
    chance = random.Random(3)
    kinds = {item.id: item for item in bank.items}
    asked = form_items(bank.get_form("long"))
    names = [name for name in asked if kinds[name].alternative_to is None]
    columns = instrument_columns(bank, names, positions=PLACES)
    rows = []
    for person in range(PERSONS):
        row = {"group_code": f"g{person % 2}", "member_code": f"m{person}", "partner_code": "p1"}
        for column in columns:
            item = kinds[column.item]
            if item.role == "key":
                continue
            if item.kind in TICKS:
                value = int(chance.random() < 0.5)
            elif item.kind == "roster_nominate":
                value = chance.randint(0, PLACES)
            elif item.kind in ("allocation", "number"):
                value = chance.randint(0, 100)
            else:
                options = bank.get_scale(item.scale).options if item.scale else item.options
                value = chance.choice(options).code
            row[column.name] = str(value)
        for item in kinds.values():  # at least one tick, or ticks cannot be told from skipping
            mine = [column.name for column in columns if column.item == item.id]
            if item.kind in TICKS and mine:
                row[chance.choice(mine)] = "1"
        rows.append(row)
    return pd.DataFrame(rows)


def published(bank, platform: str) -> dict[str, bytes]:
    form = publish_form(bank, platform, form="long", modules=["all"], places=PLACES, draft=True)
    return dict(form.files)


def table(rows: list[dict[str, str]], mark: str) -> str:
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def limesurvey(files, truth) -> tuple[str, str]:
    text = files["survey.txt"].decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    questions: list[tuple[str, str, list[str], list[str]]] = []
    for line in lines:
        if line["language"] not in ("", "en"):
            continue
        if line["class"] == "Q":
            questions.append((line["name"], line["type/scale"], [], []))
        elif line["class"] == "SQ":
            questions[-1][2 if line["type/scale"] == "0" else 3].append(line["name"])
    rows = []
    for number, person in enumerate(truth.to_dict("records"), start=1):
        row = {
            "id": str(number),
            "submitdate": "2026-01-01",
            "lastpage": "9",
            "startlanguage": "en",
            "seed": "5",
        }
        for name, kind, first, second in questions:
            if kind == "X" or name.startswith("consent"):
                continue
            if not first:
                key = {
                    "groupcode": "group_code",
                    "membercode": "member_code",
                    "partnercode": "partner_code",
                }.get(name, name)
                if key in person:
                    row[name] = person[key]
            for part in first:
                for more in second or [""]:
                    code = f"{part}_{more}" if more else part
                    plain = part if name.startswith("grid") else f"{name}_{code}"
                    if plain not in person:
                        continue
                    value = person[plain]
                    ticks = {"1": "Y", "0": ""} if kind == "M" else {}
                    row[f"{name}[{code}]"] = ticks.get(value, value)
        rows.append(row)
    return table(rows, ";"), "export.csv"


def redcap(files, truth) -> tuple[str, str]:
    lines = list(csv.DictReader(io.StringIO(files["dictionary.csv"].decode("utf-8-sig"))))
    rows = []
    for number, person in enumerate(truth.to_dict("records"), start=1):
        row = {"record_id": str(number)}
        for line in lines:
            name, kind = line["Variable / Field Name"], line["Field Type"]
            if kind == "checkbox":
                choices = line["Choices, Calculations, OR Slider Labels"].split("|")
                for choice in choices:
                    code = choice.split(",")[0].strip()
                    unticked = "1" if name.startswith("consent_") else "0"
                    row[f"{name}___{code}"] = person.get(f"{name}_{code}", unticked)
            elif kind in ("radio", "text") and name in person:
                row[name] = person[name]
        row["questionnaire_complete"] = "2"
        rows.append(row)
    return table(rows, ","), "export.csv"


def kobo(files, truth) -> tuple[str, str]:
    (content,) = [data for name, data in files.items() if name.endswith(".xlsx")]
    book = openpyxl.load_workbook(io.BytesIO(content))
    survey = list(book["survey"].iter_rows(values_only=True))
    heads = [str(head) for head in survey[0]]
    lists: dict[str, list[str]] = {}
    choices = list(book["choices"].iter_rows(values_only=True))
    for line in choices[1:]:
        entry = dict(zip([str(h) for h in choices[0]], line, strict=False))
        lists.setdefault(str(entry["list_name"]), []).append(str(entry["name"]))
    rows = []
    for number, person in enumerate(truth.to_dict("records"), start=1):
        row, above = {"start": "x", "end": "y"}, []
        for line in survey[1:]:
            entry = dict(zip(heads, line, strict=False))
            kind, name = str(entry["type"]), str(entry["name"])
            if kind == "begin_group":
                above.append(name)
            elif kind == "end_group":
                above.pop()
            elif kind.startswith("select_multiple"):
                path = "/".join([*above, name])
                codes = lists[kind.split()[1]]
                picked = [code for code in codes if person.get(f"{name}_{code}") == "1"]
                row[path] = " ".join(picked)
                row |= {f"{path}/{code}": str(int(code in picked)) for code in codes}
            elif name in person:
                row["/".join([*above, name])] = person[name]
        rows.append({**row, "_id": str(number), "_uuid": f"u{number}", "_submission_time": "t"})
    return table(rows, ";"), "export.csv"


def surveyjs(files, truth) -> tuple[str, str]:
    (content,) = [data for name, data in files.items() if name.endswith(".json")]
    survey = json.loads(content)
    rows = []
    for person in truth.to_dict("records"):
        row: dict[str, object] = {}
        for element in [e for page in survey["pages"] for e in page["elements"]]:
            name = element["name"]
            if element["type"] == "matrix":
                lines = [line["value"] for line in element["rows"]]
                row[name] = {line: person[line] for line in lines if line in person}
            elif element["type"] == "checkbox":
                values = [str(choice["value"]) for choice in element["choices"]]
                row[name] = [
                    value
                    for value in values
                    if person.get(value if value.startswith(name) else f"{name}_{value}") == "1"
                ]
            elif name in person:
                row[name] = person[name]
        rows.append(row)
    return json.dumps(rows), "export.json"


def qualtrics(files, truth) -> tuple[str, str]:
    survey = json.loads(files["survey.qsf"])
    names: list[tuple[str, str]] = []
    for question in (e["Payload"] for e in survey["SurveyElements"] if e["Element"] == "SQ"):
        name, kind = question["DataExportTag"], question["QuestionType"]
        choices, codes = list(question.get("Choices", {})), question.get("RecodeValues", {})
        tags = question.get("ChoiceDataExportTags") or {}
        if kind == "Matrix" and question["SubSelector"] == "MultipleAnswer":
            names += [(f"{name}_{c}_{a}", f"{name}_{c}_{codes[a]}") for c in choices for a in codes]
        elif kind == "MC" and question["Selector"] == "MAVR":
            ones = set(codes.values()) == {"1"}  # a roster: each line is a place
            names += [(f"{name}_{c}", f"{name}_{c if ones else codes[c]}") for c in choices]
        elif kind in ("Matrix", "CS") or (kind == "TE" and choices):
            names += [(tags.get(c, f"{name}_{c}"),) * 2 for c in choices]
        elif kind != "DB":
            names.append((name, name))
    pairs = [pair for pair in names if pair[1] in truth.columns]
    kept = [heading for heading, _ in pairs]
    out = io.StringIO()
    writer = csv.writer(out)
    own = ["StartDate", "Status", "Finished", "ResponseId", "UserLanguage"]
    ids = ["startDate", "status", "finished", "_recordId", "userLanguage"]
    writer.writerow([*own, *kept])
    writer.writerow([*own, *("text" for _ in kept)])
    writer.writerow(
        [json.dumps({"ImportId": x}) for x in [*ids, *(f"QID{n}" for n, _ in enumerate(kept))]]
    )
    for number, person in enumerate(truth.to_dict("records")):
        writer.writerow(
            ["x", "0", "1", f"R_{number}", "EN", *(person[plain] for _, plain in pairs)]
        )
    return out.getvalue(), "export.csv"


LAYOUTS = {
    "limesurvey": (limesurvey, "limesurvey"),
    "redcap": (redcap, "redcap"),
    "xlsform": (kobo, "kobo"),
    "surveyjs": (surveyjs, "surveyjs"),
    "qualtrics": (qualtrics, "qualtrics"),
}


@pytest.mark.parametrize("platform", LAYOUTS)
def test_what_goes_out_comes_back(bank, truth, tmp_path: Path, platform):
    layout, reader = LAYOUTS[platform]
    text, name = layout(published(bank, platform), truth)
    (tmp_path / name).write_text(text, encoding="utf-8")
    back = cu.read_responses(tmp_path / name, bank, form="long")
    plain = cu.read_responses(truth, bank, form="long")
    assert any(reader.lower() in e.text.lower() for e in back.record.entries)
    assert back.persons["group"].tolist() == plain.persons["group"].tolist()
    assert back.persons["member"].tolist() == plain.persons["member"].tolist()
    assert set(back.rosters) == set(plain.rosters)
    pd.testing.assert_frame_equal(back.answers, plain.answers)
    for item, frame in plain.rosters.items():
        pd.testing.assert_frame_equal(back.rosters[item], frame)
    respondents = [item.id for item in bank.items if item.role == "respondent"]
    pd.testing.assert_frame_equal(back.persons[respondents], plain.persons[respondents])
