"""Loading instruments: every problem, in its exact words and at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.instrument.include import COLLECTIONS, assemble
from collective_use.instrument.load import examine, load_file
from collective_use.instrument.messages import fields_at
from collective_use.yaml_source.read import parse_yaml

HERE = Path(__file__).parent
BANK = (HERE / "small_bank.yaml").read_text(encoding="utf-8")
BROKEN = json.loads((HERE / "broken_banks.json").read_text(encoding="utf-8"))


def problems(text: str) -> list[str]:
    found = set(examine(parse_yaml(text, "bank.yaml"))[1])
    return [str(p) for p in sorted(found, key=lambda p: (p.position, p.text))]


def test_the_bank_that_the_others_break_is_whole():
    assert problems(BANK) == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["new"][:40])
def test_messages(case):
    assert case["old"] in BANK
    assert problems(BANK.replace(case["old"], case["new"], 1)) == case["messages"]


def test_of_very_many_problems_the_first_are_told_and_the_others_counted():
    found = problems(BANK + "\n" + "".join(f"k{k}: 1\n" for k in range(600)))
    assert sum("unknown key" in one for one in found) == 500
    assert [one for one in found if "100 problems more, not listed" in one]


def test_everything_is_reported_at_once():
    text = BANK
    for old, new in (
        ("id: bank", "id: Bank"),
        ("code: 1, label: {en: No", "code: one, label: {en: No"),
        ("facet: care", "facet: caring"),
        ("kind: roster_valued", "kind: roster"),
        ("total: 100, ", ""),
        ("module: people", "module: persons"),
        ("a*trust", "a*thrust"),
    ):
        text = text.replace(old, new, 1)
    lines = [int(problem.split(":")[1]) for problem in problems(text)]
    assert lines == [2, 12, 50, 53, 54, 72, 76]


def test_a_slip_in_one_part_does_not_hide_another():
    text = BANK.replace("kind: allocation", "kind: alocation").replace("facet: care", "facet: car")
    assert [problem.split(":")[1] for problem in problems(text)] == ["50", "54"]


def test_the_error_lists_all_problems(tmp_path):
    file = tmp_path / "bank.yaml"
    file.write_text(BANK.replace("facet: care", "fcet: care, colour: red"), encoding="utf-8")
    with pytest.raises(cu.InstrumentError) as caught:
        cu.load_instrument(file)
    assert len(caught.value.problems) == 2
    assert str(caught.value) == "\n".join(caught.value.problems)
    assert "(did you mean 'facet'?)" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "nothing: the file is empty"),
        ("# only a comment\n", "nothing: the file is empty"),
        ("- a\n- b\n", "something else"),
        ("hello", "something else"),
    ],
)
def test_no_mapping(text, found):
    right = "an instrument is a mapping that starts with 'schema: 1'"
    assert problems(text) == [f"bank.yaml:1:1: {right}, found {found}"]


def test_answers_stay_words():
    text = BANK.replace("{en: No, zh: 否}", "{en: no, zh: 否}")
    bank = examine(parse_yaml(text, "bank.yaml"))[0]
    assert bank is not None
    assert bank.get_scale("agree4").options[0].label["en"] == "no"


def test_norwegian_is_a_language():
    text = BANK.replace("[en, zh]", "[en, zh]\ndraft_languages: [no]")
    bank = examine(parse_yaml(text.replace("{en: Bank}", "{en: Bank, no: Bank}"), "x"))[0]
    assert bank is not None
    assert bank.title["no"] == "Bank"


def test_reverse_keys_use_the_declared_range():
    bank = examine(parse_yaml(BANK, "bank.yaml"))[0]
    assert bank is not None
    scale = bank.get_scale("agree4")
    assert (scale.low, scale.high) == (1, 4)


def split(folder: Path, head: str, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "instrument.yaml").write_text(head, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


HEAD, _, REST = BANK.partition("constructs:\n")


def test_a_folder_in_parts_is_the_same_instrument(tmp_path):
    one = tmp_path / "bank.yaml"
    one.write_text(BANK, encoding="utf-8")
    head = HEAD + "include: [rest.yaml]\n"
    parts = split(tmp_path / "bank", head, rest="constructs:\n" + REST)
    assert load_file(parts) == load_file(one)


def test_parts_are_appended_in_order(tmp_path):
    head = (
        HEAD
        + "constructs: [{id: a, name: {en: A}, definition: {en: A}}]\ninclude: [x.yaml, y.yaml]\n"
    )
    part = "constructs: [{{id: {0}, name: {{en: X}}, definition: {{en: X}}}}]\n"
    folder = split(tmp_path / "bank", head, x=part.format("x"), y=part.format("y"))
    assert [c.id for c in load_file(folder).constructs] == ["a", "x", "y"]


def test_problems_name_the_included_file(tmp_path, monkeypatch):
    rest = ("constructs:\n" + REST).replace("facet: care", "facet: cares")
    split(tmp_path / "bank", HEAD + "include: [rest.yaml]\n", rest=rest)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(cu.InstrumentError) as caught:
        load_file("bank")
    (problem,) = caught.value.problems
    assert problem.startswith("bank/rest.yaml:32:40: item 'tr1' names the facet 'cares'")


@pytest.mark.parametrize(
    ("include", "files", "message"),
    [
        ("rest.yaml", {}, "include must be a list of file names, found 'rest.yaml'"),
        ("[1]", {}, "include must list file names, found 1"),
        ("[../x.yaml]", {}, "include must stay inside the instrument's folder, found '../x.yaml'"),
        (
            "[/etc/passwd]",
            {},
            "include must stay inside the instrument's folder, found '/etc/passwd'",
        ),
        (
            "[scals.yaml]",
            {"scales": "items: []"},
            "include names a file that cannot be read: 'scals.yaml' (did you mean 'scales.yaml'?)",
        ),
        ("[instrument.yaml]", {}, "'instrument.yaml' is included already; include each file once"),
        (
            "[a.yaml, ./a.yaml]",
            {"a": "items: []"},
            "'./a.yaml' is included already; include each file once",
        ),
        (
            "[a.yaml]",
            {"a": "include: [instrument.yaml]"},
            "only the head file may include others; list this file's fragments there",
        ),
        (
            "[a.yaml]",
            {"a": "title: {en: A}"},
            "'title' belongs to the head file; move it there",
        ),
        (
            "[a.yaml]",
            {"a": "itms: []"},
            "an included file may hold 'sources', 'scales', 'constructs', 'measures', 'items', "
            "'rosters', 'forms', 'models', 'consent', found 'itms' (did you mean 'items'?)",
        ),
        (
            "[a.yaml]",
            {"a": "items: {}"},
            "items must be a list in an included file, found a mapping",
        ),
        (
            "[a.yaml]",
            {"a": "- 1"},
            "an included file must hold one or more of 'sources', 'scales', 'constructs', "
            "'measures', 'items', 'rosters', 'forms', 'models', 'consent', found a list",
        ),
    ],
)
def test_includes_that_are_refused(tmp_path, include, files, message):
    folder = split(tmp_path / "bank", f"{HEAD}include: {include}\n", **files)
    with pytest.raises(cu.InstrumentError) as caught:
        load_file(folder)
    assert [problem.split(": ", 1)[1] for problem in caught.value.problems] == [message]


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "secret.yaml").write_text("items: []", encoding="utf-8")
    folder = split(tmp_path / "bank", HEAD + "include: [link.yaml]\n")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(cu.InstrumentError, match="must stay inside the instrument's folder"):
        load_file(folder)


def test_a_folder_without_a_head(tmp_path):
    with pytest.raises(cu.InputError, match=r"an instrument folder holds 'instrument\.yaml'"):
        load_file(tmp_path)


def test_positions_survive_includes(tmp_path):
    folder = split(
        tmp_path / "bank", HEAD + "items: [{id: a}]\ninclude: [x.yaml]\n", x="items:\n  - id: b\n"
    )
    document = assemble(folder)
    assert document.at(("items", 0, "id")).file.endswith("instrument.yaml")
    position = document.at(("items", 1, "id"))
    assert position.file.endswith("x.yaml")
    assert (position.line, position.column) == (2, 9)


def test_every_collection_is_a_key_of_the_format():
    assert set(COLLECTIONS) <= set(fields_at(()))


LINES = BANK.splitlines()


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(LINES) - 1),
    st.sampled_from(("drop", "double", "indent", "cut", "null", "swap")),
    st.integers(0, 40),
)
def test_no_damage_escapes_as_a_traceback(number, damage, column):
    lines = list(LINES)
    line = lines[number]
    if damage == "drop":
        del lines[number]
    elif damage == "double":
        lines.insert(number, line)
    elif damage == "indent":
        lines[number] = "  " + line
    elif damage == "cut":
        lines[number] = line[:column]
    elif damage == "null":
        lines[number] = line.split(":")[0] + ":"
    else:
        other = (number * 7 + column) % len(lines)
        lines[number], lines[other] = lines[other], lines[number]
    for problem in problems("\n".join(lines)):
        file, row, at, text = problem.split(":", 3)
        assert file == "bank.yaml"
        assert 1 <= int(row) <= len(lines) + 1
        assert int(at) >= 1
        assert text.strip()


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab1_ ", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("id", "items", "text", "scale", "code", "label", "en", "kind")),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(fields_at(())[:-1]), values, max_size=8))
def test_no_content_escapes_as_a_traceback(content):
    found = problems(json.dumps(content))
    assert found
    assert all(problem.startswith("bank.yaml:1:") for problem in found)


def test_codes_of_kinds_are_not_averaged() -> None:
    text = (Path(__file__).parent / "small_bank.yaml").read_text(encoding="utf-8")
    kinds = (
        "  - {id: kinds, construct: trust, source: checklist, composition: variety, "
        "items: [ch1]}\nitems:\n  - {id: ch1, kind: choice, role: respondent, "
        "text: {en: Post?, zh: 职位？}, options: [{code: 1, label: {en: A, zh: 甲}}, "
        "{code: 2, label: {en: B, zh: 乙}}]}\n"
    )
    planted = text.replace("items:\n  - {id: tr1", kinds + "  - {id: tr1", 1)
    (problem,) = examine(parse_yaml(planted, "x.yaml"))[1]
    assert "the answers to item 'ch1' are kinds, not amounts; add 'score: none'" in problem.text
    right = planted.replace("items: [ch1]}", "items: [ch1], score: none}")
    assert examine(parse_yaml(right, "x.yaml"))[1] == []
