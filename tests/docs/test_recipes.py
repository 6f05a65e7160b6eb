"""The recipes of CONTRIBUTING.md, each run as it is printed, in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCK = re.compile(
    r"(?P<before>[^\n]+(?:\n[^\n]+)*)?\n\n"
    r"<!-- recipe (?P<recipe>\w+): (?P<what>new|after|instead|end|run)"
    r"(?: (?P<file>[^:\s]+))?(?:: (?P<anchor>.+?))? -->\n"
    r"```\w+\n(?P<code>.*?)```",
    re.DOTALL,
)
COPIED = ("collective_use", "docs", "tests/docs", "tests/instrument", "tests/responses")
SINGLE = (
    "pyproject.toml",
    "CONTRIBUTING.md",
    "tests/test_compositions.py",
    "tests/study/test_dictionary.py",
    "tests/numerics/test_agreement_kernels.py",
)
LINKED = ("instruments", "data_samples")


@dataclass(frozen=True)
class Step:
    """One block: what to do with it, where, and the words before it."""

    before: str
    recipe: str
    what: str
    file: str
    anchor: str
    code: str


STEPS = [Step(**{k: v or "" for k, v in m.groupdict().items()}) for m in BLOCK.finditer(GUIDE)]
RECIPES = ("reader", "index", "null", "lint", "estimator")


def test_every_marked_block_was_understood() -> None:
    assert len(STEPS) == GUIDE.count("<!-- recipe ")
    assert tuple(dict.fromkeys(step.recipe for step in STEPS)) == RECIPES
    for recipe in RECIPES:
        assert [s.what for s in STEPS if s.recipe == recipe][-1] == "run"


@pytest.mark.parametrize("step", [s for s in STEPS if s.file], ids=lambda s: f"{s.recipe}-{s.what}")
def test_the_words_say_where_the_code_goes(step: Step) -> None:
    """A reader sees no comments: file and line must stand in the paragraph above."""
    said = " ".join(step.before.split())
    assert f"`{step.file}`" in said
    assert f"`{step.anchor}`" in said or not step.anchor
    word = {"new": "reate", "after": "after the line", "instead": "instead of the line"}
    assert word.get(step.what, "end of") in said[0].lower() + said[1:].replace("After", "after")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package with the tests and documents that recipes touch."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in SINGLE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    return tmp_path


def follow(step: Step, root: Path) -> None:
    """Do what the block says."""
    file = root / step.file
    if step.what == "new":
        file.parent.mkdir(parents=True, exist_ok=True)
        assert not file.exists()
        file.write_text(step.code, "utf-8")
        return
    lines = file.read_text("utf-8").splitlines(keepends=True)
    if step.what == "end":
        lines.append(step.code)
    else:
        (place,) = [n for n, line in enumerate(lines) if line.strip() == step.anchor]
        kept = 1 if step.what == "after" else 0
        lines[place + kept : place + 1] = [step.code]
    file.write_text("".join(lines), "utf-8")


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_newcomer_follows_the_recipe(recipe: str, copy: Path) -> None:
    programs = str(Path(sys.executable).parent)
    around = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
        # constants that hypothesis has found in the sources once are not looked for again
        "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),
    }
    where = "import collective_use; print(collective_use.__file__)"
    for step in (s for s in STEPS if s.recipe == recipe):
        if step.what != "run":
            follow(step, copy)
            continue
        for line in (f"python -c '{where}'", *step.code.splitlines()):
            done = subprocess.run(
                ["bash", "-c", line], cwd=copy, env=around, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            if where in line:
                assert done.stdout.startswith(str(copy)), "the copy is not what is run"
