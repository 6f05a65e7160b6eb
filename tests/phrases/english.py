"""What of a text is still English, and which sentences the code holds."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import collective_use
from collective_use.instrument.library import load_instrument

HOUSE = Path(collective_use.__file__).parent

SYNTAX = re.compile(
    r"[(（][A-Z][^()（）]*…$|(?<= )less \S+|(?:demo|results|online|form)\b(?!\.)|"
    r"collective-use\s.*|--[\w-]+(?:=\S+)?|[\w./-]+\.(?:csv|txt|json|md|html|yaml|docx|xlsx)\b"
    r"|\w+=\S*|`[^`]*`|'[^']*'|\"[^\"]*\"|full: true|cu\.\w+|\([^()]*\d{4}[^()]*\)|\w+\(\w+\)"
    r"|\[?\w+Warning\]?|\w+_\w+"
)
"""Commands, flags, files, settings, quoted names, references."""

NAMES = frozenset(
    """
    alpha omega REML Monte Carlo Bootstrap semopy lavaan Heywood Bentler Chou CFI TLI RMSEA SRMR
    ICC rwg KMO Bartlett Qualtrics Recode Values Microsoft Forms Model new survey Survey locale Kobo
    LimeSurvey REDCap SurveyJS Wenjuanxing Tencent IPAddress corrected means split latent sam full
    MLM Mplus LeBreton Senter Organizational Research Methods validation quick Costenbader Valente
    Social Networks     true way export uniform wenjuanxing longstring JSON SPSS HTML MB seed
    """.split()  # noqa: SIM905
)


def english_left(text: str, *banks: str) -> list[str]:
    """Return the English words that are no names and no syntax."""
    known = NAMES.union(*(_names_of(bank) for bank in banks))
    words = re.findall(r"[A-Za-z][A-Za-z']{2,}", SYNTAX.sub(" ", text))
    return [word for word in words if word not in known]


@cache
def _names_of(bank: str) -> frozenset[str]:
    instrument = load_instrument(bank)
    known = {part.id for part in (*instrument.measures, *instrument.items, *instrument.models)}
    known |= {part.id for part in instrument.constructs} | {instrument.id}
    if "zh" not in instrument.title:
        named = [instrument.title, *(part.name for part in instrument.measures)]
        named += [part.name for part in instrument.constructs]
        text = " ".join(one for texts in named for one in texts.values())
        known |= set(re.findall(r"\w+", text))
    return frozenset(known)


def note_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the sentences that a file puts into the record, each gap filled with 7."""
    source = path.read_text(encoding="utf-8")
    if ".note(" not in source:
        return
    tree = ast.parse(source)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    for function in functions:
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "note":
                yield from _said_in(call.args[2:3], function)


def strings_of(node: ast.expr, function: ast.AST | None = None, depth: int = 0) -> list[str]:
    """Return what an expression of strings can read, each gap filled with 7."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.JoinedStr(values=parts):
            pieces = []
            for part in parts:
                if isinstance(part, ast.Constant):
                    pieces.append([str(part.value)])
                    continue
                if _is_hint(part.value):
                    pieces.append([" (did you mean '7'?)"])
                    continue
                inner = strings_of(part.value, function, depth) if _is_words(part.value) else []
                pieces.append(inner or ["'7'" if part.conversion == ord("r") else "7"])
            return ["".join(choice) for choice in itertools.product(*pieces)]
        case ast.IfExp(body=body, orelse=other):
            return [*strings_of(body, function, depth), *strings_of(other, function, depth)]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            ends = strings_of(left, function, depth), strings_of(right, function, depth)
            return ["".join(pair) for pair in itertools.product(*ends)]
        case ast.Name(id=name) if function is not None and depth < 2:
            return [
                text
                for found in ast.walk(function)
                if isinstance(found, ast.Assign)
                and any(isinstance(t, ast.Name) and t.id == name for t in found.targets)
                for text in strings_of(found.value, function, depth + 1)
            ]
    return []


def _is_hint(node: ast.expr) -> bool:
    """Tell what names the nearest name, or nothing."""
    called = node.func if isinstance(node, ast.Call) else node
    return getattr(called, "id", "") in ("hint", "did_you_mean", "_like")


def _is_words(node: ast.expr) -> bool:
    return isinstance(node, (ast.IfExp, ast.Name))


def _said_in(nodes: list[ast.expr], function: ast.AST) -> Iterator[tuple[int, str]]:
    for node in nodes:
        for text in strings_of(node, function):
            yield node.lineno, text


def called_texts(path: Path, names: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the strings given to functions of some names: titles, notes, reasons, sentences."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name in names:
                given = [*call.args, *(k.value for k in call.keywords if k.arg in _SPOKEN)]
                flat = [e for g in given for e in (g.elts if isinstance(g, ast.Tuple) else [g])]
                yield from _said_in(flat, function)


_SPOKEN = ("notes", "why", "title")


REFUSING = frozenset(
    """
    InputError InstrumentError SyntaxProblem ReadError ScaleValueError RefusedError NotSupported
    OutputError Refused Refusal ReplicationError Problem warn
    """.split()  # noqa: SIM905
)
"""What is raised, listed or warned with a sentence."""


def refusals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the sentences by which a file refuses something, each gap filled with 7."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen = set[tuple[int, int]]()
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            place = (call.lineno, call.col_offset)
            if name in REFUSING and place not in seen:
                seen.add(place)
                for line, text in _said_in(call.args[:2], function):
                    if re.search(r"[a-z]{3,}", text):
                        yield line, text
