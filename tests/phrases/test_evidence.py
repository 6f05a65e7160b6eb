"""Why a measure is judged as it is, and the draft of a methods section, in every language."""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from collective_use.cutoffs import cutoffs_with
from collective_use.groups.evidence.parts import (
    AgainstRandom,
    Agreement,
    Chance,
    Differences,
    Number,
    Response,
)
from collective_use.groups.evidence.verdict import (
    Facts,
    about_chance,
    about_response,
    additive_verdict,
    shared_verdict,
)
from collective_use.numerics.groups.nulls import NAMES
from collective_use.phrases import languages, told
from collective_use.results import NotComputed

sys.path.insert(0, str(Path(__file__).parent))
from english import HOUSE, english_left, strings_of

OTHERS = languages()[1:]
CUTOFFS = cutoffs_with({})
GONE = NotComputed("all answers are the same")
NONE = pd.DataFrame()
CITED = re.compile(
    r"\(?(?:LeBreton|Bliese|Nunnally|Costenbader) & [^（）]*\d|Bliese 2000, in Klein & Kozlowski, "
    r"Multilevel theory, research, and methods|\bawg\b"
)


def _differences(p: Number, reml: Number, f: Number, icc1: Number, icc2: Number) -> Differences:
    return Differences(
        icc1, 0.1, 0.6, 0.42, reml, icc2, f, 59, 409, p, 4.6, 100.0, NONE
    )  # fmt: skip


DIFFERENT: tuple[tuple[Number, ...], ...] = (
    (0.0001, 0.4), (0.5, GONE), (9.8, GONE), (0.5, GONE), (0.9, 0.3, GONE)
)  # fmt: skip
AGREEING: tuple[tuple[Number, Number, Number], ...] = (
    (0.001, 1.2, 0.001), (0.4, 1.2, 0.001), (0.4, GONE, GONE)
)  # fmt: skip
RELIABLE: tuple[Number, ...] = (0.9, 0.2, GONE)


def _facts() -> Iterator[Facts]:
    """Yield what a measure can be judged by, each part present and absent."""
    for p, reml, f, icc1, icc2 in itertools.product(*DIFFERENT):
        for share, within, p_rwg in AGREEING:
            found = AgainstRandom(within, 2.0, -21.9, share, -8.0, p_rwg, p_rwg, p_rwg)
            agreed = Agreement(
                "rwg_j", 0.9, 0.8, 0.9, "uniform", {"uniform": 0.8, "slight_skew": 0.6}, NONE
            )
            yield Facts(60, 2, 3, _differences(p, reml, f, icc1, icc2), agreed, found)
    high = Agreement("rwg_j", 0.9, 0.9, 0.9, "uniform", {"uniform": 0.9}, NONE)
    found = AgainstRandom(1.2, 2.0, -21.9, 0.001, -8.0)
    yield Facts(60, 0, 0, _differences(0.001, 0.5, 9.8, 0.5, 0.9), high, found)
    agreed = Agreement("rwg", 0.6, 0.6, 0.1, "heavy_skew", {"heavy_skew": 0.6}, NONE)
    found = AgainstRandom(1.2, 2.0, -2.0, 0.01, -8.0)
    for judged, small, silent in itertools.product((0, 3, 60), (0, 2), (0, 3)):
        for none in (0.001, GONE):
            parts = _differences(none, 0.5, 2.0, 0.4, 0.9)
            yield Facts(judged, small, silent, parts, agreed, found)
    lost = AgainstRandom(GONE, GONE, GONE, GONE, GONE)
    yield Facts(60, 0, 0, _differences(0.001, 0.5, 2.0, 0.4, 0.9), agreed, lost)


def _left(language: str, text: str) -> list[str]:
    words = english_left(CITED.sub("", told(language, text)))
    return [word for word in words if word not in ("repetitions", "delta")]


@pytest.mark.parametrize("language", OTHERS)
def test_every_verdict_is_told(language: str) -> None:
    verdicts = [shared_verdict(facts, CUTOFFS) for facts in _facts()]
    words = {verdict.word for verdict in verdicts}
    assert len(words) == 5
    left = {
        text: found
        for text in {*words, *(verdict.text for verdict in verdicts)}
        if (found := _left(language, text))
    }
    assert left == {}


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_added_to_a_verdict_is_told(language: str) -> None:
    level, gate = CUTOFFS["p"], CUTOFFS["group_response"]
    chances = [Chance(share, least) for share in (0.0, 0.6, GONE) for least in (0.001, 0.3)]
    texts = [about_chance(one, "slight_skew", level, "supported") for one in chances]
    texts.append(about_response(Response(0.8, NONE, NONE), gate))
    cases = itertools.product(RELIABLE, ((60, 0, 0), (50, 3, 7)))
    texts += [additive_verdict(value, "ICC(2)", CUTOFFS, facts).text for value, facts in cases]
    assert all(texts)
    assert {text: found for text in texts if (found := _left(language, text))} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_the_numbers_of_a_verdict_stay(language: str) -> None:
    for facts in _facts():
        text = shared_verdict(facts, CUTOFFS).text
        assert _numbers(told(language, text)) == _numbers(text)


def _numbers(text: str) -> list[str]:
    return sorted(number.rstrip(".") for number in re.findall(r"[\d.]*\d[\d.]*", text))


@pytest.mark.parametrize("language", OTHERS)
def test_every_reason_for_no_value_is_told(language: str) -> None:
    found = [
        text
        for path in sorted((HOUSE / "groups").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotComputed"
        for text in strings_of(node.args[0])
        if re.search(r"[a-z]{3}", text)
    ]
    assert len(found) > 30
    assert {text: left for text in found if (left := _left(language, text))} == {}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("null", NAMES)
def test_null_distributions_have_names(language: str, null: str) -> None:
    word = null.replace("_", " ")
    assert english_left(told(language, f"supported under the {word} null only")) == []
