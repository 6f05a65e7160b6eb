"""A report takes up a folder of results as it was written, or says what is wrong with it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.study.folder_tables import FILLED

Damage = Callable[[Path], None]
DAMAGED: dict[str, tuple[Damage, str]] = {}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folder") / "results"
    words = ("score", str(cu.sample_path("lq2002.csv")), "-i", "lq2002", "--repetitions", "0")
    assert main([*words, "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def folder(results: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(results, tmp_path / "results"))


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8-sig").splitlines(keepends=True)


def put(path: Path, kept: list[str]) -> None:
    path.write_text("".join(kept), "utf-8-sig")


def damaged(name: str, said: str) -> Callable[[Damage], Damage]:
    def kept(damage: Damage) -> Damage:
        DAMAGED[name] = (damage, said)
        return damage

    return kept


@damaged("a text for a number", "measures.csv:2: alpha must be a number, got 'high'")
def _(folder: Path) -> None:
    path = folder / "measures.csv"
    head, first, *rest = lines(path)
    cells = first.split(",")
    cells[head.strip().split(",").index("alpha")] = "high"
    put(path, [head, ",".join(cells), *rest])


@damaged("half a person", "measures.csv:3: persons must be a whole number, got '20.5'")
def _(folder: Path) -> None:
    path = folder / "measures.csv"
    head, first, second, *rest = lines(path)
    assert "2042" in second
    put(path, [head, first, second.replace("2042", "20.5", 1), *rest])


@damaged("neither yes nor no", "agreement.csv:5: passes must be True or False, got 'maybe'")
def _(folder: Path) -> None:
    path = folder / "agreement.csv"
    kept = lines(path)
    kept[4] = kept[4].replace("True", "maybe").replace("False", "maybe")
    put(path, kept)


@damaged("a table that was emptied", "measures.csv is empty")
def _(folder: Path) -> None:
    (folder / "measures.csv").write_bytes(b"")


@damaged("a measure taken out", "measures.csv has 2 rows, but run.json counts 3 measures")
def _(folder: Path) -> None:
    put(folder / "measures.csv", lines(folder / "measures.csv")[:-1])


@damaged("cut off within a row", "cells, but there are")
def _(folder: Path) -> None:
    data = (folder / "agreement.csv").read_bytes()
    (folder / "agreement.csv").write_bytes(data[: data.rindex(b",")])


@damaged("a column taken out", "groups.csv lacks the columns 'lead'")
def _(folder: Path) -> None:
    path = folder / "groups.csv"
    put(path, [lines(path)[0].replace("lead", "laed"), *lines(path)[1:]])


@damaged("bytes that are no text", "groups.csv cannot be read as UTF-8 text in cells")
def _(folder: Path) -> None:
    (folder / "groups.csv").write_bytes(b"group,lead\n\xff\xfe,1\n")


@damaged("a draft that is no text", "methods.md is no UTF-8 text")
def _(folder: Path) -> None:
    (folder / "methods.md").write_bytes(b"\xff\xfe\x00")


@damaged("a folder for a table", "table1.csv is a folder; a table is expected")
def _(folder: Path) -> None:
    (folder / "table1.csv").unlink()
    (folder / "table1.csv").mkdir()


@pytest.mark.parametrize("name", list(DAMAGED))
def test_what_is_damaged_is_named(name, folder, tmp_path, capsys):
    damage, said = DAMAGED[name]
    damage(folder)
    page = tmp_path / "page.html"
    assert main(["report", str(folder), "--out", str(page)]) == 2
    text = " ".join(capsys.readouterr().err.split())
    assert said in text
    assert text.startswith("Error: ")
    assert not page.exists()


@pytest.mark.parametrize("name", FILLED)
def test_every_table_without_rows_or_missing(name, folder, tmp_path, capsys):
    for damage, said in (
        (lambda path: put(path, lines(path)[:1]), "has no rows below its headings"),
        (Path.unlink, "is missing, which run.json lists"),
    ):
        damage(folder / name)
        assert main(["report", str(folder), "--out", str(tmp_path / "page.html")]) == 2
        assert f"{name} {said}" in " ".join(capsys.readouterr().err.split())


def test_what_others_do_not_get_may_be_missing(folder, tmp_path):
    (folder / "persons.csv").unlink()
    assert main(["report", str(folder), "--out", str(tmp_path / "page.html")]) == 0


@pytest.mark.parametrize("key", ["files", "counts", "settings", "warnings", "cutoffs", "inputs"])
@pytest.mark.parametrize("value", [None, 3, "x", [1], {"a": 1}])
def test_a_run_that_tells_odd_things_ends_in_a_sentence(key, value, folder, tmp_path, capsys):
    path = folder / "run.json"
    run = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**run, key: value}), "utf-8")
    assert main(["report", str(folder), "--out", str(tmp_path / "page.html")]) in (0, 2)
    assert "fault of the program" not in " ".join(capsys.readouterr().err.split())
