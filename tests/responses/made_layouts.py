"""Writers of a made survey in the layout of each platform, both ways of coding."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
from made_surveys import Survey

from collective_use.instrument.model import Item
from collective_use.platforms.columns import Column
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

TICKS = ("checklist", "roster_binary", "roster_roles")
STEM = "How far do you agree?"


def options_of(survey: Survey, item: Item) -> list[Any]:
    return list(survey.instrument.get_scale(item.scale).options if item.scale else item.options)


def cell(survey: Survey, person: int, column: Column, coding: str) -> str:
    """Return what stands in a cell: code, label in either language, or both together."""
    if (person, column.name) in survey.planted:
        return survey.planted[person, column.name]
    text = survey.texts[column.name][person]
    item = survey.item(column)
    if text == "" or item.kind in (*TICKS, "number", "month", "allocation") or coding == "codes":
        return text
    option = next(o for o in options_of(survey, item) if f"{o.code}" == text)
    shown = option.label["zh" if coding == "zh" else "en"]
    return f"{text} - {shown}" if coding == "both" else shown


def own(survey: Survey, person: int, column: Column) -> bool:
    return survey.truth[column.name][person] == 1.0


def ticks_of(survey: Survey, item: str) -> list[Column]:
    return [c for c in survey.columns if c.item == item]


def joined(survey: Survey, person: int, item: Item, coding: str, mark: str) -> str:
    """Return all ticked options in one cell; a planted cell is one part more."""
    parts = []
    for column in ticks_of(survey, item.id):
        option = next(o for o in item.options if o.code == column.option)
        if (person, column.name) in survey.planted:
            parts.append(survey.planted[person, column.name])
        elif own(survey, person, column):
            language = "zh" if coding == "zh" else "en"
            parts.append(str(option.code) if coding == "codes" else option.label[language])
    return mark.join(parts)


def field_of(survey: Survey, column: Column, style: str = "") -> Field:
    """Return a column as the headings of platforms need it."""
    item = survey.item(column)
    text = item.text["en"]
    part = "" if column.position is None else str(column.position)
    second = "" if column.option is None else str(column.option)
    option = next((o.label["en"] for o in item.options if o.code == column.option), "")
    if item.kind == "likert" and style == "grid":
        return Field(item.id, text=STEM, part_text=text)
    parts = [p for p in (part, second) if p]
    return Field(item.id, *parts, text=text, part_text=option or part)


def table(survey: Survey, columns: list[Column], coding: str, heads: list[str]) -> list[list[str]]:
    rows = [["team", "who", *heads]]
    for person, keys in enumerate(survey.keys):
        rows.append([*keys, *(cell(survey, person, column, coding) for column in columns)])
    return rows


def plain(mark: str, encoding: str) -> Callable[..., Path]:
    def write(survey: Survey, folder: Path, coding: str) -> Path:
        rows = table(survey, survey.columns, coding, [c.name for c in survey.columns])
        path = folder / "plain.csv"
        path.write_bytes(delimited(rows, mark).decode().encode(encoding))
        return path

    return write


def workbook(survey: Survey, folder: Path, coding: str) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["A survey of teams"])
    for row in table(survey, survey.columns, coding, [c.name for c in survey.columns]):
        book.active.append([float(c) if c.isdecimal() else c or None for c in row])
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def parquet(survey: Survey, folder: Path, coding: str) -> Path:
    head, *rows = table(survey, survey.columns, coding, [c.name for c in survey.columns])
    pd.DataFrame(rows, columns=head).to_parquet(folder / "p.parquet")
    return folder / "p.parquet"


def labelled(ending: str) -> Callable[..., Path]:
    """Write numbers with value labels: the codes, or turned round where coding is labels."""

    def write(survey: Survey, folder: Path, coding: str) -> Path:
        data: dict[str, Any] = {"team": [k[0] for k in survey.keys]}
        data["who"] = [k[1] for k in survey.keys]
        labels: dict[str, dict[float, str]] = {}
        for column in survey.columns:
            item = survey.item(column)
            values = list(survey.truth[column.name])
            if item.kind == "month":
                data[column.name] = [cell(survey, n, column, coding) for n in range(len(values))]
                continue
            turned = {}
            if item.kind in TICKS:
                turned = {1.0: 1.0, 0.0: 2.0} if coding != "codes" else {}
                if turned:
                    labels[column.name] = {1.0: "Yes", 2.0: "No"}
            elif item.kind not in ("number", "allocation"):
                codes = [float(o.code) for o in options_of(survey, item)]
                turned = dict(zip(codes, codes if coding == "codes" else codes[::-1], strict=True))
                language = "zh" if coding == "zh" else "en"
                labels[column.name] = {
                    turned[float(o.code)]: o.label[language] for o in options_of(survey, item)
                }
            data[column.name] = [
                None if value is None else turned.get(value, value) for value in values
            ]
            for person in range(len(values)):
                if (person, column.name) in survey.planted:
                    bad = item.kind in ("number",)
                    data[column.name][person] = None if bad else 77.0 + 100
                    if bad:
                        del survey.planted[person, column.name]
                        survey.truth[column.name][person] = None
            data[column.name] = pd.array(data[column.name], dtype="float64")
        frame = pd.DataFrame(data)
        path = folder / f"file.{ending}"
        writer = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
        writer(frame, str(path), variable_value_labels=labels)
        return path

    return write


def qualtrics(legacy: bool) -> Callable[..., Path]:
    def write(survey: Survey, folder: Path, coding: str) -> Path:
        fields = [field_of(survey, column) for column in survey.columns]
        names = [column.name for column in survey.columns]
        texts = [qualtrics_heading(field)[1] for field in fields]
        first = QUALTRICS_LEGACY if legacy else QUALTRICS
        keys = ["team", "who"]
        rows = [[part[0] for part in first] + keys + names]
        rows.append([part[1] for part in first] + keys + texts)
        if not legacy:
            codes = [f"QID{n}" for n in range(len(names) + 2)]
            rows.append([import_id(part[2]) for part in QUALTRICS] + [import_id(c) for c in codes])
        for person, key in enumerate(survey.keys):
            own = {"Finished": "1", "Status": "0", "V10": "1", "V7": "0", "Progress": "100"}
            mine = [own.get(part[0], "") for part in first]
            place = 0 if legacy else 8
            mine[place] = f"R_{person}"
            rows.append([*mine, *key, *(cell(survey, person, c, coding) for c in survey.columns)])
        (folder / "q.csv").write_bytes(delimited(rows, ","))
        return folder / "q.csv"

    return write


def limesurvey(style: str) -> Callable[..., Path]:
    def write(survey: Survey, folder: Path, coding: str) -> Path:
        columns = survey.columns if style != "text" else without_places(survey)
        fields = [field_of(survey, c, "grid" if style == "text" else "") for c in columns]
        heads = [limesurvey_heading(field, style) for field in fields]
        system = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
        if style == "text":
            system = ["Response ID", "Date submitted", "Last page", "Start language", "Seed"]
        rows = [[*system, "team", "who", *heads]]
        for person, key in enumerate(survey.keys):
            mine = [str(person + 1), "2026-01-01 10:00:00", "3", "en", "99"]
            rows.append([*mine, *key, *(cell(survey, person, c, coding) for c in columns)])
        (folder / "lime.csv").write_bytes(delimited(rows, ";", quoted=True, bom=True))
        return folder / "lime.csv"

    return write


def without_places(survey: Survey) -> list[Column]:
    """Return the columns that headings in words can tell apart: no rosters, no lists."""
    return [
        c for c in survey.columns if c.position is None and survey.item(c).kind != "rating_list"
    ]


def redcap(labels: bool) -> Callable[..., Path]:
    def write(survey: Survey, folder: Path, coding: str) -> Path:
        columns = without_places(survey) if labels else survey.columns
        heads = []
        for column in columns:
            box = survey.item(column).kind == "checklist"
            field = field_of(survey, column)
            heads.append(redcap_heading(field, labels) if box or labels else column.name)
        ending = "Complete?" if labels else "form_complete"
        rows = [["Record ID" if labels else "record_id", "team", "who", *heads, ending]]
        for person, key in enumerate(survey.keys):
            cells = [cell(survey, person, column, coding) for column in columns]
            if labels:
                boxes = [survey.item(column).kind == "checklist" for column in columns]
                words = {"1": "Checked", "0": "Unchecked"}
                cells = [words.get(c, c) if box else c for c, box in zip(cells, boxes, strict=True)]
            rows.append([str(person + 1), *key, *cells, "Complete" if labels else "2"])
        (folder / "red.csv").write_bytes(delimited(rows, ","))
        return folder / "red.csv"

    return write


def kobo(style: str) -> Callable[..., Path]:
    def write(survey: Survey, folder: Path, coding: str) -> Path:
        columns = without_places(survey) if style == "labels" else survey.columns
        heads = []
        for column in columns:
            field = field_of(survey, column)
            if survey.item(column).kind != "checklist":
                name = field.text if style == "labels" else column.name
                field = Field(name, text=field.text, above=("page1",))
            heads.append(kobo_heading(field, style))
        rows = [["start", "end", "team", "who", *heads, "_id", "_uuid", "_submission_time"]]
        for person, key in enumerate(survey.keys):
            cells = [cell(survey, person, column, coding) for column in columns]
            rows.append(["t", "t", *key, *cells, str(person), f"u{person}", "t"])
        (folder / "kobo.csv").write_bytes(delimited(rows, ";", quoted=True))
        return folder / "kobo.csv"

    return write


def in_words(
    survey: Survey, coding: str, head: Callable[[Item], str], mark: str
) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of forms that head columns with the question and join ticks."""
    items = [
        item
        for item in survey.instrument.items
        if not item.roster and item.kind not in ("rating_list",)
    ]
    rows = []
    for person in range(len(survey.keys)):
        row = []
        for item in items:
            if item.kind == "checklist":
                row.append(joined(survey, person, item, coding, mark))
            else:
                column = next(c for c in survey.columns if c.item == item.id)
                row.append(cell(survey, person, column, coding))
        rows.append(row)
    return [head(item) for item in items], rows


