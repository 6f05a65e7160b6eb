"""Tests and fit measures of two-level models.

References
----------
Ryu & West (2009), Structural Equation Modeling 16:583 (fit by level); Yuan & Bentler (2000),
Sociological Methodology 30:165, in the variant of Asparouhov & Muthén (2005).
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from collective_use.numerics.moments import Floats, inverse_and_log_det
from collective_use.numerics.sem import fit_indices as fi
from collective_use.numerics.twolevel.likelihood import Layout
from collective_use.numerics.twolevel.objective import Likelihood
from collective_use.numerics.twolevel.unrestricted import (
    Saturated,
    score_of,
    unrestricted_derivatives,
)
from collective_use.sem.goodness.baseline import independence_table
from collective_use.sem.goodness.explained import explained_measures
from collective_use.sem.goodness.fit_measures import (
    _approximation,
    _baseline,
    _from_scaling,
    _incremental,
    _likelihoods,
    corrected_by,
)
from collective_use.sem.goodness.tests_of_fit import ChiSquare, p_of
from collective_use.sem.inference import inverted, states_of
from collective_use.sem.lagrangian import observed_information
from collective_use.sem.table.partable import Parameter, ParameterTable
from collective_use.sem.twolevel.estimate import (
    Clustered,
    TwoLevelSolution,
    cluster_meat,
    fit_twolevel_table,
)


def renumbered(rows: list[Parameter]) -> tuple[Parameter, ...]:
    """Close the gaps in the numbers of free parameters."""
    numbers: dict[int, int] = {}
    out = []
    for row in rows:
        if row.free:
            row = row._replace(free=numbers.setdefault(row.free, len(numbers) + 1))
        out.append(row)
    return tuple(out)


def two_level_independence(table: ParameterTable) -> ParameterTable:
    """Return the table with variances (and means) only, at both levels."""
    base = independence_table(table)
    rows = []
    for row in base.rows:
        both = row.lhs in base.block(row.group, 2).observed
        if row.level == 1 and row.op == "~1" and both:
            row = row._replace(free=0, start=0.0, exogenous=False)
        rows.append(row)
    return replace(base, rows=renumbered(rows))


def saturated_level(table: ParameterTable, source: ParameterTable, level: int) -> ParameterTable:
    """Return `source` with one level of `table`'s variables saturated."""
    rows = [r for r in source.rows if r.level not in (0, level)]
    number = max((r.free for r in source.rows), default=0)
    blocks = []
    for block in source.blocks:
        if block.level != level:
            blocks.append(block)
            continue
        own = table.block(block.group, level)
        blocks.append(replace(own, latent=()))
        fixed = set(own.exogenous)
        for a, b in combinations_with_replacement(own.observed, 2):
            x = a in fixed and b in fixed
            number += not x
            rows.append(Parameter(a, "~~", b, level, block.group, 0 if x else number, exogenous=x))
        above = table.block(block.group, 2).observed
        for name in own.observed:
            x = name in fixed
            if level == 1 and name in above:
                rows.append(Parameter(name, "~1", "", level, block.group, 0, start=0.0))
                continue
            number += not x
            rows.append(
                Parameter(name, "~1", "", level, block.group, 0 if x else number, exogenous=x)
            )
    return replace(source, rows=renumbered(rows), blocks=tuple(blocks))


def covariate_log_likelihood(solution: TwoLevelSolution, clustered: Clustered) -> float:
    """Return the log-likelihood of the fixed covariates, which is no part of the model's."""
    total = 0.0
    for block, m in zip(solution.table.blocks, clustered.covariates, strict=True):
        at = [block.observed.index(name) for name in block.exogenous]
        if at:
            S = m.cov[np.ix_(at, at)]
            total -= (
                0.5 * m.n * (len(at) * (1 + math.log(2 * math.pi)) + float(np.linalg.slogdet(S)[1]))
            )
    return total


def logs_of(
    solution: TwoLevelSolution, clustered: Clustered, saturated: list[Saturated]
) -> tuple[float, float]:
    """Return the log-likelihoods of the model and of the unrestricted model."""
    x = covariate_log_likelihood(solution, clustered)
    model = -solution.optimum.value * solution.data.n
    return model - x, sum(s.loglik for s in saturated) - x


def difference(logs: tuple[float, float]) -> float:
    """Return twice the difference of the unrestricted and the model's log-likelihood.

    NaN where the unrestricted model is below the model: its maximum was not found.
    """
    found = 2 * (logs[1] - logs[0])
    return math.nan if found < -1e-7 * max(1.0, abs(logs[0])) else max(found, 0.0)


