"""A cell is understood, declared missing, or named: what is settled, and by what."""

from __future__ import annotations

import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import collective_use as cu
from collective_use.responses.answers.months import read_month
from collective_use.responses.answers.numbers import read_number, readings, settle_decimal

LAB = """
schema: 1
id: lab_data
version: "1.0"
title: {en: Data in labs}
languages: [en, zh]
columns: {group: lab, member: pid}
scales:
  - id: agree
    options:
      - {code: 1, label: {en: Strongly disagree, zh: 非常不同意}}
      - {code: 2, label: {en: Disagree, zh: 不同意}}
      - {code: 3, label: {en: Neither agree nor disagree, zh: 一般}}
      - {code: 4, label: {en: Agree, zh: 同意}}
      - {code: 5, label: {en: Strongly agree, zh: 非常同意}}
    missing: [{reason: dont_know, code: 9, label: {en: Don't know, zh: 不知道}}]
  - id: times
    options: [{code: 1, label: {en: "0", zh: "0"}}, {code: 2, label: {en: "1", zh: "1"}},
      {code: 3, label: {en: "2", zh: "2"}}, {code: 4, label: {en: 3 or more, zh: 3 或更多}}]
constructs: [{id: use, name: {en: Data use, zh: 用}, definition: {en: Data use., zh: 用}}]
measures:
  - {id: use, construct: use, composition: referent_shift, items: [q1, q2]}
items:
  - {id: q1, construct: use, scale: agree, text: {en: We use data in meetings., zh: 我们用数据。}}
  - {id: q2, construct: use, scale: agree, text: {en: Mistakes are hidden., zh: 错误被隐瞒。},
     reverse: true}
  - {id: f1, construct: use, scale: times, text: {en: How many meetings?, zh: 几次会议？}}
  - {id: f2, construct: use, scale: times, text: {en: How many targets?, zh: 几个目标？}}
  - id: chk1
    kind: checklist
    construct: use
    text: {en: "Which sources do you use?", zh: 您使用哪些来源？}
    options:
      - {code: 1, label: {en: "Reports, printed", zh: 纸质报告}}
      - {code: 2, label: {en: Dashboards, zh: 仪表盘}}
      - {code: -99, label: {en: Don't know, zh: 不知道}}
  - {id: age, kind: number, role: respondent, text: {en: "Your age?", zh: 您的年龄？}}
  - {id: since, kind: month, role: respondent, text: {en: "Since when?", zh: 从何时起？}}
  - {id: role, kind: choice, role: respondent, text: {en: "Role?", zh: 角色？},
     options: [{code: 1, label: {en: Head, zh: 主任}}, {code: 2, label: {en: Other, zh: 其他}}]}
  - {id: lab, kind: code, role: key, text: {en: Your lab, zh: 您的实验室}}
  - {id: pid, kind: code, role: key, text: {en: Your code, zh: 您的代码}}
consent:
  - {id: naming, required: false, text: {en: Names, zh: 名},
     accept: {en: I agree to be named, zh: 我同意}}
"""
HEAD = "lab,pid,q1,q2"
SCALE = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]
REVERSED = dict(enumerate(SCALE[::-1], 1))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    path = tmp_path_factory.mktemp("lab") / "lab.yaml"
    path.write_text(LAB, encoding="utf-8")
    return cu.load_instrument(path)


@pytest.fixture
def read(write, lab):
    def made(text, name="export.csv", **how):
        return cu.read_responses(write(text, name), lab, **how)

    return made


def both(back, *names):
    return back.to_frame()[list(names)].astype(object).where(lambda f: f.notna(), None)


def rows(back, *names):
    return both(back, *names).to_numpy().tolist()


def sav(tmp_path, labels, writer=pyreadstat.write_sav, **columns):
    data = {"lab": ["A"] * 4, "pid": ["p1", "p2", "p3", "p4"], **columns}
    path = tmp_path / ("f.sav" if writer is pyreadstat.write_sav else "f.dta")
    writer(pd.DataFrame(data), str(path), variable_value_labels=labels)
    return path


# ---- value labels of a file


@pytest.mark.parametrize("writer", [pyreadstat.write_sav, pyreadstat.write_dta])
def test_one_misspelt_label_does_not_turn_its_column_round(tmp_path, lab, writer):
    labels = {**REVERSED, 3: "Neither agree or disagree"}
    path = sav(tmp_path, {"q1": labels, "q2": labels}, writer, q1=[1.0, 2, 3, 5], q2=[5.0, 4, 1, 1])
    with pytest.raises(cu.ScaleValueError, match=r"'3 \(Neither agree or disagree\)' in answer 3"):
        cu.read_responses(path, lab)
    back = cu.read_responses(path, lab, invalid="missing")
    assert rows(back, "q1", "q2") == [[5, 1], [4, 2], [None, 5], [1, 5]]