def google_forms(survey: Survey, folder: Path, coding: str) -> Path:
    def head(item: Item) -> str:
        return f"{STEM} [{item.text['en']}]" if item.kind == "likert" else item.text["en"]

    heads, rows = in_words(survey, coding, head, ", ")
    lines = [["Timestamp", "team", "who", *heads]]
    lines += [["2026/01/01", *key, *row] for key, row in zip(survey.keys, rows, strict=True)]
    (folder / "google.csv").write_bytes(delimited(lines, ","))
    return folder / "google.csv"


def microsoft_forms(survey: Survey, folder: Path, coding: str) -> Path:
    heads, rows = in_words(survey, coding, lambda item: item.text["en"], ";")
    book = openpyxl.Workbook()
    book.active.append(
        ["ID", "Start time", "Completion time", "Email", "Name", "team", "who", *heads]
    )
    for number, (key, row) in enumerate(zip(survey.keys, rows, strict=True), 1):
        book.active.append([number, "t", "t", "anonymous", "", *key, *(c or None for c in row)])
    book.save(folder / "ms.xlsx")
    return folder / "ms.xlsx"


def jotform(survey: Survey, folder: Path, coding: str) -> Path:
    def head(item: Item) -> str:
        return f"{STEM} >> {item.text['en']}" if item.kind == "likert" else item.text["en"]

    heads, rows = in_words(survey, coding, head, "\n")
    lines = [["Submission Date", "team", "who", *heads]]
    lines += [["2026-01-01", *key, *row] for key, row in zip(survey.keys, rows, strict=True)]
    (folder / "jot.csv").write_bytes(delimited(lines, ","))
    return folder / "jot.csv"


