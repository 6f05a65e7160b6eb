"""What a fit with ordered variables returns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import one_of
from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.ordinal.moments import OrdinalMoments
from collective_use.sem.engines.core import moved_to
from collective_use.sem.fitted import refuse_other_value
from collective_use.sem.goodness import tests_of_fit
from collective_use.sem.ordinal.estimate import OrdinalSolution, ordinal_meat
from collective_use.sem.ordinal.factor_scores import ordinal_factor_scores
from collective_use.sem.ordinal.read import outcomes_of
from collective_use.sem.ordinal.residuals import ordinal_residuals
from collective_use.sem.ordinal.tests_of_fit import (
    model_tests,
    ordinal_fit_measures,
    why_not_robust,
)
from collective_use.sem.postfit.derived import ProfileLimits
from collective_use.sem.postfit.factor_scores import FactorScores
from collective_use.sem.postfit.residuals import SemResiduals
from collective_use.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.sem.resampling.base import Refit


@dataclass(frozen=True)
class OrdinalResult(SemResult):
    """A fitted model with ordered variables.

    Attributes
    ----------
    moments
        Thresholds, correlations and their asymptotic covariance by group.
    categories
        Values of every ordered variable.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=300)
    >>> data = pd.DataFrame({f"x{i}": f + rng.normal(size=300) for i in range(1, 5)})
    >>> cut = (data > 0).astype(int) + (data > 1).astype(int)
    >>> fit = cu.fit_cfa("f =~ x1 + x2 + x3 + x4", cut, ordered=list(cut))
    >>> int(fit.fit_measures["df"])
    2
    """

    solution: OrdinalSolution
    moments: tuple[OrdinalMoments, ...] = ()
    categories: Mapping[str, tuple[float, ...]] | None = None

    @cached_property
    def _tests(self) -> tuple[tests_of_fit.ChiSquare, tests_of_fit.ChiSquare | None]:
        self._refuse()
        return self._tests_at(self.solution)

    def _tests_at(
        self, solution: OrdinalSolution
    ) -> tuple[tests_of_fit.ChiSquare, tests_of_fit.ChiSquare | None]:
        return model_tests(solution, self.moments)

    @cached_property
    def test(self) -> tests_of_fit.ChiSquare:
        """The uncorrected chi-square test."""
        return self._tests[0]

    @cached_property
    def scaled_test(self) -> tests_of_fit.ChiSquare | None:
        """The corrected chi-square test, if the estimator has one."""
        return self._tests[1]

    @cached_property
    def fit_measures(self) -> Mapping[str, float]:
        """All fit measures by lavaan's names."""
        found = ordinal_fit_measures(self.solution, self.test, self.scaled_test, self.moments)
        return MappingProxyType({name: float(value) for name, value in found.items()})

    @property
    def not_computed(self) -> Mapping[str, str]:
        """Fit measures without a value, with the reason."""
        missing = [name for name, value in self.fit_measures.items() if math.isnan(value)]
        robust = [name for name in missing if name.endswith(".robust")]
        why = why_not_robust(self.solution, self.moments) if robust else ""
        out = dict.fromkeys(robust, why) if why else {}
        if "pvalue" in missing and self.test.df > 0:
            out["pvalue"] = "without weights the statistic has no known distribution"
        return out

    def correlations(self, number: int = 1) -> pd.DataFrame:
        """Return polychoric, polyserial and ordinary (co)variances of a group, by its number.

        Given covariates they are those of the residuals.
        """
        import pandas as pd

        one_of("number", number, range(1, len(self.moments) + 1))
        names = list(outcomes_of(self.solution.table.blocks[number - 1]))
        return pd.DataFrame(self.moments[number - 1].covariance, index=names, columns=names)

    def factor_scores(self, method: str = "ebm") -> FactorScores:
        """Return factor scores: posterior mode ``"ebm"`` or maximum likelihood ``"ml"``."""
        if any(np.isnan(g.Y).any() for g in self.solution.data.groups if g.Y is not None):
            raise NotSupported(
                "factor scores with missing='pairwise' and missing answers are not supported: fit "
                "with missing='listwise'"
            )
        return ordinal_factor_scores(self.solution, self.categories or {}, method)

    def residuals(self) -> SemResiduals:
        """Return residuals of thresholds, means, variances and correlations."""
        return ordinal_residuals(self.solution, self.moments)

    def statistics_meat(self) -> Floats:
        """Return ``D' W Gamma W D`` of one case, for differences corrected by Satorra (2000)."""
        return ordinal_meat(self.solution, self.moments)

    def scaling_at(self, theta: Floats, wanted: float) -> float:
        """Return the scaling of the corrected test at other parameter values.

        Raises
        ------
        EstimationError
            When they are no estimates of a smaller model, whose discrepancy is `wanted`.
        """
        moved = moved_to(self.solution, theta)
        refuse_other_value(moved.optimum.value, wanted)
        corrected = self._tests_at(moved)[1]
        return math.nan if corrected is None else corrected.scaling

    def refit(self, kind: str) -> Refit:
        """Return what fits the model again to resampled data, see `bootstrap_fit`."""
        from collective_use.sem.resampling.ordinal import ordinal_refit

        return ordinal_refit(self, kind, self.categories or {})

    def profile(self, parameter: str, *, confidence: float = 0.95) -> ProfileLimits:
        """Refuse: there is no likelihood."""
        raise NotSupported(
            "profile() with ordered variables is not supported: least squares have no likelihood"
        )

    def small_sample(self) -> pd.DataFrame:
        """Refuse: the corrections belong to maximum likelihood."""
        raise NotSupported(
            "small_sample() with ordered variables is not supported: the corrections are for "
            "maximum likelihood"
        )
