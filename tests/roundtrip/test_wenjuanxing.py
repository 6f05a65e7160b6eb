"""问卷星, out and back: what is pasted into its batch import comes back cell by cell."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.questionnaire.online.publish import publish_form
from collective_use.responses.fieldwork.members import read_members
from collective_use.responses.headings.wording import normal

QUESTION = re.compile(r"^(\d+)\. (.+)\[(单选题|多选题|填空题)\]$")
BANK = cu.load_instrument("collective_data_use")
ROWS = 12
OWN = {
    "序号": list(range(1, ROWS + 1)),
    "提交答卷时间": ["2027/3/1 10:00:00"] * ROWS,
    "所用时间": ["312秒", "5分12秒"] * (ROWS // 2),
    "来自IP": ["1.2.3.4(北京-北京)"] * ROWS,
}
KEYS = {"小组编号": "G{}", "成员编号": "P{}"}
NUMBERS = {"d4": "个月", "d5": "次"}


def pasted() -> list[tuple[str, str, list[str]]]:
    """Read the batch text as the platform does: number and wording, wording, options."""
    made = publish_form(BANK, "wenjuanxing", form="short", language="zh", draft=True)
    found = []
    for part in made.files["survey.txt"].decode("utf-8").split("\n\n"):
        head, *options = part.splitlines()
        question = QUESTION.match(head)
        if question:
            found.append((f"{question[1]}、{question[2]}", question[2], options))
    return found


def code(item: cu.Item, label: str) -> float | None:
    """Return the code of a label by the bank itself; None for don't know and its like."""
    options = item.options or BANK.get_scale(item.scale).options
    codes = {option.label["zh"]: float(option.code) for option in options}
    return codes.get(label)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_answers_come_back_cell_by_cell(tmp_path: Path, encoding: str) -> None:
    rng = np.random.default_rng(3)
    items = {item.text["zh"]: item for item in BANK.items if item.text.get("zh")}
    export: dict[str, list[object]] = {**OWN}
    expected: dict[str, list[float | None]] = {}
    for heading, wording, options in pasted():
        item = items.get(wording)
        if wording in KEYS:
            export[heading] = [KEYS[wording].format(n // 4 if "小组" in wording else n)
                               for n in range(ROWS)]  # fmt: skip
        elif item is not None and item.kind == "likert":
            labels = [options[k] for k in rng.integers(0, len(options), ROWS)]
            export[heading] = labels
            expected[item.id] = [code(item, label) for label in labels]
        elif item is not None and item.kind == "number":
            export[heading] = [f"{n + 1}{NUMBERS[item.id]}" for n in range(ROWS)]
            expected[item.id] = [n + 1.0 for n in range(ROWS)]
        else:
            export[heading] = options[:1] * ROWS or ["7"] * ROWS
    place = tmp_path / "export.csv"
    pd.DataFrame(export).to_csv(place, index=False, encoding=encoding)
    read = cu.read_responses(place, BANK, form="short")
    assert len(expected) > 20
    back = {
        name: [None if pd.isna(v) else float(v) for v in read.answers[name]] for name in expected
    }
    assert back == expected
    assert read.persons["duration"].tolist() == [312.0] * ROWS
    assert not [name for name in read.persons if "IP" in str(name)]


def test_gaps_of_a_draft_are_called_in_chinese() -> None:
    made = publish_form(BANK, "wenjuanxing", form="short", language="zh", draft=True)
    text = made.files["survey.txt"].decode("utf-8").replace("\u200b", "")
    assert "【研究名称】" in text
    assert "NAME OF STUDY" not in text


def test_a_members_file_in_chinese_is_read(tmp_path: Path) -> None:
    place = tmp_path / "members.csv"
    listed = {"小组": ["一组", "一组", "二组"], "成员": ["1", "2", "3"], "姓名": list("张李王"),
              "单位": ["民政局", "残联", "民政局"]}  # fmt: skip
    pd.DataFrame(listed).to_csv(place, index=False, encoding="gbk")
    members, everyone, record = read_members(place, BANK)
    assert members[["group", "member", "position"]].to_numpy().tolist() == [
        ["一组", "1", 1], ["一组", "2", 2], ["二组", "3", 1],
    ]  # fmt: skip
    assert everyone["partner"].tolist() == listed["单位"]
    assert "姓名" in str(record)


def test_dashes_between_numbers_are_one() -> None:
    assert normal("30～39岁") == normal("30—39岁") == normal("30-39岁")
    assert normal("异议—冲突") != normal("异议-冲突")


def test_an_informants_file_in_chinese_is_read(tmp_path: Path) -> None:
    place, facts = tmp_path / "export.csv", tmp_path / "informants.csv"
    wording = {item.id: item.text["zh"] for item in BANK.items}
    pd.DataFrame(
        {"小组编号": ["一组"] * 3, "成员编号": list("123"), wording["cdu1"]: ["经常"] * 3}
    ).to_csv(place, index=False, encoding="gbk")
    pd.DataFrame({"小组": ["一组"], "k1": [6]}).to_csv(facts, index=False, encoding="gbk")
    read = cu.read_responses(place, BANK, informants=facts)
    assert read.informants is not None
    assert read.informants["group"].tolist() == ["一组"]