def surveymonkey(survey: Survey, folder: Path, coding: str) -> Path:
    columns = without_places(survey)
    first = ["Respondent ID", "Collector ID", "Start Date", "End Date", "team", "who"]
    second = ["", "", "", "", "Response", "Response"]
    seen = ""
    for column in columns:
        item = survey.item(column)
        field = field_of(survey, column, "grid")
        first.append("" if field.text == seen else field.text)
        second.append(field.part_text or "Response")
        seen = field.text
    rows = [first, second]
    for person, key in enumerate(survey.keys):
        cells = []
        for column in columns:
            text = cell(survey, person, column, coding)
            item = survey.item(column)
            if item.kind == "checklist" and (person, column.name) not in survey.planted:
                option = next(o for o in item.options if o.code == column.option)
                text = option.label["en"] if text == "1" else ""
            cells.append(text)
        rows.append([str(person), "c", "t", "t", *key, *cells])
    (folder / "monkey.csv").write_bytes(delimited(rows, ","))
    return folder / "monkey.csv"


def web(survey: Survey, folder: Path, coding: str) -> list[Path]:
    del coding  # our own page writes codes
    paths = []
    for person, key in enumerate(survey.keys):
        answers = {c.name: cell(survey, person, c, "codes") for c in survey.columns}
        entry = {
            "format": "collective-use answers", "schema": 1, "instrument": "made", "version": "1",
            "form": "main", "form_id": "x", "language": "en", "started": "t", "finished": "t",
            "duration": 60, "seconds": {}, "consent": {"taking_part": True},
            "keys": {"team": key[0], "who": key[1]},
            "answers": {name: text for name, text in answers.items() if text},
        }  # fmt: skip
        paths.append(folder / f"answers-{person}.json")
        paths[-1].write_text(json.dumps(entry, ensure_ascii=False), encoding="utf-8")
    return paths


