"""Ordered categorical answers: limited-information estimation of structural equation models.

References
----------
Muthen (1984), Psychometrika 49:115; Wu & Estabrook (2016), Psychometrika 81:1014 (invariance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from collective_use.checks import one_of, quoted
from collective_use.errors import (
    EstimationError,
    InputError,
    NotSupported,
)
from collective_use.numerics.moments import Floats
from collective_use.numerics.ordinal.moments import OrdinalMoments
from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.numerics.ordinal.response import moments_of
from collective_use.numerics.sem.model import Model
from collective_use.sem.engines.core import Solution, sample_statistics
from collective_use.sem.engines.search import search
from collective_use.sem.inference import inverted
from collective_use.sem.options import ORDERED, Options
from collective_use.sem.ordinal.read import Coded, outcomes_of
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import BlockNames, ParameterTable
from collective_use.sem.table.start import with_sample_moments
from collective_use.syntax.model_text import ModelText

PARAMETERIZATIONS = ("delta", "theta")

NEEDS_EVERY = (
    "least squares without weights, or with a full one, need every correlation, but the data do "
    "not tell one (see the warning): use estimator='WLSMV', join categories or leave an item out"
)


def ordinal_options(estimator: str | None, se: str | None, test: str | None) -> Options:
    """Complete the options of an ordinal fit; without estimator, WLSMV.

    Raises
    ------
    NotSupported
        For estimators that do not apply to ordered variables.

    Examples
    --------
    >>> ordinal_options(None, None, None).test
    'scaled.shifted'
    """
    name = (estimator or "WLSMV").upper()
    if name not in ORDERED:
        raise NotSupported(
            f"estimator={name!r} with ordered variables is not supported: "
            f"use one of {quoted(ORDERED)}"
        )
    function, errors, statistic = ORDERED[name]
    if function == "PML":
        return _pairwise_options(se, test)
    if se is not None:
        errors = "robust.sem" if se == "robust" else se
        one_of("se", errors, ("standard", "robust.sem", "none"))
    if test is not None:
        one_of("test", test, ("standard", "satorra.bentler", "mean.var.adjusted", "scaled.shifted"))
        statistic = test
    return Options(name, function, "normal", "listwise", errors, statistic, "expected")


def _pairwise_options(se: str | None, test: str | None) -> Options:
    errors = "robust.huber.white" if se in (None, "robust") else str(se)
    statistic = test or "mean.var.adjusted"
    for name, value, offered in (
        ("se", errors, ("robust.huber.white", "none")),
        ("test", statistic, ("standard", "mean.var.adjusted")),
    ):
        if value not in offered:
            raise NotSupported(
                f"{name}={value!r} with estimator='PML' is not supported: use one of "
                f"{quoted(offered)}"
            )
    return Options("PML", "PML", "normal", "listwise", errors, statistic, "observed")


def ordinal_table(
    model: str | ModelText | ParameterTable,
    options: TableOptions,
    categories: dict[str, tuple[float, ...]],
    *,
    conditional: bool = False,
) -> ParameterTable:
    """Build the table of a model with ordered variables and refuse what is not offered.

    Parameters
    ----------
    model, options
        As for `parameter_table`.
    categories
        Values of every ordered variable.
    conditional
        Take all statistics given the covariates; otherwise covariates are normal variables beside
        the ordered ones.

    Raises
    ------
    NotSupported
        For ordered variables that explain others, and residual variances in delta
        parameterisation.
    """
    thresholds = {name: len(values) - 1 for name, values in categories.items()}
    table = parameter_table(
        model, replace(options, meanstructure=True, fixed_x=conditional, thresholds=thresholds)
    )
    check_thresholds(table, thresholds)
    for block in table.blocks:
        _refuse_block(table, block)
    return table


def check_thresholds(table: ParameterTable, thresholds: dict[str, int]) -> None:
    """Refuse thresholds that the data do not have."""
    for row in table.rows:
        if row.op != "|":
            continue
        if row.lhs not in thresholds:
            raise InputError(
                f"{row.lhs} | {row.rhs} is a threshold, but {row.lhs} is not ordered: "
                "name it in ordered="
            )
        possible = [f"t{number}" for number in range(1, thresholds[row.lhs] + 1)]
        if row.rhs not in possible:
            raise InputError(
                f"{row.lhs} | {row.rhs}: the thresholds of {row.lhs} are {quoted(possible)} "
                f"({len(possible) + 1} categories)"
            )


def _refuse_block(table: ParameterTable, block: BlockNames) -> None:
    rows = [r for r in table.rows if r.group == block.group]
    acting = {r.rhs for r in rows if r.op == "~"} | {r.lhs for r in rows if r.op == "=~"}
    if used := sorted(acting & set(block.ordered)):
        raise NotSupported(
            f"ordered variables that explain others are not supported: {quoted(used)}"
        )
    if table.parameterization == "delta" and any(
        r.op == "~~" and r.lhs == r.rhs and r.lhs in block.ordered and r.user for r in rows
    ):
        raise NotSupported(
            "residual variances of ordered variables are no parameters in delta "
            "parameterisation: use parameterization='theta'"
        )


def weights_of(moments: Sequence[OrdinalMoments], function: str) -> list[Floats]:
    """Return by group the weight of the statistics."""
    out: list[Floats] = []
    for m in moments:
        gamma = m.gamma if m.independent is None else m.independent
        if function == "ULS":
            if m.flat_pairs.size:
                raise EstimationError(NEEDS_EVERY)
            out.append(np.ones(m.statistics.size))
        elif function == "DWLS":
            out.append(1.0 / np.diag(gamma))
        else:
            if m.flat_pairs.size:
                raise EstimationError(NEEDS_EVERY)
            d = np.sqrt(np.diag(gamma))
            if np.linalg.cond(gamma / np.outer(d, d)) > 1e14 or m.n <= m.statistics.size:
                raise EstimationError(
                    f"WLS needs more cases than statistics: {m.n:g} cases, "
                    f"{m.statistics.size} statistics; use WLSMV"
                )
            out.append(np.asarray(np.linalg.inv(gamma), dtype=np.float64))
    return out


def with_starts(table: ParameterTable, moments: Sequence[OrdinalMoments]) -> ParameterTable:
    """Start thresholds at the sample's."""
    rows = []
    for row in table.rows:
        if row.op == "|" and row.free and np.isnan(row.start):
            g = moments[row.group - 1]
            item = outcomes_of(table.block(row.group)).index(row.lhs)
            cuts = g.thresholds[g.item == item]
            row = row._replace(start=float(cuts[int(row.rhs[1:]) - 1]))
        rows.append(row)
    return replace(table, rows=tuple(rows))


