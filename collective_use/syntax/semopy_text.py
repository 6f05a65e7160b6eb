"""Models written for semopy, read as statements of this package."""

from __future__ import annotations

import re

from collective_use.errors import SyntaxProblem
from collective_use.syntax.model_text import ModelText, parse_model

_LINE = re.compile(r"^\s*([A-Z]+)\s*(?:\(([^)]*)\))?\s*(.*)$")
_COMMANDS = ("START", "BOUND", "CONSTRAINT", "DEFINE")


def parse_semopy(text: str) -> ModelText:
    """Read a model in semopy's syntax.

    ``=~ ~ ~~``, labels, numbers and the commands ``START(value) labels``,
    ``BOUND(low, high) labels`` and ``CONSTRAINT(expression)`` are understood; ``DEFINE(latent)``
    names latent variables, which ``=~`` does already. A label of a first loading frees it, as
    semopy does when all loadings of a factor carry labels.

    Parameters
    ----------
    text
        The model description.

    Raises
    ------
    SyntaxProblem
        Pointing at the line that cannot be read.

    References
    ----------
    Igolkina & Meshcheryakov (2020), Structural Equation Modeling 27:952.

    Examples
    --------
    >>> model = parse_semopy("f =~ x1 + a*x2\\nSTART(0.5) a")
    >>> model.statements[1].modifiers.start
    (0.5,)
    """
    relations: list[str] = []
    constraints: list[str] = []
    starts: dict[str, str] = {}
    bounds: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        body = line.split("#")[0].strip()
        if not body:
            relations.append("")
            continue
        match = _LINE.match(body)
        if match is None or match.group(1) not in _COMMANDS:
            relations.append(body)
            continue
        relations.append("")
        command, argument, labels = match.group(1), match.group(2) or "", match.group(3).split()
        if command == "START":
            starts |= dict.fromkeys(labels, argument)
        elif command == "BOUND":
            parts = [part.strip() for part in argument.split(",")]
            if len(parts) != 2:
                raise SyntaxProblem(f"line {number}: BOUND takes two numbers, got {argument!r}")
            bounds |= dict.fromkeys(labels, (parts[0], parts[1]))
        elif command == "CONSTRAINT":
            constraints.append(_relation(argument, number))
    lines = [_with_calls(line, starts, bounds) for line in relations]
    return parse_model("\n".join([*lines, *constraints]))


def _relation(argument: str, number: int) -> str:
    if "==" in argument or "<" in argument or ">" in argument:
        return argument.replace("<=", "<").replace(">=", ">")
    if "=" in argument:
        return argument.replace("=", "==")
    raise SyntaxProblem(f"line {number}: CONSTRAINT takes a relation, got {argument!r}")


def _with_calls(line: str, starts: dict[str, str], bounds: dict[str, tuple[str, str]]) -> str:
    """Write START and BOUND of a label as multipliers beside it."""

    def written(match: re.Match[str]) -> str:
        label = match.group(1)
        out = f"{label}*"
        if label in starts:
            out = f"start({starts[label]})*{out}"
        if label in bounds:
            low, high = bounds[label]
            out = f"lower({low})*upper({high})*{out}"
        return out

    return re.sub(r"([A-Za-z_]\w*)\s*\*\s*", written, line)