def test_labelled_ends_tell_the_direction(tmp_path, lab):
    labels = {1: SCALE[4], 5: SCALE[0]}
    path = sav(tmp_path, {"q1": labels, "q2": labels}, q1=[1.0, 2, 3, 4], q2=[5.0, 1, 1, 3])
    with pytest.warns(cu.DataWarning, match="only the ends have value labels"):
        back = cu.read_responses(path, lab)
    assert rows(back, "q1", "q2") == [[5, 1], [4, 5], [3, 5], [2, 3]]


def test_labels_in_other_words_are_said_and_numbers_outside_named(tmp_path, lab):
    labels = {1: "Str. agree", 5: "Str. disagree"}
    path = sav(tmp_path, {"q1": labels, "q2": labels}, q1=[1.0, 2, 5, 5], q2=[5.0, 1, 1, 1])
    with pytest.warns(cu.DataWarning, match=r"none of the scale's: 'Str\. agree'"):
        back = cu.read_responses(path, lab)
    assert rows(back, "q1")[:2] == [[1], [2]]
    labels = {**dict(enumerate(SCALE, 1)), 8: "8 No answer"}
    path = sav(tmp_path, {"q1": labels}, q1=[1.0, 8, 5, 5], q2=[5.0, 1, 1, 1])
    with pytest.raises(cu.ScaleValueError, match=r"q1: '8 \(8 No answer\)' in answer 2"):
        cu.read_responses(path, lab)
    back = cu.read_responses(path, lab, missing_codes=[8])
    assert back.reasons["q1"].tolist() == ["", "unanswered", "", ""]


def test_a_label_of_no_answer_within_the_scale_is_no_answer_of_it(tmp_path, lab):
    labels = {1: SCALE[0], 2: SCALE[1], 3: "Refused", 4: SCALE[3], 5: SCALE[4]}
    path = sav(tmp_path, {"q1": labels}, q1=[1.0, 3, 5, 5], q2=[5.0, 1, 1, 1])
    with pytest.raises(cu.ScaleValueError, match=r"q1: '3 \(Refused\)'"):
        cu.read_responses(path, lab)


@pytest.mark.parametrize(
    ("labels", "first", "second", "right"),
    [
        ({1: "nicht gewählt", 2: "ausgewählt"}, [1.0, 1, 2, 1], [1.0, 1, 1, 2], [0, 0, 1, 0]),
        ({1: "Yes", 2: "No"}, [1.0, 2, 2, 1], [2.0, 1, 1, 2], [1, 0, 0, 1]),
        ({0: "No", 1: "Yes"}, [1.0, 0, 0, 1], [0.0, 1, 1, 0], [1, 0, 0, 1]),
    ],
)
def test_labels_say_what_a_tick_is(tmp_path, lab, labels, first, second, right):
    named = {"chk1_1": labels, "chk1_2": labels}
    four = [1.0, 2, 4, 5]
    path = sav(tmp_path, named, q1=four, q2=four, chk1_1=first, chk1_2=second)
    assert cu.read_responses(path, lab).answers["chk1_1"].tolist() == right


def test_boxes_of_1_and_2_without_labels_are_not_guessed(read):
    text = f"{HEAD},chk1_1,chk1_2\nA,p1,4,2,1,2\nA,p2,4,2,1,1\n"
    with pytest.raises(cu.ScaleValueError, match=r"ticked or not\?.*\n.*\n.*Boxes that hold 1 and"):
        read(text)
    with pytest.warns(cu.DataWarning, match="Nobody answered"):
        back = read(text, invalid="missing")
    assert back.answers[["chk1_1", "chk1_2"]].isna().all(axis=None)


# ---- checklists in one cell