def plain_test(solution: TwoLevelSolution, logs: tuple[float, float]) -> ChiSquare:
    """Return the uncorrected test."""
    statistic = difference(logs)
    return ChiSquare("standard", statistic, solution.df, p_of(statistic, solution.df))


def kept(solution: TwoLevelSolution, group: int, layout: Layout) -> NDArray[np.bool_]:
    """Return which unrestricted moments are not those of fixed covariates."""
    blocks = solution.table.blocks[2 * group : 2 * group + 2]
    out, mean_fixed = [], np.zeros(layout.size, dtype=bool)
    for level, block in enumerate(blocks):
        x = np.array([name in block.exogenous for name in block.observed], dtype=bool)
        columns, rows = np.triu_indices(x.size)
        out.append(~(x[rows] & x[columns]))
        at = np.arange(layout.p) if level == 0 else layout.place
        mean_fixed[at[x]] = True
    return np.concatenate([*out, ~mean_fixed])


def saturated_trace(
    solution: TwoLevelSolution, group: int, likelihood: Likelihood, s: Saturated
) -> tuple[float, int]:
    """Return tr(B A^-1) of the unrestricted model of one group and its number of moments."""
    layout = likelihood.layout
    by = unrestricted_derivatives(layout)
    A = likelihood.information(s.Sw, s.mu_w, s.Sb, s.mu_b, by, observed=True)
    scores = score_of(likelihood.by_cluster(s.Sw, s.mu_w, s.Sb, s.mu_b), by)
    keep = np.flatnonzero(kept(solution, group, layout))
    A, scores = A[np.ix_(keep, keep)], scores[:, keep]
    parts = inverse_and_log_det(A)
    inverse = parts[0] if parts is not None else np.linalg.pinv(A)
    return float(np.sum((scores.T @ scores) * inverse)), keep.size


def robust_test(
    solution: TwoLevelSolution, clustered: Clustered, plain: ChiSquare, saturated: list[Saturated]
) -> ChiSquare:
    """Return the Yuan-Bentler test with cluster scores."""
    name = "yuan.bentler.mplus"
    if solution.df == 0:
        return ChiSquare(name, plain.statistic, 0, math.nan)
    E = inverted(solution, observed_information(solution))
    h1 = h0 = 0.0
    count = 0
    for i, (likelihood, meat) in enumerate(
        zip(clustered.likelihoods, cluster_meat(solution), strict=True)
    ):
        trace, moments = saturated_trace(solution, i, likelihood, saturated[i])
        h1, count = h1 + trace, count + moments
        h0 += float(np.sum(meat * E))
    c = (h1 - h0) / plain.df
    value = plain.statistic / c
    return ChiSquare(
        name, value, plain.df, p_of(value, plain.df), c, 0.0, h1 - h0,
        h1 / count, h0 / solution.n_parameters,
    )  # fmt: skip


def twolevel_fit_measures(
    solution: TwoLevelSolution,
    clustered: Clustered,
    plain: ChiSquare,
    robust: ChiSquare | None,
    logs: tuple[float, float],
    unrestricted: list[Saturated],
    saturated: list[Saturated],
) -> dict[str, float]:
    """Compute the fit measures that lavaan prints for two levels.

    Tests compare with the `unrestricted` moments, SRMR with the `saturated` ones, whose between
    covariance is a possible one.
    """
    n, groups = solution.data.n, len(clustered.likelihoods)
    out: dict[str, float] = {
        "npar": solution.n_parameters,
        "fmin": _fmin(solution, clustered),
        "chisq": plain.statistic,
        "df": plain.df,
        "pvalue": plain.p,
    }
    if robust is not None:
        out |= {
            "chisq.scaled": robust.statistic,
            "df.scaled": robust.df,
            "pvalue.scaled": robust.p,
            "chisq.scaling.factor": robust.scaling,
        }
    null = fit_twolevel_table(two_level_independence(solution.table), clustered, solution.options)
    null_plain = plain_test(null, logs_of(null, clustered, unrestricted))
    null_robust = None if robust is None else robust_test(null, clustered, null_plain, unrestricted)
    versus = None
    if robust is not None and null_robust is not None:
        versus = _from_scaling(plain, robust, null_plain, null_robust)
    out |= _baseline(null_plain, null_robust)
    out |= _incremental(plain, robust, null_plain, null_robust, versus)
    out |= _likelihoods(logs, solution, robust)
    if solution.options.missing == "fiml":
        # Corrections of CFI, TLI and RMSEA for missing values are not known for two levels.
        versus = fi.Versus(*[math.nan] * 6), math.nan
        out |= {f"{name}.robust": math.nan for name in ("cfi", "tli", "nnfi", "rni")}
    by = versus[0].scaling if versus else 1.0
    out |= _approximation(plain, robust, versus, by, n, groups)
    by_robust = corrected_by(robust, versus, n)
    variables = len(solution.table.blocks[0].observed)
    out |= explained_measures(plain, math.nan, by_robust, n, variables)
    return out | _srmr(solution, saturated)


