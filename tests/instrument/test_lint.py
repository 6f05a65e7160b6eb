"""Linting: what it finds in a bank with planted faults, and what it leaves alone."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.instrument.columns import columns_of
from collective_use.instrument.lint import burden as lint_burden
from collective_use.instrument.lint import readability
from collective_use.instrument.lint.lint import LintReport
from collective_use.instrument.lint.rules import RULES, Finding
from collective_use.instrument.load import examine
from collective_use.instrument.model import Instrument
from collective_use.yaml_source.read import parse_yaml

BANK = (Path(__file__).parent / "small_bank.yaml").read_text(encoding="utf-8")


OPTIONS = BANK[
    BANK.index("    options:\n      - {code: 1, label: {en: Time") : BANK.index("rosters:")
]


def bank(*changes: tuple[str, str]) -> Instrument:
    text = BANK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    instrument, problems = examine(parse_yaml(text, "bank.yaml"))
    assert problems == []
    assert instrument is not None
    return instrument


def findings(*changes: tuple[str, str], rule: str) -> list[Finding]:
    return [f for f in cu.lint_instrument(bank(*changes)).findings if f.rule == rule]


@pytest.mark.parametrize(
    ("rule", "english", "chinese", "hits"),
    [
        ("double_barrelled", "We plan and check.", "我们计划和检查。", ("'and'", "'和'")),
        ("double_barrelled", "We plan or check.", "我们计划或者检查。", ("'or'", "'或者'")),
        ("negation", "We do not plan.", "我们不计划。", ("'not'", "'不'")),
        ("negation", "We don't plan.", "我们没有计划。", ('"don\'t"', "'没有'")),
        ("absolute", "We always plan.", "我们总是计划。", ("'always'", "'总是'")),
        ("absolute", "All of us plan.", "所有人都计划。", ("'All'", "'所有'")),
    ],
)
def test_wording(rule, english, chinese, hits):
    found = findings(("We care.", english), ("我们关心。", chinese), rule=rule)
    assert [(f.language, f.where, f.severity) for f in found] == [
        ("en", "item 'tr1'", "look"),
        ("zh", "item 'tr1'", "look"),
    ]
    for finding, hit in zip(found, hits, strict=True):
        assert finding.found.startswith(f"{hit} in: ")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("We understand one another.", "我们经常讨论不同的看法。"),
        ("Knowledge is shared.", "我们不断改进。"),
        ("Our band of planners tries.", "气氛非常和谐。"),
        ("We notice notes.", "无论如何我们及时行动。"),
        ("Everyday work.", "我们展望未来。"),
        ("Calm work.", "讨论时气氛平和，措辞温和，矛盾缓和。"),
    ],
)
def test_words_that_only_look_like_it(english, chinese):
    instrument = bank(("We care.", english), ("我们关心。", chinese))
    rules = {f.rule for f in cu.lint_instrument(instrument).findings if f.where == "item 'tr1'"}
    assert rules.isdisjoint({"double_barrelled", "negation", "absolute"})


def test_length_and_reading_level():
    long = "We " + "plan our work " * 8
    (finding,) = findings(("We care.", long + "."), rule="too_long")
    assert finding.found == "25 words"
    (finding,) = findings(("我们关心。", "我们关心" * 11), rule="too_long")
    assert (finding.language, finding.found) == ("zh", "44 characters")
    hard = "Interorganisational collaborative accountability necessitates institutionalisation."
    found = findings(("We care.", hard), rule="reading_level")
    assert [f.where for f in found] == ["item 'tr1'", "all statements"]


def test_grade_is_the_published_formula():
    words, sentences, syllables = 6, 1, 6
    expected = 0.39 * words / sentences + 11.8 * syllables / words - 15.59
    assert readability.grade(["The cat sat on the mat."]) == pytest.approx(expected, rel=1e-12)
    assert readability.grade([""]) is None


def test_reverse_keys_and_acquiescence():
    report = cu.lint_instrument(bank())
    rows = {(k.measure, k.facet, k.form): k for k in report.keys}
    assert rows["trust", "", "(bank)"].acquiescence == "can be tested"
    assert (rows["trust", "word", "short"].items, rows["trust", "word", "short"].reversed) == (2, 1)
    found = findings(("reverse: true, ", ""), rule="acquiescence")
    assert {(f.severity, f.where) for f in found} == {("note", "measure 'trust'")}
    assert found[0].found == "acquiescence cannot be tested: 0 of 3 are reversed"
    assert len(found) == 1
    (only,) = findings(("items: [tr1, tr2, tr3, ac1", "items: [tr1, tr2, ac1"), rule="acquiescence")
    assert only.found == "acquiescence cannot be tested in form 'short': 0 of 2 are reversed"


def test_too_much_reversed():
    changes = [
        ("facet: word, scale: agree4, text", "facet: word, scale: agree4, reverse: true, text")
    ]
    (finding,) = [f for f in findings(*changes, rule="reverse_share") if "facet" in f.where]
    assert finding.where == "measure 'trust', facet 'word'"
    assert finding.found == "2 of 2 statements are reversed"


def test_few_items():
    (finding,) = findings(rule="few_items")
    assert finding.found == "1 statement for the facet 'care'"
    changed = findings(("items: [tr1, tr2, tr3]", "items: [tr2, tr3]"), rule="few_items")
    assert [f.found for f in changed] == ["2 statements", "0 statements for the facet 'care'"]


def test_directions_that_contradict():
    (finding,) = findings(("reverse: true,", 'reverse: true, direction: "+",'), rule="direction")
    assert (finding.severity, finding.found) == ("problem", "direction '+' with reverse: true")


def test_an_occasion_needs_an_answer():
    occasion = ("{id: tr1,", "{id: tr1, occasion: {en: a crisis, zh: 危机},")
    (finding,) = findings(occasion, rule="occasion")
    assert finding.where == "item 'tr1'"
    offered = (
        "    missing:\n",
        "    missing:\n      - {reason: no_occasion, label: {en: No crisis, zh: 无}}\n",
    )
    assert findings(occasion, offered, rule="occasion") == []


def test_unused_parts():
    found = findings(
        ("[tr1, tr2, tr3, ac1, chk1]", "[tr1, tr2, ac1, chk1]"),
        ("items: [tr1, tr2, tr3]", "items: [tr1, tr2]"),
        rule="unused",
    )
    assert [(f.where, f.found) for f in found] == [
        ("item 'tr3'", "no form asks it"),
        ("item 'tr3'", "no measure uses it"),
    ]


def test_alternatives_both_on():
    twin = ("{id: tr2,", "{id: tr2, alternative_to: tr1,")
    (finding,) = findings(twin, rule="alternatives")
    assert finding.severity == "problem"
    assert finding.found == "'tr2' and 'tr1' ask the same and are both on"


def test_translations():
    (finding,) = findings(rule="translation")
    assert finding.severity == "note"
    places = "'title', 'construct trust name', 'construct trust definition'"
    assert finding.found == f"3 names and definitions missing: {places}"
    found = findings(
        ("languages: [en, zh]", "languages: [en, zh]\ndraft_languages: [de]"), rule="translation"
    )
    assert [(f.language, f.severity) for f in found if f.language == "de"] == [
        ("de", "look"),
        ("de", "note"),
    ]


def test_untested_wording_is_said():
    found = findings(rule="status")
    assert [f.found for f in found] == ["nothing is said of its state"] * 2


@pytest.mark.parametrize(
    ("changes", "severity", "text"),
    [
        (
            [("id: chk1", "id: tr_1"), ("ac1, chk1]", "ac1, tr_1]")],
            "problem",
            "'tr_1' and 'tr1' of item 'tr1' both become 'tr1'",
        ),
        (
            [("id: chk1", "id: chk1\n    platform_names: {qualtrics: ResponseId}")],
            "look",
            "'ResponseId' is a column that qualtrics writes by itself",
        ),
        (
            [("id: chk1", "id: lfdn"), ("ac1, chk1]", "ac1, lfdn]")],
            "look",
            "'lfdn' is a column that unipark writes by itself",
        ),
        (
            [("id: chk1", "id: group"), ("ac1, chk1]", "ac1, group]")],
            "problem",
            "'group' is a column of every table of responses",
        ),
    ],
)
def test_names_that_collide(changes, severity, text):
    assert (severity, text) in [(f.severity, f.found) for f in findings(*changes, rule="collision")]


def test_names_too_long():
    name = "aveerylongnameofoneitem"
    (finding,) = findings(("id: chk1", f"id: {name}"), ("chk1]", f"{name}]"), rule="long_name")
    assert finding.found == f"'{name}' has 23 characters on limesurvey"
    name = "aveerylongnameofoneit_em"
    found = findings(("id: chk1", f"id: {name}"), ("chk1]", f"{name}]"), rule="long_name")
    assert [f.found for f in found] == [f"'{name}' has 23 characters on limesurvey"]


def test_reserved_names():
    word = [
        ("id: chk1", "id: if"),
        ("kind: checklist", "kind: number"),
        (OPTIONS, ""),
        ("chk1]", "if]"),
    ]
    found = findings(*word, rule="reserved_name")
    assert [f.found for f in found] == ["'if' is a word that stata keeps for itself"]
    word[0] = ("id: chk1", "id: if\n    platform_names: {stata: cond}")
    assert findings(*word, rule="reserved_name") == []


def test_columns_of_every_kind():
    instrument = bank()
    assert columns_of(instrument, instrument.get_item("tr1")) == ("tr1",)
    assert columns_of(instrument, instrument.get_item("chk1")) == ("chk1_1", "chk1_2")
    assert columns_of(instrument, instrument.get_item("net1"))[-1] == "net1_20"


def test_judgements_grow_with_the_group():
    rows = {
        (b.modules, b.group_size): b
        for b in lint_burden.burdens(bank(), (4, 12), RULES)
        if b.language == "en"
    }
    assert rows["default", 4].judgements == rows["default", 12].judgements == 6
    assert rows["default", 4].minutes == rows["default", 12].minutes
    assert rows["all", 4].judgements == 6 + 3 + 3
    assert rows["all", 12].roster_judgements == 11 + 11
    assert rows["all", 12].minutes - rows["all", 4].minutes == pytest.approx(8 * (3 + 6) / 60)


def test_minutes_by_hand():
    (row,) = [
        b
        for b in lint_burden.burdens(bank(), (4,), RULES)
        if (b.language, b.modules) == ("en", "default")
    ]
    words = 1 + (1 + 2 + 2 + 1) + 2 + 4 + 2 + 3 + 4 + 2
    seconds = 4 * 4.0 + 2 * 1.5 + 4.0 + words / 238 * 60
    assert row.minutes == pytest.approx(seconds / 60, rel=1e-12)


def test_the_default_form_has_to_be_short():
    report = cu.lint_instrument(bank(), rules={"minutes": 0.1})
    (finding,) = [f for f in report.findings if f.rule == "minutes"]
    assert finding.severity == "problem"
    assert not report.clean


def test_a_form_without_rosters():
    changes = (", module: people}", "}")
    found = findings(changes, rule="roster_free")
    assert [f.where for f in found] == ["the instrument", "form 'short'"]
    assert findings(rule="roster_free") == []


def test_without_a_form():
    text = BANK[: BANK.index("forms:\n")].replace(", forms: [short]", "")
    instrument, problems = examine(parse_yaml(text, "bank.yaml"))
    assert problems == []
    assert instrument is not None
    report = cu.lint_instrument(instrument)
    assert report.burden == ()
    (finding,) = [f for f in report.findings if f.rule == "minutes"]
    assert finding.found == "there is no form, so minutes are not estimated"
    with pytest.raises(KeyError, match="the instrument has no form"):
        instrument.get_form()


def test_report_as_frame_dict_text_and_html():
    report = cu.lint_instrument(bank())
    assert isinstance(report, LintReport)
    assert list(report.to_frame().columns)[:3] == ["severity", "rule", "where"]
    assert len(report.to_frame()) == len(report.findings)
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False))["instrument"] == "bank"
    assert "planning values and no measurements" in str(report)
    assert report._repr_html_().count("<table") == 4


def test_rules_are_named():
    with pytest.raises(cu.InputError, match=r"did you mean 'minutes'"):
        cu.lint_instrument(bank(), rules={"minuts": 3})
    with pytest.raises(cu.InputError, match="group_sizes must be a whole number of at least 2"):
        cu.lint_instrument(bank(), group_sizes=(1,))


def test_the_starter_is_clean():
    report = cu.lint_instrument("starter")
    assert [f.rule for f in report.findings] == ["status"]
    assert report.clean


def test_the_main_instrument_holds_its_promises():
    report = cu.lint_instrument("collective_data_use")
    assert report.of("problem") == ()
    default = [b for b in report.burden if (b.form, b.modules) == ("short", "default")]
    assert {b.language for b in default} == {"en", "zh"}
    assert all(b.minutes < 12 for b in default)
    assert all(b.roster_judgements == 0 for b in default)
    assert all(math.isfinite(b.minutes) for b in report.burden)


def test_a_list_too_short_for_the_group():
    change = ("of: members, consent", "of: members, maximum: 10, consent")
    (finding,) = findings(change, rule="roster_maximum")
    assert (finding.severity, finding.where) == ("look", "roster 'members'")
    assert "room for 10, fewer than the members of a group of 12 (11 to list)" in finding.found
    assert findings(rule="roster_maximum") == []


def test_languages_whose_words_are_not_known():
    (finding,) = findings(
        ("{en: We care., zh:", "{en: We care., de: Wir.,  zh:"),
        ("languages: [en, zh]", "languages: [en, zh]\ndraft_languages: [de]"),
        rule="not_searched",
    )
    assert (finding.severity, finding.language) == ("note", "de")


def test_gaps_have_one_name():
    text = "{en: May we name you?, zh: 可以列出姓名吗？}"
    named = '{en: "Ask [CONTACT].", zh: "请问[KONTAKT]。"}'
    (finding,) = findings((text, named), rule="gap")
    assert finding.found.endswith("en [CONTACT], zh [KONTAKT]")
    assert findings((text, named.replace("KONTAKT", "CONTACT")), rule="gap") == []


def test_the_report_fits_a_screen():
    report = cu.lint_instrument("collective_data_use")
    assert list(report.tables()[0].columns) == ["severity", "rule", "where", "found"]
    assert "right" in report.to_frame().columns