@pytest.mark.parametrize(
    "cell",
    ["1.2", "12", "Reporting systems", "Dashboards; Reportz", "1 colleague helps me",
     "Dashboards of the ministry", '"Reports, printed; 2 other things"', "2024-02-01", "1/2"],
)  # fmt: skip
def test_what_is_no_option_is_named_and_never_unticked(read, cell):
    text = f"{HEAD},chk1\nA,p1,4,2,{cell}\nA,p2,4,2,1\nA,p3,4,2,2\nA,p4,4,2,-99\n"
    with pytest.raises(
        cu.ScaleValueError, match=r"  chk1: '.*' in answer 1 \(line 2 of the file\)"
    ):
        read(text)
    back = read(text, invalid="missing")
    assert set(back.reasons.loc[0, ["chk1_1", "chk1_2", "chk1_-99"]]) <= {"", "invalid"}
    assert back.answers.loc[0, ["chk1_1", "chk1_2"]].isin([1.0, np.nan]).all()
    assert back.answers.loc[0, "chk1_-99"] != 0


def test_a_date_among_ticks_is_named(tmp_path, lab):
    book = openpyxl.Workbook()
    book.active.append(["lab", "pid", "q1", "q2", "chk1"])
    book.active.append(["A", "p1", 4, 2, dt.datetime(2024, 2, 1)])
    book.save(tmp_path / "dates.xlsx")
    with pytest.raises(cu.ScaleValueError, match="chk1: '2024-02-01"):
        cu.read_responses(tmp_path / "dates.xlsx", lab)


@pytest.mark.parametrize(
    "cell",
    ["1 2", "1,2", "1;2;", "1|2", "纸质报告┋仪表盘", "Reports, printed, Dashboards", "2, 1",
     "Reports, printed\nDashboards", "1.0;2.0", "1 - Reports, printed;2=Dashboards",
     "Dashboards┋纸质报告〖every week〗", "纸质报告、仪表盘", "1、2",
     "紙質報告┋儀表盤"],
)  # fmt: skip
def test_separators_of_platforms(read, cell):
    back = read(f'{HEAD},chk1\nA,p1,4,2,"{cell}"\nA,p2,4,2,-99\nA,p3,4,2,\n')
    assert rows(back, "chk1_1", "chk1_2", "chk1_-99") == [[1, 1, 0], [0, 0, 1], [None] * 3]


# ---- numbers


@pytest.mark.parametrize(
    ("texts", "decimal", "values"),
    [
        (["30,5", "41", "0,125"], ",", [30.5, 41, 0.125]),
        (["1,234", "1,234.5"], ".", [1234, 1234.5]),
        (["1.234", "1.234,5"], ",", [1234, 1234.5]),
        (["1,234,567", "1,234"], ".", [1234567, 1234]),
        (["1 234,5", "12\u202f345"], ",", [1234.5, 12345]),
        (["1'234.50", "7"], ".", [1234.5, 7]),
        (["-1,234", "0.5"], ".", [-1234, 0.5]),
        (["950", "1,234"], "", [950, None]),
        (["30,5", "30.5", "1,234"], "", [30.5, 30.5, None]),
    ],
)
def test_which_mark_is_decimal_is_settled_by_the_column(texts, decimal, values):
    assert settle_decimal(texts) == decimal
    assert [read_number(text, decimal) for text in texts] == values


def test_digits_that_may_be_thousands_are_asked_for(read):
    text = f"{HEAD.replace(',', ';')};age\nA;p1;4;2;950\nA;p2;4;2;1,234\n"
    with pytest.raises(cu.ScaleValueError, match=r"age: '1,234' in answer 2.*thousands or dec"):
        read(text)
    assert rows(read(text, decimal="."), "age") == [[950], [1234]]
    assert rows(read(text, decimal=","), "age") == [[950], [1.234]]
    more = text + "A;p3;4;2;30,5\n"
    back = read(more)
    assert rows(back, "age") == [[950], [1.234], [30.5]]
    assert "age: a comma is decimal, as in the column" in str(back.record)


def test_a_number_is_never_read_in_two_ways_without_a_word():
    for text in ("", "ten", "1,2,3", "1.2.3", "12,34,567", "1 2", "--1", "1,"):
        assert len(set(readings(text).values())) <= 1


def test_missing_codes_for_numbers_choices_and_checklists(read):
    text = f"{HEAD},age,role,chk1\nA,p1,4,2,999,98,77\nA,p2,4,2,30,1,1\nA,p3,-7,2,-7,2,-99\n"
    codes = {"age": [999], "role": {98: "refused"}, 77: "refused", -7: "not_shown"}
    back = read(text, missing_codes=codes)
    assert rows(back, "age", "role", "chk1_1") == [[None, None, None], [30, 1, 1], [None, 2, 0]]
    assert back.reasons["q1"].tolist() == ["", "", "not_shown"]
    with pytest.raises(cu.InputError, match="missing_codes must give '5' a reason among"):
        read(text, missing_codes={5: "gone"})


