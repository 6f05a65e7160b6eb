"""From table and data to a solution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from collective_use.errors import EstimationError
from collective_use.numerics.moments import Floats, Ints, adf_gamma, vech
from collective_use.numerics.search.optimise import Optimum
from collective_use.numerics.sem.fiml import FimlObjective
from collective_use.numerics.sem.function import Objective
from collective_use.numerics.sem.model import Model
from collective_use.numerics.sem.objective import (
    GlsObjective,
    LeastSquaresObjective,
    NormalObjective,
)
from collective_use.numerics.threads import thread_controller as thread_controller
from collective_use.sem.data.data import SampleData
from collective_use.sem.engines.search import search
from collective_use.sem.options import Options
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import Constraints, read_constraints
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.start import with_sample_moments

S = TypeVar("S", bound="Solution")


@dataclass(frozen=True, slots=True)
class Solution:
    """Where estimation ended, with everything inference reads.

    Attributes
    ----------
    table, model, data, options
        What was fitted to what, and how.
    objective
        What was minimised (groups weighted as the estimator weighs them).
    shared
        The same with groups weighted n_g / N.
    optimum
        The solution and how the search ended.
    basis
        Directions that constraints leave open (q, r), None when there are none.
    constraints
        Definitions and constraints.
    border
        Number of directions that the rotation of exploratory blocks takes away.
    """

    table: ParameterTable
    model: Model
    data: SampleData
    options: Options
    objective: Objective
    shared: Objective
    optimum: Optimum
    basis: Floats | None
    constraints: Constraints
    border: int = 0

    @property
    def theta(self) -> Floats:
        """Free parameters."""
        return self.optimum.theta

    @property
    def effective_n(self) -> float:
        """What the information of one case is multiplied with."""
        n = self.data.n
        return n - len(self.data.groups) if self.options.unbiased else n

    @property
    def n_parameters(self) -> int:
        """Number of parameters after equalities; an active inequality takes none away."""
        if self.basis is None:
            return self.model.n_free
        return int(self.basis.shape[1]) + pinned(self)

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return sample_statistics(self.table) - self.n_parameters


def pinned(solution: Solution) -> int:
    """Count active inequalities, which no search may leave but which are parameters still."""
    if solution.basis is None:
        return 0
    equal = solution.constraints.equalities(solution.theta)[1]
    rank = int(np.linalg.matrix_rank(equal)) if equal.size else 0
    return int(solution.model.n_free - rank - solution.basis.shape[1]) - solution.border


def sample_statistics(table: ParameterTable) -> int:
    """Count the moments that parameters explain: all but those of fixed covariates."""
    total = 0
    for block in table.blocks:
        p, x = len(block.observed) - len(block.absent), len(block.exogenous)
        total += p * (p + 1) // 2 - x * (x + 1) // 2
        if table.meanstructure:
            total += p - x
        if block.level == 1 and table.n_levels > 1:
            # Means of variables that exist at both levels belong to level 2.
            total -= len(set(block.observed) & set(table.block(block.group, 2).observed))
        if block.ordered:
            cuts = sum(
                row.op == "|" and row.group == block.group and row.level == block.level
                for row in table.rows
            )
            # Means go, and variances do too; at two levels those within alone, their unit.
            total += cuts - (2 if table.n_levels == 1 else 1) * len(block.ordered)
    return total


def least_squares_weights(
    data: SampleData, table: ParameterTable, options: Options
) -> list[Floats]:
    """Return by group the weight of (mean, vech S) of ULS, DWLS or WLS."""
    out = []
    for g, block in zip(data.groups, table.blocks, strict=True):
        p = g.moments.mean.size
        k = p * (p + 1) // 2 + (p if table.meanstructure else 0)
        if options.function == "ULS":
            out.append(np.ones(k))
            continue
        place = {name: i for i, name in enumerate(block.observed)}
        covariates = np.array([place[name] for name in block.exogenous], dtype=np.intp)
        if g.Y is None:
            raise EstimationError("WLS and DWLS need the cases, not only their moments")
        if covariates.size:
            keep = _not_fixed(p, covariates, means=table.meanstructure)
        else:
            keep = np.ones(k, dtype=bool)
        G = adf_gamma(g.Y, g.moments.mean, covariates, means=table.meanstructure)
        if options.function == "DWLS":
            diagonal = np.diag(G)
            out.append(np.where(keep, 1 / np.where(keep, diagonal, 1.0), 0.0))
            continue
        out.append(_inverse_weight(G, keep, g.moments.n))
    return out


def _inverse_weight(G: Floats, keep: NDArray[np.bool_], n: float) -> Floats:
    rank_needed = int(keep.sum())
    if n <= rank_needed:
        raise EstimationError(
            f"WLS needs more cases than moments: {n:g} cases, {rank_needed} moments; use DWLS"
        )
    W = np.zeros_like(G)
    inner = G[np.ix_(keep, keep)]
    W[np.ix_(keep, keep)] = np.linalg.inv(inner)
    return W


def _not_fixed(p: int, covariates: Ints, *, means: bool) -> NDArray[np.bool_]:
    fixed = np.zeros(p, dtype=bool)
    fixed[covariates] = True
    both = vech(np.outer(fixed, fixed).astype(float)) > 0
    return ~np.concatenate([fixed, both]) if means else ~both


def make_objective(
    model: Model, data: SampleData, options: Options, table: ParameterTable
) -> tuple[Objective, Objective]:
    """Return the objective, and the same with groups weighted n_g / N."""
    n = np.array([g.moments.n for g in data.groups])
    shares = n / data.n
    weights = (n - 1) / data.n if options.unbiased else shares
    moments = [g.moments for g in data.groups]
    first: Objective
    if options.missing == "fiml":
        first = FimlObjective(model, [g.patterns for g in data.groups], shares)
        return first, first
    if options.function == "ML":
        # lavaan weighs groups n_g / N in the Wishart likelihood too, and only then takes n_g - 1.
        first = NormalObjective(model, moments, shares)
        return first, first
    if options.function == "GLS":
        return GlsObjective(model, moments, weights), GlsObjective(model, moments, shares)
    W = least_squares_weights(data, table, options)
    return (
        LeastSquaresObjective(model, moments, weights, W),
        LeastSquaresObjective(model, moments, shares, W),
    )


def fit_table(table: ParameterTable, data: SampleData, options: Options) -> Solution:
    """Estimate a model.

    Parameters
    ----------
    table
        Parameter table; fixed moments of covariates are filled in from the data.
    data
        Sample.
    options
        Resolved options.

    Raises
    ------
    EstimationError
        When the model has more parameters than moments.
    """
    filled = with_sample_moments(table, [g.moments for g in data.groups])
    model = compile_model(filled)
    constraints = read_constraints(filled)
    objective, shared = make_objective(model, data, options, filled)
    optimum, basis = search(filled, data, objective, constraints)
    return Solution(filled, model, data, options, objective, shared, optimum, basis, constraints)


def relabelled(solution: S, optimum: Optimum) -> S:
    """Return the solution with another optimum."""
    return replace(solution, optimum=optimum)


def moved_to(solution: S, theta: Floats) -> S:
    """Return the solution at other parameter values."""
    value = solution.objective.value(theta)
    return replace(solution, optimum=Optimum(theta, value, 0.0, 0, True, "given"))