def fit_ordinal_table(table: ParameterTable, coded: Coded, options: Options) -> OrdinalSolution:
    """Estimate a model with ordered variables.

    Raises
    ------
    EstimationError
        When the model has more parameters than statistics.
    """
    available = sample_statistics(table)
    if table.n_free > available and not table.constraints:
        raise EstimationError(
            f"the model has {table.n_free} free parameters but the data only {available} "
            "statistics: fix parameters or hold some equal"
        )
    joint = with_sample_moments(table, [g.moments for g in coded.sample.groups])
    filled = with_starts(joint, coded.moments)
    model = compile_model(filled)
    constraints = read_constraints(filled)
    first, _ = ordinal_objectives(filled, model, coded, options.function)
    optimum, basis = search(filled, coded.sample, first, constraints)
    final = with_residuals(filled, first, optimum.theta)
    model = compile_model(final)
    return OrdinalSolution(
        final, model, coded.sample, options,
        *ordinal_objectives(final, model, coded, options.function),
        optimum, basis, constraints,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrdinalSolution(Solution):
    """Where estimation with ordered variables ended."""

    objective: OrdinalObjective
    shared: OrdinalObjective


def ordinal_objectives(
    table: ParameterTable, model: Model, coded: Coded, function: str
) -> tuple[OrdinalObjective, OrdinalObjective]:
    """Return the objective, groups weighted (n_g - 1) / N, and the same weighted n_g / N."""
    W = weights_of(coded.moments, function)
    n = np.array([m.n for m in coded.moments])
    by_theta = table.parameterization == "theta"
    first, shared = (
        OrdinalObjective(model, coded.moments, weights, W, theta_parameters=by_theta)
        for weights in ((n - 1) / n.sum(), n / n.sum())
    )
    return first, shared


def with_residuals(
    table: ParameterTable, objective: OrdinalObjective, theta: Floats
) -> ParameterTable:
    """Fill in what the parameterisation implies: residual variances (delta) or scales (theta)."""
    rows = []
    responses = objective.responses(theta)
    for row in table.rows:
        if row.op in ("~~", "~*~") and not row.free and row.lhs == row.rhs:
            block = table.block(row.group)
            if row.lhs in block.ordered:
                r, i = responses[row.group - 1], outcomes_of(block).index(row.lhs)
                d, total = r.scale[i], moments_of(r).Sigma[i, i]
                if table.parameterization == "delta" and row.op == "~~":
                    row = row._replace(start=float(d**-2 - (total - row.start)))
                elif table.parameterization == "theta" and row.op == "~*~":
                    row = row._replace(start=float(d))
        rows.append(row)
    return replace(table, rows=tuple(rows))


def ordinal_vcov(solution: OrdinalSolution, moments: Sequence[OrdinalMoments]) -> Floats | None:
    """Return the covariance of the estimates; None when the information is singular."""
    if solution.options.se == "none" or solution.model.n_free == 0:
        return None
    try:
        bread = inverted(solution, solution.shared.fisher(solution.theta))
    except (EstimationError, ValueError):
        return None
    if solution.options.se == "standard":
        return bread / solution.effective_n
    middle = ordinal_meat(solution, moments)
    return np.asarray(bread @ middle @ bread / solution.effective_n)


def ordinal_meat(solution: OrdinalSolution, moments: Sequence[OrdinalMoments]) -> Floats:
    """Return ``D' W Gamma W D`` of one case, groups weighted n_g / N, (q, q)."""
    objective = solution.shared
    q = solution.model.n_free
    out = np.zeros((q, q))
    for share, m, W, r in zip(
        solution.data.shares, moments, objective.W, objective.responses(solution.theta), strict=True
    ):
        WD = W[:, None] * r.jacobian if W.ndim == 1 else W @ r.jacobian
        out += share * (WD.T @ m.gamma @ WD)
    return out
