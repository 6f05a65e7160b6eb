"""Names out of files cannot steer the terminal: control signs are spelled out everywhere."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

import collective_use
from collective_use.cli import console
from collective_use.cli.main import main
from collective_use.errors import DataWarning
from collective_use.instrument.library import sample_path
from collective_use.results import Table

EVIL = "A \x1b]0;title\x07\x1b[2J\x9b1m\u202eexe"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
TABLE = Table(f"T {EVIL}", (f"c {EVIL}",), ((EVIL,),), (f"n {EVIL}",))


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("drawn", [False, True])
def test_what_is_shown_holds_no_control_sign(drawn, monkeypatch, capsys):
    screen = Screen()
    if drawn:
        monkeypatch.setattr(sys, "stdout", screen)
    console.show([TABLE])
    console.say(EVIL)
    console.show_files(Path(EVIL), [(EVIL, EVIL)])
    console.show_next("collective-use", EVIL, why=EVIL)
    shown = screen.getvalue() if drawn else capsys.readouterr().out
    # What rich draws itself is the style of a title and a note.
    shown = re.sub(r"\x1b\[[\d;]*m", "", shown) if drawn else shown
    assert not RAW.search(shown.replace("\r\n", "\n"))
    assert "\\x1b" in shown


def test_json_stays_json(capsys):
    console.show_json({"name": EVIL})
    out = capsys.readouterr().out
    assert not RAW.search(out)
    assert json.loads(out) == {"name": EVIL}


def test_errors_usage_and_warnings_too(tmp_path, capsys):
    for words in (
        ["score", f"x{EVIL}.csv", "-i", "lq2002", "-o", "o"],
        [EVIL],
        ["score", f"--{EVIL}"],
    ):
        assert main(words) == 2
        shown = capsys.readouterr()
        assert not RAW.search(shown.out + shown.err), words
        assert "\\x1b" in shown.err
    text = sample_path("lq2002.csv").read_text("utf-8").splitlines()
    rows = [EVIL + line[line.index(",") :] for line in text[1:9]]
    (tmp_path / "a.csv").write_text("\n".join([text[0], *rows]), encoding="utf-8")
    assert main(["monitor", str(tmp_path / "a.csv"), "-i", "lq2002"]) in (0, 2)
    shown = capsys.readouterr()
    assert not RAW.search(shown.out + shown.err)


def test_no_other_way_leads_to_the_screen():
    folder = Path(collective_use.__file__).parent
    ways = re.compile(r"typer\.s?echo\(|(?<![\w.>] )(?<![\w.])print\(|std(?:out|err)\.write\(")
    found = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*.py"))
        if any(
            ways.search(line) and ">>>" not in line and "..." not in line
            for line in path.read_text("utf-8").splitlines()
        )
    ]
    # An interrupt while the package loads (a fixed text); a line of progress, its words escaped by
    # the terminal's room; the docs of a table (`print(result)`).
    assert found == ["__main__.py", "cli/terminal.py", "cli/waiting.py", "results.py"]


@pytest.mark.parametrize(
    ("to", "name"),
    [("qualtrics", "contacts"), ("limesurvey", "participants"), ("xlsform", "members")],
)
@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "@SUM(1)", "+1+1"])
def test_formulas_in_lists_for_import_are_named(tmp_path, capsys, to, name, evil):
    for person, file in ((evil, "bad.csv"), ("Ann", "good.csv")):
        text = f'group,member,name\nA,m1,"{person}"\nA,m2,Bo\n'
        (tmp_path / file).write_text(text, encoding="utf-8")
        words = ["publish", "collective_data_use", "--to", to, "--draft", "--module", "all"]
        out = str(tmp_path / file[:-4])
        assert main([*words, "--members", str(tmp_path / file), "--out", out]) == 0
        shown = capsys.readouterr().err
        assert (f"{name}.csv: cells that a spreadsheet takes" in shown) == (person == evil)
        assert (DataWarning.__name__ in shown) == (person == evil)
