"""From a table of texts to responses: columns, codes, reasons, rows left out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import collective_use as cu
from collective_use.responses.answers.codes import Key
from collective_use.responses.answers.decode import decode_text
from collective_use.responses.headings.nearest import nearest_label
from collective_use.responses.headings.wording import normal

HEAD = "team,use1,use2,use3\n"


def entries(responses, *words: str) -> list:
    return [e for e in responses.record.entries if all(word in e.text for word in words)]


def test_labels_in_any_language_and_codes_in_one_file(write, small):
    text = (
        HEAD
        + "a,Agree,不同意,1\nb,\u00a0同意 , DON\u2019T  KNOW ,２\n"
        + "b,3 - Agree,Neither agree nor disagree.,2.0\n"
    )
    responses = cu.read_responses(write(text), small)
    np.testing.assert_array_equal(
        responses.answers.to_numpy(), [[3, 1, 1], [3, np.nan, 2], [3, 2, 2]]
    )
    assert responses.reasons.loc[1, "use2"] == "dont_know"


def test_values_outside_the_scale_are_listed_with_rows_and_nearest(write, small):
    text = HEAD + "a,9,Agre,1\na,9,hello,1\nb,1,2,-1\n"
    with pytest.raises(cu.ScaleValueError) as caught:
        cu.read_responses(write(text), small)
    message = str(caught.value)
    assert "export.csv: 3 columns hold values outside the scale" in message
    assert (
        "use1: '9' in answers 1, 2 (lines 2, 3 of the file); right would be 1 to 3, "
        "or 88, -99 for missing" in message
    )
    assert "'Agre' in answer 1 (line 2 of the file), did you mean 'Agree'?" in message
    assert "use3: '-1' in answer 3" in message
    responses = cu.read_responses(write(text), small, invalid="missing")
    assert responses.reasons["use1"].tolist() == ["invalid", "invalid", ""]
    (entry,) = entries(responses, "use1", "outside the scale")
    assert entry.count == 2


def test_wrong_instrument_group_column_and_duplicates(write, small):
    with pytest.raises(cu.ReadError, match="no column belongs to instrument 'small'; expected"):
        cu.read_responses(write("a,b\n1,2\n"), small)
    with pytest.raises(cu.ReadError, match="group column of instrument 'small' must be a column"):
        cu.read_responses(write("teams,use1\na,1\n"), small)
    with pytest.raises(cu.ReadError, match=r"got 'taem' \(did you mean 'team'\?\)"):
        cu.read_responses(write(HEAD + "a,1,1,1\n"), small, group="taem")
    with pytest.raises(cu.ReadError, match=r"columns 2 \('use1'\) and 3 \('USE1'\) are both"):
        cu.read_responses(write("team,use1,USE1\na,1,1\n"), small)
    lonely = small.model_copy(update={"columns": small.columns.model_copy(update={"group": None})})
    with pytest.raises(cu.ReadError, match="which column holds the group"):
        cu.read_responses(write(HEAD + "a,1,1,1\n"), lonely)
    with pytest.raises(cu.ReadError, match="member must be a column, got 'idd'"):
        cu.read_responses(write(HEAD + "a,1,1,1\n"), small, columns={"member": "idd"})


def test_rows_left_out_are_counted(write, small):
    text = (
        "team,who,use1,use2,use3\na,1,1,1,1\n,2,1,1,1\na,1,3,3,3\na,3,,,\na,4,88,88,88\nb,1,2,2,2\n"
    )
    responses = cu.read_responses(write(text), small)
    assert responses.persons["row"].tolist() == [3, 5, 6]
    assert entries(responses, "without a group")[0].what == ("2",)
    assert entries(responses, "Several submissions")[0].what == ("1",)
    assert entries(responses, "without a single answer")[0].what == ("4",)
    first = cu.read_responses(write(text), small, duplicates="first")
    assert first.persons["row"].tolist() == [1, 5, 6]
    everyone = cu.read_responses(write(text), small, duplicates="keep")
    assert everyone.persons["row"].tolist() == [1, 3, 5, 6]


def test_personal_and_unknown_columns(write, small):
    text = "team,E-mail,IP Address,Weather,use1\na,x@example.org,192.0.2.1,sun,1\n"
    responses = cu.read_responses(write(text), small)
    assert entries(responses, "identify persons")[0].what == ("E-mail", "IP Address")
    assert entries(responses, "not the instrument's")[0].what == ("Weather",)
    assert "E-mail" not in responses.persons
    kept = cu.read_responses(write(text), small, keep_personal=True)
    assert kept.persons["E-mail"].tolist() == ["x@example.org"]


def test_rosters_checklists_and_background(write, small):
    text = (
        "team,who,use1,net1_1,net1_2,net2_1,net2_2,rol1_1_1,rol1_2_2,pts1_1,pts1_2,"
        "wkw1_1,wkw1_2,chk1_1,chk1_3,rat1_1,rat1_2,d1,d2,k1\n"
        "a,m1,1,,Often,,1,1,0,60,40,2,m1,1,,Never,2,Chair,12,5\n"
        "a,m2,3,2,,1,,0,1,50,50,0,,,,,,2,3.5,7\n"
    )
    members = pd.DataFrame({"group": ["a", "a"], "member": ["m1", "m2"]})
    responses = cu.read_responses(write(text), small, members=members)
    np.testing.assert_array_equal(responses.rosters["net1"], [[np.nan, 2], [2, np.nan]])
    np.testing.assert_array_equal(responses.rosters["net2"], [[0, 1], [1, 0]])
    assert responses.rosters["rol1"].columns.tolist() == [(1, 1), (2, 2)]
    np.testing.assert_array_equal(responses.rosters["pts1"], [[60, 40], [50, 50]])
    np.testing.assert_array_equal(responses.rosters["wkw1"], [[2, 1], [0, np.nan]])
    np.testing.assert_array_equal(
        responses.answers[["chk1_1", "chk1_3"]], [[1, 0], [np.nan, np.nan]]
    )
    np.testing.assert_array_equal(
        responses.answers[["rat1_1", "rat1_2"]], [[0, 2], [np.nan, np.nan]]
    )
    assert responses.persons["d1"].tolist() == [1.0, 2.0]
    assert responses.persons["d2"].tolist() == [12.0, 3.5]
    assert responses.informants.to_dict("records") == [{"group": "a", "k1": 6.0}]
    assert entries(responses, "Informants of group a differ on k1")
    assert "k1" not in responses.answers


def test_a_nomination_of_nobody_in_the_group(write, small):
    text = "team,who,use1,wkw1_1\na,m1,1,m9\n"
    with pytest.raises(cu.ScaleValueError, match=r"wkw1_1: 'm9' in group 'a'"):
        cu.read_responses(write(text), small)


def test_several_exports_with_declared_wave_and_language(write, small):
    one = write("team,use1,use2\na,1,2\n", "w1.csv")
    two = write("team,use1,use3\na,3,2\nb,2,2\n", "w2.csv")
    responses = cu.read_responses(
        [one, two], small, wave=["1", "2"], language={"w1": "en", "w2": "zh"}
    )
    assert responses.persons[["wave", "language", "export", "row"]].to_numpy().tolist() == [
        ["1", "en", "w1", 1],
        ["2", "zh", "w2", 1],
        ["2", "zh", "w2", 2],
    ]
    assert responses.reasons["use2"].tolist() == ["", "not_shown", "not_shown"]
    with pytest.raises(cu.InputError, match="one entry for each of 2 exports, got 1"):
        cu.read_responses([one, two], small, wave=["1"])
    with pytest.raises(cu.InputError, match=r"wave must have an entry for 'w2\.csv'"):
        cu.read_responses([one, two], small, wave={"w1": "1"})


def test_members_and_informants_files(write, small):
    export = write("team,who,use1\na,m1,1\na,m9,1\nc,m1,2\n")
    members = write("team,who,name,dept\na,m1,Ann,x\na,m2,Bob,x\nb,m1,Cy,y\n", "members.csv")
    facts = write("team,k1\na,12\nb,4\n", "facts.csv")
    responses = cu.read_responses(export, small, members=members, informants=facts)
    assert responses.members.columns.tolist() == ["group", "member", "position", "dept"]
    assert responses.members["position"].tolist() == [1, 2, 1]
    assert responses.informants.to_dict("records") == [
        {"group": "a", "k1": 12.0},
        {"group": "b", "k1": 4.0},
    ]
    assert entries(responses, "Groups that the members file does not list")[0].what == ("c",)
    assert entries(responses, "member code the members file does not list")[0].count == 1
    for text, said in [
        ("team,code2\na,1\n", "needs a column 'member'"),
        ("team,who\na,1\na,1\n", "twice are '1 in a'"),
        ("team,who,position\na,1,x\n", "whole number from 1, got 'x'"),
        ("team,who,position\na,1,1\na,2,1\n", "positions repeat within group 'a'"),
    ]:
        with pytest.raises(cu.ReadError, match=said):
            cu.read_responses(export, small, members=write(text, "m.csv"))
    with pytest.raises(cu.ReadError, match="holds none of the items about groups"):
        cu.read_responses(export, small, informants=export)


def test_who_opted_out_leaves_the_members(write, small):
    export = write("team,who,use1\na,m1,1\n")
    members = write("team,who,opted_out\na,m1,\na,m2,yes\na,m3,no\n", "members.csv")
    responses = cu.read_responses(export, small, members=members)
    assert responses.members["member"].tolist() == ["m1", "m3"]
    assert entries(responses, "opted out")[0].count == 1


def test_an_item_that_nobody_answered_warns(write, small):
    with pytest.warns(cu.DataWarning, match="Nobody answered 'use2'"):
        responses = cu.read_responses(write("team,use1,use2\na,1,\nb,2,NA\n"), small)
    assert responses.reasons["use2"].tolist() == ["unanswered", "unanswered"]


def test_map_of_headings(write, small):
    path = write("Crew,Q1,Q2,use3\na,1,2,hello\n")
    responses = cu.read_responses(
        path, small, column_map={"Crew": "group", "Q1": "use1", "q2": "use2", "use3": "ignore"}
    )
    assert responses.answers.columns.tolist() == ["use1", "use2"]
    with pytest.raises(cu.ReadError, match="column map names 'Q3', which is no column"):
        cu.read_responses(path, small, column_map={"Q3": "use1"})
    with pytest.raises(cu.ReadError, match=r"says 'Q1' is 'use11'.*did you mean 'use1'"):
        cu.read_responses(path, small, column_map={"Q1": "use11"})


def test_text_frame_and_repr(write, small):
    responses = cu.read_responses(write(HEAD + "a,1,88,3\nb,2,1,\n"), small)
    assert responses.form == "whole"
    assert responses.to_frame().columns.tolist() == [
        "group",
        "row",
        "export",
        "use1",
        "use2",
        "use3",
    ]
    counts = responses.missing_frame().set_index("item")
    assert counts.loc["use2", "dont_know"] == 1
    assert counts.loc["use1", "valid"] == 2
    assert "respondents" in str(responses)
    assert responses.to_dict()["persons"][0]["group"] == "a"
    assert responses.to_dict()["instrument"] == {"id": "small", "version": "1"}
    json.dumps(cu.score(responses).to_dict(), allow_nan=False)


@given(st.text(max_size=20))
def test_any_text_has_a_code_or_a_reason(text):
    key = Key(frozenset((1.0, 2.0)), {normal("Agree"): 2.0}, {"88": "dont_know"})
    value, reason = decode_text(text, key, {})
    assert (value in (1.0, 2.0)) == (reason == "")
    assert normal(normal(text)) == normal(text) or "<" in text or "&" in text


def test_groups_that_differ_in_case_only_are_kept_apart_with_a_warning(write, small):
    with pytest.warns(cu.DataWarning, match="kept apart: 'North / north'"):
        responses = cu.read_responses(write(HEAD + "North,1,1,1\nnorth,1,1,2\n"), small)
    assert responses.persons["group"].nunique() == 2


def test_exports_of_the_same_name_are_told_apart(tmp_path, small):
    for folder, row in (("en", "a,1,1,2"), ("zh", "a,1,1,3")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "e.csv").write_text(f"{HEAD}{row}\n")
    responses = cu.read_responses([tmp_path / "en" / "e.csv", tmp_path / "zh" / "e.csv"], small)
    assert responses.persons["export"].tolist() == ["en/e", "zh/e"]


LABELS = ("Stimme gar nicht zu", "Stimme eher zu", "Stimme voll und ganz zu", "同意", "不同意")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Stimme fast zu", None),
        ("Stime eher zu", "Stimme eher zu"),
        ("Stimme vol und gans zu", "Stimme voll und ganz zu"),
        ("比同意", None),
        ("Ja", None),
    ],
)
def test_a_label_is_guessed_only_from_a_slip_of_the_pen(text, meant):
    assert nearest_label(text, LABELS) == meant


def test_places_count_answers_and_lines_of_the_file(write, small):
    def message(text):
        with pytest.raises(cu.ScaleValueError) as caught:
            cu.read_responses(write(text), small)
        return str(caught.value)

    rows = "team,use1,use2,use3\na,1,1,1\na,7,1,1\n"
    found = message(rows)
    assert "use1: '7' in answer 2 (line 3 of the file)" in found
    assert 'labels for missing "Don\'t know"' in found
    assert "answer 2 (line 4 of the file)" in message("sep=,\n" + rows)
    several = rows.replace("a,1,1,1", '"a\nb",1,1,1')
    assert "use1: '7' in answer 2, headings not counted" in message(several)


def test_rows_with_too_few_cells_are_counted(write, small):
    responses = cu.read_responses(write("team,use1,use2,use3\na,1,1,1\na,1\nb,2,2\n"), small)
    (entry,) = entries(responses, "fewer cells")
    assert "2 rows have fewer cells" in entry.text
    assert "answer 2" in entry.text


def test_points_beyond_the_total_lie_outside(write, small):
    with pytest.raises(cu.ScaleValueError, match="right would be a number from 0 to 100"):
        cu.read_responses(write("team,use1,pts1_1,pts1_2\na,1,250,0\n"), small)


def test_a_group_column_under_another_spelling_is_recorded(write, small):
    text = "Klinik-Station,use1,use2,use3\na,1,1,1\n"
    responses = cu.read_responses(write(text), small, group="Klinik Station")
    (entry,) = entries(responses, "'Klinik-Station' was taken for 'Klinik Station'")
    assert entry.kind == "decision"


def test_a_group_column_known_by_its_wording_alone_is_said_on_the_screen(tmp_path):
    whole = (cu.sample_path("clean") / "export.csv").read_text("utf-8").splitlines()[:30]
    export = tmp_path / "export.csv"
    export.write_text("\n".join(whole).replace(",group_code,", ",groop_kode,") + "\n", "utf-8")
    responses = cu.read_responses(export, "collective_data_use")
    (entry,) = entries(responses, "'groop_kode' was taken for 'group_code' (group)")
    assert entry.kind == "changed"  # decisions stand in run.json only


def test_members_and_groups_that_the_file_does_not_list_are_named(write, small):
    members = pd.DataFrame({"group": ["a"], "member": ["m1"]})
    text = "team,who,use1,use2,use3\na,m1,1,1,1\na,m9,1,1,1\nz,m1,1,1,1\n"
    shown = str(cu.read_responses(write(text), small, members=members))
    assert "the members file does not list: 'z'" in shown
    assert "in their group: 'm9 in a'" in shown
