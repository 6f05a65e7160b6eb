"""File names for groups and members."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collective_use.file_names import safe_names

NASTY = ("Dept 1", "Dept-1", "A/B", "../x", "部门一", "x/../../y")


def test_names_that_collide() -> None:
    files = safe_names(NASTY)
    assert list(files) == list(NASTY)
    assert len(set(files.values())) == len(NASTY)
    assert files["部门一"] == "部门一"
    assert files["Dept-1"] == "Dept-1"


@pytest.mark.parametrize("name", ["", " ", ".", "..", "/", "\\", "-", "\x00", "\u200b", "***"])
def test_a_name_without_a_letter(name: str) -> None:
    assert safe_names([name])[name] == "unnamed"


@pytest.mark.parametrize("name", ["CON", "nul", "com1", "LPT9.txt", "aux.", "Prn"])
def test_names_of_devices(name: str) -> None:
    assert safe_names([name])[name].split(".")[0].casefold().endswith("-file")


@pytest.mark.parametrize(
    "pair", [("road", "ROAD"), ("Straße", "STRASSE"), ("é", "e\u0301"), ("1", "１"), ("x.", "x")]
)
def test_systems_that_take_two_names_for_one(pair: tuple[str, str]) -> None:
    first, second = safe_names(pair).values()
    assert first.casefold() != second.casefold()
    assert (
        unicodedata.normalize("NFKD", first).casefold()
        != unicodedata.normalize("NFKD", second).casefold()
    )


def test_a_number_that_is_somebodys_name() -> None:
    files = safe_names(["a b", "a-b", "a-b-2", "a/b"])
    assert files["a-b"] == "a-b"
    assert files["a-b-2"] == "a-b-2"
    assert len(set(files.values())) == 4


def test_scripts_with_marks_stay_readable() -> None:
    assert safe_names(["विभाग", "قسم الطرق"]) == {"विभाग": "विभाग", "قسم الطرق": "قسم-الطرق"}


@given(st.lists(st.text(max_size=300), max_size=12))
def test_any_names(names: list[str]) -> None:
    files = safe_names(names)
    assert set(files) == set(names)
    alike = {unicodedata.normalize("NFKC", file).casefold() for file in files.values()}
    assert len(alike) == len(files)
    for file in files.values():
        assert 0 < len(file.encode("utf-8")) <= 140
        assert not set(file) & set('/\\:*?"<>|\0\n\t ')
        assert not {file[0], file[-1]} & set("-. ")
