"""Where effects among observed variables and composites start, and which effects form a circle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.moments import Floats, GroupMoments
from collective_use.sem.table.partable import BlockNames, Parameter, ParameterTable

_FAR = 20.0
"""A weight further from the marker's than this, in standard deviations, is no start."""

Rows = list[tuple[int, Parameter]]


def circle_of(table: ParameterTable) -> tuple[str, ...]:
    """Return the variables that act on themselves through others, empty when none does.

    Examples
    --------
    >>> from collective_use.sem.table.build import parameter_table
    >>> circle_of(parameter_table("f =~ x1 + x2 + g; g =~ x3 + x4 + f"))
    ('f', 'g')
    """
    found: dict[str, None] = {}
    for block in table.blocks:
        acts: dict[str, set[str]] = {}
        for row in table.rows:
            if (row.group, row.level) == (block.group, block.level) and (row.free or row.start):
                if row.op == "=~":
                    acts.setdefault(row.lhs, set()).add(row.rhs)
                elif row.op in ("~", "<~"):
                    acts.setdefault(row.rhs, set()).add(row.lhs)
        found |= dict.fromkeys(name for name in acts if name in _reached(name, acts))
    return tuple(found)


def _reached(name: str, acts: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(acts.get(name, ()))
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            waiting += acts.get(at, ())
    return seen


def path_starts(table: ParameterTable, groups: Sequence[GroupMoments]) -> dict[int, float]:
    """Return starts of weights, effects and residual variances by place of their row.

    Weights of a composite start at the regression of one of its outcomes on its parts; effects
    among observed variables and composites at the least-squares regression (Bollen 1989, pp.
    136-138). Effects of and on latent variables, and within circles, have no such start.

    Parameters
    ----------
    table
        The parameter table.
    groups
        Sample moments by group.
    """
    found: dict[int, float] = {}
    turning = set(circle_of(table))
    for block in table.blocks:
        own = [
            (i, row)
            for i, row in enumerate(table.rows)
            if (row.group, row.level) == (block.group, block.level)
        ]
        if any(row.op in ("~", "<~") for _, row in own) and not block.ordered:
            found |= _block_starts(block, own, groups[block.group - 1].cov, turning)
    return found


def _block_starts(block: BlockNames, own: Rows, S: Floats, turning: set[str]) -> dict[int, float]:
    found: dict[int, float] = {}
    known: dict[str, Floats] = dict(zip(block.observed, np.eye(len(S)), strict=True))
    for name in dict.fromkeys(row.lhs for _, row in own if row.op == "<~"):
        parts = [(i, row) for i, row in own if row.op == "<~" and row.lhs == name]
        if all(row.rhs in block.observed for _, row in parts):
            weights = _weights(name, parts, own, block, S)
            known[name] = sum(
                w * known[row.rhs] for w, (_, row) in zip(weights, parts, strict=True)
            )
            found |= {i: float(w) for w, (i, row) in zip(weights, parts, strict=True) if row.free}
    for outcome in dict.fromkeys(row.lhs for _, row in own if row.op == "~"):
        equation = [(i, row) for i, row in own if row.op == "~" and row.lhs == outcome]
        usable = outcome in block.observed and all(row.rhs in known for _, row in equation)
        measured = any(row.op == "=~" and row.rhs == outcome for _, row in own)
        if usable and not measured and outcome not in turning:
            found |= _equation(outcome, equation, own, known, S)
    return found


def _weights(name: str, parts: Rows, own: Rows, block: BlockNames, S: Floats) -> Floats:
    """Return weights of a composite in the unit of the first that is fixed, else of unit size."""
    place = {variable: k for k, variable in enumerate(block.observed)}
    at = [place[row.rhs] for _, row in parts]
    sd = np.sqrt(np.diag(S)[at])
    outcomes = {
        row.lhs: {r.rhs for _, r in own if r.op == "~" and r.lhs == row.lhs and r.rhs in place}
        for _, row in own
        if row.op == "~" and row.rhs == name and row.lhs in place
    }
    slope: Floats = np.asarray(1 / sd)
    if outcomes:
        names = {row.rhs for _, row in parts}
        best = min(outcomes, key=lambda y: (len(outcomes[y] & names), len(outcomes[y])))
        X = at + [place[x] for x in sorted(outcomes[best] - names)]
        fitted = np.linalg.lstsq(S[np.ix_(X, X)], S[X, place[best]], rcond=None)[0]
        slope = np.asarray(fitted[: len(at)], dtype=np.float64)
    fixed = [k for k, (_, row) in enumerate(parts) if not row.free and row.start]
    unit = float(slope[fixed[0]] / parts[fixed[0]][1].start) if fixed else 1.0
    weights = slope / unit if unit else np.ones(len(at))
    marker = sd[fixed[0]] if fixed else 1.0
    far = ~np.isfinite(weights) | (np.abs(weights) > _FAR * marker / sd)
    weights[far] = (marker / sd)[far]
    given = np.array([np.nan if row.free else row.start for _, row in parts])
    return np.where(np.isnan(given), weights, given)


def _equation(
    outcome: str, equation: Rows, own: Rows, known: dict[str, Floats], S: Floats
) -> dict[int, float]:
    rest = known[outcome].copy()
    open_rows = [(i, row) for i, row in equation if row.free]
    for _, row in equation:
        if not row.free:
            rest -= row.start * known[row.rhs]
    X = np.array([known[row.rhs] for _, row in open_rows]).reshape(len(open_rows), len(S))
    slope = np.linalg.lstsq(X @ S @ X.T, X @ S @ rest, rcond=None)[0]
    left = rest - slope @ X
    residual = float(left @ S @ left)
    floor = 0.05 * float(known[outcome] @ S @ known[outcome])
    found = {i: float(b) for b, (i, _) in zip(slope, open_rows, strict=True)}
    for i, row in own:
        if row.op == "~~" and row.lhs == row.rhs == outcome and row.free:
            found[i] = max(residual, floor)
    return found
