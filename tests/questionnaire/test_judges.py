"""Sheets for judges and interviewers."""

from __future__ import annotations

import openpyxl
import pytest

import collective_use as cu
from collective_use.errors import InputError, InstrumentWarning, ReadError


def cells(book, sheet):
    rows = list(book[sheet].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture
def starter():
    return cu.load_instrument("starter")


def filled(bank, file, judge, seed=1):
    """Fill a sheet with answers that follow from the item, and return them."""
    file.write_bytes(cu.judge_sheets(bank, judge=judge, seed=seed))
    book = openpyxl.load_workbook(file)
    names = {c.id: c.name["en"] for c in bank.constructs}
    said = {}
    for name, answer, remark in (
        ("1 sorting", "belongs to", "remark"),
        ("2 relevance", "relevance", "unclear, or put better"),
    ):
        sheet = book[name]
        headings = [cell.value for cell in sheet[1]]
        for row in range(2, sheet.max_row + 1):
            item = sheet.cell(row, 1).value
            number = ord(item[-1])
            construct = bank.get_item(item).construct_id
            value = names[construct] if name == "1 sorting" else 1 + number % 4
            note = f' "as {item}" = ? '
            sheet.cell(row, headings.index(answer) + 1).value = value
            sheet.cell(row, headings.index(remark) + 1).value = note
            sheet.cell(row, headings.index(remark) + 1).data_type = "s"
            said.setdefault(item, {})[name] = (value, note)
    book.save(file)
    return said


def test_what_judges_write_comes_back_as_it_is(starter, tmp_path):
    said = filled(starter, tmp_path / "a.xlsx", "anna", seed=4)
    filled(starter, tmp_path / "b.xlsx", "bo", seed=5)
    read = cu.read_judge_sheets([tmp_path / "a.xlsx", tmp_path / "b.xlsx"], starter)
    assert len(read.ratings) == 2 * len(said)
    assert not read.record.entries
    for row in read.ratings[read.ratings.judge == "anna"].to_dict("records"):
        assert row["chosen"] == row["construct"] == starter.get_item(row["item"]).construct_id
        assert row["relevance"] == said[row["item"]]["2 relevance"][0]
        assert row["sort_remark"] == row["remark"] == said[row["item"]]["1 sorting"][1]
        assert row["seed"] == "4"
    for _, part in read.ratings.groupby("judge"):
        assert sorted(part["position"]) == sorted(part["sort_position"])
        assert list(part["position"]) != list(part["sort_position"])


def test_orders_follow_the_seed_and_sorting_does_not_tell_the_construct(starter, tmp_path):
    orders = []
    for seed in (1, 1, 2):
        (tmp_path / "x.xlsx").write_bytes(cu.judge_sheets(starter, seed=seed))
        book = openpyxl.load_workbook(tmp_path / "x.xlsx")
        orders.append([row["item"] for row in cells(book, "1 sorting")])
    assert orders[0] == orders[1] != orders[2]
    assert "construct" not in cells(book, "1 sorting")[0]
    assert book["1 sorting"].column_dimensions["A"].hidden
    rules = book["2 relevance"].data_validations.dataValidation
    assert any(rule.formula1 == '"1,2,3,4"' for rule in rules)


def test_both_languages_are_shown(tmp_path):
    bank = cu.load_instrument("collective_data_use")
    (tmp_path / "x.xlsx").write_bytes(cu.judge_sheets(bank, form="short"))
    for row in cells(openpyxl.load_workbook(tmp_path / "x.xlsx"), "2 relevance"):
        item = bank.get_item(row["item"])
        assert row["en"].startswith(item.text["en"])
        assert row["zh"].startswith(item.text["zh"])


def test_empty_cells_are_counted(starter, tmp_path):
    (tmp_path / "x.xlsx").write_bytes(cu.judge_sheets(starter))
    read = cu.read_judge_sheets(tmp_path / "x.xlsx", starter)
    assert [entry.count for entry in read.record.entries] == [len(read.ratings)] * 2
    assert read.ratings["judge"].unique().tolist() == ["x"]


@pytest.mark.parametrize(
    ("sheet", "column", "value", "said"),
    [
        ("2 relevance", "relevance", 5, r"relevance must be 1, 2, 3 or 4, found '5'"),
        ("1 sorting", "belongs to", "Lerning", "the construct must be one of"),
        ("1 sorting", "item", "lea99", "found 'lea99'"),
    ],
)
def test_a_wrong_cell_is_named(starter, tmp_path, sheet, column, value, said):
    filled(starter, tmp_path / "x.xlsx", "anna")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    headings = [cell.value for cell in book[sheet][1]]
    cell = book[sheet].cell(3, headings.index(column) + 1)
    cell.value = value
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(ReadError, match=said) as caught:
        cu.read_judge_sheets(tmp_path / "x.xlsx", starter)
    assert f"x.xlsx, sheet {sheet!r}, cell {cell.coordinate}" in str(caught.value)


def test_the_same_judge_twice_another_instrument_another_version(starter, tmp_path):
    for name in ("a", "b"):
        filled(starter, tmp_path / f"{name}.xlsx", "anna")
    with pytest.raises(ReadError, match="also that of"):
        cu.read_judge_sheets([tmp_path / "a.xlsx", tmp_path / "b.xlsx"], starter)
    with pytest.raises(ReadError, match="must be of the instrument 'lq2002'"):
        cu.read_judge_sheets(tmp_path / "a.xlsx", cu.load_instrument("lq2002"))
    with pytest.warns(InstrumentWarning, match="made from version"):
        cu.read_judge_sheets(tmp_path / "a.xlsx", starter.model_copy(update={"version": "9"}))


def test_nothing_to_judge_is_said(starter):
    bare = starter.model_copy(update={"items": ()})
    with pytest.raises(InputError, match="no item with a construct"):
        cu.judge_sheets(bare)


@pytest.mark.parametrize(("language", "sheet"), [("en", "interview"), ("zh", "访谈")])
def test_interviews_are_in_one_language(language, sheet, tmp_path):
    bank = cu.load_instrument("collective_data_use")
    (tmp_path / "x.xlsx").write_bytes(cu.interview_sheets(bank, language, form="short"))
    rows = list(openpyxl.load_workbook(tmp_path / "x.xlsx")[sheet].iter_rows(values_only=True))
    for row in rows[1:]:
        assert row[2] == bank.get_item(row[1]).text[language]
