"""Pairwise maximum likelihood of ordered answers: estimation, errors, test and fit.

References
----------
Katsikatsou, Moustaki, Yang-Wallentin & Joreskog (2012), Computational Statistics & Data Analysis
56:4243 (estimates and errors); Katsikatsou & Moustaki (2016), Psychometrika 81:1046 (the test).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from scipy.linalg import block_diag

from collective_use.checks import quoted
from collective_use.errors import EstimationError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.ordinal.pairwise import Pairwise, pairwise_of
from collective_use.numerics.ordinal.pairwise_objective import PairwiseObjective
from collective_use.numerics.sem import fit_indices as fi
from collective_use.sem.engines.core import sample_statistics
from collective_use.sem.engines.search import search
from collective_use.sem.goodness.explained import explained_measures
from collective_use.sem.goodness.fit_measures import _approximation, _baseline, _incremental
from collective_use.sem.goodness.tests_of_fit import ChiSquare, p_of
from collective_use.sem.inference import inverted
from collective_use.sem.options import Options
from collective_use.sem.ordinal.estimate import (
    OrdinalSolution,
    fit_ordinal_table,
    with_residuals,
    with_starts,
)
from collective_use.sem.ordinal.read import Coded
from collective_use.sem.ordinal.result import OrdinalResult
from collective_use.sem.ordinal.tests_of_fit import residual_measures
from collective_use.sem.postfit.problems import find_problems
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.start import Place, starting_near
from collective_use.syntax.expressions import labels_of

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.sem.compare.comparison import Comparison
    from collective_use.sem.postfit.parameter_test import ParameterTest
    from collective_use.sem.postfit.residuals import SemResiduals
    from collective_use.sem.resampling.base import Refit

INSTEAD = "fit with estimator='WLSMV'"


@dataclass(frozen=True, slots=True)
class PairwiseSolution(OrdinalSolution):
    """Where pairwise maximum likelihood ended."""

    objective: PairwiseObjective
    shared: PairwiseObjective


def estimate_pairwise(
    table: ParameterTable, coded: Coded, options: Options, names: Sequence[str]
) -> PairwiseResult:
    """Estimate a table by pairwise maximum likelihood, with errors and checks.

    Raises
    ------
    EstimationError
        When the model has more parameters than statistics.
    NotSupported
        For variables that are not ordered, and thresholds that are fixed or equal.
    """
    _refuse(table)
    available = sample_statistics(table)
    if table.n_free > available and not table.constraints:
        raise EstimationError(
            f"the model has {table.n_free} free parameters but the data only {available} "
            "statistics: fix parameters or hold some equal"
        )
    filled = with_starts(table, coded.moments)
    constraints = read_constraints(filled)
    pairs = [
        pairwise_of(np.asarray(g.Y), m.item)
        for g, m in zip(coded.sample.groups, coded.moments, strict=True)
    ]
    objective = PairwiseObjective(
        compile_model(filled), coded.moments, pairs,
        theta_parameters=table.parameterization == "theta",
    )  # fmt: skip
    with starting_near(_near(filled, coded, options)):
        optimum, basis = search(filled, coded.sample, objective, constraints)
    final = with_residuals(filled, objective, optimum.theta)
    there = objective.with_model(compile_model(final))
    solution = PairwiseSolution(
        final, there.model, coded.sample, options, there, there, optimum, basis, constraints
    )
    vcov = _vcov(solution)
    return PairwiseResult(
        solution, vcov, find_problems(solution, vcov), "core", tuple(names), ("",),
        moments=coded.moments, categories=coded.categories,
    )  # fmt: skip


def _near(table: ParameterTable, coded: Coded, options: Options) -> dict[Place, float]:
    """Return estimates by least squares, for which any start will do."""
    squares = replace(options, estimator="DWLS", function="DWLS", se="none", test="standard")
    theta = fit_ordinal_table(table, coded, squares).theta
    return {
        (row.op, row.lhs, row.rhs, row.group): float(theta[row.free - 1])
        for row in table.rows if row.free
    }  # fmt: skip


def _refuse(table: ParameterTable) -> None:
    """Refuse what the test of the model does not hold for."""
    for block in table.blocks:
        if block.exogenous:
            raise NotSupported(
                f"estimator='PML' with covariates ({quoted(block.exogenous)}) is not supported: "
                f"{INSTEAD}"
            )
        if others := [name for name in block.observed if name not in block.ordered]:
            raise NotSupported(
                f"estimator='PML' with variables that are not ordered ({quoted(others)}) is not "
                f"supported: {INSTEAD}"
            )
    cuts = [row for row in table.rows if row.op == "|"]
    numbers = [row.free for row in cuts]
    named = {row.label for row in cuts if row.label}
    constraints = read_constraints(table)
    used = {
        label for _, *sides in (*constraints.equal, *constraints.above)
        for side in sides for label in labels_of(side)
    }  # fmt: skip
    if 0 in numbers or len(set(numbers)) < len(numbers) or named & used:
        raise NotSupported(
            f"thresholds that are fixed or equal with estimator='PML' are not supported: {INSTEAD}"
        )


def _vcov(solution: PairwiseSolution) -> Floats | None:
    if solution.options.se == "none" or solution.model.n_free == 0:
        return None
    try:
        bread = inverted(solution, solution.objective.hessian(solution.theta))
    except (EstimationError, ValueError):
        return None
    middle = solution.objective.first_order(solution.theta)
    found = np.asarray(bread @ middle @ bread / solution.data.n)
    return found if np.isfinite(found).all() else None


@dataclass(frozen=True, slots=True)
class _Quadratic:
    """What the statistics of one group are worth at given values: correlations alone.

    ``curve`` inverts their block of the inverse of H, ``spread`` is that of the inverse of G.
    """

    curve: Floats
    spread: Floats


def _quadratic(g: Pairwise, at: Floats, n: float) -> _Quadratic:
    H = np.linalg.inv(-g.hessian(at) / n)
    scores = g.scores(at)
    G = H @ (scores.T @ scores / n) @ H
    rest = slice(g.item.size, None)
    return _Quadratic(np.linalg.inv(H[rest, rest]), G[rest, rest])


def _adjusted(statistic: float, mean: float, variance: float) -> ChiSquare:
    """Fit mean and variance of a statistic by a chi-square."""
    df, factor = mean * mean / (variance / 2), mean / (variance / 2)
    value = statistic * factor
    return ChiSquare("mean.var.adjusted", value, df, p_of(value, df), 1 / factor, 0.0, mean)


@dataclass(frozen=True)
class PairwiseResult(OrdinalResult):
    """A model of ordered answers fitted by pairwise maximum likelihood.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=300)
    >>> data = pd.DataFrame({f"x{i}": f + rng.normal(size=300) for i in range(1, 5)})
    >>> cut = (data > 0).astype(float).mask(rng.random((300, 4)) < 0.1)
    >>> fit = cu.fit_cfa("f =~ x1 + x2 + x3 + x4", cut, ordered=list(cut), estimator="PML",
    ...     missing="pairwise")
    >>> int(fit.fit_measures["df"]), fit.converged
    (2, True)
    """

    solution: PairwiseSolution

    @cached_property
    def _unrestricted(self) -> list[Floats]:
        pairs = self.solution.objective.pairs
        return [g.saturated(m.statistics) for g, m in zip(pairs, self.moments, strict=True)]

    @cached_property
    def _ratios(self) -> tuple[float, float]:
        """Twice what correlations without restriction add to the model, and to none at all."""
        s = self.solution
        model = nothing = 0.0
        responses = s.objective.responses(s.theta)
        for g, best, r in zip(s.objective.pairs, self._unrestricted, responses, strict=True):
            most = g.value(best)
            model += 2 * (most - g.value(r.values))
            nothing += 2 * (most - g.value(g.independent()))
        return max(model, 0.0), max(nothing, 0.0)

    @cached_property
    def _tests(self) -> tuple[ChiSquare, ChiSquare | None]:
        self._refuse()
        s = self.solution
        plain = ChiSquare("standard", self._ratios[0], s.df, math.nan)
        if not s.options.scaled:
            return plain, None
        if s.df == 0:
            return plain, ChiSquare(s.options.test, plain.statistic, 0.0, math.nan)
        psi = [k for k in range(s.model.n_free) if k not in self._cuts]
        H = inverted(s, s.objective.hessian(s.theta))
        G = H @ s.objective.first_order(s.theta) @ H
        own, spread = H[np.ix_(psi, psi)], G[np.ix_(psi, psi)]
        first = (np.linalg.inv(own) if s.basis is None else np.linalg.pinv(own)) @ spread
        parts, D = [], []
        for g, r in zip(s.objective.pairs, s.objective.responses(s.theta), strict=True):
            parts.append(_quadratic(g, r.values, s.data.n))
            D.append(r.jacobian[g.item.size :, psi])
        curve = block_diag(*[part.curve for part in parts])
        second = curve @ block_diag(*[part.spread for part in parts])
        J = np.concatenate(D)
        shared = float(np.trace(J.T @ curve @ J @ spread @ first))
        mean = float(np.trace(second) - np.trace(first))
        variance = 2 * float(np.sum(second * second.T) + np.sum(first * first.T)) - 4 * shared
        return plain, _adjusted(plain.statistic, mean, variance)

    @property
    def _cuts(self) -> set[int]:
        return {row.free - 1 for row in self.table.rows if row.op == "|" and row.free}

    @property
    def not_computed(self) -> Mapping[str, str]:
        """Fit measures without a value, with the reason."""
        if not math.isnan(self.fit_measures["pvalue"]) or self.test.df == 0:
            return {}
        why = (
            "twice the pairwise likelihood ratio has no chi-square distribution: see pvalue.scaled"
        )
        return {"pvalue": why}

    @cached_property
    def fit_measures(self) -> Mapping[str, float]:
        """Fit measures by lavaan's names; those without ``scaled`` take no account of dependence.

        The pairs of one case depend on each other: only the scaled test has a known distribution.
        """
        s = self.solution
        plain, corrected = self._tests
        pairs = [g.tables.shape[0] for g in s.objective.pairs]
        null = ChiSquare("standard", self._ratios[1], sum(pairs), math.nan)
        null_corrected = self._null_test(null.statistic) if corrected is not None else None
        out: dict[str, float] = {
            "npar": s.n_parameters, "fmin": s.optimum.value, "chisq": plain.statistic,
            "df": plain.df, "pvalue": plain.p,
        }  # fmt: skip
        if corrected is not None:
            out |= {
                "chisq.scaled": corrected.statistic, "df.scaled": corrected.df,
                "pvalue.scaled": corrected.p, "chisq.scaling.factor": corrected.scaling,
            }  # fmt: skip
        out |= _baseline(null, null_corrected)
        out |= _incremental(plain, corrected, null, null_corrected, None)
        out |= _approximation(plain, corrected, None, 1.0, s.data.n, len(pairs))
        out |= residual_measures(s, self.moments)
        out |= {
            "cn_05": fi.critical_n(plain.statistic, plain.df, s.data.n, 0.05),
            "cn_01": fi.critical_n(plain.statistic, plain.df, s.data.n, 0.01),
            "mfi": math.exp(-0.5 * (plain.statistic - plain.df) / s.data.n),
        }
        as_if = ChiSquare("standard", plain.statistic, plain.df, p_of(plain.statistic, plain.df))
        p = self.moments[0].covariance.shape[0]
        out |= explained_measures(as_if, math.nan, None, s.data.n, p)
        return MappingProxyType({name: float(value) for name, value in out.items()})

    def _null_test(self, statistic: float) -> ChiSquare:
        mean = variance = 0.0
        for g in self.solution.objective.pairs:
            part = _quadratic(g, g.independent(), self.solution.data.n)
            product = part.curve @ part.spread
            mean += float(np.trace(product))
            variance += 2 * float(np.sum(product * product.T))
        return _adjusted(statistic, mean, variance)

    def _not(self, what: str) -> NoReturn:
        raise NotSupported(f"{what} with estimator='PML' is not supported: {INSTEAD}")

    def residuals(self) -> SemResiduals:
        """Refuse: their errors are not known."""
        self._not("residuals()")

    def modification_indices(self) -> pd.DataFrame:
        """Refuse: they are for least squares and full likelihoods."""
        self._not("modification_indices()")

    def score_test(self, add: str = "") -> ParameterTest:
        """Refuse."""
        self._not("score_test()")

    def compare(
        self, other: object, method: str = "auto", *,
        a_method: str = "delta", correction: str = "scaled.shifted",
    ) -> Comparison:  # fmt: skip
        """Refuse."""
        self._not("compare()")

    def statistics_meat(self) -> Floats:
        """Refuse."""
        self._not("compare()")

    def scaling_at(self, theta: Floats, wanted: float) -> float:
        """Refuse."""
        self._not("compare()")

    def refit(self, kind: str) -> Refit:
        """Refuse."""
        self._not("resampling")
