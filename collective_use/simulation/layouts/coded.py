"""Layouts that head columns with names and hold codes: nothing is lost in them."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from collective_use.platforms.columns import Column
from collective_use.platforms.layouts import (
    Field,
    delimited,
    kobo_heading,
    limesurvey_heading,
    redcap_heading,
)
from collective_use.simulation.layouts.survey import Sheet

TIME = "2025-03-03 08:00:00"
Files = dict[str, bytes]


def _named(column: Column, sheet: Sheet) -> Field:
    parts = [str(p) for p in (column.position, column.option) if p is not None]
    return Field(sheet.item(column).id, "".join(parts[:1]), "".join(parts[1:2]))


def _rows(sheet: Sheet, before: Callable[[int], list[str]], behind: list[str]) -> list[list[str]]:
    names = [*sheet.keys, *(column.name for column in sheet.columns)]
    cells = sheet.frame[names].to_numpy().tolist()
    return [[*before(number), *row, *behind] for number, row in enumerate(cells)]


def plain(sheet: Sheet) -> Files:
    """One heading row, comma separated."""
    names = [*sheet.keys, *(column.name for column in sheet.columns), "language"]
    rows = _rows(sheet, lambda n: [], [])
    rows = [[*row, sheet.language[n]] for n, row in enumerate(rows)]
    return {"export.csv": delimited([names, *rows], ",")}


def excel(sheet: Sheet) -> Files:
    """A workbook with one sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    page.append([*sheet.keys, *(column.name for column in sheet.columns)])
    for row in _rows(sheet, lambda n: [], []):
        page.append([float(cell) if _is_code(cell) else cell or None for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return {"export.xlsx": buffer.getvalue()}


def _is_code(cell: str) -> bool:
    return cell.removeprefix("-").isdecimal()


def limesurvey(sheet: Sheet) -> Files:
    """Question codes, semicolons, everything quoted, a byte order mark."""
    own = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
    heads = [limesurvey_heading(_named(column, sheet)) for column in sheet.columns]

    def before(n: int) -> list[str]:
        return [str(n + 1), TIME if sheet.finished[n] else "", "3", sheet.language[n], str(90 + n)]

    rows = [[*own, *sheet.keys, *heads], *_rows(sheet, before, [])]
    return {"export.csv": delimited(rows, ";", quoted=True, bom=True)}


def redcap(sheet: Sheet) -> Files:
    """Raw data: variable names, ticked options with three underscores."""
    heads = [
        redcap_heading(_named(column, sheet))
        if sheet.item(column).kind == "checklist"
        else column.name
        for column in sheet.columns
    ]
    rows = _rows(sheet, lambda n: [str(n + 1)], [])
    rows = [[*row, "2" if sheet.finished[n] else "0"] for n, row in enumerate(rows)]
    head = ["record_id", *sheet.keys, *heads, "form_complete"]
    return {"export.csv": delimited([head, *rows], ",")}


def kobo(sheet: Sheet) -> Files:
    """Names, ticked options behind a stroke."""
    heads = [
        kobo_heading(_named(column, sheet))
        if sheet.item(column).kind == "checklist"
        else column.name
        for column in sheet.columns
    ]
    rows = _rows(sheet, lambda n: [TIME, TIME], [])
    rows = [[*row, str(n), f"u{n}", TIME] for n, row in enumerate(rows)]
    head = ["start", "end", *sheet.keys, *heads, "_id", "_uuid", "_submission_time"]
    return {"export.csv": delimited([head, *rows], ";", quoted=True)}


def _labelled(ending: str) -> Callable[[Sheet], Files]:
    def write(sheet: Sheet) -> Files:
        import pyreadstat

        data: dict[str, object] = {name: sheet.frame[name].astype(str) for name in sheet.keys}
        labels: dict[str, dict[float, str]] = {}
        for column in sheet.columns:
            cells = sheet.frame[column.name]
            if sheet.item(column).kind == "month":
                data[column.name] = cells.astype(str)
                continue
            data[column.name] = pd.to_numeric(cells, errors="coerce").astype("float64")
            options = sheet.options(sheet.item(column)) if sheet.labelled(column) else ()
            shown = {
                float(option.code): next(iter(option.label.values()), str(option.code))
                for option in options
                if option.code is not None
            }
            if shown:
                labels[column.name] = shown
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"export.{ending}"
            writer = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
            writer(pd.DataFrame(data), str(path), variable_value_labels=labels)
            return {path.name: path.read_bytes()}

    return write


def sas(sheet: Sheet) -> Files:
    """A transport file; it holds no value labels."""
    import pyreadstat

    frame = sheet.frame.copy()
    for column in sheet.columns:
        if sheet.item(column).kind != "month":
            numbers = pd.to_numeric(frame[column.name], errors="coerce")
            frame[column.name] = numbers.astype("float64")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xpt"
        pyreadstat.write_xport(frame, str(path), file_format_version=8)
        return {path.name: path.read_bytes()}


def _json(own: Callable[[Sheet, int], dict[str, object]]) -> Callable[[Sheet], Files]:
    def write(sheet: Sheet) -> Files:
        rows = []
        for n, values in enumerate(sheet.frame.to_dict(orient="records")):
            row: dict[str, object] = {**own(sheet, n), **{key: values[key] for key in sheet.keys}}
            for column in sheet.columns:
                text = str(values[column.name])
                if sheet.item(column).kind == "checklist":
                    ticked = row.setdefault(sheet.item(column).id, [])
                    if text == "1" and isinstance(ticked, list):
                        ticked.append(str(column.option))
                elif text:
                    row[column.name] = text
            rows.append(row)
        return {"export.json": json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8")}

    return write


def web(sheet: Sheet) -> Files:
    """One file of answers for each respondent, as the page writes them."""
    files = {}
    for n, values in enumerate(sheet.frame.to_dict(orient="records")):
        entry = {
            "format": "collective-use answers",
            "schema": 1,
            "instrument": sheet.instrument.id,
            "version": sheet.instrument.version,
            "form": "",
            "form_id": "simulated",
            "language": sheet.language[n],
            "started": TIME,
            "finished": TIME,
            "duration": int(sheet.seconds[n]),
            "seconds": {},
            "consent": {"taking_part": True},
            "keys": {key: values[key] for key in sheet.keys},
            "answers": {c.name: values[c.name] for c in sheet.columns if values[c.name]},
        }
        text = json.dumps(entry, ensure_ascii=False, indent=1)
        files[f"answers/answers-{n + 1:05}.json"] = text.encode("utf-8")
    return files


def _formr(sheet: Sheet, n: int) -> dict[str, object]:
    ended = TIME if sheet.finished[n] else ""
    return {"session": f"s{n}", "created": TIME, "ended": ended}


CODED: dict[str, Callable[[Sheet], Files]] = {
    "plain": plain,
    "excel": excel,
    "limesurvey": limesurvey,
    "redcap": redcap,
    "kobo": kobo,
    "spss": _labelled("sav"),
    "stata": _labelled("dta"),
    "sas": sas,
    "web": web,
    "surveyjs": _json(lambda sheet, n: {"locale": sheet.language[n]}),
    "formr": _json(_formr),
}
"""Platform to the writer of its layout."""
