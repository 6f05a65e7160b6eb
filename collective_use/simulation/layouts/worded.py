"""Layouts that head columns with questions in words, as most form services do.

Two columns of a roster or of a list have the same question there, so that such items are left
out; the caller says which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from collective_use.platforms.columns import Column
from collective_use.platforms.layouts import Field, delimited
from collective_use.simulation.layouts.coded import TIME, Files
from collective_use.simulation.layouts.survey import Sheet

Head = Callable[[int, Field], str]


@dataclass(frozen=True, slots=True)
class Worded:
    """How a platform heads columns and what stands before and behind them.

    Attributes
    ----------
    first, last
        The platform's own headings with a cell of each; ``{n}`` is the number of the row.
    head
        From the number of a column and its texts to its heading; None for names.
    labels
        Whether cells hold labels, else codes.
    language
        Of headings and labels.
    tick
        What stands between ticked options in one cell; empty where checklists cannot be told.
    below
        Second heading row, as SurveyMonkey has it.
    prefix
        Before names.
    """

    first: dict[str, str]
    head: Head | None = None
    last: dict[str, str] = field(default_factory=dict)
    labels: bool = False
    language: str = "en"
    tick: str = ""
    below: bool = False
    prefix: str = ""


def _numbered(mark: str, joiner: str) -> Head:
    return lambda n, f: (
        f"{n}{mark}{f.text}{joiner}{f.part_text}" if _grid(f) else f"{n}{mark}{f.text}"
    )


def _stemmed(pattern: str) -> Head:
    return lambda n, f: pattern.format(f.text, f.part_text) if _grid(f) else f.text


def _grid(f: Field) -> bool:
    return not f.part and bool(f.part_text)


def _alone(n: int, f: Field) -> str:
    return f.part_text if _grid(f) else f.text


WORDED: dict[str, Worded] = {
    "wenjuanxing": Worded(
        {"序号": "{n}", "提交答卷时间": TIME, "所用时间": "{s}秒", "来自IP": "192.0.2.1"},
        _numbered("、", "—"), labels=True, language="zh",
    ),
    "tencent": Worded(
        {"编号": "{n}", "开始答题时间": TIME, "结束答题时间": TIME, "答题时长": "{s}秒"},
        _numbered(".", ":"), labels=True, language="zh",
    ),
    "credamo": Worded(
        {
            "作答ID": "{n}", "用户ID": "u", "开始时间": TIME, "结束时间": TIME,
            "作答总时长(秒)": "{s}",
        },
        _numbered(".", ":"), labels=True, language="zh",
    ),
    "wps": Worded(
        {"答题序号": "{n}", "提交时间": TIME, "提交人": "甲"},
        _numbered(".", "/"), labels=True, language="zh",
    ),
    "feishu": Worded(
        {}, _alone, {"提交人": "甲", "提交时间": TIME, "记录ID": "r{n}"}, labels=True, language="zh"
    ),
    "sosci": Worded(
        {"CASE": "{n}", "SERIAL": "", "REF": "", "QUESTNNR": "q", "MODE": "interview"},
        last={"TIME_SUM": "{s}", "FINISHED": "{f}"},
    ),
    "unipark": Worded(
        {"lfdn": "{n}", "external_lfdn": "0", "tester": "0", "dispcode": "31", "lastpage": "9"},
        last={"duration": "{s}"},
    ),
    "survey_solutions": Worded(
        {"interview__key": "{n}", "interview__id": "i{n}"}, last={"interview__status": "130"}
    ),
    "otree": Worded(
        {"participant.code": "c{n}", "participant._is_bot": "0"},
        prefix="survey.1.player.",
    ),
    "typeform": Worded(
        {"#": "a{n}"}, _alone,
        {
            "Response Type": "completed", "Start Date (UTC)": TIME, "Submit Date (UTC)": TIME,
            "Network ID": "n",
        },
        labels=True,
    ),
    "jotform": Worded({"Submission Date": TIME}, _stemmed("{} >> {}"), labels=True, tick="\n"),
    "google_forms": Worded({"Timestamp": TIME}, _stemmed("{} [{}]"), labels=True, tick=", "),
    "microsoft_forms": Worded(
        {
            "ID": "{n}", "Start time": TIME, "Completion time": TIME, "Email": "anonymous",
            "Name": "",
        },
        _alone, labels=True, tick=";",
    ),
    "eusurvey": Worded(
        {}, _stemmed("{}: {}"),
        {
            "Invitation number": "", "Contribution ID": "c{n}", "User name": "",
            "Creation date": TIME, "Last update": TIME, "Languages": "EN",
        },
        labels=True,
    ),
    "surveymonkey": Worded(
        {"Respondent ID": "{n}", "Collector ID": "c", "Start Date": TIME, "End Date": TIME},
        _stemmed("{}\t{}"), labels=True, below=True,
    ),
}  # fmt: skip


def left_out(sheet: Sheet, layout: Worded) -> tuple[str, ...]:
    """Return the items that this layout cannot hold."""
    if layout.head is None:
        return ()
    return tuple(
        dict.fromkeys(
            column.item
            for column in sheet.columns
            if (column.position is not None or column.option is not None)
            and not (layout.tick and sheet.item(column).kind == "checklist")
        )
    )


def write(sheet: Sheet, layout: Worded) -> Files:
    """Return the export in this layout."""
    out = set(left_out(sheet, layout))
    kept = [column for column in sheet.columns if column.item not in out]
    heads, cells = _answers(sheet, layout, kept)
    keys = [
        layout.prefix + key if layout.head is None else _key_head(sheet, layout, number, key)
        for number, key in enumerate(sheet.keys, start=1)
    ]
    head = [*layout.first, *keys, *heads, *layout.last]
    rows = [head]
    if layout.below:
        rows = _two_rows(layout, keys, heads)
    for n, answers in enumerate(cells):
        own = {"n": n + 1, "s": sheet.seconds[n], "f": int(sheet.finished[n])}
        before = [cell.format(**own) for cell in layout.first.values()]
        behind = [cell.format(**own) for cell in layout.last.values()]
        mine = [str(sheet.frame[key].iloc[n]) for key in sheet.keys]
        rows.append([*before, *mine, *answers, *behind])
    return {"export.csv": delimited(rows, ",")}


def _key_head(sheet: Sheet, layout: Worded, number: int, key: str) -> str:
    text = sheet.key_text(key, layout.language)
    return layout.head(number, Field(key, text=text)) if layout.head else key


def _two_rows(layout: Worded, keys: list[str], heads: list[str]) -> list[list[str]]:
    first, second, before = [*layout.first, *keys], [""] * len(layout.first), ""
    second += ["Response"] * len(keys)
    for head in heads:
        question, _, part = head.partition("\t")
        first.append("" if question == before else question)
        second.append(part or "Response")
        before = question
    return [first, second]


def _answers(sheet: Sheet, layout: Worded, kept: list[Column]) -> tuple[list[str], list[list[str]]]:
    heads: list[str] = []
    columns: list[list[str]] = []
    seen: set[str] = set()
    start = len(sheet.keys)
    for column in kept:
        if layout.head is None:
            heads.append(layout.prefix + column.name)
        elif column.item in seen:
            continue
        else:
            found = sheet.field(column, layout.language)
            found = Field(found.code, text=found.text, part_text=_line(sheet, column, found))
            heads.append(layout.head(start + len(seen) + 1, found))
        seen.add(column.item)
        columns.append(_cells(sheet, layout, column))
    return heads, [list(row) for row in zip(*columns, strict=True)]


def _line(sheet: Sheet, column: Column, found: Field) -> str:
    return found.part_text if sheet.item(column).kind == "likert" else ""


def _cells(sheet: Sheet, layout: Worded, column: Column) -> list[str]:
    cells = sheet.frame[column.name].astype(str).tolist()
    item = sheet.item(column)
    if layout.head is not None and item.kind == "checklist":
        return _joined(sheet, layout, item.id)
    if not layout.labels or not sheet.labelled(column):
        return cells
    return [sheet.label(column, cell, layout.language) if cell else "" for cell in cells]


def _joined(sheet: Sheet, layout: Worded, item: str) -> list[str]:
    boxes = [column for column in sheet.columns if column.item == item]
    rows = zip(*(sheet.frame[box.name].astype(str) for box in boxes), strict=True)
    return [
        layout.tick.join(
            sheet.label(box, str(box.option), layout.language)
            for box, cell in zip(boxes, row, strict=True)
            if cell == "1"
        )
        for row in rows
    ]
