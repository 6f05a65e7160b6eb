"""Late opt-outs and refused consents, out and back, on every platform that carries rosters.

The form is published as it stands before the opt-out; an export is made by the platform's own
rules from what was published; the members file is the one from after the opt-out.
"""

from __future__ import annotations

import io
import json
import re
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.platforms.layouts import Field
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.members import read_rosters
from collective_use.questionnaire.online.publish import publish_form
from collective_use.questionnaire.paper.fillable import fillable_pdf
from collective_use.questionnaire.paper.word.document import questionnaire_docx

sys.path.insert(0, str(Path(__file__).parent))
import definitions
from test_paper import filled_docx, filled_pdf
from test_round_trips import kobo, limesurvey, qualtrics, redcap

FORMS = Path(__file__).parent.parent / "questionnaire" / "forms"
BEFORE = FORMS / "departments_members.csv"
AFTER = FORMS / "departments_members_r2_opted_out.csv"
CODES = "r1|r2|r3|r4|r5"
ADVICE = {f"advice_{place}": value for place, value in enumerate("01230", start=1)}
# who, takes part, names colleagues
PEOPLE = [("r4", "1", "1"), ("r1", "1", ""), ("r3", "", "1")]
RIGHT = {"r4": {"r1": 0.0, "r3": 2.0, "r5": 0.0}, "r1": {}}


@pytest.fixture(scope="module")
def bank():
    return cu.load_instrument(FORMS / "departments_optional.yaml")


def publish(bank, to, members=BEFORE):
    rosters = read_rosters(members)
    return publish_form(bank, to, modules=["all"], rosters=rosters, draft=True).files


def people(yes: str = "1") -> list[dict[str, str]]:
    """What three persons answer, by plain column; who refuses naming had answered before."""
    return [
        {"dept": "ROAD", "person": who, "language": "en", "saf1": "3", **ADVICE}
        | {"consent_participation": yes if part else "", "consent_naming": yes if name else ""}
        | {"consent_participation_1": part, "consent_naming_1": name, "roster_codes": CODES}
        for who, part, name in PEOPLE
    ]


KNOWN = set(people()[0])


def limesurvey_columns(files):
    """Its consents are questions of one tick; codes stand in a hidden equation."""
    text = files["survey.txt"].decode("utf-8-sig")
    names = re.findall(r"\tQ\t[M*]\t(consent\w+|rostercodes)\t", text)
    assert {"consentnaming", "consentparticipation", "rostercodes"} <= set(names)
    more = [
        definitions.Asked(Field("rostercodes"), "roster_codes")
        if name == "rostercodes"
        else definitions.Asked(
            Field(name, "1"), name.replace("consent", "consent_") + "_1", tick=True
        )
        for name in dict.fromkeys(names)
    ]
    return [*definitions.limesurvey(files, KNOWN), *more]


def qualtrics_columns(files):
    """Embedded data of the flow is exported under its own name."""
    flow = json.loads(files["survey.qsf"])["SurveyElements"]
    fields = re.findall(r'"Field": "(\w+)"', json.dumps(flow))
    asked = definitions.qualtrics(files, KNOWN)
    taken = {one.plain for one in asked}
    more = [name for name in dict.fromkeys(fields) if name in KNOWN - taken]
    assert {"dept", "person", "roster_codes"} <= set(more)
    return [*asked, *(definitions.Asked(Field(name), name) for name in more)]


WAYS = {
    "limesurvey": (limesurvey_columns, limesurvey, "code", "1"),
    "qualtrics": (qualtrics_columns, qualtrics, "", "1"),
    "redcap": (lambda files: definitions.redcap(files, KNOWN), redcap, "", "1"),
    "xlsform": (lambda files: definitions.kobo(files, KNOWN), kobo, "names", "OK"),
}


def ties(bank, path, **how) -> dict[str, dict[str, float]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.DataWarning)
        back = cu.read_responses(path, bank, members=AFTER, **how)
    found = {}
    rows = zip(back.rosters["advice"].to_dict("records"), back.persons["member"], strict=True)
    for row, person in rows:
        mine = back.members[back.members["group"] == "ROAD"]
        names = dict(zip(mine["position"], mine["member"], strict=True))
        values = {names[place]: value for place, value in row.items() if value == value}
        found[person] = {who: value for who, value in values.items() if who != person}
    said = " ".join(entry.text for entry in back.record.entries)
    assert "opted out of being named." in said
    # r3 did not agree to take part: a "no" on platforms that write one, else an empty box.
    empty = "left the box of the consent 'participation' empty"
    said_no = "did not give the consent 'participation'"
    assert (empty in said) != (said_no in said)
    if how and empty in said:
        assert found.pop("r3") == {"r1": 0.0, "r4": 3.0, "r5": 0.0}
    return found


