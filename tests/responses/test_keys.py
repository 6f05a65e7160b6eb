"""Keys meet the members file: exactly, then loosely and said aloud; positions are held."""

from __future__ import annotations

import datetime as dt
import unicodedata
import warnings

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import collective_use as cu
from collective_use.responses.headings.keys import loose, met
from collective_use.responses.headings.wording import clean_key

HEAD = "team,who,use1\n"


def people(*pairs):
    return pd.DataFrame([p.rsplit("/", 1) for p in pairs], columns=["group", "member"])


def test_one_unicode_form_without_a_word(write, small):
    composed, apart = (unicodedata.normalize(form, "Müller") for form in ("NFC", "NFD"))
    text = f"{HEAD}{apart},m1,1\n{composed},m2,2\nＡ１,x\u3000,3\n"
    members = people(f"{apart}/m1", f"{composed}/m2", "A1/x")
    back = cu.read_responses(write(text), small, members=members)
    assert back.persons["group"].tolist() == [composed, composed, "A1"]
    assert cu.monitor(back).groups["answered"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("group", "member", "listed", "code"),
    [
        ("7", "1", "007", "01"),
        ("7.0", "1.0", "7", "1"),
        ("1.00E+05", "M 1", "1e5", "m1"),
        ("North  Ward", "M1", "north ward", "m1"),
        ("2024-03-04 00:00:00", "m1", "3-4", "m1"),
        ("4-Mar", "m1", "3/4", "m1"),
        ("3月4日", "m1", "3-4", "m1"),
        ("2024-03-01", "m1", "2024-3", "m1"),
    ],
)
def test_a_key_written_otherwise_is_found_and_said(write, small, group, member, listed, code):
    members = people(f"{listed}/{code}", "elsewhere/m9")
    with pytest.warns(cu.DataWarning, match="taken for the same"):
        back = cu.read_responses(write(f"{HEAD}{group},{member},1\n"), small, members=members)
    assert back.persons[["group", "member"]].to_numpy().tolist() == [[listed, code]]
    assert any("taken for the same" in e.text for e in back.record.of_kind("changed"))


def test_a_date_in_a_workbook_and_a_key_that_may_be_two(tmp_path, small):
    book = openpyxl.Workbook()
    book.active.append(["team", "who", "use1"])
    book.active.append([dt.datetime(2024, 3, 4), "m1", 1])
    book.save(tmp_path / "e.xlsx")
    with pytest.warns(cu.DataWarning, match="is 3-4"):
        back = cu.read_responses(tmp_path / "e.xlsx", small, members=people("3-4/m1", "b/m1"))
    assert back.persons["group"].tolist() == ["3-4"]
    with pytest.raises(cu.ReadError, match="lists none of the groups"):
        cu.read_responses(tmp_path / "e.xlsx", small, members=people("3-4/m1", "4-3/m1"))


def test_value_labels_of_a_numeric_group(tmp_path, small):
    frame = pd.DataFrame({"team": [1.0, 1, 2], "who": ["a", "b", "c"], "use1": [1.0, 2, 3]})
    path = tmp_path / "g.sav"
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"team": {1: "Tax", 2: "Police"}})
    members = people("Tax/a", "Tax/b", "Police/c")
    with pytest.warns(cu.DataWarning, match="1 is Tax"):
        back = cu.read_responses(path, small, members=members)
    assert cu.monitor(back).groups["answered"].tolist() == [2, 1]
    facts = pd.DataFrame({"team": ["Tax", "Police"], "k1": [5, 6]})
    with pytest.warns(cu.DataWarning, match="groups of the informants"):
        back = cu.read_responses(path, small, informants=facts)
    assert back.informants["group"].tolist() == ["1", "2"]


def test_a_members_file_of_another_study_stops(write, small):
    path = write(f"{HEAD}North,m1,1\nEast,m2,2\n")
    with pytest.raises(cu.ReadError, match=r"(?s)none of the groups of the export: 'North \(near"):
        cu.read_responses(path, small, members=people("Norths/x", "West/y", "Nort h2/z"))
    with pytest.raises(cu.ReadError, match="none of the member codes of the export: 'm2', 'm1'"):
        cu.read_responses(path, small, members=people("North/99", "East/98"))
    few = people("North/m1", "a/1")
    more = write(f"{HEAD}North,m1,1\nEast,m2,2\nX,m,1\nY,m,1\n", "more.csv")
    with pytest.warns(cu.DataWarning, match="lists only 1 of the 4 groups") as seen:
        cu.read_responses(more, small, members=few)
    assert "lists only 1" in str(seen[0].message)


