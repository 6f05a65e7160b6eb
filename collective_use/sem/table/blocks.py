"""Exploratory blocks, ``efa("name")*f1 =~ ...``: what identifies them before they are rotated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import InputError
from collective_use.numerics.moments import Floats, GroupMoments
from collective_use.sem.table.draft import Draft
from collective_use.sem.table.partable import Parameter, ParameterTable
from collective_use.syntax.model_text import Statement

Sets = tuple[tuple[str, ...], ...]
"""Factors by exploratory block."""


def sets_of(statements: Sequence[Statement]) -> Sets:
    """Return the factors of every exploratory block, in order of appearance.

    Raises
    ------
    InputError
        When the factors of a block do not have the same indicators, or a factor is in two blocks.
    """
    factors: dict[str, dict[str, list[str]]] = {}
    home: dict[str, str] = {}
    for s in statements:
        if s.op != "=~":
            continue
        if home.setdefault(s.lhs, s.efa) != s.efa:
            raise InputError(
                f"line {s.line}: {s.lhs!r} stands in more than one block "
                f"({quoted((home[s.lhs] or 'none', s.efa or 'none'))})"
            )
        if s.efa:
            factors.setdefault(s.efa, {}).setdefault(s.lhs, []).append(s.rhs)
    for name, own in factors.items():
        first = next(iter(own.values()))
        for factor, indicators in own.items():
            if set(indicators) != set(first):
                unequal = sorted(set(indicators) ^ set(first))
                raise InputError(
                    f"efa({name!r}): all factors of a block have the same indicators, {factor!r} "
                    f"differs by {quoted(unequal)}"
                )
        if len(first) <= len(own):
            raise InputError(f"efa({name!r}): {len(own)} factors need more than {len(own)} items")
    return tuple(tuple(own) for own in factors.values())


def pairs_of_blocks(drafts: Sequence[Draft], sets: Sets) -> list[Draft]:
    """Return covariances of factors of a block that are not there yet: a rotation needs them."""
    known = {frozenset((d.lhs, d.rhs)) for d in drafts if d.op == "~~"}
    pairs = [pair for factors in sets for pair in combinations(factors, 2)]
    return [Draft(a, "~~", b) for a, b in pairs if frozenset((a, b)) not in known]


def identify_blocks(drafts: Sequence[Draft], sets: Sets) -> None:
    """Fix what no data can tell before a rotation: variances 1, covariances 0, an echelon of zeros.

    References
    ----------
    Jöreskog (1969), Psychometrika 34:183 (zeros above the diagonal of the loadings).
    """
    for factors in sets:
        for number, factor in enumerate(factors):
            own = [d for d in drafts if d.op == "=~" and d.lhs == factor]
            for d in own:
                _refuse_fixed(d)
                d.release()
            for d in own[:number]:
                d.fix(0.0)
        for d in drafts:
            if d.op == "~~" and d.lhs in factors and d.rhs in factors:
                _refuse_fixed(d)
                d.fix(1.0 if d.is_variance else 0.0)


def _refuse_fixed(d: Draft) -> None:
    m = d.modifiers
    if d.user and (m.fixed or m.label or m.equal or m.lower or m.upper or (d.op == "~~")):
        line = f"line {d.place.line}: " if d.place else ""
        raise InputError(
            f"{line}{d.lhs} {d.op} {d.rhs} belongs to an exploratory block: its values come from "
            "the rotation, so nothing can be fixed, labelled or bounded there"
        )


def is_turned(row: Parameter, sets: Sets) -> bool:
    """Tell whether a row was fixed to identify a block only, to be estimated once it is rotated."""
    own = next((factors for factors in sets if row.lhs in factors), ())
    if row.op == "=~":
        return bool(own)
    return row.op == "~~" and row.lhs != row.rhs and row.rhs in own


def block_starts(table: ParameterTable, groups: Sequence[GroupMoments]) -> dict[int, float]:
    """Return starting loadings of blocks: principal axes turned into the echelon."""
    found: dict[int, float] = {}
    for block in table.blocks:
        place = {name: k for k, name in enumerate(block.observed)}
        for factors in block.sets:
            here = [
                i for i, r in enumerate(table.rows)
                if r.op == "=~" and (r.group, r.level) == (block.group, block.level)
            ]  # fmt: skip
            rows = [[i for i in here if table.rows[i].lhs == f] for f in factors]
            items = [table.rows[i].rhs for i in rows[0]]
            if any(name not in place for name in items):
                continue
            at = [place[name] for name in items]
            L = _echelon(groups[block.group - 1].cov[np.ix_(at, at)], len(factors))
            for k, own in enumerate(rows):
                by_item = {table.rows[i].rhs: i for i in own}
                for j, name in enumerate(items):
                    if table.rows[by_item[name]].free:
                        found[by_item[name]] = float(L[j, k])
    return found


def _echelon(S: Floats, factors: int) -> Floats:
    sd = np.sqrt(np.diag(S))
    values, vectors = np.linalg.eigh(S / np.outer(sd, sd))
    rest = float(values[:-factors].mean()) if len(values) > factors else 0.0
    size = np.sqrt(np.maximum(values[::-1][:factors] - 0.7 * rest, 0.05))
    L = vectors[:, ::-1][:, :factors] * size
    turn = np.linalg.qr(L[:factors].T)[0]
    L = L @ turn
    sign = np.where(np.sum(L, axis=0) < 0, -1.0, 1.0)
    out = np.asarray(L * sign * sd[:, None])
    out[np.triu_indices(factors, 1)] = 0.0
    return np.where(np.isfinite(out), out, math.nan)
