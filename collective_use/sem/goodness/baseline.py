"""The independence model: variances (and means) only, covariates as they are."""

from __future__ import annotations

import math
from itertools import combinations, combinations_with_replacement, product

import numpy as np

from collective_use.numerics.moments import Floats
from collective_use.numerics.search.optimise import Optimum, minimise
from collective_use.sem.engines.core import Solution, make_objective
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import BlockNames, Parameter, ParameterTable
from collective_use.sem.table.start import with_sample_moments


def independence_table(table: ParameterTable) -> ParameterTable:
    """Return the parameter table of the independence model of the same variables."""
    rows: list[Parameter] = []
    blocks: list[BlockNames] = []
    number = 0
    for block in table.blocks:
        fixed = set(block.exogenous)
        own = BlockNames(
            block.group, block.level, block.observed, (), block.exogenous, (), block.covariates,
            block.absent, (), block.auxiliary,
        )  # fmt: skip
        blocks.append(own)
        for name in block.observed:
            if name in block.absent:
                rows.append(_row(block, name, "~~", name, 0)._replace(start=1.0))
            elif name not in fixed:
                number += 1
                rows.append(_row(block, name, "~~", name, number))
        for first, second in combinations_with_replacement(block.exogenous, 2):
            rows.append(_row(block, first, "~~", second, 0, exogenous=True))
        random = [name for name in block.covariates if name not in fixed]
        for first, second in combinations(random, 2):
            number += 1
            rows.append(_row(block, first, "~~", second, number))
        pairs = _beside(block)
        rows += [_row(block, *pair, number + k) for k, pair in enumerate(pairs, 1)]
        number += len(pairs)
        if table.meanstructure:
            for name in block.observed:
                held = name in fixed or name in block.absent
                number += not held
                free = 0 if held else number
                rows.append(_row(block, name, "~1", "", free, exogenous=name in fixed))
    return ParameterTable(tuple(rows), tuple(blocks), table.meanstructure)


def _beside(block: BlockNames) -> list[tuple[str, str, str]]:
    """Return the pairs of auxiliary variables with each other and with all others."""
    own = block.auxiliary
    others = [name for name in block.observed if name not in own]
    return [(a, "~~", b) for a, b in (*combinations(own, 2), *product(own, others))]


def _row(
    block: BlockNames, lhs: str, op: str, rhs: str, free: int, *, exogenous: bool = False
) -> Parameter:
    return Parameter(
        lhs, op, rhs, block.level, block.group, free, "", math.nan, -math.inf, math.inf, exogenous
    )


def independence_solution(solution: Solution) -> Solution:
    """Fit the independence model to the same data with the same options."""
    table = independence_table(solution.table)
    data = solution.data
    filled = with_sample_moments(table, [g.moments for g in data.groups])
    model = compile_model(filled)
    objective, shared = make_objective(model, data, solution.options, filled)
    theta = np.empty(filled.n_free)
    for row in filled.rows:
        if row.free:
            g = data.groups[row.group - 1].moments
            names = filled.block(row.group).observed
            i = names.index(row.lhs)
            j = names.index(row.rhs) if row.rhs else i
            theta[row.free - 1] = g.mean[i] if row.op == "~1" else g.cov[i, j]
    random = any(set(b.covariates) - set(b.exogenous) or b.auxiliary for b in table.blocks)
    incomplete = solution.options.missing == "fiml"
    if solution.options.function in ("GLS", "WLS", "DWLS") or (incomplete and random):
        optimum = minimise(objective, theta)
    else:
        optimum = Optimum(theta, objective.value(theta), 0.0, 0, True, "closed form")
    return Solution(
        filled, model, data, solution.options, objective, shared, optimum, None,
        read_constraints(filled),
    )  # fmt: skip


def closed_form_baseline(solution: Solution) -> tuple[float, int]:
    """Return chi-square and df of the independence model under maximum likelihood."""
    total, df = 0.0, 0
    factor = 1 if solution.options.unbiased else 0
    for block, g in zip(solution.table.blocks, solution.data.groups, strict=True):
        S: Floats = g.moments.cov
        joint = set(block.covariates) | set(block.exogenous)
        x = [i for i, name in enumerate(block.observed) if name in joint]
        free = np.ones(S.shape[0], dtype=bool)
        free[x] = False
        log_det = float(np.log(np.diag(S)[free]).sum())
        if x:
            log_det += float(np.linalg.slogdet(S[np.ix_(x, x)])[1])
        total += (g.moments.n - factor) * (log_det - g.moments.log_det)
        p, k = S.shape[0], len(x)
        df += p * (p - 1) // 2 - k * (k - 1) // 2
    return total, df
