"""YAML with positions: what is read, what is refused and in which words."""

from __future__ import annotations

import json
import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.yaml_source import read as yaml_source
from collective_use.yaml_source.document import Document
from collective_use.yaml_source.read import parse_yaml, read_yaml

LOADERS = (yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else []))

REFUSED = [
    ("a: 1\n\tb: 2\n", "2:1", "a tab is used for indentation; use spaces"),
    (
        "a:\n\t- 1\n\t- 2\n",
        "2:1",
        "a tab is used for indentation; use spaces (tabs start the lines 2, 3)",
    ),
    (
        "a: b: c",
        "1:5",
        "a colon stands where a value goes on; put the text in quotes, or mend the indentation",
    ),
    (
        "a: 1\n b: 2\n",
        "2:3",
        "a colon stands where a value goes on; put the text in quotes, or mend the indentation",
    ),
    (
        "- a\nb: 1",
        "2:1",
        "the indentation does not fit the lines above, or a quotation mark or bracket is missing",
    ),
    ("a: 1\nb\nc: 2", "3:1", "a key without its colon; write 'key: value'"),
    (
        "a: 'x",
        "1:6",
        "the file ends inside a text in quotes; a closing quotation mark is missing",
    ),
    ("a: ]", "1:4", "a value is expected, found the end of a list or mapping"),
    ("a: @x", "1:4", "a word starts with '@', which YAML keeps for itself; put it in quotes"),
    ("a: `x", "1:4", "a word starts with '`', which YAML keeps for itself; put it in quotes"),
    ("a: %x", "1:4", "a word starts with '%', which YAML keeps for itself; put it in quotes"),
    ("a: *", "1:5", "a word starts with '*', which marks an alias; put it in quotes"),
    ("a: &", "1:5", "a word starts with '&', which marks an anchor; put it in quotes"),
    ("a: |x", "1:5", "after '|' or '>' the text starts on the next line, indented"),
    ("a: \x07", "1:4", "a control character that YAML does not allow; remove it"),
    ("a: 1\n---\nb: 2", "2:1", "a second document starts here; one file holds one document"),
    ("? [a]\n: 1", "1:3", "a key must be a word, found a list, a mapping or an alias"),
    ("<<: {}", "1:1", "the merge key '<<' is not allowed here; write the values out"),
    (
        "!x y",
        "1:1",
        "the tag '!x' is not allowed here; write the plain value",
    ),
    (
        "a: !!python/object/apply:os.system [ls]",
        "1:4",
        "the tag '!!python/object/apply:os.system' is not allowed here; write the plain value",
    ),
    (
        "a: 1\nb: 2\na: 3\n",
        "3:1",
        "the key 'a' is here twice (first in line 1); keep one of the two",
    ),
    ("[" * 100, "1:42", "the file has more than 40 levels"),
]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "place", "message"), REFUSED)
def test_refused_in_plain_words(text, place, message, loader):
    document = yaml_source._Composer(text, "x.yaml", loader).document()
    assert [str(problem) for problem in document.problems] == [f"x.yaml:{place}: {message}"]


def test_open_bracket():
    (problem,) = parse_yaml("a: [1, 2", "x.yaml").problems
    assert problem.text == (
        "a bracket is open; a comma or the closing bracket is missing. "
        "If the text holds a comma or colon, put it in quotes"
    )


def test_a_billion_laughs_stay_silent():
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    document = parse_yaml("\n".join(lines), "x.yaml")
    assert document.value["a9"] == [None] * 9
    texts = [problem.text for problem in document.problems]
    assert texts[0] == "the anchor '&a0' is not allowed here; remove it"
    assert "the alias '*a0' is not allowed here; write the value out" in texts


def test_all_problems_at_once():
    document = parse_yaml("a: 1\na: &x 2\nb: *x\nc: !t 1\n", "x.yaml")
    assert [problem.position.line for problem in document.problems] == [2, 2, 3, 4]


