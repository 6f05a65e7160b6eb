"""What no form can show or hold: refused by name, not by a writer of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.cli.flags import missing_codes_of
from collective_use.cli.main import main
from collective_use.questionnaire.form.fill import parse_fills
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.letterhead import as_letterhead, read_letterhead
from collective_use.questionnaire.paper.pdf import questionnaire_pdf
from collective_use.questionnaire.paper.word.document import questionnaire_docx


@pytest.mark.parametrize("out", ["forms/", "form.docx", "form.pdf"])
def test_a_member_whose_code_holds_one(
    out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("members.csv").write_text("group,member\na,\x1b[2J\n", encoding="utf-8")
    made = ("questionnaire", "lq2002", "--personal", "--members", "members.csv", "--out", out)
    assert main(made) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "holds the control character U+001B (□ in '□[2J'), which no form can show" in said
    assert [path.name for path in tmp_path.iterdir()] == ["members.csv"]


@pytest.mark.parametrize("write", [questionnaire_docx, questionnaire_pdf])
def test_a_letterhead_that_holds_one(write: Callable[..., bytes]) -> None:
    head = as_letterhead({"institution": "a\u0007b"})
    with pytest.raises(
        cu.InputError, match=r"letterhead's institution holds the control character U\+0007"
    ):
        write(form_content(cu.load_instrument("lq2002")), letterhead=head)


def test_a_code_too_long_for_a_qr_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("members.csv").write_text(f"group,member\n{'们' * 500},{'这' * 500}\n", encoding="utf-8")
    made = ("questionnaire", "lq2002", "--personal", "--members", "members.csv", "--out", "o/")
    assert main(made) == 2
    assert "are too long for a QR code (" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("text", ["- 1\n", "3\n", "text\n"])
def test_a_letterhead_file_that_is_no_mapping(text: str, tmp_path: Path) -> None:
    (tmp_path / "head.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(cu.InputError, match=r"head\.yaml: must hold lines like"):
        read_letterhead(tmp_path / "head.yaml")


@pytest.mark.parametrize("text", ["=", "age:", " =refused"])
def test_a_missing_code_that_names_none(text: str) -> None:
    with pytest.raises(cu.InputError, match="--missing-code must name a code, such as -99, got"):
        missing_codes_of([text])


@pytest.mark.parametrize("pair", ["=", "[]=x", " = x", "no sign"])
def test_a_fill_that_names_no_mark(pair: str) -> None:
    with pytest.raises(cu.InputError, match="--fill must be MARK=text, got"):
        parse_fills([pair])
