"""A person fills the web page in, in both languages; the saved file is read back equal."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

import collective_use as cu
from collective_use.questionnaire.form.members import read_rosters
from collective_use.questionnaire.online.publish import publish_form

sys.path.insert(0, str(Path(__file__).parent))
from tools import browser

MEMBERS = "group,member,name,partner\n" + "".join(
    f"G1,m{i},Person {i},Agency {i % 3}\n" for i in range(1, 6)
)


@pytest.fixture
def page(tmp_path):
    (tmp_path / "members.csv").write_text(MEMBERS, "utf-8")
    published = publish_form(
        cu.load_instrument("collective_data_use"),
        "web",
        modules=["all"],
        rosters=read_rosters(tmp_path / "members.csv"),
        draft=True,
    )
    path = tmp_path / "form.html"
    path.write_bytes(published.files["form-G1.html"])
    return path


def click_all(driver, rng):
    """Answer every radio group of the page; return what was chosen by column."""
    chosen = {}
    for box in driver.find_elements(By.CSS_SELECTOR, "input[type=radio]"):
        chosen.setdefault(box.get_attribute("name"), []).append(box)
    answers = {}
    for name, boxes in chosen.items():
        box = rng.choice(boxes)
        driver.execute_script("arguments[0].click()", box)
        answers[name] = box.get_attribute("value")
    for box in driver.find_elements(By.CSS_SELECTOR, "input[type=checkbox]"):
        if rng.random() < 0.4:
            driver.execute_script("arguments[0].click()", box)
            answers[box.get_attribute("name")] = "1"
    points = driver.find_elements(By.CSS_SELECTOR, "td input[type=number]")
    for place, box in enumerate(points):
        value = str(100 - 10 * (len(points) - 1)) if place == 0 else "10"
        box.send_keys(value)
        answers[box.get_attribute("name")] = value
    for box in driver.find_elements(By.CSS_SELECTOR, "fieldset > input[type=number]"):
        box.send_keys("7")
        answers[box.get_attribute("name")] = "7"
    return answers


# One person may answer "don't know" where nobody else answers.
@pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning")
def test_answers_survive_reload_language_and_reading(page, tmp_path):
    rng = random.Random(3)
    expected = {}
    with browser(tmp_path) as driver:
        driver.get(page.as_uri() + "#member_code=m2")
        driver.find_element(By.ID, "next").click()
        assert driver.find_element(By.ID, "ask").is_displayed()
        for box in driver.find_elements(By.CSS_SELECTOR, "input[type=checkbox]"):
            box.click()
        driver.find_element(By.ID, "next").click()
        turn = 0
        while not driver.find_elements(By.ID, "save"):
            expected |= click_all(driver, rng)
            if turn == 1:
                driver.refresh()
            if turn == 2:
                driver.find_elements(By.CSS_SELECTOR, "#languages button")[1].click()
                assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "zh"
            driver.find_element(By.ID, "next").click()
            if (
                driver.find_elements(By.ID, "open")
                and driver.find_element(By.ID, "open").is_displayed()
            ):
                driver.find_element(By.ID, "next").click()
            turn += 1
        driver.find_element(By.ID, "save").click()
        for _ in range(50):
            if list(tmp_path.glob("answers-*.json")):
                break
            time.sleep(0.1)
        assert driver.get_log("browser") == []
    saved = next(tmp_path.glob("answers-*.json"))
    content = json.loads(saved.read_text("utf-8"))
    assert content["language"] == "zh"
    assert content["keys"]["member_code"] == "m2"
    assert content["answers"] == expected
    responses = cu.read_responses(
        saved, cu.load_instrument("collective_data_use"), members=tmp_path / "members.csv"
    )
    assert list(responses.persons["group"]) == ["G1"]
    missing = {"77", "88", "dk"}
    for name, value in expected.items():
        if name in responses.answers and value not in missing:
            assert responses.answers[name].iloc[0] == float(value), name
    for item, frame in responses.rosters.items():
        for place in frame.columns:
            if isinstance(place, int) and f"{item}_{place}" in expected:
                wanted = expected[f"{item}_{place}"]
                if wanted not in missing:
                    assert float(frame[place].iloc[0]) == float(wanted)


@pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning")
def test_on_a_phone_answers_stand_in_a_row_and_can_be_copied(page, tmp_path):
    with browser(tmp_path) as driver:
        size = {"width": 390, "height": 1200, "deviceScaleFactor": 1, "mobile": True}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        agent = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"
        driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": agent})
        driver.get(page.as_uri() + "#member_code=m2")
        assert "minutes" in driver.find_element(By.CSS_SELECTOR, ".facts").text
        for box in driver.find_elements(By.CSS_SELECTOR, "input[type=checkbox]"):
            box.click()
        driver.find_element(By.ID, "next").click()
        row = driver.find_element(By.CSS_SELECTOR, ".scale tbody tr")
        cells = [td for td in row.find_elements(By.TAG_NAME, "td") if td.size["width"] < 100]
        assert len(cells) == 7
        assert len({td.location["y"] for td in cells}) == 1
        said = [td.text for td in cells]
        assert [place for place, text in enumerate(said) if text] == [0, 3, 6]
        cells[5].find_element(By.TAG_NAME, "input").click()
        assert row.get_attribute("data-picked") == "Often"
        assert driver.execute_script("return document.documentElement.scrollWidth") == 390
        for _ in range(30):
            driver.find_element(By.ID, "next").click()
            warned = driver.find_elements(By.ID, "open")
            if warned and warned[0].is_displayed():
                driver.find_element(By.ID, "next").click()
            wide = driver.execute_script("return document.documentElement.scrollWidth")
            assert wide == 390, driver.find_element(By.TAG_NAME, "h2").text
            if driver.find_elements(By.ID, "copy"):
                break
        assert driver.find_element(By.ID, "outside").is_displayed()
        driver.find_element(By.ID, "copy").click()
        time.sleep(0.5)
        copied = driver.find_element(By.ID, "copied_text").get_attribute("value")
        assert driver.get_log("browser") == []
    saved = tmp_path / "copied.json"
    saved.write_text(copied, "utf-8")
    content = json.loads(copied)
    assert content["answers"]["cdu1"] == "6"
    responses = cu.read_responses(
        saved, cu.load_instrument("collective_data_use"), members=tmp_path / "members.csv"
    )
    assert responses.answers["cdu1"].tolist() == [6.0]


LONE = """
return [...document.querySelectorAll("main p, main th, main legend, main label, main h2")]
  .filter(e => e.offsetParent && !e.querySelector("p, table, fieldset")).map(e => {
    const lines = [], walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    let last = null;
    for (let n = walk.nextNode(); n; n = walk.nextNode())
      for (let i = 0; i < n.length; i++) {
        const r = document.createRange(); r.setStart(n, i); r.setEnd(n, i + 1);
        const box = r.getClientRects()[0];
        if (!box || !box.width || !n.data[i].trim()) continue;
        if (last === null || Math.abs(box.bottom - last) > 6) lines.push("");
        last = box.bottom;
        lines[lines.length - 1] += n.data[i];
      }
    return lines;
  }).filter(lines => lines.length > 1)
"""


@pytest.mark.parametrize("width", [360, 390, 430])
def test_no_text_ends_with_a_lone_character(page, tmp_path, width):
    with browser(tmp_path) as driver:
        size = {"width": width, "height": 1200, "deviceScaleFactor": 1, "mobile": True}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        driver.get(page.as_uri())
        driver.find_element(By.CSS_SELECTOR, "#languages [lang=zh]").click()
        seen, ends = 0, []
        for _ in range(60):
            lines = driver.execute_script(LONE)
            seen += len(lines)
            ends += [text for text in lines if len(text[-1]) < 3]
            for box in driver.find_elements(By.CSS_SELECTOR, ".consent input:not(:checked)"):
                driver.execute_script("arguments[0].click()", box)
            if driver.find_elements(By.ID, "copy"):
                break
            driver.find_element(By.ID, "next").click()
        assert seen > 60
        assert ends == []
