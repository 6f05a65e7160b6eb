"""The words of the report: every language says all, with the same gaps."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import collective_use as cu
from collective_use.compositions import COMPOSITIONS
from collective_use.groups.evidence import verdict
from collective_use.report.material import Material
from collective_use.report.phrases import FOLDER, languages, phrases_in, report_languages
from collective_use.report.verdicts import verdict_word

SOURCE = "".join(
    path.read_text(encoding="utf-8")
    for path in Path(FOLDER.parent).rglob("*")
    if path.suffix in (".py", ".html", ".js")
) + (FOLDER.parents[1] / "cli" / "waiting.py").read_text(encoding="utf-8")
FAMILIES = ("verdict", "finding", "kind", "composition", "formula", "null")
"""Groups of words that are looked up by what a table holds."""

VERDICTS = ("SUPPORTED", "LITTLE", "NOTHING", "CANNOT")


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_word_with_the_same_gaps(language: str) -> None:
    english, other = phrases_in("en").words, phrases_in(language).words
    assert set(other) == set(english)
    assert {key for key in english if gaps(english[key]) != gaps(other[key])} == set()


def test_chinese_words_are_chinese() -> None:
    free = {"items.col.n", "items.col.mean", "items.col.sd", "items.col.icc1", "structure.col.p",
            "agreement.col.icc2", "agreement.other.col.sd", "validity.col.ave", "validity.col.h",
            "validity.col.omega", "session.col.hash", "reliability.col.alpha",
            "reliability.col.omega", "card.statistic", "items.col.alpha_plain", "structure.col.q",
            "structure.effects.other", "structure.size.not"}  # fmt: skip
    words = phrases_in("zh").words
    plain = {key for key, text in words.items() if not re.search(r"[\u4e00-\u9fff、。：]", text)}
    assert {
        key
        for key in plain - free - {"gap"}
        if not key.startswith(("paper.col.", "terminal.col.", "head."))
    } == set()


def test_no_word_is_left_over() -> None:
    def used(key: str) -> bool:
        if f'"{key.removesuffix(".one")}"' in SOURCE or key.split(".")[0] in FAMILIES:
            return True
        # names put together: f"items.col.{name}", f"validity.htmt.title.{level}"
        return f'"{key.rpartition(".")[0]}.{{' in SOURCE

    assert {key for key in phrases_in("en").words if not used(key)} == set()


def test_verdicts_of_the_tables_have_words() -> None:
    verdicts = {
        value
        for name, value in vars(verdict).items()
        if name.isupper() and isinstance(value, str) and name in VERDICTS
    }
    assert len(verdicts) == len(VERDICTS)
    assert {text for text in verdicts if f"verdict.{text}" not in phrases_in("zh").words} == set()


def test_a_verdict_under_one_null_names_the_null() -> None:
    material = Material(cu.load_instrument("lq2002"), phrases_in("zh"), {}, {})
    assert verdict_word("supported under the uniform null only", material) == "仅在均匀零分布下支持"
    assert "slight_skew" in verdict_word("supported under the slight_skew null only", material)


def test_compositions_have_words() -> None:
    names = {f"composition.{name}" for name in COMPOSITIONS}
    assert names <= set(phrases_in("zh").words)


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(cu.InputError, match=r"'en', 'zh'.*got 'en\+xx'"):
        report_languages("en+xx")
    study = {"instrument": "lq2002", "exports": "a.csv", "report": "xx"}
    with pytest.raises(cu.InputError, match="language of a report"):
        cu.run_study(study)
