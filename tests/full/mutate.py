"""Mutation testing of the numbers: change one sign at a time, see whether a test notices.

python tests/full/mutate.py map MAP.json [TESTS ...]    which tests run which lines, how long
python tests/full/mutate.py sample MAP.json 400 [SEED [PART OF]] [covered]    a random sample of
                                                 all files, or of the lines that the map's tests run
python tests/full/mutate.py file MAP.json FILE          every mutant of one file

Works on a copy of the checkout. Each mutant meets the tests that run the changed line, the quickest
first, up to a minute of them; then, if it lives, whole files of these tests. Prints every survivor
with its line; docs/testing.md says what survived, and why. Needs a system that can fork.
"""

from __future__ import annotations

import ast
import copy
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = "collective_use/numerics"
TESTS = (
    "tests/numerics", "tests/groups", "tests/measurement", "tests/parity", "tests/sem",
    "tests/simulation", "tests/structure", "tests/responses/test_screening.py", TARGET,
)  # fmt: skip
BUDGET = float(os.environ.get("MUTATE_SECONDS", "60"))
"""Seconds of tests, as they take without a mutant, in each of the two rounds."""

UNTIL = time.monotonic() + float(os.environ.get("MUTATE_STOP", "inf"))
"""No mutant is begun after `MUTATE_STOP` seconds; the last line says how many were tried."""

SWAPS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And, ast.USub: ast.UAdd,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def change(node: ast.AST) -> str:
    """Change a node in place; say what was changed, or "" for a node that holds no number."""
    if isinstance(node, (ast.BinOp, ast.BoolOp, ast.UnaryOp)) and type(node.op) in SWAPS:
        said = f"{type(node.op).__name__} -> {SWAPS[type(node.op)].__name__}"
        node.op = SWAPS[type(node.op)]()
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        said = f"{type(node.ops[0]).__name__} -> {SWAPS[type(node.ops[0])].__name__}"
        node.ops[0] = SWAPS[type(node.ops[0])]()
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
        value = node.value
        node.value = not value if isinstance(value, bool) else value + 1
        said = f"{value} -> {node.value}"
    else:
        return ""
    return said


def places(tree: ast.Module) -> Iterator[int]:
    """Yield the number, in `ast.walk`, of every node that can be changed.

    Words are left alone: annotations, messages of errors, texts with figures in them.
    """
    words: set[int] = set()
    for node in ast.walk(tree):
        notes = [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, (ast.Raise, ast.JoinedStr)):
            notes.append(node)
        words.update(id(one) for note in notes if note for one in ast.walk(note))
    for place, node in enumerate(ast.walk(tree)):
        if id(node) not in words and change(copy.copy(node)):
            yield place


def mutant(tree: ast.Module, place: int) -> tuple[int, str, str]:
    """Return line, what was changed, and the changed source."""
    changed = copy.deepcopy(tree)
    node = next(one for k, one in enumerate(ast.walk(changed)) if k == place)
    said = change(node)
    return node.lineno, said, ast.unparse(ast.fix_missing_locations(changed))


class Watch:
    """A plugin of pytest that notes, test by test, which lines ran and how long it took."""

    def __init__(self) -> None:
        import coverage

        self.coverage = coverage.Coverage(data_file=None, source=[TARGET], config_file=False)
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: object) -> None:
        self.seconds[report.nodeid] += report.duration  # type: ignore[attr-defined]

    def lines(self) -> dict[str, dict[int, list[str]]]:
        data = self.coverage.get_data()
        files = sorted(data.measured_files())
        return {
            str(Path(file).relative_to(ROOT)): {
                line: sorted(filter(None, tests))
                for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in files
        }


def make_map(place: Path, tests: list[str]) -> int:
    """Run the tests once and keep which of them ran which line."""
    import pytest

    os.chdir(ROOT)
    watch = Watch()
    watch.coverage.start()
    code = pytest.main(["-q", "-p", "no:cacheprovider", *(tests or TESTS)], plugins=[watch])
    watch.coverage.stop()
    place.write_text(json.dumps({"lines": watch.lines(), "seconds": watch.seconds}))
    return int(code)


class Trial:
    """A copy of the checkout in which mutants meet their tests."""

    def __init__(self, known: Path) -> None:
        held = json.loads(known.read_text())
        self.lines, self.seconds = held["lines"], held["seconds"]
        self.files: dict[str, float] = defaultdict(float)
        for test, took in self.seconds.items():
            self.files[test.partition("::")[0]] += took
        self.work = Path(tempfile.mkdtemp()) / "copy"
        ignore = shutil.ignore_patterns(".venv", ".git", "__pycache__")
        shutil.copytree(ROOT, self.work, ignore=ignore)

    def rounds(self, file: str, line: int, end: int) -> Iterator[tuple[list[str], float]]:
        """Yield tests that run a line and how long they take: single ones, then whole files."""
        ran = self.lines.get(file, {})
        tests = {test for k in range(line, end + 1) for test in ran.get(str(k), ())}
        for known, names in (
            (self.seconds, tests),
            (self.files, {t.split("::")[0] for t in tests}),
        ):
            chosen, total = [], 0.0
            for name in sorted(names, key=lambda one: (known[one], one)):
                if chosen and total + known[name] > BUDGET:
                    break
                chosen.append(name)
                total += known[name]
            if chosen:
                yield chosen, total

    def passes(self, tests: list[str], seconds: float) -> bool:
        """Run tests in a child of this process, which has loaded the big libraries already."""
        child = os.fork()
        if child == 0:
            os.setsid()
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            os.chdir(self.work)
            sys.path.insert(0, str(self.work))
            os.environ["PYTHONPATH"] = str(self.work)
            sys.dont_write_bytecode = True
            import pytest

            os._exit(int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests])))
        until = time.monotonic() + 30 + 8 * seconds
        while time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return status == 0
            time.sleep(0.02)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return False

    def sound(self, file: str, tree: ast.Module, place: int) -> bool:
        """Tell whether the tests of a mutant pass without it: otherwise its fall means nothing."""
        line, _, _ = mutant(tree, place)
        first = next(self.rounds(file, *_statement(tree, line)), None)
        return first is None or self.passes(*first)

    def lives(self, file: str, tree: ast.Module, place: int) -> tuple[int, str, str]:
        """Return line, change, and "killed", "survived" or "no test runs the line"."""
        line, said, source = mutant(tree, place)
        target = self.work / file
        original = target.read_text("utf-8")
        statement = _statement(tree, line)
        found = "no test runs the line"
        target.write_text(source, "utf-8")
        try:
            for tests, seconds in self.rounds(file, *statement):
                found = "survived"
                if not self.passes(tests, seconds):
                    return line, said, "killed"
        finally:
            target.write_text(original, "utf-8")
        return line, said, found


