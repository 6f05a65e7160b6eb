"""The command family `collective-use instrument`."""

from __future__ import annotations

import json

import pytest

from collective_use.cli.main import main
from collective_use.instrument.library import instrument_path


def run(capsys, *words: object) -> tuple[int, str, str]:
    code = main(["instrument", *(str(word) for word in words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_list(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert "lq2002" in out
    code, out, _ = run(capsys, "list", "--json")
    assert [row["name"] for row in json.loads(out)][-1] == "starter"


@pytest.mark.parametrize("name", ["lq2002", "collective_data_use", "starter"])
def test_show(capsys, name):
    code, out, _ = run(capsys, "show", name)
    assert code == 0
    assert "Measures" in out
    code, out, _ = run(capsys, "show", name, "--json")
    assert json.loads(out)["id"] == name


def test_show_in_chinese(capsys):
    assert "绩效数据" in run(capsys, "show", "collective_data_use", "--language", "zh")[1]


def test_begin_edit_lint(capsys, tmp_path):
    place = tmp_path / "team"
    code, out, _ = run(capsys, "new", place)
    assert code == 0
    assert f"collective-use instrument lint {place}" in out
    code, out, _ = run(capsys, "lint", place, "-n", 5)
    assert (code, out.splitlines()[0]) == (
        0,
        "team 0.1: 0 to mend, 0 to look at, 1 for the record",
    )
    items = place / "items.yaml"
    text = items.read_text(encoding="utf-8").replace("reverse: true", "reverse: yes", 1)
    items.write_text(text, encoding="utf-8")
    code, _, err = run(capsys, "lint", place)
    assert code == 2
    assert "items.yaml:23:14: reverse of item 'lea3' must be true or false" in err


def test_lint_exits_with_3_when_something_has_to_be_mended(capsys, tmp_path):
    file = tmp_path / "bank.yaml"
    text = instrument_path("lq2002").read_text(encoding="utf-8")
    text = text.replace(
        "    scale: one_to_five\n", "    scale: one_to_five\n    direction: '-'\n", 1
    )
    assert "direction" in text
    file.write_text(text, encoding="utf-8")
    code, out, _ = run(capsys, "lint", file, "--json")
    assert code == 3
    assert json.loads(out)["findings"][0]["rule"] == "direction"


def test_schema(capsys, tmp_path):
    code, out, _ = run(capsys, "schema")
    assert code == 0
    assert json.loads(out)["properties"]["schema"]["const"] == 1
    file = tmp_path / "s.json"
    assert run(capsys, "schema", "--included", "--out", file)[0] == 0
    assert "languages" not in json.loads(file.read_text(encoding="utf-8"))["properties"]
    code, _, err = run(capsys, "schema", "--out", tmp_path)
    assert code == 2
    assert "the schema cannot be written" in err


def test_errors_are_one_sentence(capsys):
    code, _, err = run(capsys, "show", "lq202")
    assert code == 2
    assert err.startswith("Error: instrument must be the name of a bundled instrument, got 'lq202'")
