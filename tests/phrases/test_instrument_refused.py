"""Why an instrument's file is refused, place by place, in every language."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from collective_use.phrases import languages, told

sys.path.insert(0, str(Path(__file__).parent))
from english import english_left

BROKEN = json.loads(
    (Path(__file__).parents[1] / "instrument" / "broken_banks.json").read_text("utf-8")
)
MESSAGES = sorted({message for bank in BROKEN for message in bank["messages"]})
KEYS = frozenset(
    """
    schema version title text languages reason offered code reverse kind total forms composition
    agreement icc items mediation plain options label block id false true mean sum referent additive
    likert allocation checklist Chan Harrison Klein score index
    """.split()  # noqa: SIM905
)
"""Keys and values of the format, and the authors of a rule."""


@pytest.mark.parametrize("language", languages()[1:])
def test_every_fault_of_a_file_is_told(language: str) -> None:
    assert len(MESSAGES) > 80
    left: dict[str, list[str]] = {}
    for message in MESSAGES:
        words = [word for word in english_left(told(language, message)) if word not in KEYS]
        left |= {message: words} if words else {}
    assert left == {}


@pytest.mark.parametrize("language", languages()[1:])
def test_the_place_of_a_fault_stands_first(language: str) -> None:
    for message in MESSAGES:
        if message.startswith("bank.yaml:"):
            place = message.partition(": ")[0]
            assert told(language, message).startswith(f"{place}：")
