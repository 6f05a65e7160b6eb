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
    pd.DataFrame({"小组": ["一组"], "k1": ["6人"]}).to_csv(facts, index=False, encoding="gbk")
    read = cu.read_responses(place, BANK, informants=facts)
    assert read.informants is not None
    assert read.informants["group"].tolist() == ["一组"]
    assert read.informants["k1"].tolist() == [6.0]


ODD = (
    "序号，提交答卷时间，所用时间，来源，来源详情，来自IP，1、小组编号，2、成员编号，"
    "3、{cdu1}，4、{ssm1}，5、{d4}，6、{d8}，7、{chk1}\n"
    "1，2026/3/1 10:00:00，125秒，微信，无，无，一组，1，"
    "E.較常，有點同意，１２个月，30—39岁，資金、法定職權\n"
    "2，2026/3/1 10:00:00，2分5秒，微信，无，无，一组，2，"
    "A.从未，既不同意也不反對，3个月，40-49歲，数据\n"
)


def test_traditional_characters_full_width_signs_letters_units_and_dashes(tmp_path: Path) -> None:
    wording = {item.id: item.text["zh"].replace("，", "") for item in BANK.items}
    place = tmp_path / "export.csv"
    place.write_text(ODD.format(**wording), "gbk")
    with pytest.raises(cu.ReadError, match="full-width comma"):
        cu.read_responses(place, BANK)
    read = cu.read_responses(place, BANK, delimiter="，")
    answers = {name: read.answers[name].tolist() for name in ("cdu1", "ssm1")}
    assert answers == {"cdu1": [5, 1], "ssm1": [5, 4]}
    assert read.persons["d4"].tolist() == [12, 3]
    assert read.persons["d8"].tolist() == [2, 3]
    ticked = read.answers[[f"chk1_{code}" for code in (1, 3, 4)]]
    assert ticked.to_numpy().tolist() == [[1, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("cell", ["约5", "12次", "1,200", "1，200"])
def test_numbers_that_are_not_clear_are_asked_for(tmp_path: Path, cell: str) -> None:
    wording = {item.id: item.text["zh"] for item in BANK.items}
    place = tmp_path / "export.csv"
    pd.DataFrame(
        {"小组编号": ["一组"] * 2, "成员编号": list("12"), wording["cdu1"]: ["经常"] * 2,
         wording["d4"]: [cell, "3"]}
    ).to_csv(place, index=False, encoding="gbk")  # fmt: skip
    with pytest.raises(cu.ReadError, match="d4"):
        cu.read_responses(place, BANK)
