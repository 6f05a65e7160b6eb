"""Ordered answers at two levels: table, estimation, errors.

References
----------
Asparouhov & Muthen (2007), Proceedings of the Joint Statistical Meeting, Section on Statistics in
Epidemiology: 2531.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from collective_use.checks import quoted
from collective_use.errors import (
    EstimationError,
    InputError,
    NotSupported,
    SmallGroupsWarning,
    warn,
)
from collective_use.numerics.moments import GroupMoments
from collective_use.numerics.ordinal_twolevel.moments import TwoLevelOrdinalMoments
from collective_use.numerics.ordinal_twolevel.objective import TwoLevelOrdinalObjective
from collective_use.sem.data.data import GroupData, SampleData
from collective_use.sem.engines.core import sample_statistics
from collective_use.sem.engines.search import search
from collective_use.sem.options import Options
from collective_use.sem.ordinal.estimate import OrdinalSolution, ordinal_options, weights_of
from collective_use.sem.ordinal_twolevel.read import CodedClusters
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.twolevel.estimate import relabelled

ESTIMATORS = ("WLSMV", "WLSM", "WLSMVS", "ULSMV", "ULSM", "ULSMVS")
"""Least squares whose errors and tests allow for the weights."""


@dataclass(frozen=True, slots=True)
class TwoLevelOrdinalSolution(OrdinalSolution):
    """Where estimation with ordered variables at two levels ended."""

    objective: TwoLevelOrdinalObjective
    shared: TwoLevelOrdinalObjective


def two_level_ordinal_options(estimator: str | None, se: str | None, test: str | None) -> Options:
    """Complete the options; without estimator, WLSMV.

    Raises
    ------
    NotSupported
        For estimators whose errors would not allow for clusters.

    Examples
    --------
    >>> two_level_ordinal_options(None, None, None).estimator
    'WLSMV'
    """
    name = (estimator or "WLSMV").upper()
    if name not in ESTIMATORS:
        raise NotSupported(
            f"estimator={name!r} with ordered variables at two levels is not supported: use one of "
            f"{quoted(ESTIMATORS)}"
        )
    options = ordinal_options(name, se, test)
    for what, value in (("se", options.se), ("test", options.test)):
        if value == "standard":
            raise NotSupported(
                f"{what}='standard' with ordered variables at two levels is not supported: answers "
                f"of one cluster depend on each other, leave {what}= out"
            )
    return options


def check_two_level_ordinal(
    table: ParameterTable, categories: Mapping[str, tuple[float, ...]]
) -> ParameterTable:
    """Refuse what is not offered; return the table with one order of variables at both levels.

    Raises
    ------
    NotSupported
        For covariates, variables that are not ordered or stand at one level only, ordered variables
        that explain others.
    InputError
        For thresholds and scales where there are none.
    """
    if table.n_levels != 2:
        raise NotSupported(f"models with {table.n_levels} levels are not supported")
    first = table.block(1, 1).observed
    for group in range(1, table.n_groups + 1):
        within, between = table.block(group, 1), table.block(group, 2)
        if covariates := (*within.covariates, *between.covariates):
            raise NotSupported(
                f"covariates ({quoted(covariates)}) with ordered variables at two levels are not "
                "supported: take the answers as numbers (estimator='MLR')"
            )
        if alone := sorted(set(within.observed) ^ set(between.observed)):
            raise NotSupported(
                f"variables of one level ({quoted(alone)}) beside ordered ones at two levels are "
                "not supported: name each item at both levels"
            )
        if numbers := [name for name in within.observed if name not in categories]:
            raise NotSupported(
                f"continuous variables ({quoted(numbers)}) beside ordered ones at two levels are "
                "not supported: name all in ordered=, or take the answers as numbers "
                "(estimator='MLR')"
            )
        if set(within.observed) != set(first):
            raise NotSupported("groups with different variables are not supported")
    _check_rows(table)
    if unused := sorted(set(categories) - set(first)):
        raise InputError(f"ordered must name variables of the model, got {quoted(unused)}")
    return replace(table, blocks=tuple(replace(b, observed=first) for b in table.blocks))


def _check_rows(table: ParameterTable) -> None:
    items = set(table.block().observed)
    for row in table.rows:
        if row.op == "~*~" or (row.op == "|" and row.level == 1):
            raise InputError(
                f"{row.lhs} {row.op} {row.rhs}: at two levels thresholds stand at level 2, and "
                "there are no scales (residual variances within are 1)"
            )
        explains = row.rhs if row.op == "~" else row.lhs if row.op == "=~" else ""
        if explains in items:
            raise NotSupported(
                f"ordered variables that explain others are not supported: {quoted([explains])}"
            )


def estimate_table(
    table: ParameterTable, coded: CodedClusters, options: Options
) -> TwoLevelOrdinalSolution:
    """Estimate a model with ordered variables at two levels.

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
    filled = _with_starts(table, coded.moments)
    model, constraints = compile_model(filled), read_constraints(filled)
    n = np.array([m.n for m in coded.moments])
    W = weights_of(coded.moments, options.function)
    # As at one level (and in lavaan): the discrepancy of a group counts n - 1 cases, errors n.
    first, shared = (
        TwoLevelOrdinalObjective(model, coded.moments, weights, W)
        for weights in ((n - 1) / n.sum(), n / n.sum())
    )
    optimum, basis = search(relabelled(filled), _start_data(coded), first, constraints)
    return TwoLevelOrdinalSolution(
        filled, model, coded.sample, options, first, shared, optimum, basis, constraints
    )


def _with_starts(
    table: ParameterTable, moments: Sequence[TwoLevelOrdinalMoments]
) -> ParameterTable:
    rows = []
    for row in table.rows:
        if row.op == "|" and row.free and np.isnan(row.start):
            g = moments[row.group - 1]
            own = g.thresholds[g.item == table.block(row.group, 2).observed.index(row.lhs)]
            row = row._replace(start=float(own[int(row.rhs[1:]) - 1]))
        rows.append(row)
    return replace(table, rows=tuple(rows))


def _start_data(coded: CodedClusters) -> SampleData:
    built = []
    for m in coded.moments:
        zero = np.zeros(len(m.covariance))
        moments = [GroupMoments(1.0, zero, S, 0.0) for S in (m.covariance, m.between)]
        built += [GroupData("", None, both, np.zeros(0, np.intp)) for both in moments]
    return replace(coded.sample, groups=tuple(built))


def warn_few(table: ParameterTable, moments: Sequence[TwoLevelOrdinalMoments]) -> None:
    """Warn when the clusters are few for what is asked of them."""
    J = sum(m.J for m in moments)
    asked = len({r.free for r in table.rows if r.free and r.level == 2 and r.op != "|"})
    if asked >= J:
        warn(
            f"{asked} parameters of level 2 are estimated from {J} clusters: errors and tests "
            "of level 2 cannot be trusted",
            SmallGroupsWarning,
        )
