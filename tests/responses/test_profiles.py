"""Platforms that are rows of a table: each layout is read, and a new one needs a file only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import collective_use as cu
from collective_use.cli.main import run
from collective_use.instrument.vocabulary import PLATFORMS
from collective_use.platforms import registry
from collective_use.platforms.profile import Checked
from collective_use.platforms.registry import platforms, read_platforms
from collective_use.responses import readers as reading
from collective_use.responses.files.open import read_raw
from collective_use.responses.readers import platform_ids, read_layout

BANK = Path(__file__).with_name("lab_data.yaml")
LAYOUTS = sorted(Path(__file__).with_name("layouts").iterdir())
"""Two respondents each, in the layout of the platform that the file is named after."""
TWO = {"p1": (4, 2), "p2": (5, np.nan)}


def layout(name: str) -> str:
    """The text of a layout, to be changed."""
    return next(file for file in LAYOUTS if file.stem == name).read_text("utf-8")


@pytest.fixture(scope="module")
def bank():
    return cu.load_instrument(BANK)


def answers(responses) -> dict[str, tuple[float, float]]:
    frame = responses.to_frame()
    return dict(zip(frame["member"], zip(frame["q1"], frame["q2"], strict=True), strict=True))


def same(got: dict, want: dict) -> None:
    assert list(got) == list(want)
    np.testing.assert_array_equal(list(got.values()), list(want.values()))


@pytest.mark.parametrize("file", LAYOUTS, ids=lambda file: file.stem)
def test_every_layout_is_recognized_and_read(bank, file):
    assert read_layout(read_raw(file)).platform == file.stem.partition("--")[0]
    responses = cu.read_responses(file, bank)
    same(answers(responses), TWO)
    assert responses.persons["group"].tolist() == ["A", "A"]


def test_every_profile_of_the_table_has_a_layout_here():
    profiles = {row.id for row in platforms() if row.profile is not None}
    assert profiles == {file.stem.partition("--")[0] for file in LAYOUTS}


def test_wenjuanxing_ticks_durations_and_reasons(write, bank):
    texts = cu.read_responses(write(layout("wenjuanxing--letters_and_units")), bank)
    assert texts.answers[["chk1_1", "chk1_2"]].iloc[0].tolist() == [1, 1]
    assert texts.persons["duration"].tolist() == [125, 85]
    assert texts.persons["age"].tolist() == [30, 31]
    numbers = cu.read_responses(write(layout("wenjuanxing--numbers")), bank)
    assert numbers.reasons["q2"].tolist() == ["", "not_shown"]
    assert np.isnan(numbers.persons["age"].iloc[1])
    minutes = cu.read_responses(write(layout("tencent")), bank)
    assert minutes.persons["duration"].tolist() == [125, 65]


def test_option_numbers_are_refused_where_codes_are_others(write, bank):
    text = layout("wenjuanxing--numbers").replace("1┋2,30", "3,30")
    with pytest.raises(cu.ReadError, match=r"numbers options from 1.*chk1 \(3 is .* code -99\)"):
        cu.read_responses(write(text), bank)


def test_a_unit_that_the_question_does_not_ask_for_is_named(write, bank):
    text = layout("wenjuanxing--letters_and_units").replace("岁", "个月")
    with pytest.raises(cu.ScaleValueError, match="30个月"):
        cu.read_responses(write(text), bank)


def test_a_zero_of_unipark_is_no_answer_to_a_closed_question_and_a_number_elsewhere(write, bank):
    text = layout("unipark").replace("q2;rts001", "q2;age").replace(";4;2;5\n", ";4;2;0\n")
    responses = cu.read_responses(write(text), bank)
    assert responses.reasons["q2"].tolist() == ["", "unanswered"]
    assert responses.persons["age"].tolist() == [0, 5]


@pytest.mark.parametrize(
    "name", ["credamo", "wps", "feishu", "microsoft_forms--a_language_that_nobody_listed"]
)
def test_nothing_personal_of_a_platform_is_kept(write, bank, name):
    responses = cu.read_responses(write(layout(name)), bank)
    kept = responses.to_frame().astype(str).to_csv()
    assert not any(word in kept for word in ("192.0.2", "样例", "anna@", "Anna"))


PORTAL = """
id: ourportal
title: Our survey portal
specificity: first_columns
recognized_by: "`Ticket` and `Sent at` first"
checked: [{layout: csv, against: file}]
profile:
  recognize: {first: [Ticket, Sent at]}
  headings:
    - '(?P<question>.+?) -> (?P<part>.+)'
  own: [Ticket, Sent at, Seconds, State, Operator]
  personal: [Operator]
  fields: {response: Ticket, duration: Seconds, submitted: Sent at}
  missing: {"-5": unanswered, "not asked": not_shown}
  tests:
    - {column: State, values: [trial]}
  unfinished:
    - {column: State, values: [open]}
  rejected:
    - {column: State, values: [refused], reason: refused by the operator}
