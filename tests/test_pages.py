"""Every page that is written may load nothing and runs nothing but its own scripts."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.planning.seal.page import page_bytes

PACKAGE = Path(cu.__file__).parent
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"')


def pages() -> dict[str, str]:
    sample = cu.sample_path("messy")
    bank = cu.load_instrument("collective_data_use")
    answers = cu.read_responses(
        sample / "export.csv", bank, members=sample / "members.csv", invalid="missing"
    )
    return {
        "codebook": cu.codebook(bank).to_html(),
        "paper": cu.questionnaire("starter", format="html", draft=True).decode(),
        "monitor": cu.monitor(answers).to_html(),
        "web": next(iter(cu.publish("starter", "web", draft=True).files.values())).decode(),
        "verify": page_bytes().decode(),
    }


@pytest.fixture(scope="module")
def written():
    return pages()


@pytest.mark.parametrize("name", ["codebook", "paper", "monitor", "web", "verify"])
def test_every_page_has_a_policy_that_allows_its_own_scripts_only(written, name):
    text = written[name]
    policy = POLICY.findall(text)
    assert len(policy) == 1
    rules = dict(part.strip().partition(" ")[::2] for part in policy[0].split(";") if part.strip())
    assert rules["default-src"] == "'none'"
    scripts = rules.get("script-src", "'none'")
    assert "unsafe" not in scripts
    assert "http" not in scripts
    body = text.partition("</head>")[2]
    assert not re.search(r"\son\w+=", body)
    for script in re.findall(r"<script>(.*?)</script>", text, re.DOTALL):
        wanted = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{wanted}'" in scripts
    first = text.find("<script")
    assert first == -1 or text.index("Content-Security-Policy") < first


def test_no_page_of_the_package_is_forgotten():
    """A new writer of pages has to take the policy, and to be listed here."""
    writers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*")
        if path.suffix in {".py", ".html"}
        and "_data" not in path.parts
        and "<!doctype html" in path.read_text("utf-8").lower()
    }
    for name in writers:
        text = (PACKAGE / name).read_text("utf-8")
        near = "".join(p.read_text("utf-8") for p in (PACKAGE / name).parent.glob("*.html"))
        if name.endswith(".html") and ("<!-- policy -->" in text or "{{ policy|safe }}" in text):
            # A template: what writes it stands beside it or above its folder of templates.
            place = (PACKAGE / name).parent
            writers_near = [*place.glob("*.py"), *place.parent.glob("*.py")]
            text += "".join(p.read_text("utf-8") for p in writers_near)
        assert "page_policy(" in text or "Content-Security-Policy" in text + near, name
