"""The platforms' own tools on what is published: ODK Validate, SurveyJS in a browser."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

import collective_use as cu
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.online.publish import publish_form

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "questionnaire"))
from nasty import STATEMENTS, TEXTS, nasty
from tools import browser, program, run

PEOPLE = tuple(Member(f"m{i}", f"Person {i}", f"Agency {i % 3}") for i in range(1, 6))
ROSTERS = (Roster("G1", PEOPLE, PEOPLE),)


def published(platform):
    bank = cu.load_instrument("collective_data_use")
    return publish_form(bank, platform, modules=["all"], rosters=ROSTERS, draft=True)


def nasty_form(folder, platform):
    """The nasty form (60 statements by 12 columns, Arabic, marks, a roster), published."""
    return publish_form(nasty(folder), platform, modules=["all"], rosters=ROSTERS, draft=True).files


@pytest.mark.parametrize("form", ["bundled", "nasty"])
def test_odk_validate_passes(tmp_path, form):
    from pyxform.validators.odk_validate import check_xform
    from pyxform.xls2xform import convert

    program("java")
    files = nasty_form(tmp_path, "xlsform") if form == "nasty" else published("xlsform").files
    path = tmp_path / "form.xlsx"
    path.write_bytes(files["form.xlsx"])
    xform = tmp_path / "form.xml"
    xform.write_text(convert(str(path)).xform, "utf-8")
    assert check_xform(str(xform)) == []


@pytest.fixture(scope="module")
def surveyjs_scripts(tmp_path_factory):
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
    return folder, [
        next(modules.glob("survey-core/survey.core.min.js")),
        next(modules.glob("survey-core/survey.i18n.min.js")),
        next(modules.glob("survey-js-ui/survey-js-ui.min.js")),
    ]


def surveyjs_html(place, name, definition: str):
    """A page that shows a SurveyJS definition with the names of one group."""
    folder, scripts = place
    people = {f"m{i}": f"Person {i}" for i in range(1, 6)}
    names = json.dumps(people | {f"p{i}": f"Agency {i}" for i in range(1, 4)})
    page = folder / f"{name}.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><div id=s></div>"
        + "".join(f"<script src='{script.as_uri()}'></script>" for script in scripts)
        + f"<script>var json = {definition.replace('</', '<' + chr(92) + '/')};"
        "var survey = new Survey.Model(json);"
        f"for (const [k, v] of Object.entries({names})) survey.setVariable(k, v);"
        "survey.locale = new URLSearchParams(location.search).get('l') || '';"
        "survey.onComplete.add(s => { window.done = JSON.stringify(s.data); });"
        "survey.render(document.getElementById('s'));</script>",
        "utf-8",
    )
    return page


@pytest.fixture(scope="module")
def surveyjs_page(surveyjs_scripts):
    definition = published("surveyjs").files["survey.json"].decode("utf-8")
    return surveyjs_html(surveyjs_scripts, "page", definition)


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


@pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning")
@pytest.mark.parametrize("naming", [True, False])
def test_surveyjs_shows_the_nasty_form_as_it_is_written(surveyjs_scripts, tmp_path, naming):
    definition = nasty_form(tmp_path, "surveyjs")["survey.json"].decode("utf-8")
    page = surveyjs_html(surveyjs_scripts, f"nasty{naming}", definition)
    shown, expected = [], {}
    with browser(tmp_path) as driver:
        driver.get(page.as_uri())
        assert driver.execute_script("return survey.jsonErrors || []") == []
        driver.execute_script(
            "survey.setValue('dept', 'G1'); survey.setValue('person', 'm2');"
            f"survey.setValue('consent_part', true);"
            f"survey.setValue('consent_naming', {json.dumps(naming)});"
        )
        for _ in range(5):
            time.sleep(0.5)
            shown.append(driver.execute_script("return document.body.innerText"))
            for row in driver.find_elements(By.CSS_SELECTOR, "tr.sd-table__row"):
                boxes = row.find_elements(By.CSS_SELECTOR, "input[type=radio]")
                if boxes:
                    box = boxes[len(expected) % len(boxes)]
                    driver.execute_script("arguments[0].click()", box)
                    expected[len(expected)] = box.get_attribute("value")
            if driver.execute_script("return survey.isLastPage"):
                driver.execute_script("survey.doComplete()")
                break
            assert driver.execute_script("return survey.nextPage()") is True
        data = json.loads(driver.execute_script("return window.done"))
        assert [e for e in driver.get_log("browser") if e["level"] == "SEVERE"] == []
    said = re.sub(r"\s+", " ", " ".join(shown).replace("\u200b", ""))
    for k in range(1, STATEMENTS + 1):
        assert re.sub(r"\s+", " ", f"{k}: {TEXTS[k % len(TEXTS)]}") in said
    assert ("Person 3" in said) is naming
    assert ("grid_tie" in data) is naming
    grid = data["grid_n1"]
    assert len(grid) == STATEMENTS
    saved = tmp_path / "result.json"
    saved.write_text(json.dumps([data]), "utf-8")
    back = cu.read_responses(saved, nasty(tmp_path), platform="surveyjs")
    for item, code in grid.items():
        if int(code) == -99:
            assert back.reasons[item].iloc[0] == "dont_know"
        else:
            assert back.answers[item].iloc[0] == float(code)