# ---- labels that are numbers


@pytest.mark.parametrize(
    ("lines", "right"),
    [
        (["1,2", "4,3", "2,4"], [[1, 2], [4, 3], [2, 4]]),
        (["0,1", "3 or more,0", "1,2"], [[1, 2], [4, 1], [2, 3]]),
        # One column shows codes; its neighbour of the same scale follows.
        (["1,2", "4,1", "2,1"], [[1, 2], [4, 1], [2, 1]]),
    ],
)
def test_numbers_are_codes_or_labels_by_the_column(read, lines, right):
    text = "lab,pid,q1,f1,f2\n" + "".join(f"A,p{n},4,{cells}\n" for n, cells in enumerate(lines))
    back = read(text)
    assert rows(back, "f1", "f2") == right
    assert "labels of scale 'times' are numbers; these hold" in str(back.record)


def test_numbers_that_may_be_codes_or_labels_are_asked_for(read):
    text = "lab,pid,q1,f1,f2\nA,p1,4,1,2\nA,p2,4,2,1\n"
    with pytest.raises(cu.ScaleValueError, match=r"a code or a label\?(.|\n)*answers_as='codes'"):
        read(text)
    assert rows(read(text, answers_as="codes"), "f1", "f2") == [[1, 2], [2, 1]]
    assert rows(read(text, answers_as="labels"), "f1", "f2") == [[2, 3], [3, 2]]
    torn = "lab,pid,q1,f1\nA,p1,4,4\nA,p2,4,3 or more\nA,p3,4,1\n"
    with pytest.raises(cu.ScaleValueError, match=r"'1' in answer 3.*'4' in answer 1"):
        read(torn)


# ---- spellings


def test_entities_and_codes_with_labels(read):
    text = f"{HEAD}\nR&amp;D,p1,&nbsp;Agree,Don&#39;t know\nR&amp;D,p2,4 - Agree,2=Disagree\n"
    text += "R&D,p3,Strongly agree (5),1) Strongly disagree\nR&D,p4,[4] Agree,2. Disagree\n"
    back = read(text)
    assert rows(back, "group", "q1", "q2") == [
        ["R&D", 4, None], ["R&D", 4, 2], ["R&D", 5, 1], ["R&D", 4, 2],
    ]  # fmt: skip
    with pytest.raises(cu.ScaleValueError, match="q1: '3 - Agree' in answer 1"):
        read(f"{HEAD}\nA,p1,3 - Agree,2\n")


def test_months_in_many_forms(read):
    forms = ["2024-03", "03/2024", "2024-03-01", "2024年3月", "March 2024", "März 2024",
             "31.3.2024", "2024/3/5", "2024-03-01 00:00:00"]  # fmt: skip
    text = f"{HEAD},since\n" + "".join(f"A,p{n},4,2,{form}\n" for n, form in enumerate(forms))
    assert rows(read(text), "since") == [["2024-03"]] * len(forms)
    with pytest.raises(cu.ScaleValueError, match=r"since: 'soon' in answer 1.*such as 2024-03"):
        read(f"{HEAD},since\nA,p1,4,2,soon\n")
    with pytest.raises(cu.ScaleValueError, match=r"since: '03/04/2024' in answer 1.*which month"):
        read(f"{HEAD},since\nA,p1,4,2,03/04/2024\n")
    text = f"{HEAD},since\nA,p1,4,2,03/04/2024\nA,p2,4,2,25/04/2024\n"
    assert rows(read(text), "since") == [["2024-04"], ["2024-04"]]
    assert read_month("2024-13") is None


# ---- rows


def test_rows_that_repeat_headings_are_nobody(read):
    texts = "Your lab,Your code,We use data in meetings.,Mistakes are hidden."
    ids = "\"{'ImportId': 'QID1'}\",\"{'ImportId': 'QID2'}\",\"{'ImportId': 'QID3'}\",\"{'ImportId': 'QID4'}\""  # noqa: E501
    for invalid in ("error", "missing"):
        back = read(f"{HEAD}\n{texts}\n{ids}\nA,p1,4,2\n{HEAD}\nA,p2,5,1\n", invalid=invalid)
        assert back.persons["member"].tolist() == ["p1", "p2"]
        entry = next(e for e in back.record.entries if "repeat the headings" in e.text)
        assert entry.count == 1  # two of them are the heading rows of Qualtrics
    with pytest.raises(cu.ScaleValueError, match=r"'7' in answer 1 \(line 3 of the file\)"):
        read(f"{HEAD}\n{texts}\nA,p1,7,2\n")


