"""Old encodings are told apart or asked for; no group gets a name that nobody wrote."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.responses.files.encoding import decode

BANK = Path(__file__).with_name("lab_data.yaml")
TOLD = [
    ("gb18030", "市场部"),
    ("gb18030", "部门,编号\n财务处,1\n教务处,2"),
    ("gb18030", "我们在会议中使用数据。"),
    ("big5", "業務部門第一"),
    ("big5", "lab\n財務處,1\n"),
    ("big5", "企劃處理組織"),
    ("big5", "非常同意,不同意,普通"),
    ("shift_jis", "営業部門第一"),
    ("shift_jis", "タイムスタンプ,部署\n営業部,1"),
    ("euc_jp", "営業部門第一,タイムスタンプ"),
    ("euc_kr", "우리는 회의에서 자료를 사용한다"),
    ("cp1251", "Отдел продаж,Бухгалтерия"),
    ("koi8_r", "Отдел продаж,Бухгалтерия"),
    ("cp1253", "Τμήμα πωλήσεων"),
    ("cp1252", "Müller,Größe,Straße"),
    ("cp1252", "Équipe à l’été, “yes” – 5 €"),
    ("cp1252", "señor, Zoë, Håkan Öberg, Ärzte"),
    ("mac_roman", "Zoë Müller, Größe"),
]
ASKED = [
    ("gb18030", "A组\nB组"),
    ("big5", "A組\nB組"),
    ("euc_kr", "총무과"),
    ("cp1251", "Цех"),
]


@pytest.mark.parametrize(("codec", "text"), TOLD)
def test_what_can_be_told_apart_is_read_as_written(codec, text):
    decoded = decode(text.encode(codec), name="x.csv")
    assert decoded.text == text
    assert not decoded.certain


@pytest.mark.parametrize(("codec", "text"), ASKED)
def test_what_may_be_several_is_asked_for(codec, text):
    with pytest.raises(cu.ReadError, match=rf"encoding.*{codec} reads.*--encoding"):
        decode(text.encode(codec), name="x.csv")
    assert decode(text.encode(codec), name="x.csv", encoding=codec).text == text


CHARACTERS = {
    "gb18030": "部门同意数据会议我们使用在中错误被隐瞒非常不知道单位小组成员人员财务教务处长",
    "big5": "部門同意資料會議我們使用在中錯誤被隱瞞非常不知道單位小組成員人員財務教務處長",
    "shift_jis": "部門は同意のデータを会議で使用する営業企画総務課長人事タイムスタンプとても",
    "cp1251": "отделпродажбухгалтериянестисоглаентомы",
    "cp1252": "abcdefgäöüßéèñçåø",
}


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.sampled_from(sorted(CHARACTERS)), st.data())
def test_no_text_is_read_as_another(codec, data):
    """Read as it was written, or refused: the third thing is a wrong name."""
    word = st.text(st.sampled_from(CHARACTERS[codec]), min_size=2, max_size=9)
    text = "\n".join(data.draw(st.lists(word, min_size=4, max_size=12)))
    try:
        read = decode(text.encode(codec), name="x").text
    except cu.ReadError:
        return
    assert read == text


def test_a_file_that_is_nearly_utf8_is_not_taken_for_another_encoding():
    with pytest.raises(cu.ReadError, match="UTF-8 but for 1 place, the first in line 2"):
        decode("Größe, Zoë, Müller\nÄrzte ".encode() + b"\xfc ", name="x.csv")


def test_groups_of_an_old_file_have_the_names_that_were_written(write):
    text = "lab,pid,q1,q2\n業務部門第一,p1,4,2\n企劃處理組織,p2,5,1\n"
    responses = cu.read_responses(write(text, "e.csv", "big5"), BANK)
    assert responses.persons["group"].tolist() == ["業務部門第一", "企劃處理組織"]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_file_that_is_cut_within_a_sign_is_refused(codec):
    """Its last cell may have lost more than that sign."""
    whole = "lab,pid\nA,p1é".encode(codec)
    assert decode(whole, name="e.csv").text.endswith("p1é")
    with pytest.raises(cu.ReadError, match=r"e\.csv begins as utf-.*from byte .* cut off or damag"):
        decode(whole[:-1], name="e.csv")


FRAME = pd.DataFrame(
    {"lab": ["业务部门", "企划组织"], "pid": ["p1", "p2"], "q1": [4.0, 5], "q2": [2.0, 1]}
)


@pytest.mark.parametrize("version", [10, 12, 13, 14, 15])
def test_utf8_in_a_stata_file_of_any_version(tmp_path, version):
    pyreadstat.write_dta(FRAME, str(tmp_path / "e.dta"), version=version)
    responses = cu.read_responses(tmp_path / "e.dta", BANK)
    assert responses.persons["group"].tolist() == ["业务部门", "企划组织"]


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("gb18030", "业务部门同意"),
        ("big5", "業務部門第一"),
        ("cp1251", "Отдел продаж"),
        ("cp1252", "Größe"),
    ],
)
def test_an_old_stata_file_is_in_the_encoding_of_its_machine(tmp_path, codec, name):
    wanted = name.encode(codec)
    place = "X" * len(wanted)
    frame = FRAME.assign(lab=[place, "B"])
    pyreadstat.write_dta(frame, str(tmp_path / "e.dta"), version=12)
    content = (tmp_path / "e.dta").read_bytes()
    (tmp_path / "e.dta").write_bytes(content.replace(place.encode(), wanted))
    responses = cu.read_responses(tmp_path / "e.dta", BANK)
    assert responses.persons["group"].tolist() == [name, "B"]
    assert "guessed" in str(responses.record)


WRITERS = {
    ".por": lambda frame, path: pyreadstat.write_por(frame.rename(columns=str.upper), path),
    ".xpt": lambda frame, path: pyreadstat.write_xport(frame, path, file_format_version=5),
    ".zsav": lambda frame, path: pyreadstat.write_sav(frame, path, compress=True),
}


@pytest.mark.parametrize("ending", WRITERS)
def test_files_of_statistical_programs_open(tmp_path, ending):
    path = tmp_path / f"e{ending}"
    WRITERS[ending](FRAME.assign(lab=["A", "B"]), str(path))
    responses = cu.read_responses(path, BANK)
    assert responses.answers[["q1", "q2"]].to_numpy().tolist() == [[4, 2], [5, 1]]
    assert responses.persons["group"].tolist() == ["A", "B"]


@pytest.mark.parametrize("ending", [".por", ".xpt", ".sas7bdat", ".sav", ".dta"])
def test_a_damaged_file_is_one_sentence(tmp_path, ending):
    (tmp_path / f"e{ending}").write_bytes(b"nothing of the kind" * 50)
    with pytest.raises(cu.ReadError, match=rf"e\{ending} cannot be read as a"):
        cu.read_responses(tmp_path / f"e{ending}", BANK)
