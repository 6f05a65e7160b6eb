"""SPSS and Stata files with Chinese labels: read back by another program's reader."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

import collective_use as cu
from collective_use.accepted import Arguments
from collective_use.study.replication.labelled import answer_labels, labelled

Read = tuple[pd.DataFrame, Arguments]
"""A table, and what its file says of it."""

BANK = cu.load_instrument("collective_data_use")
FRAME = pd.DataFrame(
    {
        "group": ["甲组", "乙组"],
        "cdu1": [1.0, 7.0],
        "net2": [5.0, 1.0],
        "cdu": [4.5, 3.25],
        "cdu.answered": [8, 7],
    }
)


@pytest.fixture(params=["sav", "dta"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Read:
    file = tmp_path / f"table.{request.param}"
    file.write_bytes(labelled(FRAME, "persons.csv", BANK, request.param, "zh"))
    reader = pyreadstat.read_sav if request.param == "sav" else pyreadstat.read_dta
    return reader(str(file))


def test_variables_and_answers_have_their_chinese_labels(read: Read) -> None:
    _, meta = read
    said = meta.column_names_to_labels
    assert said["cdu1"] == "我们小组在决定优先做哪些工作时使用绩效数据。"
    assert said["cdu"].startswith("集体绩效数据使用（量表）")
    assert said["cdu_answered"] == "集体绩效数据使用（量表）：此人回答的题数。"
    assert said["group"] == "小组，按导出文件中的名称。"
    values = meta.variable_value_labels
    assert list(values["cdu1"].values()) == [
        "从未", "极少", "较少", "有时", "较常", "经常", "非常经常",
    ]  # fmt: skip
    assert values["net2"][1] == "一点也不自在"
    assert values["net2"][5] == "完全自在"
    assert "cdu" not in values


def test_answers_and_names_are_as_they_were(read: Read) -> None:
    frame, _ = read
    assert frame["group"].tolist() == ["甲组", "乙组"]
    assert frame["cdu1"].tolist() == [1.0, 7.0]
    assert frame["cdu"].tolist() == [4.5, 3.25]


def test_every_item_of_the_bank_keeps_its_whole_label(tmp_path: Path) -> None:
    rated = [item.id for item in BANK.items if answer_labels(item.id, BANK, "zh")]
    assert len(rated) > 80
    frame = pd.DataFrame(1.0, index=[0], columns=rated)
    file = tmp_path / "all.sav"
    file.write_bytes(labelled(frame, "persons.csv", BANK, "sav", "zh"))
    _, meta = pyreadstat.read_sav(str(file))
    for name in rated:
        assert meta.column_names_to_labels[name] == BANK.get_item(name).text["zh"]
        labels = dict(answer_labels(name, BANK, "zh"))
        assert {int(c): t for c, t in meta.variable_value_labels[name].items()} == labels


def test_a_label_too_long_for_spss_ends_with_a_whole_character(tmp_path: Path) -> None:
    long = "数据" * 120
    items = [i.model_copy(update={"text": {"zh": long}}) for i in BANK.items if i.id == "cdu1"]
    bank = BANK.model_copy(update={"items": items})
    for kind, reader in (("sav", pyreadstat.read_sav), ("dta", pyreadstat.read_dta)):
        file = tmp_path / f"long.{kind}"
        file.write_bytes(labelled(FRAME[["cdu1"]], "persons.csv", bank, kind, "zh"))
        found = reader(str(file))[1].column_names_to_labels["cdu1"]
        assert len(found) >= 80
        assert long.startswith(found)
