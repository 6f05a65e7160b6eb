"""The program: fast help, errors as sentences, exit codes, clean interruption."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import typer

from collective_use.cli import main as program
from collective_use.cli.commands import COMMANDS
from collective_use.errors import CollectiveUseError, DataWarning, InputError

HEAVY = ("pandas", "pydantic", "numpy", "scipy", "rich", "yaml")


def called(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "collective_use", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]


def test_help_takes_under_a_third_of_a_second_of_user_time() -> None:
    taken = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        assert called("--help").returncode == 0
        taken.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
    assert min(taken) < 0.3


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from collective_use.cli.main import main; main(['--help']);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_scoring_imports_no_slow_statistics(tmp_path: Path) -> None:
    code = (
        "import sys; from collective_use.cli.main import main;"
        f"status = main(['demo', '--sample', 'lq2002', '--out', {str(tmp_path / 'demo')!r}]);"
        "slow = ('semopy', 'pingouin', 'factor_analyzer', 'sklearn', 'matplotlib');"
        "print(status, [name for name in slow if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "0 []"


def test_aggregate_pays_for_rosters_and_statistics_when_they_are_used() -> None:
    code = (
        "import sys; import collective_use as cu; cu.aggregate;"
        "print([name for name in sys.modules if 'groups.rosters' in name or name == 'scipy.stats'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def subcommands(name: str) -> list[list[str]]:
    command = program.LazyCommands(name="x").get_command(None, name)
    below = getattr(command, "commands", {})
    return [[name, *([sub] if sub else [])] for sub in (below or [""])]


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_with_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in subcommands(name):
        assert program.main([*words, "--help"]) == 0
        text = capsys.readouterr().out
        assert "Example" in text, words
        assert f"collective-use {' '.join(words)}" in text
        assert "[/" not in text
        assert "[bold" not in text


def test_top_help_lists_every_command_with_its_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, entry in COMMANDS.items():
        assert f"{name} {entry.summary}" in text


def test_a_narrow_terminal_gets_a_narrow_help(monkeypatch: pytest.MonkeyPatch) -> None:
    done = called("--help", env={**os.environ, "COLUMNS": "50", "TERMINAL_WIDTH": "50"})
    assert done.returncode == 0
    assert "\x1b" not in done.stdout


def failing(monkeypatch: pytest.MonkeyPatch, problem: BaseException) -> None:
    app = typer.Typer()

    @app.command()
    def broken() -> None:
        raise problem

    monkeypatch.setattr(program, "app", app)


def test_an_error_of_ours_is_one_message_and_two(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, InputError("group must be a column, got 'x'"))
    assert program.main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "Error: group must be a column, got 'x'\n"
    with pytest.raises(CollectiveUseError):
        program.main(["--traceback"])


def test_several_problems_of_a_file_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.yaml").write_text("instrument: lq2002\nexports: a.csv\nsed: 1\nfrom: x\n")
    assert program.main(["run", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Error: 2 problems:"
    assert len(lines) == 3


def test_no_more_is_said_than_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Thirty thousand items without a scale were two megabytes of problems."""
    rows = "".join(f"wrong{k}: 1\n" for k in range(300))
    (tmp_path / "study.yaml").write_text(f"instrument: lq2002\nexports: a.csv\n{rows}")
    assert program.main(["run", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("Error: 300 problems:", "And 250 more.", 52)
    assert program.main(["score", "x" * 5000, "-i", "lq2002", "-o", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err) < 500


def test_a_fault_of_the_program_says_so_and_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, ZeroDivisionError("division by zero"))
    assert program.main([]) == 1
    text = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in text
    assert "--traceback" in text
    assert "Traceback" not in text
    with pytest.raises(ZeroDivisionError):
        program.main(["--traceback"])


def test_interruption_is_clean(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, KeyboardInterrupt())
    assert program.main([]) == 130
    assert "Interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["scroe"], ["score"], ["score", "a.csv", "--nope"], ["run", "--seed", "x"]]
)
def test_wrong_usage_is_two_without_a_traceback(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Error" in shown.err
    assert "Traceback" not in shown.err


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m collective_use --help | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_warnings_are_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        program._prepare_streams(trace=False)
        warnings.warn("Nobody answered 'x'.", DataWarning, stacklevel=1)
        warnings.warn("a library mumbles", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "Warning: Nobody answered 'x'. [DataWarning]\n"


def test_a_misspelled_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["scroe"]) == 2
    assert "Did you mean: collective-use score" in capsys.readouterr().err
