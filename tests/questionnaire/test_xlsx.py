"""The instrument as a workbook: nothing is lost, and slips are named by sheet and cell."""

from __future__ import annotations

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.errors import InputError, InstrumentError, ReadError
from collective_use.instrument.model import Item
from collective_use.sheets.bank.cells import read_cell, write_cell
from collective_use.sheets.bank.fields import FieldPlan, sheet_plans
from collective_use.sheets.bank.yaml import write_instrument_folder, yaml_files
from collective_use.sheets.spreadsheet import decode_text, encode_text
from collective_use.yaml_source.read import parse_yaml


def there_and_back(bank, folder):
    file = folder / "bank.xlsx"
    file.write_bytes(cu.instrument_to_xlsx(bank))
    return cu.instrument_from_xlsx(file)


@pytest.mark.parametrize("name", cu.list_instruments())
def test_a_bundled_instrument_comes_back_equal(name, tmp_path):
    bank = cu.load_instrument(name)
    again = there_and_back(bank, tmp_path)
    assert again == bank
    assert cu.load_instrument(write_instrument_folder(again, tmp_path / "folder")) == bank


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
TRICKY = st.sampled_from(
    ['=1+1', "+3", "-", "@x", '"quoted"', '"', " a ", "a\r\nb", "\t", "1", "1.0", "yes", "no",
     "_x000D_", "null", "# no", "- a", "a: b", "0.10", "1e5", "2026-11-23", "小组", "\x01", ""]
)  # fmt: skip


@given(st.one_of(WORDS, TRICKY))
def test_any_text_survives_a_cell(text):
    assert decode_text(encode_text(text)) == text


@given(st.lists(st.one_of(WORDS, TRICKY), max_size=4))
def test_any_list_of_words_survives_a_cell(words):
    plan = FieldPlan(("x",), "words", default=[])
    cell = write_cell(plan, words)
    assert (read_cell(plan, cell) if cell is not None else []) == words


@given(st.dictionaries(st.one_of(WORDS, TRICKY), st.one_of(WORDS, TRICKY), max_size=3))
def test_any_pairs_survive_a_cell(pairs):
    plan = FieldPlan(("x",), "pairs", default={})
    cell = write_cell(plan, pairs)
    assert (read_cell(plan, cell) if cell is not None else {}) == pairs


@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(st.lists(st.one_of(WORDS, TRICKY), min_size=14, max_size=14))
def test_texts_of_any_kind_survive_the_workbook_and_the_yaml(tmp_path_factory, texts):
    bank = cu.load_instrument("starter")
    items = []
    for item, text in zip(bank.items, texts, strict=True):
        said = text if text.strip() else "x"
        changes = {"text": {"en": said}, "note": text, "source": text, "rationale": text or None}
        items.append(item.model_copy(update=changes))
    bank = bank.model_copy(update={"items": tuple(items), "version": texts[0]})
    folder = tmp_path_factory.mktemp("bank")
    bad = any(ord(c) < 32 or 127 <= ord(c) < 160 for text in texts for c in text)
    again = there_and_back(bank, folder)
    assert again == bank
    for text in yaml_files(bank).values():
        assert bad or not parse_yaml(text).problems


def test_every_field_of_the_schema_has_a_column():
    plan = next(plan for plan in sheet_plans() if plan.name == "items")
    keys = {info.alias or name for name, info in Item.model_fields.items()}
    assert {field.path[0] for field in plan.fields} == keys - {"options"}


@pytest.fixture
def starter_book(tmp_path):
    file = tmp_path / "bank.xlsx"
    file.write_bytes(cu.instrument_to_xlsx(cu.load_instrument("starter")))
    return file


def changed(file, sheet, heading, row, value):
    book = openpyxl.load_workbook(file)
    headings = [cell.value for cell in book[sheet][1]]
    cell = book[sheet].cell(row, headings.index(heading) + 1)
    cell.value = value
    book.save(file)
    return cell.coordinate


@pytest.mark.parametrize(
    ("sheet", "heading", "value", "said"),
    [
        ("items", "construct", "lerning", "did you mean 'learning'?"),
        ("items", "reverse", "perhaps", "perhaps"),
        ("items", "kind", "lickert", "likert"),
        ("items", "id", "Not An Id", "Not An Id"),
        ("scale options", "code", "one", "one"),
        ("scale options", "scale", "agre5", "did you mean 'agree5'?"),
        ("measures", "minimum_answered", -1, "-1"),
        ("form blocks", "items", "lea1 lea99", "lea99"),
    ],
)
def test_a_slip_is_named_by_file_sheet_and_cell(starter_book, sheet, heading, value, said):
    cell = changed(starter_book, sheet, heading, 2, value)
    with pytest.raises(InstrumentError) as caught:
        cu.instrument_from_xlsx(starter_book)
    line = next(line for line in str(caught.value).splitlines() if said in line)
    assert line.startswith(f"bank.xlsx, sheet {sheet!r}, cell {cell}:")


def test_edits_that_people_make_are_understood(starter_book):
    changed(starter_book, "items", "text (en)", 2, " Our team looks. ")
    changed(starter_book, "items", "reverse", 2, True)
    changed(starter_book, "items", "forms", 2, "short,")
    bank = cu.instrument_from_xlsx(starter_book)
    assert bank.items[0].text == {"en": "Our team looks."}
    assert bank.items[0].reverse
    assert bank.items[0].forms == ("short",)


def test_unknown_headings_and_sheets_are_named_and_notes_are_left_alone(starter_book):
    book = openpyxl.load_workbook(starter_book)
    book.create_sheet("notes of ours").append(["what", "what"][:1])
    book.save(starter_book)
    assert cu.instrument_from_xlsx(starter_book) == cu.load_instrument("starter")
    book.create_sheet("itmes")
    book["items"].cell(1, 2).value = "knd"
    book.save(starter_book)
    with pytest.raises(InstrumentError, match="did you mean 'items'") as caught:
        cu.instrument_from_xlsx(starter_book)
    assert "sheet 'items', cell B1: a heading must be one of" in str(caught.value)
    assert "did you mean 'kind'" in str(caught.value)


def test_a_missing_sheet_and_a_file_that_is_no_workbook(starter_book, tmp_path):
    book = openpyxl.load_workbook(starter_book)
    del book["scales"]
    book.save(starter_book)
    with pytest.raises(InstrumentError, match="the sheet 'scales' is missing"):
        cu.instrument_from_xlsx(starter_book)
    (tmp_path / "x.xlsx").write_text("a,b")
    with pytest.raises(ReadError, match=r"cannot be read as an \.xlsx workbook"):
        cu.instrument_from_xlsx(tmp_path / "x.xlsx")
    with pytest.raises(ReadError, match="no workbook of that name"):
        cu.instrument_from_xlsx(tmp_path / "none.xlsx")


def test_no_text_becomes_a_formula(tmp_path):
    bank = cu.load_instrument("starter")
    item = bank.items[0].model_copy(update={"note": '=HYPERLINK("x")'})
    bank = bank.model_copy(update={"items": (item, *bank.items[1:])})
    assert there_and_back(bank, tmp_path) == bank
    cells = [
        cell
        for sheet in openpyxl.load_workbook(tmp_path / "bank.xlsx")
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert not any(cell.data_type == "f" for cell in cells)


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="must be new or empty"):
        write_instrument_folder(cu.load_instrument("starter"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
