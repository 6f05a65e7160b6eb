"""The documentation of the format: its examples work, and nothing of the format is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

import collective_use as cu
from collective_use import index_words
from collective_use.instrument import model, vocabulary
from collective_use.instrument.columns import columns_of
from collective_use.instrument.lint.rules import RULES
from collective_use.instrument.load import examine
from collective_use.instrument.schema import json_schema
from collective_use.numerics.groups import nulls
from collective_use.platforms.columns import item_columns, roster_length
from collective_use.yaml_source.read import parse_yaml

PAGE = (Path(__file__).parents[2] / "docs" / "instrument-format.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, flags=re.DOTALL)
YAML = [text for kind, text in BLOCKS if kind == "yaml"]
CODE = set(re.findall(r"[A-Za-z_0-9]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))


@pytest.mark.parametrize("text", YAML, ids=range(len(YAML)))
def test_yaml_examples_are_yaml(text):
    assert parse_yaml(text).problems == ()


def whole() -> model.Instrument:
    (text,) = [text for text in YAML if text.startswith("schema: 1")]
    instrument, problems = examine(parse_yaml(text, "page.yaml"))
    assert problems == []
    assert instrument is not None
    return instrument


def test_the_complete_example_is_an_instrument():
    report = cu.lint_instrument(whole())
    assert report.of("problem") == ()
    assert {finding.rule for finding in report.of("look")} <= {"few_items"}


def test_the_example_data_fit_the_example():
    (header, *_), members = (text.splitlines() for kind, text in BLOCKS if kind == "csv")
    instrument = whole()
    for column in header.split(","):
        known = {name for item in instrument.items for name in columns_of(instrument, item)}
        assert column in {*known, instrument.columns.group, instrument.columns.member}
    assert members[0] == "group,member"


def test_the_python_example_runs(capsys):
    (code,) = [text for kind, text in BLOCKS if kind == "python"]
    exec(compile(code, "instrument-format.md", "exec"), {})
    assert "lq2002" in capsys.readouterr().out


def test_every_key_of_the_format_is_explained():
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    keys = {key for part in parts for key in part.get("properties", {})}
    assert sorted(keys - CODE) == []


def test_every_word_of_the_format_is_explained():
    words = set(index_words.WORDS)
    for choices in (
        model.Composition,
        model.Source,
        model.Check,
        model.ItemKind,
        model.ItemRole,
        model.MissingReason,
        model.Level,
    ):
        words |= set(get_args(choices))
    words |= set(vocabulary.PLATFORMS)
    words |= set(vocabulary.NULL_DISTRIBUTIONS) - {"uniform"}
    assert sorted(words - CODE) == []


def test_figures_are_those_of_the_rules():
    for name, words in (
        ("item_words", "20 words"),
        ("item_characters", "40 Chinese characters"),
        ("item_grade", "above 16"),
        ("minutes", "12 minutes"),
        ("words_per_minute", "238 words a minute"),
        ("characters_per_minute", "330 Chinese"),
    ):
        assert f"{RULES[name].value:g}" in words
        assert words in PAGE


def test_null_distributions_are_those_that_can_be_computed():
    assert set(vocabulary.NULL_DISTRIBUTIONS) == set(nulls.NAMES)


@pytest.mark.parametrize("name", ["collective_data_use", "lq2002", "starter"])
def test_columns_are_those_of_the_readers(name):
    instrument = cu.load_instrument(name)
    for item in instrument.items:
        length = roster_length(instrument, item)
        names = tuple(column.name for column in item_columns(item, positions=length))
        assert columns_of(instrument, item) == names
