"""Opening files: encodings, delimiters, workbooks, typed files, and what is refused."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import collective_use as cu
from collective_use.responses.files.encoding import decode
from collective_use.responses.files.open import read_raw
from collective_use.responses.files.raw import texts_of

TABLE = "team,use1,use2,use3\na,1,3,2\na,3,1,88\nb,2,2,\n"
VALUES = [[1.0, 3.0, 2.0], [3.0, 1.0, np.nan], [2.0, 2.0, np.nan]]


@pytest.mark.parametrize(
    ("text", "name", "encoding", "said"),
    [
        (TABLE, "e.csv", "utf-8", "utf-8, columns parted by comma"),
        (TABLE, "e.csv", "utf-8-sig", "utf-8-sig"),
        (TABLE, "e.csv", "utf-16", "utf-16"),
        (TABLE, "e.csv", "utf-16-le", "utf-16-le (guessed)"),
        (TABLE.replace(",", ";"), "e.csv", "utf-8", "parted by semicolon"),
        (TABLE.replace(",", "\t"), "e.tsv", "utf-8", "parted by tab"),
        ("sep=;\n" + TABLE.replace(",", ";"), "e.csv", "utf-8", "parted by semicolon"),
        (TABLE.replace("\n", "\r\n") + "\r\n", "e.csv", "utf-8", "comma"),
        (TABLE.replace("a,", "é,"), "e.csv", "cp1252", "windows-1252 (guessed)"),
        (TABLE.replace("a,", "数据小组,"), "e.csv", "gb18030", "gb18030 (guessed)"),
    ],
)
def test_text_files_are_read_alike(write, small, text, name, encoding, said):
    responses = cu.read_responses(write(text, name, encoding), small)
    np.testing.assert_array_equal(responses.answers.to_numpy(), VALUES)
    assert said in responses.record.entries[0].text
    assert responses.reasons["use3"].tolist() == ["", "dont_know", "unanswered"]


def test_signs_that_no_text_holds_are_left_out_and_said(write, small):
    responses = cu.read_responses(write(TABLE.replace("a,", "a\0,"), "e.csv", "utf-8"), small)
    assert responses.persons["group"].tolist() == ["a", "a", "b"]
    assert "Left out 2 NUL signs" in responses.record.entries[1].text


def test_encoding_and_delimiter_can_be_given(write, small):
    path = write(TABLE.replace("a,", "ä,"), "e.csv", "cp850")
    responses = cu.read_responses(path, small, encoding="cp850", delimiter=",")
    assert responses.persons["group"].tolist() == ["ä", "ä", "b"]
    with pytest.raises(cu.ReadError, match="cannot be read as encoding 'utf-8'"):
        cu.read_responses(path, small, encoding="utf-8")
    with pytest.raises(cu.ReadError, match="encoding 'nonsense'"):
        cu.read_responses(path, small, encoding="nonsense")


@pytest.mark.parametrize("delimiter", ["", ";;", "\n", "\r", '"', "\0", "é", "。"])
def test_what_cannot_part_columns_is_refused(write, small, delimiter):
    with pytest.raises(cu.ReadError, match=r"delimiter must be one sign such as ; or , got "):
        cu.read_responses(write(TABLE, "e.csv", "utf-8"), small, delimiter=delimiter)


def test_few_strange_bytes_are_not_chinese():
    assert (
        decode(("Universe?Œæ,Age" + "\n1,2" * 40).encode("cp1252"), name="x").encoding
        == "windows-1252"
    )


@pytest.mark.own_process
def test_workbook_typed_files_and_frames(tmp_path, small):
    frame = pd.DataFrame(
        {"team": ["a", "a", "b"], "use1": [1, 3, 2], "use2": [3, 1, 2], "use3": [2, 88, None]}
    )
    book = openpyxl.Workbook()
    book.active.title = "Answers"
    for row in [list(frame.columns), *frame.astype(object).to_numpy().tolist()]:
        book.active.append([None if cell != cell else cell for cell in row])
    book.create_sheet("Notes").append(["nothing"])
    book.save(tmp_path / "e.xlsx")
    pyreadstat.write_sav(frame, str(tmp_path / "e.sav"))
    pyreadstat.write_dta(frame, str(tmp_path / "e.dta"))
    frame.to_parquet(tmp_path / "e.parquet")
    for source in [*(tmp_path / f"e.{end}" for end in ("xlsx", "sav", "dta", "parquet")), frame]:
        responses = cu.read_responses(source, small)
        np.testing.assert_array_equal(responses.answers.to_numpy(), VALUES)
        assert responses.persons["group"].tolist() == ["a", "a", "b"]
    with pytest.raises(cu.ReadError, match="no sheet 'Data'; its sheets are 'Answers', 'Notes'"):
        cu.read_responses(tmp_path / "e.xlsx", small, sheet="Data")


def test_user_missing_values_and_labels_of_spss(tmp_path, small):
    frame = pd.DataFrame({"team": ["a", "b", "b"], "use1": [1.0, 9.0, 3.0], "use2": [0, 1, 2.0]})
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "e.sav"),
        variable_value_labels={
            "use1": {1.0: "Disagree", 3.0: "Agree", 9.0: "Don't know"},
            "use2": {0.0: "Disagree", 1.0: "Neither agree nor disagree", 2.0: "Agree"},
        },
        missing_ranges={"use1": [9.0]},
    )
    responses = cu.read_responses(tmp_path / "e.sav", small)
    assert responses.reasons["use1"].tolist() == ["", "dont_know", ""]
    assert responses.answers["use2"].tolist() == [1.0, 2.0, 3.0]
    assert any("labels were followed" in entry.text for entry in responses.record.entries)


def test_tagged_missing_values_of_stata(tmp_path, small):
    frame = pd.DataFrame({"team": ["a", "b"], "use1": [2, "a"]})
    pyreadstat.write_dta(
        frame,
        str(tmp_path / "e.dta"),
        missing_user_values={"use1": ["a"]},
        variable_value_labels={"use1": {"a": "Don't know"}},
    )
    responses = cu.read_responses(tmp_path / "e.dta", small)
    assert responses.reasons["use1"].tolist() == ["", "dont_know"]


def test_what_is_refused(tmp_path, write, small):
    def message(source) -> str:
        with pytest.raises(cu.ReadError) as caught:
            cu.read_responses(source, small)
        return str(caught.value)

    write(TABLE, "survey.csv")
    assert "did you mean 'survey.csv'" in message(tmp_path / "survye.csv")
    assert "does not exist either" in message(tmp_path / "nowhere" / "x.csv")
    assert "is empty (0 bytes)" in message(write("", "empty.csv"))
    assert "nothing but white space" in message(write(" \n \n", "blank.csv"))
    assert "headings but no rows" in message(write("team,use1\n", "head.csv"))
    assert "is a folder" in message(tmp_path)
    assert "'survey.csv'" in message(tmp_path)
    assert "files ending in '.doc'" in message(write("x", "x.doc"))
    assert "zip archive" in message(write("PK\x03\x04abc", "x.csv"))
    assert "Expected" in message(write("team,use1\n" + "a,1\n" * 50 + "a,1,2,3\n", "ragged.csv"))
    assert (
        "answer 2, headings not counted, has 3 cells or more, but there are 2 headings"
        in message(write("team,use1\na,1\nb,1,2\n", "wide.csv"))
    )
    assert "cannot be opened as a workbook" in message(write("no book", "x.xlsx"))
    assert "cannot be read as a sav file" in message(write("no data", "x.sav"))
    assert "cannot be read as a Parquet file" in message(write("no data", "x.parquet"))


def test_folder_without_permission(tmp_path: Path, small, monkeypatch):
    folder = tmp_path / "locked"
    folder.mkdir()
    path = folder / "e.csv"
    path.write_text(TABLE)
    if os.geteuid() == 0:  # root may read everything, so the refusal is played

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
    else:
        path.chmod(0)
    with pytest.raises(cu.ReadError, match="permission denied"):
        cu.read_responses(path, small)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def test_raw_keeps_duplicate_headings_by_position(write):
    raw = read_raw(write("x,x,\n1,2,\n"))
    assert raw.names == ("x", "x", "")
    assert texts_of(raw.cells[1]).tolist() == ["2"]
