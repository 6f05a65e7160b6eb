"""Relations that a model text names more than once."""

from __future__ import annotations

from collections.abc import Iterable

from collective_use.errors import SyntaxProblem
from collective_use.syntax.model_text import CONSTRAINTS, ModelText, Statement
from collective_use.syntax.modifiers import Modifiers

_WORDS = {
    "fixed": "fixed values",
    "label": "labels",
    "start": "starting values",
    "lower": "lower bounds",
    "upper": "upper bounds",
    "equal": "targets of equal()",
}


def joined_modifiers(known: Statement, again: Statement) -> Modifiers:
    """Return the multipliers of a relation that is named twice.

    Raises
    ------
    SyntaxProblem
        When both give different values of one kind.
    """
    first, second = known.modifiers, again.modifiers
    for kind, words in _WORDS.items():
        one, two = getattr(first, kind), getattr(second, kind)
        if one and two and repr(one) != repr(two):
            raise SyntaxProblem(
                f"line {again.line}: {_written(again)} has two {words}, {_listed(one)} and "
                f"{_listed(two)}{_since(known, again)}: keep one"
            )
    return first.joined(second)


def _written(s: Statement) -> str:
    return f"{s.lhs} {s.op} {s.rhs}".replace(" ~1 ", " ~ 1")


def _since(known: Statement, again: Statement) -> str:
    return f" (line {known.line})" if known.line != again.line else ""


def _listed(values: tuple[object, ...]) -> str:
    texts = [f"{v:g}".replace("nan", "NA") if isinstance(v, float) else repr(v) for v in values]
    return texts[0] if len(texts) == 1 else f"c({', '.join(texts)})"


def repeated_note(known: Statement, again: Statement) -> str:
    """Say that a relation is named twice; empty where a second multiplier is the reason.

    ``f =~ a*x2 + start(.5)*x2`` gives one parameter two multipliers, as in lavaan.
    """
    one_formula = known.line == again.line
    if one_formula and again.modifiers not in (Modifiers(), known.modifiers):
        return ""
    where = f"line {again.line}" if one_formula else f"lines {known.line} and {again.line}"
    turned = f" (as {_written(again)})" if again.lhs != known.lhs else ""
    return f"{where}: {_written(known)} is written twice{turned} and counts once"


def repeated_constraints(text: ModelText) -> Iterable[str]:
    """Say which constraints and definitions are written twice."""
    seen: dict[tuple[str, str, str], int] = {}
    for s in text.statements:
        if s.op not in CONSTRAINTS:
            continue
        key = (s.lhs, s.op, s.rhs)
        if key in seen:
            yield f"lines {seen[key]} and {s.line}: {_written(s)} is written twice and counts once"
        seen.setdefault(key, s.line)