def json_rows(extra: Callable[[int], dict[str, Any]]) -> Callable[..., Path]:
    def write(survey: Survey, folder: Path, coding: str) -> Path:
        rows = []
        for person, key in enumerate(survey.keys):
            row: dict[str, Any] = {**extra(person), "team": key[0], "who": key[1]}
            for item in survey.instrument.items:
                mine = ticks_of(survey, item.id)
                if item.kind == "checklist":
                    parts = [p for p in joined(survey, person, item, "codes", "|").split("|") if p]
                    row[item.id] = parts
                    continue
                cells = {c.name: cell(survey, person, c, coding) for c in mine}
                row.update({name: text for name, text in cells.items() if text})
            rows.append(row)
        (folder / "rows.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        return folder / "rows.json"

    return write


LAYOUTS: dict[str, Callable[..., Any]] = {
    "plain, comma": plain(",", "utf-8"),
    "plain, semicolon": plain(";", "utf-8-sig"),
    "plain, tab, UTF-16": plain("\t", "utf-16"),
    "workbook with a title": workbook,
    "Parquet": parquet,
    "SPSS": labelled("sav"),
    "Stata": labelled("dta"),
    "Qualtrics": qualtrics(False),
    "Qualtrics, legacy": qualtrics(True),
    "LimeSurvey, code": limesurvey("code"),
    "LimeSurvey, code and text": limesurvey("code and text"),
    "LimeSurvey, expression": limesurvey("expression"),
    "LimeSurvey, text": limesurvey("text"),
    "REDCap, raw": redcap(False),
    "REDCap, labels": redcap(True),
    "KoBo, names": kobo("names"),
    "KoBo, groups": kobo("groups"),
    "KoBo, labels": kobo("labels"),
    "SurveyMonkey": surveymonkey,
    "Google Forms": google_forms,
    "Microsoft Forms": microsoft_forms,
    "Jotform": jotform,
    "web page": web,
    "SurveyJS": json_rows(lambda person: {"locale": "en"}),
    "formr": json_rows(
        lambda person: {"session": f"s{person}", "created": "t", "ended": "t"}
    ),
}  # fmt: skip
CODINGS = ("codes", "labels", "zh", "both")
