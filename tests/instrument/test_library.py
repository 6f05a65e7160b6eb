"""The library of bundled instruments and samples, the format for editors, and beginning anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import collective_use as cu
from collective_use.instrument import library
from collective_use.instrument.begin import begin_instrument, identifier
from collective_use.instrument.library import instrument_path, load_instrument, sample_path
from collective_use.instrument.overview import overview
from collective_use.instrument.schema import json_schema
from collective_use.yaml_source.read import _Composer

BUNDLED = ("collective_data_use", "lq2002", "starter")


def test_bundled_names():
    assert cu.list_instruments() == BUNDLED


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_instruments_load(name):
    assert cu.load_instrument(name).id == name
    assert cu.load_instrument(instrument_path(name)).id == name
    assert cu.load_instrument(str(instrument_path(name))).id == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "collective_data_us",
            "instrument must be the name of a bundled instrument, got 'collective_data_us' (did "
            "you mean 'collective_data_use'?); bundled are 'collective_data_use', 'lq2002', "
            "'starter'; no file 'collective_data_us' is here either",
        ),
        (
            "lq2020.yaml",
            "instrument must be a YAML file, a folder with 'instrument.yaml' or a bundled name, "
            "got 'lq2020.yaml', which is none (did you mean 'lq2002'?); bundled are "
            "'collective_data_use', 'lq2002', 'starter'",
        ),
    ],
)
def test_unknown_instruments(name, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(cu.InputError) as caught:
        load_instrument(name)
    assert str(caught.value) == message


def test_names_that_no_file_can_have():
    with pytest.raises(cu.InputError, match="cannot be read"):
        load_instrument("x" * 5000 + ".yaml")
    with pytest.raises(cu.InputError, match="which is none"):
        load_instrument("a\0b.yaml")


def test_a_folder_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(cu.InputError, match=r"the file cannot be read \(Permission denied\)"):
        load_instrument(tmp_path)
    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(cu.InputError, match=r"cannot be read \(Permission denied\)"):
        load_instrument(tmp_path)


@pytest.mark.parametrize("name", ["", "..", "../instruments/lq2002", "/etc"])
def test_names_are_no_paths(name):
    with pytest.raises(cu.InputError, match="must be the name of a bundled instrument"):
        instrument_path(name)


def test_samples():
    assert sample_path("lq2002.csv") == sample_path("lq2002")
    with pytest.raises(cu.InputError, match=r"sample must be the name .* \(did you mean 'lq2002"):
        sample_path("lq2020.csv")


def test_inside_a_wheel(tmp_path, monkeypatch):
    package = tmp_path / "collective_use"
    inside = package / "_data" / "instruments"
    inside.mkdir(parents=True)
    source = instrument_path("lq2002")
    (inside / "lq2002.yaml").write_bytes(source.read_bytes())
    monkeypatch.setattr(library, "_PACKAGE", package)
    assert library.instrument_names() == ("lq2002",)
    assert load_instrument("lq2002").id == "lq2002"
    with pytest.raises(cu.InputError, match="this installation holds no folder 'data_samples'"):
        sample_path("lq2002")


def test_both_parsers_read_the_bundled_files_alike():
    for file in library.data_folder("instruments").rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        documents = [
            _Composer(text, file.name, loader).document()
            for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        ]
        assert documents[0] == documents[1]
        assert documents[0].problems == ()


def test_no_arbitrary_object_in_bundled_files():
    for file in library.data_folder("instruments").rglob("*.yaml"):
        assert "!!" not in file.read_text(encoding="utf-8")


def test_new_copies_the_starter(tmp_path):
    place = begin_instrument(tmp_path / "deep" / "Team Survey")
    bank = load_instrument(place)
    assert bank.id == "team_survey"
    starter = load_instrument("starter")
    assert bank.model_copy(update={"id": "starter"}) == starter
    with pytest.raises(cu.InputError, match="folder must be new or empty"):
        begin_instrument(place)
    assert sorted(entry.name for entry in (tmp_path / "deep").iterdir()) == ["Team Survey"]


def test_new_in_an_empty_folder(tmp_path):
    (tmp_path / "bank").mkdir()
    assert load_instrument(begin_instrument(tmp_path / "bank")).id == "bank"


@pytest.mark.parametrize(
    ("name", "expected"), [("1 x", "x"), ("A" * 40, "a" * 26), ("___", "my_instrument")]
)
def test_ids_from_names(name, expected):
    assert identifier(name) == expected


def _allowed(schema: dict[str, object], part: dict[str, object]) -> set[str]:
    reference = part.get("$ref")
    if isinstance(reference, str):
        part = schema["$defs"][reference.rsplit("/", 1)[1]]  # type: ignore[index]
    return set(part.get("properties", {}))  # type: ignore[call-overload]


def test_schema_knows_every_key_of_the_bundled_files():
    head, included = json_schema(), json_schema(included=True)
    for file in library.data_folder("instruments").rglob("*.yaml"):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        schema = head if "schema" in content else included
        assert set(content) <= set(schema["properties"]), file.name
        for key, entries in content.items():
            described = schema["properties"][key]
            if not isinstance(entries, list) or not isinstance(entries[0], dict):
                continue
            for entry in entries:
                assert set(entry) <= _allowed(schema, described["items"]), (file.name, key)


def test_schema_describes_fields():
    schema = json_schema()
    reverse = schema["$defs"]["Measure"]["properties"]["minimum_answered"]
    assert reverse["description"].startswith("A share of the form's items when at most 1")
    assert schema["additionalProperties"] is False
    assert json.loads(json.dumps(schema)) == schema


def test_overview_in_either_language():
    bank = load_instrument("collective_data_use")
    english, chinese = overview(bank), overview(bank, "zh")
    assert len(english.to_frame()) == len(bank.items)
    assert "Our group used performance data" in str(english)
    assert "绩效数据" in str(chinese)
    with pytest.raises(cu.InputError, match=r"language must be one of 'en', 'zh', got 'de'"):
        overview(bank, "de")


def test_overview_as_values_reads_back():
    bank = load_instrument("starter")
    assert type(bank).model_validate(overview(bank).to_dict()) == bank


def test_a_bundled_name_wins_over_a_file(tmp_path, monkeypatch):
    (tmp_path / "lq2002").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_instrument("lq2002").id == "lq2002"
    with pytest.raises(cu.InputError, match="an instrument folder holds"):
        load_instrument(Path("lq2002"))
