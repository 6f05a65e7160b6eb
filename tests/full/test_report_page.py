"""The report in headless Chromium: widths, dark, print, languages, without scripts, axe-core."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

import pytest

import collective_use as cu
from tests.full.tools import browser, program

WIDTHS = (390, 1280, 1920)
OVERLAPS = """
const boxes = [];
for (const svg of document.querySelectorAll('.report:not([hidden]) svg'))
  for (const text of svg.querySelectorAll('text')) {
    const box = text.getBoundingClientRect();
    if (box.width) boxes.push([svg, box, text.textContent, text.getAttribute('transform')]);
  }
const found = [];
for (let i = 0; i < boxes.length; i++)
  for (let k = i + 1; k < boxes.length && boxes[k][0] === boxes[i][0]; k++) {
    const [a, b] = [boxes[i][1], boxes[k][1]];
    if (boxes[i][3] || boxes[k][3]) continue; // turned texts: their boxes are larger than they are
    const [w, h] = [Math.min(a.right, b.right) - Math.max(a.left, b.left),
                    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
    if (w > 2 && h > 4) found.push([boxes[i][2], boxes[k][2]]);
  }
return found;
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the clean sample, scales looked through and a model fitted."""
    out = tmp_path_factory.mktemp("report") / "results"
    sample = cu.sample_path("clean")
    study = {
        "instrument": "collective_data_use", "exports": str(sample / "export.csv"),
        "members": str(sample / "members.csv"), "informants": str(sample / "informants.csv"),
        "models": "M1", "validation": "quick", "report": "en+zh", "out": str(out),
    }  # fmt: skip
    return cu.run_study(study).folder / "report.html"


@pytest.fixture(scope="module")
def driver(page: Path, tmp_path_factory: pytest.TempPathFactory):
    with browser(tmp_path_factory.mktemp("browser"), width=1280, height=1000) as opened:
        opened.set_script_timeout(240)  # axe, on a machine that is busy
        opened.set_network_conditions(offline=True, latency=0, throughput=0)
        opened.get(page.as_uri())
        yield opened


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the source of axe-core, from the npm registry."""
    place = tmp_path_factory.mktemp("axe")
    subprocess.run(
        [program("npm"), "install", "--silent", "axe-core@4"], cwd=place, check=True, timeout=120
    )
    return (place / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def test_the_page_is_under_three_megabytes(page: Path) -> None:
    assert page.stat().st_size < 3_000_000


def test_no_error_and_no_request(driver) -> None:
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []
    asked = driver.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert asked == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_wider_than_the_screen_and_no_text_covers_another(
    driver, width: int, language: str
) -> None:
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    driver.execute_script("show(arguments[0])", language)
    wide = driver.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width
    assert driver.execute_script(OVERLAPS) == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_no_serious_fault(driver, axe: str, dark: bool, language: str) -> None:
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    scheme = "dark" if dark else "light"
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    driver.execute_script("show(arguments[0])", language)
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    found = driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {resultTypes: ['violations']}).then((r) => done(r.violations.map("
        "(v) => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)])))"
    )
    assert [fault for fault in found if fault[0] in ("serious", "critical")] == []


def test_a_number_is_traced_and_a_table_sorted(driver) -> None:
    driver.execute_script("show('en')")
    number = driver.find_element("css selector", ".answer .n")
    driver.execute_script("arguments[0].click()", number)
    said = driver.find_element("id", "trace").text
    assert number.get_attribute("data-f") in said
    assert number.get_attribute("data-c") in said
    driver.execute_script("document.getElementById('trace').close()")
    ordered = driver.execute_script(
        "const table = document.querySelector('#en-agreement table');"
        "const head = table.tHead.rows[0].cells[2]; head.click();"
        "return [...table.tBodies[0].rows].map((row) => row.cells[2].textContent)"
    )
    assert ordered == sorted(ordered)


def test_a_cut_off_is_moved(driver) -> None:
    said = driver.execute_script(
        "const box = document.querySelector('#en-agreement .after');"
        "const input = box.querySelector('input'); const result = box.querySelector('.result');"
        "const before = result.textContent; input.value = 0.9;"
        "input.dispatchEvent(new Event('input')); return [before, result.textContent]"
    )
    assert said[0] != said[1]
    assert "Changed: none" in said[0]


def test_it_prints_to_pdf(driver, tmp_path: Path) -> None:
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    made = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "paperWidth": 8.27})
    file = tmp_path / "report.pdf"
    file.write_bytes(base64.b64decode(made["data"]))
    text = subprocess.run(
        [program("pdftotext"), str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Click a number" not in text
    assert "What to be careful about" in text


def test_without_scripts_the_page_reads_the_same(page: Path, tmp_path: Path) -> None:
    with browser(tmp_path, width=1280, height=1000) as opened:
        opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        opened.get(page.as_uri())
        shown = opened.find_element("tag name", "main").text
        assert "In short" in shown
        assert "From members to groups" in shown
        assert "Filter rows" not in shown
        hidden = opened.find_elements("css selector", ".js")
        assert not any(part.is_displayed() for part in hidden if part.tag_name == "button")


REFERENCE = re.compile(r"[A-Z][\w-]+(?:(?:,| &) [A-Z][\w-]+)* (?:et al\. )?\d{4}[^；。]*")
"""Who a rule is from, up to the end of the clause."""


def test_no_english_sentence_is_left_on_the_chinese_page(driver) -> None:
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.execute_script("show('zh')")
    said = driver.execute_script(
        "const root = document.querySelector('.report[lang=zh]').cloneNode(true);"
        "for (const part of root.querySelectorAll('#zh-methods, #zh-session'))"
        "part.remove();"
        "return [...root.querySelectorAll('p, li, td, th, h1, h2, h3, figcaption, caption, text')]"
        ".map((part) => part.textContent)"
    )
    assert len(said) > 300
    left = {}
    for text in said:
        if text.startswith(("理论所言", "我们的推断")):
            continue  # the instrument's own words
        words = re.findall(r"[A-Za-z][a-z']{2,}", REFERENCE.sub(" ", text))
        # three in a row are a sentence; names of programs, measures and settings are not
        run = re.search(r"[A-Za-z][a-z']+(?: [a-z']+){3,}", REFERENCE.sub(" ", text))
        if run and len(words) > 3:
            left[text] = run.group()
    assert left == {}
