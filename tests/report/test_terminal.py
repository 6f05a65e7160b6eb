"""The terminal: the answer first, names beside codes, the largest first, nothing said twice."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import pandas as pd
import pytest

from collective_use.cli import waiting
from collective_use.progress import step
from collective_use.report.first import answers
from collective_use.report.material import Material
from collective_use.report.phrases import phrases_in
from collective_use.report.sentences import plain_text
from collective_use.report.terminal.models import minded, model_tables
from collective_use.report.terminal.words import in_short
from collective_use.results import table_text
from tests.report.conftest import MODEL


def two(material: Material) -> Material:
    """Return the material with a second model, one path of it stronger."""
    tables = dict(material.tables)
    for name in ("estimates.csv", "effects.csv"):
        second = tables[name].assign(model="M2")
        tables[name] = pd.concat([tables[name], second], ignore_index=True)
    tables["models_compared.csv"] = pd.DataFrame(
        {"model": ["M1", "M2"], "groups": 60, "df": [5, 3], "chisq": [9.0, 2.0], "p": [0.1, 0.5]}
    )
    tables["models_differences.csv"] = pd.DataFrame(
        {"smaller": ["M1"], "larger": ["M2"], "chisq": [7.0], "df": [2], "p": [0.03], "note": ""}
    )
    account = {
        **material.account, "cutoffs": {"p": {"value": 0.05, "source": "convention"}},
        "models": {
            "M1": {"groups": 60, "warnings": ["Few groups.", "Only here."]},
            "M2": {"groups": 60, "warnings": ["Few groups."]},
        },
    }  # fmt: skip
    return replace(material, tables=tables, account=account)


def printed(material: Material) -> str:
    return "\n".join(table_text(table) for table in model_tables(material, 2))


def test_the_largest_path_and_effect_come_first_in_each_block(material: Material) -> None:
    text = printed(material)
    assert text.index("(ssm)") < text.index("Connectedness (con)") < text.index("(dlr)")
    assert "* " not in text.split("Effects")[1].split("Power imbalance")[1].split("\n")[0]
    assert text.index("through all mechanisms") < text.index("through one mechanism")


def test_two_models_stand_side_by_side_and_are_compared(material: Material) -> None:
    text = printed(two(material))
    whole = " ".join(text.split())
    assert "M1 is nested in M2: chi-square difference(2) = 7.00, p = .030." in text
    assert "What M2 adds fits better than chance." in whole
    assert text.count("Effects along the paths") == text.count("Largest first.") == 1
    line = next(line for line in text.splitlines() if "(ssm)" in line)
    assert line.count("0.35 [ 0.12,  0.58]*") == 2


def test_what_holds_for_all_models_is_said_once(material: Material) -> None:
    assert minded(two(material), ["M1", "M2"]) == ["Few groups.", "M1: Only here."]


def test_the_answers_are_those_of_the_first_screen(material: Material) -> None:
    said = " ".join(in_short(material).split())
    for answer in answers(material):
        assert plain_text(answer.words) in said


def test_chinese_lines_are_no_wider_than_a_terminal(material: Material) -> None:
    chinese = replace(material, phrases=phrases_in("zh"))
    text = in_short(chinese) + printed(chinese)
    assert "Largest first" not in text
    assert re.search(r"从大到小", text)


def test_no_table_says_other_numbers_than_the_tables(material: Material) -> None:
    text = printed(material)
    for row in MODEL["effects.csv"].itertuples():
        assert f"{row.est:6.2f} [{row.lower:5.2f}, {row.upper:5.2f}]" in text


def test_progress_shows_the_time_left_and_goes_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    seconds = iter([0.0, 1.0, 10.0, 10.0])
    with waiting.waiting({"read": 1.0, "groups": 1.0}, clock=lambda: next(seconds)):
        step("read", 0, 1)  # a second: too early for a word
        step("groups", 0, 2)
    shown = capsys.readouterr().err
    assert "reading" not in shown
    assert "groups … ~ 11 s" in shown
    assert shown.endswith("\x1b[2K")


def test_nothing_is_shown_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting.waiting({"read": 1.0}, clock=lambda: 99.0):
        step("read")
    assert capsys.readouterr().err == ""
