"""Modification indices and score tests: what a parameter that is not free would change."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from collective_use.checks import quoted
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.search.optimise import null_space
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import information, inverted
from collective_use.sem.postfit.parameter_test import ParameterTest
from collective_use.sem.postfit.standardized import standard_factors
from collective_use.sem.reduced_bias import refuse_reduced
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.partable import CONSTRAINTS, BlockNames, Parameter, ParameterTable

if TYPE_CHECKING:
    import pandas as pd


def candidates(table: ParameterTable) -> list[Parameter]:
    """Return parameters that a model of this kind could have and this one fixes, at 0."""
    present = set()
    for row in table.rows:
        present.add(row.key)
        if row.op == "~~":
            present.add((row.rhs, row.op, row.lhs, row.level, row.group))
    effects = {_effect(row) for row in table.rows}
    out: list[Parameter] = []
    for block in table.blocks:
        for lhs, op, rhs in _possible(table, block):
            row = Parameter(lhs, op, rhs, block.level, block.group, 0, "", 0.0, user=False)
            known = row.op != "~~" and row.op != "~1" and _effect(row) in effects
            if row.key not in present and not known:
                out.append(row)
                present.add(row.key)
                present.add((rhs, op, lhs, block.level, block.group) if op == "~~" else row.key)
    return out


def _effect(row: Parameter) -> tuple[object, ...]:
    """Return who acts on whom: `f =~ y`, `y ~ f` and `y <~ f` are one parameter."""
    if row.op == "=~":
        return row.rhs, row.lhs, row.level, row.group
    if row.op in ("~", "<~"):
        return row.lhs, row.rhs, row.level, row.group
    return (row.key,)


def _possible(table: ParameterTable, block: BlockNames) -> list[tuple[str, str, str]]:
    rows = [r for r in table.rows if r.group == block.group and r.level == block.level]
    x = set(block.exogenous)
    latent = set(block.latent)
    indicators = {r.rhs for r in rows if r.op == "=~" and r.rhs not in latent}
    equations = dict.fromkeys(
        [r.lhs for r in rows if r.op == "~"] + [r.rhs for r in rows if r.op in ("~", "<~")]
    )
    observed = [name for name in block.observed if name not in x]
    out = [
        (f, "=~", y) for f in block.latent for y in observed if y not in equations
    ]  # fmt: skip
    inner = [name for name in observed if name in indicators]
    out += [(a, "~~", b) for a, b in combinations_with_replacement(inner, 2)]
    out += [(a, "~~", b) for a, b in combinations_with_replacement(block.latent, 2)]
    for a in equations:
        for b in equations:
            if a != b and a not in x and not (a in indicators and b in latent):
                out.append((a, "~", b))
    if table.meanstructure:
        out += [(name, "~1", "") for name in (*observed, *block.latent)]
    return out


def kind_of_information(solution: Solution) -> str:
    """Expected at implied moments, as lavaan takes it; observed at two levels with missing values.

    What is expected depends there on who answers what in which cluster; the observed information
    is exact.
    """
    return "structured" if solution.objective.fisher_is_exact else "observed"


def extended(solution: Solution, rows: list[Parameter]) -> tuple[Floats, Floats, list[Parameter]]:
    """Free some fixed parameters: return score and information at the solution.

    Returns
    -------
    score, info
        Gradient of the log-likelihood per case (q + k,) and information (q + k, q + k).
    rows
        The freed parameters, numbered from q + 1.
    """
    q = solution.model.n_free
    table = solution.table
    freed = [row._replace(free=q + 1 + i) for i, row in enumerate(rows)]
    by_key = {row.key: row for row in freed}
    kept = [by_key.pop(row.key, row) for row in table.rows]
    longer = replace(table, rows=(*kept, *by_key.values()))
    model = compile_model(longer)
    theta = np.concatenate([solution.theta, [row.start for row in freed]])
    objective, shared = (one.with_model(model) for one in (solution.objective, solution.shared))
    score = -objective.gradient(theta)
    if kind_of_information(solution) == "observed":
        return score, objective.hessian(theta), freed
    return score, shared.fisher(theta), freed


def modification_indices(solution: Solution, op: str | None = None) -> pd.DataFrame:
    """Return the modification index and expected change of every fixed parameter.

    Parameters
    ----------
    solution
        The solution.
    op
        Only parameters of this kind, such as ``"=~"``: much faster with many items.

    References
    ----------
    Sörbom (1989), Psychometrika 54:371; Saris, Satorra & Sörbom (1987), Sociological
    Methodology 17:105 (expected parameter change).
    """
    import pandas as pd

    refuse_reduced(solution, "modification_indices()")
    fixed = [
        row for row in solution.table.rows
        if not row.free and row.op not in CONSTRAINTS and not row.exogenous
    ]  # fmt: skip
    rows = [r for r in (*fixed, *candidates(solution.table)) if op in (None, r.op)]
    columns = ["lhs", "op", "rhs", "level", "group", "mi", "epc", "sepc_lv", "sepc_all", "sepc_nox"]
    if not rows:
        return pd.DataFrame(columns=columns)
    mi, epc = _indices(solution, rows)
    keep = np.flatnonzero(np.isfinite(mi))
    chosen = [rows[i] for i in keep]
    standard = {kind: standard_factors(solution, chosen, kind) for kind in ("lv", "all", "nox")}
    data = [
        (r.lhs, r.op, r.rhs, r.level, r.group, mi[i], epc[i],
         *(math.nan if r.op == "~*~" else epc[i] * standard[kind][j]
           for kind in ("lv", "all", "nox")))
        for j, (i, r) in enumerate(zip(keep, chosen, strict=True))
    ]  # fmt: skip
    return pd.DataFrame(data, columns=columns)


def _indices(solution: Solution, rows: list[Parameter]) -> tuple[Floats, Floats]:
    q, n = solution.model.n_free, _multiplier(solution)
    score, info, _ = extended(solution, rows)
    inverse = inverted(solution, information(solution, kind_of_information(solution)))
    cross = info[q:, :q]
    spread = np.diag(info)[q:] - np.einsum("ij,jk,ik->i", cross, inverse, cross)
    spread = np.where(spread < np.finfo(float).eps ** (1 / 3), np.nan, spread)
    s = score[q:]
    mi = n * s**2 / spread
    safe = np.where(np.abs(s) < 1e-15, 1.0, s)
    return mi, mi / (n * safe)


def _multiplier(solution: Solution) -> float:
    return solution.data.n


def score_test(
    solution: Solution, released: list[tuple[str, str, str]], levels: list[int] | None = None
) -> ParameterTest:
    """Test fixed parameters jointly: would freeing them improve the model?

    Parameters
    ----------
    solution
        The solution.
    released
        Parameters as (lhs, op, rhs), fixed in the model or absent from it.
    levels
        The level of each, for models with levels.

    Returns
    -------
    ParameterTest
        The joint test, and of each parameter alone what `lhs`, `op`, `rhs`, `level` and `group`
        say.

    Raises
    ------
    InputError
        When a parameter is free in the model, or has no place in it.
    EstimationError
        When the parameters cannot be freed together.
    """
    refuse_reduced(solution, "score_test()")
    wanted = set(zip(released, levels or [1] * len(released), strict=True))
    everything = [*solution.table.rows, *candidates(solution.table), *_asked(solution, wanted)]
    rows: list[Parameter] = []
    found = set()
    for r in everything:
        for names in ((r.lhs, r.op, r.rhs), (r.rhs, r.op, r.lhs) if r.op == "~~" else ()):
            if not r.free and (names, r.level) in wanted and all(r.key != k.key for k in rows):
                rows.append(r)
                found.add((names, r.level))
    if missed := [" ".join(names) for names, _ in sorted(wanted - found)]:
        raise InputError(
            "a score test needs parameters that are fixed or absent in the model and relate its "
            f"variables, got {quoted(missed)}"
        )
    q, n = solution.model.n_free, _multiplier(solution)
    score, info, _ = extended(solution, rows)
    inverse = inverted(solution, information(solution, kind_of_information(solution)))
    V = info[q:, q:] - info[q:, :q] @ inverse @ info[:q, q:]
    return _tested(n, score[q:], V, rows)


def _asked(solution: Solution, wanted: set[tuple[tuple[str, str, str], int]]) -> list[Parameter]:
    """Return parameters that are asked for by name, absent, and relate variables of a block."""
    free = {row.key for row in solution.table.rows}
    out = []
    for block in solution.table.blocks:
        known = {*block.observed, *block.latent}
        fixed = set(block.exogenous)
        for (lhs, op, rhs), level in sorted(wanted):
            explained = (lhs,) if op == "~" else (lhs, rhs)
            row = Parameter(lhs, op, rhs, level, block.group, 0, "", 0.0, user=False)
            turned = (rhs, op, lhs, level, block.group) if op == "~~" else row.key
            fits = op in ("~", "~~") and {lhs, rhs} <= known and not fixed & set(explained)
            if fits and lhs != rhs and level == block.level and not free & {row.key, turned}:
                out.append(row)
    return out


def _tested(n: float, s: Floats, V: Floats, rows: list[Parameter]) -> ParameterTest:
    import pandas as pd

    if np.linalg.matrix_rank(V, tol=1e-8 * max(1.0, float(np.abs(V).max()))) < s.size:
        raise EstimationError("these parameters cannot be freed together")
    statistic = n * float(s @ np.linalg.solve(V, s))
    alone = n * s**2 / np.diag(V)
    table = pd.DataFrame(
        [(r.lhs, r.op, r.rhs, r.level, r.group) for r in rows],
        columns=["lhs", "op", "rhs", "level", "group"],
    ).assign(statistic=alone, df=1, p=chdtrc(1, alone))
    return ParameterTest("score", statistic, s.size, float(chdtrc(s.size, statistic)), table)


def _released(
    n: float, score: Floats, info: Floats, kept: Floats, R: Floats
) -> tuple[float, int, float]:
    """Test the constraints R against those that are kept, (m, q) rows of derivatives each.

    df is the number of directions that are released and can be told apart.
    """
    free, bound = null_space(kept), null_space(R)
    inner = free.T @ info @ free
    d = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    scaled = inner / np.outer(d, d)
    s = (free.T @ score) / d
    statistic = n * float(s @ np.linalg.pinv(scaled, rcond=1e-10, hermitian=True) @ s)
    rank = int(np.linalg.matrix_rank(scaled, tol=1e-10, hermitian=True)) - bound.shape[1]
    if rank <= 0:
        return math.nan, 0, math.nan
    return statistic, rank, float(chdtrc(rank, statistic))


def release_tests(solution: Solution) -> ParameterTest:
    """Test every equality (same number over rows, or ``==``) on its own and all together.

    Returns
    -------
    ParameterTest
        The joint test, and one row an equality: the two parameters (or both sides of ``==``),
        statistic, df, p. An equality that releases nothing (the model would not be identified
        without it) has no statistic.
    """
    import pandas as pd

    constraints = solution.constraints
    refuse_reduced(solution, "score_test()")
    if constraints.above:
        raise NotSupported("score tests of models with inequalities are not supported")
    q, n = solution.model.n_free, _multiplier(solution)
    firsts: dict[int, Parameter] = {}
    freed, pairs = [], []
    for row in solution.table.rows:
        if not row.free:
            continue
        if row.free in firsts:
            value = float(solution.theta[row.free - 1])
            freed.append(row._replace(start=value))
            pairs.append((firsts[row.free], row))
        else:
            firsts[row.free] = row
    if not freed and not constraints.equal:
        raise InputError("the model holds no parameters equal")
    score, info, _ = extended(solution, freed)
    # Number q + i of the extended model belongs to the second parameter of pair i alone.
    R = np.zeros((len(freed) + len(constraints.equal), score.size))
    for i, row in enumerate(freed):
        R[i, row.free - 1], R[i, q + i] = 1.0, -1.0
    R[len(freed) :, :q] = constraints.equalities(solution.theta)[1]
    names = ["lhs", "op", "rhs", "level", "group", "equals", "statistic", "df", "p"]
    suffix = ".l{}.g{}" if solution.table.n_levels > 1 else ".g{1}"
    labels = [
        (second.lhs, second.op, second.rhs, second.level, second.group,
         f"{first.lhs}{first.op}{first.rhs}{suffix.format(first.level, first.group)}")
        for first, second in pairs
    ] + [(row.lhs, row.op, row.rhs, 0, 0, "") for row, _, _ in constraints.equal]  # fmt: skip
    data = []
    for i, label in enumerate(labels):
        test = _released(n, score, info, np.delete(R, i, axis=0), R)
        data.append((*label, *test))
    out = pd.DataFrame(data, columns=names)
    if solution.table.n_levels == 1:
        out = out.drop(columns="level")
    return ParameterTest("score", *_released(n, score, info, R[:0], R), out)