def _fmin(solution: TwoLevelSolution, clustered: Clustered) -> float:
    """Minus the log-likelihood per case without its constant, weighted n_g / N as lavaan does."""
    objective = solution.objective
    n, total = solution.data.n, 0.0
    for part, g in zip(objective.terms(solution.theta), clustered.likelihoods, strict=True):
        if part is None:
            return math.nan
        value = -part.value - 0.5 * _observed(g) * math.log(2 * math.pi)
        total += g.N / n * value / n
    return total


def _observed(likelihood: Likelihood) -> int:
    layout = likelihood.layout
    values = getattr(likelihood, "values", likelihood.N * layout.p)
    return int(values + likelihood.J * (layout.size - layout.p))


def _correlation(S: Floats) -> Floats:
    sd = np.sqrt(np.diag(S))
    return np.asarray(S / np.outer(sd, sd))


def _positive(S: Floats) -> Floats:
    """Raise eigenvalues below 1e-6 of the largest to that, as lavaan does before its SRMR."""
    if S.shape[0] == 1:
        return np.maximum(S, 1e-6)
    values, vectors = np.linalg.eigh(S)
    floor = 1e-6 * abs(float(values[-1]))
    return np.asarray((vectors * np.where(values < floor, floor, values)) @ vectors.T)


def _srmr(solution: TwoLevelSolution, saturated: list[Saturated]) -> dict[str, float]:
    """Return the SRMR of both levels.

    The unrestricted covariance between groups is the one without negative eigenvalues. One that
    the model implies may have some, by a negative residual variance; as lavaan does, it is
    compared with the eigenvalues raised.
    """
    states = states_of(solution)
    within = between = 0.0
    for i, (share, s) in enumerate(zip(solution.data.shares, saturated, strict=True)):
        for level, sample in enumerate((s.Sw, s.Sb)):
            implied = states[2 * i + level].Sigma
            implied = _positive(implied) if level else implied
            if (np.diag(implied) <= 0).any() or (np.diag(sample) <= 0).any():
                value = math.nan
            else:
                gap = _correlation(sample) - _correlation(implied)
                value = math.sqrt(float(np.mean(gap[np.tril_indices(gap.shape[0])] ** 2)))
            within += share * value if level == 0 else 0.0
            between += share * value if level == 1 else 0.0
    return {"srmr": within + between, "srmr_within": within, "srmr_between": between}


def fit_by_level(
    solution: TwoLevelSolution, clustered: Clustered, logs: tuple[float, float]
) -> list[dict[str, float]]:
    """Return chi-square, CFI, TLI and RMSEA of every level, the other level saturated.

    References
    ----------
    Ryu & West (2009), Structural Equation Modeling 16:583 (partially saturated models).
    """
    out = []
    table, options = solution.table, solution.options
    x = covariate_log_likelihood(solution, clustered)
    for level in (1, 2):
        other = 3 - level
        tests = []
        for source in (table, two_level_independence(table)):
            fitted = fit_twolevel_table(saturated_level(table, source, other), clustered, options)
            logl = -fitted.optimum.value * fitted.data.n - x
            tests.append((difference((logl, logs[1])), fitted.df, fitted.optimum.converged))
        (chisq, df, fine), (null, null_df, fine_null) = tests
        v = fi.Versus(chisq, df, null, null_df)
        sizes = clustered.likelihoods
        n = sum(g.J for g in sizes) if level == 2 else sum(g.N - g.J for g in sizes)
        good = fine and fine_null
        out.append(
            {
                "level": level,
                "chisq": chisq if fine else math.nan,
                "df": df,
                "pvalue": p_of(chisq, df) if fine else math.nan,
                "cfi": fi.cfi(v) if good else math.nan,
                "tli": fi.tli(v) if good else math.nan,
                "rmsea": fi.rmsea(chisq, df, n, len(sizes)) if fine else math.nan,
                "n": n,
            }
        )
    return out