@pytest.mark.parametrize("to", WAYS)
def test_promises_hold_out_and_back(bank, tmp_path, to):
    columns, write, style, yes = WAYS[to]
    files = publish(bank, to)
    asked = columns(files)
    missing = set(ADVICE) - {one.plain for one in asked}
    assert not missing
    assert any(one.plain == "roster_codes" for one in asked)
    name, content = write(asked, people(yes), style, False)
    (tmp_path / name).write_bytes(content)
    assert ties(bank, tmp_path / name) == RIGHT
    assert ties(bank, tmp_path / name, unticked_consent="keep") == RIGHT


def test_promises_hold_in_surveyjs(bank, tmp_path):
    elements = definitions.surveyjs(publish(bank, "surveyjs"))
    grid = next(e for e in elements if e["type"] == "matrix" and "advice_1" in str(e["rows"]))
    consents = {e["name"] for e in elements if e["type"] == "boolean"}
    rows = [
        {"dept": "ROAD", "person": who, "roster_codes": CODES, grid["name"]: ADVICE}
        | dict(zip(sorted(consents), (bool(name), bool(part)), strict=True))
        for who, part, name in PEOPLE
    ]
    assert sorted(consents) == ["consent_naming", "consent_participation"]
    (tmp_path / "export.json").write_text(json.dumps(rows), "utf-8")
    assert ties(bank, tmp_path / "export.json") == RIGHT


def test_promises_hold_on_the_web_page(bank, tmp_path):
    page = publish(bank, "web")["form-ROAD.html"].decode("utf-8")
    form = json.loads(re.search(r'id="form">(.*?)</script>', page, re.S)[1])
    for who, part, name in PEOPLE:
        answer = json.loads((FORMS / "answers-ROAD-r4.json").read_text("utf-8"))
        answer |= {"keys": {"dept": "ROAD", "person": who}, "roster_codes": form["roster_codes"]}
        answer |= {"consent": {"participation": bool(part), "naming": bool(name)}}
        answer["answers"] |= ADVICE
        (tmp_path / f"{who}.json").write_text(json.dumps(answer), "utf-8")
    assert ties(bank, sorted(tmp_path.glob("*.json"))) == {k: RIGHT[k] for k in ("r1", "r4")}


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_promises_hold_on_paper(bank, tmp_path, ending):
    people_of = next(r.people for r in read_rosters(BEFORE) if r.group == "ROAD")
    for who, part, name in PEOPLE:
        content = form_content(bank, modules=["all"], roster=people_of, group="ROAD", member=who)
        write, fill = {
            ".pdf": (fillable_pdf, filled_pdf),
            ".docx": (questionnaire_docx, filled_docx),
        }[ending]
        own = f"advice_{who[1]}"
        answers = {n: v for n, v in ADVICE.items() if n != own} | {"saf1": "3"}
        agreed = {"consent/participation": part, "consent/naming": name}
        data, _ = fill(write(content), answers | agreed)
        (tmp_path / f"{who}{ending}").write_bytes(data)
    files = sorted(tmp_path.glob(f"*{ending}"))
    for how in ({}, {"unticked_consent": "keep"}):
        assert ties(bank, files, **how) == {k: RIGHT[k] for k in ("r1", "r4")}


def test_paper_finds_its_persons_when_the_list_was_turned_round(bank, tmp_path):
    people_of = next(r.people for r in read_rosters(BEFORE) if r.group == "ROAD")
    content = form_content(bank, modules=["all"], roster=people_of, group="ROAD", member="r4")
    agreed = {"consent/participation": "1", "consent/naming": "1", **ADVICE}
    data, _ = filled_docx(questionnaire_docx(content), agreed)
    (tmp_path / "r4.docx").write_bytes(data)
    head, *lines = BEFORE.read_text("utf-8").splitlines()
    (tmp_path / "members.csv").write_text("\n".join([head, *reversed(lines)]), "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.DataWarning)
        back = cu.read_responses(tmp_path / "r4.docx", bank, members=tmp_path / "members.csv")
    mine = back.members[back.members["group"] == "ROAD"]
    names = dict(zip(mine["position"], mine["member"], strict=True))
    found = {names[p]: v for p, v in back.rosters["advice"].iloc[0].dropna().items()}
    assert found == {"r1": 0.0, "r2": 1.0, "r3": 2.0, "r5": 0.0}


def text_of(files) -> str:
    found = []
    for content in files.values():
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                found += [
                    archive.read(name).decode("utf-8", "ignore") for name in archive.namelist()
                ]
        else:
            found.append(content.decode("utf-8", "ignore"))
    return "\n".join(found)


@pytest.mark.parametrize("to", ["web", *WAYS])
def test_who_opted_out_is_in_no_file(bank, to):
    text = text_of(publish(bank, to, AFTER))
    assert "王芳" in text_of(publish(bank, to, BEFORE))
    assert "王芳" not in text
    assert "r1||r3|r4|r5" in text


@pytest.mark.parametrize("to", ["wenjuanxing", "tencent", "microsoft_forms"])
def test_platforms_without_rosters_refuse_by_name(bank, to):
    with pytest.raises(cu.InputError, match=r"'advice' \(How often do you ask this person"):
        publish(bank, to)
