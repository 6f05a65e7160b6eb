"""Ctrl-C, however early or late: one sentence, exit code 130, and nothing written by half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import collective_use as cu

SENTENCE = "Interrupted; nothing was left half-written."
LOADING = """
import sys
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop())
sys.argv = ["collective-use", *{words!r}]
import collective_use.__main__ as program
program.run()
"""
WRITING = """
import sys
import collective_use.output.folders as folders
def stop(folder):
    assert any(folder.iterdir())
    raise KeyboardInterrupt
folders.sync_tree = stop
sys.argv = ["collective-use", *{words!r}]
import collective_use.__main__ as program
program.run()
"""
ENDED = """
import atexit, os, signal, sys
atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
sys.argv = ["collective-use", "codebook", "lq2002", "--out", "book.html"]
import collective_use.__main__ as program
program.run()
"""
COMMANDS = {
    "score": ("score", "export.csv", "-i", "lq2002", "--out", "out"),
    "run": ("run", "study.yaml", "--out", "out"),
    "fit": ("fit", "export.csv", "-i", "lq2002", "--out", "out"),
    "publish": ("publish", "lq2002", "--to", "web", "--out", "out"),
    "questionnaire": (
        "questionnaire", "lq2002", "--personal", "--members", "members.csv", "--out", "out/",
    ),
    "report": ("report", "export.csv", "-i", "lq2002", "--out", "out/report.html"),
    "plan": (
        "plan", "collective_data_use", "--groups", "40", "--members", "6", "--repetitions", "1",
        "--out", "out",
    ),
}  # fmt: skip
FOLDERS = ("score", "run", "publish", "questionnaire", "plan")
"""Commands that write a folder, built beside its place."""

MODULES = (
    "collective_use.cli.main",
    "typer",
    "collective_use.cli.{command}",
    "collective_use.instrument.library",
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    rows = Path(cu.sample_path("lq2002.csv")).read_text("utf-8").splitlines()[:121]
    (tmp_path / "export.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (tmp_path / "members.csv").write_text("group,member\na,1\na,2\n", "utf-8")
    (tmp_path / "study.yaml").write_text("instrument: lq2002\nexports: export.csv\n", "utf-8")
    return tmp_path


def ended(code: str, place: Path) -> tuple[int, str, list[str]]:
    """Run a program; return its exit code, what it complained of, and what stands there after."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr.strip(), sorted(path.name for path in place.iterdir())


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("command", list(COMMANDS))
def test_while_it_loads(command, module, place):
    before = sorted(path.name for path in place.iterdir())
    code = LOADING.format(module=module.format(command=command), words=COMMANDS[command])
    status, said, after = ended(code, place)
    # Where an interrupt meets code made from texts, Python ends by the signal: 130 to a shell.
    assert status in (130, -2), said
    assert (said, after) == (SENTENCE, before)


@pytest.mark.parametrize("command", FOLDERS)
def test_when_all_is_written_but_not_yet_in_its_place(command, place):
    before = sorted(path.name for path in place.iterdir())
    status, said, after = ended(WRITING.format(words=COMMANDS[command]), place)
    assert status in (130, -2), said
    assert said.splitlines()[-1] == SENTENCE
    # What a plan has computed so far is kept, so that the same command goes on.
    assert [name for name in after if name != "out.unfinished"] == before


def test_when_everything_is_written_it_changes_nothing(place):
    status, said, after = ended(ENDED, place)
    assert (status, said) == (0, "")
    assert "book.html" in after
