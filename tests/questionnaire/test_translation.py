"""Translation: what translators decide goes into the YAML, and nothing else changes."""

from __future__ import annotations

import shutil

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.errors import InputError, InstrumentWarning, ReadError
from collective_use.instrument.library import instrument_path
from collective_use.sheets.translation.edit import Edit, edited
from collective_use.sheets.translation.workbook import text_rows
from collective_use.yaml_source.read import parse_yaml


def fill(file, changes, column="final text", status=None):
    book = openpyxl.load_workbook(file)
    sheet = book["texts"]
    headings = [cell.value for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        key = sheet.cell(row, 1).value
        if key in changes:
            sheet.cell(row, headings.index(column) + 1).value = changes[key]
        if status:
            sheet.cell(row, headings.index("status") + 1).value = status
    book.save(file)


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "bank"
    shutil.copytree(instrument_path("collective_data_use"), folder)
    bank = cu.load_instrument(folder)
    (tmp_path / "zh.xlsx").write_bytes(cu.translation_workbook(bank, "zh"))
    return tmp_path


def lines(folder):
    return {
        (path.name, number, line)
        for path in folder.rglob("*.yaml")
        for number, line in enumerate(path.read_text("utf-8").splitlines())
    }


def test_final_texts_and_nothing_else_are_changed(place):
    before = lines(place / "bank")
    fill(place / "zh.xlsx", {"items/cdu1/text": "新的题目：甲", "title": "新标题"})
    done = cu.apply_translation(place / "zh.xlsx", place / "bank")
    assert sorted(done.changed["key"]) == ["items/cdu1/text", "title"]
    bank = cu.load_instrument(place / "bank")
    assert bank.get_item("cdu1").text["zh"] == "新的题目：甲"
    assert bank.title["zh"] == "新标题"
    assert len(lines(place / "bank") - before) == 2
    assert bank.status[1].translation == "draft"


def test_status_of_the_language_is_that_of_its_last_text(place):
    fill(place / "zh.xlsx", {}, status="reviewed")
    done = cu.apply_translation(place / "zh.xlsx", place / "bank")
    assert (done.before, done.after) == ("draft", "reviewed")
    status = cu.load_instrument(place / "bank").status[1]
    assert status.translation == "reviewed"
    assert status.statement.startswith("Translated and reviewed")
    assert not status.piloted


def test_a_text_changed_in_the_meantime_stops_everything(place):
    fill(place / "zh.xlsx", {"items/cdu1/text": "甲", "items/cdu2/text": "乙"})
    file = place / "bank" / "constructs" / "cdu.yaml"
    file.write_text(file.read_text("utf-8").replace("Our group used", "Our team used", 1), "utf-8")
    before = lines(place / "bank")
    with pytest.raises(InputError, match=r"texts differ between workbook and instrument"):
        cu.apply_translation(place / "zh.xlsx", place / "bank")
    assert lines(place / "bank") == before
    assert sorted(path.name for path in place.iterdir()) == ["bank", "zh.xlsx"]


def test_a_wrong_status_and_an_unknown_key_are_named_by_cell(place):
    fill(place / "zh.xlsx", {"items/cdu1/text": "reviwed"}, column="status")
    with pytest.raises(ReadError, match=r"cell L\d+: status must be one of .*did you mean 'rev"):
        cu.apply_translation(place / "zh.xlsx", place / "bank")
    fill(place / "zh.xlsx", {"items/cdu1/text": "items/cdu1/txt"}, column="key")
    with pytest.raises(ReadError, match=r"cell A\d+: the instrument has no text"):
        cu.apply_translation(place / "zh.xlsx", place / "bank")


def test_a_bundled_instrument_is_not_changed_in_place(place):
    with pytest.raises(InputError, match="bundled and is not changed in place"):
        cu.apply_translation(place / "zh.xlsx", "collective_data_use")


def test_a_new_language_is_added_line_by_line(tmp_path):
    folder = tmp_path / "bank"
    shutil.copytree(instrument_path("starter"), folder)
    head = folder / "instrument.yaml"
    text = head.read_text("utf-8").replace(
        "languages: [en]", "languages: [en]\ndraft_languages: [de]"
    )
    head.write_text(text, "utf-8")
    bank = cu.load_instrument(folder)
    (tmp_path / "de.xlsx").write_bytes(cu.translation_workbook(bank, "de"))
    keys = {row.key: f"Ü: {row.words['en']}" for row in text_rows(bank, "en")}
    fill(tmp_path / "de.xlsx", keys, status="adjudicated")
    with pytest.warns(InstrumentWarning, match="has no status for 'de'"):
        done = cu.apply_translation(tmp_path / "de.xlsx", folder)
    again = cu.load_instrument(folder)
    assert len(done.changed) == len(keys)
    for row in text_rows(again, "en"):
        assert row.words["de"] == keys[row.key]
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert [c for c in head.read_text("utf-8").splitlines() if c.startswith("#")] == comments


def test_a_comment_behind_a_block_mark_is_not_lost_in_silence():
    source = "a:\n  en: >-  # kept\n    Some words\n  zh: x\n"
    document = parse_yaml(source)
    edit = Edit(document.values[("a", "en")], 3, "Other words")
    with pytest.raises(InputError, match="a comment stands behind"):
        edited(source, [edit])


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)
LAYOUTS = (
    "a:\n  en: One\n  zh: Two  # said\nb: 1\n",
    "a: {en: One, zh: Two}  # said\nb: 1\n",
    "a:\n  en: >-\n    One\n    and more\n  zh: >-\n    Two\n\n# said\nb: 1\n",
    "a:\n  en: 'One'\n  zh: \"Two\"\nb: 1\n# said",
    "a:\n  en: |\n    One\n  zh: |-\n    Two\n    words\nb: 1  # said\n",
    "a:\r\n  en: One\r\n  zh: Two # said\r\nb: 1\r\n",
)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(LAYOUTS), TEXTS, st.sampled_from(["zh", "de"]))
def test_any_text_fits_into_any_layout(source, text, language):
    document = parse_yaml(source)
    behind = ("a", "zh")
    key = "" if language == "zh" else language
    edit = Edit(document.values[behind], document.keys[behind].column, text, key=key)
    after = edited(source, [edit])
    wanted = {"a": {**document.value["a"], language: text}, "b": 1}
    assert parse_yaml(after).value == wanted
    assert "# said" in after or "said" not in source
