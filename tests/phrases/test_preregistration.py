"""The text of a preregistration in every language: nothing of the plan is left in English."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.phrases import languages
from collective_use.planning.seal.preregistration import preregistration

sys.path.insert(0, str(Path(__file__).parent))
from english import english_left

OTHERS = languages()[1:]
BANK = cu.load_instrument("collective_data_use")
BARE: dict[str, object] = {"design": {}, "pipeline": {}}
FULL: dict[str, object] = {
    "design": {
        "instrument": BANK.model_dump(mode="json"),
        "form": "short",
        "planning": {
            "groups": 60, "members": 8, "response_rate": 0.7, "power": 0.8, "level": 0.05,
            "ways": ["corrected"], "values": {"icc": 0.12}, "spread": 1.2,
        },
        "hypotheses": [
            {"id": "H1", "text": "联结性越高，使用越多。", "model": "M1",
             "effect": "con -> dcb -> cdu", "expected": "positive"},
            {"id": "H2", "text": "无关", "model": "M1", "expected": "none"},
            {"id": "H3", "text": "越高越少", "effect": "pim -> ssm -> cdu", "expected": "negative"},
            {"id": "H4", "text": "有关", "model": "M1"},
            {"id": "H5", "text": "有关", "model": "M1", "effect": "dl -> dlr -> cdu"},
        ],
        "models": [{"id": "M1", "syntax": "cdu ~ ssm"}],
    },
    "pipeline": {
        "voice": "partner", "null_distributions": ["slight_skew", "uniform"], "seed": 7,
        "cutoffs": {"group_size": 3}, "screening": {"longstring": 10, "instructed": True},
        "careless": "keep", "previews": "drop", "unfinished": "keep", "duplicates": "first",
        "unticked_consent": "drop", "invalid": "missing", "minimum_answered": 0.5,
    },
}  # fmt: skip


def _text(content: dict[str, object], language: str | None) -> str:
    return preregistration(content, title="一项研究", date="2027", hash="ab", language=language)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("content", [BARE, FULL], ids=["bare", "full"])
def test_a_plan_is_told(language: str, content: dict[str, object]) -> None:
    known = {part.id for part in BANK.items} | {"cdu", "ssm", "SHA", "collective", "icc"}
    prose = re.sub(r"```.*?```", "", _text(content, language), flags=re.DOTALL)
    left: dict[str, list[str]] = {}
    for line in prose.splitlines():
        bare = re.sub(r"（[A-Z][\w -]*）$", "", line) if line.startswith("#") else line
        words = [w for w in english_left(bare, BANK.id) if w not in known | NUMBERED]
        left |= {line: words} if words else {}
    assert left == {}


NUMBERED = {re.sub(r"\d+$", "", part.id) for part in BANK.items} | {
    "instructed",
    "longstring",
    "short",
    "uni",
}


def test_english_is_that_of_the_form() -> None:
    english, chinese = (_text(FULL, code) for code in (None, "zh"))
    heads = re.findall(r"^##+ (.*)$", english, re.MULTILINE)
    told = re.findall(r"^##+ .*（(.*)）$", chinese, re.MULTILINE)
    assert heads == told
    assert not re.search(
        r"[\u4e00-\u9fff]", re.sub("一项研究|联结.*|无关|越高越少|有关", "", english)
    )
