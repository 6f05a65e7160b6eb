"""Paper typed twice: what the entries tell apart is found; and forms that cannot be read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pikepdf
import pytest

import collective_use as cu
from collective_use.cli.main import run
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.paper.fillable import fillable_pdf
from collective_use.questionnaire.paper.pdf import questionnaire_pdf
from collective_use.questionnaire.paper.word.document import questionnaire_docx

pytestmark = pytest.mark.filterwarnings("ignore:Nobody answered")
BANK = Path(__file__).with_name("lab_data.yaml")
ENTRIES = ("Entry 1", "Entry 2")
ROWS = [("A", "p1", 4, 2), ("A", "p2", 5, 9), ("B", "p3", 1, None)]


def typed(path: Path, sheets: dict[str, list[tuple]], start: int = 2) -> Path:
    """Type rows of group, member, q1 and q2 into an entry sheet, as a person does."""
    book = openpyxl.load_workbook(path)
    for name, rows in sheets.items():
        sheet = book[name]
        place = {cell.value: cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=start):
            for column, value in zip(("lab", "pid", "q1", "q2"), row, strict=True):
                sheet.cell(number, place[column]).value = value
    book.save(path)
    return path


@pytest.fixture
def sheet(tmp_path):
    cu.entry_sheet(BANK, tmp_path / "entry.xlsx", rows=5)
    return tmp_path / "entry.xlsx"


def test_two_entries_that_agree_are_read_once(sheet):
    responses = cu.read_responses(typed(sheet, dict.fromkeys(ENTRIES, ROWS)), BANK)
    assert responses.persons["member"].tolist() == ["p1", "p2", "p3"]
    assert responses.answers["q1"].tolist() == [4, 5, 1]
    assert responses.reasons["q2"].tolist() == ["", "dont_know", "unanswered"]
    assert "Typed twice: 3 forms, both entries agree" in str(responses.record)


def test_differences_are_listed_and_nothing_is_read(sheet):
    other = [("A", "p1", 4, 2), ("A", "p2", 3, 9), ("B", "px", 1, 2)]
    typed(sheet, {"Entry 1": ROWS, "Entry 2": other})
    with pytest.raises(cu.ReadError) as caught:
        cu.read_responses(sheet, BANK)
    said = str(caught.value)
    assert "the two entries show 3 differences" in said
    assert "form 2, q1: '5' and '3'" in said
    assert "form 3, pid: 'p3' and 'px'" in said
    assert "form 3, q2: '' and '2'" in said


def test_a_form_typed_once_only_is_named(sheet):
    typed(sheet, {"Entry 1": ROWS, "Entry 2": ROWS[:2]})
    with pytest.raises(cu.ReadError, match="form 3 was typed on 'Entry 1' only"):
        cu.read_responses(sheet, BANK)


def test_one_entry_is_read_and_said(sheet):
    responses = cu.read_responses(typed(sheet, {"Entry 1": ROWS}), BANK)
    assert len(responses.persons) == 3
    assert "there is no second entry to compare" in str(responses.record)


def test_an_empty_sheet_and_a_wrong_code_are_named(sheet):
    with pytest.raises(cu.ReadError, match="nothing was typed"):
        cu.read_responses(sheet, BANK)
    typed(sheet, {name: [("A", "p1", 7, 2)] for name in ENTRIES})
    with pytest.raises(cu.ScaleValueError, match="q1: '7'"):
        cu.read_responses(sheet, BANK)


def test_cells_take_the_codes_of_the_form_only(sheet):
    page = openpyxl.load_workbook(sheet)["Entry 2"]
    place = {cell.value: cell.column_letter for cell in page[1]}
    rules = {str(r.sqref).partition("2:")[0]: r for r in page.data_validations.dataValidation}
    assert rules[place["q1"]].formula1 == '"1,2,3,4,5,9"'
    assert rules[place["chk1_1"]].formula1 == '"0,1"'
    assert "We use data in meetings." in rules[place["q1"]].prompt
    assert rules[place["age"]].type in ("decimal", None)


def test_the_command_fills_in_who_was_asked(tmp_path, capsys):
    (tmp_path / "members.csv").write_text("group,member\nA,p1\nA,p2\n", "utf-8")
    out = tmp_path / "entry.xlsx"
    words = ["entry", str(BANK), "--members", str(tmp_path / "members.csv"), "--out", str(out)]
    with pytest.raises(SystemExit) as done:
        run(words)
    assert done.value.code == 0
    assert "Entry sheet for 2 forms" in capsys.readouterr().out
    page = openpyxl.load_workbook(out)["Entry 1"]
    assert [[c.value for c in row[:3]] for row in page.iter_rows(2, 3)] == [
        [1, "A", "p1"],
        [2, "A", "p2"],
    ]


@pytest.fixture(scope="module")
def bank():
    return cu.load_instrument("collective_data_use")


PEOPLE = [Member("m01", "Ann", "P"), Member("m.2", "Bo", "P"), Member("m03", "Cy", "Q")]


def filled(document: bytes, values: dict[str, str]) -> bytes:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
        for name, value in values.items():
            text = str(fields[name].FT) == "/Tx"
            fields[name].V = pikepdf.String(value) if text else pikepdf.Name(f"/{value}")
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


def test_a_personal_copy_says_whose_it_is_and_keeps_places(tmp_path, bank):
    content = form_content(bank, modules=["all"], roster=PEOPLE, group="g1", member="m.2")
    document = fillable_pdf(content)
    values = {"cdu1": "4", "net1_3": "2", "net3_1": "1"}
    values |= {"consent/participation": "1", "consent/naming": "1"}
    (tmp_path / "form.pdf").write_bytes(filled(document, values))
    (tmp_path / "members.csv").write_text("group,member\ng1,m01\ng1,m.2\ng1,m03\n", "utf-8")
    responses = cu.read_responses(tmp_path / "form.pdf", bank, members=tmp_path / "members.csv")
    persons = responses.persons.iloc[0]
    assert (persons["group"], persons["member"], persons["language"]) == ("g1", "m.2", "en")
    assert persons["consent.naming"] == 1
    assert responses.rosters["net1"].loc[0, 3] == 2
    assert responses.rosters["net3"].loc[0].tolist() == [1, 0]


def test_two_ticks_in_a_line_are_an_error_that_names_the_file(tmp_path, bank):
    content = form_content(bank, roster=PEOPLE, group="g1", member="m03")
    document = io.BytesIO(questionnaire_docx(content))
    target = tmp_path / "anna.docx"
    with zipfile.ZipFile(document) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                text = data.decode("utf-8")
                for tag in ("cdu1=4", "cdu1=5", "cdu3=2"):
                    place = text.index(
                        'w14:checked w14:val="0"', text.index(f'w:tag w:val="{tag}"')
                    )
                    text = text[:place] + text[place:].replace('val="0"', 'val="1"', 1)
                data = text.encode("utf-8")
            new.writestr(name, data)
    with pytest.raises(cu.ScaleValueError, match=r"cdu1: '4;5' in anna\.docx"):
        cu.read_responses([target, target], bank)


def test_forms_that_lost_their_fields_are_named(tmp_path, bank):
    plain = tmp_path / "scan.pdf"
    plain.write_bytes(questionnaire_pdf(form_content(bank)))
    with pytest.raises(cu.ReadError, match=r"scan\.pdf holds no form fields.*collective-use entry"):
        cu.read_responses(plain, bank)
    for ending in (".pdf", ".docx"):
        (tmp_path / f"broken{ending}").write_bytes(b"%PDF-1.7 nothing")
        with pytest.raises(cu.ReadError, match=rf"broken\{ending} cannot be read as a"):
            cu.read_responses(tmp_path / f"broken{ending}", bank)


def test_forms_of_two_instruments_are_not_mixed(tmp_path, bank):
    for name, source in (("one", bank), ("two", cu.load_instrument("starter"))):
        (tmp_path / f"{name}.pdf").write_bytes(fillable_pdf(form_content(source)))
    with pytest.raises(cu.ReadError, match=r"two\.pdf is a form of .*read them apart"):
        cu.read_responses([tmp_path / "one.pdf", tmp_path / "two.pdf"], bank)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rows": 0}, "rows must be a whole number of at least 1"),
        ({"rows": 10**9}, "rows must be at most 5,000"),
        ({"places": 0}, "places must be a whole number of at least 1"),
        ({"places": 10**9}, "places must be at most 200"),
    ],
)
def test_sheets_without_end_are_refused(given: dict[str, int], said: str) -> None:
    with pytest.raises(cu.InputError, match=said):
        cu.entry_sheet("lq2002", **given)
