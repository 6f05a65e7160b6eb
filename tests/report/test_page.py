"""The page: its numbers are the tables', hostile text stays text, and nothing leaves it."""

from __future__ import annotations

import html
import json
import re
import shutil
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.report.compose import compose
from collective_use.report.material import Material
from collective_use.report.page.write import page
from collective_use.report.rows import Row
from collective_use.study.report import material_of, page_of_folder


class Numbers(HTMLParser):
    """Collects the numbers of a page with their places, and every address in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self._open: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        self.addresses += [str(named[key]) for key in ("src", "href", "action") if key in named]
        self._open = named if named.get("class") == "n" else None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.found.append((self._open, data))
            self._open = None


@pytest.fixture(scope="module")
def seen(folder: Path) -> Numbers:
    parser = Numbers()
    parser.feed((folder / "report.html").read_text(encoding="utf-8"))
    return parser


@cache
def rows_in(folder: Path, file: str) -> tuple[Row, ...]:
    frame = pd.read_csv(folder / file, encoding="utf-8-sig", dtype={"group": str})
    return tuple(
        Row(file, {str(key): value for key, value in record.items()}, str(label))
        for label, record in zip(frame.index, frame.to_dict(orient="records"), strict=True)
    )


def held(folder: Path, place: dict[str, str | None]) -> list[object]:
    """Return the cells of a table that a number may come from."""
    column, rows = str(place["data-c"]), rows_in(folder, str(place["data-f"]))
    return [row.cells[column] for row in rows if row.source(column).row == place["data-r"]]


def read(text: str) -> tuple[float, float]:
    """Return the value of a written number and half of its last digit."""
    bare = text.replace("−", "-").replace(",", "").removeprefix("= ").removeprefix("< ")
    share = 0.01 if bare.endswith("%") else 1.0
    bare = bare.removesuffix("%")
    digits = len(bare.partition(".")[2])
    return float(bare) * share, 0.5 * 10.0**-digits * share


def test_every_number_is_the_cell_it_names(folder: Path, seen: Numbers) -> None:
    assert len(seen.found) > 150
    wrong = []
    for place, text in seen.found:
        value, half = read(text)
        cells = [float(str(cell)) for cell in held(folder, place)]
        if text.startswith("<"):
            near = any(cell < value for cell in cells)
        else:
            near = any(abs(cell - value) <= half * 1.0001 for cell in cells)
        if not near:
            wrong.append((place, text, cells))
    assert wrong == []


def test_a_number_that_is_not_its_cell_is_seen(folder: Path, seen: Numbers) -> None:
    place, text = next((p, t) for p, t in seen.found if p["data-f"] == "table1.csv")
    value, half = read(text)
    assert all(abs(float(str(cell)) - (value + 0.1)) > half for cell in held(folder, place))


def test_nothing_leaves_the_page(folder: Path, seen: Numbers) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert all(address.startswith("#") for address in seen.addresses)
    assert "default-src 'none'" in text
    assert not {"link", "iframe", "img", "object", "embed"} & set(seen.tags)
    assert not re.search(r"(?<!xmlns=\")https?://(?!www\.w3\.org)", html.unescape(text))


def test_both_languages_are_on_the_page_and_one_is_shown(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert '<div class="report" lang="en">' in text
    assert '<div class="report" lang="zh" hidden>' in text


def test_no_person_and_no_small_group_is_on_the_page(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "persons.csv|" not in text
    assert not re.search(r'data-f="(persons|screening)\.csv"', text)


def test_the_page_of_a_folder_is_the_page_of_the_run(folder: Path) -> None:
    written = (folder / "report.html").read_text(encoding="utf-8")
    assert page_of_folder(folder, ("en", "zh")) == written


def test_hostile_text_appears_as_text(material: Material) -> None:
    bad = "<script>alert(1)</script>\u202e=cmd|' /C calc'!A0 & \"quotes\""
    frames = {name: frame.copy() for name, frame in material.tables.items()}
    frames["groups.csv"] = pd.DataFrame(
        {"group": [bad, "b", "c"], "n": [6, 7, 8], "response_rate": [1.0, 1.0, 1.0],
         "cdu": [3.0, 4.0, 5.0], "ssm": [4.0, 3.0, 5.0]}
    )  # fmt: skip
    account = {**material.account, "warnings": [{"room": "responses", "text": bad, "count": 1}]}
    hostile = replace(material, tables=frames, account=account, methods=f"# Methods\n\n{bad}")
    text = page([compose(hostile, bad)])
    parser = Numbers()
    parser.feed(text)
    assert parser.tags.count("script") == 2
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize("count", [1, 2, 400])
def test_any_number_of_groups_makes_a_page(material: Material, count: int) -> None:
    frames = {
        **material.tables,
        "groups.csv": pd.DataFrame(
            {"group": [f"a very long name of a group, number {k}" for k in range(count)],
             "n": 6, "cdu": [3 + k % 7 / 10 for k in range(count)], "ssm": 4.0}
        ),
        "table1.csv": pd.DataFrame(
            {"measure": ["cdu"], "mean": [3.5], "sd_between": [0.2], "sd_within": [0.8]}
        ),
    }  # fmt: skip
    text = page([compose(replace(material, tables=frames), "A study")])
    assert "nan" not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", text, flags=re.S)


def test_an_empty_study_makes_a_page() -> None:
    bank = cu.load_instrument("starter")
    from collective_use.report.phrases import phrases_in

    text = page([compose(Material(bank, phrases_in("en"), {}, {}), "Nothing")])
    assert "No structural model was asked for" in text


def test_twenty_groups_are_the_least_for_a_claim(material: Material) -> None:
    few = replace(material, account={"models": {"M1": {"groups": 19}}})
    text = page([compose(few, "A study")])
    assert "below 20 groups no structural claim is made" in text
    assert "Yes, more goes with more" not in text
    assert "Yes, more goes with more" in page([compose(material, "A study")])


def test_a_limit_that_reads_zero_does_not_leave_zero_out(material: Material) -> None:
    documents = compose(material, "A study")
    effect = next(c for c in documents.cards if "Power imbalance" in c.question)
    assert effect.tone == "plain"


def test_hypotheses_are_answered_in_their_own_words(material: Material) -> None:
    declared = [
        {"id": "H1", "text": "More ties, more use.", "model": "M1", "effect": "con -> cdu",
         "expected": "negative"},
        {"id": "H2", "text": "No such model.", "model": "M9", "effect": "con -> cdu"},
        {"id": "H3", "text": "Sense.", "model": "M1", "effect": "ssm -> cdu",
         "expected": "positive"},
        {"id": "H4", "text": "Routines do not matter.", "model": "M1", "effect": "dlr -> cdu",
         "expected": "none"},
    ]  # fmt: skip
    account = {**material.account, "settings": {"hypotheses": declared}}
    cards = compose(replace(material, account=account), "A study").cards
    assert [card.tone for card in cards] == ["care", "plain", "good", "plain"]
    assert "does not show it" in "".join(map(str, cards[3].answer))


def test_the_command_writes_the_page_of_a_folder(folder: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "page.html"
    assert main(["report", str(folder), "--out", str(out), "--lang", "zh"]) == 0
    assert "各小组的作答情况" in out.read_text(encoding="utf-8")
    assert str(out) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "neither a folder of results nor an export"),
        (["FOLDER", "--lang", "xx"], "language of a report"),
        (["FOLDER", "--instrument", "starter"], "the instrument given is"),
    ],
)
def test_what_is_wrong_is_named(
    folder: Path, tmp_path: Path, capsys, arguments: list[str], said: str
) -> None:
    out = tmp_path / "page.html"
    words = [str(folder) if word == "FOLDER" else word for word in arguments]
    assert main(["report", *words, "--out", str(out)]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_results_of_an_own_instrument_ask_for_it(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "own"
    shutil.copytree(folder, place)
    run = json.loads((place / "run.json").read_text(encoding="utf-8"))
    run["instrument"]["id"] = "my_scale"
    (place / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(cu.InputError, match="name its file"):
        cu.write_report(place)


def test_checklists_name_a_chapter_that_is_there_or_the_author(folder: Path) -> None:
    document = compose(material_of(folder, "en", "lq2002"), "T")
    (found,) = (chapter for chapter in document.chapters if chapter.name == "checklists")
    titles = {chapter.title for chapter in document.chapters} | {"owed by the author"}
    rows = [row for grid in found.blocks for row in grid.rows]
    assert {row[1] for row in rows} <= titles
    owed = {row[0] for row in rows if row[1] == "owed by the author"}
    assert {"Ethics approval and consent", "Response rate", "Reliability over time"} <= owed
    assert "Reliability in these data" not in owed