"""
PORTAL_CSV = (
    "Ticket,Sent at,Seconds,State,Operator,lab,pid,How far? -> We use data in meetings.,Q_TWO\n"
    "1,2024-01-02 10:00,0:02:05,sent,Zoe,A,p1,4,2\n2,2024-01-02 10:00,65,sent,Zoe,A,p2,5,-5\n"
    "3,x,9,trial,Zoe,A,p3,1,1\n4,x,9,open,Zoe,A,p4,1,1\n5,x,9,refused,Zoe,A,p5,1,1\n"
)


def portal(write) -> tuple[Path, Path, Path]:
    """A platform that nobody knows, as a newcomer adds it: one file, no code."""
    named = BANK.read_text("utf-8").replace(
        "{id: q2, construct: use,", "{id: q2, platform_names: {ourportal: Q_TWO}, construct: use,"
    )
    return write(PORTAL_CSV), write(PORTAL, "ourportal.yaml"), write(named, "bank.yaml")


def test_a_newcomer_adds_a_platform_by_a_file_alone(write):
    export, profile, bank = portal(write)
    responses = cu.read_responses(export, bank, platform=str(profile))
    same(answers(responses), TWO)
    assert responses.persons["duration"].tolist() == [125, 65]
    said = str(responses.record)
    assert "an export of Our survey portal" in said
    assert "Rows refused by the operator (State). (1 row)" in said
    assert "Zoe" not in responses.to_frame().to_csv()
    found = [f for f in cu.lint_instrument(bank).findings if f.rule == "unknown_platform"]
    assert len(found) == 1


def test_a_new_file_in_the_table_is_known_everywhere(write, monkeypatch, tmp_path):
    """The same file, put beside the package's own, is recognized without being named."""
    known = tmp_path / "known"
    known.mkdir()
    for row in registry.KNOWN.glob("*.yaml"):
        (known / row.name).write_text(row.read_text("utf-8"), "utf-8")
    (known / "ourportal.yaml").write_text(PORTAL, "utf-8")
    monkeypatch.setattr(registry, "KNOWN", known)
    registry.platforms.cache_clear()
    reading.readers.cache_clear()
    try:
        export, _, bank = portal(write)
        assert "ourportal" in platform_ids()
        same(answers(cu.read_responses(export, bank)), TWO)
    finally:
        monkeypatch.undo()
        registry.platforms.cache_clear()
        reading.readers.cache_clear()


def test_a_file_of_the_table_holds_the_platform_that_its_name_says(monkeypatch, tmp_path):
    (tmp_path / "otherportal.yaml").write_text(PORTAL, "utf-8")
    monkeypatch.setattr(registry, "KNOWN", tmp_path)
    registry.platforms.cache_clear()
    try:
        with pytest.raises(cu.InputError, match=r"otherportal\.yaml: id must be the file's name"):
            platforms()
    finally:
        monkeypatch.undo()
        registry.platforms.cache_clear()


class Entry:
    """An entry point of another package."""

    def __init__(self, name: str, value: object) -> None:
        self.name, self._value = name, value

    def load(self) -> object:
        return self._value


class Telegraph:
    """A reader with code of its own."""

    platform = "telegraph"
    specificity = "declares_itself"

    def recognizes(self, raw) -> bool:
        return raw.names[0] == "STOP"

    def read(self, raw):
        export = reading.readers()["plain"].reader.read(raw)
        return replace(export, platform=self.platform)


