"""Who asked not to be named is on no roster, however the column is spelled."""

from __future__ import annotations

import pytest

from collective_use.questionnaire.form.members import OPT_OUT, read_rosters
from collective_use.responses.fieldwork.members import _OPTED_OUT


@pytest.mark.parametrize("column", OPT_OUT)
def test_every_spelling_takes_a_person_off_the_roster(column, tmp_path):
    file = tmp_path / "members.csv"
    file.write_text(f"group,member,name,{column}\na,m1,Ann,\na,m2,Bo,yes\n", "utf-8")
    roster = read_rosters(file)[0]
    assert [person.code for person in roster.named] == ["m1"]
    assert [person.code for person in roster.people] == ["m1", "m2"]


def test_forms_and_readers_know_the_same_spellings():
    assert set(OPT_OUT) == set(_OPTED_OUT)