def test_words_follow_yaml_1_2():
    text = "{a: no, b: yes, c: on, d: True, e: null, f: ~, g: 010, h: 1e3, i: '1', j: .inf, k: 1_0}"
    assert parse_yaml(text).value == {
        "a": "no",
        "b": "yes",
        "c": "on",
        "d": True,
        "e": None,
        "f": None,
        "g": 10,
        "h": 1000.0,
        "i": "1",
        "j": ".inf",
        "k": "1_0",
    }


def test_keys_are_words():
    assert parse_yaml("no: 1\n1: 2\ntrue: 3").value == {"no": 1, "1": 2, "true": 3}


def test_positions_of_keys_and_values():
    document = parse_yaml("items:\n  - id: a\n    text: {en: Hello}\n", "x.yaml")
    assert str(document.at(("items", 0, "text", "en"))) == "x.yaml:3:16"
    assert str(document.at(("items", 0, "text", "en"), key=True)) == "x.yaml:3:12"
    assert str(document.at(("items", 0, "nothing", "there"))) == "x.yaml:2:5"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"\xff\xfea\x00", "x.yaml:1:1: the file is in UTF-16; save it as UTF-8"),
        (
            "a: 1\nb: café".encode("latin-1"),
            "x.yaml:2:7: the byte 0xe9 is not UTF-8; save the file as UTF-8",
        ),
    ],
)
def test_encodings(source, message):
    assert [str(problem) for problem in parse_yaml(source, "x.yaml").problems] == [message]


def test_byte_order_mark_is_no_problem():
    assert parse_yaml(b"\xef\xbb\xbfa: \xe5\xb0\x8f", "x.yaml").value == {"a": "小"}


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(cu.InputError, match="found no file of that name"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(cu.InputError, match="found a folder"):
        read_yaml(tmp_path)


def test_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(yaml_source, "MOST_BYTES", 10)
    file = tmp_path / "big.yaml"
    file.write_text("a: 123456789", encoding="utf-8")
    (problem,) = read_yaml(file).problems
    assert problem.text == "the file has 12 bytes; at most 10 are read"


def test_too_many_values(monkeypatch):
    monkeypatch.setattr(yaml_source, "MOST_NODES", 5)
    (problem,) = parse_yaml("[1, 2, 3, 4, 5, 6]", "x.yaml").problems
    assert str(problem) == "x.yaml:1:14: the file has more than 5 values"


plain_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcno01 ", min_size=1, max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(plain_values)
def test_json_is_read_as_json(value):
    text = json.dumps(value, ensure_ascii=False)
    document = parse_yaml(text)
    assert document.problems == ()
    assert _same(document.value, value)


def _same(one: object, other: object) -> bool:
    if isinstance(other, float):
        return isinstance(one, (int, float)) and math.isclose(float(one), other, rel_tol=1e-15)
    if isinstance(other, dict):
        return isinstance(one, dict) and all(_same(one[key], other[key]) for key in other)
    if isinstance(other, list):
        return isinstance(one, list) and all(map(_same, one, other))
    return one == other and type(one) is type(other)


@settings(max_examples=200, deadline=None)
@given(st.text("ab:-[]{}'\"&*!|>%@`#?,\n\t 1~\\", max_size=40))
def test_any_text_gives_a_document(text):
    document = parse_yaml(text, "x.yaml")
    assert isinstance(document, Document)
    for problem in document.problems:
        assert problem.position.line >= 1
        assert not problem.text.startswith("this is not YAML"), problem.text


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_a_document(source):
    assert isinstance(parse_yaml(source), Document)


def test_a_comma_that_is_not_quoted_is_said_once():
    document = parse_yaml("a: {de: Bitte, hélfen, en: x, zh: }\n", "x.yaml")
    (problem,) = document.problems
    assert str(problem).startswith("x.yaml:1:16: 'hélfen' stands between commas")
    assert "put it in quotes" in problem.text
    assert document.value == {"a": {"de": "Bitte", "en": "x", "zh": None}}
