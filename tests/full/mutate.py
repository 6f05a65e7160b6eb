"""Mutation testing of the numbers: change one sign at a time, see whether a test notices.

python tests/full/mutate.py FILE TESTS [TESTS ...]     for example
python tests/full/mutate.py collective_use/disclosure.py tests/groups/test_total_attack.py

Works on a copy of the checkout. Prints every survivor with its line; survivors that stay are
explained in docs/testing.md.
"""

from __future__ import annotations

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SWAPS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def mutants(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield line, what was changed, and the changed tree: operators and numbers of functions."""
    count = sum(1 for _ in ast.walk(tree))
    for place in range(count):
        changed = copy.deepcopy(tree)
        node = next(one for k, one in enumerate(ast.walk(changed)) if k == place)
        said = ""
        if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
            said = f"{type(node.op).__name__} -> {SWAPS[type(node.op)].__name__}"
            node.op = SWAPS[type(node.op)]()
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            said = f"{type(node.ops[0]).__name__} -> {SWAPS[type(node.ops[0])].__name__}"
            node.ops[0] = SWAPS[type(node.ops[0])]()
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            said = f"{node.value} -> {node.value + 1}"
            node.value += 1
        if said:
            yield node.lineno, said, ast.fix_missing_locations(changed)


def main(file: str, tests: list[str]) -> int:
    root, work = Path(__file__).resolve().parents[2], Path(tempfile.mkdtemp())
    ignore = shutil.ignore_patterns(".venv", ".git", "__pycache__")
    shutil.copytree(root, work / "copy", ignore=ignore)
    target = work / "copy" / file
    source = target.read_text("utf-8")
    call = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    env = {**os.environ, "PYTHONPATH": str(work / "copy"), "PYTHONDONTWRITEBYTECODE": "1"}
    killed, left, lines = 0, [], source.splitlines()
    for line, said, tree in mutants(ast.parse(source)):
        target.write_text(ast.unparse(tree), "utf-8")
        try:
            done = subprocess.run(
                call, cwd=work / "copy", env=env, capture_output=True, timeout=300
            )
            lives = done.returncode == 0
        except subprocess.TimeoutExpired:
            lives = False
        killed += not lives
        if lives:
            left.append((line, said))
            print(f"{file}:{line}: {said}: {lines[line - 1].strip()}", flush=True)
    target.write_text(source, "utf-8")
    shutil.rmtree(work, ignore_errors=True)
    print(f"{file}: {killed} killed, {len(left)} survived", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