def test_a_title_above_the_headings(read, tmp_path, lab):
    back = read(f"Survey of labs\n\n{HEAD}\nA,p1,4,2\n")
    assert rows(back, "q1", "q2") == [[4, 2]]
    assert "what is above them was not read" in str(back.record)
    back = read(f"Survey of labs\n{HEAD.replace(',', ';')}\nA;p1;4;2\n")
    assert rows(back, "q1", "q2") == [[4, 2]]


def test_a_file_without_any_answer_is_said_to_be_one(read):
    with pytest.raises(cu.ReadError, match=r"'export\.csv': no row holds an answer"):
        read(f"{HEAD}\nA,p1,,\nB,p2,,\n")


@pytest.mark.parametrize(
    ("head", "cell", "value"),
    [
        ("consent_naming", "1", 1), ("consentnaming[1]", "Y", 1), ("consent_naming___1", "0", 0),
        ("consent.naming", "I agree to be named", 1), ("consent_naming", "", 0),
        ("consent_naming", "OK", 1),
    ],
)  # fmt: skip
def test_consent_comes_back_as_a_column(read, head, cell, value):
    back = read(f"{HEAD},{head}\nA,p1,4,2,{cell}\n")
    assert back.persons["consent.naming"].tolist() == [value]


def test_consent_that_is_not_understood_is_named(read):
    with pytest.raises(cu.ScaleValueError, match=r"consent\.naming: 'perhaps' in answer 1"):
        read(f"{HEAD},consent_naming\nA,p1,4,2,perhaps\n")


def test_answer_files_keep_their_names_and_consent(tmp_path, lab):
    paths = []
    for who, agreed in (("p1", "true"), ("p2", "false")):
        paths.append(tmp_path / f"answers-A-{who}.json")
        paths[-1].write_text(
            '{"format": "collective-use answers", "language": "en", "finished": "t", '
            f'"keys": {{"lab": "A", "pid": "{who}"}}, "consent": {{"sharing": {agreed}}}, '
            '"answers": {"q1": "4", "q2": "2"}}'
        )
    for source in (paths, tmp_path):
        back = cu.read_responses(source, lab)
        assert rows(back, "member", "export", "row", "consent.sharing") == [
            ["p1", "answers-A-p1", 1, 1], ["p2", "answers-A-p2", 1, 0],
        ]  # fmt: skip
    paths[0].write_text(paths[0].read_text().replace('"4"', '"44"'))
    with pytest.raises(cu.ScaleValueError, match=r"q1: '44' in answers-A-p1\.json"):
        cu.read_responses(paths, lab)


# ---- headings


@pytest.mark.parametrize(
    "head",
    ["How far? [{}]", "How far? >> {}", "How far? / {}", "3、How far？—{}", "3.How far?:{}",
     "How far - {}", "Section 1. {}", "Tijdstempel: {}", "{}"],
)  # fmt: skip
def test_the_tail_of_a_heading_is_an_items_text(read, head):
    for one, other in (
        ("We use data in meetings.", "Mistakes are hidden."),
        ("我们用数据。", "错误被隐瞒。"),
    ):
        columns = f'"{head.format(one)}","{head.format(other)}"'
        if head == "3.How far?:{}" and one.startswith("We"):
            continue  # without a blank only scripts that write none are parted
        back = read(f"lab,pid,{columns}\nA,p1,Agree,Disagree\n")
        assert rows(back, "q1", "q2") == [[4, 2]]


def test_a_whole_heading_goes_before_a_tail(read):
    text = "lab,pid,Comment on: Your age?,Your age?,q1,q2\nA,p1,none,30,4,2\n"
    assert rows(read(text), "age") == [[30]]


def test_an_item_without_a_column_is_named_with_the_nearest_heading(read):
    with pytest.warns(cu.DataWarning, match="q2 is missing; did you mean 'Mistaks are hiden'"):
        read("lab,pid,q1,Mistaks are hiden\nA,p1,4,2\n")
    with pytest.warns(cu.DataWarning, match="since is missing; did you mean 'sinse'"):
        read("lab,pid,q1,q2,sinse\nA,p1,4,2,2024-03\n")
    back = read("lab,pid,q1,weather\nA,p1,4,sun\n")
    assert "No column for 'q2', though other items" in str(back.record)
