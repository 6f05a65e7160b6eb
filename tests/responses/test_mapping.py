"""Column maps: a draft to fill in, read back with positions of what is wrong."""

from __future__ import annotations

import pytest

import collective_use as cu

EXPORT = (
    "Timestamp,Your team,We use data.,We ignore date.,E-mail,Notes,Notes\n"
    "x,a,Agree,Disagree,p@example.org,n,m\n"
)


def test_a_draft_says_what_it_knows_and_what_to_check(write, small, tmp_path):
    path = write(EXPORT)
    text = cu.draft_map(path, small, tmp_path / "columns.yaml")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines == [
        '"Your team": ignore',
        '"We use data.": use1  # by its question text',
        '"We ignore date.": ignore  # nearest is use2; CHECK',
        '"E-mail": ignore  # identifies persons',
        '"#6": ignore',
        '"#7": ignore',
    ]
    done = text.replace('"Your team": ignore', '"Your team": group')
    done = done.replace('"We ignore date.": ignore', '"We ignore date.": use2')
    (tmp_path / "columns.yaml").write_text(done)
    responses = cu.read_responses(path, small, column_map=tmp_path / "columns.yaml")
    assert responses.answers.iloc[0].tolist() == [3.0, 1.0]
    assert responses.persons["group"].tolist() == ["a"]
    with pytest.raises(cu.OutputError, match="exists already"):
        cu.draft_map(path, small, tmp_path / "columns.yaml")


def test_texts_of_several_items_are_named_in_the_draft(write, small):
    twin = small.get_item("use1").model_copy(update={"id": "use9"})
    double = small.model_copy(update={"items": (*small.items, twin)})
    assert "may be use1, use9; CHECK" in cu.draft_map(write(EXPORT), double)


def test_a_draft_of_a_file_that_needs_none_changes_nothing(write, small, tmp_path):
    path = write("team,who,use1,use2\na,1,3,1\n")
    cu.draft_map(path, small, tmp_path / "columns.yaml")
    plain = cu.read_responses(path, small)
    mapped = cu.read_responses(path, small, column_map=tmp_path / "columns.yaml")
    assert plain.to_frame().equals(mapped.to_frame())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1]\n", r"m\.yaml:1:4: 'a' must be the name of a column or key"),
        ("just words\n", r"m\.yaml:1:1: a column map is expected"),
        ("a: use1\na: use2\n", r"m\.yaml:2:1"),
        ('"#99": use1\n', r"names '#99', which is no column"),
    ],
)
def test_maps_that_are_wrong(write, small, text, said):
    path = write("team,a\na,1\n")
    with pytest.raises(cu.ReadError, match=said):
        cu.read_responses(path, small, column_map=write(text, "m.yaml"))


def test_a_heading_spelt_otherwise_is_said(write, small):
    back = cu.read_responses(write("team,who,use_1\nA,m1,1\nA,m2,2\n"), small)
    assert back.answers["use1"].tolist() == [1, 2]
    assert "use_1 as use1" in str(back.record)
    exact = cu.read_responses(write("team,who,USE1\nA,m1,1\nA,m2,2\n"), small)
    assert "spelt otherwise" not in str(exact.record)


def test_a_heading_that_is_the_wording_needs_no_word(write, small):
    text = small.get_item("use1").text["en"]
    for heading in (text, f"3. {text}", f"How far do you agree? [{text}]"):
        back = cu.read_responses(write(f'team,who,"{heading}"\nA,m1,1\nA,m2,2\n'), small)
        assert back.answers["use1"].tolist() == [1, 2]
        assert "wording of their questions" not in str(back.record)