@pytest.fixture
def outside(monkeypatch, tmp_path):
    file = tmp_path / "portal.yaml"
    file.write_text(PORTAL, "utf-8")
    groups = {registry.PROFILES: [Entry("portal", file)], registry.READERS: [Entry("t", Telegraph)]}
    for module in (registry, reading):
        monkeypatch.setattr(module, "entry_points", lambda group: groups[group])
    registry.platforms.cache_clear()
    reading.readers.cache_clear()
    yield groups
    monkeypatch.undo()
    registry.platforms.cache_clear()
    reading.readers.cache_clear()


def test_other_packages_bring_profiles_and_readers(write, outside):
    export, _, bank = portal(write)
    same(answers(cu.read_responses(export, bank)), TWO)
    text = "STOP,lab,pid,q1,q2\nx,A,p1,4,2\nx,A,p2,5,9\n"
    assert read_layout(read_raw(write(text))).platform == "telegraph"
    same(answers(cu.read_responses(write(text), bank, platform="telegraph")), TWO)


INSTALLED = {
    "telegraph_reader.py": """
from dataclasses import replace
from collective_use.responses.readers.plain import PlainReader


class Telegraph(PlainReader):
    platform = "telegraph"
    specificity = "declares_itself"

    def recognizes(self, raw):
        return raw.names[0] == "STOP"
""",
    "telegraph_reader-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: t\nVersion: 1.0\n",
    "telegraph_reader-1.0.dist-info/entry_points.txt": (
        "[collective_use.readers]\ntelegraph = telegraph_reader:Telegraph\n"
    ),
}


def test_a_package_that_is_installed_brings_its_reader(tmp_path):
    """As pip leaves a package: a module and its entry points, and nothing said on our side."""
    for name, text in INSTALLED.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    export = tmp_path / "wire.csv"
    export.write_text("STOP,lab\nx,A\n", "utf-8")
    code = (
        "import sys; from collective_use.responses.files.open import read_raw; "
        "from collective_use.responses.readers import read_layout; "
        "print(read_layout(read_raw(sys.argv[1])).platform)"
    )
    paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-c", code, str(export)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("telegraph", 0), done.stderr


def test_a_reader_of_another_package_that_cannot_read_is_named(outside):
    outside[registry.READERS].append(Entry("broken", object()))
    with pytest.raises(cu.InputError, match="broken: a reader must have 'platform', 'recognizes'"):
        reading.readers()


def test_two_layouts_that_fit_alike_are_not_chosen_between(write, outside, tmp_path):
    twin = tmp_path / "twin.yaml"
    twin.write_text(PORTAL.replace("id: ourportal", "id: twin"), "utf-8")
    outside[registry.PROFILES].append(Entry("twin", twin))
    export, _, bank = portal(write)
    with pytest.raises(cu.ReadError, match=r"fits 'ourportal', 'twin' equally well.*--platform"):
        cu.read_responses(export, bank)
    with pytest.warns(cu.DataWarning, match="q2 is missing"):
        responses = cu.read_responses(export, bank, platform="twin")
    assert responses.answers["q1"].tolist() == [4, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id: Our Portal\ntitle: x\n", r"p.yaml:1:5: .*id"),
        ("id: p\ntitle: x\nprofile:\n  hedings: []\n", r"p.yaml:4:3: .*hedings.*did you mean"),
        ("id: p\ntitle: x\nprofile: {headings: ['(']}\n", "regular expression"),
        ("", "begins with 'id:'"),
        ("id: p\ntitle: x\nprofile: {missing: {'-1': perhaps}}\n", "p.yaml:3:"),
    ],
)
def test_a_wrong_platform_file_is_told_by_line(write, text, message):
    with pytest.raises(cu.InputError, match=message):
        read_platforms(write(text, "p.yaml"), shown="p.yaml")


def test_unknown_platforms_are_named(write, bank):
    with pytest.raises(cu.InputError, match=r"platform file \(.yaml\), got 'wenjuanxin' \(did you"):
        cu.read_responses(write(PORTAL_CSV), bank, platform="wenjuanxin")
    with pytest.raises(cu.InputError, match=r"nowhere\.yaml"):
        cu.read_responses(write(PORTAL_CSV), bank, platform="nowhere.yaml")


