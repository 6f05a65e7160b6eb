"""Filled on the screen and read back: every form of the bundled instruments, PDF and Word."""

from __future__ import annotations

import io
import random
import re
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pikepdf
import pytest
from pandas.testing import assert_frame_equal

import collective_use as cu
from collective_use.platforms.columns import base_name, form_items, instrument_columns
from collective_use.questionnaire.form.layout import form_content, switched_on
from collective_use.questionnaire.paper.fillable import fillable_pdf
from collective_use.questionnaire.paper.word.document import questionnaire_docx

sys.path.insert(0, str(Path(__file__).parent))

from conftest import INSTRUMENTS, PLACES, TICKS, answer

FORMS = [
    (name, form.id, language)
    for name in INSTRUMENTS
    for bank in [cu.load_instrument(name)]
    for form in bank.forms
    for language in [*bank.languages, "+".join(bank.languages)][: len(bank.languages) + 1]
]
PERSONS = 2


def columns_of(bank, form_id: str):
    """Every column that a member is asked for, as published forms name it."""
    form = bank.get_form(form_id)
    on = {n for b in switched_on(form, ["all"]) if b.respondent == "member" for n in b.items}
    items = {item.id: item for item in bank.items}
    wanted = [
        n
        for n in form_items(form)
        if n in on
        and items[n].alternative_to not in on
        and items[n].role != "key"
        and items[n].kind != "auto"
    ]
    for column in instrument_columns(bank, wanted, positions=PLACES):
        item = items[column.item]
        yield column.name.replace(base_name(item), column.item, 1), item


def people(bank, form_id: str) -> pd.DataFrame:
    """Answers by column: valid ones, don't know, and questions passed over."""
    chance = random.Random(f"{bank.id}/{form_id}")
    columns = list(columns_of(bank, form_id))
    rows = []
    for person in range(PERSONS):
        row = {
            (bank.columns.group or "group_code").casefold(): f"g{person}",
            (bank.columns.member or "member_code").casefold(): f"m{person}",
        }
        for name, item in columns:
            passed = chance.random() < 0.1
            ticks = item.kind in TICKS
            row[name] = "" if passed else "1" if ticks else answer(bank, item, chance)
            if ticks and chance.random() < 0.5:
                row[name] = "0"
        for item in {item.id: item for _, item in columns}.values():
            # Nothing ticked at all reads as passed over, so everybody ticks something.
            mine = [name for name, other in columns if other.id == item.id]
            if item.kind in TICKS:
                row |= {name: row[name] or "0" for name in mine} | {chance.choice(mine): "1"}
        rows.append(row)
    return pd.DataFrame(rows)


def filled_pdf(document: bytes, row: dict[str, str]) -> tuple[bytes, set[str]]:
    """Fill a form as a viewer does; return it and the columns that it had a field for."""
    used = set()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        for field in pdf.Root.AcroForm.Fields:
            name = str(field.T)
            value = row.get(name, "")
            used.add(name)
            if not value:
                continue
            if str(field.FT) == "/Tx":
                field.V = pikepdf.String(value)
            elif value != "0" or "/Kids" in field:
                field.V = pikepdf.Name(f"/{value}")
                for kid in field.get("/Kids", [field]):
                    on = f"/{value}" in kid.AP.N
                    kid.AS = pikepdf.Name(f"/{value}" if on else "/Off")
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue(), used


def filled_docx(document: bytes, row: dict[str, str]) -> tuple[bytes, set[str]]:
    """Click boxes and type into controls in the text of a document."""
    used = set()

    def fill(found: re.Match[str]) -> str:
        control = found[0]
        tag = re.search(r'<w:tag w:val="([^"]*)"', control)[1]
        column, _, code = tag.rpartition("=")
        used.add(column or tag)
        if "w14:checkbox" in control:
            if row.get(column, "") == code:
                control = re.sub(r'(<w14:checked w14:val=)"0"', r'\1"1"', control)
            return control
        value = row.get(tag, "")
        return (
            re.sub(r"(<w:t[^>]*>)_+(</w:t>)", rf"\g<1>{value}\g<2>", control) if value else control
        )

    source, target = io.BytesIO(document), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                text = data.decode("utf-8")
                data = re.sub(r"<w:sdt>.*?</w:sdt>", fill, text, flags=re.DOTALL).encode("utf-8")
            new.writestr(name, data)
    return target.getvalue(), used


KINDS = {
    ".pdf": (fillable_pdf, filled_pdf),
    ".docx": (questionnaire_docx, filled_docx),
}


# Of two respondents an item may have no answer at all.
@pytest.mark.filterwarnings("ignore:Nobody answered")
@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize(("name", "form", "language"), FORMS)
def test_every_form_comes_back_equal(tmp_path, name, form, language, ending):
    bank = cu.load_instrument(name)
    truth = people(bank, form)
    write, fill = KINDS[ending]
    content = form_content(bank, form=form, language=language, modules=["all"], blank_rows=PLACES)
    document = write(content)
    # Who ticks no consent is not analysed.
    agreed = {f"consent{mark}{part.id}": "1" for part in content.consent for mark in "./"}
    files = []
    for number, row in enumerate(truth.to_dict("records")):
        data, used = fill(document, row | agreed)
        assert set(truth.columns) - used == set(), "columns without a field"
        files.append(tmp_path / f"form{number}{ending}")
        files[-1].write_bytes(data)
    truth.to_csv(tmp_path / "plain.csv", index=False)
    keys = {"group": truth.columns[0], "columns": {"member": truth.columns[1]}}
    want = cu.read_responses(tmp_path / "plain.csv", bank, **keys)
    got = cu.read_responses(files, bank, **keys)
    assert_frame_equal(got.answers, want.answers)
    assert_frame_equal(got.reasons, want.reasons)
    assert set(got.rosters) == set(want.rosters)
    for item, frame in want.rosters.items():
        assert_frame_equal(got.rosters[item], frame)
    # Each form is a file of its own: its row is the first of it.
    same = [c for c in want.persons if c not in ("export", "row")]
    assert_frame_equal(got.persons[same], want.persons[same])
    assert got.persons["export"].tolist() == ["form0", "form1"]
