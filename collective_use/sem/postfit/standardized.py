"""Standardised solutions with delta-method errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.accepted import Array
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.sem.model import Block, State, fill
from collective_use.sem.engines.core import Solution
from collective_use.sem.inference import states_of
from collective_use.sem.table.compiled import variables_of
from collective_use.sem.table.constraints import evaluate, read_expression
from collective_use.sem.table.partable import CONSTRAINTS, BlockNames, Parameter, ParameterTable

KINDS = ("lv", "all", "nox")
"""Latent variables only, all variables, all but fixed covariates."""


@dataclass(frozen=True, slots=True)
class Scales:
    """What standardisation of one block divides by.

    Attributes
    ----------
    names
        Variables of the block.
    place
        Position by variable name.
    total, by_total
        Variances (t,) and their derivatives (t, q).
    residual, by_residual
        Diagonal of S (t,) and its derivatives (t, q).
    """

    names: BlockNames
    place: dict[str, int]
    total: Floats
    by_total: Floats
    residual: Floats
    by_residual: Floats


def variance_derivatives(block: Block, state: State, q: int) -> Floats:
    """Return the derivatives of all variances by the free parameters, (t, q)."""
    V, C = state.V, state.C
    out = np.zeros((block.t, q))
    effects = 2 * V[:, block.a_row] * C[:, block.a_col]
    same = block.s_row == block.s_col
    spreads = V[:, block.s_row] * V[:, block.s_col] * np.where(same, 1.0, 2.0)
    np.add.at(out.T, block.a_free, effects.T)
    np.add.at(out.T, block.s_free, spreads.T)
    return out


def scales_of(solution: Solution) -> dict[tuple[int, int], Scales]:
    """Return the scales of every block, by group and level."""
    out = {}
    q = solution.model.n_free
    for names, block, state in zip(
        solution.table.blocks, solution.model.blocks, states_of(solution), strict=True
    ):
        _, S, _ = fill(block, solution.theta)
        by_residual = np.zeros((block.t, q))
        own = block.s_row == block.s_col
        by_residual[block.s_row[own], block.s_free[own]] = 1.0
        by_total = variance_derivatives(block, state, q)
        place = {name: i for i, name in enumerate(variables_of(names))}
        if solution.table.parameterization == "delta":
            ordered, given = (
                np.array([place[n] for n in own], dtype=np.intp)
                for own in (names.ordered, names.exogenous)
            )
            told = told_derivatives(block, state, given, ordered, q)
            _follow_delta(block, ordered, solution, by_total, by_residual, told)
        out[names.group, names.level] = Scales(
            names,
            place,
            np.diag(state.C).copy(),
            by_total,
            np.diag(S).copy(),
            by_residual,
        )
    return out


def told_derivatives(block: Block, state: State, given: Ints, rows: Ints, q: int) -> Floats:
    """Return the derivatives of what fixed covariates explain of some variances, (r, q)."""
    if not given.size:
        return np.zeros((rows.size, q))
    V, C = state.V, state.C
    slopes = np.linalg.solve(C[np.ix_(given, given)], C[np.ix_(given, rows)]).T
    out = np.zeros((rows.size, q))
    # dC[r, g] by an effect i <- j is V[r, i] C[j, g] + C[r, j] V[g, i]; nothing acts on covariates.
    cross = np.einsum("rk,kg->rkg", V[np.ix_(rows, block.a_row)], C[np.ix_(block.a_col, given)])
    by_cell = 2 * np.einsum("rkg,rg->rk", cross, slopes)
    np.add.at(out.T, block.a_free, by_cell.T)
    return out


def _follow_delta(
    block: Block, ordered: Ints, solution: Solution, by_total: Floats, by_residual: Floats,
    told: Floats,
) -> None:  # fmt: skip
    """Ordered variables in delta parameterisation: the scale sets the total variance.

    Given covariates it sets what they leave; `told` is how the rest moves.
    """
    for i, by_told in zip(ordered.tolist(), told, strict=True):
        explained = by_total[i].copy()
        by_total[i] = by_told
        for place in block.delta_free[block.delta_row == i]:
            by_total[i, place] += -2.0 * solution.theta[place] ** -3.0
        by_residual[i] = by_total[i] - explained


def exponents(row: Parameter, scales: Scales, kind: str) -> list[tuple[str, str, float]]:
    """Return what a parameter is multiplied with: (variable, total or residual, exponent)."""
    latent, exogenous = set(scales.names.latent), set(scales.names.covariates)

    # What is explained counts also when it is a covariate that an equation of its own would make
    # an outcome (modification indices).
    explained = row.lhs if row.op in ("~", "<~") else row.rhs if row.op == "=~" else ""

    def counts(name: str) -> bool:
        if name in latent:
            return True
        return kind != "lv" and not (kind == "nox" and name in exogenous and name != explained)

    if row.op == "=~":
        parts = [(row.lhs, "total", 0.5), (row.rhs, "total", -0.5)]
    elif row.op in ("~", "<~"):
        parts = [(row.rhs, "total", 0.5), (row.lhs, "total", -0.5)]
    elif row.op in ("~1", "|"):
        parts = [(row.lhs, "total", -0.5)]
    elif row.op == "~~" and row.lhs == row.rhs:
        parts = [(row.lhs, "total", -1.0)]
    elif row.op == "~~":
        parts = [(row.lhs, "residual", -0.5), (row.rhs, "residual", -0.5)]
    else:
        parts = []
    return [part for part in parts if counts(part[0])]


def factor_of(row: Parameter, scales: Scales, kind: str) -> tuple[float, Floats]:
    """Return the factor that standardizes a parameter, and the gradient of its logarithm."""
    q = scales.by_total.shape[1]
    factor, slope = 1.0, np.zeros(q)
    for name, which, power in exponents(row, scales, kind):
        k = scales.place[name]
        value = scales.total[k] if which == "total" else scales.residual[k]
        by = scales.by_total[k] if which == "total" else scales.by_residual[k]
        if value == 0 or (which == "total" and value < 0):
            return np.nan, np.full(q, np.nan)
        factor *= abs(value) ** power
        slope = slope + power * by / value
    return factor, slope


def value_of(row: Parameter, theta: Floats) -> float:
    """Return the value of a parameter row."""
    return float(theta[row.free - 1]) if row.free else row.start


def standardize(
    solution: Solution, vcov: Floats | None, kind: str = "all"
) -> tuple[Floats, Floats]:
    """Return standardized values and errors by table row.

    Parameters
    ----------
    solution
        The solution.
    vcov
        Covariance of the free parameters, or None when errors are not wanted (NaN).
    kind
        One of `KINDS`.

    Returns
    -------
    values, errors
        NaN for rows with ``== < >``.
    """
    scales = scales_of(solution)
    rows = solution.table.rows
    q = solution.model.n_free
    values, slopes = np.full(len(rows), np.nan), np.zeros((len(rows), q))
    for i, row in enumerate(rows):
        if row.op in CONSTRAINTS:
            continue
        if row.op == "~*~":
            _scale(row, kind, solution.theta, values, slopes, i)
            continue
        block = scales[row.group, row.level]
        factor, log_slope = factor_of(row, block, kind)
        estimate = value_of(row, solution.theta)
        values[i] = estimate * factor
        slopes[i] = values[i] * log_slope
        if row.free:
            slopes[i, row.free - 1] += factor
        elif row.op == "~~" and row.lhs == row.rhs:
            slopes[i] += factor * block.by_residual[block.place[row.lhs]]
    _definitions(solution.table, values, slopes, q)
    if vcov is None:
        return values, np.full(len(rows), np.nan)
    variances = np.einsum("ij,jk,ik->i", slopes, vcov, slopes)
    errors = np.asarray(root(variances))
    errors[np.isnan(values)] = np.nan
    return values, errors


def _scale(
    row: Parameter, kind: str, theta: Floats, values: Floats, slopes: Floats, i: int
) -> None:
    """The scale of a latent response: it has no latent variable to be standardised by."""
    values[i] = value_of(row, theta) if kind == "lv" else 1.0
    if kind == "lv" and row.free:
        slopes[i, row.free - 1] = 1.0


def _definitions(table: ParameterTable, values: Floats, slopes: Floats, q: int) -> None:
    """Defined parameters are functions of the standardized ones."""
    known = {}
    for i, row in enumerate(table.rows):
        if row.label and row.op not in CONSTRAINTS and row.label not in known:
            known[row.label] = (float(values[i]), slopes[i])
    for i, row in enumerate(table.rows):
        if row.op == ":=":
            found = evaluate(read_expression(row.rhs), known, q)
            known[row.lhs] = found
            values[i], slopes[i] = found


def root(variances: Array, *, rounding: float = 1e-14) -> Array:
    """Return standard errors; NaN for a variance below zero, 0 for one that is rounding error."""
    values = np.asarray(variances, dtype=float)
    return np.sqrt(np.where(values < -rounding, np.nan, np.maximum(values, 0.0)))


def standard_factors(solution: Solution, rows: Sequence[Parameter], kind: str) -> list[float]:
    """Return the factor that standardizes each of some parameters."""
    scales = scales_of(solution)
    return [factor_of(row, scales[row.group, row.level], kind)[0] for row in rows]
