"""Which parameters are equal: by label, by `equal()`, by `==`, over groups."""

from __future__ import annotations

from collections.abc import Sequence, Set

from collective_use.checks import did_you_mean
from collective_use.errors import InputError, SyntaxProblem
from collective_use.sem.table.partable import CONSTRAINTS, BlockNames, Parameter
from collective_use.syntax.expressions import Name
from collective_use.syntax.model_text import ModelText, parse_model

EQUAL = (
    "loadings",
    "intercepts",
    "means",
    "thresholds",
    "regressions",
    "residuals",
    "residual.covariances",
    "lv.variances",
    "lv.covariances",
)
"""Kinds of parameters that can be held equal over groups."""


class _Sets:
    """Disjoint sets of row numbers."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        a, b = sorted((self.find(i), self.find(j)))
        self.parent[b] = a


def number_free(
    rows: Sequence[Parameter],
    blocks: Sequence[BlockNames],
    equal: Sequence[str],
    partial: Sequence[str],
    text: ModelText,
) -> list[Parameter]:
    """Give every free parameter its number; equal ones share it.

    Parameters
    ----------
    rows
        Rows whose `free` is 0 or 1.
    blocks
        Variables by block.
    equal, partial
        Kinds held equal over groups; parameters released from it (``"f =~ x2"``).
    text
        The model, for ``equal()`` and ``==``.

    Raises
    ------
    InputError
        When a released parameter or a target of ``equal()`` is not in the model.
    """
    sets = _Sets(len(rows))
    by_label: dict[str, int] = {}
    for i, row in enumerate(rows):
        if row.label and row.op not in CONSTRAINTS:
            sets.join(i, by_label.setdefault(row.label, i))
    if equal:
        _join_over_groups(rows, blocks, equal, partial, sets)
    elif partial:
        raise InputError("partial releases parameters from equal=, but equal= is empty")
    _join_by_modifier(rows, text, by_label, sets)
    _join_by_constraint(text, by_label, sets)
    return _numbered(rows, sets)


def kind_of(row: Parameter, names: BlockNames) -> str:
    """Return the kind of a parameter, one of `EQUAL`, or an empty text."""
    latent = row.lhs in names.latent
    if row.op == "=~":
        return "loadings"
    if row.op == "~1":
        return "means" if latent else "" if row.lhs in names.covariates else "intercepts"
    if row.op == "|":
        return "thresholds"
    if row.op == "~":
        return "regressions"
    if row.op != "~~" or row.exogenous:
        return ""
    if row.lhs != row.rhs and (latent or row.rhs in names.latent):
        return "lv.covariances"
    if row.lhs in names.covariates:
        return ""
    if row.lhs == row.rhs:
        return "lv.variances" if latent else "residuals"
    return "residual.covariances"


def _join_over_groups(
    rows: Sequence[Parameter],
    blocks: Sequence[BlockNames],
    equal: Sequence[str],
    partial: Sequence[str],
    sets: _Sets,
) -> None:
    released = released_by({(row.lhs, row.op, row.rhs) for row in rows}, partial)
    names = {(b.group, b.level): b for b in blocks}
    first: dict[tuple[str, str, str, int], int] = {}
    for i, row in enumerate(rows):
        if row.op in CONSTRAINTS or row.exogenous or (row.lhs, row.op, row.rhs) in released:
            continue
        if kind_of(row, names[row.group, row.level]) not in equal:
            continue
        key = (row.lhs, row.op, row.rhs, row.level)
        if row.group == 1:
            first[key] = i
        elif key in first and row.free and rows[first[key]].free and not row.label:
            sets.join(first[key], i)


def released_by(
    present: Set[tuple[str, str, str]], partial: Sequence[str]
) -> set[tuple[str, str, str]]:
    """Return what `partial` names, as lhs, op and rhs of parameters of the model.

    Parameters
    ----------
    present
        All parameters of the model.
    partial
        Parameters as text, ``"f =~ x2"``.

    Raises
    ------
    InputError
        When a parameter is not in the model.
    """
    released: set[tuple[str, str, str]] = set()
    for text in partial:
        for s in parse_model(text).statements:
            key, back = (s.lhs, s.op, s.rhs), (s.rhs, s.op, s.lhs)
            hit = key if key in present else back if back in present and s.op == "~~" else None
            if hit is None:
                names = ["".join(entry) for entry in sorted(present)]
                hint = did_you_mean("".join(key), names)
                raise InputError(f"partial must name parameters of the model, got {text!r}{hint}")
            released.add(hit)
    return released


def _join_by_modifier(
    rows: Sequence[Parameter], text: ModelText, by_label: dict[str, int], sets: _Sets
) -> None:
    asked = {(s.lhs, s.op, s.rhs): s for s in text.statements if s.modifiers.equal}
    if not asked:
        return
    index = {row.key: i for i, row in enumerate(rows)}
    for i, row in enumerate(rows):
        s = asked.get((row.lhs, row.op, row.rhs))
        if s is None:
            continue
        wanted = s.modifiers.equal
        name = wanted[row.group - 1] if len(wanted) > 1 else wanted[0]
        target = by_label.get(name)
        if target is None:
            try:
                t = parse_model(name).statements[0]
                target = index.get((t.lhs, t.op, t.rhs, row.level, row.group))
            except SyntaxProblem:
                target = None
        if target is None:
            raise SyntaxProblem(f"line {s.line}: equal({name!r}) names no parameter of the model")
        sets.join(i, target)


def _join_by_constraint(text: ModelText, by_label: dict[str, int], sets: _Sets) -> None:
    for s in text.statements:
        if s.op != "==" or not isinstance(s.left, Name) or not isinstance(s.right, Name):
            continue
        if s.left.name in by_label and s.right.name in by_label:
            sets.join(by_label[s.left.name], by_label[s.right.name])


def _named(row: Parameter) -> str:
    label = f" (label {row.label!r})" if row.label else ""
    return f"{row.lhs} {row.op} {row.rhs}{label}".replace("~1 ", "~1")


def _numbered(rows: Sequence[Parameter], sets: _Sets) -> list[Parameter]:
    fixed: dict[int, float] = {}
    for i, row in enumerate(rows):
        if row.op not in CONSTRAINTS and not row.free:
            value = fixed.setdefault(sets.find(i), row.start)
            if row.start == row.start and value == value and row.start != value:
                raise InputError(
                    f"{_named(row)} is fixed at {row.start:g} and held equal to a parameter that "
                    f"is fixed at {value:g}"
                )
    members: dict[int, list[Parameter]] = {}
    for i, row in enumerate(rows):
        members.setdefault(sets.find(i), []).append(row)
    numbers: dict[int, int] = {}
    result = []
    for i, row in enumerate(rows):
        root = sets.find(i)
        if row.op in CONSTRAINTS:
            result.append(row)
        elif root in fixed:
            result.append(row._replace(free=0, start=row.start if not row.free else fixed[root]))
        else:
            number = numbers.setdefault(root, len(numbers) + 1)
            same = members[root]
            start, lower, upper = row.start, row.lower, row.upper
            if len(same) > 1:
                start = next((r.start for r in same if r.start == r.start), row.start)
                lower, upper = max(r.lower for r in same), min(r.upper for r in same)
            if lower > upper:
                raise InputError(
                    f"{_named(row)}: lower bound {lower:g} exceeds {upper:g}, the bounds of equal "
                    "parameters taken together"
                )
            result.append(row._replace(free=number, start=start, lower=lower, upper=upper))
    return result
