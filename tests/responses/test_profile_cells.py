"""Random answers in every profile's layout come back equal, missing, or named: never another."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import collective_use as cu

BANK = cu.load_instrument(Path(__file__).with_name("lab_data.yaml"))
STEM = {"en": "How far do you agree", "zh": "您在多大程度上同意"}
ITEMS = {item.id: item for item in BANK.items}
SCALE = {option.code: option.label for option in BANK.get_scale("agree").options}
MISSING = {9: BANK.get_scale("agree").missing[0].label}
WRONG = ("Agreee", "7", "0.5", "同意吗", "4 or 5", "x")


@dataclass(frozen=True)
class Layout:
    """How a platform heads columns and what stands before and behind them.

    Attributes
    ----------
    first, last
        The platform's own headings with a cell of each, before and behind the answers.
    head
        From number, text and whether it is a line of a grid to a heading; None for ids.
    language
        Of texts and labels.
    codes, labels
        Whether exports of codes, and of labels, exist.
    """

    first: dict[str, str]
    head: Callable[[int, str, bool], str] | None
    language: str = "en"
    last: dict[str, str] | None = None
    codes: bool = True
    labels: bool = True


def numbered(mark: str, joiner: str) -> Callable[[int, str, bool], str]:
    return lambda n, text, line: (
        f"{n}{mark}{STEM['zh']}{joiner}{text}" if line else f"{n}{mark}{text}"
    )


def stemmed(pattern: str) -> Callable[[int, str, bool], str]:
    return lambda n, text, line: pattern.format(STEM["en"], text) if line else text


TIME = "2024-01-02 10:00:00"
LAYOUTS = {
    "wenjuanxing": Layout(
        {"序号": "{n}", "提交答卷时间": TIME, "所用时间": "125秒", "来自IP": "192.0.2.1"},
        numbered("、", "—"),
        "zh",
    ),
    "tencent": Layout(
        {"编号": "{n}", "开始答题时间": TIME, "结束答题时间": TIME, "答题时长": "2分5秒"},
        numbered(".", ":"),
        "zh",
        codes=False,
    ),
    "credamo": Layout(
        {
            "作答ID": "{n}",
            "用户ID": "u",
            "开始时间": TIME,
            "结束时间": TIME,
            "作答总时长(秒)": "125",
        },
        numbered(".", ":"),
        "zh",
    ),
    "wps": Layout(
        {"答题序号": "{n}", "提交时间": TIME, "提交人": "甲"}, numbered(".", "/"), "zh", codes=False
    ),
    "feishu": Layout(
        {},
        lambda n, text, line: text,
        "zh",
        {"提交人": "甲", "提交时间": TIME, "记录ID": "r{n}"},
        codes=False,
    ),
    "sosci": Layout(
        {"CASE": "{n}", "SERIAL": "", "REF": "", "QUESTNNR": "q", "MODE": "interview"},
        None,
        last={"TIME_SUM": "125", "FINISHED": "1"},
        labels=False,
    ),
    "unipark": Layout(
        {"lfdn": "{n}", "external_lfdn": "0", "tester": "0", "dispcode": "31", "lastpage": "9"},
        None,
        last={"duration": "125"},
        labels=False,
    ),
    "typeform": Layout(
        {"#": "a{n}"},
        lambda n, text, line: text,
        last={
            "Response Type": "completed",
            "Start Date (UTC)": TIME,
            "Submit Date (UTC)": TIME,
            "Network ID": "n",
        },
        codes=False,
    ),
    "jotform": Layout({"Submission Date": TIME}, stemmed("{} >> {}"), codes=False),
    "google_forms": Layout({"Tidsstempel": TIME}, stemmed("{} [{}]"), codes=False),
    "microsoft_forms": Layout(
        {"ID": "{n}", "Start": TIME, "Slut": TIME, "Mail": "anonymous", "Navn": ""},
        lambda n, text, line: text,
        codes=False,
    ),
    "eusurvey": Layout(
        {},
        stemmed("{}: {}"),
        last={
            "Invitation number": "",
            "Contribution ID": "c{n}",
            "User name": "",
            "Creation date": TIME,
            "Last update": TIME,
            "Languages": "EN",
        },
        codes=False,
    ),
    "survey_solutions": Layout(
        {"interview__key": "{n}", "interview__id": "i{n}"},
        None,
        last={"interview__status": "130"},
        labels=False,
    ),
    "otree": Layout(
        {"participant.code": "c{n}", "participant._is_bot": "0"},
        lambda n, text, line: f"survey.1.player.{text}",
        labels=False,
    ),
}


def headings(platform: str, layout: Layout) -> list[str]:
    found = []
    for number, name in enumerate(("lab", "pid", "q1", "q2"), start=1):
        if layout.head is None or platform == "otree":
            found.append(name if layout.head is None else layout.head(number, name, False))
        else:
            text = ITEMS[name].text[layout.language]
            found.append(layout.head(number, text, name in ("q1", "q2")))
    return found


def shown(code: int, labels: bool, language: str) -> str:
    return {**SCALE, **MISSING}[code][language] if labels else str(code)


@st.composite
def exports(draw, platform: str):
    """A file, what is in it, and which cells hold nonsense."""
    layout = LAYOUTS[platform]
    labels = layout.labels and (not layout.codes or draw(st.booleans()))
    rows = draw(
        st.lists(
            st.tuples(*[st.one_of(st.sampled_from([1, 2, 3, 4, 5, 9]), st.none())] * 2),
            min_size=1,
            max_size=6,
        ).filter(lambda found: any(cell is not None for row in found for cell in row))
    )
    wrong = draw(
        st.dictionaries(
            st.tuples(st.integers(0, len(rows) - 1), st.integers(0, 1)),
            st.sampled_from(WRONG),
            max_size=2,
        )
    )
    last = layout.last or {}
    lines = [[*layout.first, *headings(platform, layout), *last]]
    for number, row in enumerate(rows):
        cells = [
            wrong.get((number, place))
            or ("" if code is None else shown(code, labels, layout.language))
            for place, code in enumerate(row)
        ]
        before = [cell.format(n=number + 1) for cell in layout.first.values()]
        behind = [cell.format(n=number + 1) for cell in last.values()]
        lines.append([*before, f"g{number % 2}", f"p{number}", *cells, *behind])
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue(), rows, wrong


SEEN = {"cells": 0}


@pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning")
@pytest.mark.parametrize("platform", LAYOUTS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_each_cell_comes_back_equal_missing_or_named(platform, data):
    text, rows, wrong = data.draw(exports(platform))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "e.csv"
        file.write_text(text, "utf-8")
        try:
            responses = cu.read_responses(file, BANK)
        except cu.ScaleValueError as error:
            said = str(error)
        else:
            said = None
            compare(responses, rows, {})
        if wrong:
            assert said is not None, f"read in silence: {wrong}"
            assert any(value in said for value in wrong.values())
            compare(cu.read_responses(file, BANK, invalid="missing"), rows, wrong)
        else:
            assert said is None, said


def compare(responses, rows, wrong) -> None:
    got = responses.to_frame().set_index("member")
    for number, row in enumerate(rows):
        if f"p{number}" not in got.index:
            # A row without a single answer is left out, and said.
            assert all(code is None or (number, place) in wrong for place, code in enumerate(row))
            continue
        for place, name in enumerate(("q1", "q2")):
            SEEN["cells"] += 1
            code = None if (number, place) in wrong or row[place] == 9 else row[place]
            value = got.loc[f"p{number}", name] if name in got else np.nan
            assert (np.isnan(value) and code is None) or value == code


def test_every_profile_is_among_them():
    from collective_use.platforms.registry import platforms

    assert {row.id for row in platforms() if row.profile is not None} == set(LAYOUTS)
