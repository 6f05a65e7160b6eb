"""What goes out with a questionnaire: letter to the unit, information sheet, further consents."""

from __future__ import annotations

import io
import re

import docx
import pytest
from typer.testing import CliRunner

import collective_use as cu
from collective_use.cli.main import app
from collective_use.questionnaire.form.fill import MARK
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.print_words import gap_name
from collective_use.questionnaire.letters.letters import LETTERS, further_consents, texts_of

FILLS = {
    name: f"<{name}>"
    for name in (
        "NAME OF UNIT",
        "NAME OF STUDY",
        "FUNDER",
        "SMALLEST GROUP REPORTED",
        "DATE OF DELETION",
        "DATE OF DELETION OF ANSWERS",
        "WHO GAVE THE LIST",
        "REWARD OR NONE",
        "APPROVAL OF FOREIGN-RELATED SURVEY",
    )
}
HEAD = {"institution": "City", "ethics": "ERB 1", "contact": "a@example.org", "date": "2027"}


def text_of(data: bytes) -> str:
    return "\n".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_letters_are_filled_from_the_study(language):
    files = cu.letters("collective_data_use", language=language, fill=FILLS, letterhead=HEAD)
    minutes = form_content(cu.load_instrument("collective_data_use"), language=language).minutes
    for kind in LETTERS:
        said = text_of(files[f"{kind}-{language}.docx"])
        assert not MARK.search(said)
        assert "【" not in said
        assert "a@example.org" in said
        assert re.search(rf"\b{minutes} minutes|{minutes}分钟", said)
    unit = text_of(files[f"unit-{language}.docx"])
    assert {"en": "does not assess or rank", "zh": "不用于考核、评优或问责"}[language] in unit
    assert {"en": "trade secrets", "zh": "国家秘密、工作秘密"}[language] in unit
    sheet = text_of(files[f"information-{language}.docx"])
    for word in {
        "en": ("Who handles it", "What is collected", "see, copy, correct and delete", "withdraw"),
        "zh": ("处理者", "收集的个人信息", "查阅、复制、更正、删除", "撤回同意", "去标识化"),
    }[language]:
        assert word in sheet


def test_gaps_are_refused_by_name_and_marked_in_drafts():
    with pytest.raises(cu.InputError, match=r"'NAME OF UNIT'.*--draft"):
        cu.letters("collective_data_use", letterhead=HEAD)
    files = cu.letters("collective_data_use", language="zh", draft=True)
    assert "【单位名称】" in text_of(files["unit-zh.docx"])


def test_every_gap_has_a_chinese_name():
    found = set(MARK.findall(str(texts_of("zh"))))
    assert found == set(MARK.findall(str(texts_of("en"))))
    assert all(gap_name(mark, "zh") != f"[{mark}]" for mark in found)


def test_further_consents_are_included_and_stand_in_boxes_of_their_own(tmp_path):
    from collective_use.sheets.bank.yaml import write_instrument_folder

    place = write_instrument_folder(cu.load_instrument("collective_data_use"), tmp_path / "bank")
    (place / "further.yaml").write_bytes(further_consents(["en", "zh"]))
    head = place / "instrument.yaml"
    text = head.read_text("utf-8")
    head.write_text(text.replace("include: [", "include: [further.yaml, "), "utf-8")
    bank = cu.load_instrument(place)
    consents = {module.id: module for module in form_content(bank, language="zh").consent}
    assert consents["abroad"].required
    assert not consents["handover"].required
    assert "单独同意" in consents["abroad"].accept[0]
    assert cu.questionnaire(bank, language="zh", draft=True)[:5] == b"%PDF-"
    assert "consent_abroad" in str(cu.publish(bank, "redcap", draft=True).files)


def test_languages_without_texts_are_named():
    assert b"still English: pt" in further_consents(["en", "pt"])


def test_the_command_writes_a_folder_or_nothing(tmp_path):
    out = tmp_path / "letters"
    run = CliRunner().invoke(app, ["letters", "collective_data_use", "--out", str(out)])
    assert isinstance(run.exception, cu.InputError)
    assert not out.exists()
    run = CliRunner().invoke(app, ["letters", "collective_data_use", "--out", str(out), "--draft"])
    assert run.exit_code == 0, run.output
    assert sorted(path.name for path in out.iterdir()) == [
        "further_consents.yaml",
        "information-en.docx",
        "run.json",
        "unit-en.docx",
    ]
    assert "ethics office" in run.output
