"""What a fit with ordered variables at two levels returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from collective_use.checks import one_of
from collective_use.errors import NotSupported
from collective_use.numerics.ordinal_twolevel.moments import TwoLevelOrdinalMoments
from collective_use.sem.options import LEVELS, Level
from collective_use.sem.ordinal.result import OrdinalResult
from collective_use.sem.ordinal_twolevel.estimate import TwoLevelOrdinalSolution
from collective_use.sem.ordinal_twolevel.residuals import two_level_ordinal_residuals
from collective_use.sem.ordinal_twolevel.tests_of_fit import (
    Tests,
    two_level_measures,
    two_level_tests,
)
from collective_use.sem.postfit.derived import ImpliedMoments, moments_of
from collective_use.sem.postfit.factor_scores import FactorScores
from collective_use.sem.postfit.modification import release_tests, score_test
from collective_use.sem.postfit.parameter_test import ParameterTest
from collective_use.sem.postfit.residuals import SemResiduals
from collective_use.sem.twolevel.result import level_statements

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.sem.resampling.base import Refit


@dataclass(frozen=True)
class TwoLevelOrdinalResult(OrdinalResult):
    """A fitted two-level model of ordered answers.

    Units are the residual standard deviations within clusters, which are 1 (theta
    parameterisation); thresholds stand at level 2.

    Attributes
    ----------
    moments
        Thresholds, correlations within and covariances between, with their asymptotic covariance,
        by group.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> team = np.repeat(np.arange(90), 8)
    >>> both = rng.normal(size=90)[team] + rng.normal(size=720)
    >>> own = [0.6 * rng.normal(size=90)[team] + rng.normal(size=720) for _ in range(3)]
    >>> data = pd.DataFrame({f"y{i}": (both + own[i] > 0) * 1 for i in range(3)})
    >>> model = "level: 1; w =~ y0 + y1 + y2; level: 2; b =~ y0 + y1 + y2"
    >>> fit = cu.fit_sem(model, data.assign(team=team), cluster="team", ordered=list(data))
    >>> int(fit.fit_measures["npar"]), int(fit.test.df)
    (12, 0)
    """

    solution: TwoLevelOrdinalSolution
    moments: tuple[TwoLevelOrdinalMoments, ...] = ()

    # only solutions of this result, moved or not, are asked for
    def _tests_at(self, solution: TwoLevelOrdinalSolution) -> Tests:  # type: ignore[override]
        return two_level_tests(solution, self.moments)

    @cached_property
    def fit_measures(self) -> Mapping[str, float]:
        """Fit measures by lavaan's names; ``srmr`` is the sum of both levels'."""
        found = two_level_measures(self.solution, self._tests, self.moments)
        return MappingProxyType({name: float(value) for name, value in found.items()})

    @property
    def n_clusters(self) -> int:
        """Number of clusters."""
        return sum(m.J for m in self.moments)

    def icc(self) -> pd.DataFrame:
        """Return intraclass correlations of the latent responses, by group."""
        import pandas as pd

        rows = [
            (name, variable, float(b / (1.0 + b)))
            for name, m in zip(self.group_names, self.moments, strict=True)
            for variable, b in zip(self.solution.data.variables, np.diag(m.between), strict=True)
        ]
        return pd.DataFrame(rows, columns=["group", "variable", "icc"])

    def correlations(self, number: int = 1, level: Level = "within") -> pd.DataFrame:
        """Return unrestricted correlations within or covariances between clusters of a group."""
        import pandas as pd

        one_of("number", number, range(1, len(self.moments) + 1))
        one_of("level", level, LEVELS)
        names = list(self.solution.data.variables)
        m = self.moments[number - 1]
        values = m.between if level == "between" else m.covariance
        return pd.DataFrame(values, index=names, columns=names)

    def implied(self, number: int = 1, level: Level = "within") -> ImpliedMoments:
        """Return implied covariances and means of a group, by its number from 1, and a level."""
        one_of("number", number, range(1, len(self.group_names) + 1))
        one_of("level", level, LEVELS)
        place = 2 * (number - 1) + LEVELS.index(level)
        state = self.solution.objective.states(self.solution.theta)[place]
        return moments_of(state.Sigma, state.mu, self.table.block().observed)

    def residuals(self) -> SemResiduals:
        """Return residuals of thresholds, correlations within and covariances between."""
        return two_level_ordinal_residuals(self.solution, self.moments)

    def score_test(self, add: str = "") -> ParameterTest:
        """Test fixed parameters in ``level:`` blocks; without `add`, every equality."""
        self._refuse()
        if not add:
            return release_tests(self.solution)
        wanted, levels = level_statements(add, self.level_names)
        return score_test(self.solution, wanted, levels)

    def _not(self, what: str, instead: str) -> NoReturn:
        raise NotSupported(
            f"{what} with ordered variables at two levels is not supported: {instead}"
        )

    def factor_scores(self, method: str = "ebm") -> FactorScores:
        """Refuse: answers of a whole cluster would have to be integrated."""
        self._not(
            "factor_scores()",
            "take the answers as numbers (estimator='MLR') for scores of persons and clusters",
        )

    def refit(self, kind: str) -> Refit:
        """Refuse: every replication would integrate all items and pairs again."""
        self._not("resampling", "errors in estimates come from the clusters' scores")
