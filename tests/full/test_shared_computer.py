"""Several people on one computer, refusing to name colleagues, and handing in, in a browser."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

import collective_use as cu
from collective_use.questionnaire.form.members import read_rosters
from collective_use.questionnaire.online.publish import publish_form
from collective_use.responses.receive.server import Receiver
from collective_use.responses.receive.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from tools import browser

FORMS = Path(__file__).parents[1] / "questionnaire" / "forms"


def write_page(folder: Path, hand_in: str = "") -> str:
    published = publish_form(
        cu.load_instrument(FORMS / "departments_optional.yaml"),
        "web",
        modules=["all"],
        rosters=read_rosters(FORMS / "departments_members.csv"),
        draft=True,
        hand_in=hand_in,
    )
    path = folder / "form.html"
    path.write_bytes(published.files["form-ROAD.html"])
    return path.as_uri()


@pytest.fixture
def driver(tmp_path):
    with browser(tmp_path) as opened:
        yield opened


def consent(driver, *modules):
    for module in modules:
        driver.find_element(By.ID, f"c_{module}").click()


def go(driver):
    driver.find_element(By.ID, "next").click()
    warned = driver.find_elements(By.ID, "open")
    if warned and warned[0].is_displayed():
        driver.find_element(By.ID, "next").click()


def answer_page(driver):
    names = {}
    for box in driver.find_elements(By.CSS_SELECTOR, "input[type=radio]"):
        names.setdefault(box.get_attribute("name"), box)
    for box in names.values():
        driver.execute_script("arguments[0].click()", box)
    return list(names)


def to_the_end(driver):
    asked = []
    while driver.find_elements(By.ID, "next"):
        asked += answer_page(driver)
        go(driver)
    return asked


def on_cover(driver):
    return bool(driver.find_elements(By.ID, "c_participation"))


def checked(driver):
    return driver.find_elements(By.CSS_SELECTOR, "input:checked")


def test_another_code_begins_afresh_and_the_first_comes_back(driver, tmp_path):
    uri = write_page(tmp_path)
    driver.get(uri + "#person=r1")
    consent(driver, "participation", "naming")
    go(driver)
    answer_page(driver)
    driver.execute_script("location.hash = 'person=r2'")  # a second link in the same tab
    assert on_cover(driver)
    assert not checked(driver)
    assert driver.find_element(By.ID, "person").get_attribute("value") == "r2"
    driver.get("about:blank")
    driver.get(uri + "#person=r1")
    assert not on_cover(driver)
    assert checked(driver)


def test_another_typed_code_begins_afresh(driver, tmp_path):
    driver.get(write_page(tmp_path))
    driver.find_element(By.ID, "person").send_keys("r1")
    consent(driver, "participation", "naming")
    go(driver)
    answer_page(driver)
    time.sleep(1)  # the browser hands what a page keeps to its store in the background
    driver.refresh()
    assert checked(driver)  # the same tab goes on
    driver.find_element(By.ID, "leave").click()
    assert on_cover(driver)
    assert driver.find_element(By.ID, "person").get_attribute("value") == ""
    driver.find_element(By.ID, "person").send_keys("r2")
    consent(driver, "participation")
    go(driver)
    assert not checked(driver)


def test_unfinished_answers_without_a_code_are_not_shown_before_asking(driver, tmp_path):
    uri = write_page(tmp_path)
    driver.get(uri)
    consent(driver, "participation")
    go(driver)
    answer_page(driver)
    driver.switch_to.new_window("tab")
    driver.get(uri)
    assert driver.find_elements(By.ID, "continue")
    assert not checked(driver)
    driver.find_element(By.ID, "afresh").click()
    assert on_cover(driver)
    driver.refresh()
    assert on_cover(driver)


def test_who_refuses_naming_sees_no_colleague_and_reaches_the_end(driver, tmp_path):
    driver.get(write_page(tmp_path) + "#person=r1")
    consent(driver, "participation")
    go(driver)
    texts = []
    while driver.find_elements(By.ID, "next"):
        answer_page(driver)
        texts.append(driver.find_element(By.ID, "main").text)
        go(driver)
    assert not [text for text in texts if "Gita Rao" in text]
    assert driver.find_elements(By.ID, "save")


def test_answers_are_handed_in_and_leave_the_browser(driver, tmp_path):
    folder = tmp_path / "answers"
    server = Receiver(("127.0.0.1", 0), Store(folder, "departments"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        driver.get(write_page(tmp_path, f"http://127.0.0.1:{server.server_address[1]}/"))
        driver.find_element(By.ID, "person").send_keys("r1")
        consent(driver, "participation", "naming")
        go(driver)
        asked = to_the_end(driver)
        assert "advice_3" in asked
        # Thinking twice: naming is refused after it was answered.
        while driver.find_elements(By.ID, "back"):
            driver.find_element(By.ID, "back").click()
        consent(driver, "naming")
        to_the_end(driver)
        assert not driver.find_element(By.ID, "forget").is_displayed()
        driver.find_element(By.ID, "send").click()
        driver.implicitly_wait(5)
        assert driver.find_element(By.ID, "sent").is_displayed()
        assert driver.execute_script("return localStorage.length") == 0
        driver.find_element(By.ID, "forget").click()
        assert on_cover(driver)
        blocked = driver.execute_async_script(
            "fetch('http://127.0.0.1:9/').then(() => arguments[0]('went'), "
            "e => arguments[0](String(e)))"
        )
        assert "went" not in blocked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    saved = list(folder.glob("*.json"))
    assert len(saved) == 1
    back = cu.read_responses(
        saved,
        cu.load_instrument(FORMS / "departments_optional.yaml"),
        members=FORMS / "departments_members.csv",
    )
    assert back.persons["member"].tolist() == ["r1"]
    assert back.answers["saf1"].notna().all()
    assert not back.rosters or back.rosters["advice"].isna().all(axis=None)


def test_what_does_not_get_through_is_not_lost(driver, tmp_path):
    driver.get(write_page(tmp_path, "http://127.0.0.1:9/"))
    driver.find_element(By.ID, "person").send_keys("r1")
    consent(driver, "participation", "naming")
    go(driver)
    to_the_end(driver)
    driver.find_element(By.ID, "send").click()
    driver.implicitly_wait(5)
    assert driver.find_element(By.CSS_SELECTOR, "#failed:not([hidden])").is_displayed()
    assert driver.find_element(By.ID, "save").is_displayed()
    driver.refresh()
    assert driver.find_elements(By.ID, "send")
