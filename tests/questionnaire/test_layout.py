"""Which blocks, which order, which numbers; what a study fills in; who is on a roster."""

from __future__ import annotations

import pytest

import collective_use as cu
from collective_use.questionnaire.form import fill
from collective_use.questionnaire.form.content import texts
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.members import read_rosters


def questions(content):
    return [question for page in content.pages for question in page.questions]


def asked(content):
    return [item for question in questions(content) for item in question.items]


def test_numbers_run_without_gap(full):
    numbers = [
        number
        for question in questions(full)
        for number in (
            [question.number]
            if question.number is not None
            else [row.number for row in question.rows]
        )
    ]
    assert numbers == list(range(1, len(numbers) + 1))


def test_rosters_are_off_unless_switched_on(bank):
    assert not any(question.roster for question in questions(form_content(bank)))


def test_nobody_rates_themselves_unless_the_roster_says_so(bank, full, roster):
    codes_of = [person.code for person in roster]
    rosters = {roster.id: roster for roster in bank.rosters}
    for question in questions(full):
        if question.kind != "nominate" and question.roster == "members":
            codes = [row.id for row in question.rows]
            assert ("m03" in codes) == rosters[question.roster].include_self
            assert all(row.position == codes_of.index(row.id) + 1 for row in question.rows)


def test_partner_rosters_list_each_partner_once(bank, full):
    rosters = {roster.id: roster for roster in bank.rosters}
    partners = [
        [row.id for row in question.rows]
        for question in questions(full)
        if question.roster and rosters[question.roster].of == "partners"
    ]
    assert partners
    assert all(len(rows) == len(set(rows)) == 4 for rows in partners)


def test_an_alternative_stands_only_where_its_twin_is_not_asked(bank):
    alternatives = [item for item in bank.items if item.alternative_to]
    assert alternatives
    everything = asked(form_content(bank, modules=["all"]))
    for item in alternatives:
        assert (item.id in everything) != (item.alternative_to in everything)


def test_keys_stand_on_the_cover_not_on_the_pages(bank, full):
    keys = {item.id for item in bank.items if item.role == "key"}
    assert keys.isdisjoint(asked(full))
    assert [key.value for key in full.keys][:2] == ["G7", "m03"]


def test_naming_consent_comes_with_rosters_only(bank, full):
    assert "naming" not in [module.id for module in form_content(bank).consent]
    assert "naming" in [module.id for module in full.consent]
    assert "informant" not in [module.id for module in full.consent]


def test_a_seed_shuffles_within_blocks_and_is_on_the_form(bank):
    plain, mixed = form_content(bank), form_content(bank, seed=7)
    again = form_content(bank, seed=7)
    assert mixed.form_id.endswith("/s7")
    assert asked(mixed) == asked(again) != asked(plain)
    for before, after in zip(plain.pages, mixed.pages, strict=True):
        first = [item for question in before.questions for item in question.items]
        second = [item for question in after.questions for item in question.items]
        assert sorted(first) == sorted(second)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"form": "shrt"}, "form must be one of .*did you mean 'short'"),
        ({"language": "fr"}, "language must be one of 'en', 'zh', got 'fr'"),
        ({"language": "+"}, "language must be one of"),
        ({"modules": ["tyes"]}, "did you mean 'ties'"),
        ({"respondent": "boss"}, "respondent must be one of"),
    ],
)
def test_unknown_names_are_errors(bank, change, message):
    with pytest.raises(cu.InputError, match=message):
        form_content(bank, **change)


def test_an_instrument_without_forms_says_what_to_add(bank):
    with pytest.raises(cu.InputError, match="add `forms:`"):
        form_content(bank.model_copy(update={"forms": ()}))


def test_texts_leave_out_what_no_language_has():
    assert texts({"de": "x"}, ["en", "zh"]) == ()
    assert texts({"en": "x"}, ["en", "zh"]) == ("x", "")


def test_gaps_are_the_same_in_both_languages(bank):
    by_language = [
        set(fill.unfilled(form_content(bank, language=code, modules=["all"])))
        for code in ("en", "zh")
    ]
    assert by_language[0] == by_language[1] != set()


def test_unfilled_consent_stops_and_filled_passes(bank):
    content = form_content(bank, language="en+zh")
    with pytest.raises(cu.InputError, match="gaps to fill in: 'NAME OF STUDY'"):
        fill.require_filled(content)
    done = fill.filled(content, dict.fromkeys(fill.unfilled(content), "Partners 2027"))
    fill.require_filled(done)
    assert "Partners 2027" in done.consent[0].text[1]


def test_a_wrong_gap_is_an_error(bank):
    with pytest.raises(cu.InputError, match="did you mean 'NAME OF STUDY'"):
        fill.filled(form_content(bank), {"NAME OF STUDDY": "x"})
    with pytest.raises(cu.InputError, match="MARK=text"):
        fill.parse_fills(["NAME OF STUDY"])


def test_members_who_opt_out_leave_the_roster_but_get_a_copy(tmp_path):
    path = tmp_path / "members.csv"
    path.write_text("Group;Member;Name;Opt_out\ng1;a;Ann;\ng1;b;Bo;yes\ng2;a;Al;\n", "utf-8-sig")
    first, second = read_rosters(path)
    assert [person.code for person in first.named] == ["a"]
    assert [person.code for person in first.people] == ["a", "b"]
    assert second.group == "g2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("team,member\n1,2\n", "must be a column of"),
        ("group,member\ng1,a\ng1,a\n", ":3: member 'a' is twice in group 'g1'"),
        ("group,member\ng1,\n", ":2: group and member must not be empty"),
        ("group,member,position\ng1,a,1\ng1,b,1\n", "from 1 to 1,000, each once, got '1', '1'"),
        ("group,member,position\ng1,a,1001\n", "from 1 to 1,000, each once, got '1001'"),
        ("group,member,position\ng1,a,1" + "0" * 5000, "each once, got '10000000000000000000'"),
        ("group,member\ng1,a\ng\0,b\n", ":3: the members file holds a NUL sign"),
        ("group,member,position\ng1,a,1\ng1,b,\n", "each once, got 'nothing'"),
    ],
)
def test_bad_members_files(tmp_path, text, message):
    path = tmp_path / "members.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(cu.InputError, match=message):
        read_rosters(path)


def test_missing_members_file(tmp_path):
    with pytest.raises(cu.ReadError, match="cannot be read"):
        read_rosters(tmp_path / "none.csv")


def test_positions_of_the_file_order_the_roster(tmp_path):
    path = tmp_path / "members.csv"
    path.write_text("group,member,position\ng1,a,2\ng1,b,1\n", "utf-8")
    assert [person.code for person in read_rosters(path)[0].named] == ["b", "a"]
