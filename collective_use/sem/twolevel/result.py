"""What a two-level fit returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from collective_use.checks import one_of
from collective_use.errors import DataWarning, InputError, NotSupported, warn
from collective_use.numerics.moments import Floats
from collective_use.numerics.twolevel.missing import IncompleteLikelihood, saturated_incomplete
from collective_use.numerics.twolevel.saturated import (
    moments_at,
    saturated_complete,
    start_moments,
    unrestricted_moments,
)
from collective_use.numerics.twolevel.unrestricted import Saturated
from collective_use.sem.engines.core import moved_to
from collective_use.sem.fitted import refuse_other_value
from collective_use.sem.goodness import tests_of_fit
from collective_use.sem.options import LEVELS, Level
from collective_use.sem.postfit.derived import ImpliedMoments, ProfileLimits, moments_of
from collective_use.sem.postfit.factor_scores import FactorScores
from collective_use.sem.postfit.modification import release_tests, score_test
from collective_use.sem.postfit.parameter_test import ParameterTest
from collective_use.sem.postfit.residuals import SemResiduals
from collective_use.sem.result import SemResult
from collective_use.sem.twolevel.estimate import Clustered, TwoLevelSolution
from collective_use.sem.twolevel.factor_scores import twolevel_factor_scores
from collective_use.sem.twolevel.residuals import twolevel_residuals
from collective_use.sem.twolevel.space import keeps_variances, note_on_space
from collective_use.sem.twolevel.tests_of_fit import (
    fit_by_level,
    logs_of,
    plain_test,
    robust_test,
    twolevel_fit_measures,
)

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.sem.resampling.base import Refit


def level_statements(
    add: str, level_names: Sequence[str]
) -> tuple[list[tuple[str, str, str]], list[int]]:
    """Return the parameters that a text in ``level:`` blocks names, and the level of each.

    Raises
    ------
    InputError
        When the text stands outside of such blocks.

    Examples
    --------
    >>> level_statements("level: 2; y1 ~~ y2", ("within", "between"))
    ([('y1', '~~', 'y2')], [2])
    """
    from collective_use.syntax import parse_model

    statements = parse_model(add).statements
    names = {"1": 1, "2": 2} | {name: i for i, name in enumerate(level_names, start=1)}
    if not all(s.level in names for s in statements):
        raise InputError(
            f"a score test at two levels needs blocks 'level: 1' or 'level: 2', got {add!r}"
        )
    return [(s.lhs, s.op, s.rhs) for s in statements], [names[s.level] for s in statements]


@dataclass(frozen=True)
class TwoLevelResult(SemResult):
    """A fitted two-level model.

    Attributes
    ----------
    clustered
        Cluster statistics and likelihoods by group.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> team = np.repeat(np.arange(60), 6)
    >>> group, f = rng.normal(size=60)[team], rng.normal(size=360)
    >>> own = [0.5 * rng.normal(size=60)[team] + rng.normal(size=360) for _ in range(3)]
    >>> data = pd.DataFrame({f"y{i}": group + f + own[i] for i in range(3)})
    >>> model = "level: 1; w =~ y0 + y1 + y2; level: 2; b =~ y0 + y1 + y2"
    >>> fit = cu.fit_sem(model, data.assign(team=team), cluster="team")
    >>> fit.r_square()["level"].unique().tolist()
    [1, 2]
    """

    solution: TwoLevelSolution
    clustered: Clustered | None = None

    @property
    def _data(self) -> Clustered:
        if self.clustered is None:
            raise NotSupported("this result has lost its data")
        return self.clustered

    @cached_property
    def saturated(self) -> list[Saturated]:
        """Unrestricted moments of both levels by group, the between covariance a possible one."""
        out = []
        for likelihood, stats in zip(self._data.likelihoods, self._data.statistics, strict=True):
            if isinstance(likelihood, IncompleteLikelihood):
                out.append(saturated_incomplete(likelihood))
            else:
                out.append(saturated_complete(stats))
        return out

    @cached_property
    def unrestricted(self) -> list[Saturated]:
        """Moments of the model that chi-square compares with: as free as the fitted one.

        The between covariance of a fitted model may be an impossible one (negative residual
        variances). Unless bounds keep its variances from that, the unrestricted one may be too.
        """
        if keeps_variances(self.table):
            return self.saturated
        return [self._unrestricted(i) for i in range(len(self._data.likelihoods))]

    def _unrestricted(self, group: int) -> Saturated:
        """Return the unrestricted moments of one group, whose between covariance may be any."""
        likelihood = self._data.likelihoods[group]
        if not likelihood.complete:
            # With gaps the free maximum is dear; it is the kept one where that is no border.
            kept = self.saturated[group]
            if kept.rank == len(kept.Sb):
                return kept
        begin = moments_at(likelihood.layout, start_moments(self._data.statistics[group]))
        within, between = self.solution.objective.states(self.solution.theta)[
            2 * group : 2 * group + 2
        ]
        implied = within.Sigma, within.mu, between.Sigma, between.mu
        return unrestricted_moments(likelihood, [begin, implied]) or self.saturated[group]

    @property
    def test_note(self) -> str:
        """What space the two models of the chi-square test share, in words."""
        return note_on_space(self.table, self.unrestricted, self.group_names)

    @cached_property
    def _logs(self) -> tuple[float, float]:
        return logs_of(self.solution, self._data, self.unrestricted)

    @cached_property
    def test(self) -> tests_of_fit.ChiSquare:
        """The uncorrected chi-square test."""
        self._refuse()
        found = plain_test(self.solution, self._logs)
        impossible = any(s.rank < len(s.Sb) for s in self.unrestricted)
        if impossible and not keeps_variances(self.table):
            warn(self.test_note, DataWarning)
        return found

    @cached_property
    def scaled_test(self) -> tests_of_fit.ChiSquare | None:
        """The corrected chi-square test, if the estimator has one."""
        if not self.solution.options.scaled:
            return None
        return robust_test(self.solution, self._data, self.test, self.unrestricted)

    @cached_property
    def fit_measures(self) -> Mapping[str, float]:
        """All fit measures by lavaan's names."""
        found = twolevel_fit_measures(
            self.solution, self._data, self.test, self.scaled_test, self._logs,
            self.unrestricted, self.saturated,
        )  # fmt: skip
        return MappingProxyType({name: float(value) for name, value in found.items()})

    def fit_by_level(self) -> pd.DataFrame:
        """Return chi-square, CFI, TLI and RMSEA of each level, the other level saturated.

        References
        ----------
        Ryu & West (2009), Structural Equation Modeling 16:583.
        """
        import pandas as pd

        self._refuse()
        return pd.DataFrame(fit_by_level(self.solution, self._data, self._logs))

    def icc(self) -> pd.DataFrame:
        """Return intraclass correlations from the unrestricted moments, by group."""
        import pandas as pd

        rows = []
        for g, (name, s) in enumerate(zip(self.group_names, self.saturated, strict=True)):
            within, between = self.table.block(g + 1, 1), self.table.block(g + 1, 2)
            for variable in between.observed:
                if variable in within.observed:
                    w = s.Sw[(within.observed.index(variable),) * 2]
                    b = s.Sb[(between.observed.index(variable),) * 2]
                    rows.append((name, variable, float(b / (b + w))))
        return pd.DataFrame(rows, columns=["group", "variable", "icc"])

    @property
    def n_clusters(self) -> int:
        """Number of clusters."""
        return sum(g.J for g in self._data.likelihoods)

    def implied(self, number: int = 1, level: Level = "within") -> ImpliedMoments:
        """Return implied covariances and means of a group, by its number from 1, and a level."""
        one_of("number", number, range(1, len(self.group_names) + 1))
        one_of("level", level, LEVELS)
        state = self.solution.objective.states(self.solution.theta)[
            2 * (number - 1) + LEVELS.index(level)
        ]
        names = self.table.block(number, LEVELS.index(level) + 1).observed
        return moments_of(state.Sigma, state.mu, names)

    def factor_scores(self, method: str = "regression", level: Level = "within") -> FactorScores:
        """Return expected factors given all answers of a cluster: of cases (1) or clusters (2)."""
        return twolevel_factor_scores(self.solution, self._data, method, level)

    def residuals(self) -> SemResiduals:
        """Return raw and correlation residuals of both levels."""
        return twolevel_residuals(self.solution, self.saturated)

    def score_test(self, add: str = "") -> ParameterTest:
        """Test fixed parameters in ``level:`` blocks; without `add`, every equality.

        Example of `add`: ``"level: 2; y1 ~~ y2"``.
        """
        self._refuse()
        if not add:
            return release_tests(self.solution)
        return score_test(self.solution, *level_statements(add, self.level_names))

    def statistics_meat(self) -> Floats:
        """Refuse: the two levels have no statistics of independent cases."""
        raise NotSupported(
            "compare(method='satorra.2000') at two levels is not supported: the two levels have no "
            "statistics of independent cases; use 'satorra.bentler.2001' with MLR"
        )

    def scaling_at(self, theta: Floats, wanted: float) -> float:
        """Return the scaling of the robust test at other parameter values.

        Raises
        ------
        EstimationError
            When they are no estimates of a smaller model, whose discrepancy is `wanted`.
        """
        moved = moved_to(self.solution, theta)
        refuse_other_value(moved.optimum.value, wanted)
        plain = tests_of_fit.uncorrected_at(moved)
        return robust_test(moved, self._data, plain, self.unrestricted).scaling

    def on(self, solution: TwoLevelSolution, clustered: Clustered) -> TwoLevelResult:
        """Return the same model at the solution of other data, without errors."""
        return replace(self, solution=solution, clustered=clustered, vcov=None)

    def refit(self, kind: str) -> Refit:
        """Return what fits the model again to resampled data, see `bootstrap_fit`."""
        from collective_use.sem.resampling.twolevel import twolevel_refit

        return twolevel_refit(self, kind)

    def profile(self, parameter: str, *, confidence: float = 0.95) -> ProfileLimits:
        """Refuse: not offered at two levels."""
        raise NotSupported(
            "profile() at two levels is not supported: use the limits in estimates, or "
            "bootstrap_fit(), which draws whole clusters"
        )

    def small_sample(
        self, *, repetitions: int = 200, seed: int | None = 1, progress: bool = False
    ) -> pd.DataFrame:
        """Return chi-square corrected for few clusters, by samples that the model generates.

        Parameters
        ----------
        repetitions
            Samples drawn from the fitted model with the observed clusters; the model and the
            unrestricted one are fitted to each.
        seed
            Of the generator.
        progress
            Show a progress bar.

        Returns
        -------
        pandas.DataFrame
            ``bartlett``: chi-square times ``df / mean``, mean of the drawn samples' statistics,
            with p from the chi-square distribution; ``bootstrap``: the share of drawn samples
            whose statistic is at least as large; ``bootstrap, scaled``: the same for the scaled
            test where there is one (its scaling can come near 0, so that it has no mean).

        Raises
        ------
        EstimationError
            When half of the drawn samples have no solution.

        References
        ----------
        Rocke (1989), British Journal of Mathematical and Statistical Psychology 42:47 (Bartlett's
        factor by resampling); Davison & Hinkley (1997), Bootstrap methods and their application,
        section 4.2 (p).
        """
        from collective_use.sem.twolevel.small_sample import small_sample_tests

        return small_sample_tests(self, repetitions, seed, progress=progress)