def _statement(tree: ast.Module, line: int) -> tuple[int, int]:
    """Return the lines of the innermost statement that holds a line; all for what runs once."""
    held = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    # A decorator stands above the statement that it belongs to.
    inner = min(
        held, key=lambda node: (node.end_lineno or node.lineno) - node.lineno, default=tree.body[0]
    )
    if inner in tree.body or isinstance(inner, (ast.FunctionDef, ast.ClassDef)):
        return 1, max(node.end_lineno or 1 for node in tree.body)
    return inner.lineno, inner.end_lineno or inner.lineno


def try_all(known: Path, chosen: list[tuple[str, int]]) -> int:
    """Try mutants; print survivors and, at the end, how many fell."""
    import pandas as pd  # noqa: F401
    import pytest  # noqa: F401
    import scipy.optimize
    import scipy.special
    import scipy.stats  # noqa: F401

    trial, count = Trial(known), dict.fromkeys(("killed", "survived", "no test runs the line"), 0)
    for number, (file, place) in enumerate(chosen, 1):
        if time.monotonic() > UNTIL:
            break
        text = (ROOT / file).read_text("utf-8")
        if number % 25 == 1 and not trial.sound(file, ast.parse(text), place):
            raise SystemExit(f"{file}: the tests fail without a mutant, too")
        line, said, found = trial.lives(file, ast.parse(text), place)
        count[found] += 1
        if found != "killed":
            print(
                f"{file}:{line}: {said}: {found}: {text.splitlines()[line - 1].strip()}", flush=True
            )
        if number % 5 == 0:
            print(number, count, flush=True)
    shutil.rmtree(trial.work.parent, ignore_errors=True)
    print(f"{sum(count.values())} of {len(chosen)} tried:", count, flush=True)
    return 0


def mutants_of(file: str) -> list[tuple[str, int]]:
    return [(file, place) for place in places(ast.parse((ROOT / file).read_text("utf-8")))]


def sample(
    size: int,
    seed: int = 1,
    part: int = 0,
    of: int = 1,
    ran: dict[str, dict[str, list[str]]] | None = None,
) -> list[tuple[str, int]]:
    """Return a random sample of the mutants of all files, or of what ran, or one part of it."""
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / TARGET).rglob("*.py"))
    every = [one for file in files for one in mutants_of(file)]
    print(f"{len(every)} mutants in {len(files)} files", flush=True)
    if ran is not None:
        every = [one for one in every if runs(one, ran.get(one[0], {}))]
        print(f"{len(every)} of them on lines that these tests run", flush=True)
    print(f"{size} drawn with seed {seed}", flush=True)
    return random.Random(seed).sample(every, size)[part::of]


@cache
def _nodes(file: str) -> tuple[ast.Module, list[ast.AST]]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return tree, list(ast.walk(tree))


@cache
def _lines(file: str, line: int) -> tuple[int, int]:
    return _statement(_nodes(file)[0], line)


def runs(one: tuple[str, int], ran: dict[str, list[str]]) -> bool:
    """Tell whether a test runs the statement of a mutant."""
    file, place = one
    first, last = _lines(file, _nodes(file)[1][place].lineno)
    return any(ran.get(str(line)) for line in range(first, last + 1))


def main(what: str, known: str, *rest: str) -> int:
    place = Path(known).resolve()
    if what == "map":
        return make_map(place, list(rest))
    if what == "file":
        return try_all(place, mutants_of(rest[0]))
    numbers = [int(word) for word in rest if word != "covered"]
    ran = json.loads(place.read_text())["lines"] if "covered" in rest else None
    return try_all(place, sample(*numbers, ran=ran))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
