"""The words of forms in other languages: files that come along, one that a study adds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import collective_use as cu
from collective_use.cli.main import app
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.phrases import (
    FOLDER,
    _marks,
    bundled,
    missing_words,
    phrase_template,
    phrases_from,
)
from collective_use.questionnaire.form.words import WEB, word
from collective_use.questionnaire.online.publish import publish_form
from collective_use.questionnaire.paper.page import questionnaire_html

FORMS = Path(__file__).parent / "forms"


@pytest.mark.parametrize("language", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_no_phrase_is_missing_or_lost_its_marks(language):
    english = bundled()["en"].words
    mine = bundled()[language].words
    assert set(mine) == set(english)
    for name, text in mine.items():
        assert _marks(text) == _marks(english[name]), name
        assert bool(text) or not english[name], name
    assert bundled()[language].name
    if language not in ("en", "zh"):
        assert "not reviewed" in bundled()[language].status


def in_language(language: str):
    """An instrument in one language that is made up."""
    bank = cu.load_instrument("lq2002")
    text = bank.model_dump_json().replace('"en":', f'"{language}":')
    text = re.sub(r'"languages":\["en"\]', f'"languages":["{language}"]', text)
    text = re.sub(r'"language":"en"', f'"language":"{language}"', text)
    return type(bank).model_validate_json(text)


def page_words(published) -> dict[str, list[str]]:
    page = published.files["form.html"].decode("utf-8")
    return json.loads(re.search(r'id="form">(.*?)</script>', page, re.S)[1])["words"]


def test_an_arabic_page_has_arabic_buttons():
    published = publish_form(cu.load_instrument(FORMS / "arabic.yaml"), "web")
    assert page_words(published)["begin"] == ["ابدأ"]
    assert not any("stand in English" in sentence for sentence in published.cannot)


def test_what_falls_back_is_said():
    published = publish_form(in_language("pt"), "web")
    assert page_words(published)["begin"] == ["Begin"]
    said = next(sentence for sentence in published.cannot if "stand in English" in sentence)
    assert f"{len(WEB)} of the form's own words" in said
    assert "collective-use instrument phrases pt --out pt.yaml" in said


@pytest.mark.parametrize(("asked", "said"), [("zh-Hans", "合计"), ("de-AT", "Summe")])
def test_a_kind_of_a_language_speaks_its_familys_words(asked, said):
    assert word("total", asked) == said
    assert missing_words([asked], WEB) == {}


def test_a_study_adds_a_language_by_a_file(tmp_path):
    file = tmp_path / "pt.yaml"
    file.write_bytes(phrase_template("pt"))
    assert yaml.safe_load(file.read_text("utf-8"))["words"]["begin"] is None
    text = file.read_text("utf-8").replace("\n  begin:\n", "\n  begin: Começar\n")
    file.write_text(text.replace("\n  thanks:\n", "\n  thanks: Obrigado.\n"), "utf-8")
    with phrases_from(file):
        published = publish_form(in_language("pt"), "web")
        printed = questionnaire_html(form_content(in_language("pt"), language="pt"))
    assert page_words(published)["begin"] == ["Começar"]
    assert page_words(published)["back"] == ["Back"]
    assert "Obrigado." in printed
    said = next(sentence for sentence in published.cannot if "stand in English" in sentence)
    assert f"{len(WEB) - 2} of the form's own words" in said
    assert word("begin", "pt") == "Begin"


def test_a_file_goes_before_what_comes_along(tmp_path):
    (tmp_path / "de.yaml").write_text("words: {begin: Los}\n", "utf-8")
    page = cu.publish(in_language("de"), "web", phrases=tmp_path / "de.yaml")
    assert page_words(page)["begin"] == ["Los"]
    assert page_words(page)["back"] == ["Zurück"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("words: {begn: x}", r"'begn'.*begin"),
        ("words: {open: Linhas}", r"'open' must hold \{n\}"),
        ("words: {begin: 'x {y}'}", "must hold no mark in braces"),
        ("words: {open: 'Linhas {n'}", r"'open' must hold \{n\}"),
        ("buttons: {begin: x}", "'buttons'"),
        ("[1, 2]", "must hold `words:`"),
        ("words: [1]", "must hold"),
    ],
)
def test_slips_in_a_file_are_named(tmp_path, text, message):
    (tmp_path / "pt.yaml").write_text(text, "utf-8")
    with pytest.raises(cu.InputError, match=message), phrases_from(tmp_path / "pt.yaml"):
        pass


def test_a_file_that_is_missing_names_the_command_that_begins_it(tmp_path):
    with (
        pytest.raises(cu.InputError, match="instrument phrases pt"),
        phrases_from(tmp_path / "pt.yaml"),
    ):
        pass


def test_the_command_begins_a_file_and_overwrites_none(tmp_path):
    out = tmp_path / "pt.yaml"
    run = CliRunner().invoke(app, ["instrument", "phrases", "pt", "--out", str(out)])
    assert run.exit_code == 0
    assert "--phrases" in run.output
    again = CliRunner().invoke(app, ["instrument", "phrases", "pt", "--out", str(out)])
    assert again.exit_code != 0
