"""Nobody counts twice: equal files, one member in two exports, the export as members file."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import DataWarning, ReadError
from collective_use.responses.answers import twice

BANK = Path(__file__).with_name("lab_data.yaml")
HEAD = "lab,pid,q1,q2\n"
ONE = HEAD + "A,p1,4,2\nA,p2,5,1\nB,p1,3,3\n"
TWO = HEAD + "A,p2,1,5\nB,p3,2,2\nB,,4,4\nB,,4,4\n"


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    for name, text in (("one.csv", ONE), ("two.csv", TWO)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / "one.csv", tmp_path / "two.csv"]


def test_equal_contents_are_refused_under_any_name(two, tmp_path):
    copy = tmp_path / "copy.csv"
    copy.write_bytes(two[0].read_bytes())
    for sources in ([two[0], copy], [two[0], two[1], str(two[0])], [pd.read_csv(two[0])] * 2):
        with pytest.raises(ReadError, match="every person would count twice"):
            cu.read_responses(sources, BANK)


def test_one_file_given_many_times_is_read_once_to_tell(two, monkeypatch):
    """Its name 100,000 times in a study took a second of processor time a thousand, and more."""
    read: list[object] = []
    real = twice.content_of
    monkeypatch.setattr(twice, "content_of", lambda one: (read.append(one), real(one))[1])
    with pytest.raises(ReadError, match="every person would count twice"):
        twice.check_contents([str(two[0])] * 100_000, None, [None] * 100_000)
    assert read == [str(two[0])]


@pytest.mark.parametrize("cell", [[1, 2], {"a": 1}, np.array([1, 2])])
def test_lists_within_cells_are_refused_by_column(cell, tmp_path):
    frame = pd.DataFrame({"lab": ["A", "B"], "pid": ["1", "2"], "q1": [4, 5], "more": [cell, cell]})
    said = "column 'more' holds lists or records; a cell holds one answer"
    with pytest.raises(ReadError, match=f"frame: {said}"):
        cu.read_responses(frame, BANK)
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ReadError, match=f"a.parquet: {said}"):
        cu.read_responses(tmp_path / "a.parquet", BANK)


def test_a_member_in_two_exports_counts_once_by_duplicates(two):
    with pytest.warns(DataWarning, match="1 submissions of members .*p2 in A"):
        last = cu.read_responses(two, BANK)
    assert last.answers["q1"].tolist() == [4, 3, 1, 2, 4, 4]
    assert "one.csv: Members who stand in another export" in str(last.record)
    with pytest.warns(DataWarning, match="the first one stays"):
        first = cu.read_responses(two, BANK, duplicates="first")
    assert first.answers["q1"].tolist() == [4, 5, 3, 2, 4, 4]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(cu.read_responses(two, BANK, duplicates="keep").persons) == 7


@pytest.mark.parametrize("role", ["wave", "country"])
def test_waves_and_countries_are_apart(two, role):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        both = cu.read_responses(two, BANK, **{role: ["1", "2"]})
    assert len(both.persons) == 7
    with pytest.warns(DataWarning, match="several exports"):
        same = cu.read_responses(two, BANK, **{role: ["1", "1"]})
    assert len(same.persons) == 6


def test_the_export_as_members_file_is_noticed(two, tmp_path):
    with pytest.raises(ReadError, match="as the export and as the members file"):
        cu.read_responses(two[0], BANK, members=two[0])
    other = tmp_path / "other.csv"
    other.write_text(ONE.replace("lab,pid", "group,member") + "B,p9,1,1\n", encoding="utf-8")
    with pytest.raises(ReadError, match="an export, no members file: it holds answers to 'q1'"):
        cu.read_responses(two[0], BANK, members=other)


def test_one_column_cannot_be_group_and_member(two):
    """Each group would have one person, and all others be left out as sent twice."""
    with pytest.raises(ReadError, match="'lab' cannot hold both the group and the member"):
        cu.read_responses(two[0], BANK, columns={"member": "lab"})
