"""The platforms' own tools on what is published: ODK Validate, SurveyJS in a browser."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

import collective_use as cu
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.publish import publish_form

sys.path.insert(0, str(Path(__file__).parent))
from tools import browser, program, run

PEOPLE = tuple(Member(f"m{i}", f"Person {i}", f"Agency {i % 3}") for i in range(1, 6))
ROSTERS = (Roster("G1", PEOPLE, PEOPLE),)


def published(platform):
    bank = cu.load_instrument("collective_data_use")
    return publish_form(bank, platform, modules=["all"], rosters=ROSTERS, draft=True)


def test_odk_validate_passes(tmp_path):
    from pyxform.validators.odk_validate import check_xform
    from pyxform.xls2xform import convert

    program("java")
    path = tmp_path / "form.xlsx"
    path.write_bytes(published("xlsform").files["form.xlsx"])
    xform = tmp_path / "form.xml"
    xform.write_text(convert(str(path)).xform, "utf-8")
    assert check_xform(str(xform)) == []


@pytest.fixture(scope="module")
def surveyjs_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("surveyjs")
    run(
        program("npm"),
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "survey-core",
        "survey-js-ui",
        cwd=folder,
        timeout=240,
    )
    modules = folder / "node_modules"
    scripts = [
        next(modules.glob("survey-core/survey.core.min.js")),
        next(modules.glob("survey-core/survey.i18n.min.js")),
        next(modules.glob("survey-js-ui/survey-js-ui.min.js")),
    ]
    definition = published("surveyjs").files["survey.json"].decode("utf-8")
    names = json.dumps(
        {f"m{i}": f"Person {i}" for i in range(1, 6)}
        | {f"p{i}": f"Agency {i}" for i in range(1, 4)}
    )
    page = folder / "page.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><div id=s></div>"
        + "".join(f"<script src='{script.as_uri()}'></script>" for script in scripts)
        + f"<script>var json = {definition};"
        "var survey = new Survey.Model(json);"
        f"for (const [k, v] of Object.entries({names})) survey.setVariable(k, v);"
        "survey.locale = new URLSearchParams(location.search).get('l') || '';"
        "survey.onComplete.add(s => { window.done = JSON.stringify(s.data); });"
        "survey.render(document.getElementById('s'));</script>",
        "utf-8",
    )
    return page


# One person may answer "don't know" where nobody else answers.
@pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning")
@pytest.mark.parametrize("language", ["", "zh-cn"])
def test_surveyjs_gives_back_what_was_clicked(surveyjs_page, tmp_path, language):
    bank = cu.load_instrument("collective_data_use")
    expected = {}
    with browser(tmp_path) as driver:
        driver.get(f"{surveyjs_page.as_uri()}?l={language}")
        assert driver.execute_script("return survey.jsonErrors || []") == []
        driver.execute_script(
            "survey.setValue('group_code', 'G1'); survey.setValue('member_code', 'm2');"
            "survey.setValue('partner_code', 'Agency 2');"
            "for (const q of survey.getAllQuestions())"
            " if (q.getType() === 'boolean') q.value = true;"
            "survey.setValue('alc1_1', 60); survey.setValue('alc1_2', 40);"
        )
        for _ in range(30):
            for row in driver.find_elements(By.CSS_SELECTOR, "tr.sd-table__row"):
                boxes = row.find_elements(By.CSS_SELECTOR, "input[type=radio]")
                if boxes:
                    box = boxes[len(expected) % len(boxes)]
                    driver.execute_script("arguments[0].click()", box)
                    expected[len(expected)] = box.get_attribute("value")
            if not driver.execute_script("return survey.isLastPage"):
                assert driver.execute_script("return survey.nextPage()") is True
            else:
                driver.execute_script("survey.doComplete()")
                break
        said = driver.execute_script("return document.body.innerText")
        data = json.loads(driver.execute_script("return window.done"))
        assert [e for e in driver.get_log("browser") if e["level"] == "SEVERE"] == []
    assert said
    answers = [v for name, grid in data.items() if name.startswith("grid_") for v in grid.values()]
    assert sorted(answers) == sorted(expected.values())
    assert data["alc1_1"] == 60
    saved = tmp_path / "result.json"
    saved.write_text(json.dumps([data]), "utf-8")
    responses = cu.read_responses(saved, bank, platform="surveyjs")
    assert list(responses.persons["group"]) == ["G1"]
    for grid in (grid for name, grid in data.items() if name.startswith("grid_")):
        for column, value in grid.items():
            if column in responses.answers and int(value) not in (77, 88):
                assert responses.answers[column].iloc[0] == float(value)
