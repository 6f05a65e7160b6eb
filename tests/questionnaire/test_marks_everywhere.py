"""Every text of a form holds every platform's marks; no platform acts on one of them."""

from __future__ import annotations

import csv
import io
import json
import re

import openpyxl
import pytest
import yaml

import collective_use as cu
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.publish import publish_form

BEFORE = "=== "
MARKS = (
    " {tok} ${cost} [sg1] <b>x</b> &lt; *so* _so_ [[Question:MC]] [单选题] ___ 【填空题】"
    "\n# no heading\n@HIDDEN-SURVEY"
)
PEOPLE = tuple(Member(f"m{k}", f"Person {k}", f"Agency {k % 3}", place=k) for k in (1, 2, 3))


def marked(value, languages):
    """Plain values with the marks around every text that stands by language."""
    if isinstance(value, dict):
        texts = (
            value and set(value) <= set(languages) and all(type(v) is str for v in value.values())
        )
        if texts:
            return {
                language: BEFORE + text + MARKS if text else text
                for language, text in value.items()
            }
        return {key: marked(part, languages) for key, part in value.items()}
    if isinstance(value, list):
        return [marked(part, languages) for part in value]
    return value


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """The bundled bank: every kind of item, rosters, modules, consents, both languages."""
    plain = cu.load_instrument("collective_data_use")
    source = plain.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    path = tmp_path_factory.mktemp("marked") / "marked.yaml"
    texts = marked({"schema": 1, **source}, plain.languages)
    path.write_text(yaml.safe_dump(texts, allow_unicode=True, sort_keys=False), "utf-8")
    return cu.load_instrument(path)


def published(bank, to, *, modules=("all",)):
    rosters = (Roster("A", PEOPLE, PEOPLE),) if modules else ()
    return publish_form(bank, to, modules=list(modules), rosters=rosters, draft=True).files


def rows_of(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def live(texts: list[str], mark: str) -> list[str]:
    """The texts in which a mark would be acted on; the marks have to be there at all."""
    assert sum("tok" in text for text in texts) > 100
    return [text[:200] for text in texts if re.search(mark, text)]


def strings(value, but=()):
    """All texts within plain values, but those under some keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in but:
                yield from strings(part, but)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part, but)


def test_xlsform(bank):
    book = openpyxl.load_workbook(io.BytesIO(published(bank, "xlsform")["form.xlsx"]))
    every = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert [cell.coordinate for cell in every if cell.data_type == "f"] == []
    cells = [str(cell.value) for cell in every]
    names = {str(row[1].value) for row in book["survey"].iter_rows(min_row=2)}
    assert live(cells, r"<b>|&lt;|(?<!\\)\*so|(?<!\\)_so_|(?m:^# )") == []
    used = {name for text in cells for name in re.findall(r"\$\{([^}]*)\}", text)}
    assert "cost" not in used
    assert used <= names


def test_limesurvey(bank):
    rows = rows_of(published(bank, "limesurvey")["survey.txt"].decode("utf-8-sig"), "\t")
    shown = [r[c] for r in rows if r["class"] != "S" for c in ("name", "text", "help")]
    shown += [r["text"] for r in rows if r["class"] == "SL" and "url" not in r["name"]]
    assert live(shown, r"\{(?!\s)(?!TOKEN:ATTRIBUTE_\d+\})|<b>|&lt; \[") == []


def test_redcap(bank):
    rows = rows_of(published(bank, "redcap")["dictionary.csv"].decode("utf-8-sig"))
    choices = "Choices, Calculations, OR Slider Labels"
    shown = [row[column] for row in rows for column in ("Section Header", "Field Label")]
    shown += [row["Field Note"] for row in rows]
    shown += [row[choices] for row in rows if row["Field Type"] != "calc"]
    assert live(shown, r"\[(?![mp]\d+\])[A-Za-z]|<[A-Za-z/]|&lt;|(?m:^@HIDDEN)") == []


def test_surveyjs(bank):
    survey = json.loads(published(bank, "surveyjs")["survey.json"])
    rules = ("visibleIf", "expression", "requiredIf")
    assert live(list(strings(survey, rules)), r"\{(?![mp]\d+\})[^\u200b]") == []
    pages = [element for page in survey["pages"] for element in page["elements"]]
    shown = list(strings([element["html"] for element in pages if element["type"] == "html"]))
    assert sum("tok" in text for text in shown) > 5
    assert not [text for text in shown if re.search(r"<(?!br>)|&(?!lt;|gt;|amp;)", text)]


def test_qualtrics(bank):
    survey = json.loads(published(bank, "qualtrics")["survey.qsf"])
    questions = [e["Payload"] for e in survey["SurveyElements"] if e["Element"] == "SQ"]
    shown = list(strings(questions))
    assert live(shown, r"\$\{(?!e://Field/[mp]\d+\})|<b>|&lt; \[") == []


@pytest.mark.parametrize("to", ["wenjuanxing", "tencent"])
def test_text_imports(bank, to):
    text = published(bank, to, modules=())["survey.txt"].decode("utf-8")
    lines = [line for line in text.split("\n") if "tok" in line]
    own = re.compile(r"\s*(?:\[(?:\w+题|段落说明|必答)\])+$")
    bare = [own.sub("", line) for line in lines]
    assert live(bare, r"\[(?=[^\s\u200b])|【(?!\u200b)|_{2}|^==") == []


def test_the_web_page_holds_texts_as_data_and_shows_them_as_text(bank):
    page = published(bank, "web")["form-A.html"].decode("utf-8")
    assert page.count("<script") == 2
    assert "<b>x</b>" not in page
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", page)