def test_rows_of_the_table_are_whole():
    for row in platforms():
        assert (row.profile is None) != (row.reader is None), row.id
        assert row.checked, row.id
        assert row.recognized_by, row.id
        assert all(c.source for c in row.checked if c.against == "documentation"), row.id
    assert set(PLATFORMS) == {row.id for row in platforms()}


def test_publishers_are_the_writers_of_the_table():
    from collective_use.questionnaire.online.publish import PLATFORMS as WRITTEN

    writers = {row.id for row in platforms() if row.writer}
    assert {"kobo" if name == "xlsform" else name for name in WRITTEN} == writers


TINY = """
schema: 1
id: tiny
version: "1"
title: {en: Tiny}
languages: [en]
columns: {group: team}
scales: [{id: s5, options: [{code: 1, label: {en: a}}, {code: 2, label: {en: b}},
  {code: 3, label: {en: c}}]}]
constructs: [{id: c1, name: {en: C}, definition: {en: D}}]
measures: [{id: m1, construct: c1, composition: referent_shift, items: [q1]}]
items: [{id: q1, construct: c1, text: {en: Q}, scale: s5, platform_names: {PLATFORM: COMMIT01}}]
forms: [{id: full, blocks: [{id: b, items: [q1]}]}]
"""
FRAME = pd.DataFrame({"team": ["a", "a", "b", "b"], "COMMIT01": [1.0, 2.0, 3.0, 3.0]})


def _xlsx(frame: pd.DataFrame, path: str) -> None:
    book = openpyxl.Workbook()
    for row in [list(frame.columns), *frame.to_numpy().tolist()]:
        book.active.append(row)
    book.save(path)


WRITERS = {
    "spss": (".sav", pyreadstat.write_sav),
    "stata": (".dta", pyreadstat.write_dta),
    "sas": (".xpt", lambda frame, path: pyreadstat.write_xport(frame, path, file_format_version=5)),
    "excel": (".xlsx", _xlsx),
    "plain": (".csv", lambda frame, path: frame.to_csv(path, index=False)),
}


@pytest.mark.parametrize("platform", WRITERS)
def test_a_file_of_a_program_goes_by_the_names_of_that_program(write, tmp_path, platform):
    ending, save = WRITERS[platform]
    save(FRAME, str(tmp_path / f"export{ending}"))
    bank = write(TINY.replace("PLATFORM", platform), "tiny.yaml")
    responses = cu.read_responses(tmp_path / f"export{ending}", bank)
    assert responses.answers["q1"].tolist() == [1, 2, 3, 3]


def test_who_skipped_the_group_is_no_group(write, bank):
    text = layout("wenjuanxing--letters_and_units").replace(",A,p2,", ",(跳过),p2,")
    responses = cu.read_responses(write(text), bank)
    assert responses.persons["group"].tolist() == ["A"]
    assert "Rows without a group. (1 row)" in str(responses.record)


@pytest.mark.filterwarnings("ignore::collective_use.errors.CollectiveUseWarning")
def test_the_command_line_takes_a_platform_file_and_says_so(write, tmp_path):
    export, profile, bank = portal(write)
    words = [str(export), "--platform", str(profile), "--instrument", str(bank)]
    with pytest.raises(SystemExit) as done:
        run(["score", *words, "--out", str(tmp_path / "out")])
    assert done.value.code == 0
    account = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert account["settings"]["platform"] == "ourportal.yaml"
    assert "ourportal.yaml" in [entry["name"] for entry in account["inputs"]]
    (tmp_path / "study.yaml").write_text(
        f"instrument: bank.yaml\nexports: [{export.name}]\nplatform: ourportal.yaml\nout: again\n",
        "utf-8",
    )
    with pytest.raises(SystemExit) as done:
        run(["run", str(tmp_path / "study.yaml")])
    assert done.value.code == 0


def test_a_layout_taken_from_documentation_names_it() -> None:
    known = Checked(layout="CSV", against="documentation", source="The handbook")
    assert known.source
    with pytest.raises(ValueError, match="names its `source`"):
        Checked(layout="CSV", against="documentation")
    assert not Checked(layout="CSV", against="file").source
