"""What a fit returns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from collective_use.accepted import PlainDict
from collective_use.checks import instance_of, number_between, one_of, quoted
from collective_use.errors import DataWarning, EstimationError, NotSupported, warn
from collective_use.numerics.moments import Floats, GroupMoments
from collective_use.record import Record
from collective_use.results import Result, Table, table_of
from collective_use.sem.data.saturated import saturated_of
from collective_use.sem.engines.core import Solution, moved_to
from collective_use.sem.estimates import estimates_frame, rows_frame
from collective_use.sem.goodness import tests_of_fit
from collective_use.sem.goodness.fit_measures import chi_square, compute_fit_measures, main_measures
from collective_use.sem.goodness.likelihood import has_maximum, log_likelihood
from collective_use.sem.goodness.short_fit import cases_said, short_fit, why_none
from collective_use.sem.postfit.derived import (
    DerivedEstimate,
    ImpliedMoments,
    ProfileLimits,
    moments_of,
)
from collective_use.sem.postfit.factor_scores import FactorScores, factor_scores
from collective_use.sem.postfit.problems import Problem
from collective_use.sem.postfit.standardized import KINDS, root, standardize
from collective_use.sem.resampling.replicates import Replicates
from collective_use.sem.resampling.replications import Bootstrap
from collective_use.sem.table.constraints import evaluate, read_expression
from collective_use.sem.table.partable import ParameterTable

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.sem.compare.comparison import Comparison
    from collective_use.sem.engines.agreement import EngineAgreement
    from collective_use.sem.postfit.parameter_test import ParameterTest
    from collective_use.sem.postfit.residuals import SemResiduals
    from collective_use.sem.resampling.base import Refit

NO_MAXIMUM = (
    "too few cases hold some of the covariances: the unrestricted likelihood has no maximum (its "
    "covariance matrix becomes singular), so that there are no chi-square and fit measures; the "
    "estimates stand"
)


@dataclass(frozen=True)
class SemResult(Result):
    """A fitted structural equation model.

    Attributes
    ----------
    solution
        Table, data and optimum: what everything else is computed from.
    vcov
        Covariance matrix of the free parameters; None when it could not be computed.
    problems
        What makes the solution doubtful; empty when nothing does.
    engine
        ``"core"``, ``"semopy"`` or ``"both"``.
    group_names, level_names
        In order.
    model
        The model text, empty when the model came as a table.
    agreement
        How far semopy agrees, for engines ``"semopy"`` and ``"both"``.
    bootstrap
        The replications, when errors and limits come from a bootstrap.
    replicates
        The estimates by replicate, when errors come from replicate weights.

    Examples
    --------
    >>> import pandas as pd
    >>> from collective_use.sem.fit import fit_sem
    >>> S = pd.DataFrame([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]],
    ...     index=list("xyz"), columns=list("xyz"))
    >>> fit = fit_sem("y ~ a*x; z ~ b*y; ab := a*b", cov=S, n=200)
    >>> fit.converged, fit.admissible, round(fit.evaluate("a*b").value, 2)
    (True, True, 0.15)
    >>> sorted(fit.modification_indices().lhs)
    ['y', 'z']
    >>> larger = fit_sem("y ~ a*x; z ~ b*y + x", cov=S, n=200)
    >>> round(float(fit.compare(larger).statistic), 2), int(fit.compare(larger).df)
    (19.21, 1)
    >>> fit.wald("a == b").df
    1
    """

    solution: Solution
    vcov: Floats | None
    problems: tuple[Problem, ...]
    engine: str = "core"
    group_names: tuple[str, ...] = ("",)
    level_names: tuple[str, ...] = ("",)
    model: str = ""
    agreement: EngineAgreement | None = None
    bootstrap: Bootstrap | None = field(default=None, kw_only=True, repr=False, compare=False)
    replicates: Replicates | None = field(default=None, kw_only=True, repr=False, compare=False)

    @property
    def converged(self) -> bool:
        """Whether the estimation reached an optimum."""
        return self.solution.optimum.converged

    @property
    def admissible(self) -> bool:
        """Whether nothing speaks against the solution."""
        return not any(problem.kind != "data" for problem in self.problems)

    @property
    def table(self) -> ParameterTable:
        """The parameter table."""
        return self.solution.table

    @property
    def record(self) -> Record:
        """What was left out of the data and why."""
        return self.solution.data.record

    @property
    def n(self) -> float:
        """Number of cases used (or sum of weights)."""
        return self.solution.data.n

    @property
    def parameters(self) -> pd.Series:
        """Estimates of the free parameters by name."""
        import pandas as pd

        return pd.Series(np.array(self.solution.theta), index=list(self.table.free_names()))

    @cached_property
    def _saturated(self) -> list[GroupMoments]:
        data = self.solution.data
        found = [saturated_of(data, i) for i in range(len(data.groups))]
        if not all(has_maximum(moments) for moments in found):
            warn(NO_MAXIMUM, DataWarning)
        return found

    @cached_property
    def _logs(self) -> tuple[float, float] | None:
        if self.solution.options.function != "ML":
            return None
        return log_likelihood(self.solution, self._saturated)

    @cached_property
    def test(self) -> tests_of_fit.ChiSquare:
        """The uncorrected chi-square test."""
        self._refuse()
        return tests_of_fit.standard_test(self.solution, chi_square(self.solution, self._logs))

    @cached_property
    def scaled_test(self) -> tests_of_fit.ChiSquare | None:
        """The corrected chi-square test, if the estimator has one."""
        if not self.solution.options.scaled:
            return None
        if math.isnan(self.test.statistic):
            return tests_of_fit.ChiSquare(
                self.solution.options.test, math.nan, self.solution.df, math.nan
            )
        return tests_of_fit.scaled_test(self.solution, self.test, self._saturated)

    def _refuse(self) -> None:
        if not self.converged:
            raise EstimationError(
                "there are no tests and fit measures: the estimation did not converge"
            )

    @cached_property
    def fit_measures(self) -> Mapping[str, float]:
        """All fit measures by lavaan's names (``chisq``, ``cfi.robust``, ``rmsea``, ...).

        Raises
        ------
        EstimationError
            When the estimation did not converge.
        """
        measures = compute_fit_measures(
            self.solution, self.test, self.scaled_test, self._saturated, self._logs
        )
        return MappingProxyType({name: float(value) for name, value in measures.items()})

    @cached_property
    def main_measures(self) -> Mapping[str, float]:
        """The measures that models are compared by, without limits: fewer, and sooner.

        Raises
        ------
        EstimationError
            When the estimation did not converge.
        """
        if type(self) is not SemResult:
            return self.fit_measures
        found = main_measures(
            self.solution, self.test, self.scaled_test, self._saturated, self._logs
        )
        return MappingProxyType({name: float(value) for name, value in found.items()})

    def __getstate__(self) -> PlainDict:
        """Leave caches out: they are computed again when asked for."""
        names = [f.name for f in fields(self)]
        return {name: self.__dict__[name] for name in names}

    def __setstate__(self, state: PlainDict) -> None:
        """Restore the fields."""
        self.__dict__.update(state)

    @property
    def se(self) -> Floats:
        """Standard errors of the free parameters, NaN when they could not be computed."""
        if self.vcov is None:
            return np.full(self.solution.theta.size, np.nan)
        return np.asarray(root(np.diag(self.vcov), rounding=0.0))

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Estimates with errors, z, p, 95% limits and standardized values.

        A parameter that lies on one of its bounds has no p: its z is not normal.
        """
        again = self.replicates if self.bootstrap is None else self.bootstrap
        return estimates_frame(self.solution, self.vcov, self.se, again)

    def standardized(self, kind: str = "all", *, confidence: float = 0.95) -> pd.DataFrame:
        """Return the standardized solution with delta-method errors.

        Parameters
        ----------
        kind
            ``"lv"`` (latent variables only), ``"all"``, or ``"nox"`` (all but fixed covariates).
        confidence
            Of the confidence limits.
        """
        one_of("kind", kind, KINDS)
        number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
        values, errors = standardize(self.solution, self.vcov, kind)
        return rows_frame(self.table, values, errors, confidence)

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates."""
        return self.estimates

    def to_dict(self) -> PlainDict:
        """Return estimates, fit and problems as plain values."""
        from collective_use.results import plain

        return {
            "estimator": self.solution.options.estimator,
            "converged": self.converged,
            "n": self.n,
            "groups": list(self.group_names),
            "estimates": plain(self.estimates),
            "fit": plain(dict(self.fit_measures)) if self.converged else None,
            "not_computed": dict(self.not_computed) if self.converged else {},
            "problems": [problem.text for problem in self.problems],
            "record": self.record.to_dict(),
        }

    def tables(self) -> tuple[Table, ...]:
        """Return estimates and the most used fit measures."""
        notes = tuple(problem.text for problem in self.problems)
        shown = table_of("Estimates", self.estimates.drop(columns="std_nox"), notes=notes)
        if not self.converged:
            return (replace(shown, notes=(*notes, *self._of_cases())),)
        said = (*self._of_cases(), *why_none(self.not_computed))
        return (Table("Fit", ("measure", "value"), short_fit(self.fit_measures), said), shown)

    @property
    def not_computed(self) -> Mapping[str, str]:
        """Fit measures without a value, with the reason; none unless told otherwise."""
        return {}

    def _of_cases(self) -> tuple[str, ...]:
        """Say how many cases were used, by which estimator, and what was left out."""
        return cases_said(self.n, self.solution.options.estimator, self.record)

    def modification_indices(self) -> pd.DataFrame:
        """Return what every fixed parameter would change, largest first."""
        from collective_use.sem.postfit.modification import modification_indices

        self._refuse()
        frame = modification_indices(self.solution)
        return frame.sort_values("mi", ascending=False, kind="stable", ignore_index=True)

    def factor_scores(self, method: str = "regression") -> FactorScores:
        """Return factor scores, ``"regression"`` or ``"bartlett"``, with their reliability."""
        return factor_scores(self.solution, method)

    def residuals(self) -> SemResiduals:
        """Return raw, normalised and standardized residuals."""
        from collective_use.sem.postfit.residuals import residuals

        if absent := [name for block in self.table.blocks for name in block.absent]:
            raise NotSupported(
                f"residuals with an item that a group was not asked ({quoted(absent)}) are not "
                "supported: its moments there are not known"
            )
        return residuals(self.solution, self._saturated)

    def r_square(self) -> pd.DataFrame:
        """Return the share of variance explained, by group and variable."""
        from collective_use.sem.postfit.residuals import r_square

        return r_square(self.solution)

    def compare(
        self, other: SemResult, method: str = "auto", *,
        a_method: str = "delta", correction: str = "scaled.shifted",
    ) -> Comparison:  # fmt: skip
        """Test the difference of two nested models (see `comparison.compare`)."""
        from collective_use.sem.compare.comparison import compare

        instance_of(
            "compare() takes fits: other", other, SemResult, "a result of fit_sem or fit_cfa"
        )
        return compare(self, other, method, a_method=a_method, correction=correction)

    def statistics_meat(self) -> Floats:
        """Return ``D' V Gamma V D`` of one case, for differences corrected by Satorra (2000)."""
        from collective_use.sem.compare.difference import independent_meat

        return independent_meat(self.solution)

    def scaling_at(self, theta: Floats, wanted: float) -> float:
        """Return the scaling of the corrected test at other parameter values.

        `wanted` is the discrepancy of the model that the values are estimates of. For continuous
        data lavaan takes them as they are, and its number is the reference.
        """
        moved = moved_to(self.solution, theta)
        plain = tests_of_fit.uncorrected_at(moved)
        return tests_of_fit.scaled_test(moved, plain, self._saturated).scaling

    def refit(self, kind: str) -> Refit:
        """Return what fits the model again to resampled data, see `bootstrap_fit`."""
        from collective_use.sem.resampling.refit import continuous_refit

        return continuous_refit(self, kind)

    def wald(self, constraints: str) -> ParameterTest:
        """Test constraints on labelled parameters, as ``"a == b; c == 0"`` (Wald 1943)."""
        from collective_use.sem.compare.comparison import wald_test

        return wald_test(self, constraints)

    def score_test(self, add: str = "") -> ParameterTest:
        """Test fixed parameters (``"f =~ x4; x1 ~~ x2"``); without `add`, every equality."""
        from collective_use.sem.postfit.modification import release_tests, score_test
        from collective_use.syntax import parse_model

        self._refuse()
        if not add:
            return release_tests(self.solution)
        wanted = [(s.lhs, s.op, s.rhs) for s in parse_model(add).statements]
        return score_test(self.solution, wanted)

    def profile(self, parameter: str, *, confidence: float = 0.95) -> ProfileLimits:
        """Return the likelihood-profile limits of a free parameter (a label or ``"f =~ x2"``)."""
        from collective_use.sem.postfit.profile import profile_limits

        self._refuse()
        lower, upper = profile_limits(self.solution, parameter, confidence)
        return ProfileLimits(parameter, lower, upper, confidence)

    def small_sample(self) -> pd.DataFrame:
        """Return chi-square corrected for small samples: Swain, Bartlett, Yuan."""
        from collective_use.sem.goodness.corrections import small_sample_corrections

        return small_sample_corrections(self.solution, self.test)

    def summary(self, *, standardized: bool = True, fit_measures: bool = True) -> str:
        """Return a text that reads like lavaan's summary."""
        from collective_use.sem.summary import summary

        return summary(self, standardized=standardized, fit_measures=fit_measures)

    def evaluate(self, expression: str) -> DerivedEstimate:
        """Return an expression of labels with its delta-method standard error."""
        values = self.solution.constraints.values(self.solution.theta)
        value, slope = evaluate(read_expression(expression), values, self.solution.model.n_free)
        if self.vcov is None:
            return DerivedEstimate(expression, value, math.nan)
        return DerivedEstimate(expression, value, float(root(slope @ self.vcov @ slope)))

    def implied(self, number: int = 1) -> ImpliedMoments:
        """Return implied covariances and means of a group, by its number from 1."""
        one_of("number", number, range(1, len(self.group_names) + 1))
        state = self.solution.objective.states(self.solution.theta)[number - 1]
        return moments_of(state.Sigma, state.mu, self.table.block(number).observed)
