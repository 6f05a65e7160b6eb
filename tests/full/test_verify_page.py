"""The page that checks a sealed plan, in headless Chromium with the network off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import collective_use as cu
from tests.study.test_sealing import NOON, TEN, change

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=390,900",
)  # fmt: skip
OWN = ("file:", "data:", "blob:", "chrome:", "chrome-untrusted:")
"""What needs no network; the last two are the browser's own empty tab."""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sealed") / "mine"
    cu.init_study(folder, instrument="collective_data_use")
    cu.seal_study(folder, signed=["作者甲", "A. Author"], now=NOON)
    change(folder, "seed: 1", "seed: 2")
    cu.amend_study(folder, reason="seed 1 served the pilot", now=NOON + 1)
    change(folder, "minimum_group_size: 3", "minimum_group_size: 4")
    cu.amend_study(folder, reason="pairs and threes say little", signed=["A."], now=NOON + 2)
    return folder


@pytest.fixture(scope="module")
def page(sealed: Path, tmp_path_factory: pytest.TempPathFactory):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options)
    browser.set_network_conditions(offline=True, latency=0, throughput=0)
    yield browser
    browser.quit()


def shown(page, sealed: Path, file: Path, deposited: str = "") -> str:
    page.get((sealed / "verify.html").as_uri())
    page.find_element(By.ID, "hash").send_keys(deposited)
    page.find_element(By.ID, "file").send_keys(str(file))
    answer = page.find_element(By.ID, "answer")
    WebDriverWait(page, 10).until(lambda _: answer.is_displayed() and answer.text)
    return answer.text


def test_as_it_was_written(page, sealed: Path) -> None:
    file = sealed / "study.seal.json"
    hash_ = json.loads(file.read_bytes())["entries"][-1]["hash"]
    text = shown(page, sealed, file, hash_)
    assert "is as it was written" in text
    assert hash_ in text
    log = page.find_element(By.ID, "log").text
    assert "作者甲" in log
    assert "seed 1 served the pilot" in log


def test_the_hash_of_the_plan_itself_was_deposited(page, sealed: Path) -> None:
    file = sealed / "study.seal.json"
    first = json.loads(file.read_bytes())["entries"][0]["hash"]
    text = shown(page, sealed, file, first)
    assert "is as it was written" in text
    assert "that of the plan; amendments since: 2" in text


def test_another_hash_was_deposited(page, sealed: Path) -> None:
    text = shown(page, sealed, sealed / "study.seal.json", "0" * 64)
    assert "the hash given is" in text


@pytest.mark.parametrize("kind", TEN)
def test_each_change_is_named(page, sealed: Path, tmp_path: Path, kind: str) -> None:
    raw = json.loads((sealed / "study.seal.json").read_bytes())
    alter, said = TEN[kind]
    alter(raw)
    file = tmp_path / "study.seal.json"
    file.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    assert said in shown(page, sealed, file)


def test_what_is_no_sealed_file(page, sealed: Path, tmp_path: Path) -> None:
    for content in ("", "{}", "[1", '{"format": "collective-use seal", "entries": []}'):
        file = tmp_path / "x.json"
        file.write_text(content)
        assert "cannot be read as a sealed file" in shown(page, sealed, file)


def test_the_page_asks_for_nothing(page, sealed: Path) -> None:
    shown(page, sealed, sealed / "study.seal.json")
    asked = [
        json.loads(entry["message"])["message"]["params"]["request"]["url"]
        for entry in page.get_log("performance")
        if '"Network.requestWillBeSent"' in entry["message"]
    ]
    assert [url for url in asked if not url.startswith(OWN)] == []
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
