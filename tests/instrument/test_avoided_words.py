"""Words that a Chinese form should avoid: found in what respondents read, with the reason."""

from __future__ import annotations

import pytest

import collective_use as cu
from collective_use.instrument.lint.looks.avoided import AVOIDED, findings


def with_text(text: str):
    bank = cu.load_instrument("collective_data_use")
    first = bank.items[0].model_copy(update={"text": {**bank.items[0].text, "zh": text}})
    return bank.model_copy(update={"items": (first, *bank.items[1:])})


@pytest.mark.parametrize("word", AVOIDED)
def test_each_word_is_found_and_explained(word):
    said = {"小组成员": "我们小组成员", "强制": "强制程度"}.get(word, word)
    (found,) = findings(with_text(f"他们{said}。"), {})
    reason, better = AVOIDED[word]
    assert found.severity == "look"
    assert found.rule == "avoided_word"
    assert found.where.startswith("item 'cdu1'")
    assert repr(word) in found.found
    assert reason in found.right
    assert better in found.right


@pytest.mark.parametrize(
    "text",
    ["身体检查", "检查表", "我们小组的成员", "对数据的分歧", "强制性", "自发电", "成员相互核对"],
)
def test_other_uses_are_left_alone(text):
    assert list(findings(with_text(text), {})) == []


@pytest.mark.parametrize("name", ["collective_data_use", "starter", "lq2002"])
def test_the_bundled_banks_have_none(name):
    assert list(findings(cu.load_instrument(name), {})) == []


def test_definitions_for_researchers_and_english_are_not_searched():
    bank = with_text("好。")
    constructs = tuple(
        c.model_copy(update={"definition": {**c.definition, "zh": "小圈子"}})
        for c in bank.constructs
    )
    assert list(findings(bank.model_copy(update={"constructs": constructs}), {})) == []


def test_scales_options_and_consents_are_searched():
    bank = with_text("好。")
    consent = bank.consent[0].model_copy(update={"text": {"zh": "敏感数据", "en": "x"}})
    bank = bank.model_copy(update={"consent": (consent, *bank.consent[1:])})
    assert [f.where for f in findings(bank, {})] == [f"consent '{consent.id}'"]


def test_linting_says_it():
    report = cu.lint_instrument(with_text("我们小组有小圈子。"))
    assert any(finding.rule == "avoided_word" for finding in report.findings)
