"""How the house is built: sizes, circles of imports, and what signatures leave open."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from collective_use.sem.asked import FitOptions
from collective_use.sem.fit import fit_sem

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "collective_use"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in FILES}
NODES = {file: list(ast.walk(ast.parse(text))) for file, text in TEXTS.items()}

MOST_LINES, MOST_BODY = 400, 50

Function = ast.FunctionDef | ast.AsyncFunctionDef


FUNCTIONS: list[tuple[str, Function]] = [
    (file, node) for file, nodes in NODES.items() for node in nodes if isinstance(node, Function)
]


def body_lines(function: Function) -> int:
    """Count the lines from the first statement after the docstring to the last."""
    body = function.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(body) > 1:
        first = body[1]
    assert function.end_lineno is not None
    return function.end_lineno - first.lineno + 1


def annotations(function: Function) -> Iterator[ast.expr]:
    given = function.args
    everyone = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    yield from (one.annotation for one in everyone if one is not None and one.annotation)
    if function.returns is not None:
        yield function.returns


def is_open(annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    return any(isinstance(n, ast.Name) and n.id == "Any" for n in ast.walk(annotation))


def test_signatures_name_what_they_accept() -> None:
    """`Any` says nothing: a name of `collective_use/accepted.py` says what is meant."""
    found = [
        f"{file}:{function.name}"
        for file, function in FUNCTIONS
        if any(is_open(a) for a in annotations(function))
    ]
    assert found == []


@pytest.mark.parametrize("text", ["Any", "dict[str, Any]", "'Sequence[Any] | None'"])
def test_an_open_signature_is_seen(text: str) -> None:
    (function,) = ast.parse(f"def f(x: int, *rest: {text}) -> None: ...").body
    assert isinstance(function, Function)
    assert [is_open(a) for a in annotations(function)] == [False, True, False]


OPEN = {"collective_use/accepted.py", "collective_use/frames.py"}
"""Where names for what is left open are defined, and what a cell of a frame is."""


def test_any_stands_behind_names_only() -> None:
    """Rows, options and files have types of their own: nothing else in the package is `Any`."""
    found = {
        file
        for file, nodes in NODES.items()
        for node in nodes
        if (isinstance(node, ast.Name) and node.id == "Any")
        or (isinstance(node, ast.alias) and node.name == "Any")
    }
    assert found == OPEN


def test_options_of_a_fit_are_its_arguments() -> None:
    parameters = inspect.signature(fit_sem).parameters.values()
    named = {p.name: p.annotation for p in parameters if p.kind is p.KEYWORD_ONLY}
    assert FitOptions.__annotations__.keys() == named.keys()
    types = {name: given.__forward_arg__ for name, given in FitOptions.__annotations__.items()}
    assert types == named


def test_files_are_short() -> None:
    long = {file for file, text in TEXTS.items() if len(text.splitlines()) > MOST_LINES}
    assert long == set()


def test_functions_are_short() -> None:
    long = {
        f"{file}:{function.name}": body_lines(function)
        for file, function in FUNCTIONS
        if body_lines(function) > MOST_BODY
    }
    assert long == {}


# Imports: at the top, inside functions and for types only.


def imported(file: str, modules: Mapping[str, str]) -> set[str]:
    """Return the modules of the package that a file imports anywhere."""
    found = set()
    for node in NODES[file]:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in modules else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & set(modules)


def circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules that reach each other (Tarjan 1972)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[set[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        path.append(name)
        for other in sorted(graph[name]):
            if other not in order:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], order[other])
        if lowest[name] == order[name]:
            round_trip = set(path[path.index(name) :])
            del path[path.index(name) :]
            if len(round_trip) > 1:
                found.append(round_trip)

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return found


def test_circles_are_seen() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"e"}}
    assert circles(graph) == [{"a", "b", "c"}]


def test_no_file_comes_back_to_itself() -> None:
    modules = {
        file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in TEXTS
    }
    graph = {name: imported(file, modules) - {name} for name, file in modules.items()}
    assert circles(graph) == []