def test_two_spellings_of_one_member_are_one_person(write, small):
    members = people("a/m1", "a/m2")
    with pytest.warns(cu.DataWarning, match="M1 in a is m1"):
        back = cu.read_responses(write(f"{HEAD}a,m1,1\na,M1,3\na,m2,2\n"), small, members=members)
    assert back.answers["use1"].tolist() == [3, 2]
    assert any("under two spellings" in e.text for e in back.record.entries)


@given(st.text(max_size=12), st.text(max_size=12))
def test_loose_keys_are_symmetric_and_never_beside_an_exact_one(one, other):
    assert bool(loose(one) & loose(other)) == bool(loose(other) & loose(one))
    assert one not in met([one], [one, other])
    assert clean_key(clean_key(one)) == clean_key(one) or "&" in one


def test_long_numbers_stay_apart():
    assert met(["12345678901234567"], ["12345678901234568"]) == {}
    assert met(["012345678901234567"], ["12345678901234567"]) != {}


# ---- rosters


def test_an_answer_at_a_position_that_nobody_holds_stops(write, small):
    members = people("a/m1", "a/m2", "b/m1", "b/m2", "b/m3")
    text = "team,who,use1,net1_1,net1_2,net1_3,net2_3,pts1_3\na,m1,1,1,2,2,0,0\nb,m1,1,,1,2,1,30\n"
    with pytest.raises(cu.ScaleValueError, match=r"net1: .*'net1_3 in group a, answer 1"):
        cu.read_responses(write(text), small, members=members)
    back = cu.read_responses(write(text), small, members=members, invalid="missing")
    assert back.rosters["net1"][3].isna().tolist() == [True, False]
    assert back.rosters["net2"][3].tolist() == [0, 1]
    assert back.rosters["pts1"][3].tolist() == [0, 30]
    ticked = text.replace("a,m1,1,1,2,2,0,0", "a,m1,1,1,2,,1,0")
    with pytest.raises(cu.ScaleValueError, match="net2: answers about positions that nobody holds"):
        cu.read_responses(write(ticked), small, members=members)


def test_nominations_are_positions_or_codes_for_the_whole_item(write, small):
    members = people("a/1", "a/2", "a/3", "a/11").assign(position=[3, 2, 1, 4])
    head = "team,who,use1,wkw1_1,wkw1_2\n"
    codes = cu.read_responses(write(f"{head}a,1,1,11,1\na,2,1,3,\n"), small, members=members)
    assert codes.rosters["wkw1"].to_numpy().tolist()[0] == [4, 3]
    assert codes.rosters["wkw1"].to_numpy()[1, 0] == 1
    places = cu.read_responses(write(f"{head}a,1,1,4,1\na,2,1,3,0\n"), small, members=members)
    assert places.rosters["wkw1"].to_numpy().tolist() == [[4, 1], [3, 0]]
    with pytest.raises(cu.ScaleValueError, match=r"a position or a member code\?"):
        cu.read_responses(write(f"{head}a,1,1,1,3\n"), small, members=members)


def test_a_roster_in_one_cell_has_no_place_beyond_its_list(write, small):
    text = "team,who,use1,net2\na,m1,1,1;3\na,m2,1,2\n"
    assert cu.read_responses(write(text), small).rosters["net2"].to_numpy().tolist() == [
        [1, 0, 1], [0, 1, 0],
    ]  # fmt: skip
    with pytest.raises(cu.ScaleValueError, match="net2: '12' in answer 1"):
        cu.read_responses(write(text.replace("1;3", "12")), small)


def test_a_members_file_with_a_title(write, small):
    members = write("Members of 2026\n\nteam,who\na,m1\n", "members.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        back = cu.read_responses(write(f"{HEAD}a,m1,1\n"), small, members=members)
    assert back.members["member"].tolist() == ["m1"]
